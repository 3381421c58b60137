//! The server as a whole: its databases, its clock, and who watches it.

use commands::{Args, CmdResult, CommandError};
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Admin as AdminFlag, Fast, Loading, NoScript, ReadOnly, Stale, Write};
use spec::{Category, Command, Group};

use super::{Admin, lolwut};
use crate::client::Flags;
use crate::table::AdminFn;

type Row = Command<AdminFn>;

/// The rows of this topic.
pub const COMMANDS: &[Row] = &[
    Row::new("DBSIZE", dbsize, Exactly(1))
        .group(Group::Server)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Keyspace])
        .summary("Returns the number of keys in the database.")
        .complexity("O(1).")
        .since("1.0.0")
        .tips(&["request_policy:all_shards", "response_policy:agg_sum"]),
    Row::new("FLUSHALL", flushall, AtLeast(1))
        .group(Group::Server)
        .flags(&[Write])
        .categories(&[Category::Keyspace, Category::Dangerous])
        .usage("[flush-type=(ASYNC@4.0.0 | SYNC@6.2.0)]")
        .summary("Removes all keys of all databases.")
        .complexity("O(N) for N keys in all databases, which `ASYNC` leaves to the background.")
        .since("1.0.0")
        .history(&[("4.0.0", "Takes `ASYNC`."), ("6.2.0", "Takes `SYNC`.")])
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Row::new("FLUSHDB", flushdb, AtLeast(1))
        .group(Group::Server)
        .flags(&[Write])
        .categories(&[Category::Keyspace, Category::Dangerous])
        .usage("[flush-type=(ASYNC@4.0.0 | SYNC@6.2.0)]")
        .summary("Removes all keys of the database.")
        .complexity("O(N) for N keys in the database, which `ASYNC` leaves to the background.")
        .since("1.0.0")
        .history(&[("4.0.0", "Takes `ASYNC`."), ("6.2.0", "Takes `SYNC`.")])
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Row::new("LOLWUT", lolwut::lolwut, AtLeast(1))
        .group(Group::Server)
        .flags(&[ReadOnly, Fast])
        .usage("[VERSION version:integer]")
        .summary("Draws a picture, and tells the version.")
        .complexity("O(N) for a picture of N characters.")
        .since("5.0.0"),
    Row::new("MONITOR", monitor, Exactly(1))
        .group(Group::Server)
        .flags(&[AdminFlag, NoScript, Loading, Stale])
        .summary("Shows every command that the server executes.")
        .complexity("O(N) per command for N clients that monitor.")
        .since("1.0.0"),
    Row::new("SWAPDB", swapdb, Exactly(3))
        .group(Group::Server)
        .flags(&[Write, Fast])
        .categories(&[Category::Keyspace, Category::Dangerous])
        .usage("index1:integer index2:integer")
        .summary("Exchanges two databases.")
        .complexity("O(N) for N clients that watch keys in them or are blocked on such.")
        .since("4.0.0"),
    Row::new("TIME", time, Exactly(1))
        .group(Group::Server)
        .flags(&[Loading, Stale, Fast])
        .summary("Returns the time of the server: seconds and microseconds.")
        .complexity("O(1).")
        .since("2.6.0")
        .tips(&["nondeterministic_output"]),
];

fn dbsize(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let db = cx.client().db;
    let keys = cx.node.shard.database(db).len();
    cx.reply().size(keys);
    Ok(())
}

fn flushdb(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let db = cx.client().db;
    flush(cx, args, Some(db))
}

fn flushall(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    flush(cx, args, None)
}

/// Removes all keys of a database, or of all.
fn flush(cx: &mut Admin<'_>, args: &Args<'_>, db: Option<usize>) -> CmdResult {
    let in_background = match args.len() {
        1 => cx.node.config.lazyfree_lazy_user_flush,
        2 if args.is(1, "ASYNC") => true,
        2 if args.is(1, "SYNC") => false,
        _ => return Err(CommandError::Syntax),
    };
    let removed = cx.node.shard.clear(db, in_background);
    let effects = &mut cx.node.effects;
    // Compat: where snapshots are taken at all, nothing is left of any database that is not in one.
    if db.is_none() && !cx.node.config.save.0.is_empty() {
        cx.node.dirty = 0;
    } else {
        effects.changed(removed);
    }
    // Even if nothing was there: a replica may hold keys that have expired here.
    match *args.all() {
        [name, mode] => effects.rewrite(|| [name, mode]),
        _ => effects.rewrite(|| [args[0]]),
    }
    cx.reply().ok();
    Ok(())
}

fn swapdb(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let number = |index: usize, refusal: &'static str| {
        let number = stdx::number::parse_i64(args[index]).and_then(|db| i32::try_from(db).ok());
        number.ok_or_else(|| CommandError::other(refusal))
    };
    let one = number(1, "ERR invalid first DB index")?;
    let other = number(2, "ERR invalid second DB index")?;
    let databases = cx.node.shard.databases();
    let existing = |db: i32| usize::try_from(db).ok().filter(|&db| db < databases);
    let (Some(one), Some(other)) = (existing(one), existing(other)) else {
        return Err(CommandError::DbIndex);
    };
    if one != other {
        cx.node.shard.swap(one, other);
    }
    cx.node.effects.changed(1);
    cx.reply().ok();
    Ok(())
}

fn time(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let micros = cx.node.clock.unix_us();
    let mut reply = cx.reply();
    reply.array(2);
    reply.bulk_integer((micros / 1_000_000) as i64);
    reply.bulk_integer((micros % 1_000_000) as i64);
    Ok(())
}

/// Compat: said again, it is not answered.
fn monitor(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    if cx.node.in_exec {
        let text = "ERR MONITOR isn't allowed for DENY BLOCKING client";
        return Err(CommandError::other(text));
    }
    if !cx.client().flags.has(Flags::MONITOR) {
        cx.node.start_monitor(cx.token);
        cx.reply().ok();
    }
    Ok(())
}
