//! A hash of byte strings by byte strings, of any size: a hash table of fields with their values.
//!
//! # Layout
//!
//! A field and its value are one allocation.
//!
//! ```text
//! +--------------+--------------+-------+-------+
//! | field length | value length | field | value |
//! +--------------+--------------+-------+-------+
//! ```
//!
//! A length is one byte, or 255 and eight more. The block has the full size of its allocator class, so a value that is replaced by one of about the same length stays where it is.

#![expect(unsafe_code, reason = "fields are allocations of their own length")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use stdx::size_class::good_size;

use crate::cut::{Cut, Record, pop_bytes, push_bytes};
use crate::hashtable::{Element, Hasher64, Iter as TableIter, Table};

const LONG: u8 = 255;

/// A field with its value.
struct Field(NonNull<u8>);

// SAFETY: the block is owned by this handle alone.
unsafe impl Send for Field {}

// SAFETY: blocks have an alignment of eight and user addresses; the conversions are the identity.
unsafe impl Element for Field {
    fn into_raw(self) -> NonNull<u8> {
        ManuallyDrop::new(self).0
    }

    unsafe fn from_raw(raw: NonNull<u8>) -> Self {
        Self(raw)
    }

    #[inline]
    fn key(&self) -> &[u8] {
        self.parts().0
    }
}

/// Returns how many bytes a length takes.
fn len_size(len: usize) -> usize {
    if len < usize::from(LONG) { 1 } else { 9 }
}

impl Field {
    fn layout(field: usize, value: usize) -> Layout {
        let size = len_size(field) + len_size(value) + field + value;
        Layout::from_size_align(good_size(size), 8).expect("a field fits the address space")
    }

    fn new(field: &[u8], value: &[u8]) -> Self {
        let layout = Self::layout(field.len(), value.len());
        // SAFETY: the size is not zero.
        let Some(block) = NonNull::new(unsafe { alloc(layout) }) else {
            handle_alloc_error(layout)
        };
        let mut new = Self(block);
        new.write(field, value);
        new
    }

    /// Writes the whole content into a block of the right class.
    fn write(&mut self, field: &[u8], value: &[u8]) {
        let mut at = self.0.as_ptr();
        // SAFETY: the block was allocated for a content of this size; the sources are borrowed from elsewhere.
        unsafe {
            for len in [field.len(), value.len()] {
                if len < usize::from(LONG) {
                    at.write(len as u8);
                } else {
                    at.write(LONG);
                    at.add(1).cast::<u64>().write_unaligned(len as u64);
                }
                at = at.add(len_size(len));
            }
            at.copy_from_nonoverlapping(field.as_ptr(), field.len());
            at.add(field.len()).copy_from_nonoverlapping(value.as_ptr(), value.len());
        }
    }

    /// Returns the field and the value. Their lifetime is cut by the callers.
    #[inline]
    fn parts<'a>(&self) -> (&'a [u8], &'a [u8]) {
        let mut at = self.0.as_ptr();
        let mut lens = [0; 2];
        // SAFETY: the block was written by `write`.
        unsafe {
            for len in &mut lens {
                *len = match *at {
                    LONG => at.add(1).cast::<u64>().read_unaligned() as usize,
                    len => usize::from(len),
                };
                at = at.add(len_size(*len));
            }
            let field = std::slice::from_raw_parts(at, lens[0]);
            (field, std::slice::from_raw_parts(at.add(lens[0]), lens[1]))
        }
    }

    fn size(&self) -> usize {
        let (field, value) = self.parts();
        Self::layout(field.len(), value.len()).size()
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        let (field, value) = self.parts();
        let layout = Self::layout(field.len(), value.len());
        // SAFETY: allocated with this layout, which stays the same as long as the class does.
        unsafe { dealloc(self.0.as_ptr(), layout) };
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, value) = self.parts();
        write!(f, "{}: {}", field.escape_ascii(), value.escape_ascii())
    }
}

