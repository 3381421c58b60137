//! The memory of the buckets, and which of them a hash belongs to.
//!
//! ```text
//! up to 64 buckets            more
//!
//! base ─▶ [bucket; 1..=64]    base ─▶ directory: [segment; 2..] ─▶ [bucket; 64]
//! ```
//!
//! `base` points to the buckets themselves while an array of 64 suffices, and to the directory of
//! segments from then on; that first array becomes segment 0. An array doubles, a directory
//! doubles, a segment never moves.
//!
//! # Linear hashing
//!
//! With `2^k <= count < 2^(k+1)` buckets, a hash belongs to the bucket of its low `k + 1` bits if
//! that exists, else to that of its low `k` bits. Bucket `count` is born by splitting bucket
//! `count - 2^k`, and the last bucket dies by merging back into the one it came from.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use super::bucket::Bucket;
use crate::hashtable::group;

/// Buckets in a segment.
pub(in crate::hashtable) const SEGMENT: usize = 64;

/// Beyond 2^31 buckets (13 billion elements) chains grow instead of the table.
const BUCKETS_MAX: u32 = 1 << 31;

/// The first directory: an allocation of 32 bytes.
const FIRST_DIRECTORY_LOG2: u8 = 2;

/// The bucket of every table without buckets. It is shared, hence never written.
struct Sentinel(Bucket<()>);

// SAFETY: It has no elements and no child, and is never written.
unsafe impl Sync for Sentinel {}

static NO_BUCKET: Sentinel = Sentinel(Bucket::EMPTY);

type Segment<E> = NonNull<Bucket<E>>;

#[derive(Debug)]
pub(super) struct Storage<E> {
    /// The array of buckets, or the directory; `NO_BUCKET` if there are none.
    base: NonNull<u8>,
    /// How many buckets there are. The memory behind them is not initialised.
    count: u32,
    /// `2^k - 1`.
    mask: u32,
    /// How many child buckets hang off them; whoever allocates or frees one counts it here.
    children: u32,
    /// How many buckets the array, or segments the directory, has room for.
    capacity_log2: u8,
    owns: PhantomData<E>,
}

impl<E> Storage<E> {
    pub(super) const fn new() -> Self {
        Self {
            base: NonNull::from_ref(&NO_BUCKET.0).cast(),
            count: 0,
            mask: 0,
            children: 0,
            capacity_log2: 0,
            owns: PhantomData,
        }
    }

    #[inline(always)]
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    /// `2^k - 1` for the `k` bits of a hash that choose a bucket which has not been split yet.
    #[inline(always)]
    pub(super) fn mask(&self) -> u64 {
        u64::from(self.mask)
    }

    /// The number of the bucket that `hash` belongs to; 0 if there is none.
    #[inline(always)]
    pub(super) fn index_of(&self, hash: u64) -> usize {
        let mask = self.mask();
        let wide = hash & (2 * mask + 1);
        (if wide < u64::from(self.count) { wide } else { hash & mask }) as usize
    }

    /// The bucket that `hash` belongs to; an empty one if there is none.
    #[inline(always)]
    pub(super) fn head(&self, hash: u64) -> &Bucket<E> {
        // SAFETY: 1. `index_of` gives a bucket that exists, or 0, where the sentinel is.
        //         2. `self` is borrowed, hence no bucket is borrowed exclusively.
        unsafe { self.pointer(self.index_of(hash)).as_ref() }
    }

    /// The bucket that `hash` belongs to, and the number of children to keep up to date.
    #[inline(always)]
    pub(super) fn head_mut(&mut self, hash: u64) -> Option<(&mut Bucket<E>, &mut u32)> {
        if self.count == 0 {
            return None;
        }
        // SAFETY: 1. `index_of` gives a bucket that exists, and there are some.
        //         2. `self` is borrowed exclusively, hence no bucket is borrowed.
        let bucket = unsafe { self.pointer(self.index_of(hash)).as_mut() };
        Some((bucket, &mut self.children))
    }

    #[inline(always)]
    pub(super) fn bucket(&self, index: usize) -> &Bucket<E> {
        assert!(index < self.count());
        // SAFETY: The bucket exists, and `self` is borrowed, hence no bucket exclusively.
        unsafe { self.pointer(index).as_ref() }
    }

