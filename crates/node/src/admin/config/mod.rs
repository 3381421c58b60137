//! CONFIG: the settings of the running server.

use commands::{Args, CmdResult, CommandError};
use config::{Caller, Rewrite};
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Admin as AdminFlag, Loading, NoScript, Stale};
use spec::Group;
use stdx::glob::{self, Case};

use super::{Admin, unknown_subcommand};
use crate::table::AdminFn;
use crate::{LogLevel, Node};

/// A row, and what it calls.
type Command = spec::Command<AdminFn>;

/// The rows of this topic.
pub(crate) const COMMANDS: &[Command] = &[Command::new("CONFIG", unknown_subcommand, AtLeast(2))
    .group(Group::Server)
    .summary("Manages the configuration.")
    .complexity("Depends on the subcommand.")
    .since("2.0.0")
    .subcommands(&[
        Command::new("GET", get, AtLeast(3))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .usage("parameter+")
            .summary("Returns settings by name or pattern.")
            .complexity("O(N*M) for N patterns and M settings.")
            .since("2.0.0")
            .history(&[("7.0.0", "Takes several patterns.")]),
        Command::new("HELP", help, Exactly(2))
            .group(Group::Server)
            .flags(&[Loading, Stale])
            .summary("Returns help about the subcommands.")
            .complexity("O(1).")
            .since("5.0.0"),
        Command::new("RESETSTAT", resetstat, Exactly(2))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .summary("Sets statistics back to zero.")
            .complexity("O(N) for N commands with statistics.")
            .since("2.0.0")
            .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
        Command::new("REWRITE", rewrite, Exactly(2))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .summary("Writes the settings in force into the configuration file.")
            .complexity("O(N) for N settings.")
            .since("2.8.0")
            .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
        Command::new("SET", set, AtLeast(4))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .usage("data=(parameter value)+")
            .summary("Changes settings while the server runs, all of them or none.")
            .complexity("O(N) for N settings.")
            .since("2.0.0")
            .history(&[("7.0.0", "Takes several settings.")])
            .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    ])];

/// CONFIG GET pattern [pattern ...]
fn get(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let matches = |pattern: &[u8], name: &[u8]| glob::matches(pattern, name, Case::Sensitive);
    let found = cx.node.config.get(&args[2..], &matches);
    let mut reply = cx.reply();
    reply.map(found.len());
    for (name, value) in found {
        reply.bulk(&name);
        reply.bulk(&value);
    }
    Ok(())
}

/// CONFIG SET name value [name value ...]
fn set(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let (pairs, rest) = args[2..].as_chunks::<2>();
    if !rest.is_empty() {
        return Err(CommandError::Syntax);
    }
    let pairs: Vec<(&[u8], &[u8])> = pairs.iter().map(|[name, value]| (*name, *value)).collect();
    let caller = Caller { local: cx.client().peer.local, loading: false };
    cx.node
        .change_settings(&pairs, caller)
        .map_err(|error| CommandError::other(error.to_string()))?;
    cx.reply().ok();
    Ok(())
}

/// CONFIG REWRITE
fn rewrite(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    if cx.node.start.config_file.is_empty() {
        return Err(CommandError::other("ERR The server is running without a config file"));
    }
    match cx.node.rewrite_config(false) {
        Ok(()) => {
            cx.node.log(LogLevel::Notice, "CONFIG REWRITE executed with success.");
            cx.reply().ok();
            Ok(())
        }
        Err(reason) => {
            cx.node.log(LogLevel::Warning, format!("CONFIG REWRITE failed: {reason}"));
            Err(CommandError::other(format!("ERR Rewriting config file: {reason}")))
        }
    }
}

/// CONFIG RESETSTAT
fn resetstat(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.node.stats.reset();
    cx.node.shard.reset_stats();
    cx.reply().ok();
    Ok(())
}

/// CONFIG HELP
fn help(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.help(
        "CONFIG",
        &[
            "GET <pattern> [<pattern> ...]",
            "    Settings whose name is, or matches, one of these, with their values.",
            "SET <directive> <value> [<directive> <value> ...]",
            "    Change settings: all of them, or none.",
            "RESETSTAT",
            "    Start counting anew what INFO reports.",
            "REWRITE",
            "    Write the settings in force into the configuration file.",
        ],
    );
    Ok(())
}

impl Node {
    /// Writes the settings into the configuration file; fails with the reason.
    pub(super) fn rewrite_config(&mut self, everything: bool) -> Result<(), String> {
        let old = self.machine.read_config_file()?;
        let how = Rewrite { everything, users: None };
        let new = config::rewrite(&old, &self.config, how);
        self.machine.write_config_file(&new)
    }
}

#[cfg(test)]
mod tests;
