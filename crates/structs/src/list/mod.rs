//! A long list: a deque of listpacks.
//!
//! A [`listpack`](crate::listpack) is compact, but an edit moves what is behind it, and a linked
//! list spends more on its links than on short elements. So a long list is cut into nodes of a few
//! kilobytes, each of them a listpack. An element larger than a node may be is a node of its own, as
//! it is: copying it around when its neighbours change would be a waste.
//!
//! # Layout
//!
//! ```text
//! nodes: ring buffer, 24 B each                          blob
//! +------+-----+------------+-----------+------+         +------+---------------------+------+
//! | blob | len | start, end | container | form |-------->| room | listpack            | room |
//! +------+-----+------------+-----------+------+         +------+---------------------+------+
//! | blob | len | start, end | container | form |-------->| listpack, compressed |
//! +------+-----+------------+-----------+------+         +----------------------+
//! ```
//!
//! The spine is one ring buffer, since it is short: ten million elements of 16 bytes make 22 000
//! nodes, half a megabyte. Both ends of it are near, a new node in the middle moves a quarter of
//! these bytes, some ten microseconds, and the sum of the lengths that leads to an index is a scan
//! of memory. Two levels would turn these microseconds into fractions, and cost every access one
//! more dependent load.
//!
//! Within its blob a listpack has room on both sides (`window.rs`): pushing and popping at the front
//! moves six bytes of header instead of the whole node. Nodes that are being written to have
//! allocations that are powers of two; when another node takes their place as the end, they are cut
//! to size. The limit of a node's size is that of its allocation, so that a full node of 8 KiB fills
//! a size class of the allocator to the last element.
//!
//! # Sharing
//!
//! A clone shares the blobs of all nodes, and whoever edits a node first makes a copy of that one.
//! A snapshot therefore is a clone, and then as many copies as there are nodes edited while it is
//! alive. The clone counts a holder in every blob: 40 ns a node when none is in the cache, which is
//! a millisecond for ten million elements.
//!
//! # Compression
//!
//! The ends of a list are where the work is. With a depth (see [`Limits::new`]), nodes farther from
//! both ends are compressed if that saves something. Reading such a node expands it to the side;
//! editing it expands and compresses it again.
//!
//! # Invariants
//!
//! - No node is empty; the lengths of the nodes add up to [`List::len`], and their allocations to
//!   what [`List::memory`] says, so that both are at hand.
//! - A node with more than one element is within the limits that it was written with.
//! - As long as the limits stay the same, a node within the depth is not compressed, and any other
//!   is if that saves something.
//!
//! [`List::assert_valid`] checks them.
//!
//! # Costs
//!
//! A million elements of 16 bytes in nodes of 8 KiB, on a busy machine (`examples/list.rs`): 18.2
//! bytes an element, everything included; 30 ns to push or pop at either end, of which more than half
//! is the listpack's; 4 to 5 ns an element to walk and copy; 1 µs to find an index; 6 µs to insert
//! into a full node, which splits it. Compressed: 6 bytes an element, 9 to 12 ns to walk, and 12 µs
//! for an edit in the middle.
//!
//! # What it does not do
//!
//! Dropping a list frees node after node; that of a very long one belongs into a background thread.

mod edit;
mod iter;
mod limits;
mod needle;
mod node;
mod nodes;
mod tidy;
mod window;

use std::collections::VecDeque;
use std::fmt;

use stdx::size_class::good_size;

use self::node::Node;
use crate::listpack::Element;

pub use self::iter::Iter;
pub use self::limits::Limits;
pub use self::needle::Needle;
pub use self::nodes::{Container, Content, NodeView, TakenNode};

/// One of the two ends of a list, or where a walk begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Where index 0 is: the left, or the head.
    Front,
    /// Where the last index is: the right, or the tail.
    Back,
}

/// A list of strings. A clone shares everything until it is written to.
#[derive(Clone, Default)]
pub struct List {
    nodes: VecDeque<Node>,
    /// The number of elements.
    len: usize,
    /// The bytes that the nodes have allocated.
    allocated: usize,
}

impl List {
    /// A list without elements.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there no element?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes that it has allocated, shared ones included. Constant time.
    pub fn memory(&self) -> usize {
        self.allocated + good_size(self.nodes.capacity() * size_of::<Node>())
    }

