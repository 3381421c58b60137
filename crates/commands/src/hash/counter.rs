//! Counting in a field: HINCRBY on 64-bit integers, HINCRBYFLOAT on 80-bit floating-point numbers.

use keyspace::{Expiry, Form};
use stdx::number::{Digits, LongDouble};

use super::limits;
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// HINCRBY key field increment
pub(super) fn hincrby(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let increment = args.integer(3)?;
    let key = args.key(1);
    let (entry, is_new) = cx.db.open_or_create(key, Form::Hash);
    let mut hash = entry.into_hash(limits(cx.config))?;
    let not_an_integer = || CommandError::other("ERR hash value is not an integer");
    let old = match hash.view().get(args[2]) {
        Some(value) => value.integer().ok_or_else(not_an_integer)?,
        None => 0,
    };
    let sum = old.checked_add(increment).ok_or(CommandError::Overflow)?;
    hash.expect(std::iter::once(args[2]));
    hash.insert(args[2], Digits::from_i64(sum).as_bytes(), Expiry::Keep);
    drop(hash);
    if is_new {
        cx.created(key.bytes);
    }
    cx.effects.changed(1);
    cx.event(EventClass::Hash, "hincrby", key.bytes);
    cx.reply.integer(sum);
    Ok(())
}

/// HINCRBYFLOAT key field increment
pub(super) fn hincrbyfloat(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let increment = LongDouble::parse(args[3]).ok_or(CommandError::NotAFloat)?;
    if increment.is_nan() || increment.is_infinite() {
        return Err(CommandError::other("ERR value is NaN or Infinity"));
    }
    let key = args.key(1);
    let (entry, is_new) = cx.db.open_or_create(key, Form::Hash);
    let mut hash = entry.into_hash(limits(cx.config))?;
    let not_a_float = || CommandError::other("ERR hash value is not a float");
    let old = match hash.view().get(args[2]) {
        Some(value) => LongDouble::parse(value.text(&mut None)).ok_or_else(not_a_float)?,
        None => LongDouble::ZERO,
    };
    let sum = old + increment;
    if sum.is_nan() || sum.is_infinite() {
        return Err(CommandError::NotFinite);
    }
    let mut text = Vec::new();
    sum.push_human(&mut text);
    hash.expect([args[2], &text].into_iter());
    let expires = hash.view().expiry(args[2]).flatten().is_some();
    hash.insert(args[2], &text, Expiry::Keep);
    drop(hash);
    if is_new {
        cx.created(key.bytes);
    }
    cx.effects.changed(1);
    // Whoever replays the log need not round as we do.
    if expires {
        let words: [&[u8]; 7] = [b"HSETEX", key.bytes, b"KEEPTTL", b"FIELDS", b"1", args[2], &text];
        cx.effects.rewrite(|| words);
    } else {
        cx.effects.rewrite(|| [b"HSET", key.bytes, args[2], &text]);
    }
    cx.event(EventClass::Hash, "hincrbyfloat", key.bytes);
    cx.reply.bulk(&text);
    Ok(())
}
