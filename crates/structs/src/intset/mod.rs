//! Intset: sorted integers of one width in one block of bytes.
//!
//! A set of numbers needs no table while it is small: kept in order they are found by halving, and
//! take two, four or eight bytes each, whatever the widest of them needs.
//!
//! # Layout
//!
//! ```text
//! +--------------+------------+-----+-----+-----+
//! | width: u32le | len: u32le | i 0 | ... | i n |     width bytes each, little-endian, signed
//! +--------------+------------+-----+-----+-----+
//! ```
//!
//! This is a storage format, not our choice: RDB files and `DUMP` payloads contain these bytes
//! verbatim. Bytes from outside are checked once, by [`Intset::from_untrusted`], and trusted from
//! then on. `docs/formats/intset.md` has it in full.
//!
//! # Invariants
//!
//! - There are `8 + len * width` bytes, and `width` is 2, 4 or 8.
//! - The integers ascend, hence are distinct.
//!
//! The width never shrinks when integers are removed; Redis does not do that either.
//!
//! # Costs
//!
//! A search takes log₂ n steps. Insertion and removal move what is above; the first integer that
//! does not fit the width rewrites the whole set. [`Intset`] reads, [`IntsetBuf`] edits, in any
//! [`Buffer`](crate::packed::Buffer).

mod edit;
mod iter;
mod width;

use std::fmt;

use self::width::Width;
use crate::packed::Malformed;

pub use self::edit::IntsetBuf;
pub use self::iter::Iter;
pub use crate::packed::Check;

/// The bytes before the first integer.
const HEADER: usize = 8;

/// The bytes of a set without integers.
const EMPTY: [u8; HEADER] = [2, 0, 0, 0, 0, 0, 0, 0];

/// A set of integers to be read.
#[derive(Clone, Copy)]
pub struct Intset<'a> {
    width: Width,
    integers: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Intset<'a> {
    /// The most integers that a set can have: 8 GiB of them.
    pub const LEN_MAX: usize = 1 << 30;

    /// Looks at bytes that are known to be an intset: they come from an [`IntsetBuf`] or have been
    /// checked by [`Self::from_untrusted`].
    ///
    /// # Panics
    /// If there is no valid frame.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::framed(bytes).expect("these bytes have been an intset all along")
    }

    /// Looks at bytes that anybody may have written, if they are an intset. One without integers is
    /// valid here, although Redis refuses it.
    pub fn from_untrusted(bytes: &'a [u8], depth: Check) -> Result<Self, Malformed> {
        let set = Self::framed(bytes)?;
        if depth == Check::Whole {
            let ascending = set.iter().zip(set.iter().skip(1)).position(|(low, high)| low >= high);
            if let Some(below) = ascending {
                return Err(Malformed::Order { index: below + 1 });
            }
        }
        Ok(set)
    }

    #[inline]
    fn framed(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (header, integers) = bytes.split_first_chunk::<HEADER>().ok_or(Malformed::Header)?;
        let [w0, w1, w2, w3, l0, l1, l2, l3] = *header;
        let width =
            Width::from_bytes(u32::from_le_bytes([w0, w1, w2, w3])).ok_or(Malformed::Header)?;
        let len = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        let stated = len * width.bytes() as u64;
        if stated != integers.len() as u64 {
            return Err(Malformed::Size { stated: stated + HEADER as u64, found: bytes.len() });
        }
        Ok(Self { width, integers, bytes })
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The number of integers.
    #[inline]
    pub fn len(self) -> usize {
        self.integers.len() / self.width.bytes()
    }

    /// Is there no integer?
    #[inline]
    pub fn is_empty(self) -> bool {
        self.integers.is_empty()
    }

    /// Is the integer in the set?
    #[inline]
    pub fn contains(self, integer: i64) -> bool {
        self.search(integer).is_ok()
    }

    /// The integer with that index in ascending order. A random index makes it a random integer.
    #[inline]
    pub fn get(self, index: usize) -> Option<i64> {
        self.width.get(self.integers, index)
    }

    /// The least integer.
    #[inline]
    pub fn first(self) -> Option<i64> {
        self.get(0)
    }

    /// The greatest integer.
    #[inline]
    pub fn last(self) -> Option<i64> {
        self.get(self.len().checked_sub(1)?)
    }

    /// An integer by chance; `below(n)` returns a number less than `n`.
    pub fn random(self, below: &mut impl FnMut(u64) -> u64) -> Option<i64> {
        let last = self.len().checked_sub(1)?;
        self.get((below(self.len() as u64) as usize).min(last))
    }

    /// The integers in ascending order, from both sides.
    #[inline]
    pub fn iter(self) -> Iter<'a> {
        Iter::new(self)
    }

    /// Panics unless all invariants hold: for tests.
    pub fn assert_valid(self) {
        assert_eq!(Self::from_untrusted(self.bytes, Check::Whole).map(Self::len), Ok(self.len()));
    }

    /// The index of the integer, or the one that it would have.
    #[inline]
    fn search(self, integer: i64) -> Result<usize, usize> {
        self.width.search(self.integers, integer)
    }
}

impl<'a> IntoIterator for Intset<'a> {
    type Item = i64;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Lists the integers.
impl fmt::Debug for Intset<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests;
