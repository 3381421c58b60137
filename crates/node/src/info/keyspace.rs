//! `INFO keyspace`: the databases that have keys.

use super::Section;

pub(super) const SECTION: Section = Section {
    name: "keyspace",
    by_default: true,
    write: |node, report| {
        for index in 0..node.shard.databases() {
            let db = node.shard.database(index);
            if !db.is_empty() {
                let (keys, expires, avg_ttl) = (db.len(), db.volatile_len(), db.mean_ttl());
                let mut line = format!("keys={keys},expires={expires},avg_ttl={avg_ttl}");
                // Compat: 7.2 knows of no fields that expire.
                if db.timed_hashes() > 0 {
                    line.push_str(&format!(",subexpiry={}", db.timed_hashes()));
                }
                report.line(format_args!("db{index}"), line);
            }
        }
    },
};
