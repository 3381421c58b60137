//! Snapshots of the data set, in RDB files.

use super::{I32_MAX, refuse_unless};
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::error::ValueError;
use crate::field::field;

const ROW: Directive = Directive { effect: InEffect::Later, ..super::ROW };

pub(super) const SECTION: Section = Section {
    title: "Snapshots",
    doc: "",
    directives: &[
        Directive {
            name: "save",
            field: field!(words save, "pairs of seconds and changes, or `\"\"`"),
            default: "3600 1 300 100 60 10000",
            concerns: Some(Concern::Snapshots),
            doc: "Take a snapshot when so many seconds have passed and at least so many keys have \
                  changed. Several rules may stand in one line or in several; \"\" takes back all \
                  that came before.",
            ..ROW
        },
        Directive {
            name: "dbfilename",
            field: field!(text dbfilename, check_file_name),
            default: "dump.rdb",
            mutable: Mutable::Protected,
            doc: "File of the snapshot, in dir.",
            ..ROW
        },
        Directive {
            name: "stop-writes-on-bgsave-error",
            field: field!(flag stop_writes_on_bgsave_error),
            default: "yes",
            doc: "Refuse writes after a snapshot has failed, so that somebody notices. They are \
                  accepted again when one succeeds.",
            ..ROW
        },
        Directive {
            name: "rdbcompression",
            field: field!(flag rdbcompression),
            default: "yes",
            doc: "Compress longer strings. Costs processor time, saves disk.",
            ..ROW
        },
        Directive {
            name: "rdbchecksum",
            field: field!(flag rdbchecksum),
            default: "yes",
            mutable: Mutable::StartupOnly,
            doc: "End the file with a checksum, and verify it on loading.",
            ..ROW
        },
        Directive {
            name: "rdb-version",
            field: field!(integer rdb_version, 10 to 11),
            default: "11",
            hidden: true,
            doc: "Format version of the files, and of what replicas are sent. Redis 7.0 reads 10.",
            ..ROW
        },
        Directive {
            name: "sanitize-dump-payload",
            field: field!(choice sanitize_dump_payload: SanitizeDumpPayload),
            default: "no",
            doc: "Whether to check packed values from RESTORE and from files element by element, \
                  for everybody or only for clients without the right to skip it.",
            ..ROW
        },
        Directive {
            name: "rdb-del-sync-files",
            field: field!(flag rdb_del_sync_files),
            default: "no",
            doc: "Remove snapshots that only served to bring a replica up to date, if nothing \
                  else is to be kept on disk.",
            ..ROW
        },
        Directive {
            name: "rdb-save-incremental-fsync",
            field: field!(flag rdb_save_incremental_fsync),
            default: "yes",
            doc: "Force the file to disk every few megabytes rather than all at the end.",
            ..ROW
        },
        Directive {
            name: "rdb-key-save-delay",
            field: field!(integer rdb_key_save_delay, -2147483648 to I32_MAX, Microseconds),
            default: "0",
            hidden: true,
            doc: "Dawdle after each key, for tests that need a snapshot to take its time. A \
                  negative number is how many keys there are to each microsecond.",
            ..ROW
        },
        Directive {
            name: "key-load-delay",
            field: field!(integer key_load_delay, -2147483648 to I32_MAX, Microseconds),
            default: "0",
            hidden: true,
            doc: "The same for loading.",
            ..ROW
        },
        Directive {
            name: "loading-process-events-interval-bytes",
            field: field!(
                integer loading_process_events_interval_bytes, 1024 to I32_MAX, Bytes
            ),
            default: "2097152",
            hidden: true,
            doc: "How much to load before looking whether clients want something.",
            ..ROW
        },
    ],
};

fn check_file_name(name: &[u8]) -> Result<(), ValueError> {
    refuse_unless(!name.contains(&b'/'), "dbfilename can't be a path, just a filename")
}
