//! What SCAN, HSCAN, SSCAN and ZSCAN share: their cursor, their options, and how far one call goes.

use resp::reply::Reply;
use stdx::glob::{self, Case};
use stdx::number::Digits;

use crate::{Args, CommandError};

/// What they aim at when they are not told.
const COUNT: usize = 10;

/// What is scanned; it decides which options there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// The keys of a database.
    Keys,
    /// The members of a set or sorted set.
    Members,
    /// The fields of a hash.
    Fields,
}

/// A pattern that names are compared with.
pub(crate) struct Pattern<'a> {
    bytes: &'a [u8],
    /// What all keys that match begin with.
    prefix: &'a [u8],
}

impl<'a> Pattern<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, prefix: glob::literal_prefix(bytes) }
    }

    /// Returns the only name that matches, if there is only one.
    pub(crate) fn literal(&self) -> Option<&'a [u8]> {
        (self.prefix.len() == self.bytes.len()).then_some(self.bytes)
    }

    /// Returns whether a name matches.
    #[inline]
    pub(crate) fn matches(&self, key: &[u8]) -> bool {
        // Most patterns are a prefix and a star.
        match &self.bytes[self.prefix.len()..] {
            _ if !key.starts_with(self.prefix) => false,
            b"*" => true,
            _ => glob::matches(self.bytes, key, Case::Sensitive),
        }
    }
}

/// The options.
pub(crate) struct Options<'a> {
    /// About how many elements are to be visited by one call.
    count: usize,
    pattern: Option<Pattern<'a>>,
    /// The type of the keys that are asked for.
    pub(crate) data_type: Option<&'a [u8]>,
    /// Whether fields are told without their values.
    pub(crate) no_values: bool,
}

impl<'a> Options<'a> {
    /// Reads the options from an argument on.
    pub(crate) fn parse(
        args: &Args<'a>,
        from: usize,
        scanned: Scanned,
    ) -> Result<Self, CommandError> {
        let mut options = Self { count: COUNT, pattern: None, data_type: None, no_values: false };
        let mut index = from;
        while index < args.len() {
            if scanned == Scanned::Fields && args.is(index, "NOVALUES") {
                options.no_values = true;
                index += 1;
                continue;
            }
            let Some(value) = args.get(index + 1) else { return Err(CommandError::Syntax) };
            if args.is(index, "COUNT") {
                let count = args.integer(index + 1)?;
                options.count = usize::try_from(count).unwrap_or(0);
                if options.count == 0 {
                    return Err(CommandError::Syntax);
                }
            } else if args.is(index, "MATCH") {
                options.pattern = Some(Pattern::new(value));
            } else if scanned == Scanned::Keys && args.is(index, "TYPE") {
                options.data_type = Some(value);
            } else {
                return Err(CommandError::Syntax);
            }
            index += 2;
        }
        Ok(options)
    }

    /// Returns whether a name is asked for.
    #[inline]
    pub(crate) fn want(&self, name: &[u8]) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.matches(name))
    }
}

/// What one call finds.
#[derive(Default)]
pub(crate) struct Page {
    /// Where the next call goes on; zero at the end.
    next: u64,
    /// The texts one after another.
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// How many elements were looked at.
    visited: usize,
}

impl Page {
    /// Goes on from a cursor until enough was visited. `step` visits what is at one cursor and returns the next one.
    ///
    /// It takes ten steps at most for each element that is aimed at: a table that has lost most of its elements has many empty buckets.
    pub(crate) fn collect(
        cursor: u64,
        options: &Options<'_>,
        mut step: impl FnMut(u64, &mut Self) -> u64,
    ) -> Self {
        let mut page = Self { next: cursor, ..Self::default() };
        for _ in 0..options.count.saturating_mul(10) {
            page.next = step(page.next, &mut page);
            if page.next == 0 || page.visited >= options.count {
                break;
            }
        }
        page
    }

    /// Counts an element, whether it is asked for or not.
    #[inline]
    pub(crate) fn visit(&mut self) {
        self.visited += 1;
    }

    /// Adds a text.
    #[inline]
    pub(crate) fn push(&mut self, text: &[u8]) {
        self.push_with(|bytes| bytes.extend_from_slice(text));
    }

    /// Adds the text that `write` appends.
    #[inline]
    pub(crate) fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// Answers with where to go on, and what was found.
    pub(crate) fn answer(&self, reply: &mut Reply<'_>) {
        reply.array(2);
        reply.bulk(Digits::from_u64(self.next).as_bytes());
        reply.array(self.ends.len());
        let mut start = 0;
        for &end in &self.ends {
            reply.bulk(&self.bytes[start..end]);
            start = end;
        }
    }
}

/// Reads a cursor.
///
/// Compat: a sign is allowed (a negative number counts from 2⁶⁴ down), and nothing at all is zero.
pub(crate) fn cursor(text: &[u8]) -> Result<u64, CommandError> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() && !text.is_empty() {
        return Err(CommandError::InvalidCursor);
    }
    let mut value = 0_u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        let next = value.checked_mul(10).and_then(|value| value.checked_add(digit.into()));
        value = next.filter(|_| digit < 10).ok_or(CommandError::InvalidCursor)?;
    }
    Ok(if negative { value.wrapping_neg() } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_clients_write_them() {
        for (text, expected) in
            [("0", 0), ("", 0), ("+7", 7), ("-1", u64::MAX), ("18446744073709551615", u64::MAX)]
        {
            assert_eq!(cursor(text.as_bytes()), Ok(expected), "{text}");
        }
        for text in ["18446744073709551616", "-", "+", "abc", " 0", "0 ", "0x10", "1.5"] {
            assert_eq!(cursor(text.as_bytes()), Err(CommandError::InvalidCursor), "{text}");
        }
    }

    #[test]
    fn a_prefix_and_a_star_need_no_glob() {
        let pattern = Pattern::new(b"user:*");
        assert!(pattern.matches(b"user:") && pattern.matches(b"user:1"));
        assert!(!pattern.matches(b"user") && !pattern.matches(b"xuser:1"));
        assert_eq!(pattern.literal(), None);
        assert_eq!(Pattern::new(b"user").literal(), Some(&b"user"[..]));
        let escaped = Pattern::new(b"a\\*");
        assert_eq!(escaped.literal(), None);
        assert!(escaped.matches(b"a*") && !escaped.matches(b"ab"));
    }
}
