//! Removing at either end: ZPOPMIN, ZPOPMAX, ZMPOP, and the same waiting for a sorted set that has something.
//!
//! What is propagated is what was done in the end, without the wait.

use keyspace::{Key, Type};
use resp::reply::Reply;
use stdx::number::Digits;
use structs::listpack::Element;

use super::{limits, removed};
use crate::mpop::Request;
use crate::wait::timeout;
use crate::{Args, CmdResult, CommandError, Cx, answer};

/// An end of a sorted set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Min,
    Max,
}

impl Side {
    fn parse(args: &Args<'_>, index: usize) -> Result<Self, CommandError> {
        match () {
            () if args.is(index, "MIN") => Ok(Self::Min),
            () if args.is(index, "MAX") => Ok(Self::Max),
            () => Err(CommandError::Syntax),
        }
    }

    /// Returns the name of the event.
    fn popped(self) -> &'static str {
        match self {
            Self::Min => "zpopmin",
            Self::Max => "zpopmax",
        }
    }

    /// Returns the name of the command.
    fn verb(self) -> &'static [u8] {
        match self {
            Self::Min => b"ZPOPMIN",
            Self::Max => b"ZPOPMAX",
        }
    }
}

/// How members are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Each in an array of its own, with its score.
    Nested,
    /// Each followed by its score.
    Flat,
}

/// ZPOPMIN key [count]
pub(super) fn zpopmin(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    pop(cx, args, Side::Min)
}

/// ZPOPMAX key [count]
pub(super) fn zpopmax(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    pop(cx, args, Side::Max)
}

fn pop(cx: &mut Cx<'_>, args: &Args<'_>, side: Side) -> CmdResult {
    if args.len() > 3 {
        return Err(CommandError::Syntax);
    }
    let count = match args.get(2) {
        Some(count) => stdx::number::parse_i64(count).and_then(|count| usize::try_from(count).ok()),
        None => Some(1),
    };
    let count = count.ok_or(CommandError::MustBePositive)?;
    let nested = args.len() > 2 && cx.reply.is_resp3();
    let shape = if nested { Shape::Nested } else { Shape::Flat };
    let taken = take(cx, args.key(1), side, count, shape, |reply, count| {
        reply.array(if nested { count } else { 2 * count });
    })?;
    if taken.is_none() {
        cx.reply.array(0);
    }
    Ok(())
}

/// Removes at most so many members and answers with each; before them with what `head` says, which is given their number. Returns that, or `None` if the key is missing.
fn take(
    cx: &mut Cx<'_>,
    key: Key<'_>,
    side: Side,
    most: usize,
    shape: Shape,
    head: impl FnOnce(&mut Reply<'_>, usize),
) -> Result<Option<usize>, CommandError> {
    let limits = limits(cx.config);
    let Some(entry) = cx.db.open_mut(key) else { return Ok(None) };
    let mut set = entry.into_sorted_set(limits)?;
    let len = set.view().len();
    let count = most.min(len);
    let ranks = match side {
        Side::Min => 0..count,
        Side::Max => len - count..len,
    };
    let reply = &mut cx.reply;
    head(reply, count);
    let mut visit = |member: Element<'_>, score: f64| {
        if shape == Shape::Nested {
            reply.array(2);
        }
        answer::element(reply, member);
        reply.double(score);
    };
    let backwards = side == Side::Max;
    if count == len {
        // The key goes with all it has.
        let all = set.view().range(ranks, backwards);
        all.for_each(|(member, score)| visit(member, score));
    } else {
        set.take(ranks, backwards, visit);
    }
    drop(set);
    removed(cx, key, side.popped(), count, count == len);
    Ok(Some(count))
}

/// ZMPOP numkeys key [key ...] <MIN | MAX> [COUNT count]
pub(super) fn zmpop(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let request = Request::parse(args, 1, |index| Side::parse(args, index))?;
    if !pop_first(cx, args, request)? {
        cx.reply.null_array();
    }
    Ok(())
}

/// Removes members from the first of the sorted sets that is there; returns whether one was.
fn pop_first(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    request: Request<Side>,
) -> Result<bool, CommandError> {
    for index in request.keys() {
        let key = args.key(index);
        let taken = take(cx, key, request.side, request.count, Shape::Nested, |reply, count| {
            reply.array(2);
            reply.bulk(key.bytes);
            reply.array(count);
        })?;
        let Some(count) = taken else { continue };
        let digits = Digits::from_u64(count as u64);
        cx.effects.rewrite(|| [request.side.verb(), key.bytes, digits.as_bytes()]);
        return Ok(true);
    }
    Ok(false)
}

/// BZPOPMIN key [key ...] timeout
pub(super) fn bzpopmin(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    wait_to_pop(cx, args, Side::Min)
}

/// BZPOPMAX key [key ...] timeout
pub(super) fn bzpopmax(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    wait_to_pop(cx, args, Side::Max)
}

fn wait_to_pop(cx: &mut Cx<'_>, args: &Args<'_>, side: Side) -> CmdResult {
    let last = args.len() - 1;
    let until_ms = timeout(cx, args, last)?;
    for index in 1..last {
        let key = args.key(index);
        let taken = take(cx, key, side, 1, Shape::Flat, |reply, _| {
            reply.array(3);
            reply.bulk(key.bytes);
        })?;
        if taken.is_none() {
            continue;
        }
        cx.effects.rewrite(|| [side.verb(), key.bytes]);
        return Ok(());
    }
    if !cx.wait_for(args, 1..last, Type::SortedSet, until_ms) {
        cx.reply.null_array();
    }
    Ok(())
}

/// BZMPOP timeout numkeys key [key ...] <MIN | MAX> [COUNT count]
pub(super) fn bzmpop(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let request = Request::parse(args, 2, |index| Side::parse(args, index))?;
    let until_ms = timeout(cx, args, 1)?;
    let waits = !pop_first(cx, args, request)?;
    if waits && !cx.wait_for(args, request.keys(), Type::SortedSet, until_ms) {
        cx.reply.null_array();
    }
    Ok(())
}
