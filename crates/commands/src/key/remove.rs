//! DEL and UNLINK.

use crate::{Args, CmdResult, Cx, EventClass};

/// DEL key [key ...]
pub(super) fn del(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let mut removed = 0;
    for index in 1..args.len() {
        let key = args.key(index);
        if cx.db.remove(key).is_some() {
            removed += 1;
            cx.event(EventClass::Generic, "del", key.bytes);
        }
    }
    cx.effects.changed(removed);
    cx.reply.size(removed);
    Ok(())
}

/// UNLINK key [key ...]
///
/// A string, of any length, is one allocation: handing it to another thread would cost more than freeing it.
pub(super) fn unlink(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    del(cx, args)
}
