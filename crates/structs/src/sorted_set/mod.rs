//! A sorted set of byte strings, of any size: a hash table of members with their scores, and their order.
//!
//! # Layout
//!
//! A member is one allocation: its score, its length (one byte, or 255 and eight more), its bytes. The [table](crate::hashtable) owns it; the [order](crate::ordered) knows its address and its score. A member stays where it is while its score changes, so a change of score is one look-up, one write and one move in the order.
//!
//! # Costs
//!
//! Of members of ten bytes in random order: 24 bytes for the member, 14 in the table, 21 in the order. The score of a member is known in O(1), its rank in O(log n), and so is who has a rank.
//!
//! # Zero
//!
//! The order does not know -0 from 0, which are equal; the member does, and what is told is the member's.

#![expect(
    unsafe_code,
    reason = "members are allocations of their own length, shared with the order"
)]

mod iter;
mod member;

use std::ops::Range;

use self::member::{Handle, Member};
use crate::cut::{self, Cut};
use crate::hashtable::{Hasher64, Table};
use crate::ordered::Tree;

pub use self::iter::Iter;
pub use self::member::take_scored;
pub use crate::ordered::Key;

/// Members with scores, in their order.
#[derive(Debug)]
pub struct SortedSet<H> {
    table: Table<Member, H>,
    /// Invariant: exactly the members of the table, with their scores.
    order: Tree<Handle>,
    /// The memory of the members.
    bytes: usize,
    /// The cut under way.
    cut: Option<Box<Cut>>,
}

impl<H: Hasher64> SortedSet<H> {
    /// Returns a sorted set without members.
    pub fn new(hasher: H) -> Self {
        Self { table: Table::new(hasher), order: Tree::new(), bytes: 0, cut: None }
    }

    /// Returns the hash of a member.
    #[inline]
    pub fn hash(&self, member: &[u8]) -> u64 {
        self.table.hasher().hash(member)
    }

    /// Returns the number of members.
    #[inline]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns whether there are no members.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns the number of buckets of the table.
    pub fn buckets(&self) -> usize {
        self.table.buckets()
    }

    /// Returns the memory of all it has allocated.
    pub fn memory(&self) -> usize {
        let cut = self.cut.as_ref().map_or(0, |cut| cut.memory());
        self.table.memory() + self.order.memory() + self.bytes + cut
    }

    /// Returns the score of a member, whose hash is given.
    #[inline]
    pub fn score(&self, hash: u64, member: &[u8]) -> Option<f64> {
        self.table.find(hash, member).map(|found| found.score())
    }

    /// Returns how many members are before a member, and its score.
    pub fn rank(&self, hash: u64, member: &[u8]) -> Option<(usize, f64)> {
        let found = self.table.find(hash, member)?;
        let score = found.score();
        Some((self.order.rank_of(score, found.handle())?, score))
    }

    /// Gives a member the score that `decide` says when it is told the present one, or leaves things as they are if that says nothing.
    ///
    /// # Panics
    /// If the score is not a number.
    #[inline]
    pub fn update(
        &mut self,
        hash: u64,
        member: &[u8],
        decide: impl FnOnce(Option<f64>) -> Option<f64>,
    ) {
        let Some(mut slot) = self.table.find_mut(hash, member, &mut self.cut) else {
            if let Some(score) = decide(None) {
                self.insert_new(hash, member, score);
            }
            return;
        };
        let old = slot.score();
        if let Some(new) = decide(Some(old))
            && new != old
        {
            // The order first: it refuses what is not a number.
            self.order.update(old, new, slot.handle());
            slot.set_score(new);
        }
    }

    /// Adds a member that is not there.
    ///
    /// # Panics
    /// If the score is not a number.
    pub fn insert_new(&mut self, hash: u64, member: &[u8], score: f64) {
        let handle = self.insert_into_table(hash, member, score);
        self.order.insert(score, handle);
    }

    /// Adds a member that is not there and belongs behind all others.
    ///
    /// # Panics
    /// If the score is not a number.
    pub fn append(&mut self, hash: u64, member: &[u8], score: f64) {
        let handle = self.insert_into_table(hash, member, score);
        self.order.append(score, handle);
    }

    fn insert_into_table(&mut self, hash: u64, member: &[u8], score: f64) -> Handle {
        assert!(!score.is_nan(), "a score is a number");
        self.bytes += Member::memory(member.len());
        let new = Member::new(member, score);
        self.table.insert_new(hash, new, false, &mut self.cut).handle()
    }

    /// Removes a member; returns its score if it was there.
    pub fn remove(&mut self, hash: u64, member: &[u8]) -> Option<f64> {
        let (removed, _) = self.table.remove(hash, member, &mut self.cut)?;
        let score = removed.score();
        self.order.remove(score, removed.handle());
        self.bytes -= Member::memory(member.len());
        Some(score)
    }

