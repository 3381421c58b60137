//! How much memory clients may use: each by its output, all together by `maxmemory-clients`.

use resp::request::Parser;

use crate::client::{Client, Flags, Token};
use crate::{LogLevel, Node};

/// The capacity of an output buffer that is hardly used.
const OUTPUT_BUFFER_MIN: usize = resp::output::BUFFER_MIN;

/// The output beyond the first buffer that may pile up for a client which has not logged in.
const STRANGER_OUTPUT_MAX: u64 = 1024;

/// All clients are looked at when as much memory has been taken by anybody as this part (one in so many) of what they may use.
const CLIENT_GROWTH_PART: u64 = 16;

impl Client {
    /// Frees what a client that is about to be closed has received and would have been sent.
    fn give_memory_back(&mut self) {
        self.query = Vec::new();
        self.parser = Parser::default();
        self.output.clear();
        self.output.resize_buffer(OUTPUT_BUFFER_MIN);
    }

    /// Frees an output buffer that has grown and holds nothing now: rather that than keys.
    #[cold]
    pub(crate) fn give_output_buffer_back(&mut self) {
        if self.output.is_empty() && self.output.buffer_capacity() > OUTPUT_BUFFER_MIN {
            self.output.resize_buffer(OUTPUT_BUFFER_MIN);
        }
    }

    /// Makes the output buffer smaller when it was not needed lately; returns whether it did.
    pub(crate) fn fit_output_buffer(&mut self, forget_peak: bool) -> bool {
        let (capacity, peak) = (self.output.buffer_capacity(), self.output.peak());
        let shrinks = capacity > OUTPUT_BUFFER_MIN && peak < capacity / 2;
        if shrinks {
            let smaller = (capacity / 2).max(peak + 1).max(OUTPUT_BUFFER_MIN);
            self.output.resize_buffer(smaller);
        }
        if forget_peak {
            self.output.take_peak();
        }
        shrinks
    }
}

impl Node {
    /// Closes a client that lets too much output pile up.
    pub(crate) fn check_output_limit(&mut self, token: Token) {
        let now = self.shard.now_ms();
        let Some(client) = self.clients.get_mut(token) else { return };
        // What is taken back in the end, since the client wants no replies, does not pile up.
        let is_silent = client.flags.has(Flags::REPLY_OFF.and(Flags::REPLY_SKIP));
        if client.flags.has(Flags::CLOSE_NOW) || (is_silent && self.answering == Some(token)) {
            return;
        }
        let limit = self.config.client_output_buffer_limit.of(client.class());
        let used = client.output.queued_memory() as u64;
        // A stranger is not kept for the sake of the refusals it does not read.
        let stranger = client.flags.has(Flags::UNAUTHENTICATED) && used > STRANGER_OUTPUT_MAX;
        let hard = stranger || (limit.hard > 0 && used >= limit.hard);
        let soft = limit.soft > 0 && used >= limit.soft;
        let soft = if soft {
            let since = *client.soft_limit_since_ms.get_or_insert(now);
            now.saturating_sub(since) > limit.soft_seconds as u64 * 1000
        } else {
            client.soft_limit_since_ms = None;
            false
        };
        if hard || soft {
            let id = client.id.0;
            self.stats.output_limit_disconnections += 1;
            self.log(
                LogLevel::Warning,
                format!("Client id={id} closed for overcoming of output buffer limits."),
            );
            self.close(token);
        }
    }

    /// Sees whether clients use more than they may, if they can have grown enough since that was last seen to. Returns whether any have gone.
    pub(crate) fn evict_grown_clients(&mut self) -> bool {
        let Some(limit) = self.config.maxmemory_clients.limit(self.config.maxmemory) else {
            return false;
        };
        let used = self.memory.used();
        self.clients_seen_at = self.clients_seen_at.min(used);
        if used - self.clients_seen_at <= limit / CLIENT_GROWTH_PART {
            return false;
        }
        let before = self.stats.evicted_clients;
        self.evict_clients();
        self.clients_seen_at = self.memory.used();
        self.stats.evicted_clients > before
    }

    /// Closes the clients that use most while all together use more than they may.
    pub(crate) fn evict_clients(&mut self) {
        let Some(limit) = self.config.maxmemory_clients.limit(self.config.maxmemory) else {
            return;
        };
        let counted = |client: &&Client| {
            !client.flags.has(Flags::NO_EVICT.and(Flags::CLOSE_NOW)) && !client.peer.internal
        };
        let mut weights: Vec<(usize, Token)> = self
            .clients
            .iter()
            .filter(counted)
            .map(|client| (client.memory(), client.token))
            .collect();
        let mut total: u64 = weights.iter().map(|(memory, _)| *memory as u64).sum();
        if total <= limit {
            return;
        }
        weights.sort_unstable_by_key(|(memory, _)| std::cmp::Reverse(*memory));
        for (memory, token) in weights {
            if total <= limit {
                break;
            }
            total -= memory as u64;
            let id = self.clients[token].id.0;
            self.stats.evicted_clients += 1;
            self.log(LogLevel::Notice, format!("Evicting client: id={id} tot-mem={memory}"));
            self.close(token);
            let client = &mut self.clients[token];
            // The one whose requests are running has them on loan.
            if client.running == 0 {
                client.give_memory_back();
            }
        }
    }
}
