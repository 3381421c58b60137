//! Bytes in hexadecimal: two lower-case digits each; read in either case.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Appends the digits of all bytes.
pub fn push(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(2 * bytes.len());
    for &byte in bytes {
        out.extend_from_slice(&digits(byte));
    }
}

/// The digits of half as many bytes as the array is long; of further bytes, none.
pub(crate) fn array<const LEN: usize>(bytes: &[u8]) -> [u8; LEN] {
    let mut text = [b'0'; LEN];
    for (pair, &byte) in text.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = digits(byte);
    }
    text
}

/// Reads pairs of digits. Anything else, and an odd number of them, is `None`.
pub fn parse(text: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    pairs.iter().map(|&pair| parse_byte(pair)).collect()
}

/// The two digits of a byte.
#[inline]
pub fn digits(byte: u8) -> [u8; 2] {
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

/// The byte that two digits stand for.
#[inline]
pub fn parse_byte([high, low]: [u8; 2]) -> Option<u8> {
    Some(parse_digit(high)? << 4 | parse_digit(low)?)
}

fn parse_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_come_back() {
        let all: Vec<u8> = (0..=255).collect();
        let mut text = b"0x".to_vec();
        push(&mut text, &all);
        assert!(text.starts_with(b"0x000102"));
        assert!(text.ends_with(b"fdfeff"));
        assert_eq!(parse(&text[2..]).unwrap(), all);
        assert_eq!(parse(&text[2..].to_ascii_uppercase()).unwrap(), all);
    }

    #[test]
    fn what_is_not_pairs_of_digits_is_refused() {
        for text in [&b"0"[..], b"000", b"0g", b"g0", b" 0", b"0x", b"+1", b"\xff\xff"] {
            assert_eq!(parse(text), None);
        }
        assert_eq!(parse(b""), Some(Vec::new()));
    }
}
