//! What fills the places of a template: numbers in some order, values of some sizes.

use std::sync::Arc;

use stdx::rng::{Rng, SeededRng};

use super::template::DIGITS;

/// Numbers have at most so many digits.
const KEYS_MAX: u64 = 10u64.pow(DIGITS as u32);

/// In which order keys are chosen.
#[derive(Clone, Debug)]
pub enum KeyOrder {
    /// Each key as likely as any other.
    Uniform {
        /// Number of keys.
        keys: u64,
    },
    /// One after the other, over and over.
    Sequential {
        /// Number of keys.
        keys: u64,
    },
    /// Few keys often, most keys seldom: the k-th most popular one in proportion to `k^-theta`.
    /// Popular keys are scattered over the range.
    Zipf(Zipf),
}

impl KeyOrder {
    /// Reads `uniform`, `sequential`, `zipf` or `zipf:EXPONENT`.
    pub fn parse(text: &str, keys: u64) -> Option<Self> {
        let keys = keys.clamp(1, KEYS_MAX);
        match text.split_once(':') {
            None if text == "uniform" => Some(Self::Uniform { keys }),
            None if text == "sequential" => Some(Self::Sequential { keys }),
            None if text == "zipf" => Some(Self::Zipf(Zipf::new(keys, 0.99))),
            Some(("zipf", theta)) => {
                let theta: f64 = theta.parse().ok()?;
                (theta > 0.0 && theta < 20.0).then(|| Self::Zipf(Zipf::new(keys, theta)))
            }
            _ => None,
        }
    }
}

/// Draws from Zipf's distribution in constant time, whatever the number of keys.
///
/// W. Hörmann and G. Derflinger, *Rejection-inversion to generate variates from monotone discrete
/// distributions* (1996): invert the integral of the density's continuous relative, which is easy,
/// and reject the little that lies above the steps.
#[derive(Clone, Debug)]
pub struct Zipf {
    keys: u64,
    theta: f64,
    /// The integral from the first step's left side, and up to the last step's right side.
    first: f64,
    last: f64,
    /// Nearer than this to the step, no test is needed.
    accept: f64,
}

impl Zipf {
    fn new(keys: u64, theta: f64) -> Self {
        let mut zipf = Self { keys, theta, first: 0.0, last: 0.0, accept: 0.0 };
        zipf.first = zipf.integral(1.5) - 1.0;
        zipf.last = zipf.integral(keys as f64 + 0.5);
        zipf.accept = 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.density(2.0));
        zipf
    }

    fn density(&self, x: f64) -> f64 {
        (-self.theta * x.ln()).exp()
    }

    /// The density's integral, up to a constant: `(x^(1-theta) - 1) / (1-theta)`, which tends to
    /// the logarithm when theta tends to one.
    fn integral(&self, x: f64) -> f64 {
        let exponent = 1.0 - self.theta;
        if exponent.abs() < 1e-8 { x.ln() } else { (exponent * x.ln()).exp_m1() / exponent }
    }

    fn inverse(&self, y: f64) -> f64 {
        let exponent = 1.0 - self.theta;
        if exponent.abs() < 1e-8 {
            return y.exp();
        }
        // Rounding may lead below the range.
        ((y * exponent).max(-1.0).ln_1p() / exponent).exp()
    }

    /// Returns a rank, from 1 to the number of keys.
    fn rank(&self, rng: &mut SeededRng) -> u64 {
        loop {
            let uniform = (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            let y = self.last + uniform * (self.first - self.last);
            let x = self.inverse(y);
            let rank = (x + 0.5).floor().clamp(1.0, self.keys as f64);
            if rank - x <= self.accept || y >= self.integral(rank + 0.5) - self.density(rank) {
                return rank as u64;
            }
        }
    }

    fn draw(&self, rng: &mut SeededRng) -> u64 {
        // Neighbours in popularity must not be neighbours in the key space: multiplied by a large
        // odd number, ranks are spread evenly. Two may meet where the range is no power of two.
        self.rank(rng).wrapping_mul(0x9E37_79B9_7F4A_7C15) % self.keys
    }
}

/// Which sizes values have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ValueSizes {
    /// Least, greatest (included) and weight.
    ranges: Arc<[(usize, usize, u64)]>,
    weights: u64,
}

/// The greatest value: what Redis' `proto-max-bulk-len` permits by default.
const VALUE_MAX: usize = 512 << 20;

impl ValueSizes {
    /// All values have the same size.
    pub fn fixed(size: usize) -> Self {
        Self { ranges: Arc::new([(size, size, 1)]), weights: 1 }
    }

