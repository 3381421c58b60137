//! One bucket: a cache line with up to seven elements, or six and the bucket that follows.
//!
//! ```text
//!  word 0                                      words 1..=7, one per lane
//! +--------+-------+-------+     +-------+    +-----------------------------------------+
//! | 76543210 tag 1 | tag 2 | ... | tag 7 |    | hash 16..=30 | flag | pointer           |
//! +-------||-------+-------+     +-------+    | bits 49..=63 |  48  | bits 0..=47       |
//!  lanes  |+ chained                          +-----------------------------------------+
//!  in use +                                     lane 7 of a chained bucket: its child
//! ```
//!
//! A lane's number is its bit in byte 0, its tag's byte in word 0 and its word in the bucket; bit 0
//! belongs to no lane and tells that there is a child. So the bytes that equal a tag, masked with
//! byte 0, are the candidates, without a shift.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};

use crate::hashtable::{Element, group};

/// How many elements a bucket without child holds.
pub(in crate::hashtable) const LANES: usize = 7;

const CHAINED: u64 = 1;
const ALL_LANES: u8 = 0b1111_1110;

/// The place of a slot in its bucket; 1 to 7, which unchecked indexing relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hashtable) struct Lane(u8);

impl Lane {
    /// Holds the child of a chained bucket.
    const LINK: Self = Self(7);

    fn bit(self) -> u64 {
        1 << self.0
    }
}

/// A set of lanes, as bits 1 to 7; iterates upwards.
#[derive(Clone, Copy, Debug)]
pub(in crate::hashtable) struct Lanes(u8);

impl Lanes {
    pub(in crate::hashtable) fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Iterator for Lanes {
    type Item = Lane;

    #[inline(always)]
    fn next(&mut self) -> Option<Lane> {
        if self.0 == 0 {
            return None;
        }
        let lane = Lane(self.0.trailing_zeros() as u8);
        self.0 &= self.0 - 1;
        Some(lane)
    }
}

/// A pointer below 2^48, the flag, and fifteen bits of the hash, in one word.
///
/// It stays a pointer type, so that the address may be recovered with its provenance.
#[derive(Clone, Copy, Debug)]
pub(in crate::hashtable) struct Slot(*mut u8);

impl Slot {
    const POINTER: usize = (1 << 48) - 1;
    const FLAG: usize = 1 << 48;
    /// Where the hash bits start.
    const HASH: u32 = 49;
    /// The lowest hash bit in a slot: the ones below choose the bucket in any table of a size to
    /// care about.
    const FIRST_HASH_BIT: u32 = 16;
    /// From a hash's bit to its place in the slot.
    const SHIFT: u32 = Self::HASH - Self::FIRST_HASH_BIT;

    const NONE: Self = Self(ptr::null_mut());

    /// The bits of a hash that a slot knows.
    pub(super) const HASH_BITS: std::ops::Range<u32> = Self::FIRST_HASH_BIT..31;

    #[inline(always)]
    pub(super) fn new<E: Element>(element: E, hash: u64, flag: bool) -> Self {
        let pointer = element.into_raw();
        debug_assert_eq!(pointer.addr().get() & !(Self::POINTER & !7), 0, "not 8-aligned, < 2^48");
        let hash = (hash << Self::SHIFT) as usize >> Self::HASH << Self::HASH;
        let flag = if flag { Self::FLAG } else { 0 };
        Self(pointer.as_ptr().map_addr(|address| address | hash | flag))
    }

    #[inline(always)]
    fn pointer(self) -> *mut u8 {
        self.0.map_addr(|address| address & Self::POINTER)
    }

    #[inline(always)]
    pub(super) fn flag(self) -> bool {
        self.0.addr() & Self::FLAG != 0
    }

    #[inline(always)]
    pub(super) fn with_flag(self, flag: bool) -> Self {
        let flag = if flag { Self::FLAG } else { 0 };
        Self(self.0.map_addr(|address| address & !Self::FLAG | flag))
    }

    /// The same hash bits and flag with another pointer.
    #[inline(always)]
    pub(super) fn with_element<E: Element>(self, element: E) -> Self {
        let high = self.0.addr() & !Self::POINTER;
        Self(element.into_raw().as_ptr().map_addr(|address| address | high))
    }

    /// Does this slot's part of the hash equal that of `hash`?
    #[inline(always)]
    fn agrees(self, hash: u64) -> bool {
        (self.0.addr() as u64 ^ (hash << Self::SHIFT)) < 1 << Self::HASH
    }

