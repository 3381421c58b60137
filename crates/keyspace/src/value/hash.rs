//! Hashes: fields with values.
//!
//! A hash is a listpack of fields and values, one after the other, as long as there are few and all are short ([`HashLimits`]), and a table otherwise. It does not change back when it shrinks.
//!
//! Fields and values are [`Element`]s: an integer in a listpack stays one until somebody wants its digits. A table has only bytes.

use structs::listpack::{Element, Listpack, ListpackBuf, Position};

use crate::db::EntryMut;
use crate::entry::{Entry, Form, LargeHash, PackedMut, WrongType};

/// Up to where a hash is kept packed.
#[derive(Debug, Clone, Copy)]
pub struct HashLimits {
    /// The most fields.
    pub entries: usize,
    /// The longest field or value.
    pub value: usize,
}

impl HashLimits {
    /// Returns whether a field or value may be in a listpack.
    #[inline]
    fn permit(self, bytes: &[u8]) -> bool {
        bytes.len() <= self.value
    }
}

/// A hash to be read.
#[derive(Debug, Clone, Copy)]
pub enum HashRef<'a> {
    /// A small one.
    Packed(Listpack<'a>),
    /// Any other.
    Large(&'a LargeHash),
}

impl Entry {
    /// Returns the value as a hash.
    #[inline]
    pub fn as_hash(&self) -> Result<HashRef<'_>, WrongType> {
        match self.form() {
            Some(Form::Hash) => Ok(HashRef::Packed(Listpack::new(self.packed()))),
            _ => self.as_large::<LargeHash>().map(HashRef::Large).ok_or(WrongType),
        }
    }
}

impl<'a> HashRef<'a> {
    /// Returns the number of fields.
    #[inline]
    pub fn len(self) -> usize {
        match self {
            Self::Packed(packed) => packed.len() / 2,
            Self::Large(hash) => hash.len(),
        }
    }

    /// Returns whether there are no fields.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the value of a field.
    #[inline]
    pub fn get(self, field: &[u8]) -> Option<Element<'a>> {
        match self {
            Self::Packed(packed) => packed.at(packed.next(packed.find(field, 1)?)?),
            Self::Large(hash) => hash.get(field).map(Element::Bytes),
        }
    }

    /// Visits all fields with their values.
    #[inline]
    pub fn for_each(self, mut visit: impl FnMut(Element<'a>, Element<'a>)) {
        match self {
            Self::Packed(packed) => {
                let mut elements = packed.iter();
                while let Some((field, value)) = elements.next_pair() {
                    visit(field, value);
                }
            }
            Self::Large(hash) => {
                for (field, value) in hash.iter() {
                    visit(Element::Bytes(field), Element::Bytes(value));
                }
            }
        }
    }

    /// Visits some fields with their values and returns the cursor to go on from, zero at the end. A packed hash is visited as a whole.
    pub fn scan(self, cursor: u64, visit: &mut dyn FnMut(Element<'_>, Element<'_>)) -> u64 {
        match self {
            Self::Packed(_) => {
                self.for_each(visit);
                0
            }
            Self::Large(hash) => hash.scan(cursor, &mut |field, value| {
                visit(Element::Bytes(field), Element::Bytes(value));
            }),
        }
    }

    /// Returns a field by chance, all equally likely, with its value. `below` gives a number below another one.
    pub fn random(self, below: &mut impl FnMut(u64) -> u64) -> Option<(Element<'a>, Element<'a>)> {
        match self {
            Self::Packed(packed) => {
                let fields = packed.len() / 2;
                if fields == 0 {
                    return None;
                }
                let at = packed.position(2 * below(fields as u64) as isize)?;
                Some((packed.at(at)?, packed.at(packed.next(at)?)?))
            }
            Self::Large(hash) => {
                let (field, value) = hash.random(below)?;
                Some((Element::Bytes(field), Element::Bytes(value)))
            }
        }
    }

    /// Visits `count` different fields by chance, or all if there are no more, with their values. Every choice of fields is equally likely; their order is that of the hash.
    pub fn sample(
        self,
        count: usize,
        below: &mut impl FnMut(u64) -> u64,
        mut visit: impl FnMut(Element<'a>, Element<'a>),
    ) {
        let (mut wanted, mut left) = (count.min(self.len()), self.len());
        self.for_each(|field, value| {
            // Of those that are left, so many are still wanted.
            if wanted > 0 && below(left as u64) < wanted as u64 {
                wanted -= 1;
                visit(field, value);
            }
            left -= 1;
        });
    }
}

