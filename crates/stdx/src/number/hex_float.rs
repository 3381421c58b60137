//! Hexadecimal floating point literals.
//!
//! C reads `0x1.8p3`: hexadecimal digits with an optional point, then optionally `p` and a decimal
//! power of two. Nobody types them, but what `strtod` reads is a number for Redis.

use super::magnitude::Magnitude;

/// A hexadecimal literal with its sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct HexFloat {
    pub(super) negative: bool,
    pub(super) magnitude: Magnitude,
}

impl HexFloat {
    /// Reads a complete literal.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (negative, unsigned) = split_sign(bytes);
        let [b'0', b'x' | b'X', rest @ ..] = unsigned else { return None };
        let end = rest.iter().position(|byte| matches!(byte, b'p' | b'P')).unwrap_or(rest.len());
        let (mantissa, power) = rest.split_at(end);
        let power = match power {
            [] => 0,
            [_, power @ ..] => parse_exponent(power)?,
        };

        let (mut significand, mut sticky) = (0_u128, false);
        let (mut exponent, mut digits, mut point) = (0_i64, 0, false);
        for &byte in mantissa {
            if byte == b'.' && !point {
                point = true;
                continue;
            }
            let digit = char::from(byte).to_digit(16)?;
            digits += 1;
            if significand >> (u128::BITS - 4) == 0 {
                significand = significand << 4 | u128::from(digit);
                exponent -= 4 * i64::from(point);
            } else {
                sticky |= digit != 0;
                exponent += 4 * i64::from(!point);
            }
        }
        let exponent = (exponent + power).clamp(-EXPONENT_LIMIT, EXPONENT_LIMIT) as i32;
        (digits > 0)
            .then_some(Self { negative, magnitude: Magnitude { significand, exponent, sticky } })
    }
}

/// Exponents are clamped here, whatever a literal says: beyond all formats, with room for sums.
pub(super) const EXPONENT_LIMIT: i64 = 1 << 28;

/// Reads the exponent behind an `e` or `p`, clamped to a size that no format has.
pub(super) fn parse_exponent(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = split_sign(bytes);
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i64;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = (value * 10 + i64::from(byte - b'0')).min(i64::MAX / 100);
    }
    Some(if negative { -value } else { value })
}

/// Splits off an optional sign.
pub(super) fn split_sign(bytes: &[u8]) -> (bool, &[u8]) {
    match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    }
}
