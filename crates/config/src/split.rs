//! Words of a line, quoted and unquoted, and back.
//!
//! Words are separated by white space. A word, or a part of it, may stand in quotes:
//!
//! - in `"…"`, `\n`, `\r`, `\t`, `\b` and `\a` are control characters, `\xHH` is any byte, and a
//!   backslash before anything else stands for that;
//! - in `'…'`, only `\'` is special.
//!
//! A closing quote ends the word: `"a"b` is an error, not a word.

/// Splits a line into its words, or returns `None` if quotes are unbalanced.
pub(crate) fn split_words(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        let start = rest.iter().position(|byte| !is_space(*byte));
        let Some(start) = start else { return Some(words) };
        let (word, after) = take_word(rest.get(start..)?)?;
        words.push(word);
        rest = after;
    }
}

/// Takes the word at the start of `rest`.
fn take_word(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'"' | b'\'' => {
                let after = if byte == b'"' {
                    take_double_quoted(after, &mut word)?
                } else {
                    take_single_quoted(after, &mut word)?
                };
                return match after.first() {
                    Some(next) if !is_space(*next) => None,
                    _ => Some((word, after)),
                };
            }
            _ if is_space(byte) => break,
            _ => word.push(byte),
        }
        rest = after;
    }
    Some((word, rest))
}

/// Takes what is left of a `"…"`, and returns what follows the closing quote.
fn take_double_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [b'"', after @ ..] => return Some(after),
            [b'\\', b'x', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                word.push(hex_digit(*high) << 4 | hex_digit(*low));
                after
            }
            [b'\\', escaped, after @ ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'a' => 0x07,
                    other => *other,
                });
                after
            }
            [byte, after @ ..] => {
                word.push(*byte);
                after
            }
            [] => return None,
        };
    }
}

/// Takes what is left of a `'…'`, and returns what follows the closing quote.
fn take_single_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [b'\'', after @ ..] => return Some(after),
            [b'\\', b'\'', after @ ..] => {
                word.push(b'\'');
                after
            }
            [byte, after @ ..] => {
                word.push(*byte);
                after
            }
            [] => return None,
        };
    }
}

/// Writes a word in double quotes, such that [`split_words`] gives it back. The result is ASCII.
pub(crate) fn quote(word: &[u8]) -> String {
    let mut quoted = String::from('"');
    for &byte in word {
        match byte {
            b'"' => quoted.push_str("\\\""),
            b'\\' => quoted.push_str("\\\\"),
            b'\n' => quoted.push_str("\\n"),
            b'\r' => quoted.push_str("\\r"),
            b'\t' => quoted.push_str("\\t"),
            0x07 => quoted.push_str("\\a"),
            0x08 => quoted.push_str("\\b"),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\x{byte:02x}")),
        }
    }
    quoted.push('"');
    quoted
}

/// Writes a word in quotes only if it would not survive without them.
pub(crate) fn quote_if_needed(word: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
    match std::str::from_utf8(word) {
        Ok(text) if !text.is_empty() && word.iter().all(plain) => text.to_owned(),
        _ => quote(word),
    }
}

/// White space as the C locale has it, which includes the vertical tab.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit - b'A' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&[&str]>) {
        let words = split_words(line.as_bytes());
        let words: Option<Vec<String>> = words.map(|words| {
            words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
        });
        let words: Option<Vec<&str>> =
            words.as_ref().map(|words| words.iter().map(String::as_str).collect());
        assert_eq!(words.as_deref(), expected, "{line:?}");
    }

    #[test]
    fn words_end_at_white_space_and_quotes_protect_it() {
        check("", Some(&[]));
        check(" \t\r\n\x0b\x0c", Some(&[]));
        check("  hz   10 ", Some(&["hz", "10"]));
        check("a \"b c\" 'd e'", Some(&["a", "b c", "d e"]));
        check("a \"\" ''", Some(&["a", "", ""]));
        check("10\"a b\" c", Some(&["10a b", "c"]));
    }

    #[test]
    fn escapes_are_understood_in_double_quotes_only() {
        check(r#""\x41\n\t\"\\\q""#, Some(&["A\n\t\"\\q"]));
        check(r#""\xZZ""#, Some(&["xZZ"]));
        check(r"'it\'s' '\n'", Some(&["it's", "\\n"]));
        check(r"a\nb", Some(&["a\\nb"]));
    }

    #[test]
    fn unbalanced_quotes_are_an_error() {
        for line in ["\"", "'", "hz \"1", "'a'b", "\"a\"b", "\"a\\\"", "a'"] {
            check(line, None);
        }
    }

    #[test]
    fn any_byte_survives_quoting() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(split_words(quote(&all).as_bytes()), Some(vec![all.clone()]));
        for byte in all {
            let word = vec![byte];
            assert_eq!(split_words(quote_if_needed(&word).as_bytes()), Some(vec![word]), "{byte}");
        }
        assert_eq!(quote(b"a\x00\n\xff\\b"), r#""a\x00\n\xff\\b""#);
        assert_eq!(quote_if_needed(b"127.0.0.1"), "127.0.0.1");
        assert_eq!(quote_if_needed(b""), "\"\"");
    }
}
