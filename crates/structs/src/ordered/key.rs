//! What one can search for.

use super::{Member, score};

/// A point in the order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Key<'a> {
    /// All members of that score, whatever their bytes.
    Score(f64),
    /// That member of that score.
    Entry(f64, &'a [u8]),
    /// That member, by its bytes alone. Makes sense if all scores are equal; otherwise the answer is
    /// some rank.
    Member(&'a [u8]),
}

impl<'a> Key<'a> {
    #[inline]
    pub(super) fn before(self) -> Probe<'a> {
        match self {
            Self::Score(score) => Probe::below(score::to_bits(score)),
            Self::Entry(score, member) => Probe::before(score::to_bits(score), member),
            Self::Member(member) => Probe { below: 0, above: u64::MAX, member, inclusive: false },
        }
    }

    #[inline]
    pub(super) fn through(self) -> Probe<'a> {
        match self {
            // No score has the highest integer.
            Self::Score(score) => Probe::below(score::to_bits(score) + 1),
            Self::Entry(score, member) => Probe::through(score::to_bits(score), member),
            Self::Member(member) => Probe { below: 0, above: u64::MAX, member, inclusive: true },
        }
    }
}

/// A cut through the order: which elements are on its near side, and which on its far side?
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe<'a> {
    /// Scores below this are on the near side.
    below: u64,
    /// Scores from this on are on the far side. Between the two, members decide.
    above: u64,
    member: &'a [u8],
    /// Is the member itself on the near side?
    inclusive: bool,
}

impl<'a> Probe<'a> {
    /// Behind everything.
    #[inline]
    pub(super) fn end() -> Self {
        Self::below(u64::MAX)
    }

    /// Before all of that score.
    #[inline]
    fn below(bits: u64) -> Self {
        Self { below: bits, above: bits, member: &[], inclusive: false }
    }

    /// Between that member and what is before it.
    #[inline]
    pub(super) fn before(bits: u64, member: &'a [u8]) -> Self {
        Self { below: bits, above: bits + 1, member, inclusive: false }
    }

    /// Between that member and what is behind it.
    #[inline]
    pub(super) fn through(bits: u64, member: &'a [u8]) -> Self {
        Self { below: bits, above: bits + 1, member, inclusive: true }
    }

    /// How many of these elements, which ascend by score and then by member, are on the near side?
    /// Members are read only if scores do not decide.
    #[inline]
    pub(super) fn partition<M: Member>(&self, scores: &[u64], members: &[M]) -> usize {
        let near = scores.partition_point(|&score| score < self.below);
        match scores.get(near) {
            Some(&score) if score < self.above => near + self.partition_ties(near, scores, members),
            _ => near,
        }
    }

    /// As [`Self::partition`], of those from `near` on.
    fn partition_ties<M: Member>(&self, near: usize, scores: &[u64], members: &[M]) -> usize {
        let ties = scores[near..].partition_point(|&score| score < self.above);
        members[near..near + ties].partition_point(|member| {
            if self.inclusive {
                member.bytes() <= self.member
            } else {
                member.bytes() < self.member
            }
        })
    }
}
