//! Grisu2: short decimal digits of a double.
//!
//! F. Loitsch, *Printing Floating-Point Numbers Quickly and Accurately with Integers* (PLDI 2010).
//! Every decimal number between a double's two neighbouring midpoints reads back as that double.
//! The algorithm scales this interval by a cached power of ten, so that its integral part fits a
//! machine word, and produces digits of the upper bound until what is left is smaller than the
//! interval: 64-bit arithmetic and no big numbers.
//!
//! The price is that scaling rounds, so the interval has to be narrowed by a unit at either end.
//! The digits always read back, but once in a thousand doubles they are not the shortest ones, or
//! not the closest of the shortest. `5997.400000000001` is enough for the double that
//! prints as `5997.4000000000005`. That is why Ryū and its successors, which are exact, are no
//! substitute here: the digits are protocol.
//!
//! So are three choices that the paper leaves open, and each of them changes some digits: powers
//! of ten are cached in steps of eight, the smallest suitable one is taken, and the last digit is
//! moved towards the true value while it stays inside the interval.

use super::double::{MANTISSA_BITS, decompose};

/// Seventeen digits identify every double.
pub(super) const DIGITS_MAX: usize = 17;

/// Digits without leading zero, and the power of ten of the last one.
pub(super) struct Decimal {
    digits: [u8; DIGITS_MAX],
    len: usize,
    /// The value is the digits, read as an integer, times ten to this power.
    pub(super) exponent: i32,
}

impl Decimal {
    /// The digits as ASCII characters.
    #[inline]
    pub(super) fn digits(&self) -> &[u8] {
        &self.digits[..self.len]
    }

    #[inline]
    fn push(&mut self, digit: u8) {
        // Seventeen are always enough. Were they not, a digit too few would be the mildest harm.
        if let Some(slot) = self.digits.get_mut(self.len) {
            *slot = b'0' + digit;
            self.len += 1;
        }
    }

    /// Lowers the last digit while that brings it closer to the value.
    ///
    /// All lengths are distances from the upper bound of the interval, in the same unit: `rest` is
    /// that of the digits so far, `value` that of the double, `width` that of the lower bound, and
    /// one step of the last digit is `step`.
    #[inline]
    fn move_towards(&mut self, value: u64, width: u64, mut rest: u64, step: u64) {
        while rest < value
            && width - rest >= step
            && (rest + step < value || value - rest > rest + step - value)
        {
            self.digits[self.len - 1] -= 1;
            rest += step;
        }
    }
}

/// A binary floating point number with 64 bits of precision.
#[derive(Clone, Copy)]
struct Extended {
    significand: u64,
    exponent: i32,
}

impl Extended {
    /// Shifts the significand until its highest bit is set.
    #[inline]
    fn normalized(self) -> Self {
        let shift = self.significand.leading_zeros();
        Self { significand: self.significand << shift, exponent: self.exponent - shift as i32 }
    }

    /// The upper half of the product, rounded.
    #[inline]
    fn times(self, other: Self) -> Self {
        let product = u128::from(self.significand) * u128::from(other.significand);
        Self {
            significand: ((product + (1 << 63)) >> 64) as u64,
            exponent: self.exponent + other.exponent + 64,
        }
    }
}

/// The digits of a double that is positive and finite.
pub(super) fn shortest(value: f64) -> Decimal {
    let (significand, exponent) = decompose(value);
    let value = Extended { significand, exponent };
    let [low, high] = boundaries(value);
    let value = value.normalized();

    let (power, decimal_exponent) = cached_power(value.exponent);
    let scaled = value.times(power).significand;
    // Each product is off by less than one, so the interval is narrowed by one on either side.
    let low = low.times(power).significand + 1;
    let high = high.times(power);
    let high = Extended { significand: high.significand - 1, ..high };

    generate(high, high.significand - scaled, high.significand - low, -decimal_exponent)
}

/// The midpoints between a double and its neighbours, with the exponent that the normalized double
/// has.
#[inline]
fn boundaries(value: Extended) -> [Extended; 2] {
    let high = Extended { significand: (value.significand << 1) + 1, exponent: value.exponent - 1 }
        .normalized();
    // Below a power of two, doubles lie twice as close. (Not below the smallest normal one, but the
    // interval may be too narrow, only not too wide.)
    let shift = if value.significand == 1 << MANTISSA_BITS { 2 } else { 1 };
    let low = (value.significand << shift) - 1;
    let low = low << (value.exponent - shift - high.exponent);
    [Extended { significand: low, exponent: high.exponent }, high]
}

/// The digits of `high`, as many as are needed to get within `width` of it, and the last of them
/// as close to the double as it can be, which lies `value` below `high`.
#[inline]
fn generate(high: Extended, value: u64, mut width: u64, decimal_exponent: i32) -> Decimal {
    let point = -high.exponent as u32;
    let one = 1_u64 << point;
    let mut integral = (high.significand >> point) as u32;
    let mut fraction = high.significand & (one - 1);
    let mut decimal = Decimal { digits: [0; DIGITS_MAX], len: 0, exponent: decimal_exponent };

    let mut place = integral.checked_ilog10().unwrap_or(0);
    loop {
        let weight = POWERS_OF_TEN[place as usize];
        decimal.push((integral / weight) as u8);
        integral %= weight;
        let rest = (u64::from(integral) << point) + fraction;
        if rest <= width {
            decimal.exponent += place as i32;
            decimal.move_towards(value, width, rest, u64::from(weight) << point);
            return decimal;
        }
        if place == 0 {
            break;
        }
        place -= 1;
    }

    // From here on everything is multiplied by ten per digit, instead of dividing `one`.
    let mut scale = 1;
    loop {
        fraction *= 10;
        width *= 10;
        scale *= 10;
        decimal.exponent -= 1;
        decimal.push((fraction >> point) as u8);
        fraction &= one - 1;
        if fraction < width {
            decimal.move_towards(value * scale, width, fraction, one);
            return decimal;
        }
    }
}

