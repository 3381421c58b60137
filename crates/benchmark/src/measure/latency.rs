//! Latencies: a histogram, and the two tables that `redis-benchmark` shows of one.

use hdrhistogram::Histogram;

/// Latencies are told apart down to so many microseconds, as by `redis-benchmark`.
const LEAST_US: u64 = 10;
/// Later replies count as this late: an hour.
const GREATEST_US: u64 = 3_600_000_000;

/// How long replies took.
#[derive(Clone, Debug)]
pub(crate) struct Latencies {
    histogram: Histogram<u64>,
}

/// A row of a table of latencies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Row {
    /// Which part of the replies, in percent.
    pub(crate) percent: f64,
    /// Came within so many milliseconds.
    pub(crate) ms: f64,
    /// How many that were.
    pub(crate) count: u64,
}

/// Equal latencies: their greatest one, and how many replies took that long or less.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    lowest: u64,
    highest: u64,
    cumulative: u64,
}

impl Latencies {
    /// Starts empty; values are told apart by so many significant digits, one to five.
    pub(crate) fn new(digits: u8) -> Self {
        let digits = digits.clamp(1, 5);
        let histogram = Histogram::new_with_bounds(LEAST_US, GREATEST_US, digits)
            .expect("the bounds are in order and the digits in range");
        Self { histogram }
    }

    /// Records a latency that so many replies had.
    #[inline]
    pub(crate) fn record(&mut self, ns: u64, replies: u64) {
        self.histogram.saturating_record_n(ns / 1000, replies);
    }

    /// Takes what another one has recorded, and leaves it empty.
    pub(crate) fn take(&mut self, other: &mut Self) {
        // Both have the same bounds, so nothing can fail to fit.
        let _ = self.histogram.add(&other.histogram);
        other.histogram.reset();
    }

    /// Forgets what was recorded.
    pub(crate) fn clear(&mut self) {
        self.histogram.reset();
    }

    /// Records what another one has recorded.
    pub(crate) fn add(&mut self, other: &Self) {
        let _ = self.histogram.add(&other.histogram);
    }

    pub(crate) fn count(&self) -> u64 {
        self.histogram.len()
    }

    pub(crate) fn mean_ms(&self) -> f64 {
        self.histogram.mean() / 1e3
    }

    pub(crate) fn least_ms(&self) -> f64 {
        self.histogram.min() as f64 / 1e3
    }

    pub(crate) fn greatest_ms(&self) -> f64 {
        self.histogram.max() as f64 / 1e3
    }

    /// Returns within how many milliseconds that percentage of the replies came.
    pub(crate) fn percentile_ms(&self, percent: f64) -> f64 {
        self.histogram.value_at_percentile(percent) as f64 / 1e3
    }

    fn buckets(&self) -> Vec<Bucket> {
        let mut cumulative = 0;
        let buckets = self.histogram.iter_recorded().map(|step| {
            cumulative += step.count_at_value();
            let value = step.value_iterated_to();
            Bucket {
                lowest: self.histogram.lowest_equivalent(value),
                highest: self.histogram.highest_equivalent(value),
                cumulative,
            }
        });
        buckets.collect()
    }

    /// Returns by when half of the replies had come, then half of the rest, and so on.
    pub(crate) fn by_percentile(&self) -> Vec<Row> {
        let total = self.count();
        let mut rows = Vec::new();
        let (mut level, mut step) = (0.0, 50.0);
        for bucket in self.buckets() {
            let reached = 100.0 * bucket.cumulative as f64 / total as f64;
            if level > reached {
                continue;
            }
            let ms = bucket.highest as f64 / 1e3;
            rows.push(Row { percent: level, ms, count: bucket.cumulative });
            // Levels that this bucket has reached as well are passed over.
            while level <= reached && level < 100.0 {
                level += step;
                step /= 2.0;
            }
        }
        rows.push(Row { percent: 100.0, ms: self.greatest_ms(), count: total });
        rows
    }

    /// Returns how many replies had come after each tenth of a millisecond, and from two
    /// milliseconds on after each whole one, as far as any came in between.
    pub(crate) fn by_time(&self) -> Vec<Row> {
        let (buckets, total) = (self.buckets(), self.count());
        let mut rows: Vec<Row> = Vec::new();
        let (mut level, mut step) = (100, 100);
        let mut reached = 0;
        while reached < buckets.len() {
            let highest = self.histogram.highest_equivalent(level);
            reached = buckets.partition_point(|bucket| bucket.lowest <= highest);
            let count = if reached > 0 { buckets[reached - 1].cumulative } else { 0 };
            if rows.last().is_none_or(|last| last.count != count) {
                let percent = 100.0 * count as f64 / total as f64;
                rows.push(Row { percent, ms: highest as f64 / 1e3, count });
            }
            level += step;
            if highest > 2000 {
                step = 1000;
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies(us: &[(u64, u64)]) -> Latencies {
        let mut latencies = Latencies::new(3);
        for (value, count) in us {
            for _ in 0..*count {
                latencies.record(value * 1000, 1);
            }
        }
        latencies
    }

    fn show(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|row| format!("{:.3} {:.3} {}", row.percent, row.ms, row.count)).collect()
    }

    /// What redis-benchmark 7.0 showed of these.
    const SLEEPS: &[(u64, u64)] =
        &[(1632, 1), (1656, 12), (1664, 3), (1672, 2), (1808, 1), (2128, 1)];

    #[test]
    fn half_of_the_rest_comes_in_each_row() {
        assert_eq!(
            show(&latencies(SLEEPS).by_percentile()),
            [
                "0.000 1.639 1",
                "50.000 1.663 13",
                "75.000 1.671 16",
                "87.500 1.679 18",
                "93.750 1.815 19",
                "96.875 2.135 20",
                "100.000 2.135 20",
            ]
        );
        // 87.8 % are there at 75 %, so the row of 87.5 % is left out.
        let skipping = [(24, 22), (56, 508), (80, 348), (104, 67), (200, 55)];
        assert_eq!(
            show(&latencies(&skipping).by_percentile()),
            [
                "0.000 0.031 22",
                "50.000 0.063 530",
                "75.000 0.087 878",
                "93.750 0.111 945",
                "96.875 0.207 1000",
                "100.000 0.207 1000",
            ]
        );
    }

    #[test]
    fn rows_by_time_are_those_in_which_something_came() {
        assert_eq!(
            show(&latencies(SLEEPS).by_time()),
            ["0.000 0.103 0", "90.000 1.703 18", "95.000 1.903 19", "100.000 3.103 20",]
        );
    }

    #[test]
    fn summaries_show_buckets_by_their_middle_and_their_ends() {
        let latencies = latencies(SLEEPS);
        let summary = [
            latencies.mean_ms(),
            latencies.least_ms(),
            latencies.percentile_ms(50.0),
            latencies.percentile_ms(95.0),
            latencies.percentile_ms(99.0),
            latencies.greatest_ms(),
        ];
        let shown: Vec<String> = summary.iter().map(|ms| format!("{ms:.3}")).collect();
        assert_eq!(shown, ["1.693", "1.632", "1.663", "1.815", "2.135", "2.135"]);
    }

    #[test]
    fn nothing_recorded_is_nothing_shown_but_the_end() {
        let latencies = Latencies::new(3);
        assert_eq!(latencies.by_time(), []);
        assert_eq!(latencies.by_percentile().len(), 1);
    }
}
