//! Adding at either end: LPUSH, RPUSH, LPUSHX, RPUSHX.

use keyspace::Form;
use structs::list::End;

use super::limits;
use crate::{Args, CmdResult, Cx, EventClass};

/// LPUSH key element [element ...]
pub(super) fn lpush(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    push(cx, args, End::Front)
}

/// RPUSH key element [element ...]
pub(super) fn rpush(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    push(cx, args, End::Back)
}

/// LPUSHX key element [element ...]
pub(super) fn lpushx(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    push_if_there(cx, args, End::Front)
}

/// RPUSHX key element [element ...]
pub(super) fn rpushx(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    push_if_there(cx, args, End::Back)
}

/// Returns the name of the event.
pub(super) fn pushed(end: End) -> &'static str {
    match end {
        End::Front => "lpush",
        End::Back => "rpush",
    }
}

#[inline]
fn push(cx: &mut Cx<'_>, args: &Args<'_>, end: End) -> CmdResult {
    let key = args.key(1);
    let (mut entry, created) = cx.db.open_or_create(key, Form::List);
    let mut list = entry.list_mut()?;
    let limits = limits(cx.config);
    for element in &args[2..] {
        list.push(end, element, limits);
    }
    let len = list.len();
    drop(entry);
    if created {
        cx.created(key.bytes);
    }
    answer(cx, args, end, len);
    Ok(())
}

fn push_if_there(cx: &mut Cx<'_>, args: &Args<'_>, end: End) -> CmdResult {
    let Some(mut entry) = cx.db.open_mut(args.key(1)) else {
        cx.reply.size(0);
        return Ok(());
    };
    let mut list = entry.list_mut()?;
    let limits = limits(cx.config);
    for element in &args[2..] {
        list.push(end, element, limits);
    }
    let len = list.len();
    drop(entry);
    answer(cx, args, end, len);
    Ok(())
}

#[inline]
fn answer(cx: &mut Cx<'_>, args: &Args<'_>, end: End, len: usize) {
    cx.effects.changed(args.len() - 2);
    cx.event(EventClass::List, pushed(end), args[1]);
    cx.reply.size(len);
}
