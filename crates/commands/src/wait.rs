//! What commands that wait for keys have in common.

use std::ops::Range;

use keyspace::Type;

use crate::effects::Wait;
use crate::{Args, CommandError, Cx};

/// Reads a timeout in seconds, with a fraction; returns until when to wait, in milliseconds of Unix time, or nothing for "for ever".
pub(crate) fn timeout(
    cx: &Cx<'_>,
    args: &Args<'_>,
    index: usize,
) -> Result<Option<u64>, CommandError> {
    let seconds = stdx::number::parse_double(args[index])
        .ok_or_else(|| CommandError::other("ERR timeout is not a float or out of range"))?;
    let out_of_range = CommandError::other("ERR timeout is out of range");
    let ms = (seconds * 1000.0).ceil();
    if ms > i64::MAX as f64 {
        return Err(out_of_range);
    }
    if ms < 0.0 {
        return Err(CommandError::other("ERR timeout is negative"));
    }
    let now = cx.db.now_ms();
    match ms as u64 {
        0 => Ok(None),
        ms if ms > i64::MAX as u64 - now => Err(out_of_range),
        ms => Ok(Some(now + ms)),
    }
}

impl Cx<'_> {
    /// Has the client wait for one of the keys at these positions, if it may wait; returns whether it does.
    pub(crate) fn wait_for(
        &mut self,
        args: &Args<'_>,
        keys: Range<usize>,
        data_type: Type,
        until_ms: Option<u64>,
    ) -> bool {
        if !self.effects.may_wait() {
            return false;
        }
        let keys = keys.map(|index| args[index].into()).collect();
        self.effects.wait(Wait { keys, data_type, until_ms });
        true
    }
}
