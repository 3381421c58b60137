//! Walking an intset.

use std::iter::FusedIterator;
use std::ops::Range;

use super::Intset;

/// The integers of a set in ascending order, from both sides.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    set: Intset<'a>,
    rest: Range<usize>,
}

impl<'a> Iter<'a> {
    #[inline]
    pub(super) fn new(set: Intset<'a>) -> Self {
        Self { set, rest: 0..set.len() }
    }
}

impl Iterator for Iter<'_> {
    type Item = i64;

    #[inline]
    fn next(&mut self) -> Option<i64> {
        self.set.get(self.rest.next()?)
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<i64> {
        self.set.get(self.rest.nth(n)?)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<i64> {
        self.set.get(self.rest.next_back()?)
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl FusedIterator for Iter<'_> {}
