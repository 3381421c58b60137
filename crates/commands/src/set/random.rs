//! Members by chance: SPOP, SRANDMEMBER.

use keyspace::SetRef;
use stdx::number::Digits;
use structs::listpack::Element;

use crate::{Args, CmdResult, CommandError, Cx, EventClass, answer};

use super::limits;
use super::members::record_removal;

/// The most members that one command in the log removes.
const LOGGED_AT_ONCE: usize = 1024;

/// SPOP key [count]
pub(super) fn spop(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() > 3 {
        return Err(CommandError::Syntax);
    }
    if args.len() == 2 {
        return pop_one(cx, args);
    }
    let count = args.integer(2).ok().and_then(|count| usize::try_from(count).ok());
    let count = count.ok_or(CommandError::MustBePositive)?;
    let key = args.key(1);
    let Some(entry) = cx.db.open_mut(key) else {
        cx.reply.set(0);
        return Ok(());
    };
    let mut set = entry.into_set(limits(cx.config))?;
    let len = set.view().len();
    if count == 0 {
        cx.reply.set(0);
        return Ok(());
    }
    if count >= len {
        cx.reply.set(len);
        set.view().iter().for_each(|element| answer::element(&mut cx.reply, element));
        drop(set);
        cx.event(EventClass::Set, "spop", key.bytes);
        let removed = cx.db.remove(key);
        cx.db.discard_overwritten(removed);
        cx.event(EventClass::Generic, "del", key.bytes);
        let removal: &[u8] = if cx.config.lazyfree_lazy_server_del { b"UNLINK" } else { b"DEL" };
        cx.effects.rewrite(|| [removal, key.bytes]);
        cx.effects.changed(len);
        return Ok(());
    }
    let mut popped = Popped { log: cx.effects.is_logging(), bytes: Vec::new(), ends: Vec::new() };
    cx.reply.set(count);
    let rest = set.pop_random(cx.rng, count, &mut |element| {
        answer::element(&mut cx.reply, element);
        popped.note(element);
    });
    drop(set);
    cx.db.discard_overwritten(rest);
    cx.event(EventClass::Set, "spop", key.bytes);
    cx.effects.changed(count);
    cx.effects.do_not_log();
    for members in popped.ends.chunks(LOGGED_AT_ONCE) {
        let words = [b"SREM".as_slice(), key.bytes].into_iter();
        cx.effects.rewrite_words(words.chain(members.iter().map(|at| &popped.bytes[at.clone()])));
    }
    Ok(())
}

/// What was taken out, for the log.
struct Popped {
    log: bool,
    bytes: Vec<u8>,
    ends: Vec<std::ops::Range<usize>>,
}

impl Popped {
    fn note(&mut self, element: Element<'_>) {
        if self.log {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(element.text(&mut None));
            self.ends.push(start..self.bytes.len());
        }
    }
}

/// SPOP key
fn pop_one(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.open_mut(key) else {
        cx.reply.null();
        return Ok(());
    };
    let mut set = entry.into_set(limits(cx.config))?;
    let effects = &mut *cx.effects;
    let reply = &mut cx.reply;
    let mut take = |element: Element<'_>| {
        answer::element(reply, element);
        let mut digits: Option<Digits> = None;
        let member = element.text(&mut digits);
        effects.rewrite(|| [b"SREM", key.bytes, member]);
    };
    let last = set.view().len() == 1;
    if last {
        set.view().iter().for_each(take);
    } else {
        set.pop_random(cx.rng, 1, &mut take);
    }
    drop(set);
    record_removal(cx, key, "spop", last);
    cx.effects.changed(1);
    Ok(())
}

/// SRANDMEMBER key [count]
pub(super) fn srandmember(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() > 3 {
        return Err(CommandError::Syntax);
    }
    let key = args.key(1);
    let count = match args.len() {
        2 => None,
        _ => Some(args.integer(2)?),
    };
    if count == Some(i64::MIN) {
        return Err(CommandError::OutOfRange { min: -i64::MAX, max: i64::MAX });
    }
    let limit = cx.output_limit();
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        match count {
            None => cx.reply.null(),
            Some(_) => cx.reply.array(0),
        }
        return Ok(());
    };
    let set: SetRef<'_> = entry.as_set()?;
    let reply = &mut cx.reply;
    match count {
        None => match set.random(cx.rng) {
            Some(element) => answer::element(reply, element),
            None => reply.null(),
        },
        Some(count) if count < 0 => {
            let count = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
            reply.array(count);
            let mut draw = set.draws();
            answer::repeatedly(reply, limit, count, |reply| {
                if let Some(element) = draw.next(cx.rng) {
                    answer::element(reply, element);
                }
            })?;
        }
        Some(count) => {
            let count = usize::try_from(count).unwrap_or(usize::MAX).min(set.len());
            reply.array(count);
            set.sample(cx.rng, count, &mut |element| answer::element(reply, element));
        }
    }
    Ok(())
}