    #[inline(always)]
    pub(super) fn bucket_mut(&mut self, index: usize) -> (&mut Bucket<E>, &mut u32) {
        assert!(index < self.count());
        // SAFETY: The bucket exists, and `self` is borrowed exclusively, hence no bucket is.
        let bucket = unsafe { self.pointer(index).as_mut() };
        (bucket, &mut self.children)
    }

    /// Two buckets at once, and the number of children.
    pub(super) fn two_buckets(&mut self, a: usize, b: usize) -> ([&mut Bucket<E>; 2], &mut u32) {
        assert!(a < self.count() && b < self.count() && a != b);
        // SAFETY: Both exist, they are not the same, and `self` is borrowed exclusively.
        let buckets = unsafe { [self.pointer(a).as_mut(), self.pointer(b).as_mut()] };
        (buckets, &mut self.children)
    }

    /// Asks for the line of the bucket that `hash` belongs to.
    #[inline(always)]
    pub(super) fn prefetch_head(&self, hash: u64) {
        // SAFETY: `index_of` gives a bucket that exists, or 0, where the sentinel is.
        group::prefetch(unsafe { self.pointer(self.index_of(hash)) }.as_ptr().cast());
    }

    /// Asks for the line of a bucket.
    #[inline(always)]
    pub(super) fn prefetch_bucket(&self, index: usize) {
        group::prefetch(ptr::from_ref(self.bucket(index)).cast());
    }

    /// # Safety
    /// `index` is less than `count`, or 0.
    #[inline(always)]
    unsafe fn pointer(&self, index: usize) -> NonNull<Bucket<E>> {
        debug_assert!(index < self.count() || index == 0);
        let segment = if self.has_directory() {
            // SAFETY: The directory has a segment for every 64 buckets that exist.
            unsafe { self.directory().add(index / SEGMENT).read() }
        } else {
            self.base.cast()
        };
        // SAFETY: A segment has room for 64 buckets, an array for as many as exist.
        unsafe { segment.add(index % SEGMENT) }
    }

    #[inline(always)]
    fn has_directory(&self) -> bool {
        self.count > SEGMENT as u32
    }

    #[inline(always)]
    fn directory(&self) -> NonNull<Segment<E>> {
        self.base.cast()
    }

    /// The bytes of arrays, segments, directory and children.
    pub(super) fn memory(&self) -> usize {
        let capacity = 1_usize << self.capacity_log2;
        let buckets = match self.count() {
            0 => 0,
            count if count <= SEGMENT => capacity,
            count => count.next_multiple_of(SEGMENT),
        };
        let directory = if self.has_directory() { capacity } else { 0 };
        (buckets + self.children as usize) * size_of::<Bucket<E>>()
            + directory * size_of::<Segment<E>>()
    }

    /// The bucket that is split when the next one is born, which gets the number `count`; `None`
    /// if there is nothing to split, or the table is as large as it gets.
    pub(super) fn next_split(&self) -> Option<usize> {
        (1..BUCKETS_MAX).contains(&self.count).then_some((self.count & self.mask) as usize)
    }

    /// The bucket into which the last one, `count - 1`, would merge; `None` if it is the only one.
    pub(super) fn next_merge(&self) -> Option<usize> {
        let last = self.count.checked_sub(1).filter(|&last| last > 0)?;
        // Its number without the highest bit.
        Some((last - (1 << last.ilog2())) as usize)
    }

    /// Adds an empty bucket: at most one allocation of 4 KiB, and now and then of a directory.
    pub(super) fn grow(&mut self) {
        let new = self.count();
        if new == 0 {
            self.base = allocate(array_of::<E>(0)).cast();
            self.capacity_log2 = 0;
        } else if new < SEGMENT {
            if new == 1 << self.capacity_log2 {
                self.resize_array(self.capacity_log2 + 1);
            }
        } else if new.is_multiple_of(SEGMENT) {
            self.add_segment(new / SEGMENT);
        }
        self.count += 1;
        if self.count > 2 * self.mask + 1 {
            self.mask = 2 * self.mask + 1;
        }
        // SAFETY: There is room for this bucket now, and nothing in it that would need a drop.
        unsafe { self.pointer(new).write(Bucket::EMPTY) }
    }

    /// Removes the last bucket, whose elements and child must be taken out before: those that
    /// are left are leaked.
    pub(super) fn shrink(&mut self) {
        let had_directory = self.has_directory();
        let Some(count) = self.count.checked_sub(1) else { return };
        self.count = count;
        if count <= self.mask {
            self.mask /= 2;
        }

        let count = count as usize;
        let capacity = 1 << self.capacity_log2;
        if had_directory {
            if count.is_multiple_of(SEGMENT) {
                self.remove_segment(count / SEGMENT);
            }
        } else if count == 0 {
            free(self.base.cast(), array_of::<E>(self.capacity_log2));
            self.base = Self::new().base;
        } else if count <= capacity / 2 {
            self.resize_array(self.capacity_log2 - 1);
        }
    }

