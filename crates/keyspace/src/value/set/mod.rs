//! Sets: members without order.
//!
//! | kept as | while | a look-up takes |
//! | --- | --- | --- |
//! | intset | all are integers, and not too many | a few halvings |
//! | listpack | not too many, and all short | a walk |
//! | table | always possible | one or two cache misses |
//!
//! A set changes from an intset to a listpack when it gets its first member that is no integer, or to a table when it is too big for that, and from either to a table when it outgrows [`SetLimits`]. It does not change back when it shrinks.
//!
//! Members are [`Element`]s: an integer in a packed set stays one until somebody wants its digits. A table has only bytes.
//!
//! ```text
//! member.rs   a member that several sets are asked for
//! edit.rs     adding and removing, in the right form
//! build.rs    a set that is not under a key yet
//! random.rs   members by chance
//! select.rs   what several sets have in common, or not
//! ```

mod build;
mod edit;
mod member;
mod random;
mod select;

use structs::intset::Intset;
use structs::listpack::{Element, Listpack};

use crate::entry::{Entry, Form, LargeSet, WrongType};

pub use self::build::NewSet;
pub use self::edit::SetMut;
pub use self::member::Member;

pub(in crate::value) use self::member::AHEAD;
pub use self::random::SetDraws;
pub use self::select::Keep;

/// Up to where a set is kept packed.
#[derive(Debug, Clone, Copy)]
pub struct SetLimits {
    /// The most members of an intset.
    pub intset_entries: usize,
    /// The most members of a listpack.
    pub listpack_entries: usize,
    /// The longest member of a listpack.
    pub listpack_value: usize,
}

impl SetLimits {
    /// Returns the most members of any packed set.
    pub fn packed_entries(self) -> usize {
        self.intset_entries.max(self.listpack_entries)
    }

    /// Returns the form in which a set begins that gets so many members of which this is the first.
    pub fn form_for(self, first: &[u8], members: usize) -> Form {
        let integer = || stdx::number::parse_i64(first).is_some();
        if members <= self.intset_entries && integer() { Form::Intset } else { Form::Set }
    }
}

/// A set to be read.
#[derive(Debug, Clone, Copy)]
pub enum SetRef<'a> {
    /// Integers, in order.
    Intset(Intset<'a>),
    /// A few short members.
    Packed(Listpack<'a>),
    /// Any others.
    Large(&'a LargeSet),
}

impl Entry {
    /// Returns the value as a set.
    #[inline]
    pub fn as_set(&self) -> Result<SetRef<'_>, WrongType> {
        match self.form() {
            Some(Form::Intset) => Ok(SetRef::Intset(Intset::new(self.packed()))),
            Some(Form::Set) => Ok(SetRef::Packed(Listpack::new(self.packed()))),
            _ => self.as_large::<LargeSet>().map(SetRef::Large).ok_or(WrongType),
        }
    }
}

impl<'a> SetRef<'a> {
    /// Returns the number of members.
    #[inline]
    pub fn len(self) -> usize {
        match self {
            Self::Intset(set) => set.len(),
            Self::Packed(members) => members.len(),
            Self::Large(set) => set.len(),
        }
    }

    /// Returns whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns whether a member is there.
    #[inline]
    pub fn contains(self, member: &[u8]) -> bool {
        match self {
            Self::Intset(set) => {
                stdx::number::parse_i64(member).is_some_and(|integer| set.contains(integer))
            }
            Self::Packed(members) => members.find(member, 0).is_some(),
            Self::Large(set) => set.contains(set.hash(member), member),
        }
    }

    /// Returns for each of some members whether it is there. The look-ups of a big set overlap.
    pub fn contains_each(self, members: &[&[u8]], visit: &mut dyn FnMut(bool)) {
        let Self::Large(set) = self else {
            return members.iter().for_each(|member| visit(self.contains(member)));
        };
        edit::hashed_ahead(set, members, |hash, member| visit(set.contains(hash, member)));
    }

    /// Returns the members.
    #[inline]
    pub fn iter(self) -> SetIter<'a> {
        match self {
            Self::Intset(set) => SetIter::Intset(set.iter()),
            Self::Packed(members) => SetIter::Packed(members.iter()),
            Self::Large(set) => SetIter::Large(set.iter()),
        }
    }

    /// Visits some members, and returns the cursor to go on from, zero at the end. A packed set is visited at once.
    ///
    /// Every member that is there from the first call to the last is visited at least once.
    pub fn scan(self, cursor: u64, visit: &mut dyn FnMut(Element<'_>)) -> u64 {
        match self {
            Self::Large(set) => set.scan(cursor, &mut |member| visit(Element::Bytes(member))),
            _ => {
                self.iter().for_each(visit);
                0
            }
        }
    }
}

/// The members of a set, in no particular order.
#[derive(Debug)]
pub enum SetIter<'a> {
    /// Those of an intset.
    Intset(structs::intset::Iter<'a>),
    /// Those of a listpack.
    Packed(structs::listpack::Iter<'a>),
    /// Those of a table.
    Large(structs::set::Iter<'a>),
}

impl<'a> Iterator for SetIter<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        match self {
            Self::Intset(integers) => integers.next().map(Element::Int),
            Self::Packed(members) => members.next(),
            Self::Large(members) => members.next().map(Element::Bytes),
        }
    }
}
