//! Setting and removing: HSET, HMSET, HSETNX, HDEL.

use keyspace::{Expiry, Form};

use super::limits;
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// HSET key field value [field value ...]
pub(super) fn hset(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let created = set(cx, args, "hset")?;
    cx.reply.size(created);
    Ok(())
}

/// HMSET key field value [field value ...]
pub(super) fn hmset(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    set(cx, args, "hmset")?;
    cx.reply.ok();
    Ok(())
}

/// Sets fields; returns how many are new.
#[inline]
fn set(cx: &mut Cx<'_>, args: &Args<'_>, name: &str) -> Result<usize, CommandError> {
    if !args.len().is_multiple_of(2) {
        return Err(CommandError::Arity(name.to_owned()));
    }
    let key = args.key(1);
    let (entry, is_new) = cx.db.open_or_create(key, Form::Hash);
    let mut hash = entry.into_hash(limits(cx.config))?;
    hash.expect(args[2..].iter().copied());
    let mut created = 0;
    for pair in args[2..].chunks_exact(2) {
        created += usize::from(hash.insert(pair[0], pair[1], Expiry::None));
    }
    drop(hash);
    if is_new {
        cx.created(key.bytes);
    }
    cx.effects.changed((args.len() - 2) / 2);
    cx.event(EventClass::Hash, "hset", key.bytes);
    Ok(created)
}

/// HSETNX key field value
pub(super) fn hsetnx(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let (entry, is_new) = cx.db.open_or_create(key, Form::Hash);
    let mut hash = entry.into_hash(limits(cx.config))?;
    if hash.view().get(args[2]).is_some() {
        cx.reply.flag(false);
        return Ok(());
    }
    hash.expect(args[2..].iter().copied());
    hash.insert(args[2], args[3], Expiry::None);
    drop(hash);
    if is_new {
        cx.created(key.bytes);
    }
    cx.effects.changed(1);
    cx.event(EventClass::Hash, "hset", key.bytes);
    cx.reply.flag(true);
    Ok(())
}

/// HDEL key field [field ...]
pub(super) fn hdel(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.open_mut(key) else {
        cx.reply.size(0);
        return Ok(());
    };
    let mut hash = entry.into_hash(limits(cx.config))?;
    let removed = args[2..].iter().filter(|field| hash.remove(field)).count();
    let is_empty = hash.view().is_empty();
    drop(hash);
    if removed > 0 {
        cx.effects.changed(removed);
        cx.event(EventClass::Hash, "hdel", key.bytes);
        if is_empty {
            cx.remove_emptied(key);
        }
    }
    cx.reply.size(removed);
    Ok(())
}
