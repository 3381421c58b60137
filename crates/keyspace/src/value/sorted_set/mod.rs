//! Sorted sets: members with scores, in the order of scores, then of bytes.
//!
//! A sorted set is a listpack of members and scores in their order as long as there are few and all are short ([`SortedSetLimits`]), and a table with a tree otherwise. It does not change back when it shrinks.
//!
//! Ranks are the currency: [`SortedSetRef::by_score`] and [`SortedSetRef::by_text`] turn what is asked for into ranks, and what reads or removes several members takes ranks.
//!
//! Members are [`Element`]s: an integer in a listpack stays one until somebody wants its digits.
//!
//! ```text
//! packed.rs   the small form
//! select.rs   ranks of what is asked for by score or text
//! edit.rs     changing, in the right form
//! build.rs    a sorted set that is not under a key yet
//! scored.rs   sets and sorted sets alike, as input
//! ```

mod build;
mod edit;
mod packed;
mod scored;
mod select;

use std::ops::Range;

use stdx::hash::KeyHasher;
use structs::listpack::{Element, Listpack};

use crate::entry::{Entry, Form, LargeSortedSet, WrongType};

pub use self::build::NewSortedSet;
pub use self::edit::SortedSetMut;
pub use self::packed::text_order;
pub use self::scored::Scored;
pub use self::select::{ScoreRange, TextBound, TextRange};

/// Up to where a sorted set is kept packed.
#[derive(Debug, Clone, Copy)]
pub struct SortedSetLimits {
    /// The most members.
    pub entries: usize,
    /// The longest member.
    pub value: usize,
}

/// A sorted set to be read.
#[derive(Debug, Clone, Copy)]
pub enum SortedSetRef<'a> {
    /// A small one.
    Packed(Listpack<'a>),
    /// Any other.
    Large(&'a LargeSortedSet),
}

impl Entry {
    /// Returns the value as a sorted set.
    #[inline]
    pub fn as_sorted_set(&self) -> Result<SortedSetRef<'_>, WrongType> {
        match self.form() {
            Some(Form::SortedSet) => Ok(SortedSetRef::Packed(Listpack::new(self.packed()))),
            _ => self.as_large::<LargeSortedSet>().map(SortedSetRef::Large).ok_or(WrongType),
        }
    }
}

impl<'a> SortedSetRef<'a> {
    /// Returns the number of members.
    #[inline]
    pub fn len(self) -> usize {
        match self {
            Self::Packed(pairs) => pairs.len() / 2,
            Self::Large(set) => set.len(),
        }
    }

    /// Returns whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the score of a member.
    #[inline]
    pub fn score(self, member: &[u8]) -> Option<f64> {
        match self {
            Self::Packed(pairs) => packed::find(pairs, member).map(|(_, score)| score),
            Self::Large(set) => set.score(set.hash(member), member),
        }
    }

    /// Returns how many members are before a member, and its score.
    pub fn rank(self, member: &[u8]) -> Option<(usize, f64)> {
        match self {
            Self::Packed(pairs) => packed::rank(pairs, member),
            Self::Large(set) => set.rank(set.hash(member), member),
        }
    }

    /// Returns the members with these ranks, as far as there are any, with their scores: in order, or the last first.
    #[inline]
    pub fn range(self, ranks: Range<usize>, backwards: bool) -> SortedSetIter<'a> {
        match self {
            Self::Packed(pairs) => {
                SortedSetIter::Packed(packed::Pairs::new(pairs, ranks, backwards))
            }
            Self::Large(set) => SortedSetIter::Large(set.range(ranks, backwards)),
        }
    }

    /// Returns all members with their scores, in order.
    pub fn iter(self) -> SortedSetIter<'a> {
        self.range(0..self.len(), false)
    }

    /// Visits some members with their scores and returns the cursor to go on from, zero at the end. A packed sorted set is visited as a whole.
    ///
    /// Every member that is there from the first call to the last is visited at least once.
    pub fn scan(self, cursor: u64, visit: &mut dyn FnMut(Element<'_>, f64)) -> u64 {
        match self {
            Self::Large(set) => {
                set.scan(cursor, &mut |member, score| visit(Element::Bytes(member), score))
            }
            Self::Packed(_) => {
                self.iter().for_each(|(member, score)| visit(member, score));
                0
            }
        }
    }

    /// Returns a member by chance, all equally likely, with its score. `below` gives a number below another one.
    pub fn random(self, below: &mut impl FnMut(u64) -> u64) -> Option<(Element<'a>, f64)> {
        match self {
            Self::Packed(pairs) => {
                let rank = below((pairs.len() / 2).max(1) as u64) as usize;
                packed::Pairs::new(pairs, rank..rank + 1, false).next()
            }
            Self::Large(set) => {
                set.random(below).map(|(member, score)| (Element::Bytes(member), score))
            }
        }
    }

    /// Visits `count` different members by chance, or all if there are no more, with their scores. Every choice of members is equally likely; they are visited in order.
    pub fn sample(
        self,
        count: usize,
        below: &mut impl FnMut(u64) -> u64,
        mut visit: impl FnMut(Element<'a>, f64),
    ) {
        let (mut wanted, mut left) = (count.min(self.len()), self.len());
        // Few of many are drawn as ranks, without reading the others.
        if let Self::Large(set) = self
            && wanted < left / 8
        {
            let mut ranks = stdx::hash::Set::default();
            while ranks.len() < wanted {
                ranks.insert(below(left as u64) as usize);
            }
            let mut ranks: Vec<_> = ranks.into_iter().collect();
            ranks.sort_unstable();
            for (member, score) in ranks.into_iter().filter_map(|rank| set.by_rank(rank)) {
                visit(Element::Bytes(member), score);
            }
            return;
        }
        for (member, score) in self.iter() {
            // Of those that are left, so many are still wanted.
            if wanted > 0 && below(left as u64) < wanted as u64 {
                wanted -= 1;
                visit(member, score);
            }
            left -= 1;
        }
    }

    /// Has the processor fetch what the look-ups of some members will read.
    #[inline]
    fn prefetch(self, hashes: &[u64]) {
        if let Self::Large(set) = self {
            hashes.iter().for_each(|&hash| set.prefetch_bucket(hash));
            hashes.iter().for_each(|&hash| set.prefetch_member(hash));
        }
    }
}

/// Members of a sorted set with their scores.
#[derive(Debug)]
pub enum SortedSetIter<'a> {
    /// Those of a listpack.
    Packed(packed::Pairs<'a>),
    /// Those of a tree.
    Large(structs::sorted_set::Iter<'a>),
}

impl<'a> Iterator for SortedSetIter<'a> {
    type Item = (Element<'a>, f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Packed(pairs) => pairs.next(),
            Self::Large(members) => {
                members.next().map(|(member, score)| (Element::Bytes(member), score))
            }
        }
    }
}

/// Makes a table with a tree of a packed sorted set.
fn unpacked(pairs: Listpack<'_>, hasher: KeyHasher) -> LargeSortedSet {
    let mut large = LargeSortedSet::new(hasher);
    for (member, score) in packed::Pairs::all(pairs) {
        let mut digits = None;
        let member = member.text(&mut digits);
        large.append(hasher.hash(member), member, score);
    }
    large
}
