//! A sorted set that is not under a key yet: what the commands that store a result gather.

use stdx::hash::KeyHasher;
use structs::listpack::Element;

use crate::db::Db;
use crate::entry::{Entry, Form};

use super::SortedSetLimits;
use super::edit::Editor;

/// A sorted set in the making, in the form that it will be kept in.
#[derive(Debug)]
pub struct NewSortedSet {
    entry: Entry,
    hasher: KeyHasher,
    limits: SortedSetLimits,
    len: usize,
}

impl NewSortedSet {
    /// Returns a sorted set without members that will be stored under a name.
    pub fn new(db: &Db<'_>, key: &[u8], limits: SortedSetLimits) -> Self {
        let form = Form::SortedSet;
        let entry = Entry::new_packed(key, form, form.empty(), None, db.clock().fresh());
        Self { entry, hasher: db.hasher(), limits, len: 0 }
    }

    /// Makes ready for that many members: a table with a tree at once if it will be one anyway.
    pub fn expect(&mut self, members: usize) {
        if members > self.limits.entries {
            self.editor().make_large();
        }
    }

    /// Adds a member that belongs behind all others.
    pub fn append(&mut self, member: Element<'_>, score: f64) {
        self.len += 1;
        self.editor().append(member, score);
    }

    /// Returns the number of members.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the key with the sorted set.
    pub fn into_entry(self) -> Entry {
        self.entry
    }

    fn editor(&mut self) -> Editor<'_> {
        Editor { entry: &mut self.entry, hasher: self.hasher, limits: self.limits }
    }
}
