//! A hash table that never stops to grow: segmented linear hashing over cache-line buckets.
//!
//! It holds what a server has most of: keys, and the fields and members of big collections. So it is
//! built for three things that general tables do not promise. A lookup costs two cache misses, and
//! both can be asked for ahead of time. No operation pays for a resize, nor does memory: the table
//! grows by one bucket at a time. And it can be walked while it changes, by clients
//! ([`Table::scan`]) as well as by a snapshot ([`Table::capture_step`]).
//!
//! # Layout
//!
//! An element is one allocation that the caller lays out ([`Element`]); the table owns its address.
//!
//! ```text
//! directory ─▶ segment: 64 buckets, 4 KiB ─▶ bucket: one cache line
//!  8 B each                                 +---------+--------+--------+-----+--------+
//!                                           | 7 tags  | slot 1 | slot 2 | ... | slot 7 | or a child
//!                                           +---------+--------+--------+-----+--------+
//!                                                       pointer, flag, 15 bits of the hash
//! ```
//!
//! The low bits of a hash choose the bucket, the top eight are the tag, the fifteen from bit 16 on
//! are in the slot: 23 bits are compared before an element is touched, and one lookup in millions
//! touches a wrong one. Up to 64 buckets, there is neither directory nor segment but one array, of
//! 64 bytes for the first few elements.
//!
//! # Growth
//!
//! When there are more than 5.95 elements (85 % of 7) to a bucket, an insertion splits one bucket in
//! two; when there are fewer than 1.75, a removal merges two. The order of splits is fixed (`raw::storage`),
//! thus no bucket needs to know whether it has been split. Buckets not yet split in the current
//! round are up to twice as full as the others, and have a child. All in all the table takes 13.9
//! bytes an element, whether just doubled or about to.
//!
//! From 65 536 buckets on, the slots know the bit that decides between the two halves of a split,
//! and no element is read. Smaller tables hash the key again.
//!
//! The most that one insertion pays is one split, one segment (4 KiB, not cleared), and, whenever
//! the number of segments has doubled, a copy of the directory: 0.1 ms at six million elements, when
//! it grows to 256 KiB, and the next time at twice as many.
//!
//! # Pipelines
//!
//! With many requests at hand, call [`Table::prefetch_bucket`] for all, [`Table::prefetch_entry`] for all, and
//! only then [`Table::find`]: the misses overlap.
//!
//! # What it does not do
//!
//! It does not compare keys of different elements: [`Table::insert_new`] relies on the caller having
//! looked. It does not defend against chosen collisions, which is the task of a keyed hash; it only
//! stays correct, linear in the length of the chain.

mod bounds;
mod capture;
mod group;
mod per_segment;
mod raw;
mod sample;
mod scan;

use std::fmt;
use std::mem;

use self::bounds::Bounds;
use self::capture::Progress;
use self::raw::Buckets;

pub use self::bounds::{Sweep, Swept};
pub use self::capture::Capture;
pub use self::raw::{Borrowed, Element, Occupied};
pub use self::scan::Iter;

pub(crate) use self::group::prefetch;

/// Hashes keys, always to the same.
pub trait Hasher64: Copy {
    /// The hash of a key; all its bits are used.
    fn hash(&self, key: &[u8]) -> u64;
}

impl Hasher64 for stdx::hash::KeyHasher {
    #[inline(always)]
    fn hash(&self, key: &[u8]) -> u64 {
        Self::hash(self, key)
    }
}

/// A hash table of elements.
pub struct Table<E: Element, H> {
    raw: Buckets<E>,
    hasher: H,
    /// The capture under way.
    capture: Option<Box<Progress>>,
    /// Deadlines, if there were any.
    bounds: Option<Box<Bounds>>,
}

impl<E: Element, H> Table<E, H> {
    /// A table without elements, which has allocated nothing.
    pub const fn new(hasher: H) -> Self {
        Self { raw: Buckets::new(), hasher, capture: None, bounds: None }
    }

    /// The number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Is there no element?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of elements whose flag is set.
    #[inline]
    pub fn flagged_len(&self) -> usize {
        self.raw.flagged()
    }

    /// The number of buckets, children not counted.
    #[inline]
    pub fn buckets(&self) -> usize {
        self.raw.count()
    }

