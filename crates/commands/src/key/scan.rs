//! Finding keys: KEYS, SCAN, RANDOMKEY.

use keyspace::Entry;
use stdx::glob::{self, Case};
use stdx::number::Digits;

use crate::{Args, CmdResult, CommandError, Cx};

/// What SCAN and its kin aim at when they are not told.
const COUNT: usize = 10;

/// Where the options of SCAN begin; its kin name a key before the cursor.
const SCAN_OPTIONS: usize = 2;

/// A pattern that names are compared with.
pub(crate) struct Pattern<'a> {
    bytes: &'a [u8],
    /// What all keys that match begin with.
    prefix: &'a [u8],
}

impl<'a> Pattern<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, prefix: glob::literal_prefix(bytes) }
    }

    /// Returns the only name that matches, if there is only one.
    fn literal(&self) -> Option<&'a [u8]> {
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

/// KEYS pattern
pub(super) fn keys(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let pattern = Pattern::new(args[1]);
    if let Some(name) = pattern.literal() {
        let key = cx.db.key(name);
        let present = cx.db.peek(key).is_some();
        cx.reply.array(present.into());
        if present {
            cx.reply.bulk(name);
        }
        return Ok(());
    }
    let head = cx.reply.defer();
    let mut found = 0;
    let reply = &mut cx.reply;
    cx.db.for_each(&mut |entry| {
        if pattern.matches(entry.key()) {
            reply.bulk(entry.key());
            found += 1;
        }
    });
    cx.reply.finish_array(head, found);
    Ok(())
}

/// RANDOMKEY
pub(super) fn randomkey(cx: &mut Cx<'_>, _: &Args<'_>) -> CmdResult {
    match cx.db.random_key() {
        Some(key) => cx.reply.bulk(&key),
        None => cx.reply.null(),
    }
    Ok(())
}

/// The options of SCAN and its kin.
pub(crate) struct Options<'a> {
    /// About how many elements are to be visited by one call.
    pub(crate) count: usize,
    pattern: Option<Pattern<'a>>,
    data_type: Option<&'a [u8]>,
}

impl<'a> Options<'a> {
    /// Reads the options from an argument on. Only SCAN, whose options come second, has types to choose from.
    pub(crate) fn parse(args: &Args<'a>, from: usize) -> Result<Self, CommandError> {
        let mut options = Self { count: COUNT, pattern: None, data_type: None };
        let mut index = from;
        while index < args.len() {
            let Some(value) = args.get(index + 1) else { return Err(CommandError::Syntax) };
            if args.is(index, "COUNT") {
                let count = args.integer(index + 1)?;
                options.count = usize::try_from(count).unwrap_or(0);
                if options.count == 0 {
                    return Err(CommandError::Syntax);
                }
            } else if args.is(index, "MATCH") {
                options.pattern = Some(Pattern::new(value));
            } else if from == SCAN_OPTIONS && args.is(index, "TYPE") {
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

    fn want_entry(&self, entry: &Entry) -> bool {
        let of_type = |name: &&[u8]| name.eq_ignore_ascii_case(entry.data_type().name().as_bytes());
        self.data_type.as_ref().is_none_or(of_type) && self.want(entry.key())
    }

    /// Returns how many steps one call takes at most. A table that has lost most of its elements has many empty buckets; one call does not skip them all.
    pub(crate) fn steps(&self) -> usize {
        self.count.saturating_mul(10)
    }
}

/// SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]
pub(super) fn scan(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let mut cursor = cursor(args[1])?;
    let options = Options::parse(args, SCAN_OPTIONS)?;

    // The names one after another, and where each of them ends.
    let (mut names, mut ends) = (Vec::new(), Vec::new());
    let mut visited = 0;
    let mut steps = options.steps();
    loop {
        cursor = cx.db.scan(cursor, &mut |entry| {
            visited += 1;
            if options.want_entry(entry) {
                names.extend_from_slice(entry.key());
                ends.push(names.len());
            }
        });
        steps -= 1;
        if cursor == 0 || steps == 0 || visited >= options.count {
            break;
        }
    }

    cx.reply.array(2);
    cx.reply.bulk(Digits::from_u64(cursor).as_bytes());
    cx.reply.array(ends.len());
    let mut start = 0;
    for end in ends {
        cx.reply.bulk(&names[start..end]);
        start = end;
    }
    Ok(())
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
