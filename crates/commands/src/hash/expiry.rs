//! Times to live of fields: the HEXPIRE family, HPERSIST, and asking for them.

use keyspace::HashMut;
use stdx::number::Digits;

use super::{field_list, limits};
use crate::expiry::{Conditions, Form};
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// The latest time that a field can expire at.
const LATEST_MS: i64 = (1 << 46) - 1;

/// What is answered about a field that is not there.
const NO_FIELD: i64 = -2;

/// What is answered about a field that does not expire.
const NO_EXPIRY: i64 = -1;

/// Reads a time to live of a field: when it expires, in milliseconds of Unix time.
pub(super) fn instant(
    args: &Args<'_>,
    index: usize,
    form: Form,
    now_ms: u64,
    command: &'static str,
) -> Result<u64, CommandError> {
    let number = args.integer(index)?;
    if number < 0 {
        return Err(CommandError::other("ERR invalid expire time, must be >= 0"));
    }
    let instant = form.instant(number, now_ms).filter(|&instant| instant <= LATEST_MS);
    let instant = instant.and_then(|instant| u64::try_from(instant).ok());
    // The start of 1970 is as past as any time, and stored as no expiry at all.
    instant.map(|instant| instant.max(1)).ok_or(CommandError::InvalidExpire(command))
}

/// What becomes of a field that gets an expiry.
pub(super) struct Deadline {
    when: u64,
    /// Whether that is past: then the field goes.
    pub(super) is_past: bool,
}

impl Deadline {
    pub(super) fn new(cx: &Cx<'_>, when: u64) -> Self {
        // Where nothing expires by itself, whoever may decide has decided.
        Self { when, is_past: when <= cx.db.now_ms() && cx.db.may_expire() }
    }

    /// Gives it to a field that is there.
    pub(super) fn give(&self, hash: &mut HashMut<'_>, field: &[u8]) {
        if self.is_past {
            hash.remove(field);
        } else {
            hash.set_expiry(field, Some(self.when));
        }
    }

    /// Records that fields got it. The log gets the time itself, or that they went.
    pub(super) fn record(&self, cx: &mut Cx<'_>, key: &[u8], fields: &[&[u8]]) {
        cx.effects.changed(fields.len());
        if self.is_past {
            cx.db.count_expired_fields(fields.len());
            log_removal(cx, key, fields);
            cx.event(EventClass::Hash, "hdel", key);
            return;
        }
        let (when, count) = (Digits::from_u64(self.when), Digits::from_u64(fields.len() as u64));
        let head = [b"HPEXPIREAT", key, when.as_bytes(), b"FIELDS", count.as_bytes()];
        cx.effects.rewrite_words(head.into_iter().chain(fields.iter().copied()));
        cx.event(EventClass::Hash, "hexpire", key);
    }
}

/// Has the log get that fields were removed.
pub(super) fn log_removal(cx: &mut Cx<'_>, key: &[u8], fields: &[&[u8]]) {
    let head: [&[u8]; 2] = [b"HDEL", key];
    cx.effects.rewrite_words(head.into_iter().chain(fields.iter().copied()));
}

/// HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]
pub(super) fn hexpire(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_expiry(cx, args, Form::Seconds, "hexpire")
}

/// HPEXPIRE key milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]
pub(super) fn hpexpire(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_expiry(cx, args, Form::Millis, "hpexpire")
}

/// HEXPIREAT key unix-time-seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]
pub(super) fn hexpireat(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_expiry(cx, args, Form::UnixSeconds, "hexpireat")
}

/// HPEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]
pub(super) fn hpexpireat(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set_expiry(cx, args, Form::UnixMillis, "hpexpireat")
}

