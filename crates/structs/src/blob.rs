//! A long byte string in one counted allocation.
//!
//! Short values live inside their key's allocation. A long one lives here, so that overwriting it does not move the key, so that a request's argument can become a value without being copied, and so that a reply or a snapshot can hold on to it while the key goes its own way. That holding is the count: a `Blob` is written to only while nobody else holds it ([`Blob::make_unique`] copies otherwise).
//!
//! # Layout
//!
//! ```text
//! +-----------+------------+----------+-----------------+-----------------+
//! | refs: u32 | spare: u32 | len: u64 | len bytes, used | spare, reserved |
//! +-----------+------------+----------+-----------------+-----------------+
//! ```
//!
//! Sixteen bytes of header, where `Arc<Vec<u8>>` would need forty and a second allocation. The capacity is `len + spare`; growth is bounded so that `spare` fits its field.
//!
//! The count is atomic because blobs cross to the threads that free and save; it is touched only when a long value is shared, never on the path of a short one.

#![expect(unsafe_code, reason = "a header and its bytes in one allocation have no safe spelling")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::fmt;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering, fence};

const HEADER: usize = size_of::<Header>();

/// Growing reserves as much again as is needed, but never more than this beyond it.
const GENEROSITY_MAX: usize = 1 << 20;

#[repr(C)]
struct Header {
    refs: AtomicU32,
    spare: u32,
    len: u64,
}

/// A counted, growable byte string in one allocation.
#[repr(transparent)]
pub struct Blob(NonNull<Header>);

// SAFETY: the bytes are written only through `&mut Blob` with a count of one; the count is atomic.
unsafe impl Send for Blob {}
// SAFETY: as above; `&Blob` only reads bytes and clones.
unsafe impl Sync for Blob {}

fn layout(capacity: usize) -> Layout {
    let size = HEADER.checked_add(capacity).expect("a blob fits the address space");
    Layout::from_size_align(size, align_of::<Header>()).expect("a blob fits the address space")
}

impl Blob {
    /// Returns an empty blob that can take `capacity` bytes without moving.
    ///
    /// # Panics
    /// When `capacity` exceeds `u32::MAX` bytes; larger blobs grow there by [`Blob::extend`].
    pub fn with_capacity(capacity: usize) -> Self {
        let spare =
            u32::try_from(capacity).expect("the first reservation of a blob is below 4 GiB");
        let layout = layout(capacity);
        // SAFETY: the layout has at least the header's size.
        let raw = unsafe { alloc(layout) }.cast::<Header>();
        let Some(header) = NonNull::new(raw) else { handle_alloc_error(layout) };
        // SAFETY: freshly allocated, aligned and large enough for a header.
        unsafe { header.write(Header { refs: AtomicU32::new(1), spare, len: 0 }) };
        Self(header)
    }

    /// Returns a blob holding a copy of `bytes`, with nothing to spare.
    pub fn from_slice(bytes: &[u8]) -> Self {
        let mut blob = Self::with_capacity(bytes.len().min(u32::MAX as usize));
        blob.extend(bytes);
        blob
    }

    fn header(&self) -> &Header {
        // SAFETY: the pointer is to a live, initialised header as long as a handle exists.
        unsafe { self.0.as_ref() }
    }

    fn data(&self) -> *mut u8 {
        // SAFETY: the allocation continues behind the header.
        unsafe { self.0.as_ptr().cast::<u8>().add(HEADER) }
    }

