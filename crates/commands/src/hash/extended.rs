//! Reading and writing fields along with their times to live: HGETEX, HSETEX; and reading what is removed: HGETDEL.

use keyspace::{Expiry, HashMut};
use stdx::number::Digits;

use super::expiry::{Deadline, check_type, instant, log_removal};
use super::{field_list, limits};
use crate::expiry::Form;
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

const COUNT_TEXT: &str = "ERR Number of fields must be a positive integer";

/// Answers with the values of fields, and calls `then` with those that are there.
fn answer_values<'a>(
    cx: &mut Cx<'_>,
    args: &Args<'a>,
    fields: &[&'a [u8]],
    mut then: impl FnMut(&mut HashMut<'_>, &'a [u8]),
) -> CmdResult {
    let key = args.key(1);
    cx.reply.array(fields.len());
    let Some(entry) = cx.db.open_mut(key) else {
        fields.iter().for_each(|_| cx.reply.null());
        cx.missed(key.bytes);
        return Ok(());
    };
    let mut hash = entry.into_hash(limits(cx.config))?;
    for field in fields {
        match hash.view().get(field) {
            Some(value) => {
                cx.reply.bulk(value.text(&mut None));
                then(&mut hash, field);
            }
            None => cx.reply.null(),
        }
    }
    Ok(())
}

/// Removes the key if there are no fields left.
fn remove_if_emptied(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    let is_empty = match cx.db.peek(key) {
        Some(entry) => entry.as_hash(now_ms)?.is_empty(),
        None => false,
    };
    if is_empty {
        cx.remove_emptied(key);
    }
    Ok(())
}

/// HGETDEL key FIELDS numfields field [field ...]
pub(super) fn hgetdel(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    check_type(cx, args)?;
    let fields = field_list(args, 2, COUNT_TEXT)?;
    let mut removed = Vec::new();
    answer_values(cx, args, fields, |hash, field| {
        hash.remove(field);
        removed.push(field);
    })?;
    if !removed.is_empty() {
        cx.effects.changed(removed.len());
        log_removal(cx, args[1], &removed);
        cx.event(EventClass::Hash, "hdel", args[1]);
        remove_if_emptied(cx, args)?;
    }
    Ok(())
}

/// HGETEX key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] FIELDS numfields field [field ...]
pub(super) fn hgetex(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    check_type(cx, args)?;
    if let Some(form) = Form::of_option(args[2]) {
        let when = instant(args, 3, form, cx.db.now_ms(), "hgetex")?;
        let fields = field_list(args, 4, COUNT_TEXT)?;
        return get_and_expire(cx, args, fields, when);
    }
    let persist = args.is(2, "PERSIST");
    let fields = field_list(args, if persist { 3 } else { 2 }, COUNT_TEXT)?;
    let mut persisted = Vec::new();
    answer_values(cx, args, fields, |hash, field| {
        if persist && hash.view().expiry(field).flatten().is_some() {
            hash.set_expiry(field, None);
            persisted.push(field);
        }
    })?;
    if !persisted.is_empty() {
        cx.effects.changed(persisted.len());
        let count = Digits::from_u64(persisted.len() as u64);
        let head = [b"HPERSIST", args[1], b"FIELDS", count.as_bytes()];
        cx.effects.rewrite_words(head.into_iter().chain(persisted));
        cx.event(EventClass::Hash, "hpersist", args[1]);
    }
    Ok(())
}

fn get_and_expire(cx: &mut Cx<'_>, args: &Args<'_>, fields: &[&[u8]], when: u64) -> CmdResult {
    let deadline = Deadline::new(cx, when);
    let mut given = Vec::new();
    answer_values(cx, args, fields, |hash, field| {
        deadline.give(hash, field);
        given.push(field);
    })?;
    if !given.is_empty() {
        deadline.record(cx, args[1], &given);
        remove_if_emptied(cx, args)?;
    }
    Ok(())
}

/// When HSETEX does nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    /// Unless none of the fields is there.
    NoneExists,
    /// Unless all of them are.
    AllExist,
}

/// The options of HSETEX.
struct Options {
    condition: Option<Condition>,
    /// What becomes of the expiries, and whether the time was given as it is stored.
    expiry: Option<(Expiry, bool)>,
    /// Where fields and values begin.
    data: usize,
}

