//! Reading whole strings: GET, MGET, STRLEN, and the reads that also change something: GETDEL, GETEX.

use keyspace::Key;
use stdx::number::Digits;

use super::options::{Lifetime, Options, Verb};
use super::text::{Text, answer};
use crate::expiry::removal;
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// GET key
pub(super) fn get(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer_key(cx, args.key(1)).map(|_| ())
}

/// Answers with the string at a key, or null; returns whether the key is there.
#[inline(always)]
pub(super) fn answer_key(cx: &mut Cx<'_>, key: Key<'_>) -> Result<bool, CommandError> {
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.null();
        return Ok(false);
    };
    answer(&mut cx.reply, entry.as_string()?);
    Ok(true)
}

/// MGET key [key ...]
pub(super) fn mget(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    cx.reply.array(args.len() - 1);
    for index in 1..args.len() {
        let key = args.key(index);
        let Some(entry) = cx.db.find(key) else {
            cx.missed(key.bytes);
            cx.reply.null();
            continue;
        };
        // A key of another type is no string, hence null: the others are answered all the same.
        match entry.as_string() {
            Ok(value) => answer(&mut cx.reply, value),
            Err(_) => cx.reply.null(),
        }
    }
    Ok(())
}

/// STRLEN key
pub(super) fn strlen(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.integer(0);
        return Ok(());
    };
    cx.reply.size(Text::from(entry.as_string()?).len());
    Ok(())
}

/// GETDEL key
pub(super) fn getdel(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    if !answer_key(cx, key)? {
        return Ok(());
    }
    drop(cx.db.remove(key));
    let removal: &[u8] = if cx.config.lazyfree_lazy_user_del { b"UNLINK" } else { b"DEL" };
    record_removal(cx, key, removal);
    Ok(())
}

/// Records that the key was removed, and that the log gets `removal` for it.
fn record_removal(cx: &mut Cx<'_>, key: Key<'_>, removal: &[u8]) {
    cx.effects.changed(1);
    cx.effects.rewrite(|| [removal, key.bytes]);
    cx.event(EventClass::Generic, "del", key.bytes);
}

/// GETEX key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]
pub(super) fn getex(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let lifetime = Options::parse(args, 2, Verb::GetEx)?.lifetime;
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.null();
        return Ok(());
    };
    let value = entry.as_string()?;
    // Compat: where there is no key, nobody looks at the number.
    let instant = lifetime.instant(args, now_ms, "getex")?;
    answer(&mut cx.reply, value);
    let volatile = entry.expiry().is_some();

    if let Some(instant) = instant {
        // What is relative and positive is never past.
        if instant <= now_ms && cx.db.may_expire() {
            drop(cx.db.remove(key));
            record_removal(cx, key, removal(cx.config));
            return Ok(());
        }
        cx.db.set_expiry(key, Some(instant));
        cx.effects.changed(1);
        let millis = Digits::from_u64(instant);
        cx.effects.rewrite(|| [b"PEXPIREAT", key.bytes, millis.as_bytes()]);
        cx.event(EventClass::Generic, "expire", key.bytes);
    } else if lifetime == Lifetime::Forever && volatile {
        cx.db.set_expiry(key, None);
        cx.effects.changed(1);
        cx.effects.rewrite(|| [b"PERSIST", key.bytes]);
        cx.event(EventClass::Generic, "persist", key.bytes);
    }
    Ok(())
}