    /// Adds an element at an end.
    #[inline]
    pub fn push<'e>(&mut self, end: End, element: impl Into<Element<'e>>, limits: Limits) {
        let element = element.into();
        let at = self.end_node(end);
        let node = if limits.is_large(element) {
            Node::plain(element)
        } else if let Some(at) = at
            && self.accepts(at, element, limits)
        {
            self.edit(at, |node| node.push(end, element));
            return;
        } else {
            Node::packed(element)
        };
        self.push_node(end, node, limits);
    }

    /// Removes the element at an end, and returns what `f` makes of it.
    #[inline]
    pub fn pop<R>(
        &mut self,
        end: End,
        limits: Limits,
        f: impl FnOnce(Element<'_>) -> R,
    ) -> Option<R> {
        let (mut f, mut result) = (Some(f), None);
        self.pop_many(end, 1, limits, |element| result = f.take().map(|f| f(element)));
        result
    }

    /// Removes up to `count` elements at an end, and calls `f` with each of them in that order.
    #[inline]
    pub fn pop_many(
        &mut self,
        end: End,
        count: usize,
        limits: Limits,
        mut f: impl FnMut(Element<'_>),
    ) {
        let (mut left, mut nodes_removed) = (count, false);
        while left > 0
            && let Some(at) = self.end_node(end)
        {
            let len = self.nodes[at].len();
            if len <= left {
                self.take_node(at).visit(end, len, &mut f);
                left -= len;
                nodes_removed = true;
            } else {
                self.edit(at, |node| {
                    node.decompress();
                    node.visit(end, left, &mut f);
                    node.remove_at(end, left);
                });
                break;
            }
        }
        self.tidy_end(end, nodes_removed, limits);
    }

    /// Calls `f` with the element at an index.
    pub fn get<R>(&self, index: usize, f: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        let (at, offset) = self.locate(index)?;
        self.nodes[at].with(offset, f)
    }

    /// The index that a number stands for which counts from the end if it is negative; `None` if
    /// there is no such element.
    pub fn resolve(&self, index: i64) -> Option<usize> {
        let from_start = match usize::try_from(index) {
            Ok(index) => index,
            Err(_) => self.len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
        };
        (from_start < self.len).then_some(from_start)
    }

    /// The elements with indexes from `first` up to, but without, `end`, beginning at one end of
    /// that range. What is beyond the list is left out.
    pub fn iter(&self, range: std::ops::Range<usize>, from: End) -> Iter<'_> {
        let end = range.end.min(self.len);
        let left = end.saturating_sub(range.start);
        let first = match from {
            End::Front => range.start,
            End::Back => end.saturating_sub(1),
        };
        match self.locate(first) {
            Some((at, offset)) if left > 0 => {
                let before = match from {
                    End::Front => offset,
                    End::Back => self.nodes[at].len() - 1 - offset,
                };
                Iter::new(self, at, before, from, left)
            }
            _ => Iter::new(self, 0, 0, from, 0),
        }
    }

    /// Panics unless all invariants hold, with limits that have not changed: for tests.
    pub fn assert_valid(&self, limits: Limits) {
        self.nodes.iter().for_each(Node::assert_valid);
        assert_eq!(self.nodes.iter().map(Node::len).sum::<usize>(), self.len);
        assert_eq!(self.nodes.iter().map(Node::memory).sum::<usize>(), self.allocated);
        for (at, node) in self.nodes.iter().enumerate() {
            if node.len() > 1 {
                assert!(limits.permit(node.raw_len(), node.len()), "node {at} is too large");
            }
            let within = limits.depth() == 0 || self.is_within_depth(at, limits);
            let mut compressed = node.clone();
            compressed.compress();
            assert_eq!(
                node.is_compressed(),
                !within && compressed.is_compressed(),
                "node {at} is as compressed as it should be"
            );
        }
    }

    /// The index of the node at an end.
    #[inline]
    fn end_node(&self, end: End) -> Option<usize> {
        let last = self.nodes.len().checked_sub(1)?;
        Some(if end == End::Front { 0 } else { last })
    }

    /// Is there room for the element, which is not large, in a node?
    #[inline]
    fn accepts(&self, at: usize, element: Element<'_>, limits: Limits) -> bool {
        let node = &self.nodes[at];
        node.is_packed()
            && limits.permit(node.raw_len() + limits::size_bound(element), node.len() + 1)
    }

    /// The node in which the element with an index is, and its offset there.
    #[inline]
    fn locate(&self, index: usize) -> Option<(usize, usize)> {
        if index >= self.len {
            return None;
        }
        if index < self.len / 2 {
            let mut offset = index;
            for (at, node) in self.nodes.iter().enumerate() {
                if offset < node.len() {
                    return Some((at, offset));
                }
                offset -= node.len();
            }
        } else {
            let mut start = self.len;
            for (at, node) in self.nodes.iter().enumerate().rev() {
                start -= node.len();
                if index >= start {
                    return Some((at, index - start));
                }
            }
        }
        None
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("len", &self.len)
            .field("memory", &self.memory())
            .field("nodes", &self.nodes)
            .finish()
    }
}

#[cfg(test)]
mod tests;
