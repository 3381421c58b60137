//! The long double of C on x86: a sign, 64 bits of significand, 15 bits of exponent.
//!
//! Floating point increments are computed in this format, which Rust does not have and other
//! processors do not either. A counter at 0.1 that grows by 0.2 must read 0.3, as it does with 64
//! bits printed to seventeen decimals, and with a double's 53 would not. So the few operations that
//! increments need are here in integer arithmetic: reading, adding, printing, all of them rounded
//! correctly, to nearest, ties to even. Values, overflow and denormals are those of the hardware.
//!
//! Numbers of everyday size take a few multiplications or one division of 128 bits. Text of more
//! than nineteen digits and exponents beyond ±27 go through [`Big`].

use super::big::Big;
use super::hex_float::{HexFloat, parse_exponent, split_sign};
use super::magnitude::Magnitude;
use super::push_u64;

/// The bits of a significand. The highest is stored, unlike in a double.
const PRECISION: u32 = 64;

/// The powers of two that the lowest bit of a significand counts, in the smallest and the largest
/// numbers. A significand whose highest bit is not set has the smallest exponent.
const EXPONENT_MIN: i32 = -16445;
const EXPONENT_MAX: i32 = 16320;

/// `5^27 < 2^63`: what a factor or divisor may be for the short ways.
const FIVE_EXPONENT_MAX: u32 = 27;

/// The digits behind the point, and ten to their number.
const DECIMALS: usize = 17;
const DECIMALS_WEIGHT: u64 = 100_000_000_000_000_000;

/// An 80-bit floating point number.
#[derive(Debug, Clone, Copy)]
pub struct LongDouble {
    negative: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// significand × 2^exponent; either the highest bit is set, or the exponent is the least.
    Finite {
        significand: u64,
        exponent: i32,
    },
    Infinite,
    Nan,
}

impl LongDouble {
    /// Zero.
    pub const ZERO: Self =
        Self { negative: false, kind: Kind::Finite { significand: 0, exponent: EXPONENT_MIN } };

    /// Text of this length and longer is refused unread.
    pub const TEXT_LIMIT: usize = 5 * 1024;

    const NAN: Self = Self { negative: false, kind: Kind::Nan };

    /// Reads a number: decimal or hexadecimal, `inf` or `infinity` in any case, with an optional
    /// sign.
    ///
    /// Refused are NaN, an empty text, blanks and trailing bytes, text of [`Self::TEXT_LIMIT`] and
    /// more, and literals out of range: too large for a finite number, or so small that nothing but
    /// zero is left.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() >= Self::TEXT_LIMIT {
            return None;
        }
        let (negative, unsigned) = split_sign(bytes);
        if unsigned.eq_ignore_ascii_case(b"inf") || unsigned.eq_ignore_ascii_case(b"infinity") {
            return Some(Self { negative, kind: Kind::Infinite });
        }
        let magnitude = match unsigned {
            [b'0', b'x' | b'X', ..] => HexFloat::parse(unsigned)?.magnitude,
            _ => parse_decimal(unsigned)?,
        };
        let number = Self::rounded(negative, magnitude);
        let out_of_range = number.is_infinite() || number.is_zero() && !magnitude.is_zero();
        (!out_of_range).then_some(number)
    }

    /// Whether this is not a number: the sum of two infinities of different sign.
    pub fn is_nan(self) -> bool {
        matches!(self.kind, Kind::Nan)
    }

    /// Whether this is infinite, with either sign.
    pub fn is_infinite(self) -> bool {
        matches!(self.kind, Kind::Infinite)
    }

    fn is_zero(self) -> bool {
        matches!(self.kind, Kind::Finite { significand: 0, .. })
    }

    /// Appends the number as C's `%.17Lf` prints it, without zeros at the end of the fraction, and
    /// without sign if only zeros are left.
    ///
    /// The integral part is printed in full, so this may be almost five thousand digits.
    pub fn push_human(self, out: &mut Vec<u8>) {
        let start = out.len();
        if self.negative {
            out.push(b'-');
        }
        match self.kind {
            Kind::Nan => out.extend_from_slice(b"nan"),
            Kind::Infinite => out.extend_from_slice(b"inf"),
            Kind::Finite { significand, exponent } if exponent > 0 => {
                let mut integer = Big::from_u64(significand);
                integer.shift_left(exponent.unsigned_abs());
                integer.push_decimal(out);
            }
            Kind::Finite { significand, exponent } => {
                // Less than 2^64 · 10^17 < 2^121, so that this is exact, and from 122 bits to drop
                // the result is zero.
                let scaled = u128::from(significand) * u128::from(DECIMALS_WEIGHT);
                let scaled = round_shift_right(scaled, exponent.unsigned_abs());
                push_fixed(out, scaled);
            }
        }
        if out[start..] == *b"-0" {
            out.truncate(start);
            out.push(b'0');
        }
    }

    /// The nearest number, which is infinity beyond the largest.
    fn rounded(negative: bool, magnitude: Magnitude) -> Self {
        let rounded = magnitude.round(PRECISION, EXPONENT_MIN);
        let (significand, exponent) = (rounded.significand, rounded.exponent);
        let kind = if significand == 0 {
            return Self { negative, ..Self::ZERO };
        } else if exponent > EXPONENT_MAX {
            Kind::Infinite
        } else {
            Kind::Finite { significand, exponent }
        };
        Self { negative, kind }
    }
}

