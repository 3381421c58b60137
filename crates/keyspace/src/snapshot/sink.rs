//! Where captured entries gather until they are told.

use std::collections::VecDeque;
use std::mem;

use structs::hashtable::Capture;

use super::Backlog;
use super::block::Block;
use super::held::Held;
use crate::Keys;
use crate::entry::Entry;

/// What has been captured and not told.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    active: bool,
    /// The database that the next captures are in now.
    db: usize,
    /// The one that they were in at the start, if that was said.
    origin: Option<usize>,
    /// Where each database was at the start: databases may be swapped while the snapshot lasts.
    origins: Vec<usize>,
    /// The blocks that are being filled, by database.
    open: Vec<Block>,
    /// Those that are full.
    full: VecDeque<Block>,
    pub(super) backlog: Backlog,
}

impl Sink {
    pub(super) fn begin(&mut self) {
        assert!(!self.active, "one snapshot at a time");
        self.active = true;
    }

    /// Forgets everything but what has to be let go in an orderly way, which is returned.
    pub(super) fn end(&mut self) -> Backlog {
        let db = self.db;
        mem::replace(self, Self { db, ..Self::default() }).backlog
    }

    #[inline]
    pub(super) fn is_active(&self) -> bool {
        self.active
    }

    /// Says in which database the next captures are.
    #[inline]
    pub(crate) fn enter(&mut self, db: usize) {
        self.db = db;
    }

    pub(crate) fn swap(&mut self, one: usize, other: usize) {
        if self.active {
            let needed = one.max(other) + 1;
            self.origins.extend(self.origins.len()..needed);
            self.origins.swap(one, other);
        }
    }

    fn origin_of(&self, db: usize) -> usize {
        self.origins.get(db).copied().unwrap_or(db)
    }

    /// Takes over the keys of a database that is flushed.
    pub(crate) fn adopt(&mut self, db: usize, keys: Keys) {
        self.backlog.flushed.push_back((self.origin_of(db), Box::new(keys)));
    }

    /// Captures some buckets of a table that was adopted; returns whether that was all.
    pub(super) fn walk_adopted(&mut self, origin: usize, keys: &mut Keys, buckets: usize) -> bool {
        self.origin = Some(origin);
        let finished = keys.capture_step(buckets, self);
        self.origin = None;
        finished
    }

    /// Takes a block that is full.
    pub(super) fn take_full(&mut self) -> Option<Block> {
        self.full.pop_front()
    }

    /// Declares the blocks that are being filled to be full; returns whether there was one.
    pub(super) fn seal(&mut self) -> bool {
        self.full.extend(mem::take(&mut self.open).into_iter().filter(|block| !block.is_empty()));
        !self.full.is_empty()
    }

    /// Returns the bytes of copies and those of what is shared.
    pub(super) fn memory(&self) -> (usize, usize) {
        let blocks = || self.open.iter().chain(&self.full);
        (blocks().map(Block::copied).sum(), blocks().map(Block::shared).sum())
    }
}

impl Capture<Entry> for Sink {
    fn capture(&mut self, entry: &Entry, _volatile: bool) {
        let origin = self.origin.unwrap_or_else(|| self.origin_of(self.db));
        if entry.is_large() {
            let held = Held::new(origin, entry);
            let queue =
                if held.is_long() { &mut self.backlog.long } else { &mut self.backlog.short };
            queue.push_back(held);
            return;
        }
        while self.open.len() <= origin {
            self.open.push(Block::new(self.open.len()));
        }
        let block = &mut self.open[origin];
        block.push(entry);
        if block.is_full() {
            let full = mem::replace(block, Block::new(origin));
            self.full.push_back(full);
        }
    }
}
