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
//! A window does not allocate: whoever opens one sees to it that there is room for the edit.

use std::ops::Range;

use crate::packed::Buffer;

/// A part of some bytes. The rest is room for it to grow into.
pub(super) struct Window<'n> {
    bytes: &'n mut [u8],
    start: &'n mut u32,
    end: &'n mut u32,
}

impl<'n> Window<'n> {
    /// Opens a window from `start` to `end`, which follow what is done to it.
    #[inline]
    pub(super) fn new(bytes: &'n mut [u8], start: &'n mut u32, end: &'n mut u32) -> Self {
        assert!(u32::try_from(bytes.len()).is_ok(), "listpacks are smaller than 4 GiB");
        Self { bytes, start, end }
    }

    #[inline]
    fn bounds(&self) -> Range<usize> {
        *self.start as usize..*self.end as usize
    }

    /// Moves what is around a range from the places where it is to those where it is to be.
    #[inline]
    fn move_around(&mut self, range: &Range<usize>, len: usize, to: Range<usize>) {
        let from = self.bounds();
        let (head, tail) = (from.start..from.start + range.start, from.start + range.end..from.end);
        let tail_to = to.start + range.start + len;
        // Neither may overwrite the other before that has moved.
        if to.start > from.start {
            self.bytes.copy_within(tail, tail_to);
            self.bytes.copy_within(head, to.start);
        } else {
            self.bytes.copy_within(head, to.start);
            self.bytes.copy_within(tail, tail_to);
        }
        (*self.start, *self.end) = (to.start as u32, to.end as u32);
    }

    /// Makes a range `len` bytes long where there is no room on the nearer side, and leaves the
    /// same room on both sides.
    #[cold]
    fn share_room(&mut self, range: &Range<usize>, len: usize) {
        let total = self.bounds().len() - range.len() + len;
        let room = self.bytes.len().checked_sub(total).expect("there is room for the edit");
        self.move_around(range, len, room / 2..room / 2 + total);
    }
}

impl Buffer for Window<'_> {
    #[inline]
    fn as_slice(&self) -> &[u8] {
        &self.bytes[self.bounds()]
    }

    #[inline]
    fn as_mut_slice(&mut self) -> &mut [u8] {
        let bounds = self.bounds();
        &mut self.bytes[bounds]
    }

    #[inline]
    fn resize_range(&mut self, range: Range<usize>, len: usize) {
        let Range { start, end } = self.bounds();
        if range.start < end - start - range.end {
            match (start + range.len()).checked_sub(len) {
                Some(start) if start + range.start <= end => {
                    let head = *self.start as usize;
                    self.bytes.copy_within(head..head + range.start, start);
                    *self.start = start as u32;
                }
                _ => self.share_room(&range, len),
            }
        } else {
            let new_end = end - range.len() + len;
            if new_end <= self.bytes.len() {
                self.bytes.copy_within(start + range.end..end, start + range.start + len);
                *self.end = new_end as u32;
            } else {
                self.share_room(&range, len);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Resizes ranges all over the place, as a vector does.
    #[test]
    fn agrees_with_a_vector() {
        let mut rng = fastrand::Rng::with_seed(3);
        let mut bytes = [0; 1000];
        let (mut start, mut end) = (500, 540);
        let mut model = vec![0_u8; 40];
        for round in 0..50_000_u32 {
            // Ends are what this is about.
            let begin = match rng.u32(..3) {
                0 => 6.min(model.len()),
                1 => model.len(),
                _ => rng.usize(..=model.len()),
            };
            let range = begin..begin + rng.usize(..=(model.len() - begin).min(30));
            let room = bytes.len() - model.len() + range.len();
            let len = rng.usize(..=room.min(32));
            let fill = vec![round as u8; len];

            let mut window = Window::new(&mut bytes, &mut start, &mut end);
            window.resize_range(range.clone(), len);
            window.as_mut_slice()[begin..begin + len].copy_from_slice(&fill);
            model.splice(range, fill);
            assert_eq!(window.as_slice(), model);
        }
    }

    #[test]
    fn a_queue_moves_its_bytes_rarely() {
        let mut bytes = [7; 2000];
        let (mut start, mut end) = (0, 1000);
        let mut moves = 0;
        for _ in 0..10_000 {
            let before = start;
            let mut window = Window::new(&mut bytes, &mut start, &mut end);
            window.resize_range(1000..1000, 10);
            window.resize_range(6..16, 0);
            moves += u32::from(start != before + 10);
        }
        assert!(moves < 250, "{moves}");
    }
}
