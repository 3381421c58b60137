//! SSCAN.

use crate::scan::{Options, Page, Scanned, cursor};
use crate::{Args, CmdResult, Cx};

/// SSCAN key cursor [MATCH pattern] [COUNT count]
pub(super) fn sscan(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let cursor = cursor(args[2])?;
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        Page::default().answer(&mut cx.reply);
        return Ok(());
    };
    let set = entry.as_set()?;
    let options = Options::parse(args, 3, Scanned::Members)?;
    let page = Page::collect(cursor, &options, |cursor, page| {
        set.scan(cursor, &mut |member| {
            page.visit();
            let mut digits = None;
            let member = member.text(&mut digits);
            if options.want(member) {
                page.push(member);
            }
        })
    });
    page.answer(&mut cx.reply);
    Ok(())
}
