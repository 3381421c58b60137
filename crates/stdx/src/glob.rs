//! Glob patterns on bytes, with the rules, and the oddities, of Redis.
//!
//! | pattern | matches |
//! | --- | --- |
//! | `*` | any number of bytes |
//! | `?` | one byte |
//! | `[abc]`, `[a-z]`, `[^a]` | one byte of a class, or one that is not in it |
//! | `\` and a byte | that byte |
//! | anything else | itself |
//!
//! Clients choose the pattern and often the text too, so time matters in the worst case as well.
//! Every element but `*` matches exactly one byte. It follows that when the elements after a star
//! fail, only the last star seen needs to be tried further to the right: whatever an earlier one
//! could still reach, the last one reaches as well. So there is one place to go back to instead of
//! a stack of them, and a match takes at most pattern times text steps. No recursion, no
//! allocation.
//!
//! `glob_model` compares with a matcher that tries everything.

use memchr::{memchr, memchr2};

/// Whether letters match their counterparts in the other case. Only ASCII letters have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// `a` matches `a` only.
    Sensitive,
    /// `a` matches `A`.
    Insensitive,
}

/// Whether the whole text matches the pattern.
///
/// Compat: an empty text matches an empty pattern only, not `*`. Commands that accept all keys or
/// names with `*` test for it before they come here.
#[inline]
pub fn matches(pattern: &[u8], text: &[u8], case: Case) -> bool {
    match case {
        Case::Sensitive => run::<false>(pattern, text),
        Case::Insensitive => run::<true>(pattern, text),
    }
}

/// Whether the pattern has no special characters, hence matches (if case matters) itself only.
pub fn is_literal(pattern: &[u8]) -> bool {
    literal_prefix(pattern).len() == pattern.len()
}

/// The part of the pattern before its first special character. All matching texts begin with it,
/// if case matters.
pub fn literal_prefix(pattern: &[u8]) -> &[u8] {
    let special = |byte: &u8| matches!(byte, b'*' | b'?' | b'[' | b'\\');
    &pattern[..pattern.iter().position(special).unwrap_or(pattern.len())]
}

/// The last star seen.
#[derive(Clone, Copy)]
struct Star {
    /// Where the pattern goes on behind it.
    pattern: usize,
    /// Where in the text this rest of the pattern was last tried.
    text: usize,
    /// The byte that the rest begins with, if it is a literal one: other places need no trial.
    anchor: Option<u8>,
}

fn run<const FOLD: bool>(pattern: &[u8], text: &[u8]) -> bool {
    if text.is_empty() {
        return pattern.is_empty();
    }
    let (mut p, mut t) = (0, 0);
    let mut star: Option<Star> = None;
    while t < text.len() {
        let next = match pattern[p..] {
            [b'*', ..] => {
                p += pattern[p..].iter().take_while(|&&byte| byte == b'*').count();
                // Most patterns have one star, with nothing or plain text behind it.
                let rest = &pattern[p..];
                let Some(&after) = rest.first() else { return true };
                if is_literal(rest) {
                    return ends_with::<FOLD>(&text[t..], rest);
                }
                let anchor = (!matches!(after, b'?' | b'[' | b'\\')).then_some(after);
                let Some(at) = find::<FOLD>(anchor, text, t) else { return false };
                star = Some(Star { pattern: p, text: at, anchor });
                t = at;
                continue;
            }
            [b'?', ..] => Some(p + 1),
            [b'[', ..] => {
                let (hit, end) = class::<FOLD>(pattern, p + 1, text[t]);
                hit.then_some(end)
            }
            [b'\\', escaped, ..] => equal::<FOLD>(escaped, text[t]).then_some(p + 2),
            [literal, ..] => equal::<FOLD>(literal, text[t]).then_some(p + 1),
            [] => None,
        };
        match (next, star) {
            (Some(next), _) => {
                p = next;
                t += 1;
            }
            (None, Some(last)) => {
                let Some(at) = find::<FOLD>(last.anchor, text, last.text + 1) else { return false };
                star = Some(Star { text: at, ..last });
                p = last.pattern;
                t = at;
            }
            (None, None) => return false,
        }
    }
    // The text is used up. If elements are left that need some, starting later leaves even less.
    pattern[p..].iter().all(|&byte| byte == b'*')
}

/// The next place in the text, from `start`, where the byte occurs; without a byte, any place.
#[inline]
fn find<const FOLD: bool>(anchor: Option<u8>, text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
    let offset = match anchor {
        None => Some(0),
        Some(byte) if FOLD => memchr2(byte.to_ascii_lowercase(), byte.to_ascii_uppercase(), rest),
        Some(byte) => memchr(byte, rest),
    };
    Some(start + offset?)
}

#[inline]
fn ends_with<const FOLD: bool>(text: &[u8], suffix: &[u8]) -> bool {
    if !FOLD {
        return text.ends_with(suffix);
    }
    let start = text.len().checked_sub(suffix.len());
    start.is_some_and(|start| text[start..].eq_ignore_ascii_case(suffix))
}

#[inline]
fn equal<const FOLD: bool>(a: u8, b: u8) -> bool {
    if FOLD { a.eq_ignore_ascii_case(&b) } else { a == b }
}

