//! `INFO persistence`: is the data safe, and as of when?
//!
//! There are no snapshots and there is no append log yet: what is told is that none was ever made.

use super::Section;

pub(super) const SECTION: Section = Section {
    name: "persistence",
    by_default: true,
    write: |node, report| {
        report.flag("loading", false);
        report.flag("async_loading", false);
        report.zeros(&["current_cow_peak", "current_cow_size", "current_cow_size_age"]);
        report.decimal("current_fork_perc", 0.0);
        report.zeros(&["current_save_keys_processed", "current_save_keys_total"]);
        report.line("rdb_changes_since_last_save", node.dirty);
        report.flag("rdb_bgsave_in_progress", false);
        // All was as it is on disk when the server started: empty.
        report.line("rdb_last_save_time", node.start.unix_us / 1_000_000);
        report.line("rdb_last_bgsave_status", "ok");
        report.line("rdb_last_bgsave_time_sec", -1);
        report.line("rdb_current_bgsave_time_sec", -1);
        report.zeros(&[
            "rdb_saves",
            "rdb_last_cow_size",
            "rdb_last_load_keys_expired",
            "rdb_last_load_keys_loaded",
        ]);
        report.flag("aof_enabled", false);
        report.flag("aof_rewrite_in_progress", false);
        report.flag("aof_rewrite_scheduled", false);
        report.line("aof_last_rewrite_time_sec", -1);
        report.line("aof_current_rewrite_time_sec", -1);
        report.line("aof_last_bgrewrite_status", "ok");
        report.zeros(&["aof_rewrites", "aof_rewrites_consecutive_failures"]);
        report.line("aof_last_write_status", "ok");
        report.zeros(&[
            "aof_last_cow_size",
            "module_fork_in_progress",
            "module_fork_last_cow_size",
        ]);
    },
};
