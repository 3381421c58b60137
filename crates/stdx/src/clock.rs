//! Time, as something that is passed in.
//!
//! Nothing below the server reads a clock of its own: whoever needs the time gets a [`Clock`], and
//! in tests and simulations that is a [`ManualClock`], which stands still until it is told to move.
//!
//! There are two kinds of time. `unix_us` is what the world agrees on, for deadlines that clients
//! see; it jumps when an operator or NTP sets it. `mono_ns` measures durations; it never goes back
//! and its zero means nothing.
//!
//! # How the system's clock is read
//!
//! Each command may want to know when it began and ended, and the kernel's clock costs 25 ns even
//! without a system call. Processors of the last decade count at a constant rate whatever their
//! frequency, and reading the counter costs 10 ns in a virtual machine, less without. So
//! [`SystemClock`] keeps an *anchor*, the counter and the kernel's times at the same instant, and
//! adds the counter's progress since then. An anchor is used for 10 ms, hence
//!
//! - the rate need not be known precisely, an error of 0.01 % makes a microsecond,
//! - a jump of the wall clock is noticed within that time,
//! - the kernel's corrections of its own clock are followed.
//!
//! The rate is found by comparing two anchors. Until they are 10 ms apart, and on machines without
//! such a counter, every reading asks the kernel. If the counter disagrees with the kernel, say
//! after the machine was suspended or moved to another host, the rate is found anew.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::sys;

/// A source of time.
pub trait Clock {
    /// Microseconds since 1970. May jump in either direction.
    fn unix_us(&self) -> u64;

    /// Nanoseconds since some instant in the past. Never less than before.
    fn mono_ns(&self) -> u64;

    /// Milliseconds since 1970. May jump in either direction.
    fn unix_ms(&self) -> u64 {
        self.unix_us() / 1000
    }
}

/// How long an anchor is used, and the least distance of two that tell the rate.
const ANCHOR_NS: u64 = 10_000_000;

/// After this time the rate is measured from a new start, so that it is a recent one.
const BASELINE_NS: u64 = 60_000_000_000;

/// An anchor taken in more ticks than this (some microseconds) was interrupted half-way.
const SAMPLE_TICKS_MAX: u64 = 10_000;

/// The machine's clock. One thread's: others create their own, which shows the same time.
#[derive(Debug)]
pub struct SystemClock {
    /// Whether there is a counter to be read.
    counts: bool,
    anchor: Cell<Sample>,
    /// The anchor's wall clock minus its monotonic time, in nanoseconds, modulo 2⁶⁴.
    unix_offset: Cell<u64>,
    /// Where the measurement of the rate began.
    baseline: Cell<Sample>,
    /// Nanoseconds per tick, in units of 2⁻³².
    rate: Cell<u64>,
    /// For how many ticks the anchor may be used; zero until the rate is known.
    valid_ticks: Cell<u64>,
    /// The last time shown. A new anchor may lie a little before what the old one led to.
    last: Cell<u64>,
}

/// The counter and the kernel's monotonic time at the same instant.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    ticks: u64,
    mono_ns: u64,
}

impl SystemClock {
    /// Starts a clock. It reads cheaply from its first reading after 10 ms on.
    pub fn new() -> Self {
        let clock = Self {
            counts: sys::has_constant_counter(),
            anchor: Cell::default(),
            unix_offset: Cell::default(),
            baseline: Cell::default(),
            rate: Cell::default(),
            valid_ticks: Cell::default(),
            last: Cell::default(),
        };
        clock.take_anchor();
        clock.baseline.set(clock.anchor.get());
        clock
    }

    /// Asks the kernel, and makes its answer the new anchor.
    #[cold]
    fn reanchor(&self) -> u64 {
        let (old, rate) = (self.anchor.get(), self.rate.get());
        self.take_anchor();
        let new = self.anchor.get();
        if self.counts {
            self.measure_rate(old, rate, new);
        }
        new.mono_ns
    }