    /// Returns the number of bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.header().len as usize
    }

    /// Returns whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many bytes fit before the blob has to move.
    pub fn capacity(&self) -> usize {
        self.len() + self.header().spare as usize
    }

    /// Returns the size of the allocation, header included.
    pub fn allocation_size(&self) -> usize {
        HEADER + self.capacity()
    }

    /// Returns whether this handle is the only one.
    pub fn is_unique(&self) -> bool {
        self.header().refs.load(Ordering::Acquire) == 1
    }

    /// Copies the bytes to an allocation of our own if somebody else holds them too.
    pub fn make_unique(&mut self) {
        if !self.is_unique() {
            *self = Self::from_slice(self);
        }
    }

    fn header_mut(&mut self) -> &mut Header {
        assert!(self.is_unique(), "a shared blob is not written to");
        // SAFETY: we hold the only handle, mutably.
        unsafe { self.0.as_mut() }
    }

    fn set_len(&mut self, len: usize, capacity: usize) {
        let header = self.header_mut();
        header.len = len as u64;
        header.spare =
            u32::try_from(capacity - len).expect("growth keeps the spare part below 4 GiB");
    }

    /// Makes room for exactly `additional` more bytes, or more if there is more already.
    pub fn reserve_exact(&mut self, additional: usize) {
        self.make_unique();
        let (len, capacity) = (self.len(), self.capacity());
        if capacity - len < additional {
            assert!(
                u32::try_from(additional).is_ok(),
                "reservations are made in steps below 4 GiB"
            );
            self.set_capacity(len + additional);
        }
    }

    fn set_capacity(&mut self, capacity: usize) {
        let (len, old) = (self.len(), layout(self.capacity()));
        let new = layout(capacity);
        // SAFETY: allocated with `old`; the new size is not zero and its layout was checked.
        let raw = unsafe { realloc(self.0.as_ptr().cast(), old, new.size()) }.cast::<Header>();
        let Some(header) = NonNull::new(raw) else { handle_alloc_error(new) };
        self.0 = header;
        self.set_len(len, capacity);
    }

    /// Makes room for `additional` more bytes and for some growth beyond.
    fn reserve(&mut self, additional: usize) {
        self.make_unique();
        let (len, capacity) = (self.len(), self.capacity());
        if capacity - len < additional {
            let needed = len.checked_add(additional).expect("a blob fits the address space");
            self.set_capacity(needed + needed.min(GENEROSITY_MAX));
        }
    }

    /// Appends bytes; growth is amortised.
    pub fn extend(&mut self, bytes: &[u8]) {
        // In steps, so that the spare part never outgrows its field.
        for piece in bytes.chunks(1 << 30) {
            if self.is_empty() {
                self.reserve_exact(piece.len());
            } else {
                self.reserve(piece.len());
            }
            let (len, capacity) = (self.len(), self.capacity());
            // SAFETY: there is room for the piece behind the used part, and a borrowed slice cannot overlap bytes that only we hold.
            unsafe { self.data().add(len).copy_from_nonoverlapping(piece.as_ptr(), piece.len()) };
            self.set_len(len + piece.len(), capacity);
        }
    }

    /// Lengthens with zero bytes, or shortens, to `len` bytes.
    pub fn resize(&mut self, len: usize) {
        self.make_unique();
        while self.len() < len {
            let step = (len - self.len()).min(1 << 30);
            self.reserve(step);
            let (old, capacity) = (self.len(), self.capacity());
            // SAFETY: the room was just reserved.
            unsafe { self.data().add(old).write_bytes(0, step) };
            self.set_len(old + step, capacity);
        }
        if len < self.len() {
            let capacity = (self.capacity()).min(len + u32::MAX as usize);
            if capacity != self.capacity() {
                self.set_capacity(capacity);
            }
            self.set_len(len, capacity);
        }
    }

    /// Returns the bytes for writing, after making them our own.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.make_unique();
        // SAFETY: `len` bytes are initialised, and we hold the only handle, mutably.
        unsafe { std::slice::from_raw_parts_mut(self.data(), self.len()) }
    }

    /// Returns the reserved room behind the bytes, for a read to fill.
    pub fn spare_mut(&mut self) -> &mut [MaybeUninit<u8>] {
        self.make_unique();
        let (len, capacity) = (self.len(), self.capacity());
        // SAFETY: the allocation reaches to `capacity`, and we hold the only handle, mutably.
        unsafe { std::slice::from_raw_parts_mut(self.data().add(len).cast(), capacity - len) }
    }

    /// Counts the next `filled` bytes of [`Blob::spare_mut`] as bytes.
    ///
    /// # Safety
    /// They have been written since.
    pub unsafe fn advance(&mut self, filled: usize) {
        let (len, capacity) = (self.len(), self.capacity());
        assert!(filled <= capacity - len, "no more was filled than there was room for");
        self.set_len(len + filled, capacity);
    }

    /// Gives up the handle for a raw address, which is aligned to eight bytes.
    pub fn into_raw(self) -> NonNull<u8> {
        std::mem::ManuallyDrop::new(self).0.cast()
    }

    /// Takes back what [`Blob::into_raw`] gave.
    ///
    /// # Safety
    /// `raw` came from `into_raw` and is taken back once.
    pub unsafe fn from_raw(raw: NonNull<u8>) -> Self {
        Self(raw.cast())
    }
}

impl Deref for Blob {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: `len` bytes are initialised, and nobody writes while a handle is borrowed.
        unsafe { std::slice::from_raw_parts(self.data(), self.len()) }
    }
}

impl Clone for Blob {
    /// Returns another handle to the same bytes.
    fn clone(&self) -> Self {
        let before = self.header().refs.fetch_add(1, Ordering::Relaxed);
        assert!(before < u32::MAX / 2, "a blob has a sane number of holders");
        Self(self.0)
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        if self.header().refs.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            let layout = layout(self.capacity());
            // SAFETY: the last handle is gone, and this is the layout it was allocated with.
            unsafe { dealloc(self.0.as_ptr().cast(), layout) };
        }
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Self {
        Self::from_slice(bytes)
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.len())
    }
}

impl PartialEq for Blob {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Blob {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_by_appending() {
        let mut blob = Blob::from_slice(b"ab");
        for _ in 0..1000 {
            blob.extend(b"cd");
        }
        assert_eq!(blob.len(), 2002);
        assert_eq!(&blob[1998..], b"cdcd");
    }

    #[test]
    fn a_shared_blob_is_copied_before_it_is_written() {
        let mut mine = Blob::from_slice(b"value");
        let theirs = mine.clone();
        mine.as_mut_slice()[0] = b'V';
        assert_eq!((&*mine, &*theirs), (&b"Value"[..], &b"value"[..]));
    }

    #[test]
    fn resizing_fills_with_zeros_and_cuts() {
        let mut blob = Blob::from_slice(b"abc");
        blob.resize(5);
        assert_eq!(&*blob, b"abc\0\0");
        blob.resize(1);
        assert_eq!(&*blob, b"a");
        blob.extend(b"z");
        assert_eq!(&*blob, b"az");
    }

    #[test]
    fn raw_round_trip_keeps_the_bytes() {
        let raw = Blob::from_slice(b"x").into_raw();
        assert_eq!(raw.as_ptr() as usize % 8, 0);
        // SAFETY: taken back once.
        assert_eq!(&*unsafe { Blob::from_raw(raw) }, b"x");
    }
}
