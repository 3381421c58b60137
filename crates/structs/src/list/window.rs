//! The bytes of a listpack with room on both sides.
//!
//! In a plain buffer, whatever happens at the front of a listpack moves all of it: thousands of
//! bytes for a push of a few. A window begins somewhere inside its blob:
//!
//! ```text
//! +-------------+--------+--------------+-----+-------------+
//! | room        | header | entries      | END | room        |
//! +-------------+--------+--------------+-----+-------------+
//! 0             start                         len           capacity of the blob
//! ```
//!
//! An edit moves what is on the nearer side of it, which at the front is the header, six bytes. When
//! there is no room left on that side, what is on the other side is shared evenly. So even a queue
//! that creeps through its allocation moves its elements only now and then.
//!
//! Allocations are powers of two as long as a listpack is being written to, and a quarter full at
//! least. [`fit`] makes them as small as they can be.

use std::ops::Range;

use stdx::size_class::good_size;

use super::node::BLOB_HEADER;
use crate::blob::Blob;
use crate::packed::Buffer;

/// The smallest allocation for a listpack that is being written to.
const ALLOCATION_MIN: usize = 64;

/// Up to here allocations double; this is the size of the largest nodes.
const DOUBLING_MAX: usize = 64 << 10;

/// The bytes of a blob from `start` on.
pub(super) struct Window<'n> {
    blob: &'n mut Blob,
    start: &'n mut u32,
}

impl<'n> Window<'n> {
    #[inline]
    pub(super) fn new(blob: &'n mut Blob, start: &'n mut u32) -> Self {
        Self { blob, start }
    }

    #[inline]
    fn start(&self) -> usize {
        *self.start as usize
    }

    #[inline]
    fn set_start(&mut self, start: usize) {
        *self.start = u32::try_from(start).expect("listpacks are smaller than 4 GiB");
    }

    /// Makes a range longer by `extra`.
    #[inline]
    fn grow(&mut self, range: Range<usize>, extra: usize) {
        let (front, total) = (self.start(), self.as_slice().len());
        let back = self.blob.capacity() - self.blob.len();
        let at_front = range.start < total - range.end;
        if !self.blob.is_unique() || front + back < extra {
            let room = capacity_for(total + extra) - (total + extra);
            self.relocate(&range, range.len() + extra, room, at_front);
        } else if at_front && front >= extra {
            let bytes = self.blob.as_mut_slice();
            bytes.copy_within(front..front + range.start, front - extra);
            self.set_start(front - extra);
        } else if !at_front && back >= extra {
            let end = self.blob.len();
            self.blob.resize(end + extra);
            let tail = front + range.end;
            self.blob.as_mut_slice().copy_within(tail..end, tail + extra);
        } else {
            self.share_room(&range, extra);
        }
    }

    /// Makes a range shorter by `surplus`.
    #[inline]
    fn shrink(&mut self, range: Range<usize>, surplus: usize) {
        let (front, total) = (self.start(), self.as_slice().len());
        let at_front = range.start < total - range.end;
        let (kept, allocation) = (total - surplus, self.blob.allocation_size());
        if !self.blob.is_unique() {
            let room = capacity_for(kept) - kept;
            self.relocate(&range, range.len() - surplus, room, at_front);
        } else if allocation > ALLOCATION_MIN && BLOB_HEADER + kept < allocation / 4 {
            let room = capacity_for(2 * kept) - kept;
            self.relocate(&range, range.len() - surplus, room, at_front);
        } else if at_front {
            let bytes = self.blob.as_mut_slice();
            bytes.copy_within(front..front + range.start, front + surplus);
            self.set_start(front + surplus);
        } else {
            let (tail, end) = (front + range.end, self.blob.len());
            self.blob.as_mut_slice().copy_within(tail..end, tail - surplus);
            self.blob.resize(end - surplus);
        }
    }

    /// Makes a range longer by `extra` and leaves the same room on both sides.
    #[cold]
    fn share_room(&mut self, range: &Range<usize>, extra: usize) {
        let (old, end) = (self.start(), self.blob.len());
        let total = end - old;
        let new = (self.blob.capacity() - total - extra) / 2;
        let new_end = new + total + extra;
        self.blob.resize(end.max(new_end));
        let bytes = self.blob.as_mut_slice();
        let head = |bytes: &mut [u8]| bytes.copy_within(old..old + range.start, new);
        let tail =
            |bytes: &mut [u8]| bytes.copy_within(old + range.end..end, new + range.end + extra);
        // Neither may overwrite the other before that has moved.
        if new > old {
            tail(bytes);
            head(bytes);
        } else {
            head(bytes);
            tail(bytes);
        }
        self.blob.resize(new_end);
        self.set_start(new);
    }

