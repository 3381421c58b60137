//! Waiting for a list that has something: BLPOP, BRPOP, BLMPOP, BLMOVE, BRPOPLPUSH.
//!
//! What is propagated is what was done in the end, without the wait.

use keyspace::Type;
use structs::list::End;

use super::pop::{pop_first, popped, request, verb};
use super::transfer::transfer;
use super::{end, limits, removed};
use crate::wait::timeout;
use crate::{Args, CmdResult, CommandError, Cx};

/// BLPOP key [key ...] timeout
pub(super) fn blpop(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    pop(cx, args, End::Front)
}

/// BRPOP key [key ...] timeout
pub(super) fn brpop(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    pop(cx, args, End::Back)
}

fn pop(cx: &mut Cx<'_>, args: &Args<'_>, end: End) -> CmdResult {
    let last = args.len() - 1;
    let until_ms = timeout(cx, args, last)?;
    for index in 1..last {
        let key = args.key(index);
        let Some(mut entry) = cx.db.open_mut(key) else { continue };
        let mut list = entry.list_mut()?;
        cx.reply.array(2);
        cx.reply.bulk(key.bytes);
        list.pop(end, 1, limits(cx.config), |element| cx.reply.bulk(element.text(&mut None)));
        let is_empty = list.is_empty();
        drop(entry);
        removed(cx, key, popped(end), 1, is_empty);
        cx.effects.rewrite(|| [verb(end), key.bytes]);
        return Ok(());
    }
    if !cx.wait_for(args, 1..last, Type::List, until_ms) {
        cx.reply.null_array();
    }
    Ok(())
}

/// BLMPOP timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]
pub(super) fn blmpop(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let request = request(args, 2)?;
    let until_ms = timeout(cx, args, 1)?;
    if !pop_first(cx, args, request)? && !cx.wait_for(args, request.keys(), Type::List, until_ms) {
        cx.reply.null_array();
    }
    Ok(())
}

/// BLMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout
pub(super) fn blmove(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (from, to) = (end(args, 3)?, end(args, 4)?);
    let until_ms = timeout(cx, args, 5)?;
    if wait_to_move(cx, args, from, to, until_ms)? {
        cx.effects.rewrite(|| [b"LMOVE", args[1], args[2], args[3], args[4]]);
    }
    Ok(())
}

/// BRPOPLPUSH source destination timeout
pub(super) fn brpoplpush(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let until_ms = timeout(cx, args, 3)?;
    if wait_to_move(cx, args, End::Back, End::Front, until_ms)? {
        cx.effects.rewrite(|| [b"RPOPLPUSH", args[1], args[2]]);
    }
    Ok(())
}

/// Moves an element or waits for one; returns whether one was moved.
fn wait_to_move(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    from: End,
    to: End,
    until_ms: Option<u64>,
) -> Result<bool, CommandError> {
    if transfer(cx, args, from, to)? {
        return Ok(true);
    }
    if !cx.wait_for(args, 1..2, Type::List, until_ms) {
        cx.reply.null();
    }
    Ok(false)
}
