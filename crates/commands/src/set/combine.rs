//! Several sets: what they have in common, what one has alone, what there is in all.
//!
//! Nothing is built in order to answer, but for the rare cases in which looking up each member in each set takes longer than building one table. What is stored is built in the form that it is kept in.

use keyspace::{Db, EntryRef, Keep, Key, Member, NewSet, SetLimits, SetRef};
use stdx::hash::KeyHasher;

use crate::{Args, CmdResult, CommandError, Cx, Effects, EventClass, answer};

use super::limits;

/// In a union of more sets, each member is looked up in a table of those seen before, and not in all the sets before.
const LOOK_BACK_MAX: usize = 4;

/// SMEMBERS key
pub(super) fn smembers(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        cx.reply.set(0);
        return Ok(());
    };
    let set = entry.as_set()?;
    cx.reply.set(set.len());
    set.iter().for_each(|element| answer::element(&mut cx.reply, element));
    Ok(())
}

/// SINTER key [key ...]
pub(super) fn sinter(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    reply_with(cx, args, Operation::Intersection)
}

/// SUNION key [key ...]
pub(super) fn sunion(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    reply_with(cx, args, Operation::Union)
}

/// SDIFF key [key ...]
pub(super) fn sdiff(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    reply_with(cx, args, Operation::Difference)
}

/// SINTERSTORE destination key [key ...]
pub(super) fn sinterstore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    store(cx, args, Operation::Intersection)
}

/// SUNIONSTORE destination key [key ...]
pub(super) fn sunionstore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    store(cx, args, Operation::Union)
}

/// SDIFFSTORE destination key [key ...]
pub(super) fn sdiffstore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    store(cx, args, Operation::Difference)
}

/// SINTERCARD numkeys key [key ...] [LIMIT limit]
pub(super) fn sintercard(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let refusal = || CommandError::other("ERR numkeys should be greater than 0");
    let keys = args.integer(1).ok().and_then(|keys| usize::try_from(keys).ok());
    let keys = keys.filter(|&keys| keys > 0).ok_or_else(refusal)?;
    if keys > args.len() - 2 {
        let text = "ERR Number of keys can't be greater than number of args";
        return Err(CommandError::other(text));
    }
    let mut limit = usize::MAX;
    let mut index = 2 + keys;
    while index < args.len() {
        if !args.is(index, "LIMIT") || index + 1 == args.len() {
            return Err(CommandError::Syntax);
        }
        let refusal = || CommandError::other("ERR LIMIT can't be negative");
        let given = args.integer(index + 1).ok().and_then(|limit| usize::try_from(limit).ok());
        limit = given.ok_or_else(refusal)?;
        if limit == 0 {
            limit = usize::MAX;
        }
        index += 2;
    }
    let hasher = cx.db.hasher();
    let keys = (2..2 + keys).map(|index| args.key(index));
    let entries = find(&mut cx.db, cx.effects, keys)?;
    let mut found = 0;
    intersect(&sets(&entries)?, hasher, &mut |_| {
        found += 1;
        found < limit
    });
    cx.reply.size(found);
    Ok(())
}

/// What is made of several sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Intersection,
    Union,
    Difference,
}

impl Operation {
    fn stored_event(self) -> &'static str {
        match self {
            Self::Intersection => "sinterstore",
            Self::Union => "sunionstore",
            Self::Difference => "sdiffstore",
        }
    }
}

/// Finds the keys of sets. Types are looked at before anything is done, missing keys or not.
fn find<'db, 'k>(
    db: &'db mut Db<'_>,
    effects: &mut Effects,
    keys: impl Iterator<Item = Key<'k>> + Clone,
) -> Result<Vec<Option<EntryRef<'db>>>, CommandError> {
    let index = db.index();
    let entries = db.find_all(keys.clone());
    for (key, entry) in keys.zip(&entries) {
        match entry {
            Some(entry) => drop(entry.as_set()?),
            None => effects.event(EventClass::KeyMiss, "keymiss", index, key.bytes),
        }
    }
    Ok(entries)
}

