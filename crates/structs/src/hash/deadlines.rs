//! The fields of a hash that expire, by time.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::field::Field;
use crate::hashtable::Element;
use crate::ordered::{Key, Member, Tree};

/// A field as the order knows it: where its block is, which decides between equal times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place(NonNull<u8>);

// SAFETY: the address is only followed with the hash at hand that owns the block.
unsafe impl Send for Place {}

impl Member for Place {
    #[inline]
    fn bytes(&self) -> &[u8] {
        // SAFETY: an address can be looked at as the bytes that it has.
        unsafe { std::slice::from_raw_parts((&raw const self.0).cast(), size_of::<Self>()) }
    }
}

/// The fields that expire, by time. It has those of the table with an expiry, and no others.
///
/// Times are the scores of the order, so they are exact up to 2⁵³: ten times as far as the times that fields can have.
#[derive(Debug, Default)]
pub(super) struct Deadlines(Tree<Place>);

impl Deadlines {
    pub(super) fn add(&mut self, field: &Field, when: u64) {
        self.0.insert(when as f64, Place(field.address()));
    }

    pub(super) fn remove(&mut self, field: &Field, when: u64) {
        self.0.remove(when as f64, Place(field.address()));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn memory(&self) -> usize {
        size_of::<Self>() + self.0.memory()
    }

    /// Returns the first time.
    pub(super) fn first(&self) -> Option<u64> {
        self.0.first().map(|(when, _)| when as u64)
    }

    /// Returns the last time.
    pub(super) fn last(&self) -> Option<u64> {
        self.0.last().map(|(when, _)| when as u64)
    }

    /// Returns how many fields have a time up to `now`.
    pub(super) fn due(&self, now: u64) -> usize {
        self.0.count_through(Key::Score(now as f64))
    }

    /// Returns the name of the field with the first time, if that is up to `now`.
    pub(super) fn first_due(&self, now: u64) -> Option<Box<[u8]>> {
        let (_, place) = self.0.first().filter(|(when, _)| *when <= now as f64)?;
        // SAFETY: what is listed here is in the table, which owns it and drops it only after it was taken out of here; this handle is not dropped.
        let field = ManuallyDrop::new(unsafe { Field::from_raw(place.0) });
        Some(field.key().into())
    }
}
