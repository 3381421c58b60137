//! A member that several sets are asked for: its digits and its hash are worked out at most once.

use stdx::hash::KeyHasher;
use stdx::number::{Digits, parse_i64};
use structs::listpack::Element;

use super::SetRef;

/// How many members are looked up at once, so that the memory that one look-up waits for is on its way while others are done.
pub(in crate::value) const AHEAD: usize = 8;

/// A member on its way from one set to others.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    element: Element<'a>,
    digits: Option<Digits>,
    hash: Option<u64>,
}

impl<'a> From<Element<'a>> for Member<'a> {
    #[inline]
    fn from(element: Element<'a>) -> Self {
        Self { element, digits: None, hash: None }
    }
}

impl<'a> From<&'a [u8]> for Member<'a> {
    #[inline]
    fn from(text: &'a [u8]) -> Self {
        Element::Bytes(text).into()
    }
}

impl<'a> Member<'a> {
    /// Returns the member as it is stored where it comes from.
    #[inline]
    pub fn element(&self) -> Element<'a> {
        self.element
    }

    /// Returns the member as a string.
    #[inline]
    pub fn text(&mut self) -> &[u8] {
        match self.element {
            Element::Bytes(text) => text,
            Element::Int(value) => {
                self.digits.get_or_insert_with(|| Digits::from_i64(value)).as_bytes()
            }
        }
    }

    /// Returns the member as an integer, if it is one.
    #[inline]
    pub(super) fn integer(&self) -> Option<i64> {
        match self.element {
            Element::Int(value) => Some(value),
            Element::Bytes(text) => parse_i64(text),
        }
    }

    /// Returns the hash that all tables of a shard go by.
    #[inline]
    pub(in crate::value) fn hash(&mut self, hasher: KeyHasher) -> u64 {
        if let Some(hash) = self.hash {
            return hash;
        }
        let hash = hasher.hash(self.text());
        self.hash = Some(hash);
        hash
    }

    /// Returns whether a set has it.
    #[inline]
    pub(in crate::value) fn is_in(&mut self, set: SetRef<'_>, hasher: KeyHasher) -> bool {
        match set {
            SetRef::Intset(set) => self.integer().is_some_and(|integer| set.contains(integer)),
            SetRef::Packed(members) => members.find(self.text(), 0).is_some(),
            SetRef::Large(set) => {
                let hash = self.hash(hasher);
                set.contains(hash, self.text())
            }
        }
    }
}