    fn take_anchor(&self) {
        // If the thread is interrupted between the readings, they do not belong together.
        let mut shortest = u64::MAX;
        for _ in 0..3 {
            let before = self.ticks();
            let mono_ns = sys::monotonic_ns();
            let unix_ns = sys::realtime_ns();
            let duration = self.ticks().wrapping_sub(before);
            if duration < shortest {
                shortest = duration;
                self.anchor.set(Sample { ticks: before.wrapping_add(duration / 2), mono_ns });
                self.unix_offset.set(unix_ns.wrapping_sub(mono_ns));
            }
            if duration < SAMPLE_TICKS_MAX {
                break;
            }
        }
    }

    /// Brings the rate up to date, and decides whether the new anchor may be used with it.
    fn measure_rate(&self, old: Sample, old_rate: u64, new: Sample) {
        let baseline = self.baseline.get();
        let elapsed_ns = new.mono_ns.saturating_sub(baseline.mono_ns);
        let (Some(ticks), Some(since_old)) =
            (new.ticks.checked_sub(baseline.ticks), new.ticks.checked_sub(old.ticks))
        else {
            return self.restart(new);
        };
        if old_rate != 0 {
            let expected = old.mono_ns.saturating_add(scaled(since_old, old_rate));
            let tolerance = 1_000_000 + (new.mono_ns - old.mono_ns) / 1000;
            if expected.abs_diff(new.mono_ns) > tolerance {
                return self.restart(new);
            }
        }
        if elapsed_ns < ANCHOR_NS || ticks == 0 {
            return;
        }
        let rate = (u128::from(elapsed_ns) << 32) / u128::from(ticks);
        let valid_ticks = u128::from(ticks) * u128::from(ANCHOR_NS) / u128::from(elapsed_ns);
        let (Ok(rate), Ok(valid_ticks)) = (u64::try_from(rate), u64::try_from(valid_ticks)) else {
            return self.restart(new);
        };
        self.rate.set(rate);
        self.valid_ticks.set(valid_ticks);
        if elapsed_ns > BASELINE_NS {
            // Any later anchor is far enough from the old one, so there is no gap.
            self.baseline.set(old);
        }
    }

    /// Forgets the rate and begins to measure it.
    fn restart(&self, start: Sample) {
        self.baseline.set(start);
        self.rate.set(0);
        self.valid_ticks.set(0);
    }

    #[inline]
    fn ticks(&self) -> u64 {
        if self.counts { sys::counter() } else { 0 }
    }
}

impl Clock for SystemClock {
    #[inline]
    fn unix_us(&self) -> u64 {
        let mono_ns = self.mono_ns();
        mono_ns.wrapping_add(self.unix_offset.get()) / 1000
    }