/// Returns the sets of the keys that are there, in order.
fn sets<'e>(entries: &'e [Option<EntryRef<'_>>]) -> Result<Vec<Option<SetRef<'e>>>, CommandError> {
    entries
        .iter()
        .map(|entry| Ok(entry.as_ref().map(|entry| entry.as_set()).transpose()?))
        .collect()
}

fn reply_with(cx: &mut Cx<'_>, args: &Args<'_>, operation: Operation) -> CmdResult {
    let hasher = cx.db.hasher();
    // What a union of many sets has seen.
    let mut seen = (operation == Operation::Union && args.len() > 1 + LOOK_BACK_MAX)
        .then(|| NewSet::new(&cx.db, b"", limits(cx.config)));
    let excluded = NewSet::new(&cx.db, b"", limits(cx.config));
    let keys = (1..args.len()).map(|index| args.key(index));
    let entries = find(&mut cx.db, cx.effects, keys)?;
    let sets = sets(&entries)?;
    let head = cx.reply.defer();
    let mut found = 0;
    let mut visit = |member: &mut Member<'_>| {
        answer::element(&mut cx.reply, member.element());
        found += 1;
        true
    };
    match (operation, &mut seen) {
        (Operation::Intersection, _) => intersect(&sets, hasher, &mut visit),
        (Operation::Difference, _) => subtract(&sets, excluded, hasher, &mut visit),
        (Operation::Union, None) => {
            let sets: Vec<_> = sets.into_iter().flatten().collect();
            for (index, set) in sets.iter().enumerate() {
                set.select(&sets[..index], Keep::InNone, hasher, &mut visit);
            }
        }
        (Operation::Union, Some(seen)) => {
            for set in sets.into_iter().flatten() {
                let mut visit_new = |member: &mut Member<'_>| !seen.insert(member) || visit(member);
                set.select(&[], Keep::InNone, hasher, &mut visit_new);
            }
        }
    }
    cx.reply.finish_set(head, found);
    Ok(())
}

fn store(cx: &mut Cx<'_>, args: &Args<'_>, operation: Operation) -> CmdResult {
    let (hasher, limits) = (cx.db.hasher(), limits(cx.config));
    let destination = args.key(1);
    let mut result = NewSet::new(&cx.db, destination.bytes, limits);
    let excluded = NewSet::new(&cx.db, b"", limits);
    let keys = (2..args.len()).map(|index| args.key(index));
    let entries = find(&mut cx.db, cx.effects, keys)?;
    let sets = sets(&entries)?;
    match operation {
        Operation::Difference => subtract(&sets, excluded, hasher, &mut |member| {
            result.insert_new(member);
            true
        }),
        Operation::Intersection => {
            let smallest = sets.iter().flatten().min_by_key(|set| set.len());
            if !matches!(smallest, Some(SetRef::Intset(_))) {
                result.begin_as_listpack();
            }
            intersect(&sets, hasher, &mut |member| {
                result.insert_new(member);
                true
            });
            result.prefer_intset();
        }
        Operation::Union => unite(&mut result, sets.into_iter().flatten().collect(), limits),
    }
    drop(entries);
    let len = result.view().len();
    let before = cx.db.remove(destination);
    let existed = before.is_some();
    cx.db.discard_overwritten(before);
    if len > 0 {
        cx.db.insert_entry(destination, result.into_entry());
        if !existed {
            cx.created(destination.bytes);
        }
        cx.event(EventClass::Set, operation.stored_event(), destination.bytes);
        cx.effects.changed(1);
    } else if existed {
        cx.event(EventClass::Generic, "del", destination.bytes);
        cx.effects.changed(1);
    }
    cx.reply.size(len);
    Ok(())
}

/// Visits what all sets have. The smallest is walked, and the next larger asked first.
fn intersect(
    sets: &[Option<SetRef<'_>>],
    hasher: KeyHasher,
    visit: &mut dyn FnMut(&mut Member<'_>) -> bool,
) {
    let Some(mut sets) = sets.iter().copied().collect::<Option<Vec<_>>>() else { return };
    sets.sort_by_key(|set| set.len());
    if let [smallest, others @ ..] = &sets[..] {
        smallest.select(others, Keep::InAll, hasher, visit);
    }
}

/// Visits what the first set has and the others have not.
fn subtract(
    sets: &[Option<SetRef<'_>>],
    mut excluded: NewSet,
    hasher: KeyHasher,
    visit: &mut dyn FnMut(&mut Member<'_>) -> bool,
) {
    let [Some(first), others @ ..] = sets else { return };
    let mut others: Vec<_> = others.iter().flatten().copied().collect();
    let sizes: usize = others.iter().map(|set| set.len()).sum();
    // Many members against many sets: rather one table of all that is not wanted.
    if first.len() * (others.len() + 1) / 2 > first.len() + sizes {
        for set in others {
            excluded.insert_all(set);
        }
        first.select(&[excluded.view()], Keep::InNone, hasher, visit);
        return;
    }
    // The largest is the most likely to have a member.
    others.sort_by_key(|set| std::cmp::Reverse(set.len()));
    first.select(&others, Keep::InNone, hasher, visit);
}

/// Gathers what there is in any of the sets.
fn unite(result: &mut NewSet, mut sets: Vec<SetRef<'_>>, limits: SetLimits) {
    let largest = sets.iter().map(|set| set.len()).max().unwrap_or(0);
    if largest > limits.packed_entries() {
        // What is added first needs no look-ups.
        sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
        result.expect_at_least(largest);
    }
    for set in sets {
        result.insert_all(set);
    }
}
