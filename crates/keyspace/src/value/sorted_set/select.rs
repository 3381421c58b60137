//! Which ranks the members have that are asked for by score or by text.

use std::ops::{Bound, Range};

use structs::listpack::Element;
use structs::sorted_set::Key;

use super::SortedSetRef;
use super::packed::Pairs;

/// Scores from one to another. Neither is not a number.
#[derive(Debug, Clone, Copy)]
pub struct ScoreRange {
    /// Where it begins.
    pub min: Bound<f64>,
    /// Where it ends.
    pub max: Bound<f64>,
}

impl ScoreRange {
    fn is_reached(&self, score: f64) -> bool {
        match self.min {
            Bound::Included(min) => score >= min,
            Bound::Excluded(min) => score > min,
            Bound::Unbounded => true,
        }
    }

    fn is_passed(&self, score: f64) -> bool {
        match self.max {
            Bound::Included(max) => score > max,
            Bound::Excluded(max) => score >= max,
            Bound::Unbounded => false,
        }
    }
}

/// An end of a range of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextBound<'a> {
    /// Before all texts.
    Lowest,
    /// A text that belongs to the range.
    Included(&'a [u8]),
    /// A text that does not.
    Excluded(&'a [u8]),
    /// Behind all texts.
    Highest,
}

/// Members from one text to another, of a sorted set all of whose scores are equal. In others the answer is some members that are in the range.
#[derive(Debug, Clone, Copy)]
pub struct TextRange<'a> {
    /// Where it begins.
    pub min: TextBound<'a>,
    /// Where it ends.
    pub max: TextBound<'a>,
}

impl TextRange<'_> {
    fn is_reached(&self, text: &[u8]) -> bool {
        match self.min {
            TextBound::Lowest => true,
            TextBound::Included(min) => text >= min,
            TextBound::Excluded(min) => text > min,
            TextBound::Highest => false,
        }
    }

    fn is_passed(&self, text: &[u8]) -> bool {
        match self.max {
            TextBound::Lowest => true,
            TextBound::Included(max) => text > max,
            TextBound::Excluded(max) => text >= max,
            TextBound::Highest => false,
        }
    }
}

impl SortedSetRef<'_> {
    /// Returns the ranks of the members whose scores are in a range.
    pub fn by_score(self, range: &ScoreRange) -> Range<usize> {
        let Self::Large(set) = self else {
            return self
                .walk(|_, score| range.is_reached(score), |_, score| range.is_passed(score));
        };
        let start = match range.min {
            Bound::Included(min) => set.count_before(Key::Score(min)),
            Bound::Excluded(min) => set.count_through(Key::Score(min)),
            Bound::Unbounded => 0,
        };
        let end = match range.max {
            Bound::Included(max) => set.count_through(Key::Score(max)),
            Bound::Excluded(max) => set.count_before(Key::Score(max)),
            Bound::Unbounded => set.len(),
        };
        start..end.max(start)
    }

    /// Returns the ranks of the members that are in a range of texts.
    pub fn by_text(self, range: &TextRange<'_>) -> Range<usize> {
        let Self::Large(set) = self else {
            return self.walk(
                |member, _| range.is_reached(member.text(&mut None)),
                |member, _| range.is_passed(member.text(&mut None)),
            );
        };
        let start = match range.min {
            TextBound::Lowest => 0,
            TextBound::Included(min) => set.count_before(Key::Member(min)),
            TextBound::Excluded(min) => set.count_through(Key::Member(min)),
            TextBound::Highest => set.len(),
        };
        let end = match range.max {
            TextBound::Lowest => 0,
            TextBound::Included(max) => set.count_through(Key::Member(max)),
            TextBound::Excluded(max) => set.count_before(Key::Member(max)),
            TextBound::Highest => set.len(),
        };
        start..end.max(start)
    }

    /// Returns the ranks from the first member that is reached to the next that is passed.
    fn walk(
        self,
        mut is_reached: impl FnMut(Element<'_>, f64) -> bool,
        mut is_passed: impl FnMut(Element<'_>, f64) -> bool,
    ) -> Range<usize> {
        let Self::Packed(pairs) = self else { return 0..0 };
        let mut start = None;
        for (rank, (member, score)) in Pairs::all(pairs).enumerate() {
            if start.is_none() && is_reached(member, score) {
                start = Some(rank);
            }
            if let Some(start) = start
                && is_passed(member, score)
            {
                return start..rank;
            }
        }
        start.map_or(0..0, |start| start..self.len())
    }
}
