//! Keeping the children of a node neither too full nor too empty, whether they are leaves or inner
//! nodes.

use stdx::size_class::good_size;

use super::Member;
use super::inner::{FANOUT, Inner};
use super::leaf::Leaf;
use super::run::Run;

/// A node shares with a neighbour that has room for so many.
const ROOM_TO_SHARE: usize = 2;

/// How many nodes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Census {
    pub(super) leaves: usize,
    pub(super) inners: usize,
}

impl Census {
    pub(super) const fn new() -> Self {
        Self { leaves: 0, inners: 0 }
    }

    /// The bytes that they take.
    pub(super) fn memory<M>(&self) -> usize {
        self.leaves * good_size(size_of::<Leaf<M>>())
            + self.inners * good_size(size_of::<Inner<M>>())
    }
}

/// A node, seen as a sequence of items that can be moved to its neighbours.
pub(super) trait Node<M>: Sized {
    /// The most items that it can have.
    const CAPACITY: usize;

    /// The number of items.
    fn len(&self) -> usize;

    /// The number of elements, all levels down.
    fn weight(&self) -> u32;

    /// The first element. An inner node knows it after [`Self::set_first`], and when its first item has
    /// just come from a neighbour.
    fn first(&self) -> (u64, M);

    /// Tells a node what its first element is.
    fn set_first(&mut self, first: (u64, M));

    /// A node of the same level without items.
    fn sibling(&self) -> Self;

    /// Moves its last `count` items to the beginning of its right neighbour.
    fn move_right(&mut self, right: &mut Self, count: usize);

    /// Moves the first `count` items of its right neighbour to its own end.
    fn move_left(&mut self, right: &mut Self, count: usize);

    /// The number of nodes of this kind.
    fn tally(census: &mut Census) -> &mut usize;

    #[inline]
    fn is_full(&self) -> bool {
        self.len() == Self::CAPACITY
    }

    /// Has it too few items to stay as it is?
    #[inline]
    fn is_scarce(&self) -> bool {
        self.len() < Self::CAPACITY * 2 / 5
    }
}

/// The children of a node, all of one kind, with what the node knows about them.
pub(super) struct Siblings<'a, M, N> {
    pub(super) nodes: &'a mut [Option<Box<N>>],
    pub(super) firsts: &'a mut Run<M, FANOUT>,
    pub(super) counts: &'a mut [u32],
    pub(super) len: &'a mut u8,
}

impl<M: Member, N: Node<M>> Siblings<'_, M, N> {
    #[inline]
    fn len(&self) -> usize {
        usize::from(*self.len)
    }

    #[inline]
    fn node(&mut self, index: usize) -> &mut N {
        self.nodes[index].as_mut().expect("there are `len` children")
    }

    /// A node and its right neighbour, between which items are about to be moved.
    fn pair(&mut self, left: usize) -> (&mut N, &mut N) {
        let boundary = self.firsts.at(left + 1);
        match &mut self.nodes[left..left + 2] {
            [Some(left), Some(right)] => {
                right.set_first(boundary);
                (left, right)
            }
            _ => unreachable!("there are `len` children"),
        }
    }

    /// Makes room in a full child, by sharing or splitting. There is room for one more child.
    #[cold]
    #[inline(never)]
    pub(super) fn make_room(mut self, index: usize, census: &mut Census) {
        let left = index.checked_sub(1);
        let right = (index + 1 < self.len()).then_some(index + 1);
        let emptier = left.into_iter().chain(right).min_by_key(|&other| self.node(other).len());
        let is_inside = index > 0 && index + 1 < self.len();
        match emptier {
            Some(other) if self.node(other).len() + ROOM_TO_SHARE <= N::CAPACITY => {
                self.level(index.min(other));
            }
            Some(other) if is_inside => {
                // Two full ones become three that are full to two thirds.
                self.split(index.max(other), N::CAPACITY * 2 / 3, census);
                self.level(index.min(other));
            }
            // At the edges it may be that only this one will grow any more: when scores ascend,
            // three would leave one behind that stays as it is.
            _ => self.split(index, N::CAPACITY / 2, census),
        }
    }

    /// Sees to it that a child from which something was removed has enough items.
    #[inline]
    pub(super) fn mend(self, index: usize, census: &mut Census) {
        if self.nodes[index].as_ref().is_some_and(|node| node.is_scarce()) {
            self.fill(index, census);
        }
    }

    #[cold]
    #[inline(never)]
    fn fill(mut self, index: usize, census: &mut Census) {
        let len = self.len();
        if self.node(index).len() == 0 {
            self.take(index, census);
            return;
        }
        if len == 1 {
            return;
        }
        let left_index = index.saturating_sub(1);
        let (left, right) = self.pair(left_index);
        let count = right.len();
        // With some room left, so that the next insertion does not split it again.
        if left.len() + count <= N::CAPACITY * 5 / 6 {
            left.move_left(right, count);
            self.take(left_index + 1, census);
            self.counts[left_index] = self.node(left_index).weight();
        } else {
            self.level(left_index);
        }
    }

    /// Makes a child and its right neighbour equally long.
    fn level(&mut self, left_index: usize) {
        let (left, right) = self.pair(left_index);
        let (left_len, right_len) = (left.len(), right.len());
        let half = usize::midpoint(left_len, right_len);
        if left_len > half {
            left.move_right(right, left_len - half);
        } else {
            left.move_left(right, half - left_len);
        }
        let (left_weight, right_weight, first) = (left.weight(), right.weight(), right.first());
        self.counts[left_index] = left_weight;
        self.counts[left_index + 1] = right_weight;
        self.firsts.set(left_index + 1, first);
    }

    /// Gives the last `count` items of a child to a new right neighbour.
    fn split(&mut self, index: usize, count: usize, census: &mut Census) {
        let len = self.len();
        let node = self.node(index);
        let mut sibling = node.sibling();
        node.move_right(&mut sibling, count);
        self.counts[index] = node.weight();

        // The empty place behind the last child moves to where the new one belongs.
        self.nodes[index + 1..=len].rotate_right(1);
        self.firsts.insert(len, index + 1, sibling.first());
        self.counts.copy_within(index + 1..len, index + 2);
        self.counts[index + 1] = sibling.weight();
        self.nodes[index + 1] = Some(Box::new(sibling));
        *self.len += 1;
        *N::tally(census) += 1;
    }

    /// Drops a child that has no items.
    fn take(&mut self, index: usize, census: &mut Census) {
        let len = self.len();
        self.nodes[index] = None;
        self.nodes[index..len].rotate_left(1);
        self.firsts.remove(len, index, 1);
        self.counts.copy_within(index + 1..len, index);
        *self.len -= 1;
        *N::tally(census) -= 1;
    }
}
