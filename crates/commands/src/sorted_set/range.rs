//! Members in order: ZRANGE and its forerunners, ZRANGESTORE.

use std::ops::Range;

use keyspace::{NewSortedSet, SortedSetRef};

use super::bounds::{self, Ranks, Selection};
use super::{answer_member, limits, store};
use crate::{Args, CmdResult, CommandError, Cx};

/// What members are chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Text,
}

/// What is asked for.
#[derive(Debug)]
struct Request<'a> {
    selection: Selection<'a>,
    backwards: bool,
    /// How many are passed over, and how many come then.
    limit: Option<(i64, i64)>,
    with_scores: bool,
}

impl<'a> Request<'a> {
    /// Reads the two ends at `at` and the options behind them. What a command's name says already cannot be said again.
    fn parse(
        args: &Args<'a>,
        at: usize,
        by: Option<By>,
        backwards: Option<bool>,
        may_have_scores: bool,
    ) -> Result<Self, CommandError> {
        let (mut by, mut backwards) = (by, backwards);
        let (mut limit, mut with_scores) = (None, false);
        let mut index = at + 2;
        while index < args.len() {
            match () {
                () if may_have_scores && args.is(index, "WITHSCORES") => with_scores = true,
                () if args.is(index, "LIMIT") && args.len() - index > 2 => {
                    limit = Some((args.integer(index + 1)?, args.integer(index + 2)?));
                    index += 2;
                }
                () if backwards.is_none() && args.is(index, "REV") => backwards = Some(true),
                () if by.is_none() && args.is(index, "BYLEX") => by = Some(By::Text),
                () if by.is_none() && args.is(index, "BYSCORE") => by = Some(By::Score),
                () => return Err(CommandError::Syntax),
            }
            index += 1;
        }
        let (by, backwards) = (by.unwrap_or(By::Rank), backwards.unwrap_or(false));
        // Compat: a count of -1 is as good as no limit, and then nobody asks whether one makes sense.
        if by == By::Rank && limit.take_if(|limit| limit.1 == -1).is_none() && limit.is_some() {
            let text = "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
            return Err(CommandError::other(text));
        }
        if with_scores && by == By::Text {
            let text = "ERR syntax error, WITHSCORES not supported in combination with BYLEX";
            return Err(CommandError::other(text));
        }
        // Backwards, the upper end comes first.
        let (min, max) = if backwards { (at + 1, at) } else { (at, at + 1) };
        let selection = match by {
            By::Rank => Selection::Ranks(Ranks::parse(args, at, at + 1)?),
            By::Score => Selection::Scores(bounds::scores(args, min, max)?),
            By::Text => Selection::Texts(bounds::texts(args, min, max)?),
        };
        Ok(Self { selection, backwards, limit, with_scores })
    }

    /// Returns the ranks of the members that are asked for, in the order of the set.
    fn find(&self, set: SortedSetRef<'_>) -> Range<usize> {
        let ranks = self.selection.find(set);
        let Some((offset, count)) = self.limit else {
            let len = set.len();
            // Ranks count from the end that comes first.
            let turned = self.backwards && matches!(self.selection, Selection::Ranks(_));
            return if turned { len - ranks.end..len - ranks.start } else { ranks };
        };
        // Compat: an offset below zero passes over everything, a count below zero takes all.
        let offset = usize::try_from(offset).unwrap_or(usize::MAX).min(ranks.len());
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(ranks.len() - offset);
        if self.backwards {
            ranks.end - offset - count..ranks.end - offset
        } else {
            ranks.start + offset..ranks.start + offset + count
        }
    }
}

/// ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]
pub(super) fn zrange(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer(cx, args, None, None)
}

/// ZREVRANGE key start stop [WITHSCORES]
pub(super) fn zrevrange(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer(cx, args, Some(By::Rank), Some(true))
}

/// ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]
pub(super) fn zrangebyscore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer(cx, args, Some(By::Score), Some(false))
}

/// ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]
pub(super) fn zrevrangebyscore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer(cx, args, Some(By::Score), Some(true))
}

/// ZRANGEBYLEX key min max [LIMIT offset count]
pub(super) fn zrangebylex(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer(cx, args, Some(By::Text), Some(false))
}

/// ZREVRANGEBYLEX key max min [LIMIT offset count]
pub(super) fn zrevrangebylex(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer(cx, args, Some(By::Text), Some(true))
}

fn answer(cx: &mut Cx<'_>, args: &Args<'_>, by: Option<By>, backwards: Option<bool>) -> CmdResult {
    let request = Request::parse(args, 2, by, backwards, true)?;
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.array(0);
        return Ok(());
    };
    let set = entry.as_sorted_set()?;
    let ranks = request.find(set);
    let with_scores = request.with_scores;
    let flat = with_scores && !cx.reply.is_resp3();
    cx.reply.array(if flat { 2 * ranks.len() } else { ranks.len() });
    for (member, score) in set.range(ranks, request.backwards) {
        answer_member(&mut cx.reply, member, with_scores.then_some(score));
    }
    Ok(())
}

/// ZRANGESTORE dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]
pub(super) fn zrangestore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let request = Request::parse(args, 3, None, None, false)?;
    let (destination, source) = (args.key(1), args.key(2));
    let mut result = NewSortedSet::new(&cx.db, destination.bytes, limits(cx.config));
    match cx.db.find(source) {
        Some(entry) => {
            let set = entry.as_sorted_set()?;
            let ranks = request.find(set);
            result.expect(ranks.len());
            // Whatever the direction: what is stored is in order.
            for (member, score) in set.range(ranks, false) {
                result.append(member, score);
            }
        }
        None => cx.missed(source.bytes),
    }
    store(cx, destination, result, "zrangestore");
    Ok(())
}
