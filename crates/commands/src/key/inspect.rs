//! Asking whether keys are there, and what they are: EXISTS, TOUCH, TYPE.

use keyspace::Key;

use crate::{Args, CmdResult, Cx};

/// EXISTS key [key ...]
pub(super) fn exists(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    count(cx, args, |cx, key| cx.db.find_untouched(key).is_some())
}

/// TOUCH key [key ...]
pub(super) fn touch(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    count(cx, args, |cx, key| cx.db.find(key).is_some())
}

/// Answers how many of the keys are there; one that is named twice counts twice.
#[inline]
fn count(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    is_there: impl Fn(&mut Cx<'_>, Key<'_>) -> bool,
) -> CmdResult {
    let mut present = 0;
    for index in 1..args.len() {
        let key = args.key(index);
        if is_there(cx, key) {
            present += 1;
        } else {
            cx.missed(key.bytes);
        }
    }
    cx.reply.size(present);
    Ok(())
}

/// TYPE key
pub(super) fn type_of(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let found = cx.db.find_untouched(key).map(|entry| entry.data_type().name());
    if found.is_none() {
        cx.missed(key.bytes);
    }
    cx.reply.simple(found.unwrap_or("none"));
    Ok(())
}
