//! Parts of strings: GETRANGE (once called SUBSTR), SETRANGE, APPEND.

use std::ops::Range;

use config::Config;
use keyspace::{Entry, NewString};

use super::text::Text;
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// GETRANGE key start end
pub(super) fn getrange(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (start, end) = (args.integer(2)?, args.integer(3)?);
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.bulk(b"");
        return Ok(());
    };
    let text = Text::from(entry.as_string()?);
    cx.reply.bulk(&text[span(start, end, text.len())]);
    Ok(())
}

/// Returns the positions from `start` to `end`, both included; negative ones count from behind, and what is outside is cut off.
fn span(start: i64, end: i64, len: usize) -> Range<usize> {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    // Compat: both may lie before the beginning, and would then be cut off to the first byte.
    if start < 0 && end < 0 && start > end {
        return 0..0;
    }
    let place = |position: i64| if position < 0 { (position + len).max(0) } else { position };
    let (start, end) = (place(start), place(end).min(len - 1));
    if start > end {
        return 0..0;
    }
    start as usize..end as usize + 1
}

/// SETRANGE key offset value
pub(super) fn setrange(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let offset = args.integer(2)?;
    let offset = usize::try_from(offset).map_err(|_| CommandError::OffsetOutOfRange)?;
    let (key, bytes) = (args.key(1), args[3]);

    let entry = cx.db.open_mut(key);
    let old = match &entry {
        Some(entry) => Text::from(entry.as_string()?).len(),
        None => 0,
    };
    if bytes.is_empty() {
        cx.reply.size(old);
        return Ok(());
    }
    let end = checked_len(cx.config, offset, bytes.len())?;
    let written = entry.map(|mut entry| entry.write_at(offset, bytes));
    if written.is_none() {
        let access = cx.db.clock().fresh();
        let mut entry = Entry::new(key.bytes, NewString::Edited(b""), None, access);
        entry.write_at(offset, bytes);
        cx.db.insert_entry(key, entry);
        cx.created(key.bytes);
    }
    cx.effects.changed(1);
    cx.event(EventClass::String, "setrange", key.bytes);
    cx.reply.size(old.max(end));
    Ok(())
}

/// APPEND key value
pub(super) fn append(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (key, tail) = (args.key(1), args[2]);
    let mut len = tail.len();
    if let Some(mut entry) = cx.db.open_mut(key) {
        let old = Text::from(entry.as_string()?).len();
        len = checked_len(cx.config, old, tail.len())?;
        entry.write_at(old, tail);
    } else {
        cx.db.insert(key, args.value(2), None);
        cx.created(key.bytes);
    }
    cx.effects.changed(1);
    cx.event(EventClass::String, "append", key.bytes);
    cx.reply.size(len);
    Ok(())
}

/// Returns the sum of two lengths, if a string may be so long.
fn checked_len(config: &Config, one: usize, other: usize) -> Result<usize, CommandError> {
    let len = one.checked_add(other).ok_or(CommandError::StringTooLong)?;
    if len as u64 > config.proto_max_bulk_len {
        return Err(CommandError::StringTooLong);
    }
    Ok(len)
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn positions_count_from_either_end_and_are_cut_off() {
        let cases = [
            (0, -1, 0..5),
            (-3, -2, 2..4),
            (3, 100, 3..5),
            (-100, 1, 0..2),
            (-100, -100, 0..1),
            (-100, -200, 0..0),
            (-1, -2, 0..0),
            (3, 2, 0..0),
            (5, 10, 0..0),
            (i64::MIN, i64::MAX, 0..5),
            (i64::MAX, i64::MIN, 0..0),
        ];
        for (start, end, expected) in cases {
            assert_eq!(span(start, end, 5), expected, "{start} to {end}");
        }
        assert_eq!(span(0, -1, 0), 0..0);
        assert_eq!(span(-1, -1, 0), 0..0);
    }
}
