//! Integers as text: one spelling per number.
//!
//! Reading is the inverse of printing: no sign but a single `-`, no leading zero, no `-0`, no
//! blank. So text that parses is the text that its value prints, and a value that came in as text
//! may be kept as an integer.
//!
//! Almost every request contains a few of these, hence the care: up to eight digits are read with
//! one validity test and three multiplications, all of them at once, and twenty are three times
//! that. The loop over digits that this replaces costs about a nanosecond per digit, and
//! mispredicts its end.

/// Eight times the digit zero.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Ten to the eighth and to the sixteenth: the weights of groups of eight digits.
const E8: u64 = 100_000_000;
const E16: u64 = E8 * E8;

/// The longest integers have twenty characters: `u64::MAX`, and `i64::MIN` with its sign.
const LEN_MAX: usize = 20;

/// Reads a signed integer in its one spelling; anything else, or anything too large, is `None`.
#[inline]
pub fn parse_i64(bytes: &[u8]) -> Option<i64> {
    let Some((b'-', magnitude)) = bytes.split_first() else {
        return i64::try_from(parse_u64(bytes)?).ok();
    };
    let magnitude = parse_u64(magnitude)?;
    // Zero has no sign, and the least number is one further from zero than the greatest.
    if magnitude == 0 || magnitude > i64::MIN.unsigned_abs() {
        return None;
    }
    Some(0_i64.wrapping_sub_unsigned(magnitude))
}

/// Reads an unsigned integer in its one spelling; anything else, or anything too large, is `None`.
#[inline]
pub fn parse_u64(bytes: &[u8]) -> Option<u64> {
    if bytes.len() > 1 && bytes[0] == b'0' {
        return None;
    }
    match bytes.len() {
        1 => digit(bytes[0]),
        2 => Some(digit(bytes[0])? * 10 + digit(bytes[1])?),
        3..=8 => eight_digits(padded_word(bytes)?),
        9..=16 => {
            let (head, tail) = bytes.split_last_chunk::<8>()?;
            let head = eight_digits(padded_word(head)?)?;
            Some(head * E8 + eight_digits(u64::from_le_bytes(*tail))?)
        }
        17..=LEN_MAX => {
            let (head, tail) = bytes.split_last_chunk::<16>()?;
            let (middle, _) = tail.split_first_chunk::<8>()?;
            let (_, last) = tail.split_last_chunk::<8>()?;
            let head = eight_digits(padded_word(head)?)?;
            let tail = eight_digits(u64::from_le_bytes(*middle))? * E8
                + eight_digits(u64::from_le_bytes(*last))?;
            head.checked_mul(E16)?.checked_add(tail)
        }
        _ => None,
    }
}

/// The value of one digit.
#[inline]
fn digit(byte: u8) -> Option<u64> {
    let value = byte.wrapping_sub(b'0');
    (value < 10).then_some(u64::from(value))
}

/// Gathers one to eight characters into a word, the first one lowest, as if the text had leading
/// zeros up to eight characters.
///
/// Overlapping reads of fixed size replace a loop: where two of them see the same character, they
/// put it into the same place.
#[inline]
fn padded_word(bytes: &[u8]) -> Option<u64> {
    let len = bytes.len();
    let word = if let Some(all) = bytes.first_chunk::<8>() {
        return Some(u64::from_le_bytes(*all));
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*first))
            | u64::from(u32::from_le_bytes(*last)) << (8 * (len - 4))
    } else {
        let middle = len / 2;
        u64::from(*bytes.first()?)
            | u64::from(bytes[middle]) << (8 * middle)
            | u64::from(*bytes.last()?) << (8 * (len - 1))
    };
    // Between 8 and 56 bits, since the length is between 1 and 7.
    let padding = 64 - 8 * len;
    Some(word << padding | ZEROS & ((1 << padding) - 1))
}

