//! One node of a list: a listpack, or one element that is larger than nodes are.

use std::borrow::Cow;
use std::cell::RefCell;

use stdx::lzf::{self, Compressor};
use stdx::size_class::good_size;

use super::window::{self, Window};
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

/// A node. Its bytes may be shared with the nodes of clones, and are copied before they are written.
#[derive(Debug, Clone)]
pub(super) struct Node {
    blob: Blob,
    len: u32,
    container: Container,
    form: Form,
}

/// How the bytes are in the blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// From `start` on. If `tried`, compressing them did not pay.
    Raw { start: u32, tried: bool },
    /// Compressed.
    Lzf { raw_len: u32 },
}

const _: () = assert!(size_of::<Node>() == 24);

impl Node {
    /// A node for an element.
    pub(super) fn new(element: Element<'_>, limits: Limits) -> Self {
        if limits.is_large(element) { Self::plain(element) } else { Self::packed(element) }
    }

    /// A node for an element that is not large.
    pub(super) fn packed(element: Element<'_>) -> Self {
        let mut blob =
            Blob::with_capacity(window::capacity_for(super::limits::size_bound(element)));
        blob.extend(Listpack::EMPTY.as_bytes());
        let mut node = Self { blob, len: 0, container: Container::Packed, form: Form::RAW };
        node.push(End::Back, element);
        node
    }

    /// A node for a large element.
    pub(super) fn plain(element: Element<'_>) -> Self {
        Self::from_plain(Blob::from_slice(element.text(&mut None)))
    }

    /// A node for the bytes of one element.
    pub(super) fn from_plain(blob: Blob) -> Self {
        Self { blob, len: 1, container: Container::Plain, form: Form::RAW }
    }

    /// A node of a listpack; `None` if that has no elements.
    ///
    /// The listpack may be damaged (see [`Check::Frame`]). Then the node has the elements that can
    /// be walked to, so that nobody else has to think of damage.
    pub(super) fn from_listpack(mut blob: Blob) -> Option<Self> {
        if Listpack::from_untrusted(&blob, Check::Whole).is_err() {
            let mut rest = ListpackBuf::new();
            Listpack::new(&blob).iter().for_each(|element| rest.append([element]));
            blob = Blob::from_slice(rest.view().as_bytes());
        }
        let len = u32::try_from(Listpack::new(&blob).len()).ok().filter(|&len| len > 0)?;
        Some(Self { blob, len, container: Container::Packed, form: Form::RAW })
    }

    /// The number of elements, at least one.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len as usize
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

    /// The bytes of its content when not compressed.
    #[inline]
    pub(super) fn raw_len(&self) -> usize {
        match self.form {
            Form::Raw { start, .. } => self.blob.len() - start as usize,
            Form::Lzf { raw_len } => raw_len as usize,
        }
    }

    /// Its content, if not compressed.
    #[inline]
    pub(super) fn raw(&self) -> Option<&[u8]> {
        match self.form {
            Form::Raw { start, .. } => Some(&self.blob[start as usize..]),
            Form::Lzf { .. } => None,
        }
    }

