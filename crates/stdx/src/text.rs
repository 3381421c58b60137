//! Bytes as quoted text, and lines split into arguments.
//!
//! What [`quote`] writes is printable ASCII, so it fits a log line or a terminal whatever the
//! bytes are, and [`split_args`] reads it back. Both forms are seen by people and their scripts:
//! they are those of Redis.

use crate::hex;

/// Appends bytes in double quotes, escaping what is not printable ASCII.
pub fn quote(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\x07' => out.extend_from_slice(b"\\a"),
            b'\x08' => out.extend_from_slice(b"\\b"),
            b' '..=b'~' => out.push(byte),
            _ => {
                out.extend_from_slice(b"\\x");
                out.extend_from_slice(&hex::digits(byte));
            }
        }
    }
    out.push(b'"');
}

/// Splits a line into arguments at blanks, except within quotes; `None` if the quotes do not fit.
///
/// - Within double quotes, `\n`, `\r`, `\t`, `\a`, `\b` and `\xHH` stand for the bytes that one
///   expects, and `\` before anything else for that.
/// - Within single quotes, `\'` stands for a quote, and everything else for itself.
/// - A quote may begin in the middle of an argument, but ends it: what follows is a blank or the
///   end of the line.
///
/// Compat: a zero byte ends the line. Vertical tabs and form feeds are blanks between arguments,
/// but not within one that is not quoted.
pub fn split_args(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let end = memchr::memchr(0, line).unwrap_or(line.len());
    let mut rest = &line[..end];
    let mut args = Vec::new();
    loop {
        rest = skip_blanks(rest);
        if rest.is_empty() {
            return Some(args);
        }
        let mut arg = Vec::new();
        rest = take_arg(rest, &mut arg)?;
        args.push(arg);
    }
}

/// Whether two texts are equal but for the case of ASCII letters.
#[inline]
pub fn eq_ignore_case(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn skip_blanks(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|&byte| !is_blank(byte)).unwrap_or(line.len());
    &line[start..]
}

/// Reads one argument, which begins right here, and returns what follows it.
fn take_arg<'a>(mut line: &'a [u8], arg: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match *line {
            [] | [b' ' | b'\n' | b'\r' | b'\t', ..] => return Some(line),
            [b'"', ref rest @ ..] => return take_double_quoted(rest, arg),
            [b'\'', ref rest @ ..] => return take_single_quoted(rest, arg),
            [byte, ref rest @ ..] => {
                arg.push(byte);
                line = rest;
            }
        }
    }
}

fn take_double_quoted<'a>(mut line: &'a [u8], arg: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let (byte, rest) = match *line {
            [] => return None,
            [b'"', ref rest @ ..] => return after_quote(rest),
            [b'\\', escaped, ref rest @ ..] => match (escaped, rest.split_first_chunk()) {
                (b'x', Some((&digits, rest))) if let Some(byte) = hex::parse_byte(digits) => {
                    (byte, rest)
                }
                _ => (unescape(escaped), rest),
            },
            [byte, ref rest @ ..] => (byte, rest),
        };
        arg.push(byte);
        line = rest;
    }
}

fn take_single_quoted<'a>(mut line: &'a [u8], arg: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let (byte, rest) = match *line {
            [] => return None,
            [b'\'', ref rest @ ..] => return after_quote(rest),
            [b'\\', b'\'', ref rest @ ..] => (b'\'', rest),
            [byte, ref rest @ ..] => (byte, rest),
        };
        arg.push(byte);
        line = rest;
    }
}

/// Lets through what may follow a closing quote.
fn after_quote(rest: &[u8]) -> Option<&[u8]> {
    rest.first().is_none_or(|&byte| is_blank(byte)).then_some(rest)
}

fn unescape(escaped: u8) -> u8 {
    match escaped {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'a' => b'\x07',
        b'b' => b'\x08',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        quote(&mut out, bytes);
        String::from_utf8(out).unwrap()
    }

    #[track_caller]
    fn splits(line: &[u8], expected: &[&[u8]]) {
        assert_eq!(split_args(line).unwrap(), expected, "{}", line.escape_ascii());
    }

    #[test]
    fn quoted_bytes_are_printable() {
        assert_eq!(quoted(b""), r#""""#);
        assert_eq!(quoted(b"it's \"a\\b\""), r#""it's \"a\\b\"""#);
        assert_eq!(quoted(b"\n\r\t\x07\x08"), r#""\n\r\t\a\b""#);
        assert_eq!(quoted(b"\0\x0b\x0c\x1b~\x7f\x80\xff"), r#""\x00\x0b\x0c\x1b~\x7f\x80\xff""#);
    }

    #[test]
    fn what_was_quoted_is_read_back() {
        let all: Vec<u8> = (0..=255).collect();
        splits(quoted(&all).as_bytes(), &[&all]);
    }

    #[test]
    fn arguments_are_separated_by_blanks() {
        splits(b"", &[]);
        splits(b" \t\r\n\x0b\x0c", &[]);
        splits(b" set  key\tvalue\r\n", &[b"set", b"key", b"value"]);
        splits(b"a\rb\nc", &[b"a", b"b", b"c"]);
        splits(b"a\x0bb", &[b"a\x0bb"]);
        splits(b"a \x0b b", &[b"a", b"b"]);
        splits(b"a\\n \xff", &[b"a\\n", b"\xff"]);
        splits(b"a b\0c d", &[b"a", b"b"]);
    }

    #[test]
    fn quotes_keep_blanks_and_may_be_empty() {
        splits(b"\"a b\" 'c d'", &[b"a b", b"c d"]);
        splits(b"\"\" ''", &[b"", b""]);
        splits(b"foo\"bar\" foo'b r'", &[b"foobar", b"foob r"]);
        splits(b"\"a\"\x0bb", &[b"a", b"b"]);
        splits(b"\"it's\" 'a \"b\"'", &[b"it's", b"a \"b\""]);
    }

    #[test]
    fn escapes_depend_on_the_kind_of_quote() {
        splits(b"\"\\x41\\xfF\\x4g\\xg\\x4\"", &[b"A\xffx4gxgx4"]);
        splits(b"\"\\n\\r\\t\\b\\a\\\\\\\"\\q\\x00\"", &[b"\n\r\t\x08\x07\\\"q\0"]);
        splits(b"'\\n\\'\\x41\\\\\\''", &[b"\\n'\\x41\\\\'"]);
    }

    #[test]
    fn quotes_that_do_not_fit_are_refused() {
        for line in [
            &b"\"a\"b"[..],
            b"'a'b",
            b"\"abc",
            b"'abc",
            b"a\"b\"c",
            b"a'b'c",
            b"\"a\"\"b\"",
            b"x\"",
            b"\"\\",
            b"\"a\\",
            b"\"a\\\"",
            b"'a\\'",
            b"\"a\0\"",
        ] {
            assert_eq!(split_args(line), None, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn case_is_ignored_for_ascii_letters_only() {
        assert!(eq_ignore_case(b"WithScores", b"WITHSCORES"));
        assert!(!eq_ignore_case(b"WITHSCORE", b"WITHSCORES"));
        assert!(!eq_ignore_case(b"[", b"{"));
        assert!(!eq_ignore_case("ä".as_bytes(), "Ä".as_bytes()));
    }
}
