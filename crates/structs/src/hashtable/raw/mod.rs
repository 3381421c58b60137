//! Buckets that own elements, and chains of them: mechanism without policy.
//!
//! Safe code does not do here, for three reasons: a slot is a pointer that carries sixteen other
//! bits, a table's buckets are partly uninitialised, and the way to them must not cost a check.
//! `bucket` has the first, `storage` the second and third; `guard` lends elements out. `chain` and
//! this file combine them, and hardly need it.
#![expect(unsafe_code, reason = "tagged pointers, lazily initialised memory, unchecked access")]

mod bucket;
mod chain;
mod element;
mod guard;
mod storage;

use std::fmt;
use std::ptr::{self, NonNull};

use self::bucket::{Bucket, Lanes, Packed, Slot};
use self::storage::Storage;

pub(super) use self::bucket::LANES;
pub use self::element::Element;
pub use self::guard::{Borrowed, Occupied};
pub(super) use self::storage::SEGMENT;

/// All the buckets of a table.
pub(super) struct Buckets<E: Element> {
    storage: Storage<E>,
    len: usize,
    flagged: usize,
}

/// What a split or merge did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    /// Are there flagged elements among those that moved?
    pub(super) flagged: bool,
}

impl<E: Element> Buckets<E> {
    pub(super) const fn new() -> Self {
        Self { storage: Storage::new(), len: 0, flagged: 0 }
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    pub(super) fn flagged(&self) -> usize {
        self.flagged
    }

    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.storage.count()
    }

    #[inline(always)]
    pub(super) fn mask(&self) -> u64 {
        self.storage.mask()
    }

    #[inline(always)]
    pub(super) fn index_of(&self, hash: u64) -> usize {
        self.storage.index_of(hash)
    }

    pub(super) fn next_split(&self) -> Option<usize> {
        self.storage.next_split()
    }

    pub(super) fn next_merge(&self) -> Option<usize> {
        self.storage.next_merge()
    }

    pub(super) fn memory(&self) -> usize {
        self.storage.memory()
    }

    #[inline(always)]
    pub(super) fn prefetch_bucket(&self, hash: u64) {
        self.storage.prefetch_head(hash);
    }

    #[inline(always)]
    pub(super) fn prefetch_candidates(&self, hash: u64) {
        self.storage.head(hash).prefetch_candidates(hash);
    }

    /// Asks for the elements of a bucket, but not for those of its children.
    #[inline(always)]
    pub(super) fn prefetch_elements(&self, index: usize) {
        if index < self.count() {
            self.storage.bucket(index).prefetch_elements();
        }
    }