    /// Bit `bit` of the hash, one of [`Slot::HASH_BITS`].
    #[inline(always)]
    pub(super) fn hash_bit(self, bit: u32) -> bool {
        debug_assert!(Self::HASH_BITS.contains(&bit));
        self.0.addr() >> (bit + Self::SHIFT) & 1 != 0
    }

    /// A second handle to the element; the slot keeps owning it.
    ///
    /// # Safety
    /// The slot was made by [`Slot::new`] or [`Slot::with_element`] from an `E` that has not been
    /// given away since, and the caller upholds the aliasing rules for it.
    #[inline(always)]
    pub(super) unsafe fn element<E: Element>(self) -> ManuallyDrop<E> {
        // SAFETY: 1. The slot was made from an element, whose address is not null.
        //         2. The address came from `E::into_raw`, as the caller promises.
        unsafe { ManuallyDrop::new(E::from_raw(NonNull::new_unchecked(self.pointer()))) }
    }

    #[inline(always)]
    fn prefetch<E: Element>(self) {
        let first = self.pointer().cast_const();
        group::prefetch(first);
        if E::PREFETCH_BYTES > 1 {
            group::prefetch(first.wrapping_add(E::PREFETCH_BYTES - 1));
        }
    }
}

/// An element out of its bucket: what is known of it without a look at the key.
#[derive(Debug)]
pub(super) struct Packed<E> {
    pub(super) slot: Slot,
    tag: u8,
    owns: PhantomData<E>,
}

impl<E: Element> Packed<E> {
    #[inline(always)]
    pub(super) fn new(element: E, hash: u64, flag: bool) -> Self {
        Self { slot: Slot::new(element, hash, flag), tag: tag(hash), owns: PhantomData }
    }

    pub(super) fn element(&self) -> ManuallyDrop<E> {
        // SAFETY: A packed element owns what its slot points to; the handle is only read here.
        unsafe { self.slot.element() }
    }

    /// The element and its flag.
    pub(super) fn into_element(self) -> (E, bool) {
        (ManuallyDrop::into_inner(self.element()), self.slot.flag())
    }
}

/// The byte of the hash that is compared first; the buckets are chosen by the other end.
#[inline(always)]
fn tag(hash: u64) -> u8 {
    (hash >> 56) as u8
}

/// One cache line of a table.
///
/// It owns the elements in its occupied lanes, and its child. Dropping it drops neither: whoever
/// owns the memory takes them out first.
#[derive(Debug)]
#[repr(C, align(64))]
pub(in crate::hashtable) struct Bucket<E> {
    /// Chained bit, occupied lanes, tags.
    control: u64,
    slots: [Slot; LANES],
    owns: PhantomData<E>,
}

const _: () = assert!(size_of::<Bucket<()>>() == 64 && usize::BITS == 64);

impl<E> Bucket<E> {
    pub(super) const EMPTY: Self =
        Self { control: 0, slots: [Slot::NONE; LANES], owns: PhantomData };

    #[inline(always)]
    pub(in crate::hashtable) fn occupied(&self) -> Lanes {
        Lanes(self.control as u8 & ALL_LANES)
    }

    #[inline(always)]
    pub(super) fn free(&self) -> Lanes {
        let link = if self.is_chained() { Lane::LINK.bit() as u8 } else { 0 };
        Lanes(!(self.control as u8) & ALL_LANES & !link)
    }

    #[inline(always)]
    pub(super) fn is_chained(&self) -> bool {
        self.control & CHAINED != 0
    }

    #[inline(always)]
    pub(super) fn slot(&self, lane: Lane) -> Slot {
        // SAFETY: A lane is 1 to 7.
        unsafe { *self.slots.get_unchecked(usize::from(lane.0) - 1) }
    }

    #[inline(always)]
    pub(super) fn slot_mut(&mut self, lane: Lane) -> &mut Slot {
        // SAFETY: A lane is 1 to 7.
        unsafe { self.slots.get_unchecked_mut(usize::from(lane.0) - 1) }
    }

    /// Marks a lane as not in use, or as in use again. The slot and its tag stay.
    ///
    /// # Safety
    /// A lane may be marked occupied only if its slot holds an element that nobody else owns, and
    /// is not the link of a chained bucket.
    #[inline(always)]
    pub(super) unsafe fn set_occupied(&mut self, lane: Lane, occupied: bool) {
        if occupied {
            self.control |= lane.bit();
        } else {
            self.control &= !lane.bit();
        }
    }

