//! Counted B+ tree: members in the order of their scores, then of their bytes.
//!
//! The order of a big sorted set. It answers where a member stands and who stands there, both in
//! O(log n), and walks from any place in either direction. It owns no members: they live in the
//! set's member table, and the tree has handles to them ([`Member`]).
//!
//! # Layout
//!
//! ```text
//! leaf: 512 B, up to 31 elements
//! +-----+---------------------+----------------------+
//! | len | 31 scores, u64 each | 31 handles, 8 B each |
//! +-----+---------------------+----------------------+
//! inner node: 640 B, up to 22 children
//! +-----+---------------------+----------------------+---------------------+-----------------------+
//! | len | first scores        | first handles        | counts, u32 each    | children, 8 B each    |
//! +-----+---------------------+----------------------+---------------------+-----------------------+
//! ```
//!
//! Scores are kept as integers of the same order, side by side. So a search reads a few lines of a
//! node, and follows a handle only where scores are equal. An inner node knows the first element
//! below each child. The handles in there cost half a byte an element; without them every comparison
//! of equal scores would have to go down to a leaf for the member, and operations on a sorted set with
//! one score for all took about a third longer.
//!
//! Ranks are the currency: [`Tree::count_before`] and [`Tree::count_through`] turn scores and
//! members into ranks, and ranges, iterators and removals take ranks. There are no links between
//! leaves; an iterator that comes to the end of one asks for the next rank, which costs a few
//! nanoseconds an element and saves every operation the care for links.
//!
//! # Balance
//!
//! Full nodes are dealt with on the way down: a full child shares with the emptier of its
//! neighbours, and when these are full as well, two become three. That takes 20.8 bytes an element,
//! everything included, when scores come in random order (plain splitting would take 25), and 18.2
//! when they ascend or descend. On the way up from a removal, a node less than two fifths full
//! merges with a neighbour, or gets some of what that has.
//!
//! # Invariants
//!
//! - Elements ascend by score and bytes throughout, and all leaves have the same depth.
//! - What a node says is the first element below a child is just that, except for its own first
//!   child, of which it says nothing: searches do not ask, and so a new least element concerns
//!   nobody but its leaf.
//! - The count of a child is the number of elements below it.
//! - Every node but the root is at least two fifths full, and an inner root has two children.
//!
//! [`Tree::assert_valid`] checks them.
//!
//! # Costs
//!
//! A million members, the best of several runs on a busy machine (`examples/ordered.rs`): 0.4 µs to
//! insert, 0.6 µs for a rank and 0.8 µs for a range of ten when scores are in random order, 0.1 µs to
//! insert when they ascend; but 2.4 µs to insert when all scores are equal, since twenty members have
//! to be looked at. There is no unsafe code.
//!
//! # What it does not do
//!
//! Nothing is prepared for being copied while it is written to. A snapshot of a big sorted set walks
//! the member table, which has members and scores and a barrier of its own
//! ([`hashtable`](crate::hashtable)); the order is not part of what is saved, and the tree is built
//! anew when it is loaded.
//!
//! It does not know -0 from 0, which are equal as scores. Who wants to print the sign looks into the
//! member's entry.

mod inner;
mod iter;
mod key;
mod leaf;
mod run;
mod score;
mod siblings;

use std::fmt;
use std::mem;
use std::ops::Range;

use self::inner::Inner;
use self::key::Probe;
use self::leaf::Leaf;
use self::siblings::{Census, Node};

pub use self::iter::Iter;
pub use self::key::Key;

/// A handle to a member, which lives elsewhere.
///
/// Handles are copied freely within the tree. Whoever makes one promises that the member stays where
/// it is, and does not change, for as long as the handle is in a tree. Equal handles are handles to the same member.
pub trait Member: Copy + Eq {
    /// What orders members of equal score.
    fn bytes(&self) -> &[u8];
}

/// Members in order.
pub struct Tree<M> {
    root: Root<M>,
    len: usize,
    census: Census,
}

enum Root<M> {
    Empty,
    Leaf(Box<Leaf<M>>),
    Inner(Box<Inner<M>>),
}

impl<M: Member> Tree<M> {
    /// The most members that a tree can have.
    pub const LEN_MAX: usize = u32::MAX as usize;

    /// A tree without members, which has allocated nothing.
    pub const fn new() -> Self {
        Self { root: Root::Empty, len: 0, census: Census::new() }
    }

