//! The nodes of a list: the one place where they come and go, and what follows from that.

use stdx::size_class::good_size;

use super::node::Node;
use super::{End, Limits, List};

/// One operation adds at most two nodes: it splits one, and puts another between the halves.
const ADDED_MAX: usize = 2;

/// The ring buffer shrinks when it is a quarter full, but not below this.
const CAPACITY_KEPT: usize = 16;

impl List {
    /// Edits a node and keeps the totals right.
    #[inline]
    pub(super) fn edit<R>(&mut self, at: usize, f: impl FnOnce(&mut Node) -> R) -> R {
        let node = &mut self.nodes[at];
        let (len, allocation) = (node.len(), node.allocation_size());
        let result = f(node);
        self.len = self.len - len + node.len();
        if node.allocation_size() != allocation {
            self.allocated = self.allocated - good_size(allocation) + node.memory();
        }
        result
    }

    pub(super) fn insert_node(&mut self, at: usize, node: Node) {
        self.len += node.len();
        self.allocated += node.memory();
        self.nodes.insert(at, node);
    }

    pub(super) fn take_node(&mut self, at: usize) -> Node {
        let node = self.nodes.remove(at).expect("there is a node with that index");
        self.len -= node.len();
        self.allocated -= node.memory();
        node
    }

    pub(super) fn drop_nodes(&mut self, range: std::ops::Range<usize>) {
        for node in self.nodes.drain(range) {
            self.len -= node.len();
            self.allocated -= node.memory();
        }
    }

    /// Adds a node at an end.
    pub(super) fn push_node(&mut self, end: End, node: Node, limits: Limits) {
        if let Some(at) = self.end_node(end) {
            // It is full, and will hardly grow any more.
            self.edit(at, Node::fit);
        }
        let at = if end == End::Front { 0 } else { self.nodes.len() };
        self.insert_node(at, node);
        self.settle_ends(limits);
    }

    /// What is to be done after elements were removed at an end.
    #[inline]
    pub(super) fn tidy_end(&mut self, end: End, nodes_removed: bool, limits: Limits) {
        let merged = self.nodes.len() > 1 && {
            let first = if end == End::Front { 0 } else { self.nodes.len() - 2 };
            self.merge_pair(first, limits)
        };
        if nodes_removed || merged {
            self.settle_ends(limits);
        }
    }

    /// What is to be done after nodes were edited, came or went somewhere: those that changed are
    /// the one at `at` and its neighbours.
    pub(super) fn tidy(&mut self, at: usize, limits: Limits) {
        for first in (at.saturating_sub(2)..=at + 1).rev() {
            self.merge_pair(first, limits);
        }
        for touched in at.saturating_sub(2)..at + 3 {
            self.settle(touched, limits);
        }
        self.settle_ends(limits);
    }

    /// Makes a node and the next one a single one if that is small.
    #[inline]
    pub(super) fn merge_pair(&mut self, first: usize, limits: Limits) -> bool {
        let (Some(one), Some(two)) = (self.nodes.get(first), self.nodes.get(first + 1)) else {
            return false;
        };
        let small = one.is_packed()
            && limits.permit_twice(one.raw_len(), one.len())
            && two.is_packed()
            && limits.permit_twice(one.raw_len() + two.raw_len(), one.len() + two.len());
        if small {
            let other = self.take_node(first + 1);
            self.edit(first, |node| node.append_all(&other));
        }
        small
    }

    /// Brings a node into the form that its place asks for.
    pub(super) fn settle(&mut self, at: usize, limits: Limits) {
        if at >= self.nodes.len() {
            return;
        }
        let at_end = at == 0 || at == self.nodes.len() - 1;
        let within = self.is_within_depth(at, limits);
        self.edit(at, |node| {
            if !at_end {
                node.fit();
            }
            match limits.depth() {
                0 => (),
                _ if within => node.decompress(),
                _ => node.compress(),
            }
        });
    }

    /// Brings the nodes near the ends into the forms that their places ask for, after the number of
    /// nodes has changed.
    pub(super) fn settle_ends(&mut self, limits: Limits) {
        let len = self.nodes.len();
        if self.nodes.capacity() > CAPACITY_KEPT && len < self.nodes.capacity() / 4 {
            self.nodes.shrink_to((2 * len).max(CAPACITY_KEPT));
        }
        if limits.depth() == 0 {
            return;
        }
        let near = limits.depth().saturating_add(ADDED_MAX).min(len);
        for at in (0..near).chain(len - near..len) {
            self.settle(at, limits);
        }
    }

    /// Is the node within the depth from one of the ends?
    #[inline]
    pub(super) fn is_within_depth(&self, at: usize, limits: Limits) -> bool {
        at < limits.depth() || self.nodes.len() - 1 - at < limits.depth()
    }
}
