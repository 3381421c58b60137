//! Members by chance: all members are equally likely, and so are all subsets of a size.

use stdx::hash::Set;
use stdx::rng::Rng;
use structs::intset::IntsetBuf;
use structs::listpack::{Element, ListpackBuf};

use crate::entry::{Entry, Form, LargeSet};

use super::{Member, NewSet, SetMut, SetRef};

/// A table that keeps less than one member in so many is emptied by taking out what stays.
const KEEP_RATIO: usize = 5;

/// Of a table, picking this share of the members (one in so many) is done from a list of all.
const LIST_RATIO: usize = 3;

/// Draws members of a set by chance, independent of each other.
#[derive(Debug)]
pub struct SetDraws<'a> {
    set: SetRef<'a>,
    /// Those of a listpack.
    members: Vec<Element<'a>>,
}

impl<'a> SetDraws<'a> {
    /// Returns a member, if there are any.
    pub fn next(&mut self, rng: &mut impl Rng) -> Option<Element<'a>> {
        if self.members.is_empty() {
            return self.set.random(rng);
        }
        Some(self.members[rng.below(self.members.len() as u64) as usize])
    }
}

impl<'a> SetRef<'a> {
    /// Returns a member by chance.
    pub fn random(self, rng: &mut impl Rng) -> Option<Element<'a>> {
        match self {
            Self::Intset(set) => set.random(&mut |n| rng.below(n)).map(Element::Int),
            Self::Packed(members) => {
                let index = rng.below(members.len() as u64);
                members.get(index.cast_signed() as isize)
            }
            Self::Large(set) => set.random(&mut |n| rng.below(n)).map(Element::Bytes),
        }
    }

    /// Returns what draws members by chance, the same ones again perhaps.
    pub fn draws(self) -> SetDraws<'a> {
        let members = match self {
            // What takes a walk for one member takes a walk for all.
            Self::Packed(members) => members.iter().collect(),
            _ => Vec::new(),
        };
        SetDraws { set: self, members }
    }

    /// Visits `count` different members by chance, or all if there are no more.
    pub fn sample(self, rng: &mut impl Rng, count: usize, visit: &mut dyn FnMut(Element<'a>)) {
        let len = self.len();
        if count >= len {
            return self.iter().for_each(visit);
        }
        let Self::Large(set) = self else {
            let mut lot = Lot::new(len, count);
            return self.iter().filter(|_| lot.falls(rng)).for_each(visit);
        };
        if count > len / LIST_RATIO {
            let mut members: Vec<_> = set.iter().collect();
            for index in 0..count {
                let other = index + rng.below((members.len() - index) as u64) as usize;
                members.swap(index, other);
                visit(Element::Bytes(members[index]));
            }
            return;
        }
        let mut seen = Set::default();
        while seen.len() < count {
            let Some(member) = set.random(&mut |n| rng.below(n)) else { return };
            // No two members are at the same place.
            if seen.insert(member.as_ptr() as usize) {
                visit(Element::Bytes(member));
            }
        }
    }
}

impl SetMut<'_> {
    /// Takes `count` members out by chance, fewer than there are, and visits each. Returns what is to be discarded, if that is much.
    pub fn pop_random(
        &mut self,
        rng: &mut impl Rng,
        count: usize,
        visit: &mut dyn FnMut(Element<'_>),
    ) -> Option<Entry> {
        let len = self.view().len();
        debug_assert!(count < len, "whoever takes all removes the key");
        self.changed |= count > 0;
        match self.view() {
            SetRef::Intset(set) => {
                let mut lot = Lot::new(len, count);
                let mut kept = IntsetBuf::new();
                for integer in set {
                    if lot.falls(rng) {
                        visit(Element::Int(integer));
                    } else {
                        kept.insert(integer);
                    }
                }
                self.opened.entry().set_packed(Form::Intset, kept.view().as_bytes());
                None
            }
            SetRef::Packed(members) => {
                let mut lot = Lot::new(len, count);
                let mut kept = ListpackBuf::with_capacity(members.as_bytes().len());
                for element in members {
                    if lot.falls(rng) {
                        visit(element);
                    } else {
                        kept.append([element]);
                    }
                }
                self.opened.entry().set_packed(Form::Set, kept.view().as_bytes());
                None
            }
            SetRef::Large(_) if (len - count).saturating_mul(KEEP_RATIO) > count => {
                self.pop_each(rng, count, visit);
                None
            }
            SetRef::Large(_) => Some(self.pop_most(rng, len - count, visit)),
        }
    }

    /// Takes members out of a table one by one.
    fn pop_each(&mut self, rng: &mut impl Rng, count: usize, visit: &mut dyn FnMut(Element<'_>)) {
        let Some(set) = self.opened.entry().as_large_mut::<LargeSet>() else { return };
        let mut member = Vec::new();
        for _ in 0..count {
            let Some(found) = set.random(&mut |n| rng.below(n)) else { return };
            member.clear();
            member.extend_from_slice(found);
            set.remove(set.hash(&member), &member);
            visit(Element::Bytes(&member));
        }
    }

    /// Takes members out of a table by keeping a few, which become a set of their own. Returns the others.
    fn pop_most(
        &mut self,
        rng: &mut impl Rng,
        keep: usize,
        visit: &mut dyn FnMut(Element<'_>),
    ) -> Entry {
        let mut kept = NewSet::in_place_of(&self.opened, self.limits);
        self.pop_each(rng, keep, &mut |element| kept.insert_new(&mut Member::from(element)));
        let others = std::mem::replace(self.opened.entry(), kept.into_entry());
        others.as_set().into_iter().flat_map(SetRef::iter).for_each(visit);
        others
    }
}

/// Draws lots for things one after the other, so that a given number of them is chosen.
struct Lot {
    things: usize,
    wanted: usize,
}

impl Lot {
    fn new(things: usize, wanted: usize) -> Self {
        Self { things, wanted }
    }

    /// Returns whether the next thing is chosen.
    fn falls(&mut self, rng: &mut impl Rng) -> bool {
        let chosen = (rng.below(self.things as u64) as usize) < self.wanted;
        self.things -= 1;
        self.wanted -= usize::from(chosen);
        chosen
    }
}
