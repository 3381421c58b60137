//! INFO: see [`crate::info`].

use commands::{Args, CmdResult};
use spec::Arity::AtLeast;
use spec::Flag::{Loading, Sentinel, Stale};
use spec::{Category, Group};

use super::Admin;
use crate::table::AdminFn;

/// A row, and what it calls.
type Command = spec::Command<AdminFn>;

/// The rows of this topic.
pub(crate) const COMMANDS: &[Command] = &[Command::new("INFO", info, AtLeast(1))
    .group(Group::Server)
    .flags(&[Loading, Stale, Sentinel])
    .categories(&[Category::Dangerous])
    .usage("[section+]")
    .summary("Returns facts and statistics about the server.")
    .complexity("O(1).")
    .since("1.0.0")
    .history(&[("7.0.0", "Takes several sections.")])
    .tips(&["nondeterministic_output", "request_policy:all_shards", "response_policy:special"])];

/// INFO [section ...]
fn info(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let text = crate::info::text(cx.node, &args[1..]);
    cx.reply().verbatim(*b"txt", text.as_bytes());
    Ok(())
}
