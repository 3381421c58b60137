//! CLIENT subcommands that switch something: for this connection, or for all.

use commands::{Args, CmdResult, CommandError};
use keyspace::ClientId;

use crate::admin::{Admin, wrong_subcommand};
use crate::blocking::Unblock;
use crate::client::Flags;
use crate::{Attention, Node};

/// Reads `ON` or `OFF`.
fn switch(args: &Args<'_>) -> Result<bool, CommandError> {
    match () {
        () if args.is(2, "ON") => Ok(true),
        () if args.is(2, "OFF") => Ok(false),
        () => Err(CommandError::Syntax),
    }
}

pub(super) fn no_evict(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let on = switch(args)?;
    cx.client().flags.set(Flags::NO_EVICT, on);
    cx.reply().ok();
    Ok(())
}

pub(super) fn no_touch(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let on = switch(args)?;
    cx.client().flags.set(Flags::NO_TOUCH, on);
    cx.reply().ok();
    Ok(())
}

/// Only what switches replies on is answered.
pub(super) fn reply(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let flags = &mut cx.client().flags;
    if args.is(2, "ON") {
        flags.set(Flags::REPLY_OFF.and(Flags::REPLY_SKIP), false);
        cx.reply().ok();
    } else if args.is(2, "OFF") {
        flags.set(Flags::REPLY_OFF, true);
    } else if args.is(2, "SKIP") {
        let already_off = flags.has(Flags::REPLY_OFF);
        flags.set(Flags::REPLY_SKIP_NEXT, !already_off);
    } else {
        return Err(CommandError::Syntax);
    }
    Ok(())
}

pub(super) fn pause(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() > 4 {
        return Err(wrong_subcommand(args));
    }
    let all = match args.len() {
        4 if args.is(3, "WRITE") => false,
        4 if !args.is(3, "ALL") => {
            return Err(CommandError::other("ERR CLIENT PAUSE mode must be WRITE or ALL"));
        }
        _ => true,
    };
    let timeout_ms = stdx::number::parse_i64(args[2])
        .ok_or_else(|| CommandError::other("ERR timeout is not an integer or out of range"))?;
    let timeout_ms =
        u64::try_from(timeout_ms).map_err(|_| CommandError::other("ERR timeout is negative"))?;
    let until_ms = cx.node.shard.now_ms().saturating_add(timeout_ms);
    if i64::try_from(until_ms).is_err() {
        return Err(CommandError::other("ERR timeout is out of range"));
    }
    cx.node.pause_clients(all, until_ms);
    cx.reply().ok();
    Ok(())
}

pub(super) fn unpause(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.node.pause.end();
    cx.node.wake_paused();
    cx.reply().ok();
    Ok(())
}

impl Node {
    /// Holds back the requests of clients until then: all of them, or those that write.
    pub(crate) fn pause_clients(&mut self, all: bool, until_ms: u64) {
        self.pause.start(all, until_ms);
        self.attention.set(Attention::PAUSE, self.pause.is_on());
    }
}

/// CLIENT UNBLOCK client-id [TIMEOUT | ERROR]
///
/// Who waits for the end of a pause is not woken by this.
pub(super) fn unblock(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() > 4 {
        return Err(wrong_subcommand(args));
    }
    if args.len() == 4 && !args.is(3, "TIMEOUT") && !args.is(3, "ERROR") {
        let text = "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR";
        return Err(CommandError::other(text));
    }
    let how =
        if args.len() == 4 && args.is(3, "ERROR") { Unblock::Refused } else { Unblock::TimedOut };
    let id = ClientId(args.integer(2)? as u64);
    let waited = match cx.node.clients.find(id) {
        Some(token) => cx.node.unblock(token, how),
        None => false,
    };
    cx.reply().flag(waited);
    Ok(())
}