    #[inline(always)]
    pub(super) fn find(
        &self,
        hash: u64,
        mut is_it: impl FnMut(&E) -> bool,
    ) -> Option<Borrowed<'_, E>> {
        let mut bucket = self.storage.head(hash);
        loop {
            if let Some(lane) = bucket.position(hash, &mut is_it) {
                // SAFETY: The lane is occupied, and the table stays borrowed.
                return Some(unsafe { Borrowed::new(bucket.slot(lane)) });
            }
            bucket = bucket.child()?;
        }
    }

    #[inline(always)]
    pub(super) fn find_mut(
        &mut self,
        hash: u64,
        mut is_it: impl FnMut(&E) -> bool,
    ) -> Option<Occupied<'_, E>> {
        let (head, _) = self.storage.head_mut(hash)?;
        let (bucket, lane) = chain::find_mut(head, hash, &mut is_it)?;
        // SAFETY: The lane is occupied.
        Some(unsafe { Occupied::new(bucket, lane, &mut self.flagged) })
    }

    /// Adds an element, without a look at the others.
    #[inline(always)]
    pub(super) fn push(&mut self, hash: u64, element: E, flag: bool) -> Occupied<'_, E> {
        if self.storage.count() == 0 {
            self.storage.grow();
        }
        self.len += 1;
        self.flagged += usize::from(flag);
        let (head, children) = self.storage.head_mut(hash).expect("has grown if it was empty");
        let (bucket, lane) = chain::push(head, Packed::new(element, hash, flag), children);
        // SAFETY: The lane has just been filled.
        unsafe { Occupied::new(bucket, lane, &mut self.flagged) }
    }

    /// The element there is, or else the new one that `make` gives; and whether it is new.
    #[inline(always)]
    pub(super) fn find_or_push(
        &mut self,
        hash: u64,
        mut is_it: impl FnMut(&E) -> bool,
        make: impl FnOnce() -> (E, bool),
    ) -> (Occupied<'_, E>, bool) {
        if let Some((head, _)) = self.storage.head_mut(hash)
            && let Some((bucket, lane)) = chain::find_mut(head, hash, &mut is_it)
        {
            let bucket = NonNull::from_mut(bucket);
            // SAFETY: 1. The bucket was exclusively borrowed from `self`, and still is: the
            //            compiler would accept the reference itself, if it were not returned on one
            //            branch only.
            //         2. The lane is occupied.
            let occupied = unsafe { Occupied::new(&mut *bucket.as_ptr(), lane, &mut self.flagged) };
            return (occupied, false);
        }
        let (element, flag) = make();
        (self.push(hash, element, flag), true)
    }

    /// Takes an element out.
    #[inline(always)]
    pub(super) fn remove(
        &mut self,
        hash: u64,
        mut is_it: impl FnMut(&E) -> bool,
    ) -> Option<(E, bool)> {
        let (head, children) = self.storage.head_mut(hash)?;
        let (element, flag) = chain::remove(head, hash, &mut is_it, children)?.into_element();
        self.len -= 1;
        self.flagged -= usize::from(flag);
        Some((element, flag))
    }

    /// The elements of bucket `index`.
    pub(super) fn chain(&self, index: usize) -> Chain<'_, E> {
        let bucket = self.storage.bucket(index);
        Chain { bucket, lanes: bucket.occupied() }
    }

    /// How many elements bucket `index` has.
    pub(super) fn chain_len(&self, index: usize) -> usize {
        let mut bucket = self.storage.bucket(index);
        let mut len = bucket.occupied().len();
        while let Some(child) = bucket.child() {
            len += child.occupied().len();
            bucket = child;
        }
        len
    }

    /// Asks for the flagged elements of a bucket, but not for those of its children.
    pub(super) fn prefetch_flagged(&self, index: usize) {
        if index < self.count() {
            self.storage.bucket(index).prefetch_flagged();
        }
    }

    /// Adds a bucket, and moves to it what belongs there from the one that is split, as
    /// [`Buckets::next_split`] tells. Reads keys only if the slots do not know the hash bit.
    pub(super) fn split(&mut self, hash_of: impl Fn(&E) -> u64) -> Moved {
        let (from, to) = (self.next_split(), self.count());
        self.storage.grow();
        let Some(from) = from else { return Moved { flagged: false } };
        // The bit by which the number of the new bucket differs from that of the old one.
        let bit = to.ilog2();
        let ([from, to], children) = self.storage.two_buckets(from, to);
        let flagged = if Slot::HASH_BITS.contains(&bit) {
            chain::partition(from, to, |packed| packed.slot.hash_bit(bit), children)
        } else {
            let upper = |packed: &Packed<E>| hash_of(&packed.element()) >> bit & 1 != 0;
            chain::partition(from, to, upper, children)
        };
        Moved { flagged }
    }

    /// Asks for what the next split will read, and for the bucket of the one after.
    ///
    /// Splits go through the buckets in order, some insertions apart, so that there is time enough.
    pub(super) fn prefetch_split(&self) {
        let Some(from) = self.next_split() else { return };
        self.storage.bucket(from).prefetch_child();
        if from + 1 < self.count() {
            self.storage.prefetch_bucket(from + 1);
        }
    }

    /// Moves the elements of the last bucket back to the one it came from, as
    /// [`Buckets::next_merge`] tells, and removes it.
    pub(super) fn merge(&mut self) -> Moved {
        let Some(into) = self.next_merge() else { return Moved { flagged: false } };
        let last = self.count() - 1;
        let ([last, into], children) = self.storage.two_buckets(last, into);
        let flagged = chain::partition(last, into, |_| true, children);
        self.storage.shrink();
        Moved { flagged }
    }

    /// Is any element of bucket `index` flagged?
    pub(super) fn has_flagged(&self, index: usize) -> bool {
        self.flagged > 0 && self.chain(index).any(|element| element.flag())
    }

    /// Takes the flagged elements of bucket `index` for which `take` says so, and hands them to
    /// `taken`.
    pub(super) fn extract_flagged(
        &mut self,
        index: usize,
        mut take: impl FnMut(&E) -> bool,
        mut taken: impl FnMut(E),
    ) {
        let (head, children) = self.storage.bucket_mut(index);
        let mut rest = head.take_child();
        let mut judge = |packed: Packed<E>| {
            if packed.slot.flag() && take(&packed.element()) {
                self.len -= 1;
                self.flagged -= 1;
                taken(packed.into_element().0);
                None
            } else {
                Some(packed)
            }
        };
        for lane in head.occupied() {
            if let Some(kept) = head.take(lane).and_then(&mut judge) {
                head.put(lane, kept);
            }
        }
        while let Some(mut child) = rest {
            rest = child.take_child();
            *children -= 1;
            for lane in child.occupied() {
                if let Some(kept) = child.take(lane).and_then(&mut judge) {
                    chain::push(head, kept, children);
                }
            }
        }
    }

    /// Takes all elements of the last bucket, and the bucket. Does nothing if there is none.
    pub(super) fn pop_bucket(&mut self, mut taken: impl FnMut(E)) {
        let Some(last) = self.count().checked_sub(1) else { return };
        let (head, children) = self.storage.bucket_mut(last);
        let mut rest = head.take_child();
        let mut give = |packed: Packed<E>| {
            self.len -= 1;
            let (element, flag) = packed.into_element();
            self.flagged -= usize::from(flag);
            taken(element);
        };
        for lane in head.occupied() {
            head.take(lane).map(&mut give);
        }
        while let Some(mut child) = rest {
            rest = child.take_child();
            *children -= 1;
            for lane in child.occupied() {
                child.take(lane).map(&mut give);
            }
        }
        self.storage.shrink();
    }
}

