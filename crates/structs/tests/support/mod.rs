//! An element and hashers for the tests of the hash table.
#![expect(unsafe_code, reason = "a table's element is a pointer")]
#![allow(dead_code, clippy::allow_attributes, reason = "not every test uses all of it")]

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::rc::Rc;

use structs::hashtable::{Element, Hasher64};

/// What an [`Item`] points to.
#[repr(align(8))]
struct Content {
    key: Vec<u8>,
    value: u64,
    /// Makes live items countable.
    _alive: Rc<()>,
}

/// A key and a number.
pub(crate) struct Item(NonNull<Content>);

impl Item {
    pub(crate) fn new(key: u32, value: u64, alive: &Rc<()>) -> Self {
        let content = Content { key: key.to_le_bytes().to_vec(), value, _alive: Rc::clone(alive) };
        Self(NonNull::from_mut(Box::leak(Box::new(content))))
    }

    pub(crate) fn number(&self) -> u32 {
        u32::from_le_bytes(self.key().try_into().expect("keys have four bytes"))
    }

    pub(crate) fn value(&self) -> u64 {
        // SAFETY: The content lives as long as the item.
        unsafe { self.0.as_ref() }.value
    }

    /// Where the item is, for [`Item::reclaim`].
    pub(crate) fn address(&self) -> NonNull<u8> {
        self.0.cast()
    }

    /// Frees an item that has been leaked on purpose.
    ///
    /// # Safety
    /// There is no handle to it any more.
    pub(crate) unsafe fn reclaim(address: NonNull<u8>) {
        drop(Self(address.cast()));
    }

    pub(crate) fn set_value(&mut self, value: u64) {
        // SAFETY: The content lives as long as the item, which is exclusively borrowed.
        unsafe { self.0.as_mut() }.value = value;
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        // SAFETY: The content came from a box, and no handle is used after this one.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

// SAFETY: Boxes of that type are 8-aligned and in user space; an item is nothing but its pointer.
unsafe impl Element for Item {
    const PREFETCH_BYTES: usize = size_of::<Content>();

    fn into_raw(self) -> NonNull<u8> {
        ManuallyDrop::new(self).0.cast()
    }

    unsafe fn from_raw(raw: NonNull<u8>) -> Self {
        Self(raw.cast())
    }

    fn key(&self) -> &[u8] {
        // SAFETY: The content lives as long as the item.
        &unsafe { self.0.as_ref() }.key
    }
}

/// How hashes are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// As they should be.
    Even,
    /// Equal in the bits that choose buckets and in the tag.
    Colliding,
    /// Equal.
    Constant,
}

impl Hasher64 for Spread {
    fn hash(&self, key: &[u8]) -> u64 {
        let number = u64::from(u32::from_le_bytes(key.try_into().expect("keys have four bytes")));
        match self {
            Self::Even => mix(number),
            Self::Colliding => mix(number) & 0x00ff_ffff_ff0f_0000,
            Self::Constant => 0x1234_5678_9abc_def0,
        }
    }
}

/// Counts how often it is asked.
#[derive(Clone, Copy)]
pub(crate) struct Counting<'a>(pub(crate) &'a Cell<usize>);

impl Hasher64 for Counting<'_> {
    fn hash(&self, key: &[u8]) -> u64 {
        self.0.set(self.0.get() + 1);
        Spread::Even.hash(key)
    }
}

fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
