//! One field with its value, in one allocation.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use stdx::size_class::good_size;

use super::FieldRef;
use crate::cut::{Record, pop_bytes, pop_number, pop_slice, push_bytes, push_number};
use crate::hashtable::Element;
use crate::length;

/// A first byte that says that an expiry comes before the lengths.
const TIMED: u8 = length::MARK;

/// The bytes of that mark and of the expiry.
const EXPIRY_LEN: usize = 9;

/// A field with its value.
pub(super) struct Field(NonNull<u8>);

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

/// Returns the size of the block, all of its allocator class.
pub(super) fn block_size(field: usize, value: usize, timed: bool) -> usize {
    let head = length::size(field) + length::size(value) + if timed { EXPIRY_LEN } else { 0 };
    good_size(head + field + value)
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("a field fits the address space")
}

impl Field {
    pub(super) fn new(field: &[u8], value: &[u8], expiry: Option<u64>) -> Self {
        let layout = layout(block_size(field.len(), value.len(), expiry.is_some()));
        // SAFETY: the size is not zero.
        let Some(block) = NonNull::new(unsafe { alloc(layout) }) else {
            handle_alloc_error(layout)
        };
        let mut new = Self(block);
        new.write(field, value, expiry);
        new
    }

    /// Returns the address of the block, which stays the field's own.
    pub(super) fn address(&self) -> NonNull<u8> {
        self.0
    }

    /// Writes the whole content into a block of the right size. The sources lie elsewhere.
    pub(super) fn write(&mut self, field: &[u8], value: &[u8], expiry: Option<u64>) {
        let mut at = self.0.as_ptr();
        // SAFETY: the block was allocated for a content of this size; the sources are borrowed from elsewhere.
        unsafe {
            if let Some(when) = expiry {
                at.write(TIMED);
                at.add(1).cast::<u64>().write_unaligned(when);
                at = at.add(EXPIRY_LEN);
            }
            at = length::write(at, field.len());
            at = length::write(at, value.len());
            at.copy_from_nonoverlapping(field.as_ptr(), field.len());
            at.add(field.len()).copy_from_nonoverlapping(value.as_ptr(), value.len());
        }
    }

    /// Returns when it expires.
    #[inline]
    pub(super) fn expiry(&self) -> Option<u64> {
        // SAFETY: the block was written by `write`.
        unsafe {
            let start = self.0.as_ptr();
            (*start == TIMED).then(|| start.add(1).cast::<u64>().read_unaligned())
        }
    }

    /// Returns the field and the value.
    #[inline]
    pub(super) fn parts(&self) -> (&[u8], &[u8]) {
        // SAFETY: the block lives as long as this handle.
        unsafe { self.parts_of_block() }
    }

    /// Returns the field and the value, which outlive this handle, though not the block.
    ///
    /// # Safety
    /// The block is there and does not change for as long as they are used.
    #[inline]
    pub(super) unsafe fn parts_of_block<'a>(&self) -> (&'a [u8], &'a [u8]) {
        let mut at = self.0.as_ptr().cast_const();
        // SAFETY: the block was written by `write`, and is there by the caller's word.
        unsafe {
            if *at == TIMED {
                at = at.add(EXPIRY_LEN);
            }
            let (field, at) = length::read(at);
            let (value, at) = length::read(at);
            let name = std::slice::from_raw_parts(at, field);
            (name, std::slice::from_raw_parts(at.add(field), value))
        }
    }

    /// Returns the size of the block.
    pub(super) fn size(&self) -> usize {
        let (field, value) = self.parts();
        block_size(field.len(), value.len(), self.expiry().is_some())
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, which stays the same as long as the class does.
        unsafe { dealloc(self.0.as_ptr(), layout(self.size())) };
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, value) = self.parts();
        write!(f, "{}: {}", field.escape_ascii(), value.escape_ascii())
    }
}

/// The field's length, doubled, plus one if it expires; then its bytes, those of the value with their length, and the expiry.
impl Record for Field {
    fn append_to(&self, out: &mut Vec<u8>) {
        let ((field, value), expiry) = (self.parts(), self.expiry());
        push_number(out, (field.len() as u64) << 1 | u64::from(expiry.is_some()));
        out.extend_from_slice(field);
        push_bytes(out, value);
        if let Some(when) = expiry {
            out.extend_from_slice(&when.to_le_bytes());
        }
    }
}

/// Takes what was appended off the front.
pub(super) fn take_from<'a>(from: &mut &'a [u8]) -> Option<FieldRef<'a>> {
    let start = pop_number(from)?;
    let name = pop_slice(from, start >> 1)?;
    let value = pop_bytes(from)?;
    let mut expiry = None;
    if start & 1 != 0 {
        let (when, rest) = from.split_first_chunk()?;
        expiry = Some(u64::from_le_bytes(*when));
        *from = rest;
    }
    Some(FieldRef { name, value, expiry })
}
