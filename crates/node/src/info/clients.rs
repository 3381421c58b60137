//! `INFO clients`: who is connected.

use super::Section;
use crate::Node;
use crate::client::{Client, Flags};

pub(super) const SECTION: Section = Section {
    name: "clients",
    by_default: true,
    write: |node, report| {
        let count = |flags: Flags| connected(node).filter(|client| client.flags.has(flags)).count();
        let most = |size: fn(&Client) -> usize| connected(node).map(size).max().unwrap_or(0);
        report.line("connected_clients", connected(node).count());
        report.line("cluster_connections", 0);
        report.line("maxclients", node.config.maxclients);
        report.line("client_recent_max_input_buffer", most(|client| client.query.capacity()));
        report
            .line("client_recent_max_output_buffer", most(|client| client.output.queued_memory()));
        // Compat: those whose requests are held back by CLIENT PAUSE count, too.
        report.line("blocked_clients", count(Flags::WAITING.and(Flags::POSTPONED)));
        report.line("tracking_clients", node.tracking.clients());
        report.line("pubsub_clients", count(Flags::SUBSCRIBED));
        report.line("watching_clients", connected(node).filter(|c| !c.watched.is_empty()).count());
        report.line("clients_in_timeout_table", node.blocking.with_deadline());
        report.line("total_watched_keys", node.shard.watched_keys());
        report.line("total_blocking_keys", node.shard.waited_keys());
        report.line("total_blocking_keys_on_nokey", 0);
    },
};

/// Returns the clients that are not sessions of our own program.
fn connected(node: &Node) -> impl Iterator<Item = &Client> {
    node.clients.iter().filter(|client| !client.peer.internal)
}

/// Returns the memory that all clients use.
pub(super) fn total_memory(node: &Node) -> u64 {
    node.clients.iter().map(|client| client.memory() as u64).sum()
}
