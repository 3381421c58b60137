//! How often what duration occurred: counts in buckets whose width is a sixteenth of their lower bound.
//!
//! Recording is an index computation and one increment. Percentiles read from it are right to about three per cent, which is what a histogram over nine orders of magnitude can promise for five kilobytes.

const SUB_BITS: u32 = 4;
const SUB: usize = 1 << SUB_BITS;
/// Durations above this many bits of nanoseconds (18 minutes) count as that long.
const BITS_MAX: u32 = 40;
const BUCKETS: usize = (BITS_MAX - SUB_BITS + 1) as usize * SUB;

/// Durations, in nanoseconds, by frequency.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: Box<[u32; BUCKETS]>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), total: 0 }
    }
}

#[inline]
fn bucket(nanos: u64) -> usize {
    let nanos = nanos.min((1 << BITS_MAX) - 1);
    if nanos < SUB as u64 {
        return nanos as usize;
    }
    let shift = nanos.ilog2() - SUB_BITS;
    (shift as usize + 1) * SUB + ((nanos >> shift) as usize - SUB)
}

/// Returns the highest duration that falls into the bucket.
fn upper(bucket: usize) -> u64 {
    if bucket < SUB {
        return bucket as u64;
    }
    let shift = bucket / SUB - 1;
    (((bucket % SUB + SUB + 1) as u64) << shift) - 1
}

impl Histogram {
    /// Counts one duration.
    #[inline]
    pub fn record(&mut self, nanos: u64) {
        let count = &mut self.counts[bucket(nanos)];
        *count = count.saturating_add(1);
        self.total += 1;
    }

    /// Returns how many durations were counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns the duration that `percent` of all do not exceed, in nanoseconds.
    pub fn percentile(&self, percent: f64) -> u64 {
        let wanted = ((percent / 100.0 * self.total as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, &count) in self.counts.iter().enumerate() {
            seen += u64::from(count);
            if seen >= wanted {
                return upper(index);
            }
        }
        0
    }

    /// Returns how many durations were at most `nanos`, to the precision of the buckets.
    pub fn at_most(&self, nanos: u64) -> u64 {
        let last = bucket(nanos);
        self.counts[..=last].iter().map(|&count| u64::from(count)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_without_gap() {
        let mut before = 0;
        for nanos in 0..100_000 {
            let now = bucket(nanos);
            assert!(now == before || now == before + 1, "{nanos}");
            assert!(upper(now) >= nanos);
            before = now;
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_close() {
        let mut histogram = Histogram::default();
        for micros in 1..=1000_u64 {
            histogram.record(micros * 1000);
        }
        let p99 = histogram.percentile(99.0);
        assert!((990_000..=1_060_000).contains(&p99), "{p99}");
        assert_eq!(histogram.total(), 1000);
    }
}
