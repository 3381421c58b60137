//! The commands over data: one folder a family, one row a command.
//!
//! A handler is a function over a [`Cx`]: it reads its arguments, opens keys through the door of the keyspace, records what it did in [`Effects`], and answers. It cannot reach the network, other clients or files, and does not know that logs and replicas exist.

mod answer;
mod args;
mod cx;
mod effects;
mod error;
mod expiry;
pub mod hash;
pub mod key;
pub mod list;
mod mpop;
mod scan;
pub mod set;
pub mod sorted_set;
pub mod string;
mod wait;

pub use args::Args;
pub use cx::Cx;
pub use effects::{Effects, Event, EventClass, Logged, Wait};
pub use error::CommandError;

use spec::Command;

/// What a handler came to: its reply is written, or this is the reply.
pub type CmdResult = Result<(), CommandError>;

/// A handler over data.
pub type DataFn = fn(&mut Cx<'_>, &Args<'_>) -> CmdResult;

/// The handler of a command that is nothing without a subcommand.
pub fn unknown_subcommand(_: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let container = String::from_utf8_lossy(args[0]).to_uppercase();
    let word = String::from_utf8_lossy(args.get(1).unwrap_or_default());
    Err(CommandError::other(format!("ERR unknown subcommand '{word}'. Try {container} HELP.")))
}

/// The tables of all families.
pub const FAMILIES: &[&[Command<DataFn>]] = &[
    string::COMMANDS,
    key::COMMANDS,
    list::COMMANDS,
    hash::COMMANDS,
    set::COMMANDS,
    sorted_set::COMMANDS,
];
