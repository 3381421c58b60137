//! The allocator behind everything: jemalloc with size classes eight bytes apart.
//!
//! Small entries have every size, and classes of 8, 16, 24, 32, 40, 48, 56 and 64 bytes waste less
//! on them than the usual ones of 16, 32, 48, 64. The price is that a block of, say, 40 bytes is
//! aligned to eight bytes only. Types whose alignment is 16 have sizes that are multiples of it,
//! and so do the classes for them. But a `Layout` made by hand need not be so (hash tables of the
//! standard library ask for 36 bytes aligned to 16), and jemalloc's Rust binding takes alignment up
//! to 16 for granted. [`Allocator`] therefore rounds every size up to a multiple of its alignment:
//! one addition and one mask, and for alignments up to eight no other class.
//!
//! jemalloc counts for each thread the bytes that it allocated and freed, in its fast paths, whether
//! somebody wants to know or not. [`Counters`] reads these numbers: exact accounting that costs
//! nothing where memory is allocated.

#![expect(unsafe_code, reason = "the allocator, and counters that it keeps for other threads")]

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::CStr;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use tikv_jemalloc_ctl::raw;
use tikv_jemallocator::Jemalloc;

/// The allocator of the whole program.
#[derive(Debug)]
pub(crate) struct Allocator;

/// Makes the size a multiple of the alignment.
#[inline]
fn whole(layout: Layout) -> Layout {
    layout.pad_to_align()
}

// SAFETY: jemalloc is an allocator. Each request is changed the same way, to one that asks for no
// less, whether memory is taken, resized or given back.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's, for a layout that is no smaller.
        unsafe { Jemalloc.alloc(whole(layout)) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as in `alloc`.
        unsafe { Jemalloc.alloc_zeroed(whole(layout)) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block was allocated with this layout, changed in the same way.
        unsafe { Jemalloc.dealloc(block, whole(layout)) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The caller has made sure that rounding up does not overflow.
        let size = size.next_multiple_of(layout.align());
        // SAFETY: the block was allocated with this layout, changed in the same way.
        unsafe { Jemalloc.realloc(block, whole(layout), size) }
    }
}

/// The most threads that are counted: the one that runs commands, and those that work for it.
const THREADS_MAX: usize = 16;

/// Where jemalloc counts for one thread.
struct Slot {
    allocated: AtomicPtr<u64>,
    freed: AtomicPtr<u64>,
}

static SLOTS: [Slot; THREADS_MAX] = [const {
    Slot { allocated: AtomicPtr::new(ptr::null_mut()), freed: AtomicPtr::new(ptr::null_mut()) }
}; THREADS_MAX];

/// The counters of this program's threads.
#[derive(Debug)]
pub(crate) struct Counters;

impl Counters {
    /// Counts the calling thread from now on, with all that it did before.
    ///
    /// The thread must not end before the program does, because its counters end with it. A thread
    /// that is not counted makes the sum wrong by what it allocates and others free.
    pub(crate) fn add_this_immortal_thread() {
        // SAFETY: both names give a pointer, whatever it is declared to point to.
        let pointers = unsafe {
            (
                raw::read::<*mut u64>(b"thread.allocatedp\0"),
                raw::read::<*mut u64>(b"thread.deallocatedp\0"),
            )
        };
        let (Ok(allocated), Ok(freed)) = pointers else { return };
        for slot in &SLOTS {
            let free = slot.allocated.compare_exchange(
                ptr::null_mut(),
                allocated,
                Ordering::AcqRel,
                Ordering::Acquire,
            );
            if free.is_ok() {
                slot.freed.store(freed, Ordering::Release);
                return;
            }
        }
    }

    /// Returns the bytes that are allocated, in whole size classes.
    pub(crate) fn allocated() -> u64 {
        let (mut allocated, mut freed) = (0_u64, 0_u64);
        for slot in &SLOTS {
            let Some(own) = read(&slot.allocated) else { break };
            allocated = allocated.wrapping_add(own);
            freed = freed.wrapping_add(read(&slot.freed).unwrap_or_default());
        }
        // Threads go on while they are counted; what one took and another gave back in between
        // may be missing from the first sum.
        allocated.saturating_sub(freed)
    }
}

#[inline]
fn read(counter: &AtomicPtr<u64>) -> Option<u64> {
    let counter = counter.load(Ordering::Acquire);
    if counter.is_null() {
        return None;
    }
    // SAFETY: 1. the thread of the counter lives as long as the program; 2. the counter is an
    // aligned word, which its thread writes in one store; it is read like an atomic.
    Some(unsafe { AtomicU64::from_ptr(counter) }.load(Ordering::Relaxed))
}

/// Reads one of jemalloc's values by name, if it is a number of any width.
pub(crate) fn number(name: &CStr) -> Option<i64> {
    let name = name.to_bytes_with_nul();
    // SAFETY: every bit pattern is a number, and jemalloc refuses a width that is not the value's.
    unsafe {
        raw::read::<i64>(name)
            .ok()
            .or_else(|| raw::read::<i32>(name).ok().map(i64::from))
            .or_else(|| raw::read::<u8>(name).ok().map(i64::from))
    }
}

/// Changes one of jemalloc's values by name, if it is a number of any width.
pub(crate) fn set_number(name: &CStr, value: i64) -> bool {
    let name = name.to_bytes_with_nul();
    // SAFETY: jemalloc refuses a width that is not the value's.
    unsafe {
        raw::write::<i64>(name, value).is_ok()
            || i32::try_from(value).is_ok_and(|value| raw::write::<i32>(name, value).is_ok())
            || (matches!(value, 0 | 1) && raw::write::<u8>(name, value as u8).is_ok())
    }
}

/// Gives all pages that hold nothing back to the kernel.
pub(crate) fn purge() {
    // The number stands for all arenas.
    let name = c"arena.4096.purge";
    // SAFETY: the name is a string, and this call neither reads nor writes a value.
    unsafe {
        tikv_jemalloc_sys::mallctl(
            name.as_ptr(),
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            0,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alignment_is_kept_for_every_size() {
        for align in [1, 2, 4, 8, 16, 32, 64, 4096] {
            for size in 1..300 {
                let layout = Layout::from_size_align(size, align).expect("a layout");
                // SAFETY: the layout has a size, and the blocks are given back as they were taken.
                unsafe {
                    let blocks = [(); 3].map(|()| Allocator.alloc(layout));
                    for block in blocks {
                        assert!(block.addr().is_multiple_of(align), "{size} bytes at {align}");
                        let block = Allocator.realloc(block, layout, size + 20);
                        assert!(block.addr().is_multiple_of(align), "{size} + 20 bytes at {align}");
                        let grown = Layout::from_size_align(size + 20, align).expect("a layout");
                        Allocator.dealloc(block, grown);
                    }
                }
            }
        }
    }

    #[test]
    fn size_classes_are_eight_bytes_apart() {
        assert_eq!(number(c"arenas.quantum"), Some(8));
        assert_eq!(number(c"no.such.name"), None);
    }

    #[test]
    fn counters_know_every_byte() {
        let count = || {
            let read = |name: &CStr| number(name).expect("a number");
            read(c"thread.allocated").wrapping_sub(read(c"thread.deallocated"))
        };
        let before = count();
        let block: Vec<u8> = Vec::with_capacity(41);
        assert_eq!(count().wrapping_sub(before), 48);
        drop(block);
        assert_eq!(count(), before);
    }
}
