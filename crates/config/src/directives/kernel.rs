//! Arrangements with the kernel.

use super::ROW;
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Kernel",
    doc: "",
    directives: &[
        Directive {
            name: "oom-score-adj",
            field: field!(choice oom_score_adj: OomScoreAdj),
            default: "no",
            concerns: Some(Concern::Process),
            doc: "Tell the kernel whom to kill first when memory runs out: background work, then \
                  replicas, then primaries. relative adds to the score that the server was \
                  started with; yes is the same.",
            ..ROW
        },
        Directive {
            name: "oom-score-adj-values",
            field: field!(
                words oom_score_adj_values, "three integers from -2000 to 2000"
            ),
            default: "0 200 800",
            concerns: Some(Concern::Process),
            doc: "By how much: for a primary, for a replica, for background work.",
            ..ROW
        },
        Directive {
            name: "disable-thp",
            field: field!(flag disable_thp),
            default: "yes",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Moot,
            doc: "Do without transparent huge pages, which hurt a server that forks. This one \
                  does not, and uses them.",
            ..ROW
        },
    ],
};
