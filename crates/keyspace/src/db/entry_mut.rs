//! A key opened for changing.

use std::ops::Deref;

use stdx::hash::KeyHasher;
use structs::hashtable::Occupied;

use crate::entry::{Entry, NewString};
use crate::expire::FieldDeadlines;
use crate::observe::Reason;
use crate::shard::Common;

/// A key opened for changing.
#[derive(Debug)]
pub struct EntryMut<'a> {
    pub(super) slot: Occupied<'a, Entry>,
    pub(super) common: &'a mut Common,
    pub(super) fields: &'a mut FieldDeadlines,
    pub(super) db: usize,
}

impl Deref for EntryMut<'_> {
    type Target = Entry;

    #[inline]
    fn deref(&self) -> &Entry {
        &self.slot
    }
}

impl EntryMut<'_> {
    /// Replaces the string; the expiry stays.
    #[inline]
    pub fn set_string(&mut self, value: NewString<'_>) {
        self.slot.set_string(value);
        self.changed();
    }

    /// Overwrites a part of the string, which grows as far as is needed; see [`Entry::write_at`].
    pub fn write_at(&mut self, offset: usize, bytes: &[u8]) {
        self.slot.write_at(offset, bytes);
        self.changed();
    }

    /// Edits the value as bytes in an allocation of their own.
    pub fn edit<R>(&mut self, edit: impl FnOnce(&mut structs::blob::Blob) -> R) -> R {
        let result = self.slot.edit(edit);
        self.changed();
        result
    }

    /// Returns the entry for editing; whoever edits it tells, by [`EntryMut::changed`].
    #[inline]
    pub(crate) fn entry(&mut self) -> &mut Entry {
        &mut self.slot
    }

    /// Returns the hasher for the tables of large collections.
    pub(crate) fn hasher(&self) -> KeyHasher {
        self.common.hasher
    }

    /// Tells those who watch that the value has changed.
    #[inline]
    pub(crate) fn changed(&mut self) {
        if self.common.observers.is_active() {
            self.common.observers.changed(self.db, self.slot.key());
        }
    }

    /// Returns up to when fields that expire count as gone. Where expired keys may not be removed that is at no time, as for keys.
    #[inline]
    pub(crate) fn fields_gone_at(&self) -> u64 {
        if self.common.may_expire { self.common.now_ms } else { 0 }
    }

    /// Notes that the hash may have another first deadline than `before`.
    #[inline]
    pub(crate) fn fields_changed(&mut self, before: Option<u64>) {
        let first = self.slot.first_field_expiry();
        if first != before {
            self.fields.replace(self.common.hasher.hash(self.slot.key()), before, first);
        }
    }

    /// Notes that fields of the hash went because they are past their time.
    pub(crate) fn fields_gone(&mut self, fields: Vec<Box<[u8]>>) {
        self.common.stats.expired_fields += fields.len() as u64;
        let (key, reason) = (self.slot.key(), Reason::SomeFields);
        self.common.observers.fields_gone(self.db, key, reason, fields);
    }
}