const POWERS_OF_TEN: [u32; 10] = {
    let mut powers = [1; 10];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// Decimal exponents of the first and the last cached power, and the distance between two.
const CACHED_FIRST: i32 = -348;
const CACHED_LAST: i32 = 340;
const CACHED_STEP: i32 = 8;

/// The least exponent that a scaled number may have: four bits are left for its integral part.
const SCALED_EXPONENT_MIN: i32 = -60;

/// The smallest cached power of ten that scales a number of this binary exponent suitably, and its
/// decimal exponent.
///
/// A step of 10⁸ is less than 2²⁷, so the scaled exponent is at most -60 + 27 and the integral part
/// of the scaled number fits 32 bits.
#[inline]
fn cached_power(exponent: i32) -> (Extended, i32) {
    // The product's exponent is `exponent + (⌊k·log₂10⌋ - 63) + 64`. Solved for `k`, with log₁₀2 as
    // a fraction that is good enough for all exponents (see the test).
    let decimal_min = -(((exponent - SCALED_EXPONENT_MIN + 1) * 315_653) >> 20);
    let index = (decimal_min - CACHED_FIRST + CACHED_STEP - 1) / CACHED_STEP;
    (CACHED[index as usize], CACHED_FIRST + CACHED_STEP * index)
}

const CACHED_LEN: usize = ((CACHED_LAST - CACHED_FIRST) / CACHED_STEP) as usize + 1;

/// Powers of ten from 10⁻³⁴⁸ to 10³⁴⁰ in steps of 10⁸, each rounded to 64 bits.
static CACHED: [Extended; CACHED_LEN] = {
    let mut powers = [Extended { significand: 0, exponent: 0 }; CACHED_LEN];

    // 10⁴ is exact, and the others are reached from there with 128 bits and truncation. After 44
    // steps the error is less than 2⁷ units of 2⁻¹²⁷, far from where it could be seen in the upper
    // 64 bits, unless a power were that close to the middle of two. The test knows that none is.
    let start = ((4 - CACHED_FIRST) / CACHED_STEP) as usize;
    let ten_to_four = 10_000_u128 << (128 - 14);

    let (mut wide, mut exponent) = (ten_to_four, 14 - 128);
    let mut i = start;
    loop {
        powers[i] = rounded(wide, exponent);
        i += 1;
        if i == CACHED_LEN {
            break;
        }
        (wide, exponent) = times_ten_to_eight(wide, exponent);
    }

    (wide, exponent) = (ten_to_four, 14 - 128);
    i = start;
    while i > 0 {
        (wide, exponent) = divided_by_ten_to_eight(wide, exponent);
        i -= 1;
        powers[i] = rounded(wide, exponent);
    }
    powers
};

const TEN_TO_EIGHT: u128 = 100_000_000;

const fn rounded(wide: u128, exponent: i32) -> Extended {
    let significand = (wide >> 64) as u64 + ((wide >> 63) & 1) as u64;
    Extended { significand, exponent: exponent + 64 }
}

const fn times_ten_to_eight(wide: u128, exponent: i32) -> (u128, i32) {
    let low = (wide & u64::MAX as u128) * TEN_TO_EIGHT;
    let high = (wide >> 64) * TEN_TO_EIGHT + (low >> 64);
    // The product is `high` and the lower half of `low`; `high` has more than 64 bits.
    let shift = high.leading_zeros();
    let low = low & u64::MAX as u128;
    (high << shift | (low << shift) >> 64, exponent + 64 - shift as i32)
}

const fn divided_by_ten_to_eight(wide: u128, exponent: i32) -> (u128, i32) {
    let quotient = wide / TEN_TO_EIGHT;
    // The division leaves room for 26 or 27 more bits, which the remainder fills.
    let shift = quotient.leading_zeros();
    let more = ((wide % TEN_TO_EIGHT) << shift) / TEN_TO_EIGHT;
    (quotient << shift | more, exponent - shift as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::big::Big;

    #[test]
    fn cached_powers_are_the_true_ones_rounded_to_64_bits() {
        for (index, power) in CACHED.iter().enumerate() {
            let decimal = CACHED_FIRST + CACHED_STEP * index as i32;
            let five = Big::power_of_five(decimal.unsigned_abs());
            let (top, exponent, _) =
                if decimal < 0 { Big::ratio(&Big::from_u64(1), &five) } else { five.top() };
            let shift = top.leading_zeros();
            let top = top << shift;
            let rounded = ((top >> 63) + 1) >> 1;
            assert_eq!(u128::from(power.significand), rounded, "10^{decimal}");
            assert_eq!(power.exponent, exponent - shift as i32 + 64 + decimal, "10^{decimal}");
        }
    }

    #[test]
    fn the_smallest_suitable_power_is_taken() {
        // From the smallest denormal to the largest double, normalized.
        for exponent in -1137..=960 {
            let (power, decimal) = cached_power(exponent);
            let scaled = |power: Extended| exponent + power.exponent + 64;
            assert!((SCALED_EXPONENT_MIN..=-32).contains(&scaled(power)), "2^{exponent}");
            let index = ((decimal - CACHED_FIRST) / CACHED_STEP) as usize;
            assert!(scaled(CACHED[index - 1]) < SCALED_EXPONENT_MIN, "2^{exponent}");
        }
    }
}
