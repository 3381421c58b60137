//! A hash of byte strings by byte strings, of any size: a hash table of fields with their values. Fields may expire.
//!
//! # Layout
//!
//! A field and its value are one allocation.
//!
//! ```text
//! +---------------+--------------+--------------+-------+-------+
//! | (254, expiry) | field length | value length | field | value |
//! +---------------+--------------+--------------+-------+-------+
//! ```
//!
//! A length is one byte, or 255 and eight more. A first byte of 254 says that there is an expiry. The block has the full size of its allocator class, so a value that is replaced by one of about the same length stays where it is.
//!
//! The fields that expire are listed by time besides, in a tree that only hashes with such fields have: what is due is found without looking at what is not.
//!
//! A field past its time is there until it is removed: what the time is, and who may remove, the hash does not know. What tells of fields therefore tells of their expiries.

#![expect(unsafe_code, reason = "fields are allocations of their own length")]

mod deadlines;
mod field;

use self::deadlines::Deadlines;
use self::field::{Field, block_size};
use crate::cut::{self, Cut};
use crate::hashtable::{Borrowed, Hasher64, Iter as TableIter, Table};

/// A field as it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRef<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its value.
    pub value: &'a [u8],
    /// When it expires.
    pub expiry: Option<u64>,
}

impl<'a> FieldRef<'a> {
    /// Shows a field of a table that is borrowed.
    #[inline]
    fn of(field: Borrowed<'a, Field>) -> Self {
        // SAFETY: nothing is removed from a table that is borrowed, and nothing changes in it.
        let (name, value) = unsafe { field.parts_of_block() };
        Self { name, value, expiry: field.expiry() }
    }

    /// Takes a field off the front of a piece of a cut.
    pub fn take_from(piece: &mut &'a [u8]) -> Option<Self> {
        field::take_from(piece)
    }
}

/// Fields with values.
#[derive(Debug)]
pub struct Hash<H> {
    table: Table<Field, H>,
    /// The memory of the fields.
    bytes: usize,
    /// The fields that expire, if there are any.
    deadlines: Option<Box<Deadlines>>,
    /// The cut under way.
    cut: Option<Box<Cut>>,
}

impl<H: Hasher64> Hash<H> {
    /// Returns a hash without fields.
    pub fn new(hasher: H) -> Self {
        Self { table: Table::new(hasher), bytes: 0, deadlines: None, cut: None }
    }

    /// Returns the hash of a field's name.
    #[inline]
    pub fn hash(&self, field: &[u8]) -> u64 {
        self.table.hasher().hash(field)
    }

    /// Returns the number of fields.
    #[inline]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns whether there are no fields.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns the number of buckets of the table.
    pub fn buckets(&self) -> usize {
        self.table.buckets()
    }

    /// Returns the memory of all it has allocated.
    pub fn memory(&self) -> usize {
        self.table.memory()
            + self.bytes
            + self.deadlines.as_ref().map_or(0, |deadlines| deadlines.memory())
            + self.cut.as_ref().map_or(0, |cut| cut.memory())
    }

