//! Single members: adding, removing, moving, asking.

use crate::{Args, CmdResult, Cx, EventClass};

use super::limits;

/// SADD key member [member ...]
pub(super) fn sadd(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (key, members) = (args.key(1), &args[2..]);
    let limits = limits(cx.config);
    let form = limits.form_for(members[0], members.len());
    let (entry, created) = cx.db.open_or_create(key, form);
    let mut set = entry.into_set(limits)?;
    set.expect(members.len());
    let added = set.insert_all(members);
    drop(set);
    if created {
        cx.created(key.bytes);
    }
    if added > 0 {
        cx.event(EventClass::Set, "sadd", key.bytes);
        cx.effects.changed(added);
    }
    cx.reply.size(added);
    Ok(())
}

/// SREM key member [member ...]
pub(super) fn srem(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let (mut removed, mut empty) = (0, false);
    if let Some(entry) = cx.db.open_mut(key) {
        let mut set = entry.into_set(limits(cx.config))?;
        removed = args[2..].iter().filter(|member| set.remove(member)).count();
        empty = set.view().is_empty();
    }
    if removed > 0 {
        record_removal(cx, key, "srem", empty);
        cx.effects.changed(removed);
    }
    cx.reply.size(removed);
    Ok(())
}

/// Records that members were taken out of a set, and removes the key if it has none any more.
pub(super) fn record_removal(
    cx: &mut Cx<'_>,
    key: keyspace::Key<'_>,
    event: &'static str,
    empty: bool,
) {
    cx.event(EventClass::Set, event, key.bytes);
    if empty {
        let removed = cx.db.remove(key);
        cx.db.discard_overwritten(removed);
        cx.event(EventClass::Generic, "del", key.bytes);
    }
}

/// SMOVE source destination member
pub(super) fn smove(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (from, to, member) = (args.key(1), args.key(2), args[3]);
    let limits = limits(cx.config);
    // Compat: where there is nothing to take from, nobody asks what the destination is.
    if cx.db.open_mut(from).is_none() {
        cx.reply.flag(false);
        return Ok(());
    }
    if let Some(entry) = cx.db.open_mut(to) {
        entry.into_set(limits)?;
    }
    let (mut moved, mut empty) = (false, false);
    if let Some(entry) = cx.db.open_mut(from) {
        let mut set = entry.into_set(limits)?;
        if from.bytes == to.bytes {
            cx.reply.flag(set.view().contains(member));
            return Ok(());
        }
        moved = set.remove(member);
        empty = set.view().is_empty();
    }
    if moved {
        record_removal(cx, from, "srem", empty);
        cx.effects.changed(1);
        let (entry, created) = cx.db.open_or_create(to, limits.form_for(member, 1));
        let mut set = entry.into_set(limits)?;
        let added = set.insert(member);
        drop(set);
        if created {
            cx.created(to.bytes);
        }
        if added {
            cx.effects.changed(1);
            cx.event(EventClass::Set, "sadd", to.bytes);
        }
    }
    cx.reply.flag(moved);
    Ok(())
}

/// SCARD key
pub(super) fn scard(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.size(0);
        return Ok(());
    };
    cx.reply.size(entry.as_set()?.len());
    Ok(())
}

/// SISMEMBER key member
pub(super) fn sismember(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.flag(false);
        return Ok(());
    };
    cx.reply.flag(entry.as_set()?.contains(args[2]));
    Ok(())
}

/// SMISMEMBER key member [member ...]
pub(super) fn smismember(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (key, members) = (args.key(1), &args[2..]);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.array(members.len());
        members.iter().for_each(|_| cx.reply.flag(false));
        return Ok(());
    };
    let set = entry.as_set()?;
    cx.reply.array(members.len());
    set.contains_each(members, &mut |there| cx.reply.flag(there));
    Ok(())
}
