//! HSCAN.

use stdx::number::Digits;

use crate::key::scan::{Options, cursor};
use crate::{Args, CmdResult, Cx};

/// HSCAN key cursor [MATCH pattern] [COUNT count]
pub(super) fn hscan(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let mut cursor = cursor(args[2])?;
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.array(2);
        cx.reply.bulk(b"0");
        cx.reply.array(0);
        return Ok(());
    };
    let hash = entry.as_hash(now_ms)?;
    let options = Options::parse(args, 3)?;

    // Fields and values one after another, and where each of them ends.
    let (mut found, mut ends) = (Vec::new(), Vec::new());
    let mut visited = 0;
    let mut steps = options.steps();
    loop {
        cursor = hash.scan(cursor, &mut |field, value| {
            visited += 1;
            let (mut digits, mut more_digits) = (None, None);
            let field = field.text(&mut digits);
            if options.want(field) {
                for part in [field, value.text(&mut more_digits)] {
                    found.extend_from_slice(part);
                    ends.push(found.len());
                }
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
