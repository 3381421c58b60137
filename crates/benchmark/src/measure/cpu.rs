//! Who used the CPU.
//!
//! A process' time comes from its own CPU clock, which the scheduler brings up to date when it is
//! read. `/proc` has the same time in `schedstat`, but as of the last tick: on a virtual machine
//! whose ticks come late, samples of 150 ms were seen there with a tenth of the time that the
//! process had used, and others with the rest of it. Only the division into user and kernel is
//! the kernel's estimate. What strangers used is what remains of the machine's busy time: when they
//! were busy, a sample says less.

use std::fs;

use stdx::clock::Clock;
use stdx::sys::{Whose, cpu_ns_of, cpu_times};

/// `/proc` counts these per second, on every Linux.
const TICKS: f64 = 100.0;

/// CPU time of a process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// On a CPU.
    pub(crate) run_ns: f64,
    /// Ready to run, and waiting for a CPU.
    pub(crate) wait_ns: f64,
    /// Ticks in the program and in the kernel on its behalf.
    user_ticks: f64,
    system_ticks: f64,
}

impl Spent {
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let mut spent = Self { run_ns: cpu_ns_of(pid)? as f64, ..Self::default() };
        for task in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
            // A thread may end while we look.
            let Ok(text) = fs::read_to_string(task.ok()?.path().join("schedstat")) else {
                continue;
            };
            let waited = text.split_ascii_whitespace().nth(1).and_then(|word| word.parse().ok());
            spent.wait_ns += waited.unwrap_or(0.0);
        }
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name, in parentheses, may contain anything.
        let (_, fields) = stat.rsplit_once(')')?;
        let mut ticks = fields.split_ascii_whitespace().skip(11).map(|word| word.parse().ok());
        spent.user_ticks = ticks.next()??;
        spent.system_ticks = ticks.next()??;
        Some(spent)
    }
}

/// Returns the memory of a process that is in RAM, in bytes.
pub(crate) fn resident_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Returns the machine's busy time in nanoseconds, that stolen by the hypervisor included.
fn busy_ns() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let ticks: Vec<f64> = stat
        .lines()
        .next()
        .unwrap_or_default()
        .split_ascii_whitespace()
        .skip(1)
        .map(|word| word.parse().unwrap_or(0.0))
        .collect();
    // User, nice, system; not idle, waiting for disks, interrupts; then stolen.
    let busy = [0, 1, 2, 7].iter().filter_map(|field| ticks.get(*field)).sum::<f64>();
    busy / TICKS * 1e9
}

fn own_ns() -> f64 {
    let own = cpu_times(Whose::Process);
    (own.user_us + own.system_us) as f64 * 1e3
}

/// A sample is noisy if strangers used more than this part of a CPU.
const NOISY: f64 = 0.12;
/// A sample is also noisy if the server waited for its core longer than this part of the time.
const WAITED: f64 = 0.03;

impl Usage {
    /// Returns whether a sample says little.
    pub(crate) fn is_noisy(&self) -> bool {
        self.strangers > NOISY || self.waited > WAITED
    }
}

/// A stretch of time in which processes are watched.
#[derive(Debug)]
pub(crate) struct Meter {
    pids: Vec<u32>,
    began_ns: u64,
    busy_ns: f64,
    own_ns: f64,
    spent: Vec<Spent>,
}

/// What a process did in a stretch of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// How long the stretch was.
    pub(crate) wall_ns: f64,
    /// CPU time of the process.
    pub(crate) run_ns: f64,
    /// Which part of that was its own code.
    pub(crate) user_share: f64,
    /// CPU time of the load generator, that is of this process.
    pub(crate) own_ns: f64,
    /// Which part of one CPU strangers used.
    pub(crate) strangers: f64,
    /// Which part of the time the process had to wait for a CPU.
    pub(crate) waited: f64,
}

/// The division into ticks makes strangers of up to so much of our own time.
const TICK_ERROR_NS: f64 = 20e6;

impl Meter {
    /// Begins to watch: the first process is the one of interest, the others are no strangers.
    pub(crate) fn start(pids: &[u32], clock: &impl Clock) -> Self {
        Self {
            pids: pids.to_vec(),
            busy_ns: busy_ns(),
            own_ns: own_ns(),
            spent: pids.iter().map(|pid| Spent::of(*pid).unwrap_or_default()).collect(),
            began_ns: clock.mono_ns(),
        }
    }

    /// Returns what happened since the start.
    pub(crate) fn stop(&self, clock: &impl Clock) -> Usage {
        let wall_ns = (clock.mono_ns() - self.began_ns) as f64;
        let now: Vec<Spent> =
            self.pids.iter().map(|pid| Spent::of(*pid).unwrap_or_default()).collect();
        let ran = |index: usize| now[index].run_ns - self.spent[index].run_ns;
        let all: f64 = (0..now.len()).map(ran).sum();
        let own = own_ns() - self.own_ns;
        let strangers = busy_ns() - self.busy_ns - own - all - TICK_ERROR_NS;
        let user = now[0].user_ticks - self.spent[0].user_ticks;
        let system = now[0].system_ticks - self.spent[0].system_ticks;
        Usage {
            wall_ns,
            run_ns: ran(0),
            user_share: if user + system > 0.0 { user / (user + system) } else { 0.0 },
            own_ns: own,
            strangers: (strangers / wall_ns).max(0.0),
            waited: (now[0].wait_ns - self.spent[0].wait_ns) / wall_ns,
        }
    }
}

#[cfg(test)]
mod tests {
    use stdx::clock::SystemClock;

    use super::*;

    #[test]
    fn own_work_is_seen_and_is_not_that_of_strangers() {
        let clock = SystemClock::new();
        let meter = Meter::start(&[std::process::id()], &clock);
        let end = clock.mono_ns() + 50_000_000;
        while clock.mono_ns() < end {
            std::hint::spin_loop();
        }
        let usage = meter.stop(&clock);
        assert!(usage.wall_ns >= 50e6, "{usage:?}");
        // However busy the machine is, we ran and waited all the time, but for the current tick.
        assert!(usage.run_ns + usage.waited * usage.wall_ns > 20e6, "{usage:?}");
        assert!(resident_bytes(std::process::id()).is_some_and(|bytes| bytes > 100_000));
    }
}
