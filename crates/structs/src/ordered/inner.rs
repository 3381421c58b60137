//! Inner nodes: the way to the leaves.

use std::array;

use super::key::Probe;
use super::leaf::Leaf;
use super::run::Run;
use super::siblings::{Census, Node, Siblings};
use super::{Member, Root};

/// How many children a node can have: what fits in 640 bytes.
pub(super) const FANOUT: usize = 22;

type Nodes<N> = [Option<Box<N>>; FANOUT];

/// A node that has nodes below it.
#[repr(C)]
pub(super) struct Inner<M> {
    len: u8,
    /// The first element below every child but the first, for which the place has no meaning.
    firsts: Run<M, FANOUT>,
    counts: [u32; FANOUT],
    children: Children<M>,
}

/// The children, all of one level. Saying so once is cheaper than a tag in every pointer.
enum Children<M> {
    Leaves(Nodes<Leaf<M>>),
    Inners(Nodes<Inner<M>>),
}

/// A leaf, with what the nodes above know about its scores.
struct Bounded<'a, M> {
    leaf: &'a mut Leaf<M>,
    /// No element is above this.
    high: u64,
}

/// Runs an expression for the children, whichever kind they are.
macro_rules! for_either {
    ($children:expr, $nodes:ident => $body:expr) => {
        match $children {
            Children::Leaves($nodes) => $body,
            Children::Inners($nodes) => $body,
        }
    };
}

#[inline]
fn at<N>(nodes: &Nodes<N>, index: usize) -> &N {
    nodes[index].as_ref().expect("there are `len` children")
}

#[inline]
fn at_mut<N>(nodes: &mut Nodes<N>, index: usize) -> &mut N {
    nodes[index].as_mut().expect("there are `len` children")
}

impl<M: Member> Inner<M> {
    /// A node above that leaf only.
    pub(super) fn over_leaf(leaf: Box<Leaf<M>>) -> Self {
        let (first, weight) = (leaf.first(), leaf.weight());
        Self::over(Children::Leaves(only(leaf)), first, weight)
    }

    /// A node above that node only.
    pub(super) fn over_inner(inner: Box<Self>) -> Self {
        let (first, weight) = (inner.first(), inner.weight());
        Self::over(Children::Inners(only(inner)), first, weight)
    }

    fn over(children: Children<M>, (_, filler): (u64, M), weight: u32) -> Self {
        let mut counts = [0; FANOUT];
        counts[0] = weight;
        Self { len: 1, firsts: Run::new(filler), counts, children }
    }

    /// Gives the only child away, to be the root.
    pub(super) fn take_only_child(&mut self) -> Root<M> {
        self.len = 0;
        match &mut self.children {
            Children::Leaves(leaves) => leaves[0].take().map_or(Root::Empty, Root::Leaf),
            Children::Inners(inners) => inners[0].take().map_or(Root::Empty, Root::Inner),
        }
    }

    /// The child that the probe goes through. Elements of children before it are on the near side,
    /// those of children behind it on the far side.
    #[inline]
    fn child_of(&self, probe: &Probe<'_>) -> usize {
        // The first child is that of all that is too low for the others.
        self.firsts.position(1, usize::from(self.len), probe)
    }

    /// The leaf that the probe goes through, and how many elements are in those before it.
    #[inline]
    pub(super) fn leaf(&self, probe: &Probe<'_>) -> (usize, &Leaf<M>) {
        let (mut node, mut before) = (self, 0);
        loop {
            let index = node.child_of(probe);
            before += node.counts[..index].iter().map(|&count| count as usize).sum::<usize>();
            match &node.children {
                Children::Inners(inners) => node = at(inners, index),
                Children::Leaves(leaves) => return (before, at(leaves, index)),
            }
        }
    }