/// The value of eight digits, the first one in the lowest byte; `None` if one is not a digit.
#[inline]
fn eight_digits(word: u64) -> Option<u64> {
    const HIGH_NIBBLES: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    // A digit is 0x30 to 0x39: its high nibble is 3, and stays 3 when 6 is added. A carry into the
    // next byte comes only from a byte that the first half of the test refuses.
    let plus_six = word.wrapping_add(0x0606_0606_0606_0606);
    if word & HIGH_NIBBLES | (plus_six & HIGH_NIBBLES) >> 4 != 0x3333_3333_3333_3333 {
        return None;
    }
    // Neighbours are joined: digits to pairs, pairs to fours, fours to eight. The upper part of a
    // lane collects `lower * weight + upper`; what overflows a lane is shifted out or masked away.
    let digits = word - ZEROS;
    let pairs = (digits.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_FFFF_0000_FFFF;
    Some(fours.wrapping_mul(1 + (10_000 << 32)) >> 32)
}

/// Appends the text of a signed integer.
#[inline]
pub fn push_i64(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends the text of an unsigned integer.
#[inline]
pub fn push_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// The text of an integer, on the stack, for where there is nothing to append to.
#[derive(Debug, Clone, Copy)]
pub struct Digits {
    bytes: [u8; LEN_MAX],
    len: u8,
}

impl Digits {
    /// Prints a signed integer.
    #[inline]
    pub fn from_i64(value: i64) -> Self {
        Self::new(itoa::Buffer::new().format(value).as_bytes())
    }

    /// Prints an unsigned integer.
    #[inline]
    pub fn from_u64(value: u64) -> Self {
        Self::new(itoa::Buffer::new().format(value).as_bytes())
    }

    /// The text, between one and twenty characters.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    #[inline]
    fn new(text: &[u8]) -> Self {
        let mut bytes = [0; LEN_MAX];
        bytes[..text.len()].copy_from_slice(text);
        Self { bytes, len: text.len() as u8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn signed(text: &str, expected: Option<i64>) {
        assert_eq!(parse_i64(text.as_bytes()), expected, "{text:?}");
    }

    #[test]
    fn the_one_spelling_of_an_integer_is_read() {
        for power in 0..64 {
            for offset in -2..=2_i64 {
                let unsigned = (1_u64 << power).wrapping_add_signed(offset);
                let signed = unsigned as i64;
                assert_eq!(parse_u64(unsigned.to_string().as_bytes()), Some(unsigned));
                assert_eq!(parse_i64(signed.to_string().as_bytes()), Some(signed));
            }
        }
        for power in 0..=19 {
            for offset in -1..=1_i64 {
                let value = 10_u64.pow(power).wrapping_add_signed(offset);
                assert_eq!(parse_u64(value.to_string().as_bytes()), Some(value));
            }
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "-",
            "+1",
            " 1",
            "1 ",
            "01",
            "00",
            "-0",
            "-01",
            "--1",
            "1-",
            "1.0",
            "1e3",
            "0x10",
            "1_000",
            "a",
            "\u{0}",
            "1\u{0}",
            "/",
            ":",
            "12345678:",
            "1234/5678",
            "١",
        ] {
            signed(text, None);
            assert_eq!(parse_u64(text.as_bytes()), None, "{text:?}");
        }
        signed("0", Some(0));
    }

    #[test]
    fn integers_beyond_the_range_are_refused() {
        signed("9223372036854775807", Some(i64::MAX));
        signed("9223372036854775808", None);
        signed("-9223372036854775808", Some(i64::MIN));
        signed("-9223372036854775809", None);
        signed("-18446744073709551615", None);
        signed("123456789012345678901", None);
        assert_eq!(parse_u64(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(parse_u64(b"18446744073709551616"), None);
        assert_eq!(parse_u64(b"99999999999999999999"), None);
        assert_eq!(parse_u64(b"100000000000000000000"), None);
        assert_eq!(parse_u64(b"-1"), None);
    }

    #[test]
    fn a_single_bad_byte_anywhere_is_noticed() {
        for len in 1..=20 {
            for at in 0..len {
                for byte in 0..=255_u8 {
                    let mut text = vec![b'1'; len];
                    text[at] = byte;
                    let expected = (byte.is_ascii_digit() && (at > 0 || byte != b'0' || len == 1))
                        .then(|| String::from_utf8_lossy(&text).parse().ok())
                        .flatten();
                    assert_eq!(parse_u64(&text), expected, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn printing_is_the_inverse_of_reading() {
        for value in (0..20).flat_map(|length| [7_i64.pow(length), -7_i64.pow(length)]).chain([
            0,
            i64::MIN,
            i64::MAX,
        ]) {
            let digits = Digits::from_i64(value);
            let mut out = b">".to_vec();
            push_i64(&mut out, value);
            assert_eq!(digits.as_bytes(), &out[1..]);
            assert_eq!(parse_i64(digits.as_bytes()), Some(value));
        }
        for value in [0, 7, 1_000_000, u64::MAX] {
            let digits = Digits::from_u64(value);
            let mut out = Vec::new();
            push_u64(&mut out, value);
            assert_eq!(digits.as_bytes(), out);
            assert_eq!(parse_u64(digits.as_bytes()), Some(value));
        }
    }
}
