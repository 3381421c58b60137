//! Removing at either end: LPOP, RPOP, LMPOP.

use keyspace::Key;
use structs::list::End;

use super::{end, limits, removed};
use crate::mpop::Request;
use crate::{Args, CmdResult, CommandError, Cx};

/// LPOP key [count]
pub(super) fn lpop(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    pop(cx, args, End::Front)
}

/// RPOP key [count]
pub(super) fn rpop(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    pop(cx, args, End::Back)
}

/// Returns the name of the event.
pub(super) fn popped(end: End) -> &'static str {
    match end {
        End::Front => "lpop",
        End::Back => "rpop",
    }
}

/// Returns the name of the command.
pub(super) fn verb(end: End) -> &'static [u8] {
    match end {
        End::Front => b"LPOP",
        End::Back => b"RPOP",
    }
}

#[inline]
fn pop(cx: &mut Cx<'_>, args: &Args<'_>, end: End) -> CmdResult {
    let key = args.key(1);
    if args.len() > 2 {
        return pop_some(cx, args, end);
    }
    let Some(mut entry) = cx.db.open_mut(key) else {
        cx.reply.null();
        return Ok(());
    };
    let mut list = entry.list_mut()?;
    list.pop(end, 1, limits(cx.config), |element| cx.reply.bulk(element.text(&mut None)));
    let is_empty = list.is_empty();
    drop(entry);
    removed(cx, key, popped(end), 1, is_empty);
    Ok(())
}

/// The same with a count.
fn pop_some(cx: &mut Cx<'_>, args: &Args<'_>, end: End) -> CmdResult {
    if args.len() > 3 {
        let name = String::from_utf8_lossy(verb(end)).to_lowercase();
        return Err(CommandError::Arity(name));
    }
    let count = stdx::number::parse_i64(args[2]).and_then(|count| usize::try_from(count).ok());
    let count = count.ok_or(CommandError::MustBePositive)?;
    let key = args.key(1);
    let Some(mut entry) = cx.db.open_mut(key) else {
        cx.reply.null_array();
        return Ok(());
    };
    // Whatever it is, nothing is taken from it; but it must be a list.
    let len = entry.list_mut()?.len();
    drop(entry);
    if count == 0 {
        cx.reply.array(0);
        return Ok(());
    }
    cx.reply.array(count.min(len));
    take(cx, key, end, count);
    Ok(())
}

/// Removes up to `count` elements and answers with each.
fn take(cx: &mut Cx<'_>, key: Key<'_>, end: End, count: usize) {
    let limits = limits(cx.config);
    let Some(mut entry) = cx.db.open_mut(key) else { return };
    let Ok(mut list) = entry.list_mut() else { return };
    let taken = list.pop(end, count, limits, |element| cx.reply.bulk(element.text(&mut None)));
    let is_empty = list.is_empty();
    drop(entry);
    removed(cx, key, popped(end), taken, is_empty);
}

/// Reads what LMPOP and BLMPOP are asked, from an argument on.
pub(super) fn request(args: &Args<'_>, at: usize) -> Result<Request<End>, CommandError> {
    Request::parse(args, at, |place| end(args, place))
}

/// LMPOP numkeys key [key ...] <LEFT | RIGHT> [COUNT count]
pub(super) fn lmpop(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    if !pop_first(cx, args, request(args, 1)?)? {
        cx.reply.null_array();
    }
    Ok(())
}

/// Removes elements from the first of the lists that is there; returns whether one was.
pub(super) fn pop_first(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    request: Request<End>,
) -> Result<bool, CommandError> {
    for index in request.keys() {
        let key = args.key(index);
        let Some(mut entry) = cx.db.open_mut(key) else { continue };
        let count = entry.list_mut()?.len().min(request.count);
        drop(entry);
        cx.reply.array(2);
        cx.reply.bulk(key.bytes);
        cx.reply.array(count);
        take(cx, key, request.side, count);
        let digits = stdx::number::Digits::from_u64(count as u64);
        cx.effects.rewrite(|| [verb(request.side), key.bytes, digits.as_bytes()]);
        return Ok(true);
    }
    Ok(false)
}