    /// Its content, which is brought to light if need be.
    #[inline]
    pub(super) fn bytes(&self) -> Cow<'_, [u8]> {
        match self.form {
            Form::Raw { start, .. } => Cow::Borrowed(&self.blob[start as usize..]),
            Form::Lzf { raw_len } => Cow::Owned(expand(&self.blob, raw_len)),
        }
    }

    /// The blob, if it is a listpack and nothing else.
    pub(super) fn whole_blob(&self) -> Option<&Blob> {
        matches!(self.form, Form::Raw { start: 0, .. }).then_some(&self.blob)
    }

    pub(super) fn view(&self) -> NodeView<'_> {
        let content = match self.form {
            Form::Raw { start, .. } => Content::Raw(&self.blob[start as usize..]),
            Form::Lzf { raw_len } => {
                Content::Lzf { compressed: &self.blob, raw_len: raw_len as usize }
            }
        };
        NodeView { container: self.container, len: self.len(), content }
    }

    pub(super) fn is_compressed(&self) -> bool {
        matches!(self.form, Form::Lzf { .. })
    }

    /// Compresses the content if that pays.
    pub(super) fn compress(&mut self) {
        let Form::Raw { start, tried: false } = self.form else { return };
        let raw = &self.blob[start as usize..];
        if raw.len() < COMPRESSED_FROM {
            return;
        }
        let compressed = COMPRESSOR.with_borrow_mut(|compressor| {
            compressor.compress(raw, raw.len() - SAVED_MIN).map(Blob::from_slice)
        });
        match (compressed, u32::try_from(raw.len())) {
            (Some(blob), Ok(raw_len)) => {
                (self.blob, self.form) = (blob, Form::Lzf { raw_len });
            }
            _ => self.form = Form::Raw { start, tried: true },
        }
    }

    pub(super) fn decompress(&mut self) {
        if let Form::Lzf { raw_len } = self.form {
            self.blob = Blob::from_slice(&expand(&self.blob, raw_len));
            self.form = Form::RAW;
        }
    }

    /// Gives back room that is kept for growth.
    pub(super) fn fit(&mut self) {
        if let Form::Raw { start, .. } = &mut self.form {
            window::fit(&mut self.blob, start);
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
        match end {
            End::Front => self.edit().prepend([element]),
            End::Back => self.edit().append([element]),
        }
        self.len += 1;
    }

    /// Inserts an element before the one at `offset`. The node is packed.
    pub(super) fn insert(&mut self, offset: usize, element: Element<'_>) {
        let mut buf = self.edit();
        let at = position(buf.view(), offset).unwrap_or_else(|| buf.view().end());
        buf.insert_before(at, [element]);
        self.len += 1;
    }

    /// Replaces the element at `offset`. The node is packed.
    pub(super) fn replace(&mut self, offset: usize, element: Element<'_>) {
        let mut buf = self.edit();
        if let Some(at) = position(buf.view(), offset) {
            buf.replace(at, element);
        }
    }

    /// Removes `count` elements from `offset` on, but not all of them. The node is packed.
    #[inline]
    pub(super) fn remove(&mut self, offset: usize, count: usize) {
        debug_assert!(0 < count && count < self.len() && offset <= self.len() - count);
        let mut buf = self.edit();
        if let Some(at) = position(buf.view(), offset) {
            buf.remove(at, count);
        }
        self.len -= count as u32;
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
        let mut buf = self.edit();
        let at = position(buf.view(), offset).unwrap_or_else(|| buf.view().end());
        let tail = Blob::from_slice(buf.split_off(at).view().as_bytes());
        let moved = self.len - offset as u32;
        self.len -= moved;
        Self { blob: tail, len: moved, container: Container::Packed, form: Form::RAW }
    }

    /// Adds the elements of another node. Both are packed.
    pub(super) fn append_all(&mut self, other: &Self) {
        self.edit().append_all(Listpack::new(&other.bytes()));
        self.len += other.len;
    }

    /// The listpack to be edited.
    #[inline]
    fn edit(&mut self) -> ListpackBuf<Window<'_>> {
        debug_assert!(self.is_packed());
        self.decompress();
        let Form::Raw { start, tried } = &mut self.form else {
            unreachable!("the node was decompressed")
        };
        *tried = false;
        ListpackBuf::over(Window::new(&mut self.blob, start))
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

impl Form {
    /// Just made.
    const RAW: Self = Self::Raw { start: 0, tried: false };
}

/// Where an element is, from the nearer end.
#[inline]
fn position(listpack: Listpack<'_>, offset: usize) -> Option<listpack::Position> {
    if offset == 0 { listpack.first() } else { listpack.position(isize::try_from(offset).ok()?) }
}

fn expand(compressed: &[u8], raw_len: u32) -> Vec<u8> {
    lzf::decompress(compressed, raw_len as usize).expect("this was compressed here")
}
