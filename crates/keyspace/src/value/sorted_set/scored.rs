//! Sets and sorted sets alike, as the commands take them that work on several: a member of a set has the score 1.

use stdx::hash::KeyHasher;
use structs::listpack::Element;

use super::{SortedSetIter, SortedSetRef};
use crate::entry::{Entry, WrongType};
use crate::value::set::{AHEAD, Member, SetIter, SetRef};

/// Members with scores.
#[derive(Debug, Clone, Copy)]
pub enum Scored<'a> {
    /// Those of a set.
    Set(SetRef<'a>),
    /// Those of a sorted set.
    SortedSet(SortedSetRef<'a>),
}

impl Entry {
    /// Returns the value as members with scores.
    pub fn as_scored(&self) -> Result<Scored<'_>, WrongType> {
        match self.as_sorted_set() {
            Ok(set) => Ok(Scored::SortedSet(set)),
            Err(WrongType) => self.as_set().map(Scored::Set),
        }
    }
}

impl<'a> Scored<'a> {
    /// Returns the number of members.
    pub fn len(self) -> usize {
        match self {
            Self::Set(set) => set.len(),
            Self::SortedSet(set) => set.len(),
        }
    }

    /// Returns whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the members with their scores.
    pub fn iter(self) -> ScoredIter<'a> {
        match self {
            Self::Set(set) => ScoredIter::Set(set.iter()),
            Self::SortedSet(set) => ScoredIter::SortedSet(set.iter()),
        }
    }

    /// Returns the score of a member.
    #[inline]
    pub fn score(self, member: &mut Member<'_>, hasher: KeyHasher) -> Option<f64> {
        match self {
            Self::Set(set) => member.is_in(set, hasher).then_some(1.0),
            Self::SortedSet(SortedSetRef::Large(set)) => {
                let hash = member.hash(hasher);
                set.score(hash, member.text())
            }
            Self::SortedSet(set) => set.score(member.text()),
        }
    }

    /// Visits the members with their scores, as long as `visit` returns true. What looking them up in others of the same shard will read is asked for ahead.
    pub fn walk(
        self,
        others: &[Self],
        hasher: KeyHasher,
        visit: &mut dyn FnMut(&mut Member<'a>, f64) -> bool,
    ) {
        let mut members = self.iter();
        let mut batch = [(Member::from(Element::Int(0)), 0.0); AHEAD];
        loop {
            let mut len = 0;
            for (slot, (element, score)) in batch.iter_mut().zip(&mut members) {
                *slot = (element.into(), score);
                len += 1;
            }
            let mut hashes = [0; AHEAD];
            for other in others.iter().filter(|other| other.is_large()) {
                for (hash, (member, _)) in hashes.iter_mut().zip(&mut batch[..len]) {
                    *hash = member.hash(hasher);
                }
                other.prefetch(&hashes[..len]);
            }
            for (member, score) in &mut batch[..len] {
                if !visit(member, *score) {
                    return;
                }
            }
            if len < AHEAD {
                return;
            }
        }
    }

    fn is_large(self) -> bool {
        matches!(self, Self::Set(SetRef::Large(_)) | Self::SortedSet(SortedSetRef::Large(_)))
    }

    fn prefetch(self, hashes: &[u64]) {
        match self {
            Self::Set(SetRef::Large(set)) => {
                hashes.iter().for_each(|&hash| set.prefetch_bucket(hash));
                hashes.iter().for_each(|&hash| set.prefetch_member(hash));
            }
            Self::Set(_) => (),
            Self::SortedSet(set) => set.prefetch(hashes),
        }
    }
}

/// Members with scores, of a set or a sorted set.
#[derive(Debug)]
pub enum ScoredIter<'a> {
    /// Those of a set.
    Set(SetIter<'a>),
    /// Those of a sorted set.
    SortedSet(SortedSetIter<'a>),
}

impl<'a> Iterator for ScoredIter<'a> {
    type Item = (Element<'a>, f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Set(members) => members.next().map(|member| (member, 1.0)),
            Self::SortedSet(members) => members.next(),
        }
    }
}
