//! SLOWLOG: the commands that took longest lately.

use commands::{Args, CmdResult, CommandError};
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Admin as AdminFlag, Loading, Stale};
use spec::{Command, Group};

use super::{Admin, unknown_subcommand, wrong_subcommand};
use crate::table::AdminFn;

type Row = Command<AdminFn>;

/// The rows of this topic.
pub const COMMANDS: &[Row] = &[Row::new("SLOWLOG", unknown_subcommand, AtLeast(2))
    .group(Group::Server)
    .summary("Reports which commands took long.")
    .complexity("Depends on the subcommand.")
    .since("2.2.12")
    .subcommands(&[
        Row::new("GET", get, AtLeast(2))
            .group(Group::Server)
            .flags(&[AdminFlag, Loading, Stale])
            .usage("[count:integer]")
            .summary("Returns the latest slow commands.")
            .complexity("O(N) for N commands returned.")
            .since("2.2.12")
            .history(&[("4.0.0", "Shows the address and the name of the client.")])
            .tips(&["request_policy:all_nodes", "nondeterministic_output"]),
        Row::new("HELP", help, Exactly(2))
            .group(Group::Server)
            .flags(&[Loading, Stale])
            .summary("Returns help about the subcommands.")
            .complexity("O(1).")
            .since("6.2.0"),
        Row::new("LEN", len, Exactly(2))
            .group(Group::Server)
            .flags(&[AdminFlag, Loading, Stale])
            .summary("Returns the number of slow commands that are remembered.")
            .complexity("O(1).")
            .since("2.2.12")
            .tips(&[
                "request_policy:all_nodes",
                "response_policy:agg_sum",
                "nondeterministic_output",
            ]),
        Row::new("RESET", reset, Exactly(2))
            .group(Group::Server)
            .flags(&[AdminFlag, Loading, Stale])
            .summary("Forgets all slow commands.")
            .complexity("O(N) for N remembered commands.")
            .since("2.2.12")
            .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    ])];

/// Entries that are shown if nobody says how many.
const SHOWN: usize = 10;

const HELP: &[&str] = &[
    "GET [<count>]",
    "    Return the latest <count> entries (default: 10; -1: all), each with its id,",
    "    Unix time, duration in microseconds, arguments, and the client's address and name.",
    "LEN",
    "    Return the number of entries.",
    "RESET",
    "    Forget all entries.",
];

fn help(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.help("SLOWLOG", HELP);
    Ok(())
}

fn get(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() > 3 {
        return Err(wrong_subcommand(args));
    }
    let count = match args.get(2).map(stdx::number::parse_i64) {
        None => SHOWN,
        Some(Some(-1)) => usize::MAX,
        Some(count) => count.and_then(|count| usize::try_from(count).ok()).ok_or_else(|| {
            CommandError::other("ERR count should be greater than or equal to -1")
        })?,
    };
    let node = &mut *cx.node;
    let mut reply = node.clients[cx.token].reply();
    reply.array(count.min(node.slow_log.entries().len()));
    for entry in node.slow_log.entries().take(count) {
        reply.array(6);
        reply.integer(entry.id as i64);
        reply.integer(entry.unix_s as i64);
        reply.integer(entry.micros as i64);
        reply.array(entry.args.len());
        entry.args.iter().for_each(|arg| reply.bulk(arg));
        reply.bulk(entry.addr.as_bytes());
        reply.bulk(&entry.name);
    }
    Ok(())
}

fn len(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let len = cx.node.slow_log.entries().len();
    cx.reply().size(len);
    Ok(())
}

fn reset(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.node.slow_log.clear();
    cx.reply().ok();
    Ok(())
}
