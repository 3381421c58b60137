//! What the table asks of the processor: compare seven tags at once, and fetch a line ahead of use.
//!
//! A bucket's first word holds seven tags in its bytes 1 to 7. Every member of this folder has the
//! same two functions: `matches` tells which bytes of a word equal a tag, `prefetch` asks for the
//! line of an address. `generic` does the first with plain arithmetic, and is what the others are
//! tested against.

#[cfg(any(test, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod generic;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod sse2;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) use generic::matches;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) use generic::prefetch;
#[cfg(target_arch = "aarch64")]
pub(super) use neon::matches;
#[cfg(target_arch = "aarch64")]
pub(crate) use neon::prefetch;
#[cfg(target_arch = "x86_64")]
pub(super) use sse2::matches;
#[cfg(target_arch = "x86_64")]
pub(crate) use sse2::prefetch;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    fn one_by_one(word: u64, tag: u8) -> u8 {
        (0..8).filter(|byte| (word >> (8 * byte)) as u8 == tag).map(|byte| 1 << byte).sum()
    }

    proptest! {
        #[test]
        fn all_implementations_agree_with_comparing_byte_by_byte(
            // Few distinct bytes, so that matches and near misses are the rule.
            bytes in prop::array::uniform8(prop_oneof![Just(0), Just(1), Just(127), Just(128), Just(129), Just(255), any::<u8>()]),
            tag in prop_oneof![Just(0), Just(1), Just(127), Just(128), Just(129), Just(255), any::<u8>()],
        ) {
            let word = u64::from_le_bytes(bytes);
            prop_assert_eq!(super::matches(word, tag), one_by_one(word, tag));
            prop_assert_eq!(super::generic::matches(word, tag), one_by_one(word, tag));
        }
    }

    #[test]
    fn prefetching_any_address_is_harmless() {
        super::prefetch(std::ptr::null());
        super::prefetch(std::ptr::without_provenance(0xdead_beef));
        super::generic::prefetch(std::ptr::null());
    }
}