fn set_expiry(cx: &mut Cx<'_>, args: &Args<'_>, form: Form, command: &'static str) -> CmdResult {
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    check_type(cx, args)?;
    let deadline = Deadline::new(cx, instant(args, 2, form, now_ms, command)?);
    let is_condition = ["NX", "XX", "GT", "LT"].iter().any(|word| args.is(3, word));
    let at = if is_condition { 4 } else { 3 };
    let conditions = Conditions::parse(&args[3..][..at - 3])?;
    let zero = "ERR Parameter `numFields` should be greater than 0";
    let fields = field_list(args, at, zero)?;

    cx.reply.array(fields.len());
    let Some(entry) = cx.db.open_mut(key) else {
        fields.iter().for_each(|_| cx.reply.integer(NO_FIELD));
        return Ok(());
    };
    let mut hash = entry.into_hash(limits(cx.config))?;
    let mut given = Vec::new();
    let new = i64::try_from(deadline.when).unwrap_or(i64::MAX);
    for &field in fields {
        let answer = match hash.view().expiry(field) {
            None => NO_FIELD,
            Some(current) if !conditions.allow(current, new) => 0,
            Some(_) => {
                deadline.give(&mut hash, field);
                given.push(field);
                if deadline.is_past { 2 } else { 1 }
            }
        };
        cx.reply.integer(answer);
    }
    let is_empty = hash.view().is_empty();
    drop(hash);
    if !given.is_empty() {
        deadline.record(cx, key.bytes, &given);
    }
    if is_empty {
        cx.remove_emptied(key);
    }
    Ok(())
}

/// Refuses a key of another type before anything else is looked at.
pub(super) fn check_type(cx: &mut Cx<'_>, args: &Args<'_>) -> Result<(), CommandError> {
    let key = args.key(1);
    if let Some(entry) = cx.db.peek(key) {
        entry.as_hash(0)?;
    }
    Ok(())
}

/// HPERSIST key FIELDS numfields field [field ...]
pub(super) fn hpersist(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    check_type(cx, args)?;
    let fields = field_list(args, 2, "ERR Number of fields must be a positive integer")?;
    let key = args.key(1);
    cx.reply.array(fields.len());
    let Some(entry) = cx.db.open_mut(key) else {
        fields.iter().for_each(|_| cx.reply.integer(NO_FIELD));
        return Ok(());
    };
    let mut hash = entry.into_hash(limits(cx.config))?;
    let mut persisted = 0;
    for field in fields {
        let answer = match hash.view().expiry(field) {
            None => NO_FIELD,
            Some(None) => NO_EXPIRY,
            Some(Some(_)) => {
                hash.set_expiry(field, None);
                persisted += 1;
                1
            }
        };
        cx.reply.integer(answer);
    }
    drop(hash);
    if persisted > 0 {
        cx.effects.changed(persisted);
        cx.event(EventClass::Hash, "hpersist", key.bytes);
    }
    Ok(())
}

/// HTTL key FIELDS numfields field [field ...]
pub(super) fn httl(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let now_ms = cx.db.now_ms();
    answer_expiry(cx, args, |when| when.saturating_sub(now_ms).div_ceil(1000))
}

/// HPTTL key FIELDS numfields field [field ...]
pub(super) fn hpttl(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let now_ms = cx.db.now_ms();
    answer_expiry(cx, args, |when| when.saturating_sub(now_ms))
}

/// HEXPIRETIME key FIELDS numfields field [field ...]
pub(super) fn hexpiretime(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer_expiry(cx, args, |when| when.div_ceil(1000))
}

/// HPEXPIRETIME key FIELDS numfields field [field ...]
pub(super) fn hpexpiretime(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer_expiry(cx, args, |when| when)
}

/// Answers with the expiries of fields as `shown` has them.
fn answer_expiry(cx: &mut Cx<'_>, args: &Args<'_>, shown: impl Fn(u64) -> u64) -> CmdResult {
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    let found = cx.db.find(key);
    let hash = found.as_ref().map(|entry| entry.as_hash(now_ms)).transpose()?;
    let fields = field_list(args, 2, "ERR Number of fields must be a positive integer")?;
    cx.reply.array(fields.len());
    for field in fields {
        cx.reply.integer(match hash.and_then(|hash| hash.expiry(field)) {
            None => NO_FIELD,
            Some(None) => NO_EXPIRY,
            Some(Some(when)) => i64::try_from(shown(when)).unwrap_or(i64::MAX),
        });
    }
    if hash.is_none() {
        cx.missed(key.bytes);
    }
    Ok(())
}
