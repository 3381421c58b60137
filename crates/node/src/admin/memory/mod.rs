//! MEMORY: what memory is used for.

mod doctor;

use commands::{Args, CmdResult, CommandError};
use resp::reply::Reply;
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Loading, ReadOnly, Stale};
use spec::KeyFlag::Ro;
use spec::{Command, Group, KeySpec};

use super::{Admin, unknown_subcommand};
use crate::Node;
use crate::info::Breakdown;
use crate::table::AdminFn;

type Row = Command<AdminFn>;

/// The rows of this topic.
pub const COMMANDS: &[Row] = &[Row::new("MEMORY", unknown_subcommand, AtLeast(2))
    .group(Group::Server)
    .summary("Reports what memory is used for.")
    .complexity("Depends on the subcommand.")
    .since("4.0.0")
    .subcommands(&[
        Row::new("DOCTOR", doctor, Exactly(2))
            .group(Group::Server)
            .summary("Explains memory problems and what to do about them.")
            .complexity("O(1).")
            .since("4.0.0")
            .tips(&[
                "nondeterministic_output",
                "request_policy:all_shards",
                "response_policy:special",
            ]),
        Row::new("HELP", help, Exactly(2))
            .group(Group::Server)
            .flags(&[Loading, Stale])
            .summary("Returns help about the subcommands.")
            .complexity("O(1).")
            .since("4.0.0"),
        Row::new("MALLOC-STATS", malloc_stats, Exactly(2))
            .group(Group::Server)
            .summary("Returns the statistics of the allocator.")
            .complexity("Depends on how much memory is allocated.")
            .since("4.0.0")
            .tips(&[
                "nondeterministic_output",
                "request_policy:all_shards",
                "response_policy:special",
            ]),
        Row::new("PURGE", purge, Exactly(2))
            .group(Group::Server)
            .summary("Asks the allocator to give unused memory back.")
            .complexity("Depends on how much memory is allocated.")
            .since("4.0.0")
            .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
        Row::new("STATS", stats, Exactly(2))
            .group(Group::Server)
            .summary("Returns what memory is used for.")
            .complexity("O(1).")
            .since("4.0.0")
            .tips(&[
                "nondeterministic_output",
                "request_policy:all_shards",
                "response_policy:special",
            ]),
        Row::new("USAGE", usage, AtLeast(3))
            .group(Group::Server)
            .flags(&[ReadOnly])
            .keys(&[KeySpec::at(2, &[Ro])])
            .usage("key [SAMPLES count:integer]")
            .summary("Estimates the memory that a key and its value take.")
            .complexity("O(N) for N samples of a collection.")
            .since("4.0.0"),
    ])];

/// A key's place in its table.
const SLOT: usize = size_of::<usize>();

const HELP: &[&str] = &[
    "DOCTOR",
    "    Report what is wrong with the use of memory.",
    "MALLOC-STATS",
    "    Return the allocator's own report.",
    "PURGE",
    "    Give memory that is not used back to the system.",
    "STATS",
    "    Return what memory is used for.",
    "USAGE <key> [SAMPLES <count>]",
    "    Return the bytes that <key> and its value take. The result is exact; SAMPLES is",
    "    accepted for those who are used to estimates.",
];

fn help(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.help("MEMORY", HELP);
    Ok(())
}

fn usage(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    for index in (3..args.len()).step_by(2) {
        if !args.is(index, "SAMPLES") || index + 1 == args.len() {
            return Err(CommandError::Syntax);
        }
        if args.integer(index + 1)? < 0 {
            return Err(CommandError::Syntax);
        }
    }
    let db = cx.client().db;
    let size = cx.node.shard.db(db).peek(args.key(2)).map(|entry| entry.memory() + SLOT);
    match size {
        Some(size) => cx.reply().size(size),
        None => cx.reply().null(),
    }
    Ok(())
}

fn malloc_stats(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let report = cx.node.memory.report();
    if report.is_empty() {
        cx.reply().bulk(b"Stats not supported for the current allocator");
    } else {
        cx.reply().verbatim(*b"txt", report.as_bytes());
    }
    Ok(())
}

