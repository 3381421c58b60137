//! Hexadecimal floating point literals, and the rounding that all kinds of numbers share.
//!
//! C reads `0x1.8p3`: hexadecimal digits with an optional point, then optionally `p` and a decimal
//! power of two. Nobody types them, but what `strtod` reads is a number for Redis.

/// A number as read, before it is rounded to any format: significand × 2^exponent, and perhaps a
/// bit more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Magnitude {
    /// Has the bits that the target format needs, and one more, unless the number is exact.
    pub(super) significand: u128,
    pub(super) exponent: i32,
    /// Whether digits that are not zero were dropped below the significand.
    pub(super) sticky: bool,
}

/// A significand of at most 64 bits, and the power of two that its lowest bit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rounded {
    pub(super) significand: u64,
    pub(super) exponent: i32,
}

impl Magnitude {
    pub(super) fn is_zero(&self) -> bool {
        self.significand == 0 && !self.sticky
    }

    /// Rounds to a format's precision (at most 64 bits), to nearest, ties to even.
    ///
    /// The result is normalized, unless its exponent would be less than the least one of the
    /// format: then it is denormal. There is no upper limit to the exponent.
    pub(super) fn round(&self, precision: u32, exponent_min: i32) -> Rounded {
        if self.significand == 0 {
            return Rounded { significand: 0, exponent: exponent_min };
        }
        let bits = u128::BITS - self.significand.leading_zeros();
        let surplus = (bits as i32 - precision as i32).max(exponent_min - self.exponent);
        let exponent = self.exponent + surplus;
        if surplus <= 0 {
            // Room below the lowest bit, hence nothing to round.
            let significand = (self.significand as u64) << surplus.unsigned_abs().min(63);
            return Rounded { significand, exponent };
        }
        if surplus > u128::BITS as i32 {
            return Rounded { significand: 0, exponent };
        }
        let kept = self.significand.checked_shr(surplus.unsigned_abs()).unwrap_or(0) as u64;
        let half = 1_u128 << (surplus - 1);
        let dropped = self.significand & (half | (half - 1));
        let up = dropped > half || dropped == half && (self.sticky || kept & 1 == 1);
        match kept.checked_add(u64::from(up)) {
            Some(carried) if carried >> (precision - 1) <= 1 => {
                Rounded { significand: carried, exponent }
            }
            // All ones became the next power of two, one bit longer.
            _ => Rounded { significand: 1 << (precision - 1), exponent: exponent + 1 },
        }
    }
}

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
