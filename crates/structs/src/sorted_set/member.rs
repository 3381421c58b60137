//! A member with its score, in one allocation.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use stdx::size_class::good_size;

use crate::cut::{Record, pop_bytes, push_bytes};
use crate::hashtable::{Element, prefetch};
use crate::{length, ordered};

/// Where the length is: behind the score.
const LEN_AT: usize = size_of::<f64>();

/// A member with its score.
pub(super) struct Member(NonNull<u8>);

// SAFETY: the block is owned by this handle alone.
unsafe impl Send for Member {}

// SAFETY: blocks have an alignment of eight and user addresses; the conversions are the identity.
unsafe impl Element for Member {
    fn into_raw(self) -> NonNull<u8> {
        ManuallyDrop::new(self).0
    }

    unsafe fn from_raw(raw: NonNull<u8>) -> Self {
        Self(raw)
    }

    #[inline]
    fn key(&self) -> &[u8] {
        self.bytes()
    }
}

impl Member {
    fn layout(len: usize) -> Layout {
        let head = LEN_AT + length::size(len);
        Layout::from_size_align(good_size(head + len), 8).expect("a member fits the address space")
    }

    /// Returns the memory of a member of that length.
    pub(super) fn memory(len: usize) -> usize {
        Self::layout(len).size()
    }

    pub(super) fn new(bytes: &[u8], score: f64) -> Self {
        let layout = Self::layout(bytes.len());
        // SAFETY: the size is not zero; all that is written is within it.
        unsafe {
            let Some(block) = NonNull::new(alloc(layout)) else { handle_alloc_error(layout) };
            block.cast::<f64>().write(score);
            let at = length::write(block.as_ptr().add(LEN_AT), bytes.len());
            at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            Self(block)
        }
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the block lives as long as this handle.
        unsafe { self.handle().bytes() }
    }

    #[inline]
    pub(super) fn score(&self) -> f64 {
        // SAFETY: as above.
        unsafe { self.handle().score() }
    }

    #[inline]
    pub(super) fn set_score(&mut self, score: f64) {
        // SAFETY: the block begins with the score, and is borrowed mutably.
        unsafe { self.0.cast::<f64>().write(score) };
    }

    /// Returns what the order knows the member by.
    #[inline]
    pub(super) fn handle(&self) -> Handle {
        Handle(self.0)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let layout = Self::layout(self.bytes().len());
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.0.as_ptr(), layout) };
    }
}

impl Record for Member {
    fn append_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.score().to_le_bytes());
        push_bytes(out, self.bytes());
    }
}

/// Takes a member with its score off the front of a piece of a cut.
pub fn take_scored<'a>(piece: &mut &'a [u8]) -> Option<(&'a [u8], f64)> {
    let (score, rest) = piece.split_first_chunk()?;
    *piece = rest;
    Some((pop_bytes(piece)?, f64::from_le_bytes(*score)))
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.bytes().escape_ascii(), self.score())
    }
}

/// A member as the order knows it: its address, which it keeps as long as it is in the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Handle(NonNull<u8>);

// SAFETY: an address; whoever follows it says why it may.
unsafe impl Send for Handle {}

impl Handle {
    /// # Safety
    /// The member is there for as long as the result is used.
    #[inline]
    pub(super) unsafe fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: the block was written by `Member::new`, and is there by the caller's word.
        unsafe {
            let (len, at) = length::read(self.0.as_ptr().add(LEN_AT));
            std::slice::from_raw_parts(at, len)
        }
    }

    /// # Safety
    /// The member is there.
    #[inline]
    pub(super) unsafe fn score(self) -> f64 {
        // SAFETY: the block begins with the score, and is there by the caller's word.
        unsafe { self.0.cast::<f64>().read() }
    }

    /// Tells the processor to fetch the member.
    #[inline]
    pub(super) fn prefetch(self) {
        prefetch(self.0.as_ptr());
    }
}

impl ordered::Member for Handle {
    #[inline]
    fn bytes(&self) -> &[u8] {
        // SAFETY: a set takes a member out of the order before it lets go of it, and the order follows no handle that was taken out.
        unsafe { Self::bytes(*self) }
    }
}
