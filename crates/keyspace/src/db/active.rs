//! Removing what is past its time without being asked for it; the structures that know of it are in `expire`.

use structs::hashtable::Sweep;

use super::Db;
use crate::database::Database;
use crate::entry::Entry;
use crate::expire::LEAD_MS;
use crate::observe::Reason;
use crate::shard::discard;
use crate::value::{HashRef, take_due};

/// Fields of a hash that are removed at once.
const FIELDS_AT_ONCE: usize = 64;

impl Db<'_> {
    /// Removes keys whose time has come, as long as `go_on` allows; returns whether it was enough.
    pub(crate) fn expire_due(&mut self, sweep: bool, go_on: &mut dyn FnMut() -> bool) -> bool {
        let now = self.common.now_ms;
        loop {
            for _ in 0..32 {
                let Some(hash) = self.database().wheel.pop_due(now) else {
                    return !sweep || self.sweep_due(go_on);
                };
                self.expire_hash(hash);
            }
            if !go_on() {
                return false;
            }
        }
    }

    /// Removes the keys of this hash whose time has come.
    fn expire_hash(&mut self, hash: u64) {
        let now = self.common.now_ms;
        self.common.sink.enter(self.index);
        let common = &mut *self.common;
        let database = &mut self.dbs[self.index];
        let due = |entry: &Entry| entry.expiry().is_some_and(|when| when <= now);
        while let Some((entry, _)) = database.keys.remove_by(hash, due, &mut common.sink) {
            database.fields_went(hash, &entry);
            common.bury(self.index, entry);
        }
    }

    /// Removes fields whose time has come, and hashes with the last of them, as long as `go_on` allows; returns whether it was enough.
    pub(crate) fn expire_fields(&mut self, go_on: &mut dyn FnMut() -> bool) -> bool {
        let now = self.common.now_ms;
        while let Some((when, hash)) = self.dbs[self.index].fields.first()
            && when <= now
        {
            self.expire_some_fields(when, hash);
            if !go_on() {
                return false;
            }
        }
        true
    }

    /// Removes some fields of the hash that is listed with that deadline.
    fn expire_some_fields(&mut self, when: u64, hash: u64) {
        let (index, now, common) = (self.index, self.common.now_ms, &mut *self.common);
        common.sink.enter(index);
        let Database { keys, fields, .. } = &mut self.dbs[index];
        fields.replace(hash, Some(when), None);
        let is_it = |entry: &Entry| entry.first_field_expiry() == Some(when);
        loop {
            let Some(mut slot) = keys.find_mut_by(hash, is_it, &mut common.sink) else { return };
            let gone = take_due(&mut slot, now, FIELDS_AT_ONCE);
            common.stats.expired_fields += gone.len() as u64;
            let next = slot.first_field_expiry();
            fields.replace(hash, None, next);
            let is_empty = slot.as_hash(0).is_ok_and(HashRef::is_empty);
            let reason = if is_empty { Reason::AllFields } else { Reason::SomeFields };
            common.observers.fields_gone(index, slot.key(), reason, gone);
            drop(slot);
            if is_empty {
                let emptied = |entry: &Entry| entry.as_hash(0).is_ok_and(HashRef::is_empty);
                drop(keys.remove_by(hash, emptied, &mut common.sink));
            }
            if next == Some(when) {
                return;
            }
        }
    }

    /// Reads the segments that have a key due soon: removes what is due, moves the rest to the wheel.
    fn sweep_due(&mut self, go_on: &mut dyn FnMut() -> bool) -> bool {
        let now = self.common.now_ms;
        let (index, common) = (self.index, &mut *self.common);
        let database = &mut self.dbs[index];
        let volatile = database.keys.flagged_len();
        common.sink.enter(index);
        while let Some(segment) = database.keys.next_due(database.sweep_at, now + LEAD_MS) {
            let Database { keys, wheel, fields, mean_ttl, .. } = &mut *database;
            let hasher = common.hasher;
            let mut left = (0, 0);
            keys.sweep_segment(
                segment,
                &mut common.sink,
                |entry| {
                    let Some(when) = entry.expiry() else { return Sweep::Keep(None) };
                    if when <= now {
                        common.stats.expired += 1;
                        common.observers.gone(index, entry.key(), Reason::Expired);
                        return Sweep::Remove;
                    }
                    left = (left.0 + 1, left.1 + (when - now));
                    if wheel.push(when, hasher.hash(entry.key()), volatile) {
                        Sweep::Keep(None)
                    } else {
                        Sweep::Keep(Some(when))
                    }
                },
                |entry| {
                    if let Some(when) = entry.first_field_expiry() {
                        fields.replace(hasher.hash(entry.key()), Some(when), None);
                    }
                    discard(&mut common.garbage, entry, common.lazy.expire);
                },
            );
            if let Some(mean) = u64::checked_div(left.1, left.0) {
                *mean_ttl = if *mean_ttl == 0 { mean } else { (*mean_ttl * 49 + mean) / 50 };
            }
            database.sweep_at = segment + 1;
            if !go_on() {
                return false;
            }
        }
        database.sweep_at = 0;
        true
    }
}

impl Database {
    /// Remembers that a key expires at `when`.
    pub(super) fn note_expiry(&mut self, hash: u64, when: u64, now: u64) {
        self.wheel.catch_up(now);
        if !self.wheel.push(when, hash, self.keys.flagged_len()) {
            self.keys.note_bound(hash, when);
        }
    }
}