impl Record for Field {
    fn append_to(&self, out: &mut Vec<u8>) {
        let (field, value) = self.parts();
        push_bytes(out, field);
        push_bytes(out, value);
    }
}

/// Fields with values.
#[derive(Debug)]
pub struct Hash<H> {
    table: Table<Field, H>,
    /// The memory of the fields.
    bytes: usize,
    /// The cut under way.
    cut: Option<Box<Cut>>,
}

impl<H: Hasher64> Hash<H> {
    /// Returns a hash without fields.
    pub fn new(hasher: H) -> Self {
        Self { table: Table::new(hasher), bytes: 0, cut: None }
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

    /// Returns the memory of all it has allocated.
    pub fn memory(&self) -> usize {
        self.table.memory() + self.bytes + self.cut.as_ref().map_or(0, |cut| cut.memory())
    }

    /// Returns the value of a field.
    #[inline]
    pub fn get(&self, field: &[u8]) -> Option<&[u8]> {
        self.table.find(self.hash(field), field).map(|found| found.parts().1)
    }

    /// Sets a field; returns whether it is new.
    #[inline]
    pub fn insert(&mut self, field: &[u8], value: &[u8]) -> bool {
        let hash = self.hash(field);
        let mut new_size = 0;
        let make = || {
            let new = Field::new(field, value);
            new_size = new.size();
            (new, false)
        };
        let (mut slot, is_new) = self.table.find_or_insert_with(hash, field, &mut self.cut, make);
        if !is_new {
            let (old_size, size) = (slot.size(), Field::layout(field.len(), value.len()).size());
            if old_size == size {
                slot.write(field, value);
            } else {
                *slot = Field::new(field, value);
            }
            self.bytes -= old_size;
            new_size = size;
        }
        self.bytes += new_size;
        is_new
    }

    /// Adds a field that is not there.
    pub fn insert_new(&mut self, field: &[u8], value: &[u8]) {
        let new = Field::new(field, value);
        self.bytes += new.size();
        let hash = self.hash(field);
        self.table.insert_new(hash, new, false, &mut self.cut);
    }

    /// Removes a field; returns whether it was there.
    pub fn remove(&mut self, field: &[u8]) -> bool {
        let hash = self.hash(field);
        let Some((removed, _)) = self.table.remove(hash, field, &mut self.cut) else {
            return false;
        };
        self.bytes -= removed.size();
        true
    }

    /// Returns a field by chance, all equally likely, with its value.
    pub fn random(&self, below: &mut impl FnMut(u64) -> u64) -> Option<(&[u8], &[u8])> {
        self.table.random(below).map(|found| found.parts())
    }

    /// Visits some fields with their values and returns the cursor to go on from, zero at the end.
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(&[u8], &[u8])) -> u64 {
        self.table.scan(cursor, &mut |found| {
            let (field, value) = found.parts();
            visit(field, value);
        })
    }

    /// Returns the fields with their values.
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

    /// Visits further fields of the cut: all that had to be kept meanwhile, and those of up to `buckets_max` buckets. Returns whether that was all.
    pub fn cut_step(&mut self, buckets_max: usize, visit: &mut dyn FnMut(&[u8], &[u8])) -> bool {
        let finished = self.table.capture_step(buckets_max, &mut self.cut);
        let records = self.cut.as_mut().map(|cut| cut.take()).unwrap_or_default();
        let mut rest = &records[..];
        while let (Some(field), Some(value)) = (pop_bytes(&mut rest), pop_bytes(&mut rest)) {
            visit(field, value);
        }
        finished
    }

    /// Ends the cut, complete or not.
    pub fn end_cut(&mut self) {
        self.table.end_capture();
        self.cut = None;
    }
}

impl<H: Hasher64> Clone for Hash<H> {
    fn clone(&self) -> Self {
        let mut copy = Self::new(*self.table.hasher());
        for (field, value) in self.iter() {
            copy.insert_new(field, value);
        }
        copy
    }
}

/// The fields of a hash with their values.
#[derive(Debug)]
pub struct Iter<'a>(TableIter<'a, Field>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|found| found.parts())
    }
}
