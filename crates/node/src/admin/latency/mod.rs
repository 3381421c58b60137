//! LATENCY: what has held everybody up, and how long commands take.

mod doctor;
mod graph;

use commands::{Args, CmdResult, CommandError};
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Admin as AdminFlag, Loading, NoScript, Stale};
use spec::{Command, CommandId, Group};

use super::{Admin, unknown_subcommand};
use crate::Node;
use crate::latency::Cause;
use crate::table::AdminFn;

type Row = Command<AdminFn>;

/// The rows of this topic.
pub const COMMANDS: &[Row] = &[Row::new("LATENCY", unknown_subcommand, AtLeast(2))
    .group(Group::Server)
    .summary("Reports what took long.")
    .complexity("Depends on the subcommand.")
    .since("2.8.13")
    .subcommands(&[
        Row::new("DOCTOR", doctor, Exactly(2))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .summary("Explains latency spikes and what to do about them.")
            .complexity("O(1).")
            .since("2.8.13")
            .tips(&[
                "nondeterministic_output",
                "request_policy:all_nodes",
                "response_policy:special",
            ]),
        Row::new("GRAPH", graph, Exactly(3))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .usage("event")
            .summary("Draws the latency spikes of an event.")
            .complexity("O(1).")
            .since("2.8.13")
            .tips(&[
                "nondeterministic_output",
                "request_policy:all_nodes",
                "response_policy:special",
            ]),
        Row::new("HELP", help, Exactly(2))
            .group(Group::Server)
            .flags(&[Loading, Stale])
            .summary("Returns help about the subcommands.")
            .complexity("O(1).")
            .since("2.8.13"),
        Row::new("HISTOGRAM", histogram, AtLeast(2))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .usage("[command<COMMAND>+]")
            .summary("Returns how the durations of commands are distributed.")
            .complexity("O(N) for N commands with statistics.")
            .since("7.0.0")
            .tips(&[
                "nondeterministic_output",
                "request_policy:all_nodes",
                "response_policy:special",
            ]),
        Row::new("HISTORY", history, Exactly(3))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .usage("event")
            .summary("Returns the latency spikes of an event.")
            .complexity("O(1).")
            .since("2.8.13")
            .tips(&[
                "nondeterministic_output",
                "request_policy:all_nodes",
                "response_policy:special",
            ]),
        Row::new("LATEST", latest, Exactly(2))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .summary("Returns the latest latency spike of every event.")
            .complexity("O(1).")
            .since("2.8.13")
            .tips(&[
                "nondeterministic_output",
                "request_policy:all_nodes",
                "response_policy:special",
            ]),
        Row::new("RESET", reset, AtLeast(2))
            .group(Group::Server)
            .flags(&[AdminFlag, NoScript, Loading, Stale])
            .usage("[event+]")
            .summary("Forgets latency spikes.")
            .complexity("O(1).")
            .since("2.8.13")
            .tips(&["request_policy:all_nodes", "response_policy:agg_sum"]),
    ])];

const HELP: &[&str] = &[
    "DOCTOR",
    "    Report what takes long, and what can be done about it.",
    "GRAPH <event>",
    "    Draw the spikes of an event.",
    "HISTOGRAM [<command> ...]",
    "    Return how long commands take: how many took at most so many microseconds.",
    "HISTORY <event>",
    "    Return time and milliseconds of the spikes of an event.",
    "LATEST",
    "    Return the last spike of every event, and its longest.",
    "RESET [<event> ...]",
    "    Forget the spikes of these events (default: of all).",
];

fn help(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.help("LATENCY", HELP);
    Ok(())
}

fn latest(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let node = &mut *cx.node;
    let mut reply = node.clients[cx.token].reply();
    reply.array(node.latency.iter().len());
    for (cause, history) in node.latency.iter() {
        let last = history.last().unwrap_or_default();
        reply.array(4);
        reply.bulk(cause.name().as_bytes());
        reply.integer(last.unix_s as i64);
        reply.integer(last.ms as i64);
        reply.integer(history.max_ms() as i64);
    }
    Ok(())
}

