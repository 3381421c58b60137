//! Where the server listens, and how connections behave.

use super::{I32_MAX, ROW, U32_MAX};
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Network",
    doc: "",
    directives: &[
        Directive {
            name: "bind",
            field: field!(words bind, "up to 16 addresses"),
            default: "* -::*",
            concerns: Some(Concern::Listeners),
            doc: "Addresses to listen on. * is all of IPv4 and ::* all of IPv6; an address with - \
                  before it may be missing on this machine. Listening to the world without a \
                  password and a firewall is asking for trouble.",
            ..ROW
        },
        Directive {
            name: "port",
            field: field!(integer port, 0 to 65535),
            default: "6379",
            concerns: Some(Concern::Listeners),
            doc: "TCP port. 0 means not to listen on TCP.",
            ..ROW
        },
        Directive {
            name: "protected-mode",
            field: field!(flag protected_mode),
            default: "yes",
            doc: "As long as the default user has no password, serve only connections from this \
                  machine.",
            ..ROW
        },
        Directive {
            name: "unixsocket",
            field: field!(text unixsocket),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            doc: "Path of a Unix socket to listen on as well.",
            ..ROW
        },
        Directive {
            name: "unixsocketperm",
            field: field!(octal unixsocketperm, 0 to 0o777),
            default: "0",
            mutable: Mutable::StartupOnly,
            doc: "Mode of the Unix socket, such as 700. 0 leaves it to the umask.",
            ..ROW
        },
        Directive {
            name: "unixsocketgroup",
            field: field!(text unixsocketgroup),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            hidden: true,
            doc: "Group that the Unix socket belongs to.",
            ..ROW
        },
        Directive {
            name: "tcp-backlog",
            field: field!(integer tcp_backlog, 0 to I32_MAX),
            default: "511",
            mutable: Mutable::StartupOnly,
            doc: "How many connections may wait to be accepted. The kernel cuts it to \
                  net.core.somaxconn.",
            ..ROW
        },
        Directive {
            name: "tcp-keepalive",
            field: field!(integer tcp_keepalive, 0 to I32_MAX, Seconds),
            default: "300",
            doc: "Idle time after which the kernel asks the other side whether it still lives. \
                  Keeps firewalls from forgetting a connection, and finds dead peers. 0 never \
                  asks.",
            ..ROW
        },
        Directive {
            name: "timeout",
            field: field!(integer timeout, 0 to I32_MAX, Seconds),
            default: "0",
            doc: "Disconnects a client that has been idle for so long. 0 never does. Replicas, \
                  subscribers and blocked clients are exempt.",
            ..ROW
        },
        Directive {
            name: "bind-source-addr",
            field: field!(text bind_source_addr),
            default: "\"\"",
            effect: InEffect::Later,
            doc: "Local address for connections that the server itself opens: to its primary, \
                  and to other nodes of the cluster.",
            ..ROW
        },
        Directive {
            name: "socket-mark-id",
            field: field!(integer socket_mark_id, 0 to U32_MAX),
            default: "0",
            mutable: Mutable::StartupOnly,
            doc: "Marks the packets of every socket, for routing and filtering. 0 does not.",
            ..ROW
        },
    ],
};