/// Whether a byte is in the class that begins at `p`, behind the bracket, and where the pattern
/// goes on behind the class.
///
/// Compat: a class that is not closed ends with the pattern. An empty one contains nothing, that
/// is, `]` closes even as the first byte. The end of a range may be any byte, even `]`, and either
/// end may be the greater one. Ranges compare bytes as signed numbers, so that bytes beyond ASCII
/// come before it. An escaped byte is compared exactly, whatever the case.
fn class<const FOLD: bool>(pattern: &[u8], mut p: usize, byte: u8) -> (bool, usize) {
    let negated = pattern.get(p) == Some(&b'^');
    p += usize::from(negated);
    let mut found = false;
    loop {
        match pattern[p..] {
            [b'\\', escaped, ..] => {
                found |= escaped == byte;
                p += 2;
            }
            [b']', ..] => {
                p += 1;
                break;
            }
            [] => break,
            [first, b'-', last, ..] => {
                found |= in_range::<FOLD>(first, last, byte);
                p += 3;
            }
            [literal, ..] => {
                found |= equal::<FOLD>(literal, byte);
                p += 1;
            }
        }
    }
    (found != negated, p)
}

#[inline]
fn in_range<const FOLD: bool>(first: u8, last: u8, byte: u8) -> bool {
    let signed = |byte: u8| byte as i8;
    let (low, high) = if signed(first) <= signed(last) { (first, last) } else { (last, first) };
    // Folded only after the ends were put in order: `[A-_]` is then an empty range.
    let fold = |byte: u8| signed(if FOLD { byte.to_ascii_lowercase() } else { byte });
    (fold(low)..=fold(high)).contains(&fold(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &[u8], text: &[u8], expected: bool) {
        let found = matches(pattern, text, Case::Sensitive);
        assert_eq!(found, expected, "{:?} on {:?}", pattern.escape_ascii(), text.escape_ascii());
    }

    #[test]
    fn patterns_match_as_recorded_from_a_running_server() {
        for (pattern, text) in [
            (&b""[..], &b""[..]),
            (b"***", b"a"),
            (b"a*", b"a"),
            (b"a**", b"a"),
            (b"*a*b*", b"xaxbx"),
            (b"[a-]", b"a"),
            (b"[a-]", b"^"),
            (b"[^]", b"a"),
            (b"[^]a]", b"ba]"),
            (b"[a", b"a"),
            (b"[^a", b"b"),
            (b"[^", b"b"),
            (b"\\", b"\\"),
            (b"a\\", b"a\\"),
            (b"\\*", b"*"),
            (b"\\a", b"a"),
            (b"[\\", b"\\"),
            (b"[\\]", b"]"),
            (b"[\\]a]", b"]"),
            (b"[z-a]", b"m"),
            (b"[\x7f-\x80]", b"m"),
            (b"[\x80-\x90]", b"\x85"),
            (b"[a-\xff]", b"\x10"),
            (b"[^\x80-\x90]", b"a"),
            (b"[a-c-e]", b"-"),
            (b"[\\a-c]", b"-"),
            (b"[a-\\]", b"a"),
            (b"[!a]", b"!"),
            (b"[a-z", b"z"),
            (b"[a-", b"-"),
        ] {
            check(pattern, text, true);
        }
    }

    #[test]
    fn patterns_fail_as_recorded_from_a_running_server() {
        for (pattern, text) in [
            (&b"*"[..], &b""[..]),
            (b"**", b""),
            (b"?", b""),
            (b"a?", b"a"),
            (b"[a-]", b"b"),
            (b"[a-]", b"-"),
            (b"[]", b"a"),
            (b"[]a]", b"a"),
            (b"[]a]", b"a]"),
            (b"[", b"["),
            (b"[\\]", b"\\"),
            (b"[a-\xff]", b"z"),
            (b"[a-c-e]", b"d"),
            (b"[\\a-c]", b"b"),
            (b"[a-\\]]", b"\\"),
            (b"[!a]", b"b"),
            (b"*a*b", b"xaxbx"),
        ] {
            check(pattern, text, false);
        }
    }

    #[test]
    fn letters_match_in_either_case_if_told_except_escaped_ones_in_a_class() {
        let check = |pattern: &[u8], text: &[u8], expected| {
            assert_eq!(matches(pattern, text, Case::Insensitive), expected);
        };
        check(b"MAX*size", b"maxmemory-Size", true);
        check(b"\\mAX", b"Max", true);
        check(b"[a-c]", b"B", true);
        check(b"[X]", b"x", true);
        check(b"[\\X]", b"x", false);
        check(b"[\\X]", b"X", true);
        check(b"[A-_]", b"_", false);
        check(b"\xe4", b"\xc4", false);
    }

    #[test]
    fn hostile_patterns_take_no_longer_than_pattern_times_text() {
        let text = vec![b'a'; 10_000];
        let mut pattern = b"*a".repeat(500);
        pattern.push(b'b');
        check(&pattern, &text, false);
        let pattern = b"*[^b]?".repeat(1000);
        check(&pattern, &text, true);
    }

    #[test]
    fn literal_prefix_ends_before_the_first_special_byte() {
        for (pattern, prefix) in [
            (&b"user:*"[..], &b"user:"[..]),
            (b"a?b*", b"a"),
            (b"a[b]", b"a"),
            (b"a\\*", b"a"),
            (b"*", b""),
            (b"plain]^-", b"plain]^-"),
            (b"", b""),
        ] {
            assert_eq!(literal_prefix(pattern), prefix);
            assert_eq!(is_literal(pattern), pattern == prefix);
        }
    }
}