impl<E: Element> Buckets<E> {
    /// Checks everything that this module promises; takes a look at all keys.
    pub(super) fn assert_valid(&self, hash_of: impl Fn(&E) -> u64) {
        let (mut len, mut flagged, mut children) = (0, 0, 0);
        for index in 0..self.count() {
            children += chain::assert_valid(self.storage.bucket(index));
            for element in self.chain(index) {
                let hash = hash_of(&element);
                assert_eq!(self.index_of(hash), index, "an element is in the wrong bucket");
                let address = self.find(hash, |other| ptr::eq(other.key(), element.key()));
                assert!(address.is_some(), "slot or tag disagree with the hash");
                len += 1;
                flagged += usize::from(element.flag());
            }
        }
        assert_eq!((self.len, self.flagged), (len, flagged));
        self.storage.assert_valid(children);
    }
}

impl<E: Element> Drop for Buckets<E> {
    fn drop(&mut self) {
        while let Some(last) = self.count().checked_sub(1) {
            self.prefetch_elements(last.saturating_sub(1));
            self.pop_bucket(drop);
        }
    }
}

impl<E: Element> fmt::Debug for Buckets<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets")
            .field("len", &self.len)
            .field("flagged", &self.flagged)
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}

// SAFETY: A table owns its elements and its memory, and shares neither.
unsafe impl<E: Element + Send> Send for Buckets<E> {}
// SAFETY: A shared table only lends shared references to its elements.
unsafe impl<E: Element + Sync> Sync for Buckets<E> {}

/// The elements of one bucket and its children.
#[derive(Debug)]
pub(super) struct Chain<'a, E> {
    bucket: &'a Bucket<E>,
    lanes: Lanes,
}

impl<'a, E: Element> Iterator for Chain<'a, E> {
    type Item = Borrowed<'a, E>;

    #[inline(always)]
    fn next(&mut self) -> Option<Borrowed<'a, E>> {
        loop {
            if let Some(lane) = self.lanes.next() {
                // SAFETY: The lane is occupied, and the table stays borrowed.
                return Some(unsafe { Borrowed::new(self.bucket.slot(lane)) });
            }
            self.bucket = self.bucket.child()?;
            self.lanes = self.bucket.occupied();
        }
    }
}
