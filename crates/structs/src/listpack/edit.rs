//! Editing a listpack in place.
//!
//! Every edit is one splice: it works out how many bytes the new elements take, has the buffer
//! resize the range that they replace, and writes.

use std::fmt;
use std::ops::Range;

use super::encoding::{self, END, Encoded, HEADER, TERMINATED};
use super::{COUNT_UNKNOWN, EMPTY, Element, Listpack, Position};
use crate::packed::Buffer;

/// A listpack to be edited, in a vector of its own or in any other buffer.
///
/// Elements are given as [`Element`], or as what turns into it: `&[u8]` and `i64`. Several at once,
/// such as a field and its value, are one move of what is behind them.
///
/// Edits never move what is in front of them, so positions up to the edited one stay good.
///
/// # Panics
/// Edits panic if the listpack would exceed [`Listpack::SIZE_MAX`], so callers ask
/// [`Listpack::has_room_for`] before they add what comes from outside; and if a position is behind
/// the end. Other positions from before an edit are not recognised as such: to use them is an error
/// that damages the content.
#[derive(Clone)]
pub struct ListpackBuf<B = Vec<u8>> {
    buffer: B,
}

impl ListpackBuf {
    /// A listpack without elements, in a vector.
    pub fn new() -> Self {
        Self { buffer: EMPTY.to_vec() }
    }

    /// A listpack without elements, in a vector that has room for `bytes` bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        let mut buffer = Vec::with_capacity(bytes.max(TERMINATED));
        buffer.extend_from_slice(&EMPTY);
        Self { buffer }
    }

    /// Gives back the room that is not in use.
    pub fn shrink_to_fit(&mut self) {
        self.buffer.shrink_to_fit();
    }

    /// The bytes that it has allocated.
    pub fn memory(&self) -> usize {
        self.buffer.capacity()
    }
}

impl Default for ListpackBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Listpack<'_>> for ListpackBuf {
    fn from(listpack: Listpack<'_>) -> Self {
        Self { buffer: listpack.as_bytes().to_vec() }
    }
}

impl<B: Buffer> ListpackBuf<B> {
    /// Edits what is in a buffer, which is known to be a listpack and nothing else.
    #[inline]
    pub fn over(buffer: B) -> Self {
        let _checked = Listpack::new(buffer.as_slice());
        Self { buffer }
    }

    /// The buffer.
    #[inline]
    pub fn into_inner(self) -> B {
        self.buffer
    }