    /// Removes the members with these ranks, as far as there are any, and visits each with its score, in order.
    pub fn remove_range(&mut self, ranks: Range<usize>, mut visit: impl FnMut(&[u8], f64)) {
        let Self { table, order, bytes, cut } = self;
        order.remove_range(ranks, |_, handle| {
            // SAFETY: the table has not let go of the member yet.
            let hash = table.hasher().hash(unsafe { handle.bytes() });
            let is_it = |member: &Member| member.handle() == handle;
            if let Some((removed, _)) = table.remove_by(hash, is_it, cut) {
                visit(removed.bytes(), removed.score());
                *bytes -= Member::memory(removed.bytes().len());
            }
        });
    }

    /// Returns how many members are before a point in the order.
    pub fn count_before(&self, key: Key<'_>) -> usize {
        self.order.count_before(key)
    }

    /// Returns how many members are before a point in the order, or at it.
    pub fn count_through(&self, key: Key<'_>) -> usize {
        self.order.count_through(key)
    }

    /// Returns the members with these ranks, as far as there are any, with their scores: in order, or the last first.
    #[inline]
    pub fn range(&self, ranks: Range<usize>, backwards: bool) -> Iter<'_> {
        Iter::new(self.order.range(ranks), backwards)
    }

    /// Returns all members with their scores, in order.
    pub fn iter(&self) -> Iter<'_> {
        self.range(0..self.len(), false)
    }

    /// Returns the member with that rank, and its score.
    pub fn by_rank(&self, rank: usize) -> Option<(&[u8], f64)> {
        let (_, handle) = self.order.by_rank(rank)?;
        // SAFETY: the members of the order are those of the set, which is borrowed.
        Some(unsafe { (handle.bytes(), handle.score()) })
    }

    /// Tells the processor to fetch what a look-up reads first.
    #[inline]
    pub fn prefetch_bucket(&self, hash: u64) {
        self.table.prefetch_bucket(hash);
    }

    /// Tells the processor to fetch what a look-up reads next.
    #[inline]
    pub fn prefetch_member(&self, hash: u64) {
        self.table.prefetch_entry(hash);
    }

    /// Returns a member by chance, all equally likely, with its score.
    pub fn random(&self, below: &mut impl FnMut(u64) -> u64) -> Option<(&[u8], f64)> {
        let handle = self.table.random(below)?.handle();
        // SAFETY: the member is there while the set is borrowed.
        Some(unsafe { (handle.bytes(), handle.score()) })
    }

    /// Visits some members with their scores and returns the cursor to go on from, zero at the end.
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(&[u8], f64)) -> u64 {
        self.table.scan(cursor, &mut |member| visit(member.bytes(), member.score()))
    }

    /// Begins a cut: [`SortedSet::cut_step`] will tell what the members and scores are now, whatever happens to them. One that is under way is given up.
    pub fn begin_cut(&mut self) {
        self.cut = Cut::begin(self.len());
        self.table.begin_capture();
    }

    /// Returns the number of members at the beginning of the cut under way.
    pub fn cut_len(&self) -> Option<usize> {
        self.cut.as_ref().map(|cut| cut.len)
    }

    /// Returns the memory of what had to be kept for the cut and was not asked for yet.
    pub fn cut_kept(&self) -> usize {
        self.cut.as_ref().map_or(0, |cut| cut.kept())
    }

    /// Returns the next piece of the cut: about so many bytes of members with their scores, in no order, for [`take_scored`]. It may be empty; `None` is the end.
    pub fn cut_step(&mut self, bytes: usize) -> Option<Vec<u8>> {
        cut::step(&mut self.table, &mut self.cut, bytes)
    }

    /// Ends the cut, complete or not.
    pub fn end_cut(&mut self) {
        self.table.end_capture();
        self.cut = None;
    }

    /// Panics unless the table and the order agree. Linear in the number of members: for tests.
    pub fn assert_valid(&self) {
        self.table.assert_valid();
        self.order.assert_valid();
        assert_eq!(self.table.len(), self.order.len());
        for (score, handle) in &self.order {
            // SAFETY: this is what is being tested; a test under a sanitizer would see it fail.
            let member = unsafe { handle.bytes() };
            let hash = self.hash(member);
            assert_eq!(self.score(hash, member), Some(score), "the order has the member's score");
        }
    }
}

impl<H: Hasher64> Clone for SortedSet<H> {
    fn clone(&self) -> Self {
        let mut copy = Self::new(*self.table.hasher());
        for (member, score) in self.iter() {
            copy.append(copy.hash(member), member, score);
        }
        copy
    }
}