    /// Puts an element into a free lane.
    #[inline(always)]
    pub(super) fn put(&mut self, lane: Lane, packed: Packed<E>) {
        debug_assert!(self.free().any(|free| free == lane));
        let shift = 8 * u32::from(lane.0);
        self.control =
            self.control & !(0xff << shift) | u64::from(packed.tag) << shift | lane.bit();
        *self.slot_mut(lane) = packed.slot;
    }

    /// Takes the element out of a lane, if there is one.
    #[inline(always)]
    pub(super) fn take(&mut self, lane: Lane) -> Option<Packed<E>> {
        if self.control & lane.bit() == 0 {
            return None;
        }
        let tag = (self.control >> (8 * u32::from(lane.0))) as u8;
        self.control &= !lane.bit();
        Some(Packed { slot: self.slot(lane), tag, owns: PhantomData })
    }

    /// Takes any element out.
    pub(super) fn take_any(&mut self) -> Option<Packed<E>> {
        let lane = self.occupied().next()?;
        self.take(lane)
    }

    #[inline(always)]
    pub(in crate::hashtable) fn child(&self) -> Option<&Self> {
        if !self.is_chained() {
            return None;
        }
        // SAFETY: The link of a chained bucket is a box that this bucket owns (`set_child`), and
        // what it owns is borrowed as it is borrowed itself.
        Some(unsafe { &*self.slot(Lane::LINK).0.cast::<Self>() })
    }

    #[inline(always)]
    pub(super) fn child_mut(&mut self) -> Option<&mut Self> {
        if !self.is_chained() {
            return None;
        }
        // SAFETY: As in `child`; nobody else has a reference, as we are borrowed exclusively.
        Some(unsafe { &mut *self.slot(Lane::LINK).0.cast::<Self>() })
    }

    #[inline(always)]
    pub(super) fn prefetch_child(&self) {
        if self.is_chained() {
            group::prefetch(self.slot(Lane::LINK).0);
        }
    }

    /// Takes the child with all that follows it; lane 7 becomes free.
    pub(super) fn take_child(&mut self) -> Option<Box<Self>> {
        if !self.is_chained() {
            return None;
        }
        self.control &= !CHAINED;
        // SAFETY: The link of a chained bucket came from `Box::into_raw` (`set_child`), and having
        // cleared the bit we shall not take it twice.
        Some(unsafe { Box::from_raw(self.slot(Lane::LINK).0.cast::<Self>()) })
    }

    /// Links a child. Lane 7 must be free.
    pub(super) fn set_child(&mut self, child: Box<Self>) {
        assert_eq!(self.control & (CHAINED | Lane::LINK.bit()), 0, "lane 7 is in use");
        *self.slot_mut(Lane::LINK) = Slot(Box::into_raw(child).cast());
        self.control |= CHAINED;
    }

    /// Takes the element of lane 7 out, to make room for a link.
    pub(super) fn take_last(&mut self) -> Option<Packed<E>> {
        if self.is_chained() { None } else { self.take(Lane::LINK) }
    }
}

impl<E: Element> Bucket<E> {
    /// The lane in this very bucket of an element with that hash of which `is_it` says yes.
    #[inline(always)]
    pub(super) fn position(&self, hash: u64, is_it: &mut impl FnMut(&E) -> bool) -> Option<Lane> {
        self.candidates(hash).find(|&lane| {
            let slot = self.slot(lane);
            if !slot.agrees(hash) {
                return false;
            }
            // SAFETY: Candidates are occupied lanes, and the handle is only read.
            let element: ManuallyDrop<E> = unsafe { slot.element() };
            is_it(&element)
        })
    }

    /// Asks for the first lines of the elements that may have that hash, and for the child.
    #[inline(always)]
    pub(super) fn prefetch_candidates(&self, hash: u64) {
        for lane in self.candidates(hash) {
            let slot = self.slot(lane);
            if slot.agrees(hash) {
                slot.prefetch::<E>();
            }
        }
        self.prefetch_child();
    }

    /// Asks for the first lines of all elements in this very bucket, and for the child.
    #[inline(always)]
    pub(super) fn prefetch_elements(&self) {
        for lane in self.occupied() {
            self.slot(lane).prefetch::<E>();
        }
        self.prefetch_child();
    }

    /// Like `prefetch_elements`, for those that are flagged.
    #[inline(always)]
    pub(super) fn prefetch_flagged(&self) {
        for lane in self.occupied() {
            let slot = self.slot(lane);
            if slot.flag() {
                slot.prefetch::<E>();
            }
        }
        self.prefetch_child();
    }

    #[inline(always)]
    fn candidates(&self, hash: u64) -> Lanes {
        Lanes(group::matches(self.control, tag(hash)) & self.control as u8 & ALL_LANES)
    }
}
