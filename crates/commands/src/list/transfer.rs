//! From one list to another: LMOVE, RPOPLPUSH.

use keyspace::Form;
use structs::list::End;

use super::pop::popped;
use super::push::pushed;
use super::{end, limits, removed};
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// LMOVE source destination <LEFT | RIGHT> <LEFT | RIGHT>
pub(super) fn lmove(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (from, to) = (end(args, 3)?, end(args, 4)?);
    if !transfer(cx, args, from, to)? {
        cx.reply.null();
    }
    Ok(())
}

/// RPOPLPUSH source destination
pub(super) fn rpoplpush(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    if !transfer(cx, args, End::Back, End::Front)? {
        cx.reply.null();
    }
    Ok(())
}

/// Moves an element from the first key to the second one and answers with it; returns whether there was one.
pub(super) fn transfer(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    from: End,
    to: End,
) -> Result<bool, CommandError> {
    let (source, target) = (args.key(1), args.key(2));
    let Some(mut entry) = cx.db.open_mut(source) else { return Ok(false) };
    entry.list_mut()?;
    drop(entry);
    if let Some(mut entry) = cx.db.open_mut(target) {
        entry.list_mut()?;
    }
    let limits = limits(cx.config);
    let Some(mut entry) = cx.db.open_mut(source) else { return Ok(false) };
    let mut list = entry.list_mut()?;
    let mut moved = None;
    list.pop(from, 1, limits, |element| moved = Some(element.to_vec()));
    let Some(element) = moved else { return Ok(false) };
    let mut is_empty = list.is_empty();
    drop(entry);
    let (mut entry, created) = cx.db.open_or_create(target, Form::List);
    if let Ok(mut list) = entry.list_mut() {
        list.push(to, &element, limits);
    }
    drop(entry);
    if created {
        cx.created(target.bytes);
    }
    if source.bytes == target.bytes {
        is_empty = false;
    }
    cx.event(EventClass::List, pushed(to), target.bytes);
    removed(cx, source, popped(from), 1, is_empty);
    cx.reply.bulk(&element);
    Ok(true)
}
