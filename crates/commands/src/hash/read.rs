//! Looking: HGET, HMGET, HGETALL, HKEYS, HVALS, HLEN, HEXISTS, HSTRLEN.

use keyspace::HashRef;
use structs::listpack::Element;

use crate::{Args, CmdResult, CommandError, Cx, answer};

/// Calls `answer` with the reply encoder and the hash, or with none if the key is missing.
#[inline]
fn with_hash(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    answer: impl FnOnce(&mut resp::reply::Reply<'_>, Option<HashRef<'_>>),
) -> Result<(), CommandError> {
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    match cx.db.find(key) {
        Some(entry) => answer(&mut cx.reply, Some(entry.as_hash(now_ms)?)),
        None => {
            cx.missed(key.bytes);
            answer(&mut cx.reply, None);
        }
    }
    Ok(())
}

/// Returns how long an element is as a string.
fn len(element: Element<'_>) -> usize {
    element.text(&mut None).len()
}

/// HGET key field
pub(super) fn hget(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    with_hash(cx, args, |reply, hash| match hash.and_then(|hash| hash.get(args[2])) {
        Some(value) => answer::element(reply, value),
        None => reply.null(),
    })
}

/// HMGET key field [field ...]
pub(super) fn hmget(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    with_hash(cx, args, |reply, hash| {
        reply.array(args.len() - 2);
        for field in &args[2..] {
            match hash.and_then(|hash| hash.get(field)) {
                Some(value) => answer::element(reply, value),
                None => reply.null(),
            }
        }
    })
}

/// HGETALL key
pub(super) fn hgetall(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    with_hash(cx, args, |reply, hash| {
        reply.map(hash.map_or(0, HashRef::len));
        if let Some(hash) = hash {
            hash.for_each(|field, value| {
                answer::element(reply, field);
                answer::element(reply, value);
            });
        }
    })
}

/// HKEYS key
pub(super) fn hkeys(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    with_hash(cx, args, |reply, hash| {
        reply.array(hash.map_or(0, HashRef::len));
        if let Some(hash) = hash {
            hash.for_each(|field, _| answer::element(reply, field));
        }
    })
}

/// HVALS key
pub(super) fn hvals(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    with_hash(cx, args, |reply, hash| {
        reply.array(hash.map_or(0, HashRef::len));
        if let Some(hash) = hash {
            hash.for_each(|_, value| answer::element(reply, value));
        }
    })
}

/// HLEN key
pub(super) fn hlen(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    with_hash(cx, args, |reply, hash| reply.size(hash.map_or(0, HashRef::len)))
}

/// HEXISTS key field
pub(super) fn hexists(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    with_hash(cx, args, |reply, hash| {
        reply.flag(hash.is_some_and(|hash| hash.get(args[2]).is_some()));
    })
}

/// HSTRLEN key field
pub(super) fn hstrlen(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    with_hash(cx, args, |reply, hash| {
        reply.size(hash.and_then(|hash| hash.get(args[2])).map_or(0, len));
    })
}
