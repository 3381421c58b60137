//! One thread's share of a load: what its connections ask, and how long the replies took.

use super::replay::Lane;
use super::source::Source;
use crate::engine::{Outcome, Reply, Script};
use crate::measure::latency::Latencies;
use crate::request::{Draw, Tags};

/// Which slots each connection may address.
#[derive(Debug)]
pub(super) struct Slots<'a> {
    pub(super) tags: &'a Tags,
    /// For each connection, those of its node.
    pub(super) of_connection: Vec<&'a [u16]>,
}

/// Replies to requests of one kind that took equally long. Those of a pipeline often do, for they
/// were sent together and come together; then they are recorded together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    kind: u16,
    ns: u64,
    replies: u64,
}

/// A script that keeps count.
#[derive(Debug)]
pub(super) struct Workload<'a> {
    pub(super) source: &'a Source,
    pub(super) draw: Draw,
    /// For each connection, what it plays; if the source is a log.
    pub(super) lanes: Vec<Lane>,
    /// A log that is at its end begins anew.
    pub(super) repeats: bool,
    pub(super) slots: Option<Slots<'a>>,
    /// Requests that are still to be sent.
    pub(super) left: u64,
    /// By kind, since this was last taken.
    pub(super) latencies: Vec<Latencies>,
    /// What is about to be recorded.
    pub(super) run: Run,
    /// Errors are counted, and do not end the load.
    pub(super) bears_errors: bool,
    pub(super) errors: u64,
    pub(super) has_failed: bool,
    /// The first error.
    pub(super) error: Option<String>,
}

/// What a cluster's node says when a slot is not its own.
const REDIRECTIONS: &[&[u8]] = &[b"MOVED ", b"ASK ", b"CLUSTERDOWN"];

impl Workload<'_> {
    /// Takes what was recorded since the last time.
    pub(super) fn take(&mut self, total: &mut [Latencies]) {
        self.record();
        for (total, part) in total.iter_mut().zip(&mut self.latencies) {
            total.take(part);
        }
    }

    /// Records the run, which leaves it empty.
    fn record(&mut self) {
        let Run { kind, ns, replies } = std::mem::take(&mut self.run);
        if replies > 0 {
            self.latencies[usize::from(kind)].record(ns, replies);
        }
    }

    #[cold]
    fn failed(&mut self, text: &[u8]) {
        self.errors += 1;
        if self.error.is_none() {
            self.error = Some(String::from_utf8_lossy(text).into_owned());
        }
        // A slot that has moved is another node's business from now on, not a failure.
        let has_moved = self.slots.is_some()
            && REDIRECTIONS.iter().any(|redirection| text.starts_with(redirection));
        if !self.bears_errors && !has_moved {
            self.left = 0;
            self.has_failed = true;
        }
    }
}

impl Script for Workload<'_> {
    #[inline]
    fn request(&mut self, connection: usize, out: &mut Vec<u8>) -> Option<u16> {
        let left = self.left.checked_sub(1)?;
        if let Some(slots) = &self.slots {
            let own = slots.of_connection[connection];
            let slot = own[self.draw.below(own.len() as u64) as usize];
            self.draw.tag = slots.tags.tag(slot);
        }
        let kind = match self.source {
            Source::Mix(mix) => mix.push(out, &mut self.draw),
            Source::Log(log) => self.lanes[connection].push(log, out, self.repeats)?,
        };
        self.left = left;
        Some(kind)
    }

    #[inline]
    fn reply(&mut self, reply: &Reply<'_>) {
        let ns = reply.now_ns.saturating_sub(reply.planned_ns);
        if (self.run.kind, self.run.ns) != (reply.kind, ns) {
            self.record();
            self.run = Run { kind: reply.kind, ns, replies: 0 };
        }
        self.run.replies += 1;
        if let Outcome::Error(text) = reply.outcome {
            self.failed(text);
        }
    }
}
