//! Ways to end the server the hard way.

use commands::{Args, CmdResult};

use crate::admin::Admin;
use crate::machine::Crash;

/// The answer is for a node that has no process of its own to end.
fn crash(cx: &mut Admin<'_>, how: Crash) -> CmdResult {
    cx.node.machine.crash(how);
    cx.reply().ok();
    Ok(())
}

/// DEBUG SEGFAULT
pub(super) fn segfault(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    crash(cx, Crash::Segfault)
}

/// DEBUG PANIC
pub(super) fn panic(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    crash(cx, Crash::Panic)
}

/// DEBUG ASSERT
pub(super) fn assert(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    crash(cx, Crash::Assertion)
}

/// DEBUG OOM
pub(super) fn oom(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    crash(cx, Crash::OutOfMemory)
}
