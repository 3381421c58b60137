//! Tags compared by NEON, which every 64-bit Arm has.
#![expect(
    unsafe_code,
    reason = "the intrinsics are unsafe functions, and prefetch is reached through assembly only"
)]

use std::arch::aarch64::{vaddv_u8, vand_u8, vceq_u8, vcreate_u8, vdup_n_u8};
use std::arch::asm;

/// Bit `i` of the result tells whether byte `i` of `word` (byte 0 being the lowest) equals `tag`.
#[inline(always)]
pub(in crate::hashtable) fn matches(word: u64, tag: u8) -> u8 {
    /// Byte `i` has bit `i` set.
    const LANE_BITS: u64 = 0x8040_2010_0804_0201;
    // SAFETY: These are register operations of NEON, which is part of the target.
    unsafe {
        let equal = vceq_u8(vcreate_u8(word), vdup_n_u8(tag));
        vaddv_u8(vand_u8(equal, vcreate_u8(LANE_BITS)))
    }
}

/// Asks for the cache line of `address`, which may be any number.
#[inline(always)]
pub(crate) fn prefetch(address: *const u8) {
    // SAFETY: A prefetch is a hint; it neither reads nor faults, whatever the address.
    unsafe {
        asm!(
            "prfm pldl1keep, [{address}]",
            address = in(reg) address,
            options(nostack, preserves_flags, readonly)
        );
    }
}