    /// Reads `64`, `10-1000`, or several of them with weights, as in `64:90,1000-4000:10`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut ranges = Vec::new();
        let mut weights = 0u64;
        for part in text.split(',') {
            let (range, weight) = part.split_once(':').unwrap_or((part, "1"));
            let (least, greatest) = range.split_once('-').unwrap_or((range, range));
            let (least, greatest): (usize, usize) = (least.parse().ok()?, greatest.parse().ok()?);
            let weight: u64 = weight.parse().ok()?;
            weights = weights.checked_add(weight)?;
            if least > greatest || greatest > VALUE_MAX {
                return None;
            }
            ranges.push((least, greatest, weight));
        }
        (weights > 0).then(|| Self { ranges: ranges.into(), weights })
    }

    /// Returns whether there is but one size.
    pub fn is_fixed(&self) -> bool {
        matches!(*self.ranges, [(least, greatest, _)] if least == greatest)
    }

    /// Returns the greatest size.
    pub fn greatest(&self) -> usize {
        self.ranges.iter().map(|(_, greatest, _)| *greatest).max().unwrap_or_default()
    }

    fn draw(&self, rng: &mut SeededRng) -> usize {
        let mut at = rng.below(self.weights);
        for &(least, greatest, weight) in self.ranges.iter() {
            if at < weight {
                return least + rng.below((greatest - least) as u64 + 1) as usize;
            }
            at -= weight;
        }
        0
    }
}

/// Draws numbers and values, from a seed.
#[derive(Clone, Debug)]
pub struct Draw {
    rng: SeededRng,
    order: KeyOrder,
    next: u64,
    sizes: ValueSizes,
    pool: Arc<[u8]>,
    /// What `{tag}` becomes.
    pub tag: [u8; 3],
}

/// Values start at different places of the pool, so that no two in a row are alike.
const POOL_EXTRA: usize = 4096;

impl Draw {
    /// Starts from a seed.
    pub fn new(seed: u64, order: KeyOrder, sizes: ValueSizes) -> Self {
        let pool = if sizes.is_fixed() { 0 } else { sizes.greatest() + POOL_EXTRA };
        Self {
            rng: SeededRng::new(seed),
            order,
            next: 0,
            sizes,
            pool: payload(pool).into(),
            tag: *b"tag",
        }
    }

    /// Starts a sequence elsewhere than at its beginning.
    pub fn skip_to(&mut self, number: u64) {
        self.next = number;
    }

    /// Returns a number less than another.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        self.rng.below(n)
    }

    /// Returns the next number.
    #[inline]
    pub(super) fn number(&mut self) -> u64 {
        match &self.order {
            KeyOrder::Uniform { keys } => self.rng.below(*keys),
            KeyOrder::Sequential { keys } => {
                let number = self.next % keys;
                self.next = number + 1;
                number
            }
            KeyOrder::Zipf(zipf) => zipf.draw(&mut self.rng),
        }
    }

    /// Returns the next value.
    pub(super) fn value(&mut self) -> &[u8] {
        let size = self.sizes.draw(&mut self.rng);
        let start = self.rng.below(POOL_EXTRA as u64) as usize;
        &self.pool[start..start + size]
    }
}

/// Returns text that does not compress: letters and digits in no order, the same each time.
pub fn payload(size: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut rng = SeededRng::new(0x5EED);
    let mut bytes = vec![0; size];
    rng.fill(&mut bytes);
    for byte in &mut bytes {
        *byte = LETTERS[usize::from(*byte % 64)];
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(order: &str, keys: u64, count: usize) -> Vec<u64> {
        let order = KeyOrder::parse(order, keys).expect("valid");
        let mut draw = Draw::new(1, order, ValueSizes::fixed(0));
        (0..count).map(|_| draw.number()).collect()
    }

    #[test]
    fn sequential_numbers_begin_again() {
        assert_eq!(numbers("sequential", 3, 7), [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn uniform_numbers_cover_the_range() {
        let mut found = numbers("uniform", 100, 10_000);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn ranks_are_as_frequent_as_zipf_says() {
        for theta in [0.5, 0.99, 1.0, 1.5] {
            let (keys, draws) = (1000u64, 200_000u64);
            let zipf = Zipf::new(keys, theta);
            let mut rng = SeededRng::new(3);
            let mut counts = vec![0u64; keys as usize + 1];
            for _ in 0..draws {
                counts[zipf.rank(&mut rng) as usize] += 1;
            }
            let total: f64 = (1..=keys).map(|rank| (rank as f64).powf(-theta)).sum();
            for rank in [1u64, 2, 3, 10, 30] {
                let expected = (rank as f64).powf(-theta) / total * draws as f64;
                let found = counts[rank as usize] as f64;
                let deviation = (found - expected).abs() / expected.sqrt();
                assert!(deviation < 5.0, "theta {theta}, rank {rank}: {found}, not {expected}");
            }
        }
    }

    #[test]
    fn what_is_no_order_or_size_is_refused() {
        for wrong in ["", "zipf:", "zipf:x", "zipf:-1", "uniform:2", "random"] {
            assert!(KeyOrder::parse(wrong, 10).is_none(), "{wrong}");
        }
        for wrong in ["", "x", "5-4", "1:0", "1,", "1-2-3", "99999999999"] {
            assert!(ValueSizes::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(ValueSizes::parse("8"), Some(ValueSizes::fixed(8)));
    }

    #[test]
    fn sizes_come_in_proportion_to_their_weights() {
        let sizes = ValueSizes::parse("10:9,1000-2000:1").expect("valid");
        let mut rng = SeededRng::new(1);
        let small = (0..10_000).filter(|_| sizes.draw(&mut rng) == 10).count();
        assert!((8_700..9_300).contains(&small), "{small}");
        assert_eq!(sizes.greatest(), 2000);
    }
}
