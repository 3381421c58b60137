//! What a table holds.

use std::ptr::NonNull;

/// A handle to one allocation, which a table can keep in 48 bits.
///
/// # Safety
/// - `into_raw` returns an address that is a multiple of 8 and below 2^48.
/// - `from_raw`, given what `into_raw` returned, gives the same element. It may be called several
///   times: tables lend an element by making a further handle, which is used by shared reference, or
///   exclusively while no other is in use, and is not dropped. Hence a handle contains a raw pointer
///   rather than a `Box`, and owns nothing besides the allocation.
pub unsafe trait Element: Sized {
    /// How many bytes from the address on a lookup is likely to read; the lines of the first and the
    /// last of them are prefetched.
    const PREFETCH_BYTES: usize = 1;

    /// Gives the element away.
    fn into_raw(self) -> NonNull<u8>;

    /// Takes an element back.
    ///
    /// # Safety
    /// `raw` was returned by `into_raw`, and the element is still alive.
    unsafe fn from_raw(raw: NonNull<u8>) -> Self;

    /// What the element is found by. It does not change while the element is in a table.
    fn key(&self) -> &[u8];
}
