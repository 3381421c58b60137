//! How much memory the data may take, and what goes when it is used up.

use super::{I32_MAX, ROW};
use crate::directive::{Concern, Directive, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Memory and eviction",
    doc: "",
    directives: &[
        Directive {
            name: "maxmemory",
            field: field!(bytes maxmemory, 0, to u64::MAX),
            default: "0",
            concerns: Some(Concern::Eviction),
            doc: "Memory at which the policy below takes over. 0 is no limit. Output buffers of \
                  replicas do not count: a slow replica must not evict data.",
            ..ROW
        },
        Directive {
            name: "maxmemory-policy",
            field: field!(choice maxmemory_policy: MaxmemoryPolicy),
            default: "noeviction",
            doc: "Which keys go when the limit is reached: the least recently used (lru), the \
                  least frequently used (lfu), any (random), or those that expire first (ttl), \
                  among all keys or among the volatile ones, which have a time to live. With \
                  noeviction, commands that need memory fail.",
            ..ROW
        },
        Directive {
            name: "maxmemory-samples",
            field: field!(integer maxmemory_samples, 1 to I32_MAX),
            default: "5",
            doc: "How many keys to compare for each eviction. More is closer to the true order, \
                  and slower.",
            ..ROW
        },
        Directive {
            name: "maxmemory-eviction-tenacity",
            field: field!(integer maxmemory_eviction_tenacity, 0 to 100),
            default: "10",
            doc: "How long a command may be held up by eviction: 0 hardly, 10 a moment, 100 until \
                  the limit is kept.",
            ..ROW
        },
        Directive {
            name: "lfu-log-factor",
            field: field!(integer lfu_log_factor, 0 to I32_MAX),
            default: "10",
            doc: "How slowly the counter of uses fills up. The higher, the more uses it can tell \
                  apart.",
            ..ROW
        },
        Directive {
            name: "lfu-decay-time",
            field: field!(integer lfu_decay_time, 0 to I32_MAX, Minutes),
            default: "1",
            doc: "How long a key must be left alone for its counter to go down by one. 0 lowers \
                  it at every look.",
            ..ROW
        },
        Directive {
            name: "active-expire-effort",
            field: field!(integer active_expire_effort, 1 to 10),
            default: "1",
            doc: "How much time to spend on finding expired keys that nobody asks for.",
            ..ROW
        },
    ],
};
