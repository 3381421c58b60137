//! Giving values other names or other databases: RENAME, RENAMENX, MOVE, COPY.

use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// RENAME key newkey
pub(super) fn rename(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    rename_key(cx, args, false)?;
    cx.reply.ok();
    Ok(())
}

/// RENAMENX key newkey
pub(super) fn renamenx(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let renamed = rename_key(cx, args, true)?;
    cx.reply.flag(renamed);
    Ok(())
}

/// Renames a key; with `only_if_free` nothing is overwritten. Returns whether anything was done.
fn rename_key(cx: &mut Cx<'_>, args: &Args<'_>, only_if_free: bool) -> Result<bool, CommandError> {
    let (from, to) = (args.key(1), args.key(2));
    if cx.db.open_mut(from).is_none() {
        return Err(CommandError::NoSuchKey);
    }
    if from.bytes == to.bytes || (only_if_free && cx.db.open_mut(to).is_some()) {
        return Ok(false);
    }
    let entry = cx.db.remove(from).ok_or(CommandError::NoSuchKey)?;
    let overwritten = cx.db.remove(to);
    cx.db.discard_overwritten(overwritten);
    let expiry = entry.expiry();
    cx.db.insert_entry(to, entry.renamed(to.bytes, expiry));
    cx.created(to.bytes);
    cx.effects.changed(1);
    cx.event(EventClass::Generic, "rename_from", from.bytes);
    cx.event(EventClass::Generic, "rename_to", to.bytes);
    Ok(true)
}

/// MOVE key db
pub(super) fn move_to_db(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    if cx.config.cluster_enabled {
        return Err(CommandError::other("ERR MOVE is not allowed in cluster mode"));
    }
    let (from, to) = (cx.db.index(), args.database(2, cx.db.databases())?);
    if from == to {
        return Err(CommandError::SameObject);
    }
    let key = args.key(1);
    let movable = cx.db.open_mut(key).is_some() && cx.db.other(to).open_mut(key).is_none();
    let Some(entry) = movable.then(|| cx.db.remove(key)).flatten() else {
        cx.reply.flag(false);
        return Ok(());
    };
    cx.db.other(to).insert_entry(key, entry);
    cx.effects.event(EventClass::New, "new", to, key.bytes);
    cx.effects.changed(1);
    cx.effects.event(EventClass::Generic, "move_from", from, key.bytes);
    cx.effects.event(EventClass::Generic, "move_to", to, key.bytes);
    cx.reply.flag(true);
    Ok(())
}

/// COPY source destination [DB destination-db] [REPLACE]
pub(super) fn copy(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let from = cx.db.index();
    let (mut to, mut replace) = (from, false);
    let mut index = 3;
    while index < args.len() {
        if args.is(index, "REPLACE") {
            replace = true;
        } else if args.is(index, "DB") && index + 1 < args.len() {
            index += 1;
            to = args.database(index, cx.db.databases())?;
        } else {
            return Err(CommandError::Syntax);
        }
        index += 1;
    }
    if cx.config.cluster_enabled && to != from {
        let text = "ERR Copying to another database is not allowed in cluster mode";
        return Err(CommandError::other(text));
    }
    let (source, target) = (args.key(1), args.key(2));
    if to == from && source.bytes == target.bytes {
        return Err(CommandError::SameObject);
    }

    let access = cx.db.clock().fresh();
    if cx.db.find(source).is_none() {
        cx.missed(source.bytes);
        cx.reply.flag(false);
        return Ok(());
    }
    // Before anything is copied, which may take long.
    if !replace && cx.db.other(to).open_mut(target).is_some() {
        cx.reply.flag(false);
        return Ok(());
    }
    let Some(entry) = cx.db.peek(source) else { return Ok(()) };
    let copy = entry.duplicate(target.bytes, entry.expiry());
    copy.set_access(access);
    let mut db = cx.db.other(to);
    if replace {
        let overwritten = db.remove(target);
        db.discard_overwritten(overwritten);
    }
    db.insert_entry(target, copy);
    cx.effects.event(EventClass::New, "new", to, target.bytes);
    cx.effects.changed(1);
    cx.effects.event(EventClass::Generic, "copy_to", to, target.bytes);
    cx.reply.flag(true);
    Ok(())
}
