//! Random numbers, from a seed.
//!
//! The only source of randomness: there is no global generator, so that a run can be repeated from
//! its seed. The program draws that seed from the operating system, a simulation from its own
//! number.
//!
//! [`SeededRng`] is xoshiro256** by D. Blackman and S. Vigna: about a nanosecond per number, a
//! period of 2²⁵⁶ - 1, no known statistical weakness, and not secret. What must be unpredictable
//! to clients (passwords, ids of a run) has to come from the operating system.

/// A source of random numbers.
pub trait Rng {
    /// Returns 64 random bits.
    fn next_u64(&mut self) -> u64;

    /// Returns a number less than `n`, all of them equally likely; zero if `n` is zero.
    ///
    /// D. Lemire, *Fast Random Integer Generation in an Interval* (2019): the upper half of the
    /// product with a random word is the result. Some results would have one word more than others;
    /// the lower half tells which words are the surplus, and the division that says exactly is
    /// needed only once in `2^64 / n` calls.
    #[inline]
    fn below(&mut self, n: u64) -> u64 {
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        if (product as u64) < n {
            let surplus = n.wrapping_neg() % n;
            while (product as u64) < surplus {
                product = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// Fills a buffer with random bytes.
    fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            chunk.copy_from_slice(&self.next_u64().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A generator whose numbers depend on its seed only, on every machine and in every version.
#[derive(Debug, Clone)]
pub struct SeededRng {
    state: [u64; 4],
}

impl SeededRng {
    /// Starts from a seed; similar seeds give unrelated numbers.
    pub const fn new(seed: u64) -> Self {
        // SplitMix64, as the authors recommend. Four of its outputs in a row are never all zero,
        // which is the one state that xoshiro cannot leave.
        let mut state = [0; 4];
        let mut i = 0;
        let mut counter = seed;
        while i < state.len() {
            counter = counter.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = counter;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            state[i] = mixed ^ (mixed >> 31);
            i += 1;
        }
        Self { state }
    }
}

impl Rng for SeededRng {
    #[inline]
    fn next_u64(&mut self) -> u64 {
        let state = &mut self.state;
        let result = state[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = state[1] << 17;
        state[2] ^= state[0];
        state[3] ^= state[1];
        state[1] ^= state[2];
        state[0] ^= state[3];
        state[2] ^= shifted;
        state[3] = state[3].rotate_left(45);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_published_algorithm() {
        // From the state 1, 2, 3, 4, as the authors' code gives them.
        let mut rng = SeededRng { state: [1, 2, 3, 4] };
        let expected = [11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240];
        assert_eq!(expected.map(|_| rng.next_u64()), expected);
        // SplitMix64 from zero.
        let seeded = SeededRng::new(0).state;
        assert_eq!(seeded[..2], [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4]);
    }

    #[test]
    fn numbers_below_a_limit_are_all_there_and_equally_likely() {
        let mut rng = SeededRng::new(1);
        for n in [1, 2, 3, 7, 10, 1000] {
            let mut counts = vec![0_u32; n];
            for _ in 0..n * 1000 {
                counts[rng.below(n as u64) as usize] += 1;
            }
            assert!(counts.iter().all(|count| (800..1200).contains(count)), "{n}: {counts:?}");
        }
        assert_eq!(rng.below(0), 0);
        assert!((0..100).all(|_| rng.below(u64::MAX) < u64::MAX));
    }

    #[test]
    fn limits_that_do_not_divide_two_to_the_64_are_not_biased() {
        // Without rejection, a third of the results would be twice as likely as the others.
        let limit = 3 << 62;
        let mut rng = SeededRng::new(2);
        let upper = (0..30_000).filter(|_| rng.below(limit) >= 1 << 63).count();
        assert!((9_700..10_300).contains(&upper), "{upper}");
    }

    #[test]
    fn fill_covers_the_whole_buffer_whatever_its_length() {
        for len in 0..40 {
            let mut seen = vec![0; len];
            let mut rng = SeededRng::new(len as u64);
            for _ in 0..20 {
                let mut bytes = vec![0; len];
                rng.fill(&mut bytes);
                seen.iter_mut().zip(&bytes).for_each(|(seen, byte)| *seen |= byte);
            }
            assert!(seen.iter().all(|&byte| byte != 0));
        }
    }

    #[test]
    fn equal_seeds_give_equal_numbers() {
        let draw = |seed| {
            let mut rng = SeededRng::new(seed);
            [rng.next_u64(), rng.next_u64(), rng.next_u64()]
        };
        assert_eq!(draw(5), draw(5));
        assert_ne!(draw(5), draw(6));
    }
}
