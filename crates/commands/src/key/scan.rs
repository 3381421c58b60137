//! Finding keys: KEYS, SCAN, RANDOMKEY.

use keyspace::Entry;

use crate::scan::{Options, Page, Pattern, Scanned, cursor};
use crate::{Args, CmdResult, Cx};

/// KEYS pattern
pub(super) fn keys(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let pattern = Pattern::new(args[1]);
    if let Some(name) = pattern.literal() {
        let key = cx.db.key(name);
        let present = cx.db.peek(key).is_some();
        cx.reply.array(present.into());
        if present {
            cx.reply.bulk(name);
        }
        return Ok(());
    }
    let head = cx.reply.defer();
    let mut found = 0;
    let reply = &mut cx.reply;
    cx.db.for_each(&mut |entry| {
        if pattern.matches(entry.key()) {
            reply.bulk(entry.key());
            found += 1;
        }
    });
    cx.reply.finish_array(head, found);
    Ok(())
}

/// RANDOMKEY
pub(super) fn randomkey(cx: &mut Cx<'_>, _: &Args<'_>) -> CmdResult {
    match cx.db.random_key() {
        Some(key) => cx.reply.bulk(&key),
        None => cx.reply.null(),
    }
    Ok(())
}

/// SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]
pub(super) fn scan(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let cursor = cursor(args[1])?;
    let options = Options::parse(args, 2, Scanned::Keys)?;
    let page = Page::collect(cursor, &options, |cursor, page| {
        cx.db.scan(cursor, &mut |entry| {
            page.visit();
            if is_of_type(entry, options.data_type) && options.want(entry.key()) {
                page.push(entry.key());
            }
        })
    });
    page.answer(&mut cx.reply);
    Ok(())
}

fn is_of_type(entry: &Entry, data_type: Option<&[u8]>) -> bool {
    let name = entry.data_type().name().as_bytes();
    data_type.is_none_or(|wanted| wanted.eq_ignore_ascii_case(name))
}
