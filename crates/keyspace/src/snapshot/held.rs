//! A large value that a snapshot holds until it has told it.

use super::{Head, Piece};
use crate::entry::{Entry, Type};

/// The bytes of a piece, about: what takes some ten microseconds.
const PIECE: usize = 16 << 10;

/// Collections of more elements than this wait until all tables have been walked: what is captured while they are told would have to wait for that long.
const SHORT_MAX: usize = 1 << 14;

/// A large value under a cut; of a list, a copy that shares the nodes.
#[derive(Debug)]
pub(super) struct Held {
    db: usize,
    entry: Entry,
    first_field_expiry: Option<u64>,
}

impl Held {
    /// Begins a cut of a large value.
    pub(super) fn new(db: usize, entry: &Entry) -> Self {
        Self { db, entry: entry.cut(), first_field_expiry: entry.first_field_expiry() }
    }

    /// Returns whether it takes long to tell. The nodes of lists are handed out as they are.
    pub(super) fn is_long(&self) -> bool {
        !self.is_list() && self.entry.cut_len() > SHORT_MAX
    }

    fn is_list(&self) -> bool {
        self.entry.data_type() == Type::List
    }

    /// Returns what comes before the first piece.
    pub(super) fn head(&self) -> Head {
        let entry = &self.entry;
        Head {
            db: self.db,
            key: entry.key().into(),
            expiry: entry.expiry(),
            access: entry.access(),
            data_type: entry.data_type(),
            len: entry.cut_len(),
            nodes: entry.nodes(),
            first_field_expiry: self.first_field_expiry,
        }
    }

    /// Returns the next piece, `None` at the end.
    pub(super) fn step(&mut self) -> Option<Piece> {
        self.entry.cut_step(PIECE)
    }

    /// Returns the bytes of the elements that were kept because they were about to change.
    pub(super) fn kept(&self) -> usize {
        self.entry.cut_kept()
    }

    /// Returns the memory that it shares with the keyspace, and that which nobody else holds any more.
    pub(super) fn memory(&self) -> (usize, usize) {
        if self.is_list() {
            (self.entry.memory(), 0)
        } else if self.entry.is_held_alone() {
            (0, self.entry.memory())
        } else {
            (0, 0)
        }
    }

    /// Ends the cut. Returns what was held, and whether it may take long to free that.
    pub(super) fn release(mut self) -> (Entry, bool) {
        self.entry.end_cut();
        let alone = self.entry.is_held_alone();
        (self.entry, alone)
    }
}
