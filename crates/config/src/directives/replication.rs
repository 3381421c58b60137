//! Following a primary, and being followed.

use super::{I32_MAX, I64_MAX, SIGNED_MAX};
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::field::field;

const ROW: Directive = Directive { effect: InEffect::Later, ..super::ROW };

pub(super) const SECTION: Section = Section {
    title: "Replication",
    doc: "",
    directives: &[
        Directive {
            name: "replicaof",
            aliases: &["slaveof"],
            field: field!(words replicaof, "host and port, or `no one`"),
            default: "no one",
            mutable: Mutable::StartupOnly,
            concerns: Some(Concern::Replication),
            doc: "Be a replica of that server. The command REPLICAOF changes it at run time.",
            ..ROW
        },
        Directive {
            name: "masterauth",
            understood: &["primaryauth"],
            field: field!(text masterauth),
            default: "\"\"",
            sensitive: true,
            doc: "Password to show to the primary.",
            ..ROW
        },
        Directive {
            name: "masteruser",
            understood: &["primaryuser"],
            field: field!(text masteruser),
            default: "\"\"",
            sensitive: true,
            doc: "User to log in as at the primary, if not the default one.",
            ..ROW
        },
        Directive {
            name: "replica-serve-stale-data",
            aliases: &["slave-serve-stale-data"],
            field: field!(flag replica_serve_stale_data),
            default: "yes",
            doc: "Answer from what there is while the primary is out of reach or its data set is \
                  on its way. With no, most commands fail then.",
            ..ROW
        },
        Directive {
            name: "replica-read-only",
            aliases: &["slave-read-only"],
            field: field!(flag replica_read_only),
            default: "yes",
            doc: "Refuse writes of clients on a replica. What they write otherwise is lost with \
                  the next synchronisation.",
            ..ROW
        },
        Directive {
            name: "replica-priority",
            aliases: &["slave-priority"],
            field: field!(integer replica_priority, 0 to I32_MAX),
            default: "100",
            doc: "Which replica Sentinel promotes first: the one with the lowest number. One with \
                  0 is never promoted.",
            ..ROW
        },
        Directive {
            name: "replica-announced",
            field: field!(flag replica_announced),
            default: "yes",
            doc: "Let Sentinel tell clients of this replica.",
            ..ROW
        },
        Directive {
            name: "replica-announce-ip",
            aliases: &["slave-announce-ip"],
            field: field!(text replica_announce_ip),
            default: "\"\"",
            doc: "Address under which others reach this replica, if it is not the one they see, \
                  as behind address translation.",
            ..ROW
        },
        Directive {
            name: "replica-announce-port",
            aliases: &["slave-announce-port"],
            field: field!(integer replica_announce_port, 0 to 65535),
            default: "0",
            doc: "The same for the port.",
            ..ROW
        },
        Directive {
            name: "replica-ignore-maxmemory",
            aliases: &["slave-ignore-maxmemory"],
            field: field!(flag replica_ignore_maxmemory),
            default: "yes",
            doc: "Leave eviction to the primary, which sends the deletions. With no, the data \
                  sets may differ.",
            ..ROW
        },
        Directive {
            name: "replica-ignore-disk-write-errors",
            field: field!(flag replica_ignore_disk_write_errors),
            default: "no",
            doc: "Go on when a replica cannot write to disk. With no, it stops rather than \
                  drift from its primary.",
            ..ROW
        },
        Directive {
            name: "repl-diskless-sync",
            field: field!(flag repl_diskless_sync),
            default: "yes",
            doc: "Send the data set to replicas as it is walked through, without a file.",
            ..ROW
        },
        Directive {
            name: "repl-diskless-sync-delay",
            field: field!(integer repl_diskless_sync_delay, 0 to I32_MAX, Seconds),
            default: "5",
            doc: "How long to wait for more replicas before one begins, since all that are there \
                  can be served together.",
            ..ROW
        },
        Directive {
            name: "repl-diskless-sync-max-replicas",
            field: field!(integer repl_diskless_sync_max_replicas, 0 to I32_MAX),
            default: "0",
            doc: "Begin at once when so many are waiting. 0 waits in any case.",
            ..ROW
        },
        Directive {
            name: "repl-diskless-load",
            field: field!(choice repl_diskless_load: ReplDisklessLoad),
            default: "disabled",
            fixed_while_loading: true,
            doc: "How a replica takes in the data set: from a file, straight from the network if \
                  it has no data of its own, or beside its old data set, which it serves until \
                  the new one is complete (swapdb).",
            ..ROW
        },
        Directive {
            name: "repl-ping-replica-period",
            aliases: &["repl-ping-slave-period"],
            field: field!(integer repl_ping_replica_period, 1 to I32_MAX, Seconds),
            default: "10",
            doc: "How often the primary shows that it lives.",
            ..ROW
        },
        Directive {
            name: "repl-timeout",
            field: field!(integer repl_timeout, 1 to I32_MAX, Seconds),
            default: "60",
            doc: "How long a link may be silent before either side gives it up. Should be more \
                  than the period of the pings.",
            ..ROW
        },
        Directive {
            name: "repl-disable-tcp-nodelay",
            field: field!(flag repl_disable_tcp_nodelay),
            default: "no",
            doc: "Let the kernel collect small packets: less traffic, and a delay of up to 40 \
                  milliseconds.",
            ..ROW
        },
        Directive {
            name: "repl-backlog-size",
            // What is smaller would hardly hold a command; it is raised without a word.
            field: field!(bytes repl_backlog_size, 1, to SIGNED_MAX, kept above 16 << 10),
            default: "1mb",
            concerns: Some(Concern::Replication),
            doc: "How much of the stream to keep, so that a replica that was away can go on where \
                  it stopped. At least 16kb.",
            ..ROW
        },
        Directive {
            name: "repl-backlog-ttl",
            field: field!(integer repl_backlog_ttl, 0 to I64_MAX, Seconds),
            default: "3600",
            doc: "How long a primary without replicas keeps it. 0 is forever.",
            ..ROW
        },
        Directive {
            name: "min-replicas-to-write",
            aliases: &["min-slaves-to-write"],
            field: field!(integer min_replicas_to_write, 0 to I32_MAX),
            default: "0",
            concerns: Some(Concern::Replication),
            doc: "Refuse writes unless so many replicas keep up. 0 never refuses.",
            ..ROW
        },
        Directive {
            name: "min-replicas-max-lag",
            aliases: &["min-slaves-max-lag"],
            field: field!(integer min_replicas_max_lag, 0 to I32_MAX, Seconds),
            default: "10",
            concerns: Some(Concern::Replication),
            doc: "How long ago a replica may have been heard of to count among them.",
            ..ROW
        },
        Directive {
            name: "dual-channel-replication-enabled",
            field: field!(flag dual_channel_replication_enabled),
            default: "no",
            hidden: true,
            doc: "Send the data set over a connection of its own, beside the stream, if the other \
                  side can do that.",
            ..ROW
        },
    ],
};
