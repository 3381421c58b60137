//! Threads and periodic work.

use super::{I32_MAX, ROW};
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Threads and periodic work",
    doc: "",
    directives: &[
        Directive {
            name: "hz",
            // Everything may be written, but beyond these bounds it would make no sense.
            field: field!(integer hz, 0 to I32_MAX, Number, kept within 1, 500),
            default: "10",
            concerns: Some(Concern::Cron),
            doc: "How many times in a second to see to timeouts, expired keys and the like, from \
                  1 to 500.",
            ..ROW
        },
        Directive {
            name: "dynamic-hz",
            field: field!(flag dynamic_hz),
            default: "yes",
            concerns: Some(Concern::Cron),
            doc: "Do so more often when many clients are connected.",
            ..ROW
        },
        Directive {
            name: "activerehashing",
            field: field!(flag activerehashing),
            default: "yes",
            effect: InEffect::Moot,
            doc: "Spend idle time on tables that are being resized. Ours grow a bit with each \
                  insertion and need none.",
            ..ROW
        },
        Directive {
            name: "io-threads",
            field: field!(integer io_threads, 1 to 128),
            default: "1",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Later,
            doc: "How many threads serve connections.",
            ..ROW
        },
        Directive {
            name: "io-threads-do-reads",
            field: field!(flag io_threads_do_reads),
            default: "no",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Moot,
            doc: "Have these threads read as well as write, which they do anyway.",
            ..ROW
        },
        Directive {
            name: "events-per-io-thread",
            field: field!(integer events_per_io_thread, 0 to I32_MAX),
            default: "2",
            hidden: true,
            effect: InEffect::Moot,
            doc: "How many connections must be ready before one more thread is woken.",
            ..ROW
        },
        Directive {
            name: "server_cpulist",
            understood: &["server-cpulist"],
            field: field!(text server_cpulist),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Later,
            doc: "Processors for the threads that serve, such as 0-3,8 or 0-7:2 for every second \
                  one.",
            ..ROW
        },
        Directive {
            name: "bio_cpulist",
            understood: &["bio-cpulist"],
            field: field!(text bio_cpulist),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Later,
            doc: "Processors for threads in the background.",
            ..ROW
        },
        Directive {
            name: "aof_rewrite_cpulist",
            understood: &["aof-rewrite-cpulist"],
            field: field!(text aof_rewrite_cpulist),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Later,
            doc: "Processors for rewrites of the append log.",
            ..ROW
        },
        Directive {
            name: "bgsave_cpulist",
            understood: &["bgsave-cpulist"],
            field: field!(text bgsave_cpulist),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Later,
            doc: "Processors for snapshots.",
            ..ROW
        },
        Directive {
            name: "jemalloc-bg-thread",
            field: field!(flag jemalloc_bg_thread),
            default: "yes",
            concerns: Some(Concern::Process),
            doc: "Let the allocator give memory back from a thread of its own.",
            ..ROW
        },
    ],
};
