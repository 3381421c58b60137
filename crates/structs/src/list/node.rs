//! One node of a list: a listpack, or one element that is larger than nodes are.

use std::borrow::Cow;
use std::cell::RefCell;

use stdx::lzf::{self, Compressor};
use stdx::size_class::good_size;

use super::limits::size_bound;
use super::window::Window;
use super::{Container, Content, End, Limits, NodeView};
use crate::blob::Blob;
use crate::listpack::{self, Check, Element, Listpack, ListpackBuf};

/// The bytes in front of those of a blob.
pub(super) const BLOB_HEADER: usize = 16;

/// What is smaller is not worth being compressed.
const COMPRESSED_FROM: usize = 48;

/// The least that compression has to save.
const SAVED_MIN: usize = 8;

thread_local! {
    /// The tables of a compressor, which take 64 KiB, belong to no list.
    static COMPRESSOR: RefCell<Compressor> = RefCell::default();
}

/// The smallest allocation for a listpack that is being written to.
const ALLOCATION_MIN: usize = 64;

/// Up to here allocations double; this is the size of the largest nodes.
const DOUBLING_MAX: usize = 64 << 10;

/// A node. Its bytes may be shared with the nodes of clones, and are copied before they are written.
#[derive(Debug, Clone)]
pub(super) struct Node {
    blob: Blob,
    len: u32,
    /// Where a listpack is in the blob; of compressed content, where it would be.
    start: u32,
    end: u32,
    container: Container,
    form: Form,
}

/// How the content is in the blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it is.
    Raw,
    /// As it is, because compressing it does not pay.
    Incompressible,
    /// Compressed.
    Lzf,
}

const _: () = assert!(size_of::<Node>() == 24);

impl Node {
    /// A node for an element.
    pub(super) fn new(element: Element<'_>, limits: Limits) -> Self {
        if limits.is_large(element) { Self::plain(element) } else { Self::packed(element) }
    }

    /// A node for an element that is not large.
    pub(super) fn packed(element: Element<'_>) -> Self {
        let empty = Listpack::EMPTY.as_bytes();
        let mut node = Self::raw(Container::Packed, Blob::from_slice(empty), 0);
        node.push(End::Back, element);
        node
    }

    /// A node for a large element.
    pub(super) fn plain(element: Element<'_>) -> Self {
        Self::from_plain(Blob::from_slice(element.text(&mut None)))
    }

    /// A node for the bytes of one element.
    pub(super) fn from_plain(blob: Blob) -> Self {
        Self::raw(Container::Plain, blob, 1)
    }

    /// A node of a listpack; `None` if that has no elements.
    ///
    /// The listpack may be damaged (see [`Check::Frame`]), or larger than any that is written to.
    /// Then the node has the elements that can be walked to and have room, so that nobody else has
    /// to think of that.
    pub(super) fn from_listpack(mut blob: Blob) -> Option<Self> {
        let valid = Listpack::from_untrusted(&blob, Check::Whole).is_ok();
        if !valid || blob.len() > Listpack::SIZE_MAX {
            let mut rest = ListpackBuf::new();
            for element in Listpack::new(&blob) {
                if !rest.view().has_room_for(size_bound(element)) {
                    break;
                }
                rest.append([element]);
            }
            blob = Blob::from_slice(rest.view().as_bytes());
        }
        let len = u32::try_from(Listpack::new(&blob).len()).ok().filter(|&len| len > 0)?;
        Some(Self::raw(Container::Packed, blob, len))
    }

    fn raw(container: Container, blob: Blob, len: u32) -> Self {
        // Nothing asks for the end of an element that is larger than this.
        let end = u32::try_from(blob.len()).unwrap_or(u32::MAX);
        Self { blob, len, start: 0, end, container, form: Form::Raw }
    }

    /// The number of elements, at least one.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    /// The size of its allocation, as it was asked for.
    #[inline]
    pub(super) fn allocation_size(&self) -> usize {
        self.blob.allocation_size()
    }

    /// The bytes that it has allocated.
    #[inline]
    pub(super) fn memory(&self) -> usize {
        good_size(self.blob.allocation_size())
    }

    #[inline]
    pub(super) fn is_packed(&self) -> bool {
        self.container == Container::Packed
    }

    #[inline]
    pub(super) fn is_compressed(&self) -> bool {
        self.form == Form::Lzf
    }

    /// The bytes of its content when not compressed.
    #[inline]
    pub(super) fn raw_len(&self) -> usize {
        if self.is_packed() || self.is_compressed() {
            (self.end - self.start) as usize
        } else {
            self.blob.len()
        }
    }

    /// Its content, if not compressed.
    #[inline]
    pub(super) fn raw_bytes(&self) -> Option<&[u8]> {
        match (self.form, self.container) {
            (Form::Lzf, _) => None,
            (_, Container::Plain) => Some(&self.blob),
            (_, Container::Packed) => Some(&self.blob[self.start as usize..self.end as usize]),
        }
    }

