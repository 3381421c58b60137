//! The elements as they were at an instant, while the table changes.
//!
//! # How
//!
//! `begin_capture` is the instant. From then on each bucket has a *done bit*. A walker goes through
//! the buckets in slices of any size ([`Table::capture_step`]); it hands the elements of a bucket
//! to the [`Capture`] and sets the bit. Whatever is about to change a bucket that is not done does
//! the same first. There is no other way: each operation that takes `&mut self` and touches
//! elements takes a `Capture`, too.
//!
//! So every element is handed over exactly once, as it was at the instant. It cannot be missed by
//! moving: elements move by splits and merges only, these change buckets, and what has been done
//! moves to what is done. A bucket that a split creates is born done. A key that is inserted later
//! goes into a bucket that is done by then.
//!
//! # Cost
//!
//! One bit per bucket while capturing, which is 0.2 MB for ten million elements. A write to a bucket
//! that is not done pays for copying about six elements, once. When nothing is captured, an
//! operation pays one test of a pointer.

use super::per_segment::PerSegment;
use super::raw::SEGMENT;
use super::{Element, Table};

/// Takes in what a table held when its capture began.
pub trait Capture<E> {
    /// May this stand in for a capture at all? Only `()` says no: a table that is being captured
    /// refuses to be changed with it.
    const CAPTURES: bool = true;

    /// Takes a copy of an element, of which there will be no other chance.
    fn capture(&mut self, element: &E, flag: bool);
}

/// Captures nothing: for tables that are not being captured.
impl<E> Capture<E> for () {
    const CAPTURES: bool = false;

    fn capture(&mut self, _: &E, _: bool) {}
}

/// A capture under way.
#[derive(Debug)]
pub(super) struct Progress {
    /// A word per segment, a bit per bucket. Bits without a bucket mean nothing.
    done: PerSegment,
    /// The walker has seen all buckets before this one.
    next: usize,
}

impl Progress {
    fn is_done(&self, index: usize) -> bool {
        let word = self.done.find(index / SEGMENT).unwrap_or(0);
        word >> (index % SEGMENT) & 1 != 0
    }

    /// Marks a bucket, possibly a new one.
    pub(super) fn set_done(&mut self, index: usize) {
        self.done.extend_to(index / SEGMENT + 1, 0);
        if let Some(word) = self.done.find_mut(index / SEGMENT) {
            *word |= 1 << (index % SEGMENT);
        }
    }

    pub(super) fn memory(&self) -> usize {
        size_of::<Self>() + self.done.memory()
    }
}

impl<E: Element, H> Table<E, H> {
    /// Begins a capture: of the elements as they are now. Costs a bit per bucket.
    ///
    /// One that is under way is given up.
    pub fn begin_capture(&mut self) {
        let done = PerSegment::filled(self.raw.count().div_ceil(SEGMENT), 0);
        self.capture = Some(Box::new(Progress { done, next: 0 }));
    }

    /// Is a capture under way?
    #[inline]
    pub fn is_capturing(&self) -> bool {
        self.capture.is_some()
    }

    /// Captures up to `buckets_max` further buckets, and tells whether that was all. (Then it is time
    /// for [`Table::end_capture`].)
    pub fn capture_step<C: Capture<E>>(&mut self, buckets_max: usize, capture: &mut C) -> bool {
        let Some(progress) = &self.capture else { return true };
        let from = progress.next;
        let to = self.raw.count().min(from.saturating_add(buckets_max));
        self.raw.prefetch_elements(from);
        for index in from..to {
            self.raw.prefetch_elements(index + 1);
            self.capture_bucket(index, capture);
        }
        if let Some(progress) = &mut self.capture {
            progress.next = from.max(to);
        }
        to == self.raw.count()
    }

    /// Ends the capture, complete or not.
    pub fn end_capture(&mut self) {
        self.capture = None;
    }

    /// To be called before bucket `index` changes in any way.
    #[inline(always)]
    pub(super) fn barrier<C: Capture<E>>(&mut self, index: usize, capture: &mut C) {
        if self.capture.is_some() {
            self.capture_bucket(index, capture);
        }
    }

    /// Captures a bucket, if that has not been done.
    #[cold]
    #[inline(never)]
    fn capture_bucket<C: Capture<E>>(&mut self, index: usize, capture: &mut C) {
        assert!(C::CAPTURES, "a table that is being captured was changed without a capture");
        let Some(progress) = &mut self.capture else { return };
        if !progress.is_done(index) && index < self.raw.count() {
            self.raw.chain(index).for_each(|element| capture.capture(&element, element.flag()));
        }
        progress.set_done(index);
    }
}
