//! Looking: LLEN, LINDEX, LRANGE, LPOS.

use std::ops::ControlFlow;

use keyspace::ListRef;
use structs::list::{End, Needle};

use super::span;
use crate::{Args, CmdResult, CommandError, Cx};

/// LLEN key
pub(super) fn llen(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let len = match cx.db.find(key) {
        Some(entry) => entry.as_list()?.len(),
        None => {
            cx.missed(key.bytes);
            0
        }
    };
    cx.reply.size(len);
    Ok(())
}

/// LINDEX key index
pub(super) fn lindex(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.null();
        return Ok(());
    };
    let list = entry.as_list()?;
    let found = place(args.integer(2)?, list.len())
        .and_then(|index| list.with(index, |element| cx.reply.bulk(element.text(&mut None))));
    if found.is_none() {
        cx.reply.null();
    }
    Ok(())
}

/// Returns the index that a position means, of which negative ones count from behind.
pub(super) fn place(position: i64, len: usize) -> Option<usize> {
    let index = if position < 0 {
        usize::try_from(position.unsigned_abs()).ok().and_then(|back| len.checked_sub(back))
    } else {
        usize::try_from(position).ok()
    };
    index.filter(|&index| index < len)
}

/// LRANGE key start stop
pub(super) fn lrange(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (start, stop) = (args.integer(2)?, args.integer(3)?);
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.array(0);
        return Ok(());
    };
    let list = entry.as_list()?;
    let range = span(start, stop, list.len());
    cx.reply.array(range.len());
    list.for_each(range, |element| cx.reply.bulk(element.text(&mut None)));
    Ok(())
}

/// What LPOS looks for.
struct Search<'a> {
    needle: Needle<'a>,
    /// Matches to be passed over.
    skip: u64,
    from: End,
    /// Matches to be found.
    count: usize,
    /// Elements to be looked at.
    look_at: usize,
}

/// LPOS key element [RANK rank] [COUNT num-matches] [MAXLEN len]
pub(super) fn lpos(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (mut rank, mut count, mut look_at) = (1, None, usize::MAX);
    let mut index = 3;
    while index < args.len() {
        let given = |text| {
            let number = stdx::number::parse_i64(args[index + 1]);
            let number = number.and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| CommandError::other(text))
        };
        if index + 1 == args.len() {
            return Err(CommandError::Syntax);
        } else if args.is(index, "RANK") {
            rank = parse_rank(args, index + 1)?;
        } else if args.is(index, "COUNT") {
            count = Some(given("ERR COUNT can't be negative")?);
        } else if args.is(index, "MAXLEN") {
            look_at = given("ERR MAXLEN can't be negative")?;
        } else {
            return Err(CommandError::Syntax);
        }
        index += 2;
    }
    let unbounded = |number: usize| if number == 0 { usize::MAX } else { number };
    let search = Search {
        needle: Needle::new(args[2]),
        skip: rank.unsigned_abs() - 1,
        from: if rank < 0 { End::Back } else { End::Front },
        count: unbounded(count.unwrap_or(1)),
        look_at: unbounded(look_at),
    };
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        if count.is_some() {
            cx.reply.array(0);
        } else {
            cx.reply.null();
        }
        return Ok(());
    };
    let list = entry.as_list()?;
    if count.is_some() {
        let deferred = cx.reply.defer();
        let mut found = 0;
        search.run(&list, |at| {
            cx.reply.size(at);
            found += 1;
        });
        cx.reply.finish_array(deferred, found);
        return Ok(());
    }
    let mut found = None;
    search.run(&list, |at| found = Some(at));
    match found {
        Some(at) => cx.reply.size(at),
        None => cx.reply.null(),
    }
    Ok(())
}

fn parse_rank(args: &Args<'_>, index: usize) -> Result<i64, CommandError> {
    match args.integer(index)? {
        0 => Err(CommandError::other(
            "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
        )),
        i64::MIN => Err(CommandError::OutOfRange { min: -i64::MAX, max: i64::MAX }),
        rank => Ok(rank),
    }
}

impl Search<'_> {
    /// Hands the places of matches to `found`.
    fn run(&self, list: &ListRef<'_>, mut found: impl FnMut(usize)) {
        let len = list.len();
        let seen = self.look_at.min(len);
        let (mut skip, mut left) = (self.skip, self.count);
        let range = match self.from {
            End::Front => 0..seen,
            End::Back => len - seen..len,
        };
        list.walk(range, self.from, |at, element| {
            if !self.needle.matches(element) {
                return ControlFlow::Continue(());
            }
            if skip > 0 {
                skip -= 1;
                return ControlFlow::Continue(());
            }
            found(at);
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }
}
