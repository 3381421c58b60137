//! A collection as it was at an instant, while it goes on changing: what its table's
//! [capture](crate::hashtable) hands over, as plain bytes.
//!
//! The table calls before it changes a bucket that has not been walked; what it hands over then is
//! appended here, one element after the other, in the form in which it is asked for later. So an
//! element is copied once, and what is handed out is a piece as it was filled.
//!
//! What has to be kept is in pieces of [`PIECE`] bytes, or of one element if that is larger: however
//! much it is, nothing grows by being copied.

use std::collections::VecDeque;
use std::mem;

use crate::hashtable::{Capture, Element, Hasher64, Table};

/// The bytes after which a piece is full.
const PIECE: usize = 16 << 10;

/// Buckets that are walked before a look whether the piece is full.
const STRIDE: usize = 8;

/// Buckets that are walked for a piece at most, be they empty.
const BUCKETS_MAX: usize = 1024;

/// An element that can be copied out as bytes.
pub(crate) trait Record {
    /// Appends what has to be known of the element, in a form that says where it ends.
    fn append_to(&self, out: &mut Vec<u8>);
}

/// A cut under way: the elements that were captured and not asked for yet.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    /// The number of elements at the instant.
    pub(crate) len: usize,
    full: VecDeque<Vec<u8>>,
    open: Vec<u8>,
    /// The memory of the full ones.
    full_bytes: usize,
}

impl Cut {
    pub(crate) fn begin(len: usize) -> Option<Box<Self>> {
        Some(Box::new(Self { len, ..Self::default() }))
    }

    /// Returns the memory of what was captured and not asked for.
    pub(crate) fn kept(&self) -> usize {
        self.full_bytes + self.open.capacity()
    }

    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.full.capacity() * size_of::<Vec<u8>>() + self.kept()
    }

    fn append(&mut self, record: &impl Record) {
        record.append_to(&mut self.open);
        if self.open.len() >= PIECE {
            let piece = mem::take(&mut self.open);
            self.full_bytes += piece.capacity();
            self.full.push_back(piece);
        }
    }

    fn take_full(&mut self) -> Option<Vec<u8>> {
        let piece = self.full.pop_front()?;
        self.full_bytes -= piece.capacity();
        Some(piece)
    }
}

/// Returns the next piece of a cut: what had to be kept, and what is in further buckets, until there
/// are about so many bytes. It may be empty; `None` is the end.
pub(crate) fn step<E: Element + Record, H: Hasher64>(
    table: &mut Table<E, H>,
    cut: &mut Option<Box<Cut>>,
    bytes: usize,
) -> Option<Vec<u8>> {
    for _ in 0..BUCKETS_MAX / STRIDE {
        let open = cut.as_mut()?;
        if let Some(piece) = open.take_full() {
            return Some(piece);
        }
        if open.open.len() >= bytes {
            break;
        }
        if table.capture_step(STRIDE, cut) {
            let rest = cut.as_mut()?;
            let piece = rest.take_full().unwrap_or_else(|| mem::take(&mut rest.open));
            return (!piece.is_empty()).then_some(piece);
        }
    }
    Some(mem::take(&mut cut.as_mut()?.open))
}

/// Without a cut there is nothing to be captured.
impl<E: Element + Record> Capture<E> for Option<Box<Cut>> {
    #[inline]
    fn capture(&mut self, element: &E, _: bool) {
        if let Some(cut) = self {
            cut.append(element);
        }
    }
}

/// Appends a number, seven bits to a byte, the low ones first.
pub(crate) fn push_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes what [`push_number`] appended off the front.
pub(crate) fn pop_number(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Appends bytes with their length in front.
pub(crate) fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    push_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Takes so many bytes off the front.
pub(crate) fn pop_slice<'a>(from: &mut &'a [u8], len: u64) -> Option<&'a [u8]> {
    let (bytes, rest) = from.split_at_checked(usize::try_from(len).ok()?)?;
    *from = rest;
    Some(bytes)
}

/// Takes what [`push_bytes`] appended off the front.
pub(crate) fn pop_bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = pop_number(from)?;
    pop_slice(from, len)
}
