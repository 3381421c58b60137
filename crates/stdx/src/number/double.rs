//! Doubles as text.
//!
//! Reading follows C's `strtod`, minus what Redis refuses: NaN, blanks, anything after the number,
//! and literals that a double can hold only as infinity or as zero although they are neither.
//!
//! Printing exists in two forms, and which of them a reply or file uses is protocol:
//! [`push_double`] for people, with as few digits as [`grisu`] finds, and [`push_double_17g`] with
//! the seventeen digits of C's `%.17g`.

use std::io::Write as _;

use super::grisu::{self, DIGITS_MAX};
use super::hex_float::HexFloat;
use super::push_i64;

/// The bits of a double's significand that are stored, which is all but the highest.
pub(super) const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;

/// The power of two that the lowest bit of a denormal counts.
pub(super) const EXPONENT_MIN: i32 = f64::MIN_EXP - f64::MANTISSA_DIGITS as i32;

/// Splits a double that is finite and not negative into its significand and the power of two that
/// the lowest bit of it counts.
#[inline]
pub(super) fn decompose(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << MANTISSA_BITS) - 1);
    match (bits >> MANTISSA_BITS) as i32 {
        0 => (fraction, EXPONENT_MIN),
        biased => (fraction | 1 << MANTISSA_BITS, EXPONENT_MIN - 1 + biased),
    }
}

/// Reads a double: decimal or hexadecimal, `inf` or `infinity` in any case, with an optional sign.
///
/// Refused are NaN, an empty text, blanks and trailing bytes, and literals out of range: too large
/// for a finite double, or so small that nothing but zero is left.
#[inline]
pub fn parse_double(bytes: &[u8]) -> Option<f64> {
    match fast_float2::parse::<f64, _>(bytes) {
        Ok(value) if value.is_finite() && value != 0.0 => Some(value),
        Ok(value) => in_range(bytes, value).then_some(value),
        Err(_) => HexFloat::parse(bytes)?.to_double(),
    }
}

/// Whether text that reads as infinity or zero says so, rather than being out of range. NaN never
/// is in range.
fn in_range(bytes: &[u8], value: f64) -> bool {
    if value == 0.0 {
        let mut mantissa = bytes.iter().take_while(|byte| !byte.eq_ignore_ascii_case(&b'e'));
        mantissa.all(|byte| !matches!(byte, b'1'..=b'9'))
    } else {
        // Infinity in words has no digits, and a number has some.
        value.is_infinite() && !bytes.iter().any(u8::is_ascii_digit)
    }
}

impl HexFloat {
    /// The nearest double, ties to even; `None` if that is infinity, or zero without being it.
    fn to_double(self) -> Option<f64> {
        let rounded = self.magnitude.round(f64::MANTISSA_DIGITS, EXPONENT_MIN);
        if rounded.significand == 0 && !self.magnitude.is_zero() {
            return None;
        }
        // A significand without its highest bit is denormal, and its biased exponent is zero; with
        // it, the bit itself adds the one by which the biased exponents of normal numbers start.
        let biased = u64::try_from(rounded.exponent - EXPONENT_MIN).ok()?;
        let infinite = (f64::MAX_EXP * 2 - 1) as u64;
        let biased = biased + (rounded.significand >> MANTISSA_BITS);
        if biased >= infinite {
            return None;
        }
        let fraction = rounded.significand & ((1 << MANTISSA_BITS) - 1);
        let sign = u64::from(self.negative) << 63;
        Some(f64::from_bits(sign | biased << MANTISSA_BITS | fraction))
    }
}

/// Appends a double as replies contain it: `3`, `0.1`, `1.5e+300`, `-inf`, `nan`.
///
/// Whole numbers up to 2⁶² print as integers, in full. Others print the digits of Grisu2: as an
/// integer or decimal fraction if that takes few zeros, otherwise with an exponent.
#[inline]
pub fn push_double(out: &mut Vec<u8>, value: f64) {
    /// Up to here the conversion to an integer and back is certain to be exact.
    const WHOLE_MAX: f64 = (1_u64 << 62) as f64;

    if value.abs() <= WHOLE_MAX {
        let whole = value as i64;
        if whole as f64 == value && (whole != 0 || value.is_sign_positive()) {
            return push_i64(out, whole);
        }
    }
    push_fraction(out, value);
}

