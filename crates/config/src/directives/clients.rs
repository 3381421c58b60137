//! What clients may cost.

use super::{I64_MAX, ROW, SIGNED_MAX, U32_MAX};
use crate::directive::{Concern, Directive, Mutable, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Clients",
    doc: "",
    directives: &[
        Directive {
            name: "maxclients",
            field: field!(integer maxclients, 1 to U32_MAX),
            default: "10000",
            concerns: Some(Concern::ClientLimit),
            doc: "How many clients may be connected at a time. Each needs a file descriptor, so \
                  the system's limit may lower it.",
            ..ROW
        },
        Directive {
            name: "maxmemory-clients",
            field: field!(word maxmemory_clients, "amount of memory, or percent of `maxmemory`"),
            default: "0",
            concerns: Some(Concern::ClientMemory),
            doc: "Memory that the buffers of all clients together may take. Beyond it, those with \
                  the biggest are disconnected. 0 is no limit.",
            ..ROW
        },
        Directive {
            name: "client-query-buffer-limit",
            field: field!(bytes client_query_buffer_limit, 1 << 20, to SIGNED_MAX),
            default: "1gb",
            doc: "How much a client may send ahead of what has been executed, before it is \
                  disconnected.",
            ..ROW
        },
        Directive {
            name: "client-output-buffer-limit",
            field: field!(
                words client_output_buffer_limit,
                "for each class of clients: `normal`, `replica` or `pubsub`, a hard limit, a soft \
                 limit, and seconds"
            ),
            default: "normal 0 0 0 replica 256mb 64mb 60 pubsub 32mb 8mb 60",
            doc: "A client that does not read its replies is disconnected at the hard limit at \
                  once, at the soft limit after so many seconds. 0 is no limit.",
            ..ROW
        },
        Directive {
            name: "proto-max-bulk-len",
            field: field!(bytes proto_max_bulk_len, 1 << 20, to SIGNED_MAX),
            default: "512mb",
            doc: "The longest argument of a request, which is also the longest string.",
            ..ROW
        },
        Directive {
            name: "client-default-resp",
            field: field!(integer client_default_resp, 2 to 3),
            default: "2",
            mutable: Mutable::StartupOnly,
            hidden: true,
            doc: "Version of the protocol that a connection speaks before HELLO.",
            ..ROW
        },
        Directive {
            name: "tracking-table-max-keys",
            field: field!(integer tracking_table_max_keys, 0 to I64_MAX),
            default: "1000000",
            concerns: Some(Concern::Tracking),
            doc: "How many keys to remember for clients that cache them. Beyond it, clients are \
                  told to forget some. 0 is no limit.",
            ..ROW
        },
    ],
};
