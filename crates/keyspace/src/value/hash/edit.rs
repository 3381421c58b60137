//! Setting fields and removing them, in the form that the limits ask for.

use structs::listpack::{Listpack, ListpackBuf, Position};

use crate::db::{EntryMut, Expiry};
use crate::entry::{Entry, Form, LargeHash, PackedMut, WrongType};

use super::timed::{self, Timed, TimedMut};
use super::{FormRef, HashLimits, HashRef};

/// The bytes up to which a hash is packed, whatever the settings say. Pairs take four bytes or more and an expiry eleven or less, so that all fields can still get one.
const PACKED_MAX: usize = Listpack::SIZE_MAX / 4;

/// A hash to be changed. When it is dropped, those who watch are told, if it was.
#[derive(Debug)]
pub struct HashMut<'a> {
    opened: EntryMut<'a>,
    limits: HashLimits,
    changed: bool,
    /// Fields with an expiry up to this are gone. Zero where it is not for us to say what is past its time.
    now_ms: u64,
    /// When the first field expired when it was opened.
    first_expiry: Option<u64>,
    /// Fields that went because they are past their time.
    gone: Vec<Box<[u8]>>,
}

impl<'a> EntryMut<'a> {
    /// Returns the value as a hash to be changed.
    #[inline]
    pub fn into_hash(self, limits: HashLimits) -> Result<HashMut<'a>, WrongType> {
        if !self.is_hash() {
            return Err(WrongType);
        }
        let (now_ms, first_expiry) = (self.fields_gone_at(), self.first_field_expiry());
        Ok(HashMut { opened: self, limits, changed: false, now_ms, first_expiry, gone: Vec::new() })
    }
}

