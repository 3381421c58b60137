//! HSCAN.

use crate::scan::{Options, Page, Scanned, cursor};
use crate::{Args, CmdResult, Cx};

/// HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES]
pub(super) fn hscan(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let cursor = cursor(args[2])?;
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        Page::default().answer(&mut cx.reply);
        return Ok(());
    };
    let hash = entry.as_hash(now_ms)?;
    let options = Options::parse(args, 3, Scanned::Fields)?;
    let page = Page::collect(cursor, &options, |cursor, page| {
        hash.scan(cursor, &mut |field, value| {
            page.visit();
            let mut digits = None;
            let field = field.text(&mut digits);
            if options.want(field) {
                page.push(field);
                if !options.no_values {
                    page.push(value.text(&mut None));
                }
            }
        })
    });
    page.answer(&mut cx.reply);
    Ok(())
}
