//! Tags compared by SSE2, which every x86-64 has.
#![expect(unsafe_code, reason = "the intrinsics are unsafe functions")]

use std::arch::x86_64::{
    _MM_HINT_T0, _mm_cmpeq_epi8, _mm_cvtsi64_si128, _mm_movemask_epi8, _mm_prefetch, _mm_set1_epi8,
};

/// Bit `i` of the result tells whether byte `i` of `word` (byte 0 being the lowest) equals `tag`.
#[inline(always)]
pub(in crate::hashtable) fn matches(word: u64, tag: u8) -> u8 {
    // SAFETY: These are register operations of SSE2, which is part of the target.
    let equal = unsafe {
        let bytes = _mm_cvtsi64_si128(word.cast_signed());
        _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(tag.cast_signed())))
    };
    // The upper eight lanes compared zeros with the tag; the cast drops them.
    equal as u8
}

/// Asks for the cache line of `address`, which may be any number.
#[inline(always)]
pub(crate) fn prefetch(address: *const u8) {
    // SAFETY: A prefetch is a hint; it neither reads nor faults, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
}