impl HashMut<'_> {
    /// Returns the hash to be read.
    #[inline]
    pub fn view(&self) -> HashRef<'_> {
        self.opened.as_hash(self.now_ms).unwrap_or(HashRef::EMPTY)
    }

    #[inline]
    fn form(&self) -> FormRef<'_> {
        self.view().form
    }

    #[inline]
    fn large(&mut self) -> Option<&mut LargeHash> {
        self.opened.entry().as_large_mut()
    }

    fn packed(&mut self) -> ListpackBuf<PackedMut<'_>> {
        ListpackBuf::over(self.opened.entry().packed_mut())
    }

    fn timed(&mut self) -> TimedMut<PackedMut<'_>> {
        TimedMut::over(self.opened.entry().packed_mut())
    }

    #[cold]
    fn make_large(&mut self) {
        let mut hash = LargeHash::new(self.opened.hasher());
        // All of them: what is past its time has yet to go with its event.
        let Ok(all) = self.opened.as_hash(0) else { return };
        if let FormRef::Large(_) = all.form {
            return;
        }
        all.for_each_timed(|field, value, expiry| {
            // One that was loaded may have a field twice.
            hash.insert(field.text(&mut None), value.text(&mut None), expiry);
        });
        let is_timed = self.opened.may_have_timed_fields();
        self.opened.entry().set_large(hash);
        if is_timed {
            self.opened.entry().expect_timed_fields();
        }
    }

    /// Makes a listpack of pairs one in which fields can expire.
    #[cold]
    fn make_timed(&mut self) {
        if let FormRef::Packed(packed) = self.form() {
            let timed = timed::from_pairs(packed);
            self.opened.entry().set_packed(Form::TimedHash, timed.view().as_bytes());
        }
    }

    /// Makes ready for fields and values like these.
    ///
    /// Compat: a long one makes a table of a packed hash, and so does one that replaces it at once.
    pub fn expect<'w>(&mut self, words: impl Iterator<Item = &'w [u8]>) {
        let limits = self.limits;
        let mut sum = 0;
        let mut too_long = |word: &[u8]| {
            sum += word.len();
            !limits.permit(word) || sum > Listpack::SIZE_MAX / 2
        };
        let mut words = words;
        if self.large().is_none() && words.any(&mut too_long) {
            self.make_large();
        }
    }

    /// Removes a field that is past its time, before it is used as if it were not there.
    #[inline]
    fn expire(&mut self, field: &[u8]) {
        if self.first_expiry.is_some_and(|first| first <= self.now_ms) {
            self.expire_due(field);
        }
    }

    #[cold]
    fn expire_due(&mut self, field: &[u8]) {
        let expiry = self.opened.as_hash(0).ok().and_then(|hash| hash.expiry(field)).flatten();
        if expiry.is_some_and(|when| when <= self.now_ms) {
            self.take(field);
            self.gone.push(field.into());
        }
    }

    /// Sets a field, whose expiry becomes what `expiry` says; returns whether it is new.
    #[inline]
    pub fn insert(&mut self, field: &[u8], value: &[u8], expiry: Expiry) -> bool {
        self.expire(field);
        self.changed = true;
        if let Some(hash) = self.large() {
            let expiry = match expiry {
                Expiry::None => None,
                Expiry::At(when) => Some(when),
                Expiry::Keep => hash.get(field).and_then(|found| found.expiry),
            };
            let is_new = hash.insert(field, value, expiry);
            if expiry.is_some() {
                self.opened.entry().expect_timed_fields();
            }
            return is_new;
        }
        let more = Listpack::size_of(field) + Listpack::size_of(value);
        let is_full = self.opened.packed().len().saturating_add(more) > PACKED_MAX;
        if is_full || !self.limits.permit(value) || !self.limits.permit(field) {
            self.make_large();
            return self.insert(field, value, expiry);
        }
        let is_new = self.insert_packed(field, value, expiry);
        if is_new && self.packed_len() > self.limits.entries {
            self.make_large();
        }
        is_new
    }

    #[inline]
    fn insert_packed(&mut self, field: &[u8], value: &[u8], expiry: Expiry) -> bool {
        let when = match expiry {
            Expiry::At(when) => {
                self.make_timed();
                Some(when)
            }
            Expiry::None | Expiry::Keep => None,
        };
        if self.opened.form() == Some(Form::TimedHash) {
            return self.timed().insert(field, value, when, expiry == Expiry::Keep);
        }
        let mut packed = self.packed();
        let found: Option<Position> =
            packed.view().find(field, 1).and_then(|at| packed.view().next(at));
        match found {
            Some(at) => packed.replace(at, value),
            None => packed.append([field, value]),
        }
        found.is_none()
    }

    /// Returns the number of fields of a listpack, those past their time included.
    #[inline]
    fn packed_len(&self) -> usize {
        self.opened.as_hash(0).map_or(0, HashRef::len)
    }

    /// Sets, changes or removes the expiry of a field that is there.
    pub fn set_expiry(&mut self, field: &[u8], expiry: Option<u64>) {
        self.changed = true;
        if let Some(hash) = self.large() {
            hash.set_expiry(field, expiry);
            if expiry.is_some() {
                self.opened.entry().expect_timed_fields();
            }
            return;
        }
        if expiry.is_some() {
            self.make_timed();
        }
        if self.opened.form() == Some(Form::TimedHash) {
            self.timed().set_expiry(field, expiry);
        }
    }

    /// Removes a field; returns whether it was there.
    pub fn remove(&mut self, field: &[u8]) -> bool {
        self.expire(field);
        let removed = self.take(field);
        self.changed |= removed;
        removed
    }

    fn take(&mut self, field: &[u8]) -> bool {
        if let Some(hash) = self.large() {
            return hash.remove(field);
        }
        if self.opened.form() == Some(Form::TimedHash) {
            return self.timed().remove(field);
        }
        let mut packed = self.packed();
        let found = packed.view().find(field, 1);
        found.is_some_and(|at| packed.remove(at, 2) > 0)
    }
}

impl HashMut<'_> {
    /// Tells when the first field expires now, and which ones went because they are past their time.
    #[cold]
    fn tell_of_timed_fields(&mut self) {
        if self.changed || !self.gone.is_empty() {
            self.opened.fields_changed(self.first_expiry);
        }
        if !self.gone.is_empty() {
            self.opened.fields_gone(std::mem::take(&mut self.gone));
        }
    }
}

impl Drop for HashMut<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.opened.may_have_timed_fields() {
            self.tell_of_timed_fields();
        }
        if self.changed {
            self.opened.changed();
        }
    }
}

/// Removes up to `max` fields of a hash that are past their time, and returns their names. All of a listpack's go at once.
pub(crate) fn take_due(entry: &mut Entry, now_ms: u64, max: usize) -> Vec<Box<[u8]>> {
    if let Some(hash) = entry.as_large_mut::<LargeHash>() {
        return std::iter::from_fn(|| hash.pop_due(now_ms)).take(max).collect();
    }
    if entry.form() != Some(Form::TimedHash) {
        return Vec::new();
    }
    let (mut kept, mut gone) = (ListpackBuf::new(), Vec::new());
    for (field, value, expiry) in Timed::new(entry.packed()).iter() {
        if expiry.is_some_and(|when| when <= now_ms) {
            gone.push(field.to_vec().into());
        } else {
            kept.append([field, value, timed::element(expiry)]);
        }
    }
    entry.set_packed(Form::TimedHash, kept.view().as_bytes());
    gone
}