    /// What the keys are hashed with.
    #[inline]
    pub fn hasher(&self) -> &H {
        &self.hasher
    }

    /// The bytes that the table has allocated, apart from the elements.
    pub fn memory(&self) -> usize {
        self.raw.memory()
            + self.capture.as_ref().map_or(0, |capture| capture.memory())
            + self.bounds.as_ref().map_or(0, |bounds| bounds.memory())
    }

    /// Asks for the line of the bucket of that hash. First of two steps before a lookup.
    #[inline]
    pub fn prefetch_bucket(&self, hash: u64) {
        self.raw.prefetch_bucket(hash);
    }

    /// Asks for the lines of elements that may have that hash, and of the child bucket. Second of
    /// two steps; it reads the bucket.
    #[inline]
    pub fn prefetch_entry(&self, hash: u64) {
        self.raw.prefetch_candidates(hash);
    }

    /// The element with that key, whose hash is `hash`.
    #[inline]
    pub fn find(&self, hash: u64, key: &[u8]) -> Option<Borrowed<'_, E>> {
        self.raw.find(hash, |element| element.key() == key)
    }

    /// An element with that hash (as far as the table knows it) of which `is_it` says yes.
    #[inline]
    pub fn find_by(&self, hash: u64, is_it: impl FnMut(&E) -> bool) -> Option<Borrowed<'_, E>> {
        self.raw.find(hash, is_it)
    }
}