fn purge(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.node.memory.purge();
    cx.reply().ok();
    Ok(())
}

fn stats(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let node = &mut *cx.node;
    let memory = Breakdown::of(node);
    let databases = node.used_databases();
    let keys: u64 = databases.iter().map(|&db| node.shard.database(db).len() as u64).sum();
    let since_start = memory.used.saturating_sub(memory.startup);
    let mut reply = node.clients[cx.token].reply();
    reply.map(27 + databases.len());
    let number = |reply: &mut Reply<'_>, name: &str, value: u64| {
        reply.bulk(name.as_bytes());
        reply.integer(value as i64);
    };
    number(&mut reply, "peak.allocated", memory.peak);
    number(&mut reply, "total.allocated", memory.used);
    number(&mut reply, "startup.allocated", memory.startup);
    number(&mut reply, "replication.backlog", 0);
    number(&mut reply, "clients.slaves", 0);
    number(&mut reply, "clients.normal", memory.clients);
    number(&mut reply, "cluster.links", 0);
    number(&mut reply, "aof.buffer", 0);
    number(&mut reply, "lua.caches", 0);
    number(&mut reply, "functions.caches", 0);
    for index in databases {
        let overhead = node.shard.database(index).overhead();
        reply.bulk(format!("db.{index}").as_bytes());
        reply.map(3);
        number(&mut reply, "overhead.hashtable.main", overhead as u64);
        // Expiries are kept beside their keys, and slots are found by the keys' hashes.
        number(&mut reply, "overhead.hashtable.expires", 0);
        number(&mut reply, "overhead.hashtable.slot-to-keys", 0);
    }
    number(&mut reply, "overhead.total", memory.overhead());
    number(&mut reply, "keys.count", keys);
    let per_key = since_start.checked_div(keys).unwrap_or_default();
    number(&mut reply, "keys.bytes-per-key", per_key);
    number(&mut reply, "dataset.bytes", memory.dataset());
    ratio(&mut reply, "dataset.percentage", memory.dataset_percent());
    let of_peak = Part::of(memory.used, memory.peak).ratio * 100.0;
    ratio(&mut reply, "peak.percentage", of_peak);
    number(&mut reply, "allocator.allocated", memory.used);
    number(&mut reply, "allocator.active", memory.active);
    number(&mut reply, "allocator.resident", memory.resident);
    for (name, part) in losses(&memory) {
        // The last one is called by its name alone.
        let joint = if name == "fragmentation" { "" } else { ".ratio" };
        ratio(&mut reply, &format!("{name}{joint}"), part.ratio);
        reply.bulk(format!("{name}.bytes").as_bytes());
        reply.integer(part.bytes);
    }
    Ok(())
}

fn ratio(reply: &mut Reply<'_>, name: &str, value: f64) {
    reply.bulk(name.as_bytes());
    reply.double(value);
}

impl Node {
    fn used_databases(&self) -> Vec<usize> {
        let all = 0..self.shard.databases();
        all.filter(|&index| !self.shard.database(index).is_empty()).collect()
    }
}

/// What one thing takes beyond another.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// How many times as much.
    ratio: f64,
    /// How many bytes more.
    bytes: i64,
}

impl Part {
    fn of(more: u64, less: u64) -> Self {
        let ratio = if less == 0 { 0.0 } else { more as f64 / less as f64 };
        Self { ratio, bytes: more as i64 - less as i64 }
    }
}

/// Returns where memory is lost on the way from the allocator to the process, and what is lost all in all.
fn losses(memory: &Breakdown) -> [(&'static str, Part); 4] {
    [
        ("allocator-fragmentation", Part::of(memory.active, memory.used)),
        ("allocator-rss", Part::of(memory.resident, memory.active)),
        ("rss-overhead", Part::of(memory.rss, memory.resident)),
        ("fragmentation", Part::of(memory.rss, memory.used)),
    ]
}

fn doctor(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let text = doctor::diagnosis(&Breakdown::of(cx.node), cx.node.clients.len());
    cx.reply().verbatim(*b"txt", text.as_bytes());
    Ok(())
}