    /// Reads it.
    #[inline]
    pub fn view(&self) -> Listpack<'_> {
        Listpack::new(self.buffer.as_slice())
    }

    /// Adds elements at the end.
    #[inline]
    pub fn append<'e, E: Into<Element<'e>>, const N: usize>(&mut self, elements: [E; N]) {
        self.insert_before(self.view().end(), elements);
    }

    /// Adds elements at the beginning, in the given order.
    #[inline]
    pub fn prepend<'e, E: Into<Element<'e>>, const N: usize>(&mut self, elements: [E; N]) {
        self.insert_before(Position(HEADER), elements);
    }

    /// Adds elements before the one at `at`, which then is the position of the first new one.
    #[inline]
    pub fn insert_before<'e, E: Into<Element<'e>>, const N: usize>(
        &mut self,
        at: Position,
        elements: [E; N],
    ) {
        self.splice(at.0..at.0, 0, elements);
    }

    /// Adds elements behind the one at `at`.
    pub fn insert_after<'e, E: Into<Element<'e>>, const N: usize>(
        &mut self,
        at: Position,
        elements: [E; N],
    ) {
        let end = self.entry_end(at);
        self.splice(end..end, 0, elements);
    }

    /// Puts another element in the place of the one at `at`.
    pub fn replace<'e>(&mut self, at: Position, element: impl Into<Element<'e>>) {
        let end = self.entry_end(at);
        self.splice(at.0..end, 1, [element]);
    }

    /// Removes up to `count` elements, the one at `at` and those behind it, and tells how many there
    /// were. `at` then is the position of what followed them.
    pub fn remove(&mut self, at: Position, count: usize) -> usize {
        let bytes = self.buffer.as_slice();
        let (mut end, mut removed) = (at.0, 0);
        while removed < count
            && let Some(next) = encoding::skip(bytes, end)
        {
            (end, removed) = (next, removed + 1);
        }
        self.splice::<Element<'_>, 0>(at.0..end, removed, []);
        removed
    }

    /// Removes up to `count` elements from the one with that index on, which may be negative as in
    /// [`Listpack::get`], and tells how many there were.
    pub fn remove_range(&mut self, index: isize, count: usize) -> usize {
        self.view().position(index).map_or(0, |at| self.remove(at, count))
    }

    /// Removes all elements.
    pub fn clear(&mut self) {
        let end = self.view().end();
        self.resize_range(HEADER..end.0, 0);
        self.set_count(Some(0));
    }

    /// Adds the elements of another listpack at the end. They are copied as they are.
    pub fn append_all(&mut self, other: Listpack<'_>) {
        self.splice_raw(self.view().end(), other);
    }

    /// Adds the elements of another listpack at the beginning. They are copied as they are.
    pub fn prepend_all(&mut self, other: Listpack<'_>) {
        self.splice_raw(Position(HEADER), other);
    }

    /// Takes the elements from `at` on out, as a listpack of their own.
    pub fn split_off(&mut self, at: Position) -> ListpackBuf {
        let view = self.view();
        let (end, moved) = (view.end(), view.iter_from(at).count());
        let entries = &self.buffer.as_slice()[at.0..end.0];
        let mut tail = ListpackBuf::with_capacity(TERMINATED + entries.len());
        tail.resize_range(HEADER..HEADER, entries.len());
        tail.buffer[HEADER..HEADER + entries.len()].copy_from_slice(entries);
        tail.set_count(Some(moved));
        self.splice::<Element<'_>, 0>(at.0..end.0, moved, []);
        tail
    }

    /// Where the element at `at` ends.
    #[inline]
    fn entry_end(&self, at: Position) -> usize {
        encoding::skip(self.buffer.as_slice(), at.0).expect("the position is that of an element")
    }

    /// Puts elements in the place of `removed` others, which are all that is in a range.
    fn splice<'e, E: Into<Element<'e>>, const N: usize>(
        &mut self,
        range: Range<usize>,
        removed: usize,
        elements: [E; N],
    ) {
        let encoded = elements.map(|element| Encoded::new(element.into()));
        let size = encoded.iter().map(Encoded::size).sum();
        let count = self.known_count().map(|count| count.saturating_sub(removed) + N);

        let start = range.start;
        self.resize_range(range, size);
        let gap = &mut self.buffer.as_mut_slice()[start..start + size];
        encoded.iter().fold(gap, |out, element| element.write(out));
        self.set_count(count);
        if count.is_none() && removed > 0 {
            self.count_again();
        }
    }

    /// Copies the elements of another listpack to a position.
    fn splice_raw(&mut self, at: Position, other: Listpack<'_>) {
        let entries = &other.as_bytes()[HEADER..other.end().0];
        let count = self.known_count().map(|count| count + other.len());
        self.resize_range(at.0..at.0, entries.len());
        self.buffer.as_mut_slice()[at.0..at.0 + entries.len()].copy_from_slice(entries);
        self.set_count(count);
    }

    /// Has the buffer resize a range of entries, and notes the new total.
    #[inline]
    fn resize_range(&mut self, range: Range<usize>, size: usize) {
        let old = self.buffer.as_slice().len();
        // The terminator is not part of any range.
        assert!(HEADER <= range.start && range.end < old, "the position is within the listpack");
        let kept = old - range.len();
        assert!(
            size <= range.len() || size <= Listpack::SIZE_MAX.saturating_sub(kept),
            "callers see to it that there is room"
        );
        if size == range.len() {
            return;
        }
        self.buffer.resize_range(range, size);
        let bytes = self.buffer.as_mut_slice();
        let total = (kept + size) as u32;
        bytes[..4].copy_from_slice(&total.to_le_bytes());
        debug_assert_eq!(bytes.last(), Some(&END));
    }

    /// The number of elements, if the header has it.
    #[inline]
    fn known_count(&self) -> Option<usize> {
        let count = encoding::count(self.buffer.as_slice());
        (count != COUNT_UNKNOWN).then_some(usize::from(count))
    }

    #[inline]
    fn set_count(&mut self, count: Option<usize>) {
        let count = count.and_then(|count| u16::try_from(count).ok()).unwrap_or(COUNT_UNKNOWN);
        self.buffer.as_mut_slice()[4..HEADER].copy_from_slice(&count.to_le_bytes());
    }

    /// Counts the elements of a listpack that has become so small that the header can state their
    /// number again.
    #[cold]
    fn count_again(&mut self) {
        const SIZE_MIN: usize = 2;
        if self.buffer.as_slice().len() < TERMINATED + SIZE_MIN * COUNT_UNKNOWN as usize {
            let count = self.view().iter().count();
            self.set_count(Some(count));
        }
    }
}

impl<B: Buffer> fmt::Debug for ListpackBuf<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}
