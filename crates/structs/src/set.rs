//! A set of byte strings, of any size: a hash table of members.
//!
//! # Layout
//!
//! A member is one allocation: its length (one byte, or 255 and eight more) and its bytes.

#![expect(unsafe_code, reason = "members are allocations of their own length")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use stdx::size_class::good_size;

use crate::cut::{self, Cut, Record, pop_bytes, push_bytes};
use crate::hashtable::{Borrowed, Element, Hasher64, Iter as TableIter, Table};
use crate::length;

struct Member(NonNull<u8>);

// SAFETY: the block is owned by this handle alone.
unsafe impl Send for Member {}

// SAFETY: blocks have an alignment of eight and user addresses; the conversions are the identity.
unsafe impl Element for Member {
    fn into_raw(self) -> NonNull<u8> {
        std::mem::ManuallyDrop::new(self).0
    }

    unsafe fn from_raw(raw: NonNull<u8>) -> Self {
        Self(raw)
    }

    #[inline]
    fn key(&self) -> &[u8] {
        self.bytes()
    }
}

impl Member {
    fn layout(len: usize) -> Layout {
        let size = good_size(length::size(len) + len);
        Layout::from_size_align(size, 8).expect("a member fits the address space")
    }

    fn new(bytes: &[u8]) -> Self {
        let layout = Self::layout(bytes.len());
        // SAFETY: the size is not zero; all that is written is within it.
        unsafe {
            let Some(block) = NonNull::new(alloc(layout)) else { handle_alloc_error(layout) };
            let at = length::write(block.as_ptr(), bytes.len());
            at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            Self(block)
        }
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        // SAFETY: the block lives as long as this handle.
        unsafe { self.bytes_of_block() }
    }

    /// Returns the bytes, which outlive this handle, though not the block.
    ///
    /// # Safety
    /// The block is there for as long as they are used.
    #[inline]
    unsafe fn bytes_of_block<'a>(&self) -> &'a [u8] {
        // SAFETY: the block was written by `new`, and is there by the caller's word.
        unsafe {
            let (len, at) = length::read(self.0.as_ptr());
            std::slice::from_raw_parts(at, len)
        }
    }
}

/// Returns the bytes of a member of a table that is borrowed.
#[inline]
fn bytes_of(member: Borrowed<'_, Member>) -> &[u8] {
    // SAFETY: nothing is removed from a table that is borrowed.
    unsafe { member.bytes_of_block() }
}

impl Drop for Member {
    fn drop(&mut self) {
        let layout = Self::layout(self.bytes().len());
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.0.as_ptr(), layout) };
    }
}

/// A set of byte strings.
#[derive(Debug)]
pub struct Set<H> {
    table: Table<Member, H>,
    /// The memory of the members.
    bytes: usize,
    /// The cut under way.
    cut: Option<Box<Cut>>,
}

impl Record for Member {
    fn append_to(&self, out: &mut Vec<u8>) {
        push_bytes(out, self.bytes());
    }
}

/// Takes a member off the front of a piece of a cut.
pub fn take_member<'a>(piece: &mut &'a [u8]) -> Option<&'a [u8]> {
    pop_bytes(piece)
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.bytes().escape_ascii())
    }
}

impl<H: Hasher64> Set<H> {
    /// Returns a set without members.
    pub fn new(hasher: H) -> Self {
        Self { table: Table::new(hasher), bytes: 0, cut: None }
    }

    /// Returns the hash of a member.
    #[inline]
    pub fn hash(&self, member: &[u8]) -> u64 {
        self.table.hasher().hash(member)
    }

    /// Returns the number of members.
    #[inline]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns whether there are no members.
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
        self.table.memory() + self.bytes + self.cut.as_ref().map_or(0, |cut| cut.memory())
    }

    /// Begins a cut: [`Set::cut_step`] will tell what the members are now, whatever happens to them. One that is under way is given up.
    pub fn begin_cut(&mut self) {
        self.cut = Cut::begin(self.len());
        self.table.begin_capture();
    }

    /// Returns the number of members at the beginning of the cut under way.
    pub fn cut_len(&self) -> Option<usize> {
        self.cut.as_ref().map(|cut| cut.len)
    }

    /// Returns the memory of what had to be kept for the cut and was not asked for yet.
    pub fn cut_kept(&self) -> usize {
        self.cut.as_ref().map_or(0, |cut| cut.kept())
    }

    /// Returns the next piece of the cut: about so many bytes of members, for [`take_member`]. It may be empty; `None` is the end.
    pub fn cut_step(&mut self, bytes: usize) -> Option<Vec<u8>> {
        cut::step(&mut self.table, &mut self.cut, bytes)
    }

    /// Ends the cut, complete or not.
    pub fn end_cut(&mut self) {
        self.table.end_capture();
        self.cut = None;
    }

    /// Returns whether the member, whose hash is given, is there.
    #[inline]
    pub fn contains(&self, hash: u64, member: &[u8]) -> bool {
        self.table.find(hash, member).is_some()
    }

    /// Adds a member; returns whether it is new.
    #[inline]
    pub fn insert(&mut self, hash: u64, member: &[u8]) -> bool {
        let (_, new) = self
            .table
            .find_or_insert_with(hash, member, &mut self.cut, || (Member::new(member), false));
        if new {
            self.bytes += Member::layout(member.len()).size();
        }
        new
    }

    /// Adds a member that is not there.
    #[inline]
    pub fn insert_new(&mut self, hash: u64, member: &[u8]) {
        self.table.insert_new(hash, Member::new(member), false, &mut self.cut);
        self.bytes += Member::layout(member.len()).size();
    }

    /// Removes a member; returns whether it was there.
    #[inline]
    pub fn remove(&mut self, hash: u64, member: &[u8]) -> bool {
        let removed = self.table.remove(hash, member, &mut self.cut).is_some();
        if removed {
            self.bytes -= Member::layout(member.len()).size();
        }
        removed
    }

    /// Tells the processor to fetch what a look-up reads first.
    #[inline]
    pub fn prefetch_bucket(&self, hash: u64) {
        self.table.prefetch_bucket(hash);
    }

    /// Tells the processor to fetch what a look-up reads next.
    #[inline]
    pub fn prefetch_member(&self, hash: u64) {
        self.table.prefetch_entry(hash);
    }

    /// Returns a member by chance, all equally likely.
    pub fn random(&self, below: &mut impl FnMut(u64) -> u64) -> Option<&[u8]> {
        self.table.random(below).map(bytes_of)
    }

    /// Visits some members and returns the cursor to go on from, zero at the end.
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(&[u8])) -> u64 {
        self.table.scan(cursor, &mut |member| visit(bytes_of(member)))
    }

    /// Returns the members.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.table.iter())
    }
}

impl<H: Hasher64> Clone for Set<H> {
    fn clone(&self) -> Self {
        let mut copy = Self::new(*self.table.hasher());
        for member in self.iter() {
            copy.insert_new(copy.hash(member), member);
        }
        copy
    }
}

/// The members of a set.
#[derive(Debug)]
pub struct Iter<'a>(TableIter<'a, Member>);

impl<'a> Iterator for Iter<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        self.0.next().map(bytes_of)
    }
}
