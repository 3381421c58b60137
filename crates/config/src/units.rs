//! Numbers as a configuration writes them.
//!
//! Amounts of memory may carry a unit, in capitals or not: `k`, `m` and `g` are powers of 1000,
//! `kb`, `mb` and `gb` powers of 1024, and `b` is a byte. `CONFIG GET` answers in plain bytes;
//! `CONFIG REWRITE` uses the largest binary unit that divides the amount.

use crate::error::ValueError;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Reads a decimal integer in its canonical form: no `+`, no leading zeros, no `-0`, no blanks.
pub(crate) fn parse_integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = match digits {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Reads a decimal integer as the C library does: signs and leading zeros are fine, and a number
/// too large becomes the largest.
///
/// Compat: a few old directives (`save`, `replicaof`) have always been read this way.
pub(crate) fn parse_lenient_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = digits
        .iter()
        .fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(if negative { -magnitude } else { magnitude })
}

/// Reads an amount of memory, in bytes. An amount too large becomes the largest.
///
/// Compat: without digits it is 0, so that `maxmemory ""` lifts the limit.
pub fn parse_memory(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, unit) = text.split_at(digits);
    let factor = match unit.to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => KIB,
        b"m" => 1_000_000,
        b"mb" => MIB,
        b"g" => 1_000_000_000,
        b"gb" => GIB,
        _ => return None,
    };
    let number = digits
        .iter()
        .fold(0_u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
    Some(number.saturating_mul(factor))
}

/// Writes an amount of memory as a configuration file has it: `64mb` rather than `67108864`.
pub(crate) fn format_memory(bytes: u64) -> String {
    for (size, unit) in [(GIB, "gb"), (MIB, "mb"), (KIB, "kb")] {
        if bytes != 0 && bytes.is_multiple_of(size) {
            return format!("{}{unit}", bytes / size);
        }
    }
    bytes.to_string()
}

/// Reads a number in base eight. Nothing at all is 0, and a number too large is out of range for
/// any directive.
pub(crate) fn parse_octal(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(digits) if !digits.is_empty() => (true, digits),
        _ => (false, text),
    };
    if !digits.iter().all(|digit| matches!(digit, b'0'..=b'7')) {
        return None;
    }
    let magnitude = digits
        .iter()
        .fold(0_i64, |sum, digit| sum.saturating_mul(8).saturating_add(i64::from(digit - b'0')));
    Some(if negative { -magnitude } else { magnitude })
}

/// Reads a whole number of percent. `Ok(None)` means that this is no percentage at all.
pub(crate) fn parse_percent(text: &[u8]) -> Result<Option<u8>, ValueError> {
    let Some(digits) = text.strip_suffix(b"%") else { return Ok(None) };
    match parse_integer(digits) {
        Some(percent @ 0..=100) => Ok(u8::try_from(percent).ok()),
        Some(101..) => Err(ValueError::PercentTooHigh),
        _ => Err(ValueError::NotMemoryOrPercent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_units_are_decimal_without_b_and_binary_with_it() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(parse_memory(text.as_bytes()), expected, "{text:?}");
        };
        check("1", Some(1));
        check("1b", Some(1));
        check("1k", Some(1000));
        check("1kb", Some(1024));
        check("1K", Some(1000));
        check("1KB", Some(1024));
        check("1m", Some(1_000_000));
        check("1Mb", Some(1 << 20));
        check("2g", Some(2_000_000_000));
        check("2gb", Some(2 << 30));
        check("010", Some(10));
        check("", Some(0));
        check("kb", Some(0));
        check("18446744073709551615", Some(u64::MAX));
        check("99999999999999999999", Some(u64::MAX));
        check("17179869184gb", Some(u64::MAX));
        for bad in ["1t", "1 kb", "1.5gb", "-1", "+5", " 5", "1kk", "0x10", "1%", "é"] {
            check(bad, None);
        }
    }

    #[test]
    fn memory_is_written_in_the_largest_unit_that_divides_it() {
        let check = |bytes, expected: &str| {
            assert_eq!(format_memory(bytes), expected);
            assert_eq!(parse_memory(expected.as_bytes()), Some(bytes));
        };
        check(0, "0");
        check(1000, "1000");
        check(1024, "1kb");
        check(1_000_000, "1000000");
        check(10 << 20, "10mb");
        check(1 << 30, "1gb");
        check((1 << 30) + 1, "1073741825");
        check(u64::MAX, "18446744073709551615");
    }

    #[test]
    fn integers_have_one_spelling() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(parse_integer(text.as_bytes()), expected, "{text:?}");
        };
        check("0", Some(0));
        check("-1", Some(-1));
        check("9223372036854775807", Some(i64::MAX));
        check("-9223372036854775808", Some(i64::MIN));
        for bad in ["", "-", "-0", "00", "01", "+1", " 1", "1 ", "0x1", "1k", "9223372036854775808"]
        {
            check(bad, None);
        }
    }

    #[test]
    fn lenient_integers_saturate() {
        assert_eq!(parse_lenient_integer(b"+0900"), Some(900));
        assert_eq!(parse_lenient_integer(b"-7"), Some(-7));
        assert_eq!(parse_lenient_integer(b"99999999999999999999"), Some(i64::MAX));
        for bad in ["", "-", "1x", " 1", "1 "] {
            assert_eq!(parse_lenient_integer(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn octal_numbers_may_lead_with_zeros() {
        assert_eq!(parse_octal(b"0700"), Some(0o700));
        assert_eq!(parse_octal(b"777"), Some(0o777));
        assert_eq!(parse_octal(b""), Some(0));
        assert_eq!(parse_octal(b"-1"), Some(-1));
        assert_eq!(parse_octal(b"77777777777777777777777777777"), Some(i64::MAX));
        for bad in ["8", "abc", "-", "0o7", " 7"] {
            assert_eq!(parse_octal(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn percentages_are_whole_and_at_most_a_hundred() {
        assert_eq!(parse_percent(b"0%"), Ok(Some(0)));
        assert_eq!(parse_percent(b"100%"), Ok(Some(100)));
        assert_eq!(parse_percent(b"5"), Ok(None));
        assert_eq!(parse_percent(b"101%"), Err(ValueError::PercentTooHigh));
        for bad in ["%", "-5%", "05%", "1.5%", "5%%"] {
            let parsed = parse_percent(bad.as_bytes());
            assert_eq!(parsed, Err(ValueError::NotMemoryOrPercent), "{bad:?}");
        }
    }
}
