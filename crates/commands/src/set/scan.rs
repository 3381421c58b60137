//! SSCAN.

use stdx::number::Digits;

use crate::key::scan::{Options, cursor};
use crate::{Args, CmdResult, Cx};

/// SSCAN key cursor [MATCH pattern] [COUNT count]
pub(super) fn sscan(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let mut cursor = cursor(args[2])?;
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.array(2);
        cx.reply.bulk(b"0");
        cx.reply.array(0);
        return Ok(());
    };
    let set = entry.as_set()?;
    let options = Options::parse(args, 3)?;

    // The members one after another, and where each of them ends.
    let (mut members, mut ends) = (Vec::new(), Vec::new());
    let mut visited = 0;
    let mut steps = options.steps();
    loop {
        cursor = set.scan(cursor, &mut |element| {
            visited += 1;
            let mut digits = None;
            let member = element.text(&mut digits);
            if options.want(member) {
                members.extend_from_slice(member);
                ends.push(members.len());
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
        cx.reply.bulk(&members[start..end]);
        start = end;
    }
    Ok(())
}
