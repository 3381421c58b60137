//! How one element is written: encoding byte, payload, and the length for walking back.
//!
//! ```text
//! 0vvvvvvv                     integer 0 to 127
//! 10llllll                     string of up to 63 bytes
//! 110vvvvv vvvvvvvv            integer of 13 bits, signed, high bits first
//! 1110llll llllllll            string of up to 4095 bytes, high bits of the length first
//! 0xF0, 4 bytes of length      string
//! 0xF1 to 0xF4                 integer of 2, 3, 4, 8 bytes
//! 0xFF                         the end
//! ```
//!
//! What is longer than a byte, and not said to begin with the high bits, is little-endian.

use stdx::number::parse_i64;

use super::Element;

/// The bytes before the first element.
pub(super) const HEADER: usize = 6;

/// The bytes of a listpack without elements.
pub(super) const TERMINATED: usize = HEADER + 1;

/// The byte behind the last element.
pub(super) const END: u8 = 0xFF;

const STRING_6: u8 = 0x80;
const INT_13: u8 = 0xC0;
const STRING_12: u8 = 0xE0;
const STRING_32: u8 = 0xF0;
const INT_16: u8 = 0xF1;
const INT_24: u8 = 0xF2;
const INT_32: u8 = 0xF3;
const INT_64: u8 = 0xF4;

/// The most bytes that are neither payload nor the length behind it: those of a 64-bit integer.
const HEAD_MAX: usize = 9;

/// The bytes of an element whose first byte says it all; 0 if it does not.
///
/// A walk does little else than look at these bytes, and their kinds alternate: a table has no
/// branch that could be predicted wrongly.
const SIZES: [u8; 256] = {
    let mut sizes = [0; 256];
    let mut first = 0;
    while first < 256 {
        sizes[first] = match first as u8 {
            0..STRING_6 => 2,
            STRING_6..INT_13 => (first as u8 & 0x3F) + 2,
            INT_13..STRING_12 => 3,
            INT_16 => 4,
            INT_24 => 5,
            INT_32 => 6,
            INT_64 => 10,
            _ => 0,
        };
        first += 1;
    }
    sizes
};

/// The number of elements that the header states.
#[inline]
pub(super) fn count(bytes: &[u8]) -> u16 {
    bytes.get(4..HEADER).map_or(0, |count| u16::from_le_bytes([count[0], count[1]]))
}

/// Where the element at `at` ends; `None` if there is none.
#[inline]
pub(super) fn skip(bytes: &[u8], at: usize) -> Option<usize> {
    let next = match SIZES[usize::from(*bytes.get(at)?)] {
        0 => {
            let (head, payload) = string_lens(bytes, at)?;
            at.checked_add(with_backlen(head.checked_add(payload)?))?
        }
        size => at + usize::from(size),
    };
    // The terminator is behind every element.
    (next < bytes.len()).then_some(next)
}

/// Where the element that ends at `at` begins; `None` if there is none. It does begin there: both
/// directions know the same elements even if the bytes are damaged.
#[inline]
pub(super) fn skip_back(bytes: &[u8], at: usize) -> Option<usize> {
    let (len, width) = read_backlen(bytes.get(HEADER..at)?)?;
    let start = at.checked_sub(width)?.checked_sub(len)?;
    (start >= HEADER && skip(bytes, start) == Some(at)).then_some(start)
}

/// The element at `at`, and where it ends; `None` if there is none.
#[inline]
pub(super) fn decode(bytes: &[u8], at: usize) -> Option<(Element<'_>, usize)> {
    let rest = bytes.get(at..)?;
    let first = *rest.first()?;
    let (element, size) = match first {
        0..STRING_6 => (Element::Int(i64::from(first)), 2),
        STRING_6..INT_13 => {
            let len = usize::from(first & 0x3F);
            (Element::Bytes(rest.get(1..=len)?), len + 2)
        }
        INT_13..STRING_12 => {
            // The sign is the highest of thirteen bits: move it to the top and back.
            let value = u16::from_be_bytes([first, *rest.get(1)?]) << 3;
            (Element::Int(i64::from(value.cast_signed() >> 3)), 3)
        }
        INT_16 => (Element::Int(i64::from(i16::from_le_bytes(payload(rest)?))), 4),
        INT_24 => {
            let [low, middle, high] = payload(rest)?;
            (Element::Int(i64::from(i32::from_le_bytes([0, low, middle, high]) >> 8)), 5)
        }
        INT_32 => (Element::Int(i64::from(i32::from_le_bytes(payload(rest)?))), 6),
        INT_64 => (Element::Int(i64::from_le_bytes(payload(rest)?)), 10),
        _ => {
            let (head, len) = string_lens(bytes, at)?;
            let total = head.checked_add(len)?;
            (Element::Bytes(rest.get(head..total)?), with_backlen(total))
        }
    };
    let next = at.checked_add(size)?;
    (next < bytes.len()).then_some((element, next))
}

