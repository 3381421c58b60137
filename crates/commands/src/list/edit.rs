//! Changing in the middle: LSET, LINSERT, LREM, LTRIM.

use std::ops::ControlFlow;

use structs::list::{End, Needle};

use super::read::place;
use super::{limits, removed, span};
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// LSET key index element
pub(super) fn lset(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let mut entry = cx.db.open_mut(key).ok_or(CommandError::NoSuchKey)?;
    let mut list = entry.list_mut()?;
    let index = place(args.integer(2)?, list.len()).ok_or(CommandError::IndexOutOfRange)?;
    list.set(index, args[3], limits(cx.config));
    drop(entry);
    cx.effects.changed(1);
    cx.event(EventClass::List, "lset", key.bytes);
    cx.reply.ok();
    Ok(())
}

/// LINSERT key <BEFORE | AFTER> pivot element
pub(super) fn linsert(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let behind = match () {
        () if args.is(2, "BEFORE") => 0,
        () if args.is(2, "AFTER") => 1,
        () => return Err(CommandError::Syntax),
    };
    let key = args.key(1);
    let Some(mut entry) = cx.db.open_mut(key) else {
        cx.reply.size(0);
        return Ok(());
    };
    let mut list = entry.list_mut()?;
    let pivot = Needle::new(args[3]);
    let mut found = None;
    list.view().walk(0..list.len(), End::Front, |at, element| {
        if pivot.matches(element) {
            found = Some(at);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    let Some(at) = found else {
        cx.reply.integer(-1);
        return Ok(());
    };
    list.insert(at + behind, args[4], limits(cx.config));
    let len = list.len();
    drop(entry);
    cx.effects.changed(1);
    cx.event(EventClass::List, "linsert", key.bytes);
    cx.reply.size(len);
    Ok(())
}

/// LREM key count element
pub(super) fn lrem(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let count = args.integer(2)?;
    let key = args.key(1);
    let Some(mut entry) = cx.db.open_mut(key) else {
        cx.reply.size(0);
        return Ok(());
    };
    let mut list = entry.list_mut()?;
    let from = if count < 0 { End::Back } else { End::Front };
    let most = match count.unsigned_abs() {
        0 => usize::MAX,
        count => usize::try_from(count).unwrap_or(usize::MAX),
    };
    let count = list.remove_equal(from, most, args[3], limits(cx.config));
    let is_empty = list.is_empty();
    drop(entry);
    if count > 0 {
        removed(cx, key, "lrem", count, is_empty);
    }
    cx.reply.size(count);
    Ok(())
}

/// LTRIM key start stop
pub(super) fn ltrim(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (start, stop) = (args.integer(2)?, args.integer(3)?);
    let key = args.key(1);
    let Some(mut entry) = cx.db.open_mut(key) else {
        cx.reply.ok();
        return Ok(());
    };
    let mut list = entry.list_mut()?;
    let kept = span(start, stop, list.len());
    let count = list.len() - kept.len();
    list.keep(kept, limits(cx.config));
    let is_empty = list.is_empty();
    drop(entry);
    removed(cx, key, "ltrim", count, is_empty);
    cx.reply.ok();
    Ok(())
}
