//! Natural numbers of any size, for the few conversions that 128 bits cannot do exactly.
//!
//! Only long doubles beyond the everyday range come here: text with more than nineteen digits or
//! with large exponents, and values of more than 128 bits. The largest number that can occur has
//! some 35 000 bits (the power of five below a denormal with five thousand digits), so schoolbook
//! algorithms do; the dearest conversion takes a fraction of a millisecond.

use std::cmp::Ordering;

/// Ten to the nineteenth, the largest power of ten in a limb, and its number of zeros.
const LIMB_TEN: u64 = 10_000_000_000_000_000_000;
const LIMB_TEN_DIGITS: usize = 19;

/// Five to the 27th, the largest power of five in a limb.
const LIMB_FIVE_EXPONENT: u32 = 27;
const LIMB_FIVE: u64 = 5_u64.pow(LIMB_FIVE_EXPONENT);

/// A natural number: limbs with the lowest first and a highest that is not zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Big {
    limbs: Vec<u64>,
}

impl Big {
    pub(super) fn from_u64(number: u64) -> Self {
        let mut big = Self { limbs: vec![number] };
        big.trim();
        big
    }

    /// Reads decimal digits, given as characters.
    pub(super) fn from_digits(digits: impl IntoIterator<Item = u8>) -> Self {
        let mut number = Self { limbs: Vec::new() };
        let (mut chunk, mut weight) = (0, 1);
        for digit in digits {
            chunk = chunk * 10 + u64::from(digit - b'0');
            weight *= 10;
            if weight == LIMB_TEN {
                number.multiply_add(weight, chunk);
                (chunk, weight) = (0, 1);
            }
        }
        number.multiply_add(weight, chunk);
        number
    }

    pub(super) fn power_of_five(exponent: u32) -> Self {
        let mut number = Self::from_u64(1);
        number.multiply_by_power_of_five(exponent);
        number
    }

    pub(super) fn multiply_by_power_of_five(&mut self, exponent: u32) {
        for _ in 0..exponent / LIMB_FIVE_EXPONENT {
            self.multiply_add(LIMB_FIVE, 0);
        }
        self.multiply_add(5_u64.pow(exponent % LIMB_FIVE_EXPONENT), 0);
    }

    /// Replaces the number `n` by `n * factor + summand`.
    fn multiply_add(&mut self, factor: u64, summand: u64) {
        let mut carry = summand;
        for limb in &mut self.limbs {
            let product = u128::from(*limb) * u128::from(factor) + u128::from(carry);
            *limb = product as u64;
            carry = (product >> 64) as u64;
        }
        if carry != 0 {
            self.limbs.push(carry);
        }
    }

    /// Multiplies by a power of two.
    pub(super) fn shift_left(&mut self, bits: u32) {
        let (limbs, bits) = (bits as usize / 64, bits % 64);
        if bits != 0 {
            self.multiply_add(1 << bits, 0);
        }
        self.limbs.splice(0..0, std::iter::repeat_n(0, limbs));
    }

    /// The number of bits.
    fn bits(&self) -> u32 {
        let unused = self.limbs.last().map_or(0, |limb| limb.leading_zeros());
        self.limbs.len() as u32 * 64 - unused
    }

    /// The upper 65 to 128 bits (or all, if that is less), the power of two that they count, and
    /// whether anything but zeros is below them.
    pub(super) fn top(&self) -> (u128, i32, bool) {
        let (below, top) = match self.limbs.as_slice() {
            [below @ .., low, high] => (below, u128::from(*high) << 64 | u128::from(*low)),
            [only] => (&[][..], u128::from(*only)),
            [] => (&[][..], 0),
        };
        (top, below.len() as i32 * 64, below.iter().any(|&limb| limb != 0))
    }

    /// The upper 66 bits of a quotient, the power of two that they count, and whether anything but
    /// zeros follows. Neither number is zero.
    pub(super) fn ratio(numerator: &Self, denominator: &Self) -> (u128, i32, bool) {
        const BITS: i32 = 66;
        let (mut rest, mut divisor) = (numerator.clone(), denominator.clone());
        // Align, so that the quotient is at least one half and less than two.
        let shift = divisor.bits() as i32 - rest.bits() as i32;
        if shift > 0 {
            rest.shift_left(shift.unsigned_abs());
        } else {
            divisor.shift_left(shift.unsigned_abs());
        }
        let mut quotient = 0;
        for _ in 0..=BITS {
            quotient <<= 1;
            if rest.compare(&divisor) != Ordering::Less {
                rest.subtract(&divisor);
                quotient |= 1;
            }
            rest.multiply_add(2, 0);
        }
        (quotient, -shift - BITS, !rest.limbs.is_empty())
    }

    fn compare(&self, other: &Self) -> Ordering {
        let by_length = self.limbs.len().cmp(&other.limbs.len());
        by_length.then_with(|| self.limbs.iter().rev().cmp(other.limbs.iter().rev()))
    }

    /// Subtracts a number that is not larger.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        let others = other.limbs.iter().copied().chain(std::iter::repeat(0));
        for (limb, other) in self.limbs.iter_mut().zip(others) {
            (*limb, borrow) = limb.borrowing_sub(other, borrow);
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
    }

    /// Appends the number in decimal.
    pub(super) fn push_decimal(mut self, out: &mut Vec<u8>) {
        let mut chunks = Vec::with_capacity(self.limbs.len() + self.limbs.len() / 64 + 1);
        while !self.limbs.is_empty() {
            let mut remainder = 0;
            for limb in self.limbs.iter_mut().rev() {
                let dividend = u128::from(remainder) << 64 | u128::from(*limb);
                *limb = (dividend / u128::from(LIMB_TEN)) as u64;
                remainder = (dividend % u128::from(LIMB_TEN)) as u64;
            }
            self.trim();
            chunks.push(remainder);
        }
        let mut chunks = chunks.into_iter().rev();
        super::push_u64(out, chunks.next().unwrap_or(0));
        for chunk in chunks {
            let digits = super::Digits::from_u64(chunk);
            let digits = digits.as_bytes();
            out.extend(std::iter::repeat_n(b'0', LIMB_TEN_DIGITS - digits.len()));
            out.extend_from_slice(digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(number: Big) -> String {
        let mut out = Vec::new();
        number.push_decimal(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn digits_come_back() {
        for text in ["1", "18446744073709551616", "99999999999999999999999999999999999999999"] {
            assert_eq!(printed(Big::from_digits(text.bytes())), text);
        }
        let long = "7".repeat(5119);
        assert_eq!(printed(Big::from_digits(long.bytes())), long);
        assert_eq!(printed(Big::from_digits(*b"0000")), "0");
    }

    #[test]
    fn powers_are_products() {
        let mut ten = Big::power_of_five(100);
        ten.shift_left(100);
        assert_eq!(printed(ten), format!("1{}", "0".repeat(100)));
        assert_eq!(printed(Big::power_of_five(0)), "1");
    }

    #[test]
    fn ratio_has_the_upper_bits_and_knows_whether_it_is_exact() {
        let three = Big::from_digits(*b"3");
        let (quotient, exponent, inexact) = Big::ratio(&Big::from_u64(1), &three);
        assert!(inexact);
        // A third is 0.010101… in binary.
        assert_eq!(exponent + 128 - quotient.leading_zeros() as i32, -1);
        assert_eq!((quotient << quotient.leading_zeros()) >> 120, 0b1010_1010);

        let (quotient, exponent, inexact) = Big::ratio(&Big::from_digits(*b"144"), &three);
        assert_eq!((quotient >> -exponent, inexact), (48, false));
    }
}
