//! Tags compared by arithmetic on one word, for processors without a vector unit we know.

const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Bit `i` of the result tells whether byte `i` of `word` (byte 0 being the lowest) equals `tag`.
#[inline(always)]
pub(in crate::hashtable) fn matches(word: u64, tag: u8) -> u8 {
    let difference = word ^ (u64::from(tag) * ONES);
    // The sum sets the top bit of a byte if any of its low bits is set, and never carries into the
    // next byte: unlike the shorter `(x - ONES) & !x`, which reports false neighbours of a match.
    let unequal = ((difference & LOW_BITS) + LOW_BITS) | difference;
    let equal = (!unequal >> 7) & ONES;
    // Gathers bit 8i into bit 56+i. No two products meet in a bit, so nothing carries.
    (equal.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// Does nothing: there is no portable way to say it.
#[inline(always)]
pub(crate) fn prefetch(_address: *const u8) {}
