//! The commands over the server itself: its clients, its settings, its state.
//!
//! One folder or file a topic, with the topic's table of rows and its handlers. A handler works on an [`Admin`]: the whole node, and the client that asked.

pub mod config;
pub mod debug;
pub mod info;
pub mod shutdown;

use commands::{Args, CmdResult, CommandError};
use resp::reply::Reply;
use spec::Command;

use crate::Node;
use crate::client::{Client, Token};
use crate::table::AdminFn;

/// The tables of all topics.
pub const FAMILIES: &[&[Command<AdminFn>]] =
    &[config::COMMANDS, debug::COMMANDS, info::COMMANDS, shutdown::COMMANDS];

/// What a container does itself: it knows none of the words that are no subcommands.
pub(crate) fn unknown_subcommand(_: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let container = String::from_utf8_lossy(args[0]).to_uppercase();
    let word = args.get(1).map(String::from_utf8_lossy).unwrap_or_default();
    Err(CommandError::other(format!("ERR unknown subcommand '{word}'. Try {container} HELP.")))
}

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
