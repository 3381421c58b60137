//! `INFO replication`: who follows whom.

use super::Section;

/// The identity of a stream that does not exist.
const NO_ID: &str = "0000000000000000000000000000000000000000";

pub(super) const SECTION: Section = Section {
    name: "replication",
    by_default: true,
    write: |node, report| {
        report.line("role", "master");
        report.line("connected_slaves", 0);
        report.line("master_failover_state", "no-failover");
        report.line("master_replid", &node.start.replication_id);
        report.line("master_replid2", NO_ID);
        report.line("master_repl_offset", node.feed.offset());
        report.line("second_repl_offset", -1);
        report.flag("repl_backlog_active", false);
        report.line("repl_backlog_size", node.config.repl_backlog_size);
        report.zeros(&["repl_backlog_first_byte_offset", "repl_backlog_histlen"]);
    },
};