    /// Its content, which is brought to light if need be.
    #[inline]
    pub(super) fn bytes(&self) -> Cow<'_, [u8]> {
        self.raw_bytes().map_or_else(|| Cow::Owned(self.expanded()), Cow::Borrowed)
    }

    #[cold]
    fn expanded(&self) -> Vec<u8> {
        lzf::decompress(&self.blob, self.raw_len()).expect("this was compressed here")
    }

    /// The blob, if it has nothing but the content, and that as it is.
    pub(super) fn whole_blob(&self) -> Option<&Blob> {
        self.raw_bytes().filter(|raw| raw.len() == self.blob.len()).map(|_| &self.blob)
    }

    pub(super) fn view(&self) -> NodeView<'_> {
        let content = match self.raw_bytes() {
            Some(bytes) => Content::Raw(bytes),
            None => Content::Lzf { compressed: &self.blob, raw_len: self.raw_len() },
        };
        NodeView { container: self.container, len: self.len(), content }
    }

    /// Compresses the content if that pays.
    pub(super) fn compress(&mut self) {
        let Some(raw) = self.raw_bytes().filter(|raw| raw.len() >= COMPRESSED_FROM) else { return };
        if self.form == Form::Incompressible {
            return;
        }
        let compressed = COMPRESSOR.with_borrow_mut(|compressor| {
            compressor.compress(raw, raw.len() - SAVED_MIN).map(Blob::from_slice)
        });
        match compressed {
            Some(blob) => (self.blob, self.form) = (blob, Form::Lzf),
            None => self.form = Form::Incompressible,
        }
    }

    #[inline]
    pub(super) fn decompress(&mut self) {
        if self.is_compressed() {
            let raw = Blob::from_slice(&self.expanded());
            *self = Self::raw(self.container, raw, self.len);
        }
    }

    /// Moves the content to the smallest allocation that holds it, unless it is in one, or shared:
    /// then there would be two.
    pub(super) fn fit(&mut self) {
        let Some(raw) = self.raw_bytes() else { return };
        let smaller = good_size(BLOB_HEADER + raw.len()) < self.memory();
        if smaller && self.blob.is_unique() {
            self.blob = Blob::from_slice(raw);
            (self.start, self.end) = (0, self.end - self.start);
        }
    }

    /// Calls `f` with up to `count` elements, beginning at an end.
    #[inline]
    pub(super) fn visit(&self, from: End, count: usize, mut f: impl FnMut(Element<'_>)) {
        let bytes = self.bytes();
        match (self.container, from) {
            (Container::Plain, _) if count > 0 => f(Element::Bytes(&bytes)),
            (Container::Plain, _) => (),
            (Container::Packed, End::Front) => {
                Listpack::new(&bytes).iter().take(count).for_each(f);
            }
            (Container::Packed, End::Back) => {
                Listpack::new(&bytes).iter().rev().take(count).for_each(f);
            }
        }
    }

    /// Calls `f` with an element.
    pub(super) fn with<R>(&self, offset: usize, f: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        let bytes = self.bytes();
        match self.container {
            Container::Plain => Some(f(Element::Bytes(&bytes))),
            Container::Packed => {
                let listpack = Listpack::new(&bytes);
                listpack.at(position(listpack, offset)?).map(f)
            }
        }
    }

    /// The offsets of up to `max` elements that match, found in the order from an end.
    pub(super) fn find_matching(
        &self,
        from: End,
        max: usize,
        mut matches: impl FnMut(Element<'_>) -> bool,
        found: &mut Vec<usize>,
    ) {
        found.clear();
        let bytes = self.bytes();
        let elements = match self.container {
            Container::Plain if matches(Element::Bytes(&bytes)) => return found.push(0),
            Container::Plain => return,
            Container::Packed => Listpack::new(&bytes).iter(),
        };
        match from {
            End::Front => {
                let offsets = elements.enumerate().filter(|&(_, element)| matches(element));
                found.extend(offsets.map(|(offset, _)| offset).take(max));
            }
            End::Back => {
                let offsets = (0..self.len()).rev().zip(elements.rev());
                let matching = offsets.filter(|&(_, element)| matches(element));
                found.extend(matching.map(|(offset, _)| offset).take(max));
            }
        }
    }

    /// Adds an element at an end. The node is packed.
    #[inline]
    pub(super) fn push(&mut self, end: End, element: Element<'_>) {
        let mut buf = self.edit(size_bound(element), end);
        match end {
            End::Front => buf.prepend([element]),
            End::Back => buf.append([element]),
        }
        self.len += 1;
    }

    /// Inserts an element before the one at `offset`, or behind the last. The node is packed.
    pub(super) fn insert(&mut self, offset: usize, element: Element<'_>) {
        let mut buf = self.edit(size_bound(element), End::Back);
        let at = position(buf.view(), offset).unwrap_or_else(|| buf.view().end());
        buf.insert_before(at, [element]);
        self.len += 1;
    }

    /// How many more bytes the listpack would have with another element in the place of that at
    /// `offset`, if more; at most.
    pub(super) fn growth_by_replacing(&self, offset: usize, element: Element<'_>) -> usize {
        // Others than us may have spent more on it.
        let old = self.with(offset, |element| Listpack::size_of(element));
        Listpack::size_of(element).saturating_sub(old.unwrap_or(0))
    }

    /// Replaces the element at `offset`, which makes the listpack grow by so much at most. The node
    /// is packed.
    pub(super) fn replace(&mut self, offset: usize, element: Element<'_>, growth: usize) {
        let mut buf = self.edit(growth, End::Back);
        if let Some(at) = position(buf.view(), offset) {
            buf.replace(at, element);
        }
    }

    /// Removes `count` elements from `offset` on, but not all of them. The node is packed.
    #[inline]
    pub(super) fn remove(&mut self, offset: usize, count: usize) {
        debug_assert!(0 < count && count < self.len() && offset <= self.len() - count);
        let mut buf = self.edit(0, End::Back);
        if let Some(at) = position(buf.view(), offset) {
            buf.remove(at, count);
        }
        self.len -= count as u32;
        let (used, allocation) = (BLOB_HEADER + self.raw_len(), self.blob.allocation_size());
        if allocation > ALLOCATION_MIN && used < allocation / 4 {
            self.relocate(self.raw_len(), End::Back);
        }
    }

    /// Removes `count` elements at an end, but not all of them. The node is packed.
    #[inline]
    pub(super) fn remove_at(&mut self, end: End, count: usize) {
        match end {
            End::Front => self.remove(0, count),
            End::Back => self.remove(self.len() - count, count),
        }
    }

    /// Splits off the elements from `offset` on; on both sides there are some. The node is packed.
    pub(super) fn split_off(&mut self, offset: usize) -> Self {
        debug_assert!(0 < offset && offset < self.len());
        let mut buf = self.edit(0, End::Back);
        let at = position(buf.view(), offset).unwrap_or_else(|| buf.view().end());
        let tail = Blob::from_slice(buf.split_off(at).view().as_bytes());
        let moved = self.len - offset as u32;
        self.len -= moved;
        Self::raw(Container::Packed, tail, moved)
    }

    /// Adds the elements of another node. Both are packed.
    pub(super) fn append_all(&mut self, other: &Self) {
        let bytes = other.bytes();
        self.edit(bytes.len(), End::Back).append_all(Listpack::new(&bytes));
        self.len += other.len;
    }

    /// The listpack to be edited, with `extra` bytes of room: if it has to be made, at that end.
    #[inline]
    fn edit(&mut self, extra: usize, end: End) -> ListpackBuf<Window<'_>> {
        debug_assert!(self.is_packed());
        self.decompress();
        self.form = Form::Raw;
        if self.blob.len() - self.raw_len() < extra || !self.blob.is_unique() {
            self.relocate(extra, end);
        }
        let bytes = self.blob.as_mut_slice();
        ListpackBuf::over(Window::new(bytes, &mut self.start, &mut self.end))
    }

    /// Moves the listpack to another allocation, with at least `extra` bytes of room, all of it at
    /// that end.
    #[cold]
    fn relocate(&mut self, extra: usize, end: End) {
        let content = self.bytes();
        let size = BLOB_HEADER + content.len() + extra;
        let allocation = if size <= DOUBLING_MAX {
            size.next_power_of_two().max(ALLOCATION_MIN)
        } else {
            good_size(size + size / 8)
        };
        let capacity = allocation - BLOB_HEADER;
        let mut blob = Blob::with_capacity(capacity);
        let start = if end == End::Front { capacity - content.len() } else { 0 };
        blob.resize(start);
        blob.extend(&content);
        blob.resize(capacity);
        let end = start + content.len();
        self.blob = blob;
        // An allocation for a listpack is far smaller than 4 GiB.
        (self.start, self.end) = (start as u32, end as u32);
    }

    /// Panics unless the node is what it says it is: for tests.
    pub(super) fn assert_valid(&self) {
        assert!(self.len > 0, "no node is empty");
        let bytes = self.bytes();
        assert_eq!(bytes.len(), self.raw_len());
        match self.container {
            Container::Plain => assert_eq!(self.len, 1),
            Container::Packed => {
                Listpack::new(&bytes).assert_valid();
                assert_eq!(Listpack::new(&bytes).len(), self.len());
            }
        }
    }
}

/// Where an element is, from the nearer end.
#[inline]
fn position(listpack: Listpack<'_>, offset: usize) -> Option<listpack::Position> {
    if offset == 0 { listpack.first() } else { listpack.position(isize::try_from(offset).ok()?) }
}
