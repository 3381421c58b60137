//! Leaves: the elements.

use super::key::Probe;
use super::run::Run;
use super::siblings::{Census, Node};
use super::{Member, score};

/// How many elements a leaf can have: what fits in 512 bytes.
const CAPACITY: usize = 31;

/// Elements in order.
#[repr(C)]
pub(super) struct Leaf<M> {
    len: u8,
    run: Run<M, CAPACITY>,
}

impl<M: Member> Leaf<M> {
    /// A leaf without elements; the handle only fills places.
    pub(super) fn new(filler: M) -> Self {
        Self { len: 0, run: Run::new(filler) }
    }

    #[inline]
    fn scores(&self) -> &[u64] {
        &self.run.scores[..usize::from(self.len)]
    }

    #[inline]
    fn members(&self) -> &[M] {
        &self.run.members[..usize::from(self.len)]
    }

    /// The element at an index that there is.
    #[inline]
    pub(super) fn element(&self, index: usize) -> (f64, M) {
        (score::from_bits(self.scores()[index]), self.members()[index])
    }

    /// How many elements are on the near side of the probe.
    #[inline]
    pub(super) fn position(&self, probe: &Probe<'_>) -> usize {
        probe.partition(self.scores(), self.members())
    }

    /// Where a member of that score is. Handles are compared, not members.
    #[inline]
    pub(super) fn find(&self, bits: u64, member: M) -> Option<usize> {
        let start = self.scores().partition_point(|&score| score < bits);
        let mut tied = self.scores().iter().zip(self.members()).skip(start);
        let place = tied.position(|(&score, &other)| score > bits || other == member)?;
        (self.scores()[start + place] == bits).then_some(start + place)
    }

    /// Adds an element to a leaf that is not full.
    #[inline]
    pub(super) fn insert(&mut self, index: usize, bits: u64, member: M) {
        self.run.insert(usize::from(self.len), index, (bits, member));
        self.len += 1;
    }

    fn remove_at(&mut self, index: usize, count: usize) {
        self.run.remove(usize::from(self.len), index, count);
        self.len -= count as u8;
    }

    pub(super) fn remove(&mut self, bits: u64, member: M) -> bool {
        let found = self.find(bits, member);
        if let Some(index) = found {
            self.remove_at(index, 1);
        }
        found.is_some()
    }

    /// Removes up to `max` elements, and tells how many.
    pub(super) fn remove_run(
        &mut self,
        index: usize,
        max: usize,
        removed: &mut impl FnMut(f64, M),
    ) -> usize {
        let count = max.min(usize::from(self.len) - index);
        (index..index + count).for_each(|index| {
            let (score, member) = self.element(index);
            removed(score, member);
        });
        self.remove_at(index, count);
        count
    }

    /// Moves a member from one score to another that belongs into this leaf, and tells whether it
    /// was there.
    pub(super) fn update(&mut self, from: u64, to: u64, member: M) -> bool {
        let Some(index) = self.find(from, member) else { return false };
        let scores = self.scores();
        let below = index == 0 || scores[index - 1] < to;
        let above = scores.get(index + 1).is_none_or(|&next| to < next);
        if below && above {
            self.run.scores[index] = to;
        } else {
            self.remove_at(index, 1);
            let place = self.position(&Probe::before(to, member.bytes()));
            self.insert(place, to, member);
        }
        true
    }

    pub(super) fn assert_valid(&self, census: &mut Census) {
        census.leaves += 1;
        assert!(usize::from(self.len) <= CAPACITY);
        assert!(self.scores().is_sorted(), "elements ascend");
    }
}

impl<M: Member> Node<M> for Leaf<M> {
    const CAPACITY: usize = CAPACITY;

    #[inline]
    fn len(&self) -> usize {
        usize::from(self.len)
    }

    #[inline]
    fn weight(&self) -> u32 {
        u32::from(self.len)
    }

    #[inline]
    fn first(&self) -> (u64, M) {
        self.run.at(0)
    }

    fn set_first(&mut self, _: (u64, M)) {
        // A leaf knows its elements.
    }

    fn sibling(&self) -> Self {
        Self::new(self.run.members[0])
    }

    fn move_right(&mut self, right: &mut Self, count: usize) {
        let (len, right_len) = (usize::from(self.len), usize::from(right.len));
        self.run.move_right(len, &mut right.run, right_len, count);
        self.len -= count as u8;
        right.len += count as u8;
    }

    fn move_left(&mut self, right: &mut Self, count: usize) {
        let (len, right_len) = (usize::from(self.len), usize::from(right.len));
        self.run.move_left(len, &mut right.run, right_len, count);
        self.len += count as u8;
        right.len -= count as u8;
    }

    fn tally(census: &mut Census) -> &mut usize {
        &mut census.leaves
    }
}
