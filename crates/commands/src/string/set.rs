//! Writing whole strings: SET and its shorthands, GETSET, MSET, MSETNX.

use keyspace::{Expiry, Key};
use stdx::number::Digits;

use super::get::answer_key;
use super::options::{Condition, Lifetime, Options, Verb};
use crate::expiry::Form;
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// SET key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]
pub(super) fn set(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() == 3 {
        store(cx, args, (1, 2), Expiry::None);
        cx.reply.ok();
        return Ok(());
    }
    set_with_options(cx, args)
}

#[inline(never)]
fn set_with_options(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let options = Options::parse(args, 3, Verb::Set)?;
    let key = args.key(1);
    let instant = options.lifetime.instant(args, cx.db.now_ms(), "set")?;

    if options.get {
        answer_key(cx, key)?;
    }
    let refused = options.condition.is_some_and(|condition| {
        let wanted = condition == Condition::Present;
        cx.db.open_mut(key).is_some() != wanted
    });
    if refused {
        if !options.get {
            cx.reply.null();
        }
        return Ok(());
    }
    if let Some(instant) = instant {
        store_until(cx, args, (1, 2), instant);
    } else {
        let kept = options.lifetime == Lifetime::Keep;
        store(cx, args, (1, 2), if kept { Expiry::Keep } else { Expiry::None });
        if options.get {
            // The reply is nobody's business who replays the log.
            let words = args.all().iter().enumerate();
            let words = words.filter(|(at, word)| *at < 3 || !word.eq_ignore_ascii_case(b"GET"));
            cx.effects.rewrite_words(words.map(|(_, &word)| word));
        }
    }
    if !options.get {
        cx.reply.ok();
    }
    Ok(())
}

/// Stores the value at one argument under the key at another, whatever is there, and records that.
#[inline]
fn store(cx: &mut Cx<'_>, args: &Args<'_>, (key, value): (usize, usize), expiry: Expiry) {
    let key = args.key(key);
    if cx.db.set(key, args.value(value), expiry) {
        cx.created(key.bytes);
    }
    cx.effects.changed(1);
    cx.event(EventClass::String, "set", key.bytes);
}

/// Stores a value with an expiry, in milliseconds of Unix time. The log gets the time, too, whichever way it was given.
fn store_until(cx: &mut Cx<'_>, args: &Args<'_>, at: (usize, usize), instant: u64) {
    store(cx, args, at, Expiry::At(instant));
    let (key, value) = (args[at.0], args[at.1]);
    let millis = Digits::from_u64(instant);
    cx.effects.rewrite(|| [b"SET", key, value, b"PXAT", millis.as_bytes()]);
    cx.event(EventClass::Generic, "expire", key);
}

/// SETNX key value
pub(super) fn setnx(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let missing = cx.db.open_mut(args.key(1)).is_none();
    if missing {
        store(cx, args, (1, 2), Expiry::None);
    }
    cx.reply.flag(missing);
    Ok(())
}

/// SETEX key seconds value
pub(super) fn setex(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_for(cx, args, Form::Seconds, "setex")
}

/// PSETEX key milliseconds value
pub(super) fn psetex(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_for(cx, args, Form::Millis, "psetex")
}

fn set_for(cx: &mut Cx<'_>, args: &Args<'_>, form: Form, command: &'static str) -> CmdResult {
    let instant = form.positive_instant(args.integer(2)?, cx.db.now_ms(), command)?;
    store_until(cx, args, (1, 3), instant);
    cx.reply.ok();
    Ok(())
}

/// GETSET key value
pub(super) fn getset(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer_key(cx, args.key(1))?;
    store(cx, args, (1, 2), Expiry::None);
    cx.effects.rewrite(|| [b"SET", args[1], args[2]]);
    Ok(())
}

/// MSET key value [key value ...]
pub(super) fn mset(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    check_pairs(args, "mset")?;
    store_pairs(cx, args);
    cx.reply.ok();
    Ok(())
}

/// MSETNX key value [key value ...]
pub(super) fn msetnx(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    check_pairs(args, "msetnx")?;
    let keys = (1..args.len()).step_by(2);
    let free = !keys.map(|index| args.key(index)).any(|key| is_present(cx, key));
    if free {
        store_pairs(cx, args);
    }
    cx.reply.flag(free);
    Ok(())
}

fn is_present(cx: &mut Cx<'_>, key: Key<'_>) -> bool {
    cx.db.open_mut(key).is_some()
}

fn check_pairs(args: &Args<'_>, command: &str) -> CmdResult {
    if args.len() % 2 == 1 { Ok(()) } else { Err(CommandError::Arity(command.to_owned())) }
}

fn store_pairs(cx: &mut Cx<'_>, args: &Args<'_>) {
    for index in (1..args.len()).step_by(2) {
        store(cx, args, (index, index + 1), Expiry::None);
    }
}