fn history(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let node = &mut *cx.node;
    let mut reply = node.clients[cx.token].reply();
    let Some(history) = Cause::named(args[2]).and_then(|cause| node.latency.get(cause)) else {
        reply.array(0);
        return Ok(());
    };
    reply.array(history.spikes().len());
    for spike in history.spikes() {
        reply.array(2);
        reply.integer(spike.unix_s as i64);
        reply.integer(spike.ms as i64);
    }
    Ok(())
}

fn reset(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let latency = &mut cx.node.latency;
    let forgotten = if args.len() == 2 {
        latency.clear()
    } else {
        let causes = args[2..].iter().filter_map(|name| Cause::named(name));
        causes.filter(|&cause| latency.forget(cause)).count()
    };
    cx.reply().size(forgotten);
    Ok(())
}

fn graph(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let cause = Cause::named(args[2]);
    let now_s = cx.node.shard.now_ms() / 1000;
    let text = cause
        .and_then(|cause| Some(graph::draw(cause, cx.node.latency.get(cause)?, now_s)))
        .ok_or_else(|| {
            let event = String::from_utf8_lossy(args[2]);
            CommandError::other(format!("ERR No samples available for event '{event}'"))
        })?;
    cx.reply().verbatim(*b"txt", text.as_bytes());
    Ok(())
}

fn doctor(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let text = doctor::report(cx.node);
    cx.reply().verbatim(*b"txt", text.as_bytes());
    Ok(())
}

/// The upper bound of each step of a histogram is about twice that of the one before.
///
/// Compat: the bounds are those of a histogram with two significant digits that starts at 1024 nanoseconds; whoever draws them expects these numbers.
fn bounds_ns() -> impl Iterator<Item = u64> {
    (0..31).map(|step| (1032 << step) - 1)
}

/// Returns the steps that something falls into: the bound in microseconds, and how many commands took no longer.
fn steps(node: &Node, id: CommandId) -> Vec<(u64, u64)> {
    let Some(histogram) = &node.stats.commands[id.index()].latency else { return Vec::new() };
    let mut steps = Vec::new();
    let mut before = 0;
    for bound in bounds_ns() {
        let count = histogram.at_most(bound);
        if count > before {
            steps.push((bound / 1000, count));
            before = count;
        }
        if count == histogram.total() {
            break;
        }
    }
    steps
}

/// Returns the commands with the names that were given and their subcommands; without names, all.
fn named_commands(node: &Node, names: &[&[u8]]) -> Vec<CommandId> {
    if names.is_empty() {
        return node.table.rows().iter().map(|row| row.id).collect();
    }
    let rows = names.iter().filter_map(|name| node.table.find(name));
    rows.flat_map(|row| {
        let own = std::iter::once(row.id);
        own.chain(node.table.subcommands(row).iter().map(|sub| sub.id))
    })
    .collect()
}

fn histogram(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let node = &mut *cx.node;
    let measured: Vec<_> = named_commands(node, &args[2..])
        .into_iter()
        .map(|id| (id, steps(node, id)))
        .filter(|(_, steps)| !steps.is_empty())
        .collect();
    let mut reply = node.clients[cx.token].reply();
    reply.map(measured.len());
    for (id, steps) in measured {
        reply.bulk(node.table.row(id).full_name.as_bytes());
        reply.map(2);
        reply.bulk(b"calls");
        reply.integer(node.stats.commands[id.index()].calls as i64);
        reply.bulk(b"histogram_usec");
        reply.map(steps.len());
        for (bound, count) in steps {
            reply.integer(bound as i64);
            reply.integer(count as i64);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_histograms_are_those_that_tools_know() {
        let micros: Vec<u64> = bounds_ns().map(|bound| bound / 1000).take(12).collect();
        assert_eq!(micros, [1, 2, 4, 8, 16, 33, 66, 132, 264, 528, 1056, 2113]);
    }
}
