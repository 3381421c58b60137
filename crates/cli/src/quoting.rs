//! How command lines are written: splitting a line into arguments, and quoting bytes.

use std::fmt::Write;

/// Splits a line into arguments, or returns `None` if its quotes do not balance.
///
/// Double quotes know `\n`, `\r`, `\t`, `\a`, `\b` and `\xHH`; single quotes know `\'` only. A closing
/// quote ends its argument, so a blank or the end of the line must follow.
pub(crate) fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut args = Vec::new();
    let mut rest = line;
    loop {
        let blank = rest.iter().take_while(|byte| is_space(**byte)).count();
        rest = &rest[blank..];
        // A zero byte ends the line, as it does where this syntax comes from.
        if rest.first().is_none_or(|byte| *byte == 0) {
            return Some(args);
        }
        let mut arg = Vec::new();
        rest = take_argument(rest, &mut arg)?;
        args.push(arg);
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x0b | 0x0c)
}

fn take_argument<'a>(mut rest: &'a [u8], arg: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match rest {
            [] | [0, ..] => return Some(&[]),
            [b'"', tail @ ..] => return double_quoted(tail, arg),
            [b'\'', tail @ ..] => return single_quoted(tail, arg),
            [byte, ..] if is_space(*byte) => return Some(rest),
            [byte, tail @ ..] => {
                arg.push(*byte);
                rest = tail;
            }
        }
    }
}

fn double_quoted<'a>(mut rest: &'a [u8], arg: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match rest {
            [] | [0, ..] => return None,
            [b'\\', b'x', high, low, tail @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                arg.push(hex(*high) << 4 | hex(*low));
                rest = tail;
            }
            [b'\\', escaped, tail @ ..] => {
                arg.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'a' => 0x07,
                    other => *other,
                });
                rest = tail;
            }
            [b'"', tail @ ..] => return closed(tail),
            [byte, tail @ ..] => {
                arg.push(*byte);
                rest = tail;
            }
        }
    }
}

fn single_quoted<'a>(mut rest: &'a [u8], arg: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match rest {
            [] | [0, ..] => return None,
            [b'\\', b'\'', tail @ ..] => {
                arg.push(b'\'');
                rest = tail;
            }
            [b'\'', tail @ ..] => return closed(tail),
            [byte, tail @ ..] => {
                arg.push(*byte);
                rest = tail;
            }
        }
    }
}

fn closed(rest: &[u8]) -> Option<&[u8]> {
    rest.first().is_none_or(|byte| is_space(*byte)).then_some(rest)
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10) & 15,
    }
}

/// Returns the one argument that `text` is when read as a quoted string, or as it is.
pub(crate) fn unquote(text: &[u8]) -> Option<Vec<u8>> {
    let mut args = split(text)?;
    (args.len() == 1).then(|| args.remove(0))
}

/// Appends bytes in double quotes, with everything that is not printable ASCII escaped.
pub(crate) fn quote_into(out: &mut Vec<u8>, content: &[u8]) {
    out.push(b'"');
    out.extend(escape(content).bytes());
    out.push(b'"');
}

/// Escapes everything that is not printable ASCII, as it stands between double quotes.
pub(crate) fn escape(content: &[u8]) -> String {
    let mut out = String::with_capacity(content.len() + 2);
    for &byte in content {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'"' => out.push_str("\\\""),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x07 => out.push_str("\\a"),
            0x08 => out.push_str("\\b"),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out
}

/// Returns bytes in double quotes.
pub(crate) fn quote(content: &[u8]) -> String {
    format!("\"{}\"", escape(content))
}

#[cfg(test)]
mod tests {
    use super::{quote, split, unquote};

    fn args(line: &str) -> Option<Vec<String>> {
        let args = split(line.as_bytes())?;
        Some(args.iter().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect())
    }

    #[test]
    fn lines_are_split_at_blanks_outside_of_quotes() {
        assert_eq!(
            args("  set a  \"b c\" 'd\\'e' "),
            Some(vec!["set".into(), "a".into(), "b c".into(), "d'e".into()])
        );
        assert_eq!(args("a\"\" b"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(args(r#""\x41\n\q""#), Some(vec!["A\nq".into()]));
        assert_eq!(args(""), Some(vec![]));
    }

    #[test]
    fn quotes_must_balance_and_end_their_argument() {
        for line in ["\"a", "'a", "\"a\"b", "'a'b", "\"\"key"] {
            assert_eq!(args(line), None, "{line}");
        }
        assert_eq!(unquote(b"\"a\" \"b\""), None);
        assert_eq!(unquote(b""), None);
    }

    #[test]
    fn every_byte_survives_quoting() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(split(quote(&all).as_bytes()), Some(vec![all]));
    }
}
