//! ZSCAN.

use keyspace::SortedSetRef;
use stdx::number::{Digits, push_double, push_double_17g};

use crate::key::scan::{Options, cursor};
use crate::{Args, CmdResult, Cx};

/// ZSCAN key cursor [MATCH pattern] [COUNT count]
pub(super) fn zscan(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let mut cursor = cursor(args[2])?;
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.array(2);
        cx.reply.bulk(b"0");
        cx.reply.array(0);
        return Ok(());
    };
    let set = entry.as_sorted_set()?;
    let options = Options::parse(args, 3)?;
    // Compat: the scores of big sorted sets have all their digits here.
    let push_score: fn(&mut Vec<u8>, f64) = match set {
        SortedSetRef::Packed(_) => push_double,
        SortedSetRef::Large(_) => push_double_17g,
    };

    // Members and scores one after another, and where each of them ends.
    let (mut found, mut ends) = (Vec::new(), Vec::new());
    let mut visited = 0;
    let mut steps = options.steps();
    loop {
        cursor = set.scan(cursor, &mut |member, score| {
            visited += 1;
            let mut digits = None;
            let member = member.text(&mut digits);
            if options.want(member) {
                found.extend_from_slice(member);
                ends.push(found.len());
                push_score(&mut found, score);
                ends.push(found.len());
            }
        });
        steps -= 1;
        if cursor == 0 || steps == 0 || visited >= options.count {
            break;
        }
    }

    cx.reply.array(2);
    cx.reply.bulk(Digits::from_u64(cursor).as_bytes());
    cx.reply.array(ends.len());
    let mut start = 0;
    for end in ends {
        cx.reply.bulk(&found[start..end]);
        start = end;
    }
    Ok(())
}