    /// Checks the counts, of which the number of children has to be `children`.
    pub(super) fn assert_valid(&self, children: usize) {
        assert_eq!(self.children as usize, children);
        match self.count {
            0 => assert_eq!((self.mask, self.capacity_log2), (0, 0)),
            count => assert_eq!(self.mask, (1 << count.ilog2()) - 1),
        }
        let needed =
            if self.has_directory() { self.count().div_ceil(SEGMENT) } else { self.count().max(1) };
        assert!(needed <= 1 << self.capacity_log2);
    }

    fn resize_array(&mut self, capacity_log2: u8) {
        let old = array_of::<E>(self.capacity_log2);
        self.base = reallocate(self.base, old, array_of::<E>(capacity_log2));
        self.capacity_log2 = capacity_log2;
    }

    /// Appends a segment as number `index`, at least 1, to the directory.
    fn add_segment(&mut self, index: usize) {
        let segment: Segment<E> = allocate(array_of::<E>(SEGMENT.ilog2() as u8)).cast();
        if index == 1 {
            let first: Segment<E> = self.base.cast();
            self.base = allocate(directory_of::<E>(FIRST_DIRECTORY_LOG2));
            self.capacity_log2 = FIRST_DIRECTORY_LOG2;
            // SAFETY: The directory has room for four.
            unsafe { self.directory().write(first) }
        } else if index == 1 << self.capacity_log2 {
            self.resize_directory(self.capacity_log2 + 1);
        }
        // SAFETY: The directory has room for more than `index` segments.
        unsafe { self.directory().add(index).write(segment) }
    }

    /// Frees segment `index`, the last one and at least 1, which has no buckets left.
    fn remove_segment(&mut self, index: usize) {
        // SAFETY: The directory has more than `index` segments.
        let segment = unsafe { self.directory().add(index).read() };
        free(segment.cast(), array_of::<E>(SEGMENT.ilog2() as u8));
        if index == 1 {
            // SAFETY: Segment 0 is always there.
            let first = unsafe { self.directory().read() };
            free(self.base, directory_of::<E>(self.capacity_log2));
            self.base = first.cast();
            self.capacity_log2 = SEGMENT.ilog2() as u8;
        } else if index <= 1 << self.capacity_log2 >> 2 && self.capacity_log2 > FIRST_DIRECTORY_LOG2
        {
            self.resize_directory(self.capacity_log2 - 1);
        }
    }

    fn resize_directory(&mut self, capacity_log2: u8) {
        let old = directory_of::<E>(self.capacity_log2);
        self.base = reallocate(self.base, old, directory_of::<E>(capacity_log2));
        self.capacity_log2 = capacity_log2;
    }
}

impl<E> Drop for Storage<E> {
    /// Frees the memory. The elements and children have been taken out before.
    fn drop(&mut self) {
        while self.count > 0 {
            self.shrink();
        }
    }
}

/// An array of `2^log2` buckets; six make a segment.
fn array_of<E>(log2: u8) -> Layout {
    Layout::array::<Bucket<E>>(1 << log2).expect("at most 64 buckets")
}

fn directory_of<E>(log2: u8) -> Layout {
    Layout::array::<Segment<E>>(1 << log2).expect("at most 2^25 segments")
}

fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: No layout of ours has size 0.
    let pointer = unsafe { alloc(layout) };
    NonNull::new(pointer).unwrap_or_else(|| handle_alloc_error(layout))
}

fn reallocate(pointer: NonNull<u8>, old: Layout, new: Layout) -> NonNull<u8> {
    debug_assert_eq!(old.align(), new.align());
    // SAFETY: `pointer` came from `allocate` or `reallocate` with layout `old`; no size is 0.
    let pointer = unsafe { realloc(pointer.as_ptr(), old, new.size()) };
    NonNull::new(pointer).unwrap_or_else(|| handle_alloc_error(new))
}

fn free(pointer: NonNull<u8>, layout: Layout) {
    // SAFETY: `pointer` came from `allocate` or `reallocate` with this layout.
    unsafe { dealloc(pointer.as_ptr(), layout) }
}