/// A hash to be changed. When it is dropped, those who watch are told, if it was.
#[derive(Debug)]
pub struct HashMut<'a> {
    opened: EntryMut<'a>,
    limits: HashLimits,
    changed: bool,
}

impl<'a> EntryMut<'a> {
    /// Returns the value as a hash to be changed.
    #[inline]
    pub fn into_hash(self, limits: HashLimits) -> Result<HashMut<'a>, WrongType> {
        self.as_hash()?;
        Ok(HashMut { opened: self, limits, changed: false })
    }
}

impl HashMut<'_> {
    /// Returns the hash to be read.
    #[inline]
    pub fn view(&self) -> HashRef<'_> {
        self.opened.as_hash().unwrap_or(HashRef::Packed(Listpack::EMPTY))
    }

    #[inline]
    fn large(&mut self) -> Option<&mut LargeHash> {
        self.opened.entry().as_large_mut()
    }

    fn packed(&mut self) -> ListpackBuf<PackedMut<'_>> {
        ListpackBuf::over(self.opened.entry().packed_mut())
    }

    #[cold]
    fn make_large(&mut self) {
        let HashRef::Packed(packed) = self.view() else { return };
        let mut hash = LargeHash::new(self.opened.hasher());
        let mut elements = packed.iter();
        while let Some((field, value)) = elements.next_pair() {
            hash.insert(field.text(&mut None), value.text(&mut None));
        }
        self.opened.entry().set_large(hash);
    }

    /// Makes ready for fields and values like these.
    ///
    /// Compat: a long one makes a table of a packed hash, and so does one that replaces it at once.
    pub fn expect<'w>(&mut self, words: impl Iterator<Item = &'w [u8]>) {
        let limits = self.limits;
        let mut sum = 0;
        let mut too_long = |word: &[u8]| {
            sum += word.len();
            !limits.permit(word) || sum > Listpack::SIZE_MAX / 2
        };
        let mut words = words;
        if self.large().is_none() && words.any(&mut too_long) {
            self.make_large();
        }
    }

    /// Sets a field; returns whether it is new.
    #[inline]
    pub fn insert(&mut self, field: &[u8], value: &[u8]) -> bool {
        self.changed = true;
        if let Some(hash) = self.large() {
            return hash.insert(field, value);
        }
        if !self.limits.permit(value) || !self.limits.permit(field) {
            self.make_large();
            return self.insert(field, value);
        }
        let mut packed = self.packed();
        let found: Option<Position> =
            packed.view().find(field, 1).and_then(|at| packed.view().next(at));
        match found {
            Some(at) => packed.replace(at, value),
            None => packed.append([field, value]),
        }
        if found.is_none() && self.view().len() > self.limits.entries {
            self.make_large();
        }
        found.is_none()
    }

    /// Removes a field; returns whether it was there.
    pub fn remove(&mut self, field: &[u8]) -> bool {
        let removed = match self.large() {
            Some(hash) => hash.remove(field),
            None => {
                let mut packed = self.packed();
                let found = packed.view().find(field, 1);
                found.is_some_and(|at| packed.remove(at, 2) > 0)
            }
        };
        self.changed |= removed;
        removed
    }
}

impl Drop for HashMut<'_> {
    fn drop(&mut self) {
        if self.changed {
            self.opened.changed();
        }
    }
}
