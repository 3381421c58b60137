//! The commands over the server itself: its clients, its settings, its state.
//!
//! One folder or file a topic, with the topic's table of rows and its handlers. A handler works on an [`Admin`]: the whole node, and the client that asked.

pub mod client;
pub mod command;
pub mod config;
pub mod connection;
pub mod debug;
pub mod info;
pub mod latency;
mod lolwut;
pub mod memory;
pub mod pubsub;
pub mod server;
pub mod shutdown;
pub mod slowlog;
pub mod transactions;

use commands::{Args, CmdResult, CommandError};
use resp::reply::Reply;
use spec::Command;

use crate::Node;
use crate::client::{Client, Token};
use crate::table::AdminFn;

/// The tables of all topics.
pub const FAMILIES: &[&[Command<AdminFn>]] = &[
    connection::COMMANDS,
    client::COMMANDS,
    transactions::COMMANDS,
    pubsub::COMMANDS,
    server::COMMANDS,
    shutdown::COMMANDS,
    command::COMMANDS,
    config::COMMANDS,
    debug::COMMANDS,
    info::COMMANDS,
    latency::COMMANDS,
    memory::COMMANDS,
    slowlog::COMMANDS,
];

/// What a handler over the server touches.
#[derive(Debug)]
pub struct Admin<'n> {
    /// The whole server.
    pub node: &'n mut Node,
    /// The place of the client that asked.
    pub token: Token,
}

impl Admin<'_> {
    /// Returns the client that asked.
    pub fn client(&mut self) -> &mut Client {
        &mut self.node.clients[self.token]
    }

    /// Returns the answer.
    pub fn reply(&mut self) -> Reply<'_> {
        self.node.clients[self.token].reply()
    }

    /// Answers with the lines of a HELP subcommand; `about` is the container's name.
    pub fn help(&mut self, about: &str, lines: &[&str]) {
        let mut reply = self.reply();
        reply.array(lines.len() + 3);
        reply.simple(&format!("{about} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
        for line in lines {
            reply.simple(line);
        }
        reply.simple("HELP");
        reply.simple("    Print this help.");
    }
}

/// The most of a name that a refusal repeats.
const SHOWN_MAX: usize = 128;

/// Refuses a request in which a subcommand is followed by too many arguments, as far as its row does not see to that.
fn wrong_subcommand(args: &Args<'_>) -> CommandError {
    let shown =
        |word: &[u8]| String::from_utf8_lossy(&word[..word.len().min(SHOWN_MAX)]).into_owned();
    let subcommand = args.get(1).map(shown).unwrap_or_default();
    CommandError::UnknownSubcommand(subcommand, shown(args[0]).to_ascii_uppercase())
}

/// Answers for a container that is nothing without its subcommands. Requests that have none, or one that does not exist, are refused before they come here.
fn unknown_subcommand(_: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    Err(wrong_subcommand(args))
}
