//! Which values are freed in the background.

use super::ROW;
use crate::directive::{Directive, InEffect, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Freeing in the background",
    doc: "A large value takes time to free. These say in which cases that may happen later, at \
          the price of memory that is given back later.",
    directives: &[
        Directive {
            name: "lazyfree-lazy-eviction",
            field: field!(flag lazyfree_lazy_eviction),
            default: "no",
            doc: "Values that are evicted.",
            ..ROW
        },
        Directive {
            name: "lazyfree-lazy-expire",
            field: field!(flag lazyfree_lazy_expire),
            default: "no",
            doc: "Values that expire.",
            ..ROW
        },
        Directive {
            name: "lazyfree-lazy-server-del",
            field: field!(flag lazyfree_lazy_server_del),
            default: "no",
            doc: "Values that another takes the place of, as with RENAME.",
            ..ROW
        },
        Directive {
            name: "lazyfree-lazy-user-del",
            field: field!(flag lazyfree_lazy_user_del),
            default: "no",
            doc: "Values that DEL removes, which then works like UNLINK.",
            ..ROW
        },
        Directive {
            name: "lazyfree-lazy-user-flush",
            field: field!(flag lazyfree_lazy_user_flush),
            default: "no",
            doc: "What FLUSHALL, FLUSHDB, SCRIPT FLUSH and FUNCTION FLUSH do when they are told \
                  neither SYNC nor ASYNC.",
            ..ROW
        },
        Directive {
            name: "replica-lazy-flush",
            aliases: &["slave-lazy-flush"],
            field: field!(flag replica_lazy_flush),
            default: "no",
            effect: InEffect::Later,
            doc: "The data set of a replica that takes in a new one.",
            ..ROW
        },
    ],
};
