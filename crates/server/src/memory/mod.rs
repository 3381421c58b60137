//! What the process uses of the machine's memory.
//!
//! `used` is exact at any time and cheap enough to be asked before every command: it sums up the
//! counters that jemalloc keeps for each thread. What only a walk over the arenas, or the kernel,
//! can tell is sampled, at most ten times a second, and only if somebody asks.

mod jemalloc;

use std::cell::Cell;
use std::ffi::CString;

use node::Memory;
use stdx::clock::{Clock, SystemClock};
use tikv_jemalloc_ctl::{background_thread, epoch, stats, stats_print, version};

pub(crate) use jemalloc::{Allocator, Counters};

/// For how long a sample is good.
const SAMPLE_NS: u64 = 100_000_000;

/// What is sampled.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    taken_ns: Option<u64>,
    rss: u64,
    active: u64,
    resident: u64,
}

/// The memory of this process.
#[derive(Debug)]
pub(crate) struct ProcessMemory {
    clock: SystemClock,
    sample: Cell<Sample>,
    allocator: &'static str,
}

impl ProcessMemory {
    /// Starts to account for the calling thread, which is to be the one that runs commands.
    pub(crate) fn new() -> Self {
        Counters::add_this_immortal_thread();
        Self {
            clock: SystemClock::new(),
            sample: Cell::default(),
            allocator: allocator_name().leak(),
        }
    }

    fn sample(&self) -> Sample {
        let now = self.clock.mono_ns();
        let sample = self.sample.get();
        if sample.taken_ns.is_some_and(|taken| now < taken + SAMPLE_NS) {
            return sample;
        }
        // jemalloc sums up its statistics when the epoch is advanced, and not before.
        let _ = epoch::advance();
        let sample = Sample {
            taken_ns: Some(now),
            rss: stdx::sys::rss_bytes().unwrap_or_default(),
            active: stats::active::read().unwrap_or_default() as u64,
            resident: stats::resident::read().unwrap_or_default() as u64,
        };
        self.sample.set(sample);
        sample
    }
}

/// Returns the allocator's name and version.
pub(crate) fn allocator_name() -> String {
    let text = version::read().unwrap_or("unknown").trim_end_matches('\0');
    // What follows the first hyphen is the commit.
    let number = text.split('-').next().unwrap_or(text);
    format!("jemalloc-{number}")
}

/// Says whether jemalloc gives memory back from a thread of its own.
pub(crate) fn purge_in_background(wanted: bool) -> bool {
    background_thread::write(wanted).is_ok()
}

/// Reads or changes one of jemalloc's values, and returns what it was before.
pub(crate) fn control(name: &str, value: Option<i64>) -> Option<i64> {
    let name = CString::new(name).ok().filter(|name| !name.is_empty())?;
    let old = jemalloc::number(&name);
    match value {
        None => old,
        Some(value) => jemalloc::set_number(&name, value).then(|| old.unwrap_or_default()),
    }
}

/// Reads one of jemalloc's texts.
///
/// The names are listed, because asking for a number as if it were a text is a crash.
pub(crate) fn text(name: &str) -> Option<String> {
    match name {
        "version" => version::read().ok().map(|text| text.trim_end_matches('\0').to_owned()),
        "config.malloc_conf" => {
            tikv_jemalloc_ctl::config::malloc_conf::read().ok().map(str::to_owned)
        }
        "opt.dss" => tikv_jemalloc_ctl::opt::dss::read().ok().map(str::to_owned),
        _ => None,
    }
}

impl Memory for ProcessMemory {
    fn used(&self) -> u64 {
        Counters::allocated()
    }

    fn rss(&self) -> u64 {
        self.sample().rss
    }

    fn active(&self) -> u64 {
        self.sample().active
    }

    fn resident(&self) -> u64 {
        self.sample().resident
    }

    fn allocator(&self) -> &'static str {
        self.allocator
    }

    fn report(&self) -> String {
        let mut text = Vec::new();
        // Writing to a vector does not fail.
        let _ = stats_print::stats_print(&mut text, stats_print::Options::default());
        String::from_utf8_lossy(&text).into_owned()
    }

    fn purge(&mut self) {
        jemalloc::purge();
        self.sample.set(Sample::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_plausible() {
        let mut memory = ProcessMemory::new();
        memory.purge();
        assert!(memory.rss() > 100_000);
        assert!(memory.active() > 0);
        assert!(memory.resident() >= memory.active());
        assert!(memory.allocator().starts_with("jemalloc-5."));
        assert!(memory.report().contains("jemalloc"));
    }

    #[test]
    fn values_of_the_allocator_are_read_and_changed_by_name() {
        assert_eq!(control("arenas.quantum", None), Some(8));
        assert_eq!(control("arenas.quantum", Some(16)), None);
        assert_eq!(control("", None), None);
        assert_eq!(control("a\0b", None), None);
        let old = control("arenas.dirty_decay_ms", Some(5000)).expect("it can be changed");
        assert_eq!(control("arenas.dirty_decay_ms", Some(old)), Some(5000));
    }
}
