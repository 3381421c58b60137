//! DEL and UNLINK.

use crate::{Args, CmdResult, Cx, EventClass};

/// DEL key [key ...]
pub(super) fn del(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let in_background = cx.config.lazyfree_lazy_user_del;
    remove(cx, args, in_background)
}

/// UNLINK key [key ...]
///
/// A string, of any length, is one allocation: handing it to another thread would cost more than freeing it.
pub(super) fn unlink(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    remove(cx, args, true)
}

fn remove(cx: &mut Cx<'_>, args: &Args<'_>, in_background: bool) -> CmdResult {
    let mut removed = 0;
    for index in 1..args.len() {
        let key = args.key(index);
        if let Some(entry) = cx.db.remove(key) {
            cx.db.discard(entry, in_background);
            removed += 1;
            cx.event(EventClass::Generic, "del", key.bytes);
        }
    }
    cx.effects.changed(removed);
    cx.reply.size(removed);
    Ok(())
}
