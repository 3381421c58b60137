//! Edits anywhere in a list.

use std::ops::Range;

use super::node::Node;
use super::{End, Limits, List};
use crate::listpack::Element;

impl List {
    /// Puts another element in the place of that with an index, if there is one.
    pub fn set<'e>(
        &mut self,
        index: usize,
        element: impl Into<Element<'e>>,
        limits: Limits,
    ) -> bool {
        let element = element.into();
        let Some((at, offset)) = self.locate(index) else { return false };
        if self.nodes[at].len() == 1 {
            let _replaced = self.take_node(at);
            self.insert_node(at, Node::new(element, limits));
            self.tidy(at, limits);
        } else if self.replace_in_place(at, offset, element, limits) {
            self.settle(at, limits);
        } else {
            self.edit(at, |node| node.remove(offset, 1));
            self.insert_at(at, offset, element, limits);
        }
        true
    }

    /// Inserts an element before that with an index, or at the end if there is none.
    pub fn insert<'e>(&mut self, index: usize, element: impl Into<Element<'e>>, limits: Limits) {
        match self.locate(index) {
            Some((0, 0)) => self.push(End::Front, element, limits),
            Some((at, offset)) => self.insert_at(at, offset, element.into(), limits),
            None => self.push(End::Back, element, limits),
        }
    }

    /// Removes the elements with indexes from `range.start` up to, but without, `range.end`. What
    /// is beyond the list is left out.
    ///
    /// Nodes that go as a whole are not looked into.
    pub fn remove_range(&mut self, range: Range<usize>, limits: Limits) {
        let mut left = range.end.min(self.len).saturating_sub(range.start);
        let Some((mut at, offset)) = self.locate(range.start).filter(|_| left > 0) else {
            return;
        };
        if offset > 0 {
            let count = left.min(self.nodes[at].len() - offset);
            self.edit(at, |node| node.remove(offset, count));
            left -= count;
            at += 1;
        }
        let mut end = at;
        while let Some(node) = self.nodes.get(end).filter(|node| node.len() <= left) {
            left -= node.len();
            end += 1;
        }
        self.drop_nodes(at..end);
        if left > 0 {
            self.edit(at, |node| node.remove(0, left));
        }
        self.tidy(at, limits);
    }

    /// Removes the first `max` elements that match, seen from an end, and tells how many there were.
    pub fn remove_matching(
        &mut self,
        from: End,
        max: usize,
        limits: Limits,
        mut matches: impl FnMut(Element<'_>) -> bool,
    ) -> usize {
        let (mut removed, mut found) = (0, Vec::new());
        // The nodes that have not been looked at are those from `at` on, or those before it.
        let mut at = if from == End::Front { 0 } else { self.nodes.len() };
        while removed < max {
            let here = match from {
                End::Front if at < self.nodes.len() => at,
                End::Back if at > 0 => at - 1,
                _ => break,
            };
            self.nodes[here].find_matching(from, max - removed, &mut matches, &mut found);
            removed += found.len();
            let merged = !found.is_empty() && self.remove_offsets(here, from, &mut found, limits);
            at = match from {
                End::Back => here,
                End::Front if merged => here,
                End::Front => here + 1,
            };
        }
        if removed > 0 {
            let seen = if from == End::Front { 0..at } else { at..self.nodes.len() };
            for first in seen.clone().rev() {
                self.merge_pair(first, limits);
            }
            for touched in seen {
                self.settle(touched, limits);
            }
            self.settle_ends(limits);
        }
        removed
    }

    /// Removes some elements of a node. Returns whether the node is gone, because it had no others
    /// or has been merged with one that comes before it in a walk from that end.
    fn remove_offsets(
        &mut self,
        at: usize,
        from: End,
        found: &mut [usize],
        limits: Limits,
    ) -> bool {
        if found.len() == self.nodes[at].len() {
            self.take_node(at);
            return true;
        }
        found.sort_unstable();
        self.edit(at, |node| {
            // From the back, so that the other offsets stay good.
            for run in found.chunk_by(|a, b| a + 1 == *b).rev() {
                node.remove(run[0], run.len());
            }
            node.fit();
        });
        match from {
            End::Front => at > 0 && self.merge_pair(at - 1, limits),
            End::Back => self.merge_pair(at, limits),
        }
    }

    /// Replaces an element of a node, unless that makes the node too large.
    fn replace_in_place(
        &mut self,
        at: usize,
        offset: usize,
        element: Element<'_>,
        limits: Limits,
    ) -> bool {
        let node = &self.nodes[at];
        if limits.is_large(element) || !node.is_packed() {
            return false;
        }
        let growth = node.growth_by_replacing(offset, element);
        // A node from elsewhere may be too large already.
        let permitted = growth == 0 || limits.permit(node.raw_len() + growth, node.len());
        if permitted {
            self.edit(at, |node| node.replace(offset, element, growth));
        }
        permitted
    }

    /// Inserts an element into a node before the one at `offset`, or behind its last one, or nearby.
    fn insert_at(&mut self, at: usize, offset: usize, element: Element<'_>, limits: Limits) {
        let len = self.nodes[at].len();
        let large = limits.is_large(element);
        if !large && self.insert_in_place(at, offset, element, limits) {
            self.tidy(at, limits);
            return;
        }
        if 0 < offset && offset < len {
            let tail = self.edit(at, |node| node.split_off(offset));
            self.insert_node(at + 1, tail);
            if !large && self.insert_in_place(at + 1, 0, element, limits) {
                self.tidy(at + 1, limits);
                return;
            }
        }
        let place = if offset == 0 { at } else { at + 1 };
        self.insert_node(place, Node::new(element, limits));
        self.tidy(place, limits);
    }

    /// Inserts an element, which is not large, into a node or, if it is between two, into either, if
    /// that has room for it.
    fn insert_in_place(
        &mut self,
        at: usize,
        offset: usize,
        element: Element<'_>,
        limits: Limits,
    ) -> bool {
        if self.accepts(at, element, limits) {
            self.edit(at, |node| node.insert(offset, element));
        } else if offset == 0 && at > 0 && self.accepts(at - 1, element, limits) {
            self.edit(at - 1, |node| node.push(End::Back, element));
        } else if offset == self.nodes[at].len()
            && at + 1 < self.nodes.len()
            && self.accepts(at + 1, element, limits)
        {
            self.edit(at + 1, |node| node.push(End::Front, element));
        } else {
            return false;
        }
        true
    }
}