#[inline]
fn payload<const N: usize>(entry: &[u8]) -> Option<[u8; N]> {
    entry.get(1..)?.first_chunk().copied()
}

/// The bytes before the payload, and those of the payload, of one of the longer strings.
fn string_lens(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = bytes.get(at..)?;
    match *rest.first()? {
        first @ STRING_12..STRING_32 => {
            Some((2, usize::from(first & 0x0F) << 8 | usize::from(*rest.get(1)?)))
        }
        STRING_32 => Some((5, u32::from_le_bytes(payload(rest)?) as usize)),
        _ => None,
    }
}

/// The bytes that the length of an entry takes.
///
/// Compat: the largest number that would fit in a width has the next one. Redis checks that.
#[inline]
pub(super) fn backlen_width(len: usize) -> usize {
    match len {
        0..=0x7F => 1,
        0x80..0x3FFF => 2,
        0x3FFF..0x1F_FFFF => 3,
        0x1F_FFFF..0xFFF_FFFF => 4,
        _ => 5,
    }
}

#[inline]
fn with_backlen(len: usize) -> usize {
    len.saturating_add(backlen_width(len))
}

/// Writes the length of an entry: groups of seven bits, the lowest in the last byte, and a mark on
/// all bytes but the first, which tells who comes from behind that there are more.
fn write_backlen(out: &mut [u8], mut len: usize) {
    if let Some((first, others)) = out.split_first_mut() {
        for byte in others.iter_mut().rev() {
            *byte = 0x80 | (len & 0x7F) as u8;
            len >>= 7;
        }
        *first = len as u8;
    }
}

/// Reads the length that ends with these bytes, and how many of them it takes.
#[inline]
pub(super) fn read_backlen(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut len = 0;
    for (index, &byte) in bytes.iter().rev().take(5).enumerate() {
        len |= usize::from(byte & 0x7F) << (7 * index);
        if byte < 0x80 {
            return Some((len, index + 1));
        }
    }
    None
}

/// An element ready to be written: what goes before its payload, and the payload.
///
/// The payload of an integer is part of the head.
#[derive(Debug, Clone, Copy)]
pub(super) struct Encoded<'a> {
    head: [u8; HEAD_MAX],
    head_len: u8,
    payload: &'a [u8],
}

impl<'a> Encoded<'a> {
    #[inline]
    pub(super) fn new(element: Element<'a>) -> Self {
        match element {
            Element::Int(value) => Self::int(value),
            Element::Bytes(bytes) => match parse_i64(bytes) {
                Some(value) => Self::int(value),
                None => Self::string(bytes),
            },
        }
    }

    fn int(value: i64) -> Self {
        let [b0, b1, b2, b3, ..] = value.to_le_bytes();
        match value {
            0..=127 => Self::with_head(&[b0], &[]),
            -4096..=4095 => Self::with_head(&[INT_13 | b1 & 0x1F, b0], &[]),
            -0x8000..=0x7FFF => Self::with_head(&[INT_16, b0, b1], &[]),
            -0x80_0000..=0x7F_FFFF => Self::with_head(&[INT_24, b0, b1, b2], &[]),
            -0x8000_0000..=0x7FFF_FFFF => Self::with_head(&[INT_32, b0, b1, b2, b3], &[]),
            _ => {
                let mut head = [INT_64; HEAD_MAX];
                head[1..].copy_from_slice(&value.to_le_bytes());
                Self::with_head(&head, &[])
            }
        }
    }

    fn string(bytes: &'a [u8]) -> Self {
        // Lengths that do not fit are refused by whoever adds up the sizes.
        let [b0, b1, b2, b3, ..] = (bytes.len() as u64).to_le_bytes();
        match bytes.len() {
            0..64 => Self::with_head(&[STRING_6 | b0], bytes),
            64..4096 => Self::with_head(&[STRING_12 | b1, b0], bytes),
            _ => Self::with_head(&[STRING_32, b0, b1, b2, b3], bytes),
        }
    }

    #[inline]
    fn with_head(bytes: &[u8], payload: &'a [u8]) -> Self {
        let mut head = [0; HEAD_MAX];
        head[..bytes.len()].copy_from_slice(bytes);
        Self { head, head_len: bytes.len() as u8, payload }
    }

    #[inline]
    fn len(&self) -> usize {
        usize::from(self.head_len) + self.payload.len()
    }

    /// The bytes that it takes, all included.
    #[inline]
    pub(super) fn size(&self) -> usize {
        with_backlen(self.len())
    }

    /// Writes it to the beginning of `out`, and returns what is left of that.
    #[inline]
    pub(super) fn write<'o>(&self, out: &'o mut [u8]) -> &'o mut [u8] {
        let (entry, rest) = out.split_at_mut(self.size());
        let (head, tail) = entry.split_at_mut(usize::from(self.head_len));
        let (payload, backlen) = tail.split_at_mut(self.payload.len());
        head.copy_from_slice(&self.head[..usize::from(self.head_len)]);
        payload.copy_from_slice(self.payload);
        write_backlen(backlen, self.len());
        rest
    }
}
