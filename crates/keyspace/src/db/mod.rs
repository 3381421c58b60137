//! The door to a database: the only way to its keys.
//!
//! Whatever must happen along with an access happens here and nowhere else:
//!
//! | on | happens |
//! | --- | --- |
//! | every access | a key past its time, or whose fields all are, is removed, and seen by nobody |
//! | a read | hit or miss is counted, the access clock set |
//! | a change | the snapshot gets the state before it, those who watch are told |
//! | a change of expiry | wheel or segment bound learn of it, and of those of fields the list by deadline |

#![expect(unsafe_code, reason = "one lifetime that the borrow checker cannot follow yet")]

mod active;
mod entry_mut;
mod walk;

pub use self::entry_mut::EntryMut;

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use stdx::hash::KeyHasher;
use stdx::rng::Rng;
use structs::hashtable::Element;

use crate::database::Database;
use crate::entry::{Entry, Form, NewString};
use crate::observe::Observers;
use crate::shard::{Common, discard};

/// A key with its hash, which is computed once.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// The name.
    pub bytes: &'a [u8],
    /// Its hash by [`crate::Shard::hasher`].
    pub hash: u64,
}

/// The door to one database.
#[derive(Debug)]
pub struct Db<'s> {
    dbs: &'s mut [Database],
    common: &'s mut Common,
    index: usize,
}

/// A borrowed entry.
#[derive(Debug)]
pub struct EntryRef<'a>(ManuallyDrop<Entry>, PhantomData<&'a Entry>);

impl EntryRef<'_> {
    /// # Safety
    /// `raw` is an entry of a table that stays borrowed for as long as the result.
    unsafe fn new(raw: NonNull<u8>) -> Self {
        // SAFETY: an entry by the caller's word; it is never dropped from here.
        Self(ManuallyDrop::new(unsafe { Entry::from_raw(raw) }), PhantomData)
    }
}

impl Deref for EntryRef<'_> {
    type Target = Entry;

    #[inline]
    fn deref(&self) -> &Entry {
        &self.0
    }
}

impl<'s> Db<'s> {
    #[inline]
    pub(crate) fn new(dbs: &'s mut [Database], common: &'s mut Common, index: usize) -> Self {
        Self { dbs, common, index }
    }

    /// Returns which database this is.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns the number of databases.
    pub fn databases(&self) -> usize {
        self.dbs.len()
    }