    /// Makes a range `len` bytes long in another allocation, with room on one side.
    #[cold]
    fn relocate(&mut self, range: &Range<usize>, len: usize, room: usize, at_front: bool) {
        let bytes = self.as_slice();
        let (head, tail) = (&bytes[..range.start], &bytes[range.end..]);
        let gap = if at_front { room } else { 0 };
        let mut blob = Blob::with_capacity(room + head.len() + len + tail.len());
        blob.resize(gap);
        blob.extend(head);
        blob.resize(gap + head.len() + len);
        blob.extend(tail);
        *self.blob = blob;
        self.set_start(gap);
    }
}

/// A shared blob is copied first.
impl Buffer for Window<'_> {
    #[inline]
    fn as_slice(&self) -> &[u8] {
        &self.blob[self.start()..]
    }

    #[inline]
    fn as_mut_slice(&mut self) -> &mut [u8] {
        let start = self.start();
        &mut self.blob.as_mut_slice()[start..]
    }

    #[inline]
    fn resize_range(&mut self, range: Range<usize>, len: usize) {
        if len > range.len() {
            let extra = len - range.len();
            self.grow(range, extra);
        } else if len < range.len() {
            let surplus = range.len() - len;
            self.shrink(range, surplus);
        }
    }
}

/// The capacity of a new blob for a listpack that will go on growing.
pub(super) fn capacity_for(len: usize) -> usize {
    let size = BLOB_HEADER + len;
    let allocation = if size <= DOUBLING_MAX {
        size.next_power_of_two().max(ALLOCATION_MIN)
    } else {
        good_size(size + size / 8)
    };
    allocation - BLOB_HEADER
}

/// Moves bytes to the smallest allocation that holds them, unless they are in one, or shared: then
/// there would be two.
pub(super) fn fit(blob: &mut Blob, start: &mut u32) {
    let bytes = &blob[*start as usize..];
    let smaller = good_size(BLOB_HEADER + bytes.len()) < good_size(blob.allocation_size());
    if smaller && blob.is_unique() {
        *blob = Blob::from_slice(bytes);
        *start = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Resizes ranges all over the place, as a vector does.
    #[test]
    fn agrees_with_a_vector() {
        let mut rng = fastrand::Rng::with_seed(3);
        let (mut blob, mut start) = (Blob::from_slice(&[0; 40]), 0);
        let mut model = vec![0_u8; 40];
        let mut shared = None;
        for round in 0..20_000_u32 {
            if rng.u32(..50) == 0 {
                shared = Some((blob.clone(), blob.to_vec()));
            }
            // Ends are what this is about.
            let begin = match rng.u32(..3) {
                0 => 6.min(model.len()),
                1 => model.len(),
                _ => rng.usize(..=model.len()),
            };
            let end = begin + rng.usize(..=(model.len() - begin).min(30));
            let len = if model.len() > 3000 { 0 } else { rng.usize(..40) };
            let fill = vec![round as u8; len];

            let mut window = Window::new(&mut blob, &mut start);
            window.resize_range(begin..end, len);
            window.as_mut_slice()[begin..begin + len].copy_from_slice(&fill);
            model.splice(begin..end, fill);
            assert_eq!(window.as_slice(), model);
            assert!(blob.allocation_size() <= capacity_for(4 * model.len()) + BLOB_HEADER);
            if let Some((blob, bytes)) = &shared {
                assert_eq!(**blob, **bytes, "shared bytes stay as they are");
            }
        }
    }

    #[test]
    fn a_queue_moves_its_bytes_rarely() {
        let (mut blob, mut start) = (Blob::from_slice(&[7; 1000]), 0);
        let mut moves = 0;
        for _ in 0..10_000 {
            let before = start;
            let mut window = Window::new(&mut blob, &mut start);
            window.resize_range(1000..1000, 10);
            window.resize_range(6..16, 0);
            moves += u32::from(start != before + 10);
            assert!(blob.allocation_size() <= 2048);
        }
        assert!(moves < 400, "{moves}");
    }

    #[test]
    fn fitting_gives_the_room_back() {
        let (mut blob, mut start) = (Blob::from_slice(&[7; 100]), 0);
        Window::new(&mut blob, &mut start).resize_range(6..6, 100);
        assert_eq!(blob.allocation_size(), 256);
        fit(&mut blob, &mut start);
        assert_eq!((blob.allocation_size(), start), (216, 0));
    }
}
