//! Editing an intset in place.

use std::fmt;

use super::width::Width;
use super::{EMPTY, HEADER, Intset};
use crate::packed::Buffer;

/// A set of integers to be edited, in a vector of its own or in any other buffer.
#[derive(Clone)]
pub struct IntsetBuf<B = Vec<u8>> {
    buffer: B,
}

impl IntsetBuf {
    /// A set without integers, in a vector.
    pub fn new() -> Self {
        Self { buffer: EMPTY.to_vec() }
    }

    /// The bytes that it has allocated.
    pub fn memory(&self) -> usize {
        self.buffer.capacity()
    }
}

impl Default for IntsetBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Intset<'_>> for IntsetBuf {
    fn from(set: Intset<'_>) -> Self {
        Self { buffer: set.as_bytes().to_vec() }
    }
}

impl<B: Buffer> IntsetBuf<B> {
    /// Edits what is in a buffer, which is known to be an intset and nothing else.
    #[inline]
    pub fn over(buffer: B) -> Self {
        Self { buffer }
    }

    /// The buffer.
    #[inline]
    pub fn into_inner(self) -> B {
        self.buffer
    }

    /// Reads it.
    #[inline]
    pub fn view(&self) -> Intset<'_> {
        Intset::new(self.buffer.as_slice())
    }

    /// Adds an integer, and tells whether it is new.
    ///
    /// # Panics
    /// If there would be more than [`Intset::LEN_MAX`] of them. Callers have limits of a few
    /// thousand.
    pub fn insert(&mut self, integer: i64) -> bool {
        let set = self.view();
        let (len, width) = (set.len(), set.width);
        if width < Width::of(integer) {
            assert!(len < Intset::LEN_MAX, "callers have lower limits");
            self.widen(integer);
            return true;
        }
        let Err(index) = set.search(integer) else { return false };
        assert!(len < Intset::LEN_MAX, "callers have lower limits");
        let at = HEADER + index * width.bytes();
        self.buffer.resize_range(at..at, width.bytes());
        self.set_header(width, len + 1);
        width.set(self.integers_mut(), index, integer);
        true
    }

    /// Removes an integer, and tells whether it was there.
    pub fn remove(&mut self, integer: i64) -> bool {
        self.view().search(integer).is_ok_and(|index| self.remove_at(index).is_some())
    }

    /// Removes the integer with that index in ascending order, and returns it.
    pub fn remove_at(&mut self, index: usize) -> Option<i64> {
        let set = self.view();
        let (removed, len, width) = (set.get(index)?, set.len(), set.width);
        let at = HEADER + index * width.bytes();
        self.buffer.resize_range(at..at + width.bytes(), 0);
        self.set_header(width, len - 1);
        Some(removed)
    }

    /// Rewrites the set for an integer that does not fit. It is below or above all others, since
    /// they do.
    #[cold]
    fn widen(&mut self, integer: i64) {
        let set = self.view();
        let (len, old, new) = (set.len(), set.width, Width::of(integer));
        let end = HEADER + len * old.bytes();
        self.buffer.resize_range(end..end, (len + 1) * new.bytes() - len * old.bytes());
        self.set_header(new, len + 1);

        let integers = self.integers_mut();
        let shift = usize::from(integer < 0);
        // From the top: no integer is overwritten before it has been moved.
        for index in (0..len).rev() {
            if let Some(moved) = old.get(integers, index) {
                new.set(integers, index + shift, moved);
            }
        }
        new.set(integers, if integer < 0 { 0 } else { len }, integer);
    }

    #[inline]
    fn integers_mut(&mut self) -> &mut [u8] {
        &mut self.buffer.as_mut_slice()[HEADER..]
    }

    #[inline]
    fn set_header(&mut self, width: Width, len: usize) {
        let (width_bytes, len_bytes) =
            self.buffer.as_mut_slice()[..HEADER].split_at_mut(size_of::<u32>());
        width_bytes.copy_from_slice(&(width.bytes() as u32).to_le_bytes());
        len_bytes.copy_from_slice(&(len as u32).to_le_bytes());
    }
}

impl<B: Buffer> fmt::Debug for IntsetBuf<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}
