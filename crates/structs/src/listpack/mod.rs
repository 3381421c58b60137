//! Listpack: a sequence of small strings and integers in one block of bytes.
//!
//! Small collections are most collections, and for a dozen elements a pointer per element costs
//! more than the elements. A listpack spends two bytes on each, and is scanned in a cache line or
//! two. In exchange, everything but appending is linear: callers move to another representation
//! when a listpack outgrows the limits that they were given.
//!
//! # Layout
//!
//! ```text
//! +--------------+--------------+---------+-----+---------+------+
//! | total: u32le | count: u16le | entry 0 | ... | entry n | 0xFF |
//! +--------------+--------------+---------+-----+---------+------+
//!                               /         \
//!                              +----------+---------+---------+
//!                              | encoding | payload | backlen |
//!                              +----------+---------+---------+
//! ```
//!
//! `total` counts every byte, header and terminator included. `count` stops at 65 535, which then
//! reads as "count them yourself". `backlen` is the length of encoding and payload in base 128,
//! written so that it can be read backwards: that is what makes walking from the tail possible.
//! `docs/formats/listpack.md` lists the encodings.
//!
//! A string that is an integer in its one spelling ([`stdx::number::parse_i64`]) is stored as that
//! integer, and comes out as [`Element::Int`]; printed, it is the string again.
//!
//! This is a storage format, not our choice: RDB files and `DUMP` payloads contain these bytes
//! verbatim. Bytes from outside are therefore checked once, by [`Listpack::from_untrusted`], and
//! trusted from then on.
//!
//! # Two faces
//!
//! [`Listpack`] reads bytes wherever they are, and is two words. [`ListpackBuf`] edits them in any
//! [`Buffer`](crate::packed::Buffer): a vector, a blob, or the middle of somebody's allocation.
//! Between edits, an element is named by its [`Position`].
//!
//! # Invariants
//!
//! - `bytes.len()` equals `total`, and the last byte is `0xFF`.
//! - Following the entries forward from the header ends exactly on the terminator, and so does
//!   following the `backlen`s back to the header.
//! - `count` is the number of entries, or 65 535.
//!
//! [`Listpack::assert_valid`] checks all of them after every operation of the model tests.
//!
//! Reading is total nevertheless: where the bytes make no sense, a walk ends as if it had come to
//! an end of the listpack. That costs nothing, since safe code has to look at the bounds anyway,
//! and it makes damage that went unchecked ([`Check::Frame`]) a matter of wrong elements only.

mod check;
mod edit;
mod encoding;
mod iter;

use std::fmt;

use stdx::number::{Digits, parse_i64};

use self::encoding::{END, HEADER, TERMINATED};
use crate::packed::Malformed;

pub use self::edit::ListpackBuf;
pub use self::iter::Iter;
pub use crate::packed::Check;

/// From here on, the header does not know the number of elements.
const COUNT_UNKNOWN: u16 = u16::MAX;

/// The bytes of a listpack without elements.
const EMPTY: [u8; TERMINATED] = [TERMINATED as u8, 0, 0, 0, 0, 0, END];

/// One element, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element<'a> {
    /// An integer; as a string, its decimal digits.
    Int(i64),
    /// A string.
    Bytes(&'a [u8]),
}

impl<'a> Element<'a> {
    /// The element as a string, for which an integer is printed into `digits`.
    #[inline]
    pub fn text<'t>(self, digits: &'t mut Option<Digits>) -> &'t [u8]
    where
        'a: 't,
    {
        match self {
            Self::Int(value) => digits.insert(Digits::from_i64(value)).as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// A copy of the element as a string.
    pub fn to_vec(self) -> Vec<u8> {
        self.text(&mut None).to_vec()
    }

    /// The element as an integer, if it is one.
    #[inline]
    pub fn integer(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            // A foreign writer may have stored digits as a string.
            Self::Bytes(bytes) => parse_i64(bytes),
        }
    }
}

impl From<i64> for Element<'_> {
    #[inline]
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

/// A string; that it may be an integer is noticed when it is stored.
impl<'a> From<&'a [u8]> for Element<'a> {
    #[inline]
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

/// A string; that it may be an integer is noticed when it is stored.
impl<'a, const N: usize> From<&'a [u8; N]> for Element<'a> {
    #[inline]
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

/// Where an element is, or where the last one ends. Edits in front of it make it meaningless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(usize);

/// A listpack to be read.
#[derive(Clone, Copy)]
pub struct Listpack<'a> {
    bytes: &'a [u8],
}

impl<'a> Listpack<'a> {
    /// The listpack without elements.
    pub const EMPTY: Listpack<'static> = Listpack { bytes: &EMPTY };

    /// The largest size in bytes that edits will produce: 1 GiB, as in Redis, of the 4 GiB that
    /// the header could express.
    pub const SIZE_MAX: usize = 1 << 30;

