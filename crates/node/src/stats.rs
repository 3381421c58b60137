//! What is counted, from the start or the last CONFIG RESETSTAT on.

use std::collections::BTreeMap;

use spec::CommandId;

use crate::histogram::Histogram;

/// Error kinds that are told apart. A client can invent kinds with scripts; this bounds them.
const ERROR_KINDS_MAX: usize = 128;

/// What is counted of one command.
#[derive(Debug, Clone, Default)]
pub struct CommandStats {
    /// Times it ran.
    pub calls: u64,
    /// Nanoseconds it took, all in all.
    pub nanos: u64,
    /// Times it was refused before it ran.
    pub rejected: u64,
    /// Times it answered with an error.
    pub failed: u64,
    /// How long it took, by frequency.
    pub latency: Option<Histogram>,
}

/// What is counted.
#[derive(Debug, Default)]
pub struct Stats {
    /// By the number of the command's row.
    pub commands: Vec<CommandStats>,
    /// Errors by their first word.
    pub errors: BTreeMap<String, u64>,
    /// All errors.
    pub total_errors: u64,
    /// Connections taken in.
    pub connections: u64,
    /// Connections refused because there were too many.
    pub rejected_connections: u64,
    /// Commands run.
    pub total_commands: u64,
    /// Bytes received.
    pub net_in: u64,
    /// Bytes sent.
    pub net_out: u64,
    /// Times something was received.
    pub reads: u64,
    /// Times something was sent.
    pub writes: u64,
    /// Clients closed because they sent too much without end.
    pub query_limit_disconnections: u64,
    /// Clients closed because they did not take their output.
    pub output_limit_disconnections: u64,
    /// Clients closed to save memory.
    pub evicted_clients: u64,
    /// Refused logins.
    pub auth_denied: u64,
    /// Turns of the event loop.
    pub cycles: u64,
    /// Nanoseconds spent in them.
    pub cycle_ns: u64,
    /// Output buffers that were made smaller.
    pub reply_buffer_shrinks: u64,
    /// Output buffers that had grown.
    pub reply_buffer_expands: u64,
    /// Nanoseconds in which more memory was used than may be, up to the last time that it was not.
    pub excess_ns: u64,
    /// Nanoseconds spent on removing expired keys.
    pub expire_ns: u64,
    /// The most memory that was in use.
    pub peak_memory: u64,
    /// How fast the counters are going up.
    pub rates: Rates,
}

/// How fast counters are going up, as means over the last samples.
#[derive(Debug, Default, Clone, Copy)]
pub struct Rates {
    /// Commands per second.
    pub commands: Rate,
    /// Bytes received per second.
    pub net_in: Rate,
    /// Bytes sent per second.
    pub net_out: Rate,
    /// Turns of the event loop per second.
    pub cycles: Rate,
    /// Nanoseconds spent in them per second.
    pub cycle_ns: Rate,
}

/// Samples over which a rate is the mean.
const SAMPLES: usize = 16;

/// How fast one counter is going up.
#[derive(Debug, Default, Clone, Copy)]
pub struct Rate {
    per_second: [u64; SAMPLES],
    next: usize,
    last_count: u64,
    last_ns: u64,
}

impl Rate {
    fn sample(&mut self, count: u64, now_ns: u64) {
        let elapsed = now_ns.saturating_sub(self.last_ns);
        if self.last_ns > 0 && elapsed > 0 {
            let grown = u128::from(count.saturating_sub(self.last_count));
            self.per_second[self.next] = (grown * 1_000_000_000 / u128::from(elapsed)) as u64;
            self.next = (self.next + 1) % SAMPLES;
        }
        (self.last_count, self.last_ns) = (count, now_ns);
    }

    /// Returns the mean.
    pub fn per_second(&self) -> u64 {
        self.per_second.iter().sum::<u64>() / SAMPLES as u64
    }
}

impl Stats {
    pub(crate) fn new(commands: usize) -> Self {
        Self { commands: vec![CommandStats::default(); commands], ..Self::default() }
    }

    /// Forgets everything but the peak of memory.
    pub fn reset(&mut self) {
        *self = Self { peak_memory: self.peak_memory, ..Self::new(self.commands.len()) };
    }

    /// Takes a sample of all rates.
    pub(crate) fn sample(&mut self, now_ns: u64) {
        self.rates.commands.sample(self.total_commands, now_ns);
        self.rates.net_in.sample(self.net_in, now_ns);
        self.rates.net_out.sample(self.net_out, now_ns);
        self.rates.cycles.sample(self.cycles, now_ns);
        self.rates.cycle_ns.sample(self.cycle_ns, now_ns);
    }

    #[inline]
    pub(crate) fn count_command(&mut self, row: CommandId, nanos: u64, failed: bool, track: bool) {
        self.total_commands += 1;
        let stats = &mut self.commands[row.index()];
        stats.calls += 1;
        stats.nanos += nanos;
        stats.failed += u64::from(failed);
        if track {
            stats.latency.get_or_insert_default().record(nanos);
        }
    }

    pub(crate) fn count_rejected(&mut self, row: CommandId) {
        self.commands[row.index()].rejected += 1;
    }

    /// Counts an error by the first word of its text.
    pub(crate) fn count_error(&mut self, text: &str) {
        self.total_errors += 1;
        let kind = text.split(' ').next().unwrap_or("ERR");
        if let Some(count) = self.errors.get_mut(kind) {
            *count += 1;
        } else if self.errors.len() < ERROR_KINDS_MAX {
            self.errors.insert(kind.to_owned(), 1);
        }
    }
}
