//! The append log: every write, in the order in which it happened.

use super::{I32_MAX, SIGNED_MAX, refuse_unless};
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::error::ValueError;
use crate::field::field;

const ROW: Directive = Directive { effect: InEffect::Later, ..super::ROW };

pub(super) const SECTION: Section = Section {
    title: "Append log",
    doc: "With the log, at most a second's writes are lost when the power fails, and with \
          appendfsync always none. It can be used together with snapshots.",
    directives: &[
        Directive {
            name: "appendonly",
            field: field!(flag appendonly),
            default: "no",
            concerns: Some(Concern::AppendLog),
            fixed_while_loading: true,
            doc: "Log every write. To begin with a data set that exists, use CONFIG SET: a server \
                  started with yes loads the log and nothing else.",
            ..ROW
        },
        Directive {
            name: "appendfilename",
            field: field!(text appendfilename, check_file_name),
            default: "appendonly.aof",
            mutable: Mutable::StartupOnly,
            doc: "What the names of the log's files begin with.",
            ..ROW
        },
        Directive {
            name: "appenddirname",
            field: field!(text appenddirname, check_folder_name),
            default: "appendonlydir",
            mutable: Mutable::StartupOnly,
            doc: "Folder of the log, in dir.",
            ..ROW
        },
        Directive {
            name: "appendfsync",
            field: field!(choice appendfsync: AppendFsync),
            default: "everysec",
            concerns: Some(Concern::AppendLog),
            doc: "When the log is forced to disk: every second, before replies (always), or when \
                  the system sees fit (no).",
            ..ROW
        },
        Directive {
            name: "no-appendfsync-on-rewrite",
            field: field!(flag no_appendfsync_on_rewrite),
            default: "no",
            doc: "Do not force the log to disk while a snapshot or a rewrite keeps the disk busy. \
                  Quicker replies, at the risk of losing more.",
            ..ROW
        },
        Directive {
            name: "auto-aof-rewrite-percentage",
            field: field!(integer auto_aof_rewrite_percentage, 0 to I32_MAX, Percent),
            default: "100",
            doc: "Rewrite the log when it has grown by so much since the last time. 0 never does \
                  by itself.",
            ..ROW
        },
        Directive {
            name: "auto-aof-rewrite-min-size",
            field: field!(bytes auto_aof_rewrite_min_size, 0, to SIGNED_MAX),
            default: "64mb",
            doc: "But not as long as it is smaller than this.",
            ..ROW
        },
        Directive {
            name: "aof-load-truncated",
            field: field!(flag aof_load_truncated),
            default: "yes",
            doc: "Start with a log that breaks off in the middle of a command, as it does when \
                  the power fails, and cut that off. With no, refuse.",
            ..ROW
        },
        Directive {
            name: "aof-use-rdb-preamble",
            field: field!(flag aof_use_rdb_preamble),
            default: "yes",
            doc: "Write the base of the log as a snapshot, which is smaller and faster to load \
                  than commands.",
            ..ROW
        },
        Directive {
            name: "aof-timestamp-enabled",
            field: field!(flag aof_timestamp_enabled),
            default: "no",
            doc: "Note the time in the log, so that it can be cut back to a point in time. Older \
                  readers do not understand it.",
            ..ROW
        },
        Directive {
            name: "aof-rewrite-incremental-fsync",
            field: field!(flag aof_rewrite_incremental_fsync),
            default: "yes",
            doc: "Force the new base to disk every few megabytes rather than all at the end.",
            ..ROW
        },
        Directive {
            name: "aof-disable-auto-gc",
            field: field!(flag aof_disable_auto_gc),
            default: "no",
            concerns: Some(Concern::AppendLog),
            hidden: true,
            doc: "Keep files of the log that a rewrite has made useless.",
            ..ROW
        },
    ],
};

fn check_file_name(name: &[u8]) -> Result<(), ValueError> {
    refuse_unless(!name.is_empty(), "appendfilename can't be empty")?;
    refuse_unless(!name.contains(&b'/'), "appendfilename can't be a path, just a filename")
}

fn check_folder_name(name: &[u8]) -> Result<(), ValueError> {
    refuse_unless(!name.is_empty(), "appenddirname can't be empty")?;
    refuse_unless(!name.contains(&b'/'), "appenddirname can't be a path, just a dirname")
}
