//! Walking a sorted set in order.

use std::fmt;
use std::iter::FusedIterator;

use super::member::Handle;
use crate::ordered;

/// How many members are asked for ahead of their turn: they lie anywhere in memory, and so their misses overlap.
const AHEAD: usize = 8;

/// Members with their scores, in order or backwards.
pub struct Iter<'a> {
    order: ordered::Iter<'a, Handle>,
    backwards: bool,
    /// A ring of those that were asked for.
    ahead: [Option<Handle>; AHEAD],
    at: usize,
}

impl<'a> Iter<'a> {
    #[inline]
    pub(super) fn new(order: ordered::Iter<'a, Handle>, backwards: bool) -> Self {
        let mut new = Self { order, backwards, ahead: [None; AHEAD], at: 0 };
        for at in 0..AHEAD {
            new.ahead[at] = new.ask();
        }
        new
    }

    /// Asks for a further member.
    #[inline]
    fn ask(&mut self) -> Option<Handle> {
        let next = if self.backwards { self.order.next_back() } else { self.order.next() };
        let (_, handle) = next?;
        handle.prefetch();
        Some(handle)
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let handle = self.ahead[self.at]?;
        self.ahead[self.at] = self.ask();
        self.at = (self.at + 1) % AHEAD;
        // SAFETY: the members of the order are those of the set, which is borrowed.
        Some(unsafe { (handle.bytes(), handle.score()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.order.len() + self.ahead.iter().flatten().count();
        (len, Some(len))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl FusedIterator for Iter<'_> {}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("len", &self.len()).finish_non_exhaustive()
    }
}
