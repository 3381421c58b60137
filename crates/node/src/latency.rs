//! LATENCY: what has held everybody up lately, by cause.
//!
//! Where the node does something that may take long, it says how long it took. What took at least `latency-monitor-threshold` milliseconds is kept, the last few times of each cause, one a second.

use std::collections::{BTreeMap, VecDeque};

use crate::Node;

/// Times that are kept of each cause.
const KEPT: usize = 160;

/// What can hold everybody up. The names are protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// A command.
    Command,
    /// A command that should be fast, so that the system is to blame.
    FastCommand,
    /// Removing keys whose time has come.
    ExpireCycle,
    /// Making room, as a whole.
    EvictionCycle,
}

impl Cause {
    const ALL: [Self; 4] =
        [Self::Command, Self::FastCommand, Self::ExpireCycle, Self::EvictionCycle];

    /// Returns the name under which clients know it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::FastCommand => "fast-command",
            Self::ExpireCycle => "expire-cycle",
            Self::EvictionCycle => "eviction-cycle",
        }
    }

    /// Returns the cause of this name.
    pub(crate) fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name().as_bytes() == name)
    }
}

/// One time that something took long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spike {
    /// When, in seconds of Unix time.
    pub(crate) unix_s: u64,
    /// How long it took; the longest of that second.
    pub(crate) ms: u64,
}

/// The last times that one cause took long.
#[derive(Debug, Default)]
pub(crate) struct History {
    spikes: VecDeque<Spike>,
    max_ms: u64,
}

impl History {
    /// Returns the times, the oldest first.
    pub(crate) fn spikes(&self) -> impl ExactSizeIterator<Item = Spike> {
        self.spikes.iter().copied()
    }

    /// Returns the last time.
    pub(crate) fn last(&self) -> Option<Spike> {
        self.spikes.back().copied()
    }

    /// Returns the longest time since the history began, even if it is not kept any more.
    pub(crate) fn max_ms(&self) -> u64 {
        self.max_ms
    }

    fn add(&mut self, spike: Spike) {
        self.max_ms = self.max_ms.max(spike.ms);
        if let Some(last) = self.spikes.back_mut()
            && last.unix_s == spike.unix_s
        {
            last.ms = last.ms.max(spike.ms);
            return;
        }
        if self.spikes.len() == KEPT {
            self.spikes.pop_front();
        }
        self.spikes.push_back(spike);
    }
}

/// The histories of all causes.
#[derive(Debug, Default)]
pub(crate) struct LatencyLog {
    histories: BTreeMap<Cause, History>,
}

impl LatencyLog {
    /// Visits the causes that have a history.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (Cause, &History)> {
        self.histories.iter().map(|(cause, history)| (*cause, history))
    }

    /// Returns the history of a cause.
    pub(crate) fn get(&self, cause: Cause) -> Option<&History> {
        self.histories.get(&cause)
    }

    /// Forgets the history of a cause; returns whether there was one.
    pub(crate) fn forget(&mut self, cause: Cause) -> bool {
        self.histories.remove(&cause).is_some()
    }

    /// Forgets everything; returns how many histories there were.
    pub(crate) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.histories).len()
    }
}

impl Node {
    /// Notes how long something took, if that was long.
    #[inline]
    pub(crate) fn note_latency(&mut self, cause: Cause, ns: u64) {
        if ns >= self.spike_after_ns {
            let spike = Spike { unix_s: self.shard.now_ms() / 1000, ms: ns / 1_000_000 };
            self.latency.histories.entry(cause).or_default().add(spike);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_one_entry_and_old_ones_give_way() {
        let mut history = History::default();
        for (unix_s, ms) in [(10, 5), (10, 9), (10, 7), (11, 1)] {
            history.add(Spike { unix_s, ms });
        }
        let spikes: Vec<Spike> = history.spikes().collect();
        assert_eq!(spikes, [Spike { unix_s: 10, ms: 9 }, Spike { unix_s: 11, ms: 1 }]);
        for unix_s in 100..400 {
            history.add(Spike { unix_s, ms: 2 });
        }
        assert_eq!(history.spikes().len(), KEPT);
        assert_eq!(history.last(), Some(Spike { unix_s: 399, ms: 2 }));
        assert_eq!(history.max_ms(), 9, "the longest is remembered");
    }

    #[test]
    fn causes_are_found_by_their_names() {
        for cause in Cause::ALL {
            assert_eq!(Cause::named(cause.name().as_bytes()), Some(cause));
        }
        assert_eq!(Cause::named(b"nothing"), None);
    }
}
