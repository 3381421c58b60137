//! Looking: ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK, ZCOUNT, ZLEXCOUNT.

use super::bounds::{self, Selection};
use crate::{Args, CmdResult, CommandError, Cx};

/// ZCARD key
pub(super) fn zcard(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.size(0);
        return Ok(());
    };
    cx.reply.size(entry.as_sorted_set()?.len());
    Ok(())
}

/// ZSCORE key member
pub(super) fn zscore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.null();
        return Ok(());
    };
    match entry.as_sorted_set()?.score(args[2]) {
        Some(score) => cx.reply.double(score),
        None => cx.reply.null(),
    }
    Ok(())
}

/// ZMSCORE key member [member ...]
pub(super) fn zmscore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (key, members) = (args.key(1), &args[2..]);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.array(members.len());
        members.iter().for_each(|_| cx.reply.null());
        return Ok(());
    };
    let set = entry.as_sorted_set()?;
    cx.reply.array(members.len());
    for member in members {
        match set.score(member) {
            Some(score) => cx.reply.double(score),
            None => cx.reply.null(),
        }
    }
    Ok(())
}

/// ZRANK key member [WITHSCORE]
pub(super) fn zrank(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    rank(cx, args, "zrank", |rank, _| rank)
}

/// ZREVRANK key member [WITHSCORE]
pub(super) fn zrevrank(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    rank(cx, args, "zrevrank", |rank, len| len - 1 - rank)
}

fn rank(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    name: &str,
    count: impl FnOnce(usize, usize) -> usize,
) -> CmdResult {
    if args.len() > 4 {
        return Err(CommandError::Arity(name.to_owned()));
    }
    let with_score = args.len() > 3;
    if with_score && !args.is(3, "WITHSCORE") {
        return Err(CommandError::Syntax);
    }
    let key = args.key(1);
    let found = match cx.db.find(key) {
        Some(entry) => {
            let set = entry.as_sorted_set()?;
            set.rank(args[2]).map(|found| (set.len(), found))
        }
        None => {
            cx.missed(key.bytes);
            None
        }
    };
    match found {
        Some((len, (rank, score))) => {
            if with_score {
                cx.reply.array(2);
            }
            cx.reply.size(count(rank, len));
            if with_score {
                cx.reply.double(score);
            }
        }
        None if with_score => cx.reply.null_array(),
        None => cx.reply.null(),
    }
    Ok(())
}

/// ZCOUNT key min max
pub(super) fn zcount(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let range = bounds::scores(args, 2, 3)?;
    count(cx, args, Selection::Scores(range))
}

/// ZLEXCOUNT key min max
pub(super) fn zlexcount(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let range = bounds::texts(args, 2, 3)?;
    count(cx, args, Selection::Texts(range))
}

fn count(cx: &mut Cx<'_>, args: &Args<'_>, selection: Selection<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.size(0);
        return Ok(());
    };
    cx.reply.size(selection.find(entry.as_sorted_set()?).len());
    Ok(())
}