impl Options {
    fn parse(args: &Args<'_>, now_ms: u64) -> Result<Self, CommandError> {
        let mut options = Self { condition: None, expiry: None, data: 0 };
        let mut index = 2;
        while index < args.len() {
            if args.is(index, "FIELDS") {
                return options.parse_fields(args, index);
            }
            let condition = match () {
                () if args.is(index, "FNX") => Some(Condition::NoneExists),
                () if args.is(index, "FXX") => Some(Condition::AllExist),
                () => None,
            };
            let form = Form::of_option(args[index]);
            if condition.is_some() {
                if options.condition.is_some() {
                    let text = "ERR Only one of FXX or FNX arguments can be specified";
                    return Err(CommandError::other(text));
                }
                options.condition = condition;
            } else if form.is_some() || args.is(index, "KEEPTTL") {
                if options.expiry.is_some() {
                    let text = "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be \
                                specified";
                    return Err(CommandError::other(text));
                }
                options.expiry = Some((Expiry::Keep, true));
                if let Some(form) = form {
                    index += 1;
                    if index == args.len() {
                        return Err(CommandError::Arity("hsetex".to_owned()));
                    }
                    let when = instant(args, index, form, now_ms, "hsetex")?;
                    options.expiry = Some((Expiry::At(when), form == Form::UnixMillis));
                }
            } else {
                let word = String::from_utf8_lossy(args[index]);
                return Err(CommandError::other(format!("ERR unknown argument: {word}")));
            }
            index += 1;
        }
        Err(CommandError::other("ERR missing FIELDS argument"))
    }

    fn parse_fields(self, args: &Args<'_>, at: usize) -> Result<Self, CommandError> {
        let data = at + 2;
        let arity = || CommandError::Arity("hsetex".to_owned());
        let number = stdx::number::parse_i64(args.get(at + 1).ok_or_else(arity)?);
        let Some(count) = number.filter(|&count| (1..=i64::from(i32::MAX)).contains(&count)) else {
            return Err(CommandError::other("ERR invalid number of fields"));
        };
        if args.len() - data != 2 * count as usize {
            return Err(arity());
        }
        Ok(Self { data, ..self })
    }
}

/// HSETEX key [FNX | FXX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL] FIELDS numfields field value [field value ...]
pub(super) fn hsetex(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (key, now_ms) = (args.key(1), cx.db.now_ms());
    let options = Options::parse(args, now_ms)?;
    let data = &args[options.data..];
    let pairs = data.chunks_exact(2);
    let exists = |field: &[u8]| -> Result<bool, CommandError> {
        let Some(entry) = cx.db.peek(key) else { return Ok(false) };
        Ok(entry.as_hash(now_ms)?.get(field).is_some())
    };
    let met = match options.condition {
        None => check_type(cx, args).map(|()| true)?,
        Some(condition) => {
            all_are(pairs.clone().map(|pair| pair[0]), condition == Condition::AllExist, exists)?
        }
    };
    if !met {
        cx.reply.flag(false);
        return Ok(());
    }
    let (expiry, is_plain) = options.expiry.unwrap_or((Expiry::None, true));
    if let Expiry::At(when) = expiry
        && Deadline::new(cx, when).is_past
    {
        set_in_the_past(cx, args, data, when);
    } else {
        let (entry, is_new) = cx.db.open_or_create(key, keyspace::Form::Hash);
        let mut hash = entry.into_hash(limits(cx.config))?;
        hash.expect(data.iter().copied());
        for pair in pairs {
            hash.insert(pair[0], pair[1], expiry);
        }
        drop(hash);
        if is_new {
            cx.created(key.bytes);
        }
        cx.effects.changed(data.len() / 2);
        cx.event(EventClass::Hash, "hset", key.bytes);
        if let Expiry::At(when) = expiry {
            cx.event(EventClass::Hash, "hexpire", key.bytes);
            if !is_plain {
                let (when, count) =
                    (Digits::from_u64(when), Digits::from_u64(data.len() as u64 / 2));
                let (when, count) = (when.as_bytes(), count.as_bytes());
                let head = [b"HSETEX", key.bytes, b"PXAT", when, b"FIELDS", count];
                cx.effects.rewrite_words(head.into_iter().chain(data.iter().copied()));
            }
        }
    }
    cx.reply.flag(true);
    Ok(())
}

/// Returns whether all fields are as they should be: there, or not there.
fn all_are<'a>(
    fields: impl Iterator<Item = &'a [u8]>,
    there: bool,
    mut exists: impl FnMut(&[u8]) -> Result<bool, CommandError>,
) -> Result<bool, CommandError> {
    for field in fields {
        if exists(field)? != there {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is set to expire in the past is not there afterwards.
fn set_in_the_past(cx: &mut Cx<'_>, args: &Args<'_>, data: &[&[u8]], when: u64) {
    let key = args.key(1);
    let fields: Vec<&[u8]> = data.iter().copied().step_by(2).collect();
    let mut is_empty = true;
    if let Some(entry) = cx.db.open_mut(key)
        && let Ok(mut hash) = entry.into_hash(limits(cx.config))
    {
        for field in &fields {
            hash.remove(field);
        }
        is_empty = hash.view().is_empty();
    }
    cx.event(EventClass::Hash, "hset", key.bytes);
    Deadline::new(cx, when).record(cx, key.bytes, &fields);
    if is_empty {
        cx.remove_emptied(key);
    }
}
