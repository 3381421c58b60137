//! The state of all keys at one instant, taken while they change.
//!
//! At the start one bit per bucket is cleared, nothing more. [`Snapshot::step`] walks the tables in slices and copies entries; a write that reaches a bucket before the walk does copies it first (the table asks [`Sink`] to, from inside the only ways to change it). The result is the state of the start, whatever was written meanwhile. A long value is not copied but held: see `structs::blob`.
//!
//! A key that was written to a bucket after the walk, or created, is not part of the snapshot. Each key of the start is captured exactly once.

use structs::hashtable::Capture;

use crate::entry::Entry;
use crate::shard::Shard;

/// Where captured entries gather until they are taken.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    active: bool,
    db: usize,
    /// Where each database was at the start: databases may be swapped while the snapshot lasts.
    origin: Vec<usize>,
    entries: Vec<(usize, Entry)>,
}

impl Sink {
    pub(crate) fn begin(&mut self) {
        assert!(!self.active, "one snapshot at a time");
        self.active = true;
        self.origin.clear();
    }

    pub(crate) fn end(&mut self) {
        self.active = false;
        self.entries.clear();
    }

    /// Says in which database the next captures are.
    #[inline]
    pub(crate) fn enter(&mut self, db: usize) {
        self.db = db;
    }

    pub(crate) fn swap(&mut self, one: usize, other: usize) {
        if self.active {
            let needed = one.max(other) + 1;
            self.origin.extend(self.origin.len()..needed);
            self.origin.swap(one, other);
        }
    }

    pub(crate) fn take(&mut self) -> Vec<(usize, Entry)> {
        std::mem::take(&mut self.entries)
    }
}

impl Capture<Entry> for Sink {
    fn capture(&mut self, entry: &Entry, _volatile: bool) {
        let origin = self.origin.get(self.db).copied().unwrap_or(self.db);
        self.entries.push((origin, entry.cut()));
    }
}

/// A snapshot in the making.
#[derive(Debug)]
pub struct Snapshot {
    db: usize,
}

impl Snapshot {
    pub(crate) fn new() -> Self {
        Self { db: 0 }
    }

    /// Walks up to `buckets` further buckets, and returns the entries captured since the last step together with the databases they were in; the last step returns `None`.
    pub fn step(&mut self, shard: &mut Shard, buckets: usize) -> Option<Vec<(usize, Entry)>> {
        if self.db < shard.databases() {
            if shard.capture_step(self.db, buckets) {
                self.db += 1;
            }
            return Some(shard.take_captured());
        }
        let rest = shard.take_captured();
        if rest.is_empty() {
            shard.end_snapshot();
            return None;
        }
        Some(rest)
    }
}
