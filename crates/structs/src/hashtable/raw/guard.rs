//! Elements as they are lent: to read, or to change in place.

use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::ops::{Deref, DerefMut};

use super::bucket::{Bucket, Lane, Slot};
use crate::hashtable::Element;

/// An element of a table, lent to be read.
///
/// It holds a handle of its own: nothing of the element is read before it is asked for.
pub struct Borrowed<'a, E> {
    element: ManuallyDrop<E>,
    flag: bool,
    lent_by: PhantomData<&'a E>,
}

impl<E: Element> Borrowed<'_, E> {
    /// # Safety
    /// The slot holds an element that, during the lifetime, is neither changed nor given away.
    #[inline(always)]
    pub(super) unsafe fn new(slot: Slot) -> Self {
        // SAFETY: The caller's promise.
        Self { element: unsafe { slot.element() }, flag: slot.flag(), lent_by: PhantomData }
    }

    /// The caller's flag, which is known without a look at the element.
    #[inline(always)]
    pub fn flag(&self) -> bool {
        self.flag
    }
}

impl<E> Deref for Borrowed<'_, E> {
    type Target = E;

    #[inline(always)]
    fn deref(&self) -> &E {
        &self.element
    }
}

impl<E: fmt::Debug> fmt::Debug for Borrowed<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Borrowed").field("element", &**self).field("flag", &self.flag).finish()
    }
}

/// An element of a table, lent to be changed.
///
/// A mutable dereference may replace the handle (the element may have moved to another
/// allocation); the table learns of it when this value is dropped. Meanwhile the lane is marked as
/// not in use, so that forgetting this value loses the element, and does no worse.
pub struct Occupied<'a, E: Element> {
    element: ManuallyDrop<E>,
    bucket: &'a mut Bucket<E>,
    lane: Lane,
    /// The lane is marked as not in use, and `element` owns the element.
    lent: bool,
    /// The table's number of flagged elements.
    flagged: &'a mut usize,
}

impl<'a, E: Element> Occupied<'a, E> {
    /// # Safety
    /// The lane is occupied.
    #[inline(always)]
    pub(super) unsafe fn new(
        bucket: &'a mut Bucket<E>,
        lane: Lane,
        flagged: &'a mut usize,
    ) -> Self {
        // SAFETY: The lane is occupied; the slot's own handle is not used while we have this one.
        let element = unsafe { bucket.slot(lane).element() };
        Self { element, bucket, lane, lent: false, flagged }
    }

    /// The caller's flag.
    #[inline(always)]
    pub fn flag(&self) -> bool {
        self.bucket.slot(self.lane).flag()
    }

    /// Sets the caller's flag. Setting it lowers no bound: see `Table::note_bound`.
    #[inline(always)]
    pub fn set_flag(&mut self, flag: bool) {
        let slot = self.bucket.slot_mut(self.lane);
        *self.flagged = *self.flagged - usize::from(slot.flag()) + usize::from(flag);
        *slot = slot.with_flag(flag);
    }

    /// Puts another element with the same key in place of this one, and returns this one.
    #[inline(always)]
    pub fn replace(&mut self, element: E) -> E {
        mem::replace(&mut **self, element)
    }
}

impl<E: Element> Deref for Occupied<'_, E> {
    type Target = E;

    #[inline(always)]
    fn deref(&self) -> &E {
        &self.element
    }
}

impl<E: Element> DerefMut for Occupied<'_, E> {
    /// The key must stay as it is; otherwise the element will not be found any more.
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut E {
        self.lent = true;
        // SAFETY: Marking a lane as not in use is always permitted.
        unsafe { self.bucket.set_occupied(self.lane, false) }
        &mut self.element
    }
}

impl<E: Element> Drop for Occupied<'_, E> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.lent {
            // SAFETY: `element` is not used after this.
            let element = unsafe { ManuallyDrop::take(&mut self.element) };
            let slot = self.bucket.slot_mut(self.lane);
            *slot = slot.with_element(element);
            // SAFETY: The slot has just been given the element. The lane was occupied before, so
            // it is not a link, and the bucket has been ours since.
            unsafe { self.bucket.set_occupied(self.lane, true) }
        }
    }
}

impl<E: Element + fmt::Debug> fmt::Debug for Occupied<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Occupied").field("element", &**self).field("flag", &self.flag()).finish()
    }
}
