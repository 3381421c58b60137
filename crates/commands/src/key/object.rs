//! OBJECT: how values are stored.

use config::{Config, MaxmemoryPolicy};
use keyspace::{EntryRef, StringRef};

use crate::{Args, CmdResult, CommandError, Cx};

/// OBJECT ENCODING key
pub(super) fn encoding(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    if let Some(entry) = inspect(cx, args) {
        let name = entry.encoding().name();
        cx.reply.bulk(name.as_bytes());
    } else {
        cx.reply.null();
    }
    Ok(())
}

/// Finds the key that OBJECT asks about. Compat: a miss counts, but is no event.
fn inspect<'c>(cx: &'c mut Cx<'_>, args: &Args<'_>) -> Option<EntryRef<'c>> {
    cx.db.find_untouched(args.key(2))
}

/// OBJECT FREQ key
pub(super) fn freq(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let clock = cx.db.clock();
    let Some(access) = inspect(cx, args).map(|entry| entry.access()) else {
        cx.reply.null();
        return Ok(());
    };
    if !clock.policy().lfu {
        let text = "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.";
        return Err(CommandError::other(text));
    }
    cx.reply.integer(clock.frequency(access).into());
    Ok(())
}

/// OBJECT IDLETIME key
pub(super) fn idletime(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let clock = cx.db.clock();
    let Some(access) = inspect(cx, args).map(|entry| entry.access()) else {
        cx.reply.null();
        return Ok(());
    };
    if clock.policy().lfu {
        let text = "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.";
        return Err(CommandError::other(text));
    }
    cx.reply.integer(clock.idle_seconds(access).into());
    Ok(())
}

/// OBJECT REFCOUNT key
pub(super) fn refcount(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let config = cx.config;
    let Some(entry) = inspect(cx, args) else {
        cx.reply.null();
        return Ok(());
    };
    // Compat: the small integers are shared objects in the reference, unless their access clocks are needed, and tools ask whether they are. Here nothing is shared: a number takes no allocation to begin with.
    let small = matches!(entry.as_string(), Ok(StringRef::Int(0..10_000)));
    let count = if small && needs_no_clocks(config) { i32::MAX.into() } else { 1 };
    cx.reply.integer(count);
    Ok(())
}

fn needs_no_clocks(config: &Config) -> bool {
    let by_clock = matches!(
        config.maxmemory_policy,
        MaxmemoryPolicy::VolatileLru
            | MaxmemoryPolicy::VolatileLfu
            | MaxmemoryPolicy::AllkeysLru
            | MaxmemoryPolicy::AllkeysLfu
    );
    config.maxmemory == 0 || !by_clock
}

/// OBJECT HELP
pub(super) fn help(cx: &mut Cx<'_>, _: &Args<'_>) -> CmdResult {
    let lines = [
        "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "ENCODING <key>",
        "    Tell how the value is represented.",
        "FREQ <key>",
        "    Tell how often the key was used lately, on a logarithmic scale.",
        "IDLETIME <key>",
        "    Tell for how many seconds the key was not used.",
        "REFCOUNT <key>",
        "    Tell how many references there are to the value.",
        "HELP",
        "    Print this help.",
    ];
    cx.reply.array(lines.len());
    for line in lines {
        cx.reply.simple(line);
    }
    Ok(())
}