    #[inline]
    fn mono_ns(&self) -> u64 {
        let anchor = self.anchor.get();
        // A counter that went back is as far ahead as can be, which is too far.
        let elapsed = self.ticks().wrapping_sub(anchor.ticks);
        let now = if elapsed < self.valid_ticks.get() {
            // 10 ms fit 24 bits of nanoseconds, so the product fits 56.
            anchor.mono_ns + ((elapsed * self.rate.get()) >> 32)
        } else {
            self.reanchor()
        };
        let now = now.max(self.last.get());
        self.last.set(now);
        now
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

/// Ticks to nanoseconds, for any number of ticks.
fn scaled(ticks: u64, rate: u64) -> u64 {
    u64::try_from((u128::from(ticks) * u128::from(rate)) >> 32).unwrap_or(u64::MAX)
}

/// A clock that stands still until it is moved. Clones show the same time.
#[derive(Debug, Clone, Default)]
pub struct ManualClock {
    times: Arc<Times>,
}

#[derive(Debug, Default)]
struct Times {
    unix_us: AtomicU64,
    mono_ns: AtomicU64,
}

impl ManualClock {
    /// Starts at a given wall-clock time, with a monotonic time of zero.
    pub fn new(unix_us: u64) -> Self {
        let clock = Self::default();
        clock.set_unix_us(unix_us);
        clock
    }

    /// Lets time pass on both clocks.
    pub fn advance(&self, duration: Duration) {
        let mono_before = self.mono_ns();
        let mono_after = mono_before + duration.as_nanos() as u64;
        self.times.mono_ns.store(mono_after, Ordering::Relaxed);
        // Whole microseconds of the monotonic clock, so that parts of them are not lost.
        let passed_us = mono_after / 1000 - mono_before / 1000;
        self.times.unix_us.fetch_add(passed_us, Ordering::Relaxed);
    }

    /// Sets the wall clock, as an operator does: no time passes.
    pub fn set_unix_us(&self, unix_us: u64) {
        self.times.unix_us.store(unix_us, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn unix_us(&self) -> u64 {
        self.times.unix_us.load(Ordering::Relaxed)
    }

    fn mono_ns(&self) -> u64 {
        self.times.mono_ns.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads until the kernel's clock has moved on by so much.
    fn watch(clock: &SystemClock, duration_ns: u64, mut check: impl FnMut(&SystemClock)) {
        let end = sys::monotonic_ns() + duration_ns;
        while sys::monotonic_ns() < end {
            check(clock);
        }
    }

    /// Both bounds are the kernel's, so that the test holds however slowly it runs.
    fn assert_agrees(clock: &SystemClock, tolerance_ns: u64) {
        let before = [sys::monotonic_ns(), sys::realtime_ns() / 1000];
        let shown = [clock.mono_ns(), clock.unix_us()];
        let after = [sys::monotonic_ns(), sys::realtime_ns() / 1000];
        let tolerance = [tolerance_ns, tolerance_ns / 1000];
        for i in 0..2 {
            assert!(shown[i] + tolerance[i] >= before[i], "{shown:?} before {before:?}");
            assert!(shown[i] <= after[i] + tolerance[i], "{shown:?} after {after:?}");
        }
    }

    #[test]
    fn system_clock_agrees_with_the_kernel_from_the_first_reading_on() {
        let clock = SystemClock::new();
        assert_agrees(&clock, 1_000_000);
        // Through calibration and a few anchors.
        watch(&clock, 5 * ANCHOR_NS, |clock| assert_agrees(clock, 1_000_000));
        if clock.counts {
            assert_ne!(clock.valid_ticks.get(), 0, "the rate is known by now");
        }
    }

    #[test]
    fn monotonic_time_never_goes_back() {
        let clock = SystemClock::new();
        let mut last = 0;
        watch(&clock, 3 * ANCHOR_NS, |clock| {
            let now = clock.mono_ns();
            assert!(now >= last);
            last = now;
        });
    }

    #[test]
    fn clock_works_without_a_counter() {
        let clock = SystemClock { counts: false, ..SystemClock::new() };
        clock.restart(Sample::default());
        watch(&clock, 2 * ANCHOR_NS, |clock| assert_agrees(clock, 0));
        assert_eq!(clock.valid_ticks.get(), 0);
    }

    #[test]
    fn counter_that_disagrees_with_the_kernel_is_measured_anew() {
        let clock = SystemClock::new();
        let at = |ms: u64, ticks| Sample { ticks, mono_ns: ms * 1_000_000 };
        clock.restart(at(1000, 0));
        // A tick per microsecond.
        clock.measure_rate(at(1000, 0), 0, at(1020, 20_000));
        assert_eq!(clock.rate.get() >> 32, 1000);
        assert_eq!(clock.valid_ticks.get(), 10_000);

        let rate = clock.rate.get();
        clock.measure_rate(at(1020, 20_000), rate, at(1040, 40_000));
        assert_eq!(clock.rate.get(), rate, "as expected");

        clock.measure_rate(at(1040, 40_000), rate, at(1060, 100_000));
        assert_eq!(clock.valid_ticks.get(), 0, "three times as fast");
        clock.measure_rate(at(1060, 100_000), 0, at(1080, 160_000));
        assert_eq!(clock.valid_ticks.get(), 30_000);

        clock.measure_rate(at(1080, 160_000), clock.rate.get(), at(1100, 5));
        assert_eq!(clock.valid_ticks.get(), 0, "started from zero");
    }

    #[test]
    fn manual_clock_moves_only_when_told_and_its_clones_with_it() {
        let clock = ManualClock::new(1_000_000);
        let clone = clock.clone();
        clock.advance(Duration::from_nanos(1_500));
        clock.advance(Duration::from_nanos(1_500));
        assert_eq!((clone.mono_ns(), clone.unix_us()), (3_000, 1_000_003));
        clock.set_unix_us(5);
        assert_eq!((clone.mono_ns(), clone.unix_us(), clone.unix_ms()), (3_000, 5, 0));
    }
}