    /// The number of members.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there no member?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes that the tree has allocated.
    pub fn memory(&self) -> usize {
        self.census.memory::<M>()
    }

    /// Adds a member that is not in the tree.
    ///
    /// # Panics
    /// If the score is not a number, or there are [`Self::LEN_MAX`] members.
    pub fn insert(&mut self, score: f64, member: M) {
        let bits = score::to_bits(score);
        self.insert_at(&Probe::before(bits, member.bytes()), bits, member);
    }

    /// Adds a member that belongs behind all others, without comparing it with them.
    ///
    /// # Panics
    /// As [`Tree::insert`].
    pub fn append(&mut self, score: f64, member: M) {
        let is_behind = |(last, other): (f64, M)| {
            last < score || (last == score && other.bytes() < member.bytes())
        };
        debug_assert!(self.last().is_none_or(is_behind), "members are appended in order");
        self.insert_at(&Probe::end(), score::to_bits(score), member);
    }

    fn insert_at(&mut self, probe: &Probe<'_>, bits: u64, member: M) {
        assert!(
            self.len < Self::LEN_MAX,
            "a sorted set has fewer than four thousand million members"
        );
        self.len += 1;
        if matches!(self.root, Root::Empty) {
            self.root = Root::Leaf(Box::new(Leaf::new(member)));
            self.census.leaves += 1;
        }
        if self.is_root_full() {
            self.raise();
        }
        match &mut self.root {
            Root::Leaf(leaf) => leaf.insert(leaf.position(probe), bits, member),
            Root::Inner(inner) => inner.insert(probe, bits, member, &mut self.census),
            Root::Empty => unreachable!("has just got its first leaf"),
        }
    }

    /// Removes a member that has that score, and tells whether it was there.
    pub fn remove(&mut self, score: f64, member: M) -> bool {
        let bits = score::to_bits(score);
        let removed = match &mut self.root {
            Root::Empty => false,
            Root::Leaf(leaf) => leaf.remove(bits, member),
            Root::Inner(inner) => {
                inner.remove(&Probe::through(bits, member.bytes()), bits, member, &mut self.census)
            }
        };
        self.len -= usize::from(removed);
        self.lower();
        removed
    }

    /// Gives a member that has the score `old` the score `new`, and tells whether it was there.
    ///
    /// Cheap if it does not move far: then it is one search, and a move within a leaf.
    ///
    /// # Panics
    /// If a score is not a number.
    pub fn update(&mut self, old: f64, new: f64, member: M) -> bool {
        let (from, to) = (score::to_bits(old), score::to_bits(new));
        let near = match &mut self.root {
            Root::Empty => return false,
            Root::Leaf(leaf) => leaf.update(from, to, member),
            Root::Inner(inner) => {
                inner.update(&Probe::through(from, member.bytes()), from, to, member)
            }
        };
        if near {
            return true;
        }
        let found = self.remove(old, member);
        if found {
            self.insert(new, member);
        }
        found
    }

    /// The rank of a member that has that score: how many are before it.
    pub fn rank_of(&self, score: f64, member: M) -> Option<usize> {
        let bits = score::to_bits(score);
        let (before, leaf) = match &self.root {
            Root::Empty => return None,
            Root::Leaf(leaf) => (0, &**leaf),
            Root::Inner(inner) => inner.leaf(&Probe::through(bits, member.bytes())),
        };
        Some(before + leaf.find(bits, member)?)
    }

    /// The member with that rank, and its score.
    #[inline]
    pub fn by_rank(&self, rank: usize) -> Option<(f64, M)> {
        self.locate(rank).map(|(leaf, index)| leaf.element(index))
    }

    /// The first member, and its score.
    pub fn first(&self) -> Option<(f64, M)> {
        self.by_rank(0)
    }

    /// The last member, and its score.
    pub fn last(&self) -> Option<(f64, M)> {
        self.by_rank(self.len.checked_sub(1)?)
    }

    /// How many members are before the key; the rank of the first that is not.
    ///
    /// # Panics
    /// If a score is not a number.
    pub fn count_before(&self, key: Key<'_>) -> usize {
        self.count(&key.before())
    }

    /// How many members are before the key or at it; the rank of the first that is behind it.
    ///
    /// # Panics
    /// If a score is not a number.
    pub fn count_through(&self, key: Key<'_>) -> usize {
        self.count(&key.through())
    }

