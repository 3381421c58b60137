//! ZSCAN.

use keyspace::SortedSetRef;
use stdx::number::{push_double, push_double_17g};

use crate::scan::{Options, Page, Scanned, cursor};
use crate::{Args, CmdResult, Cx};

/// ZSCAN key cursor [MATCH pattern] [COUNT count]
pub(super) fn zscan(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let cursor = cursor(args[2])?;
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        Page::default().answer(&mut cx.reply);
        return Ok(());
    };
    let set = entry.as_sorted_set()?;
    let options = Options::parse(args, 3, Scanned::Members)?;
    // Compat: the scores of big sorted sets have all their digits here.
    let push_score: fn(&mut Vec<u8>, f64) = match set {
        SortedSetRef::Packed(_) => push_double,
        SortedSetRef::Large(_) => push_double_17g,
    };
    let page = Page::collect(cursor, &options, |cursor, page| {
        set.scan(cursor, &mut |member, score| {
            page.visit();
            let mut digits = None;
            let member = member.text(&mut digits);
            if options.want(member) {
                page.push(member);
                page.push_with(|text| push_score(text, score));
            }
        })
    });
    page.answer(&mut cx.reply);
    Ok(())
}
