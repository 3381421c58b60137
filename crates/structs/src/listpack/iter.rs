//! Walking a listpack.

use std::fmt;
use std::iter::FusedIterator;

use super::{Element, Position, encoding};

/// The elements of a listpack, from both sides.
#[derive(Clone)]
pub struct Iter<'a> {
    bytes: &'a [u8],
    front: usize,
    back: usize,
}

impl<'a> Iter<'a> {
    #[inline]
    pub(super) fn new(bytes: &'a [u8], front: usize, back: usize) -> Self {
        Self { bytes, front, back }
    }

    /// Where the next element is, or where the last one ends.
    #[inline]
    pub fn position(&self) -> Position {
        Position(self.front)
    }

    /// The next two elements: a field and its value.
    #[inline]
    pub fn next_pair(&mut self) -> Option<(Element<'a>, Element<'a>)> {
        Some((self.next()?, self.next()?))
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        if self.front >= self.back {
            return None;
        }
        match encoding::decode(self.bytes, self.front) {
            Some((element, next)) if next <= self.back => {
                self.front = next;
                Some(element)
            }
            // Damage that nobody has looked for.
            _ => {
                self.front = self.back;
                None
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        // No element takes less than two bytes.
        (0, Some(self.back.saturating_sub(self.front) / 2))
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<Element<'a>> {
        for _ in 0..n {
            match encoding::skip(self.bytes, self.front) {
                Some(next) if next <= self.back => self.front = next,
                _ => {
                    self.front = self.back;
                    return None;
                }
            }
        }
        self.next()
    }

    fn count(mut self) -> usize {
        let mut count = 0;
        while self.front < self.back {
            match encoding::skip(self.bytes, self.front) {
                Some(next) if next <= self.back => self.front = next,
                _ => break,
            }
            count += 1;
        }
        count
    }
}

impl<'a> DoubleEndedIterator for Iter<'a> {
    #[inline]
    fn next_back(&mut self) -> Option<Element<'a>> {
        if self.front >= self.back {
            return None;
        }
        let start = encoding::skip_back(self.bytes, self.back).filter(|&at| at >= self.front);
        match start.and_then(|at| Some((at, encoding::decode(self.bytes, at)?.0))) {
            Some((at, element)) => {
                self.back = at;
                Some(element)
            }
            // Damage that nobody has looked for.
            None => {
                self.back = self.front;
                None
            }
        }
    }
}

impl FusedIterator for Iter<'_> {}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
