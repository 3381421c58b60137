//! Times to live: the EXPIRE family, PERSIST, and asking for them.

use stdx::number::Digits;

use crate::expiry::{Form, removal};
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// When EXPIRE does nothing.
#[derive(Debug, Default)]
struct Conditions {
    /// Unless the key has no expiry.
    nx: bool,
    /// Unless the key has one.
    xx: bool,
    /// Unless the new one is later.
    gt: bool,
    /// Unless the new one is earlier.
    lt: bool,
}

impl Conditions {
    fn parse(options: &[&[u8]]) -> Result<Self, CommandError> {
        let mut conditions = Self::default();
        for option in options {
            let is = |name: &[u8]| option.eq_ignore_ascii_case(name);
            if is(b"NX") {
                conditions.nx = true;
            } else if is(b"XX") {
                conditions.xx = true;
            } else if is(b"GT") {
                conditions.gt = true;
            } else if is(b"LT") {
                conditions.lt = true;
            } else {
                let option = String::from_utf8_lossy(option);
                return Err(CommandError::other(format!("ERR Unsupported option {option}")));
            }
        }
        let Self { nx, xx, gt, lt } = conditions;
        if nx && (xx || gt || lt) {
            let text = "ERR NX and XX, GT or LT options at the same time are not compatible";
            return Err(CommandError::other(text));
        }
        if gt && lt {
            let text = "ERR GT and LT options at the same time are not compatible";
            return Err(CommandError::other(text));
        }
        Ok(conditions)
    }

    /// Returns whether an expiry may become `new`. To have none is to expire later than ever.
    fn allow(&self, current: Option<u64>, new: i64) -> bool {
        let Some(current) = current else { return !self.xx && !self.gt };
        let current = i64::try_from(current).unwrap_or(i64::MAX);
        !self.nx && (!self.gt || new > current) && (!self.lt || new < current)
    }
}

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
            drop(cx.db.remove(key));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(options: &[&[u8]], current: Option<u64>, new: i64) -> bool {
        Conditions::parse(options).expect("good options").allow(current, new)
    }

    #[test]
    fn to_have_no_expiry_is_to_expire_later_than_ever() {
        assert!(!allowed(&[b"GT"], None, i64::MAX));
        assert!(allowed(&[b"lt"], None, i64::MAX));
        assert!(!allowed(&[b"XX", b"LT"], None, 5));
        assert!(allowed(&[b"NX"], None, 5));
        assert!(allowed(&[], None, 5));
    }

    #[test]
    fn an_equal_expiry_is_neither_later_nor_earlier() {
        assert!(!allowed(&[b"GT"], Some(5), 5));
        assert!(!allowed(&[b"LT"], Some(5), 5));
        assert!(allowed(&[b"GT", b"XX"], Some(5), 6));
        assert!(allowed(&[b"LT"], Some(5), -6));
        assert!(!allowed(&[b"NX"], Some(5), 6));
    }

    #[test]
    fn contradictions_are_refused_by_the_first_rule_they_break() {
        let text = |options: &[&[u8]]| Conditions::parse(options).unwrap_err().to_string();
        let nx = "ERR NX and XX, GT or LT options at the same time are not compatible";
        assert_eq!(text(&[b"NX", b"GT", b"LT"]), nx);
        let gt = "ERR GT and LT options at the same time are not compatible";
        assert_eq!(text(&[b"XX", b"LT", b"GT"]), gt);
        assert_eq!(text(&[b"NX", b"XX", b"Foo"]), "ERR Unsupported option Foo");
    }
}
