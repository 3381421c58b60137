//! MONITOR: clients that see every command.

use commands::Args;

use crate::client::{Flags, Token};
use crate::redact::Secrets;
use crate::table::Row;
use crate::{Attention, Node};

impl Node {
    /// Makes a client see all commands.
    pub(crate) fn start_monitor(&mut self, token: Token) {
        self.clients[token].flags.set(Flags::MONITOR, true);
        self.attention.set(Attention::MONITOR, true);
    }

    /// Stops showing commands to a client.
    pub(crate) fn stop_monitor(&mut self, token: Token) {
        let flags = &mut self.clients[token].flags;
        if flags.has(Flags::MONITOR) {
            flags.set(Flags::MONITOR, false);
            let still = self.clients.iter().any(|client| client.flags.has(Flags::MONITOR));
            self.attention.set(Attention::MONITOR, still);
        }
    }

    /// Shows a command to those who see all.
    pub(crate) fn show_to_monitors(&mut self, token: Token, row: &Row, args: &Args<'_>) {
        if self.attention.0 & Attention::MONITOR == 0
            || row.has(spec::Flag::SkipMonitor)
            || row.has(spec::Flag::Admin)
        {
            return;
        }
        let micros = self.clock.unix_us();
        let client = &self.clients[token];
        let mut line = format!("+{}.{:06} [{} ", micros / 1_000_000, micros % 1_000_000, client.db)
            .into_bytes();
        if client.peer.unix {
            line.extend_from_slice(b"unix:");
        }
        line.extend_from_slice(client.peer.addr.as_bytes());
        line.push(b']');
        let secrets = Secrets::of(row, args);
        for (index, arg) in args.all().iter().enumerate() {
            line.push(b' ');
            stdx::text::quote(&mut line, secrets.show(index, arg));
        }
        line.extend_from_slice(b"\r\n");
        let watchers: Vec<Token> = self
            .clients
            .iter()
            .filter(|client| client.flags.has(Flags::MONITOR))
            .map(|client| client.token)
            .collect();
        for watcher in watchers {
            self.push(watcher, |reply| reply.raw(&line));
        }
    }
}