/// Every double is a long double.
impl From<f64> for LongDouble {
    fn from(value: f64) -> Self {
        let negative = value.is_sign_negative();
        if value.is_nan() {
            return Self::NAN;
        }
        if value.is_infinite() {
            return Self { negative, kind: Kind::Infinite };
        }
        let (significand, exponent) = super::double::decompose(value.abs());
        let magnitude = Magnitude { significand: u128::from(significand), exponent, sticky: false };
        Self::rounded(negative, magnitude)
    }
}

/// The sum, correctly rounded; infinity if it is too large, NaN for infinities that oppose.
impl std::ops::Add for LongDouble {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (a, b) = match (self.kind, other.kind) {
            (Kind::Nan, _) | (_, Kind::Nan) => return Self::NAN,
            (Kind::Infinite, Kind::Infinite) if self.negative != other.negative => {
                return Self::NAN;
            }
            (Kind::Infinite, _) => return self,
            (_, Kind::Infinite) => return other,
            (
                Kind::Finite { significand: a, exponent: a_exponent },
                Kind::Finite { significand: b, exponent: b_exponent },
            ) => ((a_exponent, a), (b_exponent, b)),
        };
        // With a fixed place for the highest bit, the order of numbers is that of the pairs.
        let (large, small, negative) =
            if a >= b { (a, b, self.negative) } else { (b, a, other.negative) };

        // The larger one has a bit above for the carry and 63 below. If the other is so small that
        // bits of it are lost even there, then at most one bit of the sum is lost to cancellation,
        // and what is lost of the smaller one matters only as a sticky bit.
        const GUARD_BITS: u32 = 63;
        let wide = u128::from(large.1) << GUARD_BITS;
        let distance = (large.0 - small.0).unsigned_abs();
        let aligned = u128::from(small.1) << GUARD_BITS;
        let kept = aligned.checked_shr(distance).unwrap_or(0);
        let sticky = kept.checked_shl(distance).unwrap_or(0) != aligned;

        let significand = if self.negative == other.negative {
            wide + kept
        } else if sticky {
            // The difference lies between two integers; the lower one and the sticky bit say so.
            wide - kept - 1
        } else if wide == kept {
            return Self::ZERO;
        } else {
            wide - kept
        };
        let exponent = large.0 - GUARD_BITS as i32;
        Self::rounded(negative, Magnitude { significand, exponent, sticky })
    }
}

