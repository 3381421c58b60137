//! Scanning with a cursor, while the table changes.
//!
//! Between two calls anything may happen to the table, and nothing is remembered about the scan
//! but the cursor. Still, every element that is there from the first call to the last is visited,
//! some perhaps twice.
//!
//! # How
//!
//! Read the bits of hashes from the lowest to the highest, as the digits of a binary fraction, and
//! let the cursor be such a fraction: the scan visits hashes in that order, and all below the
//! cursor have been visited. The elements of a bucket that has not been split are exactly those
//! whose fraction begins with its `k` digits: an interval. Hence a call visits the interval that
//! the cursor is in, and moves the cursor to its end: in terms of the mirrored bits, by adding one
//! at digit `k`. A bucket that has been split is visited together with the bucket that was split
//! off, which makes up the same interval.
//!
//! Growing or shrinking changes the length of intervals, never the order of hashes: a cursor stays
//! right, except that after shrinking it may lie inside an interval, whose first part is then
//! visited again. `tests/hashtable_scan_model.rs` proves the guarantee.
//!
//! Compat: these are also the cursors of the reference (though a client must not care).

use super::raw::{Borrowed, Buckets};
use super::{Element, Table};

impl<E: Element, H> Table<E, H> {
    /// Visits the elements at `cursor`, and returns the cursor of the next call: 0 at the end.
    ///
    /// A scan starts with cursor 0. Any number is a valid cursor, and at most two buckets with
    /// their children are visited.
    pub fn scan(&self, cursor: u64, visit: &mut dyn FnMut(Borrowed<'_, E>)) -> u64 {
        if self.raw.count() == 0 {
            return 0;
        }
        let mask = self.raw.mask();
        let lower = (cursor & mask) as usize;
        let upper = lower + mask as usize + 1;
        for index in [lower, upper] {
            if index < self.raw.count() {
                self.raw.prefetch_elements(index);
                self.raw.chain(index).for_each(&mut *visit);
            }
        }
        next(cursor, mask)
    }

    /// Visits all elements, in the order of the buckets.
    pub fn iter(&self) -> Iter<'_, E> {
        self.raw.prefetch_elements(0);
        Iter { buckets: &self.raw, chain: None, next: 0 }
    }
}

/// The end of the interval of length `1 / (mask + 1)` that `cursor` lies in.
fn next(cursor: u64, mask: u64) -> u64 {
    // All digits after the first `k` are set, so that adding one carries into digit `k`.
    (cursor | !mask).reverse_bits().wrapping_add(1).reverse_bits()
}

/// Iterator over a table, returned by [`Table::iter`].
#[derive(Debug)]
pub struct Iter<'a, E: Element> {
    buckets: &'a Buckets<E>,
    chain: Option<super::raw::Chain<'a, E>>,
    /// The bucket after that of `chain`.
    next: usize,
}

impl<'a, E: Element> Iterator for Iter<'a, E> {
    type Item = Borrowed<'a, E>;

    fn next(&mut self) -> Option<Borrowed<'a, E>> {
        loop {
            if let Some(element) = self.chain.as_mut().and_then(Iterator::next) {
                return Some(element);
            }
            if self.next == self.buckets.count() {
                return None;
            }
            self.chain = Some(self.buckets.chain(self.next));
            self.next += 1;
            self.buckets.prefetch_elements(self.next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn cursor_runs_through_all_buckets_and_ends_at_zero() {
        for mask in [0, 1, 3, 7, 1023] {
            let (mut cursor, mut seen) = (0, std::collections::BTreeSet::new());
            loop {
                assert!(seen.insert(cursor & mask), "bucket visited twice");
                cursor = next(cursor, mask);
                if cursor == 0 {
                    break;
                }
            }
            assert_eq!(seen.len() as u64, mask + 1);
        }
    }

    #[test]
    fn cursor_of_a_larger_table_moves_to_the_end_of_the_interval_it_is_in() {
        // 0b001 is the fraction .100, and with one digit the interval [.1, 1) follows .0.
        assert_eq!(next(0b001, 0b1), 0);
        // .010 lies in [.0, .1).
        assert_eq!(next(0b010, 0b1), 0b1);
    }
}
