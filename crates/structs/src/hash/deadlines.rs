//! The fields of a hash that expire, by time.

use std::collections::BTreeSet;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::field::Field;
use crate::hashtable::Element;

/// What an element of the tree takes: sixteen bytes in nodes that are little more than half full, since times mostly come in order.
const NODE_SHARE: usize = 40;

/// A field and its expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Deadline {
    when: u64,
    /// The block of the field: two fields of the same time differ by where they are.
    field: NonNull<u8>,
}

// SAFETY: the address is only followed with the hash at hand that owns the block.
unsafe impl Send for Deadline {}

/// The fields that expire, by time. It has those of the table with an expiry, and no others.
#[derive(Debug, Default)]
pub(super) struct Deadlines(BTreeSet<Deadline>);

impl Deadlines {
    pub(super) fn add(&mut self, field: &Field, when: u64) {
        self.0.insert(Deadline { when, field: field.address() });
    }

    pub(super) fn remove(&mut self, field: &Field, when: u64) {
        self.0.remove(&Deadline { when, field: field.address() });
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn memory(&self) -> usize {
        size_of::<Self>() + self.0.len() * NODE_SHARE
    }

    /// Returns the first time.
    pub(super) fn first(&self) -> Option<u64> {
        self.0.first().map(|deadline| deadline.when)
    }

    /// Returns the last time.
    pub(super) fn last(&self) -> Option<u64> {
        self.0.last().map(|deadline| deadline.when)
    }

    /// Returns how many fields have a time up to `now`.
    pub(super) fn due(&self, now: u64) -> usize {
        self.0.iter().take_while(|deadline| deadline.when <= now).count()
    }

    /// Returns the name of the field with the first time, if that is up to `now`.
    pub(super) fn first_due(&self, now: u64) -> Option<Box<[u8]>> {
        let first = self.0.first().filter(|deadline| deadline.when <= now)?;
        // SAFETY: what is listed here is in the table, which owns it and drops it only after it was taken out of here; this handle is not dropped.
        let field = ManuallyDrop::new(unsafe { Field::from_raw(first.field) });
        Some(field.key().into())
    }
}
