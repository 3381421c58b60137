//! Elements side by side: what a leaf holds, and what an inner node knows of its children.

use super::Member;
use super::key::Probe;

/// Room for `N` elements in order. How many there are is said by whoever asks.
///
/// Places behind them hold copies of handles, since a place must hold something; nobody follows
/// them.
#[repr(C)]
pub(super) struct Run<M, const N: usize> {
    pub(super) scores: [u64; N],
    pub(super) members: [M; N],
}

impl<M: Member, const N: usize> Run<M, N> {
    /// No elements; the handle only fills places.
    pub(super) fn new(filler: M) -> Self {
        Self { scores: [0; N], members: [filler; N] }
    }

    #[inline]
    pub(super) fn at(&self, index: usize) -> (u64, M) {
        (self.scores[index], self.members[index])
    }

    #[inline]
    pub(super) fn set(&mut self, index: usize, (score, member): (u64, M)) {
        self.scores[index] = score;
        self.members[index] = member;
    }

    /// How many of the elements from `start` to `len` are on the near side of the probe.
    #[inline]
    pub(super) fn position(&self, start: usize, len: usize, probe: &Probe<'_>) -> usize {
        probe.partition(&self.scores[start..len], &self.members[start..len])
    }

    /// Adds an element to `len` others, which do not fill the room.
    #[inline]
    pub(super) fn insert(&mut self, len: usize, index: usize, element: (u64, M)) {
        self.scores.copy_within(index..len, index + 1);
        self.members.copy_within(index..len, index + 1);
        self.set(index, element);
    }

    /// Removes some of `len` elements.
    #[inline]
    pub(super) fn remove(&mut self, len: usize, index: usize, count: usize) {
        self.scores.copy_within(index + count..len, index);
        self.members.copy_within(index + count..len, index);
    }

    /// Moves the last `count` of `len` elements to the beginning of `right`, which has `right_len`.
    pub(super) fn move_right(&self, len: usize, right: &mut Self, right_len: usize, count: usize) {
        right.scores.copy_within(..right_len, count);
        right.members.copy_within(..right_len, count);
        right.scores[..count].copy_from_slice(&self.scores[len - count..len]);
        right.members[..count].copy_from_slice(&self.members[len - count..len]);
    }

    /// Moves the first `count` of the `right_len` elements of `right` behind its own `len`.
    pub(super) fn move_left(
        &mut self,
        len: usize,
        right: &mut Self,
        right_len: usize,
        count: usize,
    ) {
        self.scores[len..len + count].copy_from_slice(&right.scores[..count]);
        self.members[len..len + count].copy_from_slice(&right.members[..count]);
        right.remove(right_len, 0, count);
    }
}
