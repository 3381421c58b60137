//! Fields by chance: HRANDFIELD.

use resp::reply::Reply;
use stdx::rng::Rng;
use structs::listpack::Element;

use crate::{Args, CmdResult, CommandError, Cx, answer};

/// HRANDFIELD key [count [WITHVALUES]]
pub(super) fn hrandfield(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() > 2 {
        return some(cx, args);
    }
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.null();
        return Ok(());
    };
    match entry.as_hash(now_ms)?.random(&mut |n| cx.rng.below(n)) {
        Some((field, _)) => cx.reply.bulk(field.text(&mut None)),
        None => cx.reply.null(),
    }
    Ok(())
}

/// The same with a count: different fields, or, if it is negative, so many independent draws.
fn some(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let count = args.integer(2)?;
    if count == i64::MIN {
        return Err(CommandError::OutOfRange { min: -i64::MAX, max: i64::MAX });
    }
    let with_values = args.len() > 3;
    if args.len() > 4 || (with_values && !args.is(3, "WITHVALUES")) {
        return Err(CommandError::Syntax);
    }
    if with_values && !(-i64::MAX / 2..=i64::MAX / 2).contains(&count) {
        return Err(CommandError::other("ERR value is out of range"));
    }
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    let limit = cx.output_limit();
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.array(0);
        return Ok(());
    };
    let hash = entry.as_hash(now_ms)?;
    let draws = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let drawn = if count < 0 { draws } else { draws.min(hash.len()) };
    let paired = with_values && cx.reply.is_resp3();
    cx.reply.array(if with_values && !paired { drawn.saturating_mul(2) } else { drawn });
    let reply = &mut cx.reply;
    let mut below = |n| cx.rng.below(n);
    let shown = |value| with_values.then_some(value);
    if count >= 0 {
        hash.sample(drawn, &mut below, |field, value| put(reply, field, shown(value), paired));
        return Ok(());
    }
    answer::repeatedly(reply, limit, drawn, |reply| {
        if let Some((field, value)) = hash.random(&mut below) {
            put(reply, field, shown(value), paired);
        }
    })?;
    Ok(())
}

fn put(reply: &mut Reply<'_>, field: Element<'_>, value: Option<Element<'_>>, paired: bool) {
    if paired {
        reply.array(2);
    }
    reply.bulk(field.text(&mut None));
    if let Some(value) = value {
        reply.bulk(value.text(&mut None));
    }
}
