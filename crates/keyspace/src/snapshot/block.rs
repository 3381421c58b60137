//! Small keys, copied as they lie in memory.
//!
//! An entry's block (`crate::entry`) has no pointer to itself, so a copy of its bytes, one behind the other, is read like the original. What it points to is counted, and counted once more for the copy.

#![expect(unsafe_code, reason = "entries are read where they were copied to")]

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use structs::hashtable::Element;

use crate::entry::Entry;

/// The bytes of copies after which a block is full.
const COPIED_MAX: usize = 64 << 10;

/// The bytes of what is shared after which a block is full.
const SHARED_MAX: usize = 1 << 20;

/// Keys with small values, all of one database.
#[derive(Debug)]
pub struct Block {
    db: usize,
    len: usize,
    /// Copies of the bytes of entries. Each owns a handle to what it points to.
    bytes: Vec<u8>,
    shared: usize,
}

impl Block {
    pub(super) fn new(db: usize) -> Self {
        Self { db, len: 0, bytes: Vec::new(), shared: 0 }
    }

    /// Adds an entry that is not large.
    pub(super) fn push(&mut self, entry: &Entry) {
        self.shared += entry.copy_into(&mut self.bytes);
        self.len += 1;
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= COPIED_MAX || self.shared >= SHARED_MAX
    }

    /// Returns the database that the keys were in.
    pub fn db(&self) -> usize {
        self.db
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn copied(&self) -> usize {
        self.bytes.capacity()
    }

    pub(super) fn shared(&self) -> usize {
        self.shared
    }

    pub(super) fn memory(&self) -> usize {
        self.copied() + self.shared
    }

    /// Visits the keys. Exclusively, since a look at an entry may set its access clock.
    pub fn for_each(&mut self, mut visit: impl FnMut(&Entry)) {
        let mut at = 0;
        while at < self.bytes.len() {
            // SAFETY: copies of whole entries lie one behind the other from the start, and this is where one begins.
            let entry = unsafe { copied_to(&mut self.bytes[at..]) };
            at += entry.size();
            visit(&entry);
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.shared == 0 {
            return;
        }
        let mut at = 0;
        while at < self.bytes.len() {
            // SAFETY: as above.
            let mut entry = unsafe { copied_to(&mut self.bytes[at..]) };
            at += entry.size();
            // It is the copy's own, and nobody reads the copy again.
            entry.drop_apart();
        }
    }
}

/// # Safety
/// A copy of a whole entry lies at the start of the bytes, which stay borrowed as long as the result lives.
unsafe fn copied_to(bytes: &mut [u8]) -> ManuallyDrop<Entry> {
    let start = NonNull::from_mut(bytes).cast();
    // SAFETY: an entry is read and written byte by byte, wherever it lies. It is not dropped, hence not freed.
    ManuallyDrop::new(unsafe { Entry::from_raw(start) })
}
