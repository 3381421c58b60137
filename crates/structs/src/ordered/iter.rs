//! Walking the tree.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use super::leaf::Leaf;
use super::siblings::Node;
use super::{Member, Tree};

/// Members and their scores, from both sides.
///
/// Knows the leaf on either side, and asks the tree for the next one by rank.
pub struct Iter<'a, M> {
    tree: &'a Tree<M>,
    /// The ranks yet to come.
    rest: Range<usize>,
    front: Option<(&'a Leaf<M>, usize)>,
    back: Option<(&'a Leaf<M>, usize)>,
}

impl<'a, M: Member> Iter<'a, M> {
    #[inline]
    pub(super) fn new(tree: &'a Tree<M>, ranks: Range<usize>) -> Self {
        let end = ranks.end.min(tree.len());
        Self { tree, rest: ranks.start.min(end)..end, front: None, back: None }
    }
}

impl<M: Member> Iterator for Iter<'_, M> {
    type Item = (f64, M);

    #[inline]
    fn next(&mut self) -> Option<(f64, M)> {
        let rank = self.rest.next()?;
        let (leaf, index) = match self.front {
            Some((leaf, index)) if index < leaf.len() => (leaf, index),
            _ => self.tree.locate(rank)?,
        };
        self.front = Some((leaf, index + 1));
        Some(leaf.element(index))
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<(f64, M)> {
        if n > 0 {
            self.front = None;
            self.rest.start = self.rest.start.saturating_add(n).min(self.rest.end);
        }
        self.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl<M: Member> DoubleEndedIterator for Iter<'_, M> {
    #[inline]
    fn next_back(&mut self) -> Option<(f64, M)> {
        let rank = self.rest.next_back()?;
        let (leaf, index) = match self.back {
            Some((leaf, index)) if index > 0 => (leaf, index - 1),
            _ => self.tree.locate(rank)?,
        };
        self.back = Some((leaf, index));
        Some(leaf.element(index))
    }
}

impl<M: Member> ExactSizeIterator for Iter<'_, M> {}

impl<M: Member> FusedIterator for Iter<'_, M> {}

impl<M> Clone for Iter<'_, M> {
    fn clone(&self) -> Self {
        Self { tree: self.tree, rest: self.rest.clone(), front: self.front, back: self.back }
    }
}

impl<M> fmt::Debug for Iter<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("ranks", &self.rest).finish_non_exhaustive()
    }
}
