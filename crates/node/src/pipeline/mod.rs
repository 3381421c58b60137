//! From bytes to effects: what happens to a request.
//!
//! ```text
//! bytes ─▶ request ─▶ table row ─▶ gates ─▶ handler ─▶ reply
//!                                              │
//!                                              └─▶ effects ─▶ commit
//! ```
//!
//! Requests are taken in batches. The first pass over a batch parses, finds the row, hashes the keys and asks the processor to fetch their buckets; a second, short one has the entries fetched; the third runs the commands, whose memory is then on its way already. Waiting for memory is most of what a pipelined command costs, and so the waits overlap.

pub(crate) mod batch;
mod commit;
pub(crate) mod execute;
mod gates;
pub(crate) mod propagate;
pub(crate) mod transaction;

use crate::Node;
use crate::client::{Flags, Token};

/// How long one client may keep the node busy before others get their turn, in nanoseconds.
const TURN_NS: u64 = 500_000;

impl Node {
    /// Takes bytes that have arrived from a client, and runs the requests in them.
    ///
    /// What is not a whole request stays with the client, and so do requests beyond its turn; those run in [`Node::resume`].
    pub fn receive(&mut self, token: Token, bytes: &[u8]) {
        let now_ms = self.tick_clock();
        let client = &mut self.clients[token];
        client.net_in += bytes.len() as u64;
        client.active_ms = now_ms;
        self.stats.net_in += bytes.len() as u64;
        self.stats.reads += 1;
        if client.query.is_empty() {
            let kept = self.process(token, bytes);
            if let Some(client) = self.clients.get_mut(token) {
                client.query.extend_from_slice(&bytes[kept]);
            }
        } else {
            client.query.extend_from_slice(bytes);
            self.process_query(token);
        }
        self.check_query_limit(token);
    }

    /// Takes note that a long argument received something: see [`crate::Client::big_argument`].
    pub fn receive_big(&mut self, token: Token, bytes: usize) {
        let now_ms = self.tick_clock();
        let client = &mut self.clients[token];
        client.net_in += bytes as u64;
        client.active_ms = now_ms;
        self.stats.net_in += bytes as u64;
        self.stats.reads += 1;
        if client.big_argument().is_none() {
            self.process_query(token);
        }
        self.check_query_limit(token);
    }

    /// Goes on with clients whose requests had to wait for others' turns.
    pub fn resume(&mut self) {
        for token in std::mem::take(&mut self.read_queue) {
            let Some(client) = self.clients.get_mut(token) else { continue };
            client.flags.set(Flags::READ_QUEUED, false);
            self.tick_clock();
            self.process_query(token);
        }
    }

    /// Returns whether [`Node::resume`] has something to do.
    pub fn has_leftovers(&self) -> bool {
        !self.read_queue.is_empty()
    }

    /// Runs what a client's own buffer holds.
    pub(crate) fn process_query(&mut self, token: Token) {
        if let Some(argv) = self.clients[token].postponed.take() {
            let argv: Vec<&[u8]> = argv.iter().map(|arg| &**arg).collect();
            self.execute(token, &argv);
            if self.clients[token].postponed.is_some() {
                return;
            }
        }
        let query = std::mem::take(&mut self.clients[token].query);
        let kept = self.process(token, &query);
        if let Some(client) = self.clients.get_mut(token) {
            let mut query = query;
            query.truncate(kept.end);
            query.drain(..kept.start);
            if query.is_empty() && query.capacity() > resp::limits::LINE_MAX {
                query = Vec::new();
            }
            client.query = query;
        }
    }

    /// Puts a client that has requests left at the end of the queue.
    pub(crate) fn queue_read(&mut self, token: Token) {
        let flags = &mut self.clients[token].flags;
        if !flags.has(Flags::READ_QUEUED) {
            flags.set(Flags::READ_QUEUED, true);
            self.read_queue.push(token);
        }
    }

    fn check_query_limit(&mut self, token: Token) {
        let limit = self.config.client_query_buffer_limit;
        let Some(client) = self.clients.get(token) else { return };
        if client.query.len() as u64 + client.argv_memory() as u64 > limit {
            self.stats.query_limit_disconnections += 1;
            let id = client.id.0;
            self.log(
                crate::LogLevel::Warning,
                format!("Closing client that reached max query buffer length: id={id}"),
            );
            self.close(token);
        }
    }
}