    /// The members with these ranks (as far as there are any) and their scores, from both sides.
    pub fn range(&self, ranks: Range<usize>) -> Iter<'_, M> {
        Iter::new(self, ranks)
    }

    /// All members and their scores, from both sides.
    pub fn iter(&self) -> Iter<'_, M> {
        self.range(0..self.len)
    }

    /// Removes the members with these ranks (as far as there are any), and hands each with its score
    /// to `removed`, in order. Takes a leaf at a time.
    pub fn remove_range(&mut self, ranks: Range<usize>, mut removed: impl FnMut(f64, M)) {
        let mut left = ranks.end.min(self.len).saturating_sub(ranks.start);
        while left > 0 {
            let run = match &mut self.root {
                Root::Empty => return,
                Root::Leaf(leaf) => leaf.remove_run(ranks.start, left, &mut removed),
                Root::Inner(inner) => {
                    inner.remove_run(ranks.start, left, &mut removed, &mut self.census)
                }
            };
            self.len -= run;
            self.lower();
            left -= run;
        }
    }

    /// Removes all members.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Panics unless all invariants hold. Linear in the number of members: for tests.
    pub fn assert_valid(&self) {
        let mut census = Census::new();
        match &self.root {
            Root::Empty => assert_eq!(self.len, 0),
            Root::Leaf(leaf) => {
                assert!(leaf.len() > 0, "an empty tree has no leaf");
                leaf.assert_valid(&mut census);
            }
            Root::Inner(inner) => {
                assert!(inner.len() > 1, "a root has several children");
                inner.assert_valid(&mut census);
                assert_eq!(inner.weight() as usize, self.len);
            }
        }
        assert_eq!(self.census, census);
        let ascending = self.iter().zip(self.iter().skip(1)).all(|(low, high)| {
            low.0.total_cmp(&high.0).then_with(|| low.1.bytes().cmp(high.1.bytes())).is_lt()
        });
        assert!(ascending, "elements ascend");
        assert_eq!(self.iter().count(), self.len);
    }

    /// How many members are on the near side of the probe.
    fn count(&self, probe: &Probe<'_>) -> usize {
        match &self.root {
            Root::Empty => 0,
            Root::Leaf(leaf) => leaf.position(probe),
            Root::Inner(inner) => {
                let (before, leaf) = inner.leaf(probe);
                before + leaf.position(probe)
            }
        }
    }

    /// The leaf that has that rank, and where in it.
    fn locate(&self, rank: usize) -> Option<(&Leaf<M>, usize)> {
        match &self.root {
            _ if rank >= self.len => None,
            Root::Empty => None,
            Root::Leaf(leaf) => Some((leaf, rank)),
            Root::Inner(inner) => Some(inner.locate(rank)),
        }
    }

    #[inline]
    fn is_root_full(&self) -> bool {
        match &self.root {
            Root::Empty => false,
            Root::Leaf(leaf) => leaf.is_full(),
            Root::Inner(inner) => inner.is_full(),
        }
    }

    /// Puts a root on top of the root.
    #[cold]
    fn raise(&mut self) {
        self.root = match mem::replace(&mut self.root, Root::Empty) {
            Root::Empty => return,
            Root::Leaf(leaf) => Root::Inner(Box::new(Inner::over_leaf(leaf))),
            Root::Inner(inner) => Root::Inner(Box::new(Inner::over_inner(inner))),
        };
        self.census.inners += 1;
    }

    /// Takes the root away if it has no more than one child.
    #[inline]
    fn lower(&mut self) {
        match &mut self.root {
            Root::Leaf(leaf) if leaf.len() == 0 => {
                self.root = Root::Empty;
                self.census.leaves -= 1;
            }
            Root::Inner(inner) if inner.len() == 1 => {
                self.root = inner.take_only_child();
                self.census.inners -= 1;
            }
            _ => (),
        }
    }
}

impl<M: Member> Default for Tree<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, M: Member> IntoIterator for &'a Tree<M> {
    type Item = (f64, M);
    type IntoIter = Iter<'a, M>;

    fn into_iter(self) -> Iter<'a, M> {
        self.iter()
    }
}

impl<M> fmt::Debug for Tree<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree")
            .field("len", &self.len)
            .field("census", &self.census)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