    /// The leaf that the probe goes through, to be changed.
    fn leaf_mut(&mut self, probe: &Probe<'_>) -> Bounded<'_, M> {
        let (mut node, mut high) = (self, u64::MAX);
        loop {
            let index = node.child_of(probe);
            if index + 1 < node.len() {
                high = node.firsts.scores[index + 1];
            }
            match &mut node.children {
                Children::Inners(inners) => node = at_mut(inners, index),
                Children::Leaves(leaves) => {
                    return Bounded { leaf: at_mut(leaves, index), high };
                }
            }
        }
    }

    /// The leaf that has that rank, which is less than the weight, and where in it.
    #[inline]
    pub(super) fn locate(&self, mut rank: usize) -> (&Leaf<M>, usize) {
        let mut node = self;
        loop {
            let index = node.child_at(&mut rank);
            match &node.children {
                Children::Inners(inners) => node = at(inners, index),
                Children::Leaves(leaves) => return (at(leaves, index), rank),
            }
        }
    }

    /// The child that has that rank, which becomes the one in the child.
    #[inline]
    fn child_at(&self, rank: &mut usize) -> usize {
        let mut index = 0;
        while let count = self.counts[index] as usize
            && *rank >= count
        {
            *rank -= count;
            index += 1;
        }
        index
    }

    /// Adds an element where the probe is, to a node that is not full.
    pub(super) fn insert(&mut self, probe: &Probe<'_>, bits: u64, member: M, census: &mut Census) {
        let mut node = self;
        loop {
            let mut index = node.child_of(probe);
            if for_either!(&node.children, nodes => at(nodes, index).is_full()) {
                for_either!(&mut node.children, nodes => Siblings {
                    nodes,
                    firsts: &mut node.firsts,
                    counts: &mut node.counts,
                    len: &mut node.len,
                }
                .make_room(index, census));
                index = node.child_of(probe);
            }
            node.counts[index] += 1;
            match &mut node.children {
                Children::Inners(inners) => node = at_mut(inners, index),
                Children::Leaves(leaves) => {
                    let leaf = at_mut(leaves, index);
                    leaf.insert(leaf.position(probe), bits, member);
                    return;
                }
            }
        }
    }

    /// Removes a member that the probe goes behind, and tells whether it was there.
    pub(super) fn remove(
        &mut self,
        probe: &Probe<'_>,
        bits: u64,
        member: M,
        census: &mut Census,
    ) -> bool {
        let index = self.child_of(probe);
        let removed = match &mut self.children {
            Children::Leaves(leaves) => at_mut(leaves, index).remove(bits, member),
            Children::Inners(inners) => at_mut(inners, index).remove(probe, bits, member, census),
        };
        if removed {
            // The first of a child is known only to those above it: few removals look for the next.
            if index > 0 && self.firsts.members[index] == member {
                self.look_up_first(index);
            }
            self.shrunk(index, 1, census);
        }
        removed
    }

    /// Removes up to `max` elements from a rank on, all in one leaf, and tells how many.
    pub(super) fn remove_run(
        &mut self,
        mut rank: usize,
        max: usize,
        removed: &mut impl FnMut(f64, M),
        census: &mut Census,
    ) -> usize {
        let index = self.child_at(&mut rank);
        let run = match &mut self.children {
            Children::Leaves(leaves) => at_mut(leaves, index).remove_run(rank, max, removed),
            Children::Inners(inners) => {
                at_mut(inners, index).remove_run(rank, max, removed, census)
            }
        };
        self.look_up_first(index);
        self.shrunk(index, run, census);
        run
    }

    /// Takes note of the first element below a child, if there is one.
    fn look_up_first(&mut self, index: usize) {
        if let Some(first) = self.first_below(index) {
            self.firsts.set(index, first);
        }
    }

    fn first_below(&self, index: usize) -> Option<(u64, M)> {
        match &self.children {
            Children::Leaves(leaves) => {
                let leaf = at(leaves, index);
                (leaf.len() > 0).then(|| leaf.first())
            }
            Children::Inners(inners) => at(inners, index).first_below(0),
        }
    }

    /// Takes note of the removal of `by` elements below a child.
    fn shrunk(&mut self, index: usize, by: usize, census: &mut Census) {
        self.counts[index] -= by as u32;
        for_either!(&mut self.children, nodes => Siblings {
            nodes,
            firsts: &mut self.firsts,
            counts: &mut self.counts,
            len: &mut self.len,
        }
        .mend(index, census));
    }

    /// Moves a member that the probe goes behind to another score if that is in the same leaf, and
    /// tells whether it did.
    pub(super) fn update(&mut self, probe: &Probe<'_>, from: u64, to: u64, member: M) -> bool {
        let Bounded { leaf, high } = self.leaf_mut(probe);
        // The first element of a leaf is known above. At the bounds, there may be members of that
        // score in other leaves.
        let (low, first) = leaf.first();
        first != member && low < to && to < high && leaf.update(from, to, member)
    }

    pub(super) fn assert_valid(&self, census: &mut Census) {
        census.inners += 1;
        for_either!(&self.children, nodes => self.assert_children_valid(nodes));
        match &self.children {
            Children::Leaves(leaves) => {
                leaves.iter().flatten().for_each(|leaf| leaf.assert_valid(census));
            }
            Children::Inners(inners) => {
                inners.iter().flatten().for_each(|inner| inner.assert_valid(census));
            }
        }
    }

    fn assert_children_valid<N: Node<M>>(&self, nodes: &Nodes<N>) {
        let len = usize::from(self.len);
        assert!(nodes[..len].iter().all(Option::is_some), "there are `len` children");
        assert!(nodes[len..].iter().all(Option::is_none), "there are no more than `len` children");
        for (index, node) in nodes.iter().flatten().enumerate() {
            assert!(!node.is_scarce(), "no child is too empty");
            assert!(node.len() <= N::CAPACITY);
            assert_eq!(node.weight(), self.counts[index]);
            assert!(index == 0 || self.first_below(index) == Some(self.firsts.at(index)));
        }
    }
}

impl<M: Member> Node<M> for Inner<M> {
    const CAPACITY: usize = FANOUT;

