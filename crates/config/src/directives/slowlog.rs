//! Commands that took long.

use super::{I64_MAX, ROW};
use crate::directive::{Concern, Directive, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Slow log",
    doc: "",
    directives: &[
        Directive {
            name: "slowlog-log-slower-than",
            field: field!(integer slowlog_log_slower_than, -1 to I64_MAX, Microseconds),
            default: "10000",
            doc: "Remember commands that took longer, without the time of receiving and \
                  answering. 0 remembers all, -1 none.",
            ..ROW
        },
        Directive {
            name: "slowlog-max-len",
            field: field!(integer slowlog_max_len, 0 to I64_MAX),
            default: "128",
            concerns: Some(Concern::SlowLog),
            doc: "How many to remember.",
            ..ROW
        },
    ],
};
