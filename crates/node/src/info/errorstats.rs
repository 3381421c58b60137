//! `INFO errorstats`: how often each kind of error was answered.

use super::Section;

pub(super) const SECTION: Section = Section {
    name: "errorstats",
    by_default: true,
    write: |node, report| {
        for (kind, count) in &node.stats.errors {
            report.line(format_args!("errorstat_{kind}"), format_args!("count={count}"));
        }
    },
};
