//! How long values would be in a snapshot if nothing were compressed.

use keyspace::{Entry, ListRef, SetRef, SortedSetRef, StringRef};
use structs::list::Content;
use structs::listpack::Element;

/// Strings up to this long are written as numbers if they are some.
const NUMBER_MAX: usize = 11;

/// Returns how long the value would be.
pub(super) fn serialized(entry: &Entry) -> usize {
    match entry.as_string() {
        Ok(StringRef::Int(number)) => return element(Element::Int(number)),
        Ok(StringRef::Bytes(bytes)) => return element(Element::Bytes(bytes)),
        Ok(StringRef::Blob(blob)) => return element(Element::Bytes(&blob)),
        Err(_) => (),
    }
    if let Ok(list) = entry.as_list() {
        return match list {
            // One node, of which it is said what it is.
            ListRef::Packed(packed) => 2 + bytes(packed.as_bytes().len()),
            ListRef::Large(list) => {
                let nodes = list.nodes().map(|node| 1 + bytes(raw_len(node.content)));
                length(list.nodes().len()) + nodes.sum::<usize>()
            }
        };
    }
    if let Some(packed) = entry.packed_bytes() {
        return bytes(packed);
    }
    if let Ok(set @ SetRef::Large(_)) = entry.as_set() {
        return length(set.len()) + set.iter().map(element).sum::<usize>();
    }
    if let Ok(set @ SortedSetRef::Large(_)) = entry.as_sorted_set() {
        return length(set.len())
            + set.iter().map(|(member, _)| element(member) + 8).sum::<usize>();
    }
    // Nothing is hidden at time zero.
    let Ok(hash) = entry.as_hash(0) else { return 0 };
    let mut sum = length(hash.len());
    hash.for_each(|field, value| sum += element(field) + element(value));
    sum
}

/// Returns how long the content of a node is when it is not compressed.
pub(super) fn raw_len(content: Content<'_>) -> usize {
    match content {
        Content::Raw(bytes) => bytes.len(),
        Content::Lzf { raw_len, .. } => raw_len,
    }
}

/// What a string takes.
fn element(element: Element<'_>) -> usize {
    let number = match element {
        Element::Int(number) => Some(number),
        Element::Bytes(text) if text.len() > NUMBER_MAX => None,
        Element::Bytes(text) => stdx::number::parse_i64(text),
    };
    match number {
        Some(-0x80..=0x7f) => 2,
        Some(-0x8000..=0x7fff) => 3,
        Some(-0x8000_0000..=0x7fff_ffff) => 5,
        _ => bytes(element.text(&mut None).len()),
    }
}

/// What bytes take with their length.
fn bytes(len: usize) -> usize {
    length(len) + len
}

/// What a length takes.
fn length(len: usize) -> usize {
    match len {
        0..64 => 1,
        64..0x4000 => 2,
        0x4000..=0xffff_ffff => 5,
        _ => 9,
    }
}
