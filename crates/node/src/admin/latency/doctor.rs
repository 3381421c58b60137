//! LATENCY DOCTOR: says what the spikes tell, and what to do.

use std::fmt::Write;

use crate::Node;
use crate::latency::{Cause, History};

/// What the spikes of one cause come to.
struct Summary {
    count: usize,
    mean_ms: u64,
    /// How far spikes are from the mean, on average.
    deviation_ms: u64,
    worst_ms: u64,
    /// Seconds between spikes, on average.
    period_s: f64,
}

impl Summary {
    fn of(history: &History) -> Self {
        let count = history.spikes().len();
        let among = count.max(1) as u64;
        let mean_ms = history.spikes().map(|spike| spike.ms).sum::<u64>() / among;
        let deviation_ms =
            history.spikes().map(|spike| spike.ms.abs_diff(mean_ms)).sum::<u64>() / among;
        let first = history.spikes().next().unwrap_or_default();
        let last = history.last().unwrap_or_default();
        let gaps = (count.max(2) - 1) as f64;
        let period_s = last.unix_s.saturating_sub(first.unix_s) as f64 / gaps;
        Self { count, mean_ms, deviation_ms, worst_ms: history.max_ms(), period_s }
    }
}

/// Returns what can be done about spikes of this cause.
fn advice(cause: Cause) -> &'static [&'static str] {
    match cause {
        Cause::Command => &[
            "Look at SLOWLOG GET: which commands are slow, and how large are the values that they work on?",
            "Set slowlog-log-slower-than to the threshold of this monitor, so that the slow log shows the same commands.",
            "Large keys are better removed with UNLINK than with DEL, and scanned than read as a whole.",
        ],
        Cause::FastCommand => &[
            "Fast commands do little, so the delay comes from outside: another process on the same processor, a virtual machine that was stopped, or memory that was swapped out.",
            "Run redis-cli --intrinsic-latency on this machine to see what it does to any process.",
        ],
        Cause::ExpireCycle => {
            &["Many keys expire in the same moment. Spread their times to live by a random part."]
        }
        Cause::EvictionCycle => &[
            "Keys are evicted to stay below maxmemory, and many at a time. Raise the limit, or write less at once.",
            "Large values are freed in the background if lazyfree-lazy-eviction is set.",
        ],
    }
}

pub(super) fn report(node: &Node) -> String {
    let threshold = node.config.latency_monitor_threshold;
    if node.latency.iter().len() == 0 {
        return if threshold == 0 {
            "Latency is not monitored. Set latency-monitor-threshold to the number of milliseconds \
             from which on something is too slow for you; what exceeds it is then reported here.\n"
                .to_owned()
        } else {
            format!("Nothing took {threshold} ms or longer so far.\n")
        };
    }
    let mut text = String::from("This has held up all clients:\n\n");
    let mut advised = Vec::new();
    for (index, (cause, history)) in node.latency.iter().enumerate() {
        let summary = Summary::of(history);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{}. {}: {} latency spikes (average {} ms, mean deviation {} ms, one every {:.2} s). \
             Worst of all time: {} ms.",
            index + 1,
            cause.name(),
            summary.count,
            summary.mean_ms,
            summary.deviation_ms,
            summary.period_s,
            summary.worst_ms,
        );
        advised.extend_from_slice(advice(cause));
    }
    text.push_str("\nWhat can be done:\n\n");
    for line in advised {
        text.push_str("- ");
        text.push_str(line);
        text.push('\n');
    }
    text
}
