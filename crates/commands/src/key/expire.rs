//! Times to live: the EXPIRE family, PERSIST, and asking for them.

use stdx::number::Digits;

use crate::expiry::{Conditions, Form, removal};
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// EXPIRE key seconds [NX | XX | GT | LT]
pub(super) fn expire(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_expiry(cx, args, Form::Seconds, "expire")
}

/// PEXPIRE key milliseconds [NX | XX | GT | LT]
pub(super) fn pexpire(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_expiry(cx, args, Form::Millis, "pexpire")
}

/// EXPIREAT key unix-time-seconds [NX | XX | GT | LT]
pub(super) fn expireat(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_expiry(cx, args, Form::UnixSeconds, "expireat")
}

/// PEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT]
pub(super) fn pexpireat(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_expiry(cx, args, Form::UnixMillis, "pexpireat")
}

fn set_expiry(cx: &mut Cx<'_>, args: &Args<'_>, form: Form, command: &'static str) -> CmdResult {
    let options = &args[3..];
    let conditions = Conditions::parse(options)?;
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    let instant = form.instant(args.integer(2)?, now_ms);
    let instant = instant.ok_or(CommandError::InvalidExpire(command))?;

    let current = cx.db.open_mut(key).map(|entry| entry.expiry());
    if !current.is_some_and(|current| conditions.allow(current, instant)) {
        cx.reply.flag(false);
        return Ok(());
    }
    cx.effects.changed(1);
    match u64::try_from(instant) {
        Ok(instant) if instant > now_ms || !cx.db.may_expire() => {
            cx.db.set_expiry(key, Some(instant));
            cx.event(EventClass::Generic, "expire", key.bytes);
            if form != Form::UnixMillis {
                let millis = Digits::from_u64(instant);
                let words = [b"PEXPIREAT", key.bytes, millis.as_bytes()];
                cx.effects.rewrite_words(words.into_iter().chain(options.iter().copied()));
            }
        }
        _ => {
            let removed = cx.db.remove(key);
            cx.db.discard_expired(removed);
            cx.effects.rewrite(|| [removal(cx.config), key.bytes]);
            cx.event(EventClass::Generic, "del", key.bytes);
        }
    }
    cx.reply.flag(true);
    Ok(())
}

/// PERSIST key
pub(super) fn persist(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let volatile = cx.db.open_mut(key).is_some_and(|entry| entry.expiry().is_some());
    if volatile {
        cx.db.set_expiry(key, None);
        cx.effects.changed(1);
        cx.event(EventClass::Generic, "persist", key.bytes);
    }
    cx.reply.flag(volatile);
    Ok(())
}

/// TTL key
pub(super) fn ttl(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let now_ms = cx.db.now_ms();
    answer_expiry(cx, args, |when| to_seconds(when.saturating_sub(now_ms)))
}

/// PTTL key
pub(super) fn pttl(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let now_ms = cx.db.now_ms();
    answer_expiry(cx, args, |when| when.saturating_sub(now_ms))
}

/// EXPIRETIME key
pub(super) fn expiretime(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer_expiry(cx, args, to_seconds)
}

/// PEXPIRETIME key
pub(super) fn pexpiretime(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer_expiry(cx, args, |when| when)
}

/// Rounds to the nearest second.
fn to_seconds(millis: u64) -> u64 {
    (millis + 500) / 1000
}

/// Answers with the expiry of a key as `shown` has it, -1 if it has none, -2 if there is no key.
fn answer_expiry(cx: &mut Cx<'_>, args: &Args<'_>, shown: impl Fn(u64) -> u64) -> CmdResult {
    let key = args.key(1);
    let found = cx.db.find_untouched(key).map(|entry| entry.expiry());
    if found.is_none() {
        cx.missed(key.bytes);
    }
    cx.reply.integer(match found {
        None => -2,
        Some(None) => -1,
        Some(Some(when)) => i64::try_from(shown(when)).unwrap_or(i64::MAX),
    });
    Ok(())
}
