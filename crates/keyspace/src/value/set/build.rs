//! A set that is not under a key yet: what the commands that store a result gather.

use stdx::hash::KeyHasher;
use structs::listpack::Element;

use crate::db::{Db, EntryMut};
use crate::entry::{Entry, Form, LargeSet};

use super::edit::Editor;
use super::member::AHEAD;
use super::{Member, SetLimits, SetRef};

/// A set in the making, in the form that it will be kept in.
#[derive(Debug)]
pub struct NewSet {
    entry: Entry,
    hasher: KeyHasher,
    limits: SetLimits,
}

impl NewSet {
    /// Returns a set without members that will be stored under a name. It begins as an intset.
    pub fn new(db: &Db<'_>, key: &[u8], limits: SetLimits) -> Self {
        let form = Form::Intset;
        let entry = Entry::new_packed(key, form, form.empty(), None, db.clock().fresh());
        Self { entry, hasher: db.hasher(), limits }
    }

    /// Returns a set without members to be put in the place of one that is a table.
    pub(super) fn in_place_of(opened: &EntryMut<'_>, limits: SetLimits) -> Self {
        let (form, expiry, access) = (Form::Set, opened.expiry(), opened.access());
        let entry = Entry::new_packed(opened.key(), form, form.empty(), expiry, access);
        Self { entry, hasher: opened.hasher(), limits }
    }

    /// Makes a listpack of it, which it must not have members for.
    pub fn begin_as_listpack(&mut self) {
        debug_assert!(self.view().is_empty(), "it begins");
        self.entry.set_packed(Form::Set, Form::Set.empty());
    }

    /// Makes ready for at least that many members: a table at once if it will be one anyway.
    pub fn expect_at_least(&mut self, members: usize) {
        if members > self.limits.packed_entries() {
            self.entry.set_large(LargeSet::new(self.hasher));
        }
    }

    /// Returns the set to be read.
    pub fn view(&self) -> SetRef<'_> {
        self.entry.as_set().expect("it was made a set")
    }

    /// Adds a member; returns whether it is new.
    pub fn insert(&mut self, member: &mut Member<'_>) -> bool {
        self.editor().insert(member)
    }

    /// Adds a member that is not there.
    pub fn insert_new(&mut self, member: &mut Member<'_>) {
        self.editor().insert_new(member);
    }

    /// Adds all members of another set; returns how many are new.
    pub fn insert_all(&mut self, set: SetRef<'_>) -> usize {
        let before = self.view().len();
        let mut members = set.iter();
        let mut batch = [Member::from(Element::Int(0)); AHEAD];
        loop {
            let mut len = 0;
            for (slot, element) in batch.iter_mut().zip(&mut members) {
                *slot = element.into();
                len += 1;
            }
            if let SetRef::Large(table) = self.view() {
                for member in &mut batch[..len] {
                    table.prefetch_bucket(member.hash(self.hasher));
                }
            }
            for member in &mut batch[..len] {
                if before == 0 {
                    self.insert_new(member);
                } else {
                    self.insert(member);
                }
            }
            if len < AHEAD {
                return self.view().len() - before;
            }
        }
    }

    /// Makes an intset of it if all members are integers and not too many.
    pub fn prefer_intset(&mut self) {
        let set = self.view();
        let small = set.len() <= self.limits.intset_entries;
        if small && set.iter().all(|element| element.integer().is_some()) {
            self.editor().make_intset();
        }
    }

    /// Returns the key with the set.
    pub fn into_entry(self) -> Entry {
        self.entry
    }

    fn editor(&mut self) -> Editor<'_> {
        Editor { entry: &mut self.entry, hasher: self.hasher, limits: self.limits }
    }
}