/// Reads a decimal literal without sign.
fn parse_decimal(bytes: &[u8]) -> Option<Magnitude> {
    let is_exponent = |byte: &u8| byte.eq_ignore_ascii_case(&b'e');
    let (mantissa, exponent) = match bytes.iter().position(is_exponent) {
        Some(at) => (&bytes[..at], parse_exponent(&bytes[at + 1..])?),
        None => (bytes, 0),
    };
    let point = mantissa.iter().position(|&byte| byte == b'.');
    let (whole, fraction) = match point {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, &[][..]),
    };
    let digits = || whole.iter().chain(fraction).copied();
    if mantissa.len() == usize::from(point.is_some()) || !digits().all(|d| d.is_ascii_digit()) {
        return None;
    }

    // The number is the significant digits, read as an integer, times ten to this power.
    let exponent = exponent.saturating_sub(fraction.len() as i64);
    let significant = || digits().skip_while(|&digit| digit == b'0');
    let len = significant().count() as i64;
    let first = exponent.saturating_add(len - 1);
    if len == 0 {
        return Some(Magnitude { significand: 0, exponent: 0, sticky: false });
    }
    // What is surely too large, or too small, must not cost anything.
    if !(-4960..=4940).contains(&first) {
        let exponent = if first < 0 { -100_000 } else { 100_000 };
        return Some(Magnitude { significand: 1, exponent, sticky: true });
    }
    let exponent = exponent as i32;
    if len <= 19 && exponent.unsigned_abs() <= FIVE_EXPONENT_MAX {
        let digits = significant().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
        return Some(scale_short(digits, exponent));
    }
    Some(scale_long(Big::from_digits(significant()), exponent))
}

/// `digits` × 10^`exponent` in 128 bits.
fn scale_short(digits: u64, exponent: i32) -> Magnitude {
    let five = u128::from(5_u64.pow(exponent.unsigned_abs()));
    if exponent >= 0 {
        let significand = u128::from(digits) * five;
        return Magnitude { significand, exponent, sticky: false };
    }
    // 128 bits divided by at most 63 leave 65: the precision, and the bit that decides rounding.
    let shift = u128::from(digits).leading_zeros();
    let dividend = u128::from(digits) << shift;
    Magnitude {
        significand: dividend / five,
        exponent: exponent - shift as i32,
        sticky: !dividend.is_multiple_of(five),
    }
}

/// `digits` × 10^`exponent` for numbers of any size.
fn scale_long(mut digits: Big, exponent: i32) -> Magnitude {
    let (significand, binary, sticky) = if exponent >= 0 {
        digits.multiply_by_power_of_five(exponent.unsigned_abs());
        digits.top()
    } else {
        Big::ratio(&digits, &Big::power_of_five(exponent.unsigned_abs()))
    };
    Magnitude { significand, exponent: binary + exponent, sticky }
}

/// Divides by a power of two, to nearest, ties to even.
fn round_shift_right(value: u128, bits: u32) -> u128 {
    if bits == 0 || bits >= u128::BITS {
        return if bits == 0 { value } else { 0 };
    }
    let half = 1_u128 << (bits - 1);
    let (kept, dropped) = (value >> bits, value & (half | (half - 1)));
    kept + u128::from(dropped > half || dropped == half && kept & 1 == 1)
}

/// Appends a number given in units of the last decimal, without trailing zeros.
fn push_fixed(out: &mut Vec<u8>, scaled: u128) {
    let weight = u128::from(DECIMALS_WEIGHT);
    // Less than 2^121 / 10^17 + 1, and less than 10^17.
    push_u64(out, (scaled / weight) as u64);
    let mut fraction = (scaled % weight) as u64;
    if fraction == 0 {
        return;
    }
    out.push(b'.');
    let mut decimals = [b'0'; DECIMALS];
    for decimal in decimals.iter_mut().rev() {
        *decimal = b'0' + (fraction % 10) as u8;
        fraction /= 10;
    }
    let len = decimals.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
    out.extend_from_slice(&decimals[..len]);
}
