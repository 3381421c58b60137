//! `INFO keyspace`: the databases that have keys.

use super::Section;

pub(super) const SECTION: Section = Section {
    name: "keyspace",
    by_default: true,
    write: |node, report| {
        for index in 0..node.shard.databases() {
            let db = node.shard.database(index);
            if !db.is_empty() {
                report.line(
                    format_args!("db{index}"),
                    format_args!(
                        "keys={},expires={},avg_ttl={}",
                        db.len(),
                        db.volatile_len(),
                        db.mean_ttl()
                    ),
                );
            }
        }
    },
};
