//! Walking a list.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;

use super::node::Node;
use super::{End, List};
use crate::listpack::{Element, Listpack, Position};

/// The elements of a range, from one end of it to the other.
///
/// An element is borrowed from the iterator until the next one is asked for, since it may be in a
/// copy that was decompressed. So this is not an [`Iterator`], but `while let` is all the same.
pub struct Iter<'l> {
    nodes: &'l VecDeque<Node>,
    from: End,
    /// The elements still to come.
    left: usize,
    /// The node that is walked, its content, and how many of its elements are to come.
    at: usize,
    bytes: Cow<'l, [u8]>,
    here: usize,
    /// What was returned last begins or, from the front, ends here. `None` in a plain node.
    position: Option<Position>,
}

impl<'l> Iter<'l> {
    /// Begins `before` elements into the range's first node, seen from that end.
    pub(super) fn new(list: &'l List, at: usize, before: usize, from: End, left: usize) -> Self {
        let nodes = &list.nodes;
        let mut iter =
            Iter { nodes, from, left, at, bytes: Cow::Borrowed(&[]), here: 0, position: None };
        if left > 0 {
            iter.enter(at);
            iter.pass(before);
        }
        iter
    }

    /// The next element.
    #[expect(clippy::should_implement_trait, reason = "the element is borrowed from the iterator")]
    #[inline]
    pub fn next(&mut self) -> Option<Element<'_>> {
        if self.left == 0 {
            return None;
        }
        if self.here == 0 {
            self.enter_next()?;
        }
        self.here -= 1;
        self.left -= 1;
        let Some(position) = self.position else {
            return Some(Element::Bytes(&self.bytes));
        };
        let listpack = Listpack::new(&self.bytes);
        match self.from {
            End::Front => {
                let mut elements = listpack.iter_from(position);
                let element = elements.next();
                self.position = Some(elements.position());
                element
            }
            End::Back => {
                let before = listpack.prev(position);
                self.position = before.or(self.position);
                before.and_then(|before| listpack.at(before))
            }
        }
    }

    /// Calls `f` with all elements still to come: a little faster than asking for one after the
    /// other.
    #[inline]
    pub fn for_each(mut self, mut f: impl FnMut(Element<'_>)) {
        while self.left > 0 {
            if self.here == 0 && self.enter_next().is_none() {
                return;
            }
            let count = self.here.min(self.left);
            match (self.position, self.from) {
                (None, _) => f(Element::Bytes(&self.bytes)),
                (Some(position), End::Front) => {
                    Listpack::new(&self.bytes).iter_from(position).take(count).for_each(&mut f);
                }
                (Some(_), End::Back) if self.here == self.nodes[self.at].len() => {
                    Listpack::new(&self.bytes).iter().rev().take(count).for_each(&mut f);
                }
                (Some(mut position), End::Back) => {
                    let listpack = Listpack::new(&self.bytes);
                    for _ in 0..count {
                        let Some(before) = listpack.prev(position) else { break };
                        listpack.at(before).into_iter().for_each(&mut f);
                        position = before;
                    }
                }
            }
            self.left -= count;
            self.here = 0;
        }
    }

    /// The number of elements still to come.
    #[inline]
    pub fn len(&self) -> usize {
        self.left
    }

    /// Are there no more elements?
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    fn enter_next(&mut self) -> Option<()> {
        let next = match self.from {
            End::Front => self.at + 1,
            End::Back => self.at.checked_sub(1)?,
        };
        if next >= self.nodes.len() {
            self.left = 0;
            return None;
        }
        self.enter(next);
        Some(())
    }

    fn enter(&mut self, at: usize) {
        let node = &self.nodes[at];
        self.at = at;
        self.here = node.len();
        self.bytes = node.bytes();
        self.position = if node.is_packed() {
            let listpack = Listpack::new(&self.bytes);
            match self.from {
                End::Front => listpack.first(),
                End::Back => Some(listpack.end()),
            }
        } else {
            None
        };
    }

    /// Passes over elements of the node that was just entered, of which there are more.
    fn pass(&mut self, count: usize) {
        let Some(position) = self.position else { return };
        let listpack = Listpack::new(&self.bytes);
        let count_signed = isize::try_from(count).unwrap_or(isize::MAX);
        let passed = match self.from {
            _ if count == 0 => Some(position),
            End::Front => listpack.position(count_signed),
            // The element passed last.
            End::Back => listpack.position(-count_signed),
        };
        self.position = Some(passed.unwrap_or(position));
        self.here -= count;
    }
}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("from", &self.from).field("left", &self.left).finish()
    }
}