    #[inline]
    fn len(&self) -> usize {
        usize::from(self.len)
    }

    #[inline]
    fn weight(&self) -> u32 {
        self.counts[..usize::from(self.len)].iter().sum()
    }

    #[inline]
    fn first(&self) -> (u64, M) {
        self.firsts.at(0)
    }

    #[inline]
    fn set_first(&mut self, first: (u64, M)) {
        self.firsts.set(0, first);
    }

    fn sibling(&self) -> Self {
        let children = match &self.children {
            Children::Leaves(_) => Children::Leaves(array::from_fn(|_| None)),
            Children::Inners(_) => Children::Inners(array::from_fn(|_| None)),
        };
        let firsts = Run::new(self.firsts.members[0]);
        Self { len: 0, firsts, counts: [0; FANOUT], children }
    }

    fn move_right(&mut self, right: &mut Self, count: usize) {
        let (len, right_len) = (self.len(), right.len());
        self.firsts.move_right(len, &mut right.firsts, right_len, count);
        right.counts.copy_within(..right_len, count);
        right.counts[..count].copy_from_slice(&self.counts[len - count..len]);
        self.len -= count as u8;
        right.len += count as u8;
        match (&mut self.children, &mut right.children) {
            (Children::Leaves(left), Children::Leaves(right)) => {
                nodes_right(&mut left[..len], &mut right[..right_len + count], count);
            }
            (Children::Inners(left), Children::Inners(right)) => {
                nodes_right(&mut left[..len], &mut right[..right_len + count], count);
            }
            _ => unreachable!("siblings are of one level"),
        }
    }

    fn move_left(&mut self, right: &mut Self, count: usize) {
        let (len, right_len) = (self.len(), right.len());
        self.firsts.move_left(len, &mut right.firsts, right_len, count);
        self.counts[len..len + count].copy_from_slice(&right.counts[..count]);
        right.counts.copy_within(count..right_len, 0);
        self.len += count as u8;
        right.len -= count as u8;
        match (&mut self.children, &mut right.children) {
            (Children::Leaves(left), Children::Leaves(right)) => {
                nodes_left(&mut left[len..len + count], &mut right[..right_len]);
            }
            (Children::Inners(left), Children::Inners(right)) => {
                nodes_left(&mut left[len..len + count], &mut right[..right_len]);
            }
            _ => unreachable!("siblings are of one level"),
        }
    }

    fn tally(census: &mut Census) -> &mut usize {
        &mut census.inners
    }
}

/// Moves the last `count` nodes of `left` to the beginning of `right`, whose last `count` are empty.
fn nodes_right<N>(left: &mut [Option<N>], right: &mut [Option<N>], count: usize) {
    right.rotate_right(count);
    let start = left.len() - count;
    left[start..].swap_with_slice(&mut right[..count]);
}

/// Moves the first nodes of `right` to `left`, which is as long as there are to be moved, and empty.
fn nodes_left<N>(left: &mut [Option<N>], right: &mut [Option<N>]) {
    let count = left.len();
    left.swap_with_slice(&mut right[..count]);
    right.rotate_left(count);
}

/// One node and places for others.
fn only<N>(node: Box<N>) -> Nodes<N> {
    let mut node = Some(node);
    array::from_fn(|_| node.take())
}
