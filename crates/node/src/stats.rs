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
    /// Microseconds spent in them.
    pub cycle_us: u64,
    /// Microseconds of those spent in commands.
    pub command_us: u64,
}

impl Stats {
    pub(crate) fn new(commands: usize) -> Self {
        Self { commands: vec![CommandStats::default(); commands], ..Self::default() }
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        *self = Self::new(self.commands.len());
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
