//! A number that was read or computed, and its rounding to a format.
//!
//! Rounding to nearest needs the bits that the format keeps, the one below them, and whether
//! anything follows. Reading and adding produce these three; what they are rounded to, a double or
//! a long double, is a matter of two constants.

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
