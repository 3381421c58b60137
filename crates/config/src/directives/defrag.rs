//! Moving values to where memory is denser.

use super::{I64_MAX, SIGNED_MAX};
use crate::directive::{Concern, Directive, InEffect, Section};
use crate::field::field;

const ROW: Directive =
    Directive { concerns: Some(Concern::Defrag), effect: InEffect::Later, ..super::ROW };

pub(super) const SECTION: Section = Section {
    title: "Active defragmentation",
    doc: "",
    directives: &[
        Directive {
            name: "activedefrag",
            field: field!(flag activedefrag),
            default: "no",
            doc: "Move values, bit by bit, so that sparsely used pages can be given back.",
            ..ROW
        },
        Directive {
            name: "active-defrag-ignore-bytes",
            field: field!(bytes active_defrag_ignore_bytes, 1, to SIGNED_MAX),
            default: "100mb",
            doc: "Do nothing as long as less is wasted.",
            ..ROW
        },
        Directive {
            name: "active-defrag-threshold-lower",
            field: field!(integer active_defrag_threshold_lower, 0 to 1000, Percent),
            default: "10",
            doc: "Begin when so much is wasted.",
            ..ROW
        },
        Directive {
            name: "active-defrag-threshold-upper",
            field: field!(integer active_defrag_threshold_upper, 0 to 1000, Percent),
            default: "100",
            doc: "Do the utmost when so much is wasted.",
            ..ROW
        },
        Directive {
            name: "active-defrag-cycle-min",
            field: field!(integer active_defrag_cycle_min, 1 to 99, Percent),
            default: "1",
            doc: "Processor time to spend at the beginning.",
            ..ROW
        },
        Directive {
            name: "active-defrag-cycle-max",
            field: field!(integer active_defrag_cycle_max, 1 to 99, Percent),
            default: "25",
            doc: "Processor time to spend at the utmost.",
            ..ROW
        },
        Directive {
            name: "active-defrag-max-scan-fields",
            field: field!(integer active_defrag_max_scan_fields, 1 to I64_MAX),
            default: "1000",
            doc: "Elements of a collection to move in one go. Larger ones are put off.",
            ..ROW
        },
    ],
};