    /// Returns the door to another database.
    pub fn other(&mut self, index: usize) -> Db<'_> {
        Db { dbs: self.dbs, common: self.common, index }
    }

    /// Returns the hasher of keys.
    #[inline]
    pub fn hasher(&self) -> KeyHasher {
        self.common.hasher
    }

    /// Returns a key with its hash.
    #[inline]
    pub fn key<'a>(&self, bytes: &'a [u8]) -> Key<'a> {
        Key { bytes, hash: self.common.hasher.hash(bytes) }
    }

    /// Returns the time, in milliseconds of Unix time.
    #[inline]
    pub fn now_ms(&self) -> u64 {
        self.common.now_ms
    }

    /// Returns whether expired keys may be removed here, or the primary has to say so.
    #[inline]
    pub fn may_expire(&self) -> bool {
        self.common.may_expire
    }

    /// Returns the access clock.
    pub fn clock(&self) -> crate::AccessClock {
        self.common.clock
    }

    /// Counts fields of hashes that were removed because they were given a time that has passed.
    pub fn count_expired_fields(&mut self, fields: usize) {
        self.common.stats.expired_fields += fields as u64;
    }

    /// Returns those who want to know of changes.
    pub fn observers(&mut self) -> &mut Observers {
        &mut self.common.observers
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.dbs[self.index].keys.len()
    }

    /// Returns whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn database(&mut self) -> &mut Database {
        &mut self.dbs[self.index]
    }

    /// Finds a key, without any trace.
    #[inline]
    fn look(&mut self, key: Key<'_>) -> Option<EntryRef<'_>> {
        let now = self.common.now_ms;
        let found = self.dbs[self.index].keys.find(key.hash, key.bytes)?;
        if is_over(&found, found.flag(), now) {
            self.expire(key);
            return None;
        }
        let raw = found.address();
        // SAFETY: the table is borrowed through `self` for the result's lifetime; nothing was changed since the entry was found.
        Some(unsafe { EntryRef::new(raw) })
    }

    /// Finds a key to read it: counts the hit or miss and sets its access clock.
    #[inline]
    pub fn find(&mut self, key: Key<'_>) -> Option<EntryRef<'_>> {
        self.read(key, true)
    }

    /// Finds a key to read it: counts the hit or miss, but leaves its access clock alone.
    #[inline]
    pub fn find_untouched(&mut self, key: Key<'_>) -> Option<EntryRef<'_>> {
        self.read(key, false)
    }

    #[inline(always)]
    fn read(&mut self, key: Key<'_>, touched: bool) -> Option<EntryRef<'_>> {
        let now = self.common.now_ms;
        let Some(found) = self.dbs[self.index].keys.find(key.hash, key.bytes) else {
            self.common.stats.misses += 1;
            return None;
        };
        if is_over(&found, found.flag(), now) {
            self.expire(key);
            self.common.stats.misses += 1;
            return None;
        }
        self.common.stats.hits += 1;
        if touched {
            touch(self.common.clock, &mut self.common.rng, &found);
        }
        let raw = found.address();
        // SAFETY: as in `look`; setting the access clock moves nothing.
        Some(unsafe { EntryRef::new(raw) })
    }

    /// Finds several keys to read them at once, each as [`Db::find`] does.
    pub fn find_all<'k>(
        &mut self,
        keys: impl Iterator<Item = Key<'k>>,
    ) -> Vec<Option<EntryRef<'_>>> {
        let found: Vec<_> = keys.map(|key| self.find(key).map(|entry| entry.address())).collect();
        // SAFETY: only looking for the others happened since an entry was found, which removes keys past their time and no others; and the tables are borrowed through `self` for the lifetime of the result.
        found.into_iter().map(|raw| raw.map(|raw| unsafe { EntryRef::new(raw) })).collect()
    }

    /// Finds a key to learn about it: no statistics, no access clock.
    pub fn peek(&mut self, key: Key<'_>) -> Option<EntryRef<'_>> {
        self.look(key)
    }

    /// Returns whether the key is in the table but past its time.
    pub fn is_overdue(&self, key: Key<'_>) -> bool {
        let found = self.dbs[self.index].keys.find(key.hash, key.bytes);
        found.is_some_and(|entry| entry.is_over(self.common.now_ms))
    }

    /// Removes a key whose time has come.
    #[cold]
    fn expire(&mut self, key: Key<'_>) {
        if !self.common.may_expire {
            return;
        }
        if let Some(entry) = self.take_silently(key) {
            self.common.bury(self.index, entry);
        }
    }

    /// Opens a key for changing. Its access clock is set.
    #[inline]
    pub fn open_mut(&mut self, key: Key<'_>) -> Option<EntryMut<'_>> {
        let this = std::ptr::from_mut(self);
        // SAFETY: `this` is `self`, which nobody uses while `door` and what borrows from it live: on the one path that goes back to `this`, the entry is dropped before.
        let door = unsafe { &mut *this };
        let common = &mut *door.common;
        common.sink.enter(door.index);
        let Database { keys, fields, .. } = &mut door.dbs[door.index];
        let slot = keys.find_mut(key.hash, key.bytes, &mut common.sink)?;
        if common.is_over(&slot, slot.flag()) {
            drop(slot);
            // SAFETY: as above.
            unsafe { &mut *this }.expire(key);
            return None;
        }
        touch(common.clock, &mut common.rng, &slot);
        Some(EntryMut { slot, common, fields, db: door.index })
    }

    /// Opens a key for changing, after creating it with an empty collection if it is not there. Returns whether it was created; then it is for the caller to fill it.
    pub fn open_or_create(&mut self, key: Key<'_>, form: Form) -> (EntryMut<'_>, bool) {
        let this = std::ptr::from_mut(self);
        // SAFETY: `this` is `self`, which nobody uses while what was opened lives: it is returned at once.
        if let Some(opened) = unsafe { &mut *this }.open_mut(key) {
            return (opened, false);
        }
        let access = self.common.clock.fresh();
        let entry = Entry::new_packed(key.bytes, form, form.empty(), None, access);
        self.common.sink.enter(self.index);
        let common = &mut *self.common;
        let Database { keys, fields, .. } = &mut self.dbs[self.index];
        let slot = keys.insert_new(key.hash, entry, false, &mut common.sink);
        common.observers.changed(self.index, key.bytes);
        (EntryMut { slot, common, fields, db: self.index }, true)
    }

    /// Creates a key that is not there.
    #[inline]
    pub fn insert(&mut self, key: Key<'_>, value: NewString<'_>, expiry: Option<u64>) {
        let entry = Entry::new(key.bytes, value, expiry, self.common.clock.fresh());
        self.insert_entry(key, entry);
    }

    /// Creates a key that is not there from an entry of that name.
    pub fn insert_entry(&mut self, key: Key<'_>, entry: Entry) {
        debug_assert_eq!(entry.key(), key.bytes, "the entry carries the key's name");
        let expiry = entry.expiry();
        self.common.sink.enter(self.index);
        let database = &mut self.dbs[self.index];
        database.fields_came(key.hash, &entry);
        database.keys.insert_new(key.hash, entry, expiry.is_some(), &mut self.common.sink);
        if let Some(when) = expiry {
            database.note_expiry(key.hash, when, self.common.now_ms);
        }
        self.common.observers.changed(self.index, key.bytes);
    }

    /// Sets a key to a string, whether it is there or not, and whatever it held. Returns whether it had to be created.
    #[inline]
    pub fn set(&mut self, key: Key<'_>, value: NewString<'_>, expiry: Expiry) -> bool {
        let common = &mut *self.common;
        common.sink.enter(self.index);
        let database = &mut self.dbs[self.index];
        let Some(mut slot) = database.keys.find_mut(key.hash, key.bytes, &mut common.sink) else {
            self.insert(key, value, expiry.fresh());
            return true;
        };
        let volatile = slot.flag();
        if common.is_over(&slot, volatile) {
            drop(slot);
            self.expire(key);
            self.insert(key, value, expiry.fresh());
            return true;
        }
        database.fields.replace(key.hash, slot.first_field_expiry(), None);
        if slot.is_large() {
            let entry = Entry::new(key.bytes, value, slot.expiry(), slot.access());
            let old = slot.replace(entry);
            discard(&mut common.garbage, old, common.lazy.server_del);
        } else {
            slot.set_string(value);
        }
        // A key that is overwritten is used, and goes on counting its uses.
        touch(common.clock, &mut common.rng, &slot);
        match expiry {
            Expiry::Keep => (),
            Expiry::None if !volatile => (),
            Expiry::None => {
                slot.set_expiry(None);
                slot.set_flag(false);
            }
            Expiry::At(when) => {
                slot.set_expiry(Some(when));
                slot.set_flag(true);
            }
        }
        drop(slot);
        if let Expiry::At(when) = expiry {
            database.note_expiry(key.hash, when, common.now_ms);
        }
        common.observers.changed(self.index, key.bytes);
        false
    }

    /// Removes a key and returns what it was, unless it was past its time.
    pub fn remove(&mut self, key: Key<'_>) -> Option<Entry> {
        let entry = self.take_silently(key)?;
        let common = &mut *self.common;
        if common.is_over(&entry, true) {
            common.bury(self.index, entry);
            return None;
        }
        common.observers.changed(self.index, key.bytes);
        Some(entry)
    }

    /// Removes a key whose collection has become empty.
    pub fn remove_emptied(&mut self, key: Key<'_>) {
        drop(self.take_silently(key));
        self.common.observers.changed(self.index, key.bytes);
    }

    /// Frees what was removed, here or, if it is large, in the background.
    pub fn discard(&mut self, entry: Entry, in_background: bool) {
        discard(&mut self.common.garbage, entry, in_background);
    }

    /// Frees what was overwritten, or removed because it had become something else.
    pub fn discard_overwritten(&mut self, entry: Option<Entry>) {
        if let Some(entry) = entry {
            self.discard(entry, self.common.lazy.server_del);
        }
    }

    /// Frees what was removed because its time had come.
    pub fn discard_expired(&mut self, entry: Option<Entry>) {
        if let Some(entry) = entry {
            self.discard(entry, self.common.lazy.expire);
        }
    }

    /// Removes a key whatever its expiry, without telling that it was changed: the caller tells why it is gone.
    pub(crate) fn take_silently(&mut self, key: Key<'_>) -> Option<Entry> {
        self.common.sink.enter(self.index);
        let database = &mut self.dbs[self.index];
        let (entry, _) = database.keys.remove(key.hash, key.bytes, &mut self.common.sink)?;
        database.fields_went(key.hash, &entry);
        Some(entry)
    }

    /// Sets or removes the expiry of a key; returns whether the key is there.
    pub fn set_expiry(&mut self, key: Key<'_>, expiry: Option<u64>) -> bool {
        let common = &mut *self.common;
        common.sink.enter(self.index);
        let database = &mut self.dbs[self.index];
        let Some(mut slot) = database.keys.find_mut(key.hash, key.bytes, &mut common.sink) else {
            return false;
        };
        if common.is_over(&slot, slot.flag()) {
            drop(slot);
            self.expire(key);
            return false;
        }
        slot.set_expiry(expiry);
        slot.set_flag(expiry.is_some());
        drop(slot);
        if let Some(when) = expiry {
            database.note_expiry(key.hash, when, common.now_ms);
        }
        common.observers.changed(self.index, key.bytes);
        true
    }

    /// Tells the processor to fetch what a look-up of the key reads first.
    #[inline]
    pub fn prefetch_bucket(&self, hash: u64) {
        self.dbs[self.index].keys.prefetch_bucket(hash);
    }

    /// Tells the processor to fetch what a look-up of the key reads next.
    #[inline]
    pub fn prefetch_entry(&self, hash: u64) {
        self.dbs[self.index].keys.prefetch_entry(hash);
    }
}

/// Returns whether an entry is past its time, which is volatile if it has an expiry.
#[inline(always)]
fn is_over(entry: &Entry, volatile: bool, now: u64) -> bool {
    (volatile && entry.expiry().is_some_and(|when| when <= now)) || entry.is_void(now)
}

#[inline]
fn touch(clock: crate::AccessClock, rng: &mut stdx::rng::SeededRng, entry: &Entry) {
    let bits = entry.access();
    let new = clock.touched(bits, || rng.next_u64());
    if new != bits {
        entry.set_access(new);
    }
}

/// What becomes of a key's expiry when it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// It has none afterwards.
    None,
    /// It stays.
    Keep,
    /// It is this, in milliseconds of Unix time.
    At(u64),
}

impl Expiry {
    fn fresh(self) -> Option<u64> {
        match self {
            Self::At(when) => Some(when),
            Self::None | Self::Keep => None,
        }
    }
}
