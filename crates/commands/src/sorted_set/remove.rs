//! Removing members: ZREM, ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX.

use super::bounds::{self, Ranks, Selection};
use super::{limits, removed};
use crate::{Args, CmdResult, Cx};

/// ZREM key member [member ...]
pub(super) fn zrem(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let (mut count, mut empty) = (0, false);
    if let Some(entry) = cx.db.open_mut(key) {
        let mut set = entry.into_sorted_set(limits(cx.config))?;
        count = args[2..].iter().filter(|member| set.remove(member)).count();
        empty = set.view().is_empty();
    }
    removed(cx, key, "zrem", count, empty);
    cx.reply.size(count);
    Ok(())
}

/// ZREMRANGEBYRANK key start stop
pub(super) fn zremrangebyrank(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let ranks = Ranks::parse(args, 2, 3)?;
    remove(cx, args, Selection::Ranks(ranks), "zremrangebyrank")
}

/// ZREMRANGEBYSCORE key min max
pub(super) fn zremrangebyscore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let range = bounds::scores(args, 2, 3)?;
    remove(cx, args, Selection::Scores(range), "zremrangebyscore")
}

/// ZREMRANGEBYLEX key min max
pub(super) fn zremrangebylex(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let range = bounds::texts(args, 2, 3)?;
    remove(cx, args, Selection::Texts(range), "zremrangebylex")
}

fn remove(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    selection: Selection<'_>,
    event: &'static str,
) -> CmdResult {
    let key = args.key(1);
    let (mut count, mut empty) = (0, false);
    if let Some(entry) = cx.db.open_mut(key) {
        let mut set = entry.into_sorted_set(limits(cx.config))?;
        let ranks = selection.find(set.view());
        count = ranks.len();
        empty = count == set.view().len();
        // If nothing stays, the key goes with all it has.
        if !empty {
            set.take(ranks, false, |_, _| ());
        }
    }
    removed(cx, key, event, count, empty);
    cx.reply.size(count);
    Ok(())
}
