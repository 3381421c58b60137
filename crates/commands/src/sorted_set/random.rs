//! Members by chance: ZRANDMEMBER.

use stdx::rng::Rng;

use super::answer_member;
use crate::{Args, CmdResult, CommandError, Cx, answer};

/// ZRANDMEMBER key [count [WITHSCORES]]
pub(super) fn zrandmember(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() > 2 {
        return some(cx, args);
    }
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.null();
        return Ok(());
    };
    match entry.as_sorted_set()?.random(&mut |n| cx.rng.below(n)) {
        Some((member, _)) => answer::element(&mut cx.reply, member),
        None => cx.reply.null(),
    }
    Ok(())
}

/// The same with a count: different members, or, if it is negative, so many independent draws.
fn some(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let count = args.integer(2)?;
    if count == i64::MIN {
        return Err(CommandError::OutOfRange { min: -i64::MAX, max: i64::MAX });
    }
    let with_scores = args.len() > 3;
    if args.len() > 4 || (with_scores && !args.is(3, "WITHSCORES")) {
        return Err(CommandError::Syntax);
    }
    if with_scores && !(-i64::MAX / 2..=i64::MAX / 2).contains(&count) {
        return Err(CommandError::other("ERR value is out of range"));
    }
    let key = args.key(1);
    let limit = cx.output_limit();
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.array(0);
        return Ok(());
    };
    let set = entry.as_sorted_set()?;
    let draws = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let drawn = if count < 0 { draws } else { draws.min(set.len()) };
    let flat = with_scores && !cx.reply.is_resp3();
    cx.reply.array(if flat { drawn.saturating_mul(2) } else { drawn });
    let reply = &mut cx.reply;
    let mut below = |n| cx.rng.below(n);
    let shown = |score| with_scores.then_some(score);
    if count >= 0 {
        set.sample(drawn, &mut below, |member, score| answer_member(reply, member, shown(score)));
        return Ok(());
    }
    answer::repeatedly(reply, limit, drawn, |reply| {
        if let Some((member, score)) = set.random(&mut below) {
            answer_member(reply, member, shown(score));
        }
    })?;
    Ok(())
}
