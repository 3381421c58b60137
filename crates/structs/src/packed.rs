//! What the packed formats ([`listpack`](crate::listpack), `intset`) share: bytes that may live
//! anywhere.
//!
//! A small collection is a few dozen bytes, and an allocation of its own would double them. So the
//! formats do not own their bytes. They are read through a view of a slice, and edited through
//! [`Buffer`], in which an edit announces its exact size before it writes: a vector moves its tail,
//! and the allocation of a key, with other things in front of the collection, can do the same.

use std::ops::Range;

use crate::blob::Blob;

/// Bytes that grow and shrink in the middle.
pub trait Buffer {
    /// Returns the bytes.
    fn as_slice(&self) -> &[u8];

    /// Returns the bytes, to be overwritten.
    fn as_mut_slice(&mut self) -> &mut [u8];

    /// Makes a range `len` bytes long and moves what is behind it. What the range contains then is
    /// unspecified; the caller writes it.
    ///
    /// Every edit calls this once, before it writes anything: the place to find another allocation.
    fn resize_range(&mut self, range: Range<usize>, len: usize);
}

impl Buffer for Vec<u8> {
    #[inline]
    fn as_slice(&self) -> &[u8] {
        self
    }

    #[inline]
    fn as_mut_slice(&mut self) -> &mut [u8] {
        self
    }

    fn resize_range(&mut self, range: Range<usize>, len: usize) {
        resize_range(self, range, len, |vec, total| vec.resize(total, 0));
    }
}

/// A shared blob is copied first.
impl Buffer for Blob {
    #[inline]
    fn as_slice(&self) -> &[u8] {
        self
    }

    #[inline]
    fn as_mut_slice(&mut self) -> &mut [u8] {
        Self::as_mut_slice(self)
    }

    fn resize_range(&mut self, range: Range<usize>, len: usize) {
        resize_range(self, range, len, Self::resize);
    }
}

impl<B: Buffer + ?Sized> Buffer for &mut B {
    #[inline]
    fn as_slice(&self) -> &[u8] {
        (**self).as_slice()
    }

    #[inline]
    fn as_mut_slice(&mut self) -> &mut [u8] {
        (**self).as_mut_slice()
    }

    #[inline]
    fn resize_range(&mut self, range: Range<usize>, len: usize) {
        (**self).resize_range(range, len);
    }
}

/// [`Buffer::resize_range`] for what can be resized at its end.
fn resize_range<B: Buffer>(
    buffer: &mut B,
    range: Range<usize>,
    len: usize,
    resize: impl Fn(&mut B, usize),
) {
    let old_total = buffer.as_slice().len();
    let new_end = range.start + len;
    let new_total = old_total - range.len() + len;
    if new_total > old_total {
        resize(buffer, new_total);
    }
    if new_total != old_total {
        buffer.as_mut_slice().copy_within(range.end..old_total, new_end);
    }
    if new_total < old_total {
        resize(buffer, new_total);
    }
}

/// How far bytes from outside are to be doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Only the frame: constant time, for files that we trust. If the content is damaged after all,
    /// elements may be missing or wrong, but nothing panics or reads outside the bytes.
    Frame,
    /// Everything: one pass.
    Whole,
}

/// Why bytes are not in the format they claim to be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// There are fewer bytes than any header has, or the header cannot be.
    Header,
    /// The header states another size than there are bytes.
    Size {
        /// What the header states, or what follows from it.
        stated: u64,
        /// The number of bytes.
        found: usize,
    },
    /// The terminator is missing.
    Terminator,
    /// No element can begin here, or it would reach beyond the end.
    Element {
        /// The offset from the first byte.
        at: usize,
    },
    /// The length behind an element, which is for walking backwards, is another than its own.
    Backlen {
        /// The offset of the element.
        at: usize,
    },
    /// The header states another number of elements than there are.
    Count {
        /// What the header states.
        stated: usize,
        /// The number of elements.
        found: usize,
    },
    /// Elements are not in ascending order.
    Order {
        /// The index of the first element that is not above the one before it.
        index: usize,
    },
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Header => write!(f, "no valid header"),
            Self::Size { stated, found } => write!(f, "{stated} bytes expected, {found} found"),
            Self::Terminator => write!(f, "no terminator at the end"),
            Self::Element { at } => write!(f, "no valid element at offset {at}"),
            Self::Backlen { at } => {
                write!(f, "the length behind the element at offset {at} is not its own")
            }
            Self::Count { stated, found } => {
                write!(f, "{stated} elements expected, {found} found")
            }
            Self::Order { index } => write!(f, "element {index} is out of order"),
        }
    }
}

impl std::error::Error for Malformed {}