    /// Looks at bytes that are known to be a listpack: they come from a [`ListpackBuf`] or have been
    /// checked by [`Self::from_untrusted`].
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        debug_assert_eq!(check::frame(bytes), Ok(()));
        Self { bytes }
    }

    /// Looks at bytes that anybody may have written, if they are a listpack.
    ///
    /// Non-minimal encodings are accepted, since Redis reads them, too. That fields come in pairs
    /// and differ is for the caller to check.
    pub fn from_untrusted(bytes: &'a [u8], depth: Check) -> Result<Self, Malformed> {
        check::frame(bytes)?;
        if depth == Check::Whole {
            check::entries(bytes)?;
        }
        Ok(Self { bytes })
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The number of elements. Constant time below 65 535.
    #[inline]
    pub fn len(self) -> usize {
        match self.stored_count() {
            COUNT_UNKNOWN => self.iter().count(),
            count => usize::from(count),
        }
    }

    /// Is there no element?
    #[inline]
    pub fn is_empty(self) -> bool {
        self.bytes.len() <= TERMINATED
    }

    /// Do `additional` more bytes (see [`Self::size_of`]) keep it within [`Self::SIZE_MAX`]?
    #[inline]
    pub fn has_room_for(self, additional: usize) -> bool {
        additional <= Self::SIZE_MAX.saturating_sub(self.bytes.len())
    }

    /// The bytes that a listpack spends on an element.
    #[inline]
    pub fn size_of<'e>(element: impl Into<Element<'e>>) -> usize {
        encoding::Encoded::new(element.into()).size()
    }

    /// The elements, from both sides.
    #[inline]
    pub fn iter(self) -> Iter<'a> {
        Iter::new(self.bytes, HEADER, self.end().0)
    }

    /// The elements from a position on.
    #[inline]
    pub fn iter_from(self, from: Position) -> Iter<'a> {
        Iter::new(self.bytes, from.0, self.end().0)
    }

    /// The elements before a position, from both sides.
    #[inline]
    pub fn iter_to(self, end: Position) -> Iter<'a> {
        Iter::new(self.bytes, HEADER, end.0)
    }

    /// The position behind the last element.
    #[inline]
    pub fn end(self) -> Position {
        Position(self.bytes.len().saturating_sub(1))
    }

    /// The position of the first element.
    #[inline]
    pub fn first(self) -> Option<Position> {
        self.element_at(HEADER)
    }

    /// The position of the last element.
    #[inline]
    pub fn last(self) -> Option<Position> {
        self.prev(self.end())
    }

    /// The position of the next element.
    #[inline]
    pub fn next(self, at: Position) -> Option<Position> {
        self.element_at(encoding::skip(self.bytes, at.0)?)
    }

    /// The position of the element before that one, or before the end.
    #[inline]
    pub fn prev(self, at: Position) -> Option<Position> {
        encoding::skip_back(self.bytes, at.0).map(Position)
    }

    /// The element at a position.
    #[inline]
    pub fn at(self, at: Position) -> Option<Element<'a>> {
        encoding::decode(self.bytes, at.0).map(|(element, _)| element)
    }

    /// The element with that index; negative ones count from the end, which is -1.
    pub fn get(self, index: isize) -> Option<Element<'a>> {
        self.at(self.position(index)?)
    }

    /// The position of the element with that index; negative ones count from the end, which is -1.
    ///
    /// Walks from the nearer end, if the number of elements is at hand.
    pub fn position(self, index: isize) -> Option<Position> {
        let count = match self.stored_count() {
            COUNT_UNKNOWN => None,
            count => Some(usize::from(count)),
        };
        let distance = index.unsigned_abs();
        if index >= 0 {
            match count {
                Some(count) if distance >= count => None,
                Some(count) if distance > count / 2 => self.walk_back(count - distance),
                _ => self.walk(distance),
            }
        } else {
            match count {
                Some(count) if distance > count => None,
                Some(count) if distance > count / 2 => self.walk(count - distance),
                _ => self.walk_back(distance),
            }
        }
    }

    /// The first element that, as a string, equals `needle`. Between those looked at, `skip` are
    /// passed over: with 1, the fields of a hash are searched and not its values.
    #[inline]
    pub fn find(self, needle: &[u8], skip: usize) -> Option<Position> {
        self.find_from(Position(HEADER), needle, skip)
    }

    /// As [`Self::find`], beginning at a position.
    pub fn find_from(self, from: Position, needle: &[u8], skip: usize) -> Option<Position> {
        let integer = parse_i64(needle);
        let mut at = from.0;
        loop {
            let (element, mut next) = encoding::decode(self.bytes, at)?;
            let equal = match element {
                Element::Bytes(bytes) => bytes == needle,
                Element::Int(value) => integer == Some(value),
            };
            if equal {
                return Some(Position(at));
            }
            for _ in 0..skip {
                next = encoding::skip(self.bytes, next)?;
            }
            at = next;
        }
    }

    /// Panics unless all invariants hold: for tests.
    pub fn assert_valid(self) {
        assert_eq!(check::frame(self.bytes), Ok(()));
        assert_eq!(check::entries(self.bytes), Ok(()));
        let mut back: Vec<_> = self.iter().rev().collect();
        back.reverse();
        assert!(self.iter().eq(back), "both directions see the same elements");
    }

    /// That position, if an element is there. Positions that come from here can be edited, whatever
    /// the bytes.
    #[inline]
    fn element_at(self, at: usize) -> Option<Position> {
        encoding::skip(self.bytes, at).map(|_| Position(at))
    }

    #[inline]
    fn stored_count(self) -> u16 {
        encoding::count(self.bytes)
    }

    /// The element that is preceded by `steps` others.
    fn walk(self, steps: usize) -> Option<Position> {
        let at = (0..steps).try_fold(HEADER, |at, _| encoding::skip(self.bytes, at))?;
        self.element_at(at)
    }

    /// The element `steps` before the end.
    fn walk_back(self, steps: usize) -> Option<Position> {
        (0..steps).try_fold(self.end(), |at, _| self.prev(at))
    }
}

impl<'a> IntoIterator for Listpack<'a> {
    type Item = Element<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Lists the elements.
impl fmt::Debug for Listpack<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests;
