//! Counting: INCR, DECR, INCRBY, DECRBY on 64-bit integers, INCRBYFLOAT on 80-bit floating-point numbers.
//!
//! A key that is not there counts from zero. The expiry of one that is there stays.

use keyspace::NewString;
use stdx::number::LongDouble;

use super::text::{Text, number};
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// INCR key
pub(super) fn incr(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    add(cx, args, 1)
}

/// DECR key
pub(super) fn decr(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    add(cx, args, -1)
}

/// INCRBY key increment
pub(super) fn incrby(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    add(cx, args, args.integer(2)?)
}

/// DECRBY key decrement
pub(super) fn decrby(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let Some(increment) = args.integer(2)?.checked_neg() else {
        return Err(CommandError::other("ERR decrement would overflow"));
    };
    add(cx, args, increment)
}

#[inline]
fn add(cx: &mut Cx<'_>, args: &Args<'_>, increment: i64) -> CmdResult {
    let key = args.key(1);
    let mut sum = increment;
    if let Some(mut entry) = cx.db.open_mut(key) {
        let old = number(&entry.as_string()?).ok_or(CommandError::NotAnInteger)?;
        sum = old.checked_add(increment).ok_or(CommandError::Overflow)?;
        entry.set_string(NewString::Int(sum));
    } else {
        cx.db.insert(key, NewString::Int(sum), None);
        cx.created(key.bytes);
    }
    cx.effects.changed(1);
    cx.event(EventClass::String, "incrby", key.bytes);
    cx.reply.integer(sum);
    Ok(())
}

/// INCRBYFLOAT key increment
pub(super) fn incrbyfloat(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let entry = cx.db.open_mut(key);
    let old = match &entry {
        Some(entry) => {
            let text = Text::from(entry.as_string()?);
            LongDouble::parse(&text).ok_or(CommandError::NotAFloat)?
        }
        None => LongDouble::ZERO,
    };
    let sum = old + LongDouble::parse(args[2]).ok_or(CommandError::NotAFloat)?;
    if sum.is_nan() || sum.is_infinite() {
        return Err(CommandError::NotFinite);
    }
    let mut text = Vec::new();
    sum.push_human(&mut text);

    // Text, even where an integer came out: only commands that take integers store one.
    let written = entry.map(|mut entry| entry.set_string(NewString::Bytes(&text)));
    if written.is_none() {
        cx.db.insert(key, NewString::Bytes(&text), None);
        cx.created(key.bytes);
    }
    cx.effects.changed(1);
    // Whoever replays the log need not round as we do.
    cx.effects.rewrite(|| [b"SET", key.bytes, &text, b"KEEPTTL"]);
    cx.event(EventClass::String, "incrbyfloat", key.bytes);
    cx.reply.bulk(&text);
    Ok(())
}