    /// Returns a field.
    #[inline]
    pub fn get(&self, field: &[u8]) -> Option<FieldRef<'_>> {
        self.table.find(self.hash(field), field).map(FieldRef::of)
    }

    /// Sets a field and its expiry; returns whether it is new.
    #[inline]
    pub fn insert(&mut self, field: &[u8], value: &[u8], expiry: Option<u64>) -> bool {
        let hash = self.hash(field);
        let size = block_size(field.len(), value.len(), expiry.is_some());
        let make = || (Field::new(field, value, expiry), false);
        let (mut slot, is_new) = self.table.find_or_insert_with(hash, field, &mut self.cut, make);
        if !is_new {
            let old_size = slot.size();
            forget(&mut self.deadlines, &slot);
            if old_size == size {
                slot.write(field, value, expiry);
            } else {
                *slot = Field::new(field, value, expiry);
            }
            self.bytes -= old_size;
        }
        remember(&mut self.deadlines, &slot);
        self.bytes += size;
        is_new
    }

    /// Adds a field that is not there.
    pub fn insert_new(&mut self, field: &[u8], value: &[u8], expiry: Option<u64>) {
        let new = Field::new(field, value, expiry);
        self.bytes += new.size();
        let hash = self.hash(field);
        let slot = self.table.insert_new(hash, new, false, &mut self.cut);
        remember(&mut self.deadlines, &slot);
    }

    /// Sets, changes or removes the expiry of a field; returns whether the field is there.
    pub fn set_expiry(&mut self, field: &[u8], expiry: Option<u64>) -> bool {
        let hash = self.hash(field);
        let Some(mut slot) = self.table.find_mut(hash, field, &mut self.cut) else {
            return false;
        };
        if slot.expiry() != expiry {
            forget(&mut self.deadlines, &slot);
            let (name, value) = slot.parts();
            let new = Field::new(name, value, expiry);
            self.bytes = self.bytes - slot.size() + new.size();
            *slot = new;
            remember(&mut self.deadlines, &slot);
        }
        true
    }

    /// Removes a field; returns whether it was there.
    pub fn remove(&mut self, field: &[u8]) -> bool {
        let hash = self.hash(field);
        let Some((removed, _)) = self.table.remove(hash, field, &mut self.cut) else {
            return false;
        };
        forget(&mut self.deadlines, &removed);
        self.bytes -= removed.size();
        true
    }

    /// Returns the number of fields that expire.
    pub fn timed_len(&self) -> usize {
        self.deadlines.as_ref().map_or(0, |deadlines| deadlines.len())
    }

    /// Returns when the first field expires.
    #[inline]
    pub fn first_expiry(&self) -> Option<u64> {
        self.deadlines.as_ref()?.first()
    }

    /// Returns whether there are fields and all of them expire up to `now`.
    pub fn is_due(&self, now: u64) -> bool {
        let Some(deadlines) = &self.deadlines else { return false };
        deadlines.len() == self.len() && deadlines.last().is_some_and(|last| last <= now)
    }

    /// Returns how many fields expire up to `now`.
    pub fn due_len(&self, now: u64) -> usize {
        self.deadlines.as_ref().map_or(0, |deadlines| deadlines.due(now))
    }

    /// Removes one of the fields that expire up to `now`, the first first, and returns its name.
    pub fn pop_due(&mut self, now: u64) -> Option<Box<[u8]>> {
        let name = self.deadlines.as_ref()?.first_due(now)?;
        self.remove(&name);
        Some(name)
    }

    /// Returns a field by chance, all equally likely.
    pub fn random(&self, below: &mut impl FnMut(u64) -> u64) -> Option<FieldRef<'_>> {
        self.table.random(below).map(FieldRef::of)
    }

    /// Visits some fields and returns the cursor to go on from, zero at the end.
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(FieldRef<'_>)) -> u64 {
        self.table.scan(cursor, &mut |found| visit(FieldRef::of(found)))
    }

    /// Returns the fields.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.table.iter())
    }

    /// Begins a cut: [`Hash::cut_step`] will tell what the fields and values are now, whatever happens to them. One that is under way is given up.
    pub fn begin_cut(&mut self) {
        self.cut = Cut::begin(self.len());
        self.table.begin_capture();
    }

    /// Returns the number of fields at the beginning of the cut under way.
    pub fn cut_len(&self) -> Option<usize> {
        self.cut.as_ref().map(|cut| cut.len)
    }

    /// Returns the memory of what had to be kept for the cut and was not asked for yet.
    pub fn cut_kept(&self) -> usize {
        self.cut.as_ref().map_or(0, |cut| cut.kept())
    }

    /// Returns the next piece of the cut: about so many bytes of fields, for [`FieldRef::take_from`]. It may be empty; `None` is the end.
    pub fn cut_step(&mut self, bytes: usize) -> Option<Vec<u8>> {
        cut::step(&mut self.table, &mut self.cut, bytes)
    }

    /// Ends the cut, complete or not.
    pub fn end_cut(&mut self) {
        self.table.end_capture();
        self.cut = None;
    }
}

/// Lists a field that expires.
#[inline]
fn remember(deadlines: &mut Option<Box<Deadlines>>, field: &Field) {
    if let Some(when) = field.expiry() {
        deadlines.get_or_insert_default().add(field, when);
    }
}

/// Takes a field off the list before it moves, changes or goes.
#[inline]
fn forget(deadlines: &mut Option<Box<Deadlines>>, field: &Field) {
    if let Some(listed) = deadlines
        && let Some(when) = field.expiry()
    {
        listed.remove(field, when);
        if listed.is_empty() {
            *deadlines = None;
        }
    }
}

impl<H: Hasher64> Clone for Hash<H> {
    fn clone(&self) -> Self {
        let mut copy = Self::new(*self.table.hasher());
        for field in self.iter() {
            copy.insert_new(field.name, field.value, field.expiry);
        }
        copy
    }
}

/// The fields of a hash.
#[derive(Debug)]
pub struct Iter<'a>(TableIter<'a, Field>);

impl<'a> Iterator for Iter<'a> {
    type Item = FieldRef<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(FieldRef::of)
    }
}
