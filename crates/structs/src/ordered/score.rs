//! Scores as integers.
//!
//! The bits of a double are its sign and its magnitude, the latter in order already. Turned into an
//! unsigned integer of the same order, two scores are compared by one instruction on any processor,
//! and equality is that of bits.

const SIGN: u64 = 1 << 63;

/// The integer for a score.
///
/// # Panics
/// If the score is not a number: that has no place in an order.
#[inline]
pub(super) fn to_bits(score: f64) -> u64 {
    assert!(!score.is_nan(), "a score is a number");
    // -0 + 0 is 0, and nothing else changes.
    let bits = (score + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The score for an integer.
#[inline]
pub(super) fn from_bits(bits: u64) -> f64 {
    f64::from_bits(if bits & SIGN == 0 { !bits } else { bits ^ SIGN })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_in_the_order_of_scores() {
        let ascending = [
            f64::NEG_INFINITY,
            f64::MIN,
            -1.5,
            -f64::MIN_POSITIVE,
            -f64::from_bits(1),
            0.0,
            f64::from_bits(1),
            f64::MIN_POSITIVE,
            1.0,
            1.0 + f64::EPSILON,
            f64::MAX,
            f64::INFINITY,
        ];
        for pair in ascending.windows(2) {
            assert!(to_bits(pair[0]) < to_bits(pair[1]), "{pair:?}");
        }
        for score in ascending {
            assert_eq!(from_bits(to_bits(score)).to_bits(), score.to_bits());
        }
        assert_eq!(to_bits(-0.0), to_bits(0.0));
        assert!(to_bits(f64::INFINITY) < u64::MAX, "one more is still a bound");
    }
}
