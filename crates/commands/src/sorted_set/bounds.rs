//! What is asked for by score, by text or by rank.

use std::borrow::Cow;
use std::ops::{Bound, Range};

use keyspace::{ScoreRange, SortedSetRef, TextBound, TextRange};
use stdx::number::parse_double;

use crate::{Args, CommandError};

/// Reads the two ends of a range of scores.
pub(super) fn scores(args: &Args<'_>, min: usize, max: usize) -> Result<ScoreRange, CommandError> {
    let bound = |index: usize| {
        let refusal = || CommandError::other("ERR min or max is not a float");
        let bound = match args[index] {
            [b'(', rest @ ..] => loose_double(rest).map(Bound::Excluded),
            all => loose_double(all).map(Bound::Included),
        };
        bound.ok_or_else(refusal)
    };
    Ok(ScoreRange { min: bound(min)?, max: bound(max)? })
}

/// Reads a double as bounds are read.
///
/// Compat: nothing at all is zero, blanks may come first, and what is too large or small for a double is infinite or zero.
fn loose_double(text: &[u8]) -> Option<f64> {
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    if text.is_empty() {
        return Some(0.0);
    }
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let start = text.iter().position(|byte| !is_blank(byte))?;
    let text = &text[start..];
    parse_double(text).or_else(|| out_of_range(text))
}

/// Reads a number that has a form but is out of a double's range.
fn out_of_range(text: &[u8]) -> Option<f64> {
    let text: Cow<'_, str> = String::from_utf8_lossy(text);
    text.parse::<f64>().ok().filter(|value| !value.is_nan())
}

/// Reads the two ends of a range of texts.
pub(super) fn texts<'a>(
    args: &Args<'a>,
    min: usize,
    max: usize,
) -> Result<TextRange<'a>, CommandError> {
    let bound = |index: usize| match args[index] {
        b"-" => Ok(TextBound::Lowest),
        b"+" => Ok(TextBound::Highest),
        [b'[', text @ ..] => Ok(TextBound::Included(text)),
        [b'(', text @ ..] => Ok(TextBound::Excluded(text)),
        _ => Err(CommandError::other("ERR min or max not valid string range item")),
    };
    Ok(TextRange { min: bound(min)?, max: bound(max)? })
}

/// Ranks from one to another, both included. Negative ones count from the end, which is -1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranks {
    start: i64,
    stop: i64,
}

impl Ranks {
    /// Reads the two ends.
    pub(super) fn parse(args: &Args<'_>, start: usize, stop: usize) -> Result<Self, CommandError> {
        Ok(Self { start: args.integer(start)?, stop: args.integer(stop)? })
    }

    /// Returns which ranks these are of so many.
    pub(super) fn of(self, len: usize) -> Range<usize> {
        let signed = len.cast_signed() as i64;
        let from_start = |rank: i64| if rank < 0 { rank.saturating_add(signed) } else { rank };
        let start = from_start(self.start).max(0);
        let stop = from_start(self.stop).min(signed - 1);
        if start > stop { 0..0 } else { start as usize..stop as usize + 1 }
    }
}

/// Which members are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Selection<'a> {
    /// By rank.
    Ranks(Ranks),
    /// By score.
    Scores(ScoreRange),
    /// By text.
    Texts(TextRange<'a>),
}

impl Selection<'_> {
    /// Returns the ranks of the members, counted from the first, or from the last if that is asked.
    pub(super) fn find(self, set: SortedSetRef<'_>) -> Range<usize> {
        match self {
            Self::Ranks(ranks) => ranks.of(set.len()),
            Self::Scores(range) => set.by_score(&range),
            Self::Texts(range) => set.by_text(&range),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_loosely() {
        let all: [(&[u8], Option<f64>); 10] = [
            (b"", Some(0.0)),
            (b"  7", Some(7.0)),
            (b"7 ", None),
            (b" ", None),
            (b"1e999", Some(f64::INFINITY)),
            (b"-1e999", Some(f64::NEG_INFINITY)),
            (b"1e-999", Some(0.0)),
            (b"0x10", Some(16.0)),
            (b"nan", None),
            (b"3\0x", Some(3.0)),
        ];
        for (text, value) in all {
            assert_eq!(loose_double(text), value, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn ranks_are_cut_to_what_is_there() {
        let of = |start, stop| Ranks { start, stop }.of(5);
        assert_eq!(of(0, -1), 0..5);
        assert_eq!(of(-2, 100), 3..5);
        assert_eq!(of(i64::MIN, i64::MAX), 0..5);
        assert_eq!(of(3, 1), 0..0);
        assert_eq!(of(5, 9), 0..0);
        assert_eq!(Ranks { start: 0, stop: -1 }.of(0), 0..0);
    }
}