impl<E: Element, H: Hasher64> Table<E, H> {
    /// The element with that key, to be changed.
    #[inline]
    pub fn find_mut<C: Capture<E>>(
        &mut self,
        hash: u64,
        key: &[u8],
        capture: &mut C,
    ) -> Option<Occupied<'_, E>> {
        self.find_mut_by(hash, |element| element.key() == key, capture)
    }

    /// An element with that hash (as far as the table knows it) of which `is_it` says yes, to be
    /// changed.
    #[inline]
    pub fn find_mut_by<C: Capture<E>>(
        &mut self,
        hash: u64,
        is_it: impl FnMut(&E) -> bool,
        capture: &mut C,
    ) -> Option<Occupied<'_, E>> {
        self.barrier(self.raw.index_of(hash), capture);
        self.raw.find_mut(hash, is_it)
    }

    /// Adds an element whose key is not in the table.
    #[inline]
    pub fn insert_new<C: Capture<E>>(
        &mut self,
        hash: u64,
        element: E,
        flag: bool,
        capture: &mut C,
    ) -> Occupied<'_, E> {
        self.make_room(hash, capture);
        self.barrier(self.raw.index_of(hash), capture);
        self.raw.push(hash, element, flag)
    }

    /// The element with that key, or else the new one (with its flag) that `make` gives; and whether
    /// it is new.
    #[inline]
    pub fn find_or_insert_with<C: Capture<E>>(
        &mut self,
        hash: u64,
        key: &[u8],
        capture: &mut C,
        make: impl FnOnce() -> (E, bool),
    ) -> (Occupied<'_, E>, bool) {
        // Before the search, so that what has been found stays where it is.
        self.make_room(hash, capture);
        self.barrier(self.raw.index_of(hash), capture);
        self.raw.find_or_push(hash, |element| element.key() == key, make)
    }

    /// Takes the element with that key out, with its flag.
    #[inline]
    pub fn remove<C: Capture<E>>(
        &mut self,
        hash: u64,
        key: &[u8],
        capture: &mut C,
    ) -> Option<(E, bool)> {
        self.remove_by(hash, |element| element.key() == key, capture)
    }

    /// Takes an element with that hash (as far as the table knows it) out of which `is_it` says yes,
    /// with its flag.
    #[inline]
    pub fn remove_by<C: Capture<E>>(
        &mut self,
        hash: u64,
        is_it: impl FnMut(&E) -> bool,
        capture: &mut C,
    ) -> Option<(E, bool)> {
        self.barrier(self.raw.index_of(hash), capture);
        let removed = self.raw.remove(hash, is_it)?;
        if self.is_sparse() {
            self.merge(capture);
        }
        Some(removed)
    }

    /// Does up to `steps` splits or merges if the load asks for them, and tells whether it still
    /// does. Operations keep up by themselves; after many removals in a row there may be more to do.
    pub fn maintain<C: Capture<E>>(&mut self, steps: usize, capture: &mut C) -> bool {
        for _ in 0..steps {
            if self.is_sparse() {
                self.merge(capture);
            } else if self.is_full(self.len()) && self.raw.next_split().is_some() {
                self.split(capture);
            } else {
                return false;
            }
        }
        self.is_sparse() || self.is_full(self.len())
    }

    /// Drops all elements and memory, and gives up a capture under way.
    ///
    /// The time it takes is that of dropping each element: see [`Table::drain_step`].
    pub fn clear(&mut self) {
        drop(self.take());
    }

    /// Empties the table, and returns what it was: elements, capture and bounds.
    pub fn take(&mut self) -> Self {
        mem::replace(self, Self::new(self.hasher))
    }

    /// Takes the elements of up to `buckets_max` buckets out, hands them to `taken`, and tells whether
    /// the table is empty. The table is usable at any time, with what is left.
    ///
    /// Must not be called while capturing.
    pub fn drain_step(&mut self, buckets_max: usize, taken: &mut impl FnMut(E)) -> bool {
        assert!(!self.is_capturing(), "elements that are yet to be captured would be lost");
        for _ in 0..buckets_max {
            let Some(last) = self.raw.count().checked_sub(1) else { break };
            self.raw.prefetch_elements(last.saturating_sub(1));
            self.raw.pop_bucket(&mut *taken);
        }
        if let Some(bounds) = &mut self.bounds {
            bounds.truncate(self.raw.count());
        }
        self.raw.count() == 0
    }

    /// Panics unless all invariants hold. Linear in the number of elements: for tests.
    pub fn assert_valid(&self) {
        self.raw.assert_valid(|element| self.hasher.hash(element.key()));
    }

    /// Splits a bucket if one more element, with that hash, were too many.
    #[inline(always)]
    fn make_room<C: Capture<E>>(&mut self, hash: u64, capture: &mut C) {
        if self.is_full(self.len() + 1) {
            self.prefetch_bucket(hash);
            self.split(capture);
        }
    }

    /// Are `len` elements more than 85 % of the lanes of all buckets? (Of none, they are.)
    #[inline(always)]
    fn is_full(&self, len: usize) -> bool {
        // 119 / 20 = 0.85 * 7
        len * 20 > self.raw.count() * 119
    }

    /// Are fewer than 25 % of the lanes in use, in more than one bucket?
    #[inline(always)]
    fn is_sparse(&self) -> bool {
        self.len() * 4 < self.raw.count() * 7 && self.raw.count() > 1
    }

    #[cold]
    #[inline(never)]
    fn split<C: Capture<E>>(&mut self, capture: &mut C) {
        let to = self.raw.count();
        let from = self.raw.next_split();
        if let Some(from) = from {
            self.barrier(from, capture);
        } else if to > 0 {
            return;
        }
        let hasher = self.hasher;
        let moved = self.raw.split(|element| hasher.hash(element.key()));
        self.raw.prefetch_split();
        if let Some(progress) = &mut self.capture {
            progress.set_done(to);
        }
        if let (true, Some(bounds), Some(from)) = (moved.flagged, &mut self.bounds, from) {
            bounds.carry(from, to);
        }
    }

    #[cold]
    #[inline(never)]
    fn merge<C: Capture<E>>(&mut self, capture: &mut C) {
        let Some(into) = self.raw.next_merge() else { return };
        let last = self.raw.count() - 1;
        self.barrier(last, capture);
        self.barrier(into, capture);
        let moved = self.raw.merge();
        if let Some(bounds) = &mut self.bounds {
            if moved.flagged {
                bounds.carry(last, into);
            }
            bounds.truncate(self.raw.count());
        }
    }
}

impl<'a, E: Element, H> IntoIterator for &'a Table<E, H> {
    type Item = Borrowed<'a, E>;
    type IntoIter = Iter<'a, E>;

    fn into_iter(self) -> Iter<'a, E> {
        self.iter()
    }
}

impl<E: Element, H> fmt::Debug for Table<E, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("buckets", &self.raw)
            .field("capturing", &self.capture.is_some())
            .finish_non_exhaustive()
    }
}