/// Appends a double that is not a whole number of moderate size.
fn push_fraction(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        return out.extend_from_slice(b"nan");
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if value.is_infinite() {
        return out.extend_from_slice(b"inf");
    }
    if value == 0.0 {
        return out.push(b'0');
    }

    let decimal = grisu::shortest(value.abs());
    let digits = decimal.digits();
    // The place of the first digit decides about the layout, and so does that of the last.
    let first = decimal.exponent + digits.len() as i32 - 1;
    let last = decimal.exponent;
    if last >= 0 && first < digits.len() as i32 + 7 {
        out.extend_from_slice(digits);
        out.resize(out.len() + last as usize, b'0');
    } else if last < 0 && (last > -7 || first.abs() < 4) {
        push_fixed(out, digits, first);
    } else {
        push_scientific(out, digits, first, 1);
    }
}

/// Appends digits with a decimal point, of which the first has the weight 10 to the power of
/// `first`, and at least the last is behind the point.
fn push_fixed(out: &mut Vec<u8>, digits: &[u8], first: i32) {
    if first < 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + (-first - 1) as usize, b'0');
        out.extend_from_slice(digits);
    } else {
        let (whole, fraction) = digits.split_at(first as usize + 1);
        out.extend_from_slice(whole);
        out.push(b'.');
        out.extend_from_slice(fraction);
    }
}

/// Appends digits with one of them before the point, and the exponent with its sign, in a width of
/// one or two digits or as many as it takes.
fn push_scientific(out: &mut Vec<u8>, digits: &[u8], exponent: i32, width: usize) {
    let (first, rest) = digits.split_at(1);
    out.extend_from_slice(first);
    if !rest.is_empty() {
        out.push(b'.');
        out.extend_from_slice(rest);
    }
    out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
    if exponent.abs() < 10 && width > 1 {
        out.push(b'0');
    }
    push_i64(out, i64::from(exponent.abs()));
}

/// Appends a double exactly as C's `%.17g` prints it.
///
/// Seventeen significant digits tell all doubles apart, but most of them look longer than they
/// are: 0.1 prints as `0.10000000000000001`.
pub fn push_double_17g(out: &mut Vec<u8>, value: f64) {
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if value.is_nan() {
        return out.extend_from_slice(b"nan");
    }
    if value.is_infinite() {
        return out.extend_from_slice(b"inf");
    }

    // Rust's exact mode has the digits and the exponent, only not the layout: "d.dd…de-308".
    let mut text = [0; DIGITS_MAX + "-.e-308".len()];
    let mut unwritten = text.as_mut_slice();
    let written = write!(unwritten, "{:.1$e}", value.abs(), DIGITS_MAX - 1);
    debug_assert!(written.is_ok(), "the buffer holds the longest double");
    let unwritten = unwritten.len();
    let text = &text[..text.len() - unwritten];

    let mut digits = [text[0]; DIGITS_MAX];
    digits[1..].copy_from_slice(&text[2..=DIGITS_MAX]);
    let exponent = super::parse_i64(&text[DIGITS_MAX + 2..]).unwrap_or(0) as i32;
    let significant = digits.iter().rposition(|&digit| digit != b'0').map_or(1, |last| last + 1);
    let digits = &digits[..significant];

    if exponent < -4 || exponent >= DIGITS_MAX as i32 {
        push_scientific(out, digits, exponent, 2);
    } else if exponent + 1 >= significant as i32 {
        out.extend_from_slice(digits);
        out.resize(out.len() + (exponent + 1) as usize - significant, b'0');
    } else {
        push_fixed(out, digits, exponent);
    }
}
