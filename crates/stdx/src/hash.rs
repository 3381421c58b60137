//! Hashing: a keyed one for what clients name, a fixed one for what we name ourselves.
//!
//! [`KeyHasher`] is for the big tables. Clients choose their keys, and one who could predict which
//! keys collide could make a table as slow as a list. So the function depends on secrets that are
//! drawn at start. It is foldhash with its finishing step, after which the low bits, which choose
//! a bucket, are as good as the high ones, which tell the entries of a bucket apart; a key of 16
//! bytes takes two multiplications. This is no cryptography: whoever can measure single lookups
//! precisely and for long enough may learn the secrets.
//!
//! foldhash's own `FixedState` keeps a seed of 64 bits only and mixes it with public constants.
//! That is not enough here: it multiplies two words, one of which is a constant XOR the end of the
//! key, and a key that ends with the constant makes the product zero whatever the seed is. Here
//! all the constants are secret.
//!
//! [`Map`] and [`Set`] have a fixed hash function, and so the same program with the same input
//! iterates over them in the same order: a simulation is repeatable. The order means nothing
//! nevertheless, and must not show in replies or files. They are for names that we or an operator
//! chose, not for what clients send without limit.

use std::hash::Hasher;

use foldhash::SharedSeed;
use foldhash::quality::FoldHasher;

use crate::rng::{Rng, SeededRng};

/// A hash map for internal names; the order of iteration is not to be relied on.
pub type Map<K, V> = hashbrown::HashMap<K, V, foldhash::fast::FixedState>;

/// A hash set for internal names; the order of iteration is not to be relied on.
pub type Set<T> = hashbrown::HashSet<T, foldhash::fast::FixedState>;

/// A hash function on bytes that only those can predict who know its seed.
#[derive(Clone, Copy)]
pub struct KeyHasher {
    secrets: &'static Secrets,
}

/// One cache line, read with every hash and hence always at hand.
#[repr(align(64))]
struct Secrets {
    shared: SharedSeed,
    start: u64,
}

impl KeyHasher {
    /// Derives the function from a seed, which should come from the operating system and stay
    /// within the process.
    ///
    /// The function lives as long as the process, in 64 bytes that are never freed: that makes a
    /// `KeyHasher` one word that can be copied into every table. One per process, or per simulated
    /// node, is what this is meant for.
    pub fn new(seed: u64) -> Self {
        let mut rng = SeededRng::new(seed);
        let shared = SharedSeed::from_u64(rng.next_u64());
        let secrets = Box::leak(Box::new(Secrets { shared, start: rng.next_u64() }));
        Self { secrets }
    }

    /// Hashes bytes. All 64 bits are equally good.
    #[inline]
    pub fn hash(&self, bytes: &[u8]) -> u64 {
        let mut hasher = FoldHasher::with_seed(self.secrets.start, &self.secrets.shared);
        hasher.write(bytes);
        hasher.finish()
    }
}

/// Shows that it is one, not which.
impl std::fmt::Debug for KeyHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyHasher").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_functions_and_others_do_not() {
        for len in [0, 1, 7, 8, 15, 16, 17, 100, 1000] {
            let key = vec![b'k'; len];
            assert_eq!(KeyHasher::new(1).hash(&key), KeyHasher::new(1).hash(&key));
            assert_ne!(KeyHasher::new(1).hash(&key), KeyHasher::new(2).hash(&key), "{len}");
        }
    }

    #[test]
    fn a_hasher_is_one_word() {
        assert_eq!(size_of::<KeyHasher>(), 8);
    }

    /// Counts how many of `2^16` keys share each value of 16 bits of their hash. For a random
    /// function, the sum of squared deviations from the expected one per value is about `2^16`.
    fn deviation(keys: impl Iterator<Item = Vec<u8>>, shift: u32) -> f64 {
        let hasher = KeyHasher::new(42);
        let mut counts = vec![0_u32; 1 << 16];
        for key in keys.take(1 << 16) {
            counts[usize::from((hasher.hash(&key) >> shift) as u16)] += 1;
        }
        let squares: f64 = counts.iter().map(|&count| (f64::from(count) - 1.0).powi(2)).sum();
        squares / f64::from(1_u32 << 16)
    }

    #[test]
    fn low_and_high_bits_of_similar_keys_are_spread_as_if_at_random() {
        for shift in [0, 8, 16, 32, 48] {
            let counted = |format: fn(u32) -> String| (0..).map(format).map(String::into_bytes);
            for (name, found) in [
                ("numbers", deviation(counted(|i| i.to_string()), shift)),
                ("names", deviation(counted(|i| format!("key:{i:012}")), shift)),
                ("longer names", deviation(counted(|i| format!("user:{i:024}:profile")), shift)),
                ("words", deviation((0_u64..).map(|i| i.to_le_bytes().to_vec()), shift)),
                (
                    "high words",
                    deviation((0_u64..).map(|i| (i << 48).to_le_bytes().to_vec()), shift),
                ),
            ] {
                assert!((0.97..1.03).contains(&found), "{name} >> {shift}: {found}");
            }
        }
    }

    #[test]
    fn no_constant_of_the_library_makes_keys_collide() {
        // The second word of the fixed shared seed: with it, all these hash to zero.
        let constant = 0x3f84_d5b5_b547_0917_u64.to_le_bytes();
        let key = |start: u64| [start.to_le_bytes(), constant].concat();
        let hasher = KeyHasher::new(7);
        assert_ne!(hasher.hash(&key(1)), hasher.hash(&key(2)));
    }

    #[test]
    fn maps_iterate_alike_when_filled_alike() {
        let fill = || (0..1000).map(|i| (i, ())).collect::<Map<u32, ()>>();
        assert!(fill().keys().eq(fill().keys()));
        assert!(Set::<&str>::default().is_empty());
    }
}
