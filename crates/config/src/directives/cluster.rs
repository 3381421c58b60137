//! Being a node of a cluster.

use super::{I32_MAX, I64_MAX, refuse_unless};
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::error::ValueError;
use crate::field::field;

const ROW: Directive = Directive { effect: InEffect::Later, ..super::ROW };

pub(super) const SECTION: Section = Section {
    title: "Cluster",
    doc: "",
    directives: &[
        Directive {
            name: "cluster-enabled",
            field: field!(flag cluster_enabled),
            default: "no",
            mutable: Mutable::StartupOnly,
            doc: "Be a node of a cluster. A node serves one database, number 0.",
            ..ROW
        },
        Directive {
            name: "cluster-config-file",
            field: field!(text cluster_config_file),
            default: "nodes.conf",
            mutable: Mutable::StartupOnly,
            doc: "File in dir where the node keeps what it knows of the cluster. It is the \
                  node's own, and no other's.",
            ..ROW
        },
        Directive {
            name: "cluster-node-timeout",
            field: field!(integer cluster_node_timeout, 0 to I64_MAX, Milliseconds),
            default: "15000",
            doc: "How long a node may be silent before it counts as failing. Most other delays \
                  are multiples of this.",
            ..ROW
        },
        Directive {
            name: "cluster-port",
            field: field!(integer cluster_port, 0 to 65535),
            default: "0",
            mutable: Mutable::StartupOnly,
            doc: "Port of the cluster bus. 0 is the data port plus 10000.",
            ..ROW
        },
        Directive {
            name: "cluster-replica-validity-factor",
            aliases: &["cluster-slave-validity-factor"],
            field: field!(integer cluster_replica_validity_factor, 0 to I32_MAX),
            default: "10",
            doc: "A replica does not take over when its link was down for longer than so many \
                  node timeouts. 0 lets it take over however old its data.",
            ..ROW
        },
        Directive {
            name: "cluster-replica-no-failover",
            aliases: &["cluster-slave-no-failover"],
            field: field!(flag cluster_replica_no_failover),
            default: "no",
            concerns: Some(Concern::Cluster),
            doc: "Never take over from the primary unless told to.",
            ..ROW
        },
        Directive {
            name: "cluster-migration-barrier",
            field: field!(integer cluster_migration_barrier, 0 to I32_MAX),
            default: "1",
            doc: "How many replicas a primary keeps when one of them moves to a primary that has \
                  none.",
            ..ROW
        },
        Directive {
            name: "cluster-allow-replica-migration",
            field: field!(flag cluster_allow_replica_migration),
            default: "yes",
            doc: "Whether replicas move like that at all, and a primary without slots becomes a \
                  replica.",
            ..ROW
        },
        Directive {
            name: "cluster-require-full-coverage",
            field: field!(flag cluster_require_full_coverage),
            default: "yes",
            doc: "Stop serving altogether when any slot has no node.",
            ..ROW
        },
        Directive {
            name: "cluster-allow-reads-when-down",
            field: field!(flag cluster_allow_reads_when_down),
            default: "no",
            doc: "Serve reads even then, at the risk of old data.",
            ..ROW
        },
        Directive {
            name: "cluster-allow-pubsubshard-when-down",
            field: field!(flag cluster_allow_pubsubshard_when_down),
            default: "yes",
            doc: "Serve sharded channels even then.",
            ..ROW
        },
        Directive {
            name: "cluster-link-sendbuf-limit",
            field: field!(bytes cluster_link_sendbuf_limit, 0, to u64::MAX),
            default: "0",
            doc: "How much may wait to be sent to another node before the link is dropped and \
                  built anew. 0 is no limit.",
            ..ROW
        },
        Directive {
            name: "cluster-announce-ip",
            field: field!(text cluster_announce_ip),
            default: "\"\"",
            concerns: Some(Concern::Cluster),
            doc: "Address under which others reach this node, if it is not the one they see.",
            ..ROW
        },
        Directive {
            name: "cluster-announce-port",
            field: field!(integer cluster_announce_port, 0 to 65535),
            default: "0",
            concerns: Some(Concern::Cluster),
            doc: "The same for the data port, or for the TLS port if the bus uses TLS. 0 is the \
                  real one.",
            ..ROW
        },
        Directive {
            name: "cluster-announce-tls-port",
            field: field!(integer cluster_announce_tls_port, 0 to 65535),
            default: "0",
            concerns: Some(Concern::Cluster),
            doc: "The same for the TLS port.",
            ..ROW
        },
        Directive {
            name: "cluster-announce-bus-port",
            field: field!(integer cluster_announce_bus_port, 0 to 65535),
            default: "0",
            concerns: Some(Concern::Cluster),
            doc: "The same for the port of the bus.",
            ..ROW
        },
        Directive {
            name: "cluster-announce-hostname",
            field: field!(text cluster_announce_hostname, check_host_name),
            default: "\"\"",
            concerns: Some(Concern::Cluster),
            doc: "Host name of this node, for clients that verify certificates by name.",
            ..ROW
        },
        Directive {
            name: "cluster-announce-human-nodename",
            field: field!(text cluster_announce_human_nodename, check_node_name),
            default: "\"\"",
            concerns: Some(Concern::Cluster),
            doc: "Name of this node for people, in the logs of all.",
            ..ROW
        },
        Directive {
            name: "cluster-preferred-endpoint-type",
            field: field!(choice cluster_preferred_endpoint_type: ClusterEndpointType),
            default: "ip",
            concerns: Some(Concern::Cluster),
            doc: "What clients are told to connect to: the address, the host name, or the host \
                  that they are using already.",
            ..ROW
        },
        Directive {
            name: "cluster-slot-stats-enabled",
            field: field!(flag cluster_slot_stats_enabled),
            default: "no",
            hidden: true,
            doc: "Count what each slot costs.",
            ..ROW
        },
        Directive {
            name: "cluster-ping-interval",
            field: field!(integer cluster_ping_interval, 0 to I64_MAX, Milliseconds),
            default: "0",
            hidden: true,
            doc: "How often to ping a node at random, for tests. 0 is the usual second.",
            ..ROW
        },
    ],
};

/// The longest name that fits into a message of the bus, with the zero that ends it.
const NAME_BYTES_MAX: usize = 256;

fn check_host_name(name: &[u8]) -> Result<(), ValueError> {
    refuse_unless(name.len() < NAME_BYTES_MAX, "Hostnames must be less than 256 characters")?;
    let good = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    refuse_unless(
        name.iter().all(good),
        "Hostnames may only contain alphanumeric characters, hyphens or dots",
    )
}

/// Keeps characters out that mean something in the cluster's file, blanks and commas included.
fn check_node_name(name: &[u8]) -> Result<(), ValueError> {
    let good =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/');
    refuse_unless(
        name.len() < NAME_BYTES_MAX && name.iter().all(good),
        "Announced human node name contained invalid character",
    )
}
