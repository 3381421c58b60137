//! `INFO commandstats`: how often each command ran, and for how long.

use super::{Section, ratio};

pub(super) const SECTION: Section = Section {
    name: "commandstats",
    by_default: false,
    write: |node, report| {
        for row in node.table.rows() {
            let stats = &node.stats.commands[row.id.index()];
            if stats.calls == 0 && stats.rejected == 0 && stats.failed == 0 {
                continue;
            }
            report.line(
                format_args!("cmdstat_{}", row.full_name),
                format_args!(
                    "calls={},usec={},usec_per_call={:.2},rejected_calls={},failed_calls={}",
                    stats.calls,
                    stats.nanos / 1000,
                    ratio(stats.nanos, stats.calls) / 1000.0,
                    stats.rejected,
                    stats.failed,
                ),
            );
        }
    },
};
