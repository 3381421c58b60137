//! Elements by chance.

use super::raw::{Borrowed, LANES, SEGMENT};
use super::{Element, Hasher64, Table};

/// Up to this length of chain, [`Table::random`] is fair. Longer ones are rare with honest hashes: a
/// bucket that is about to be split has twelve elements on average, and one in two hundred of those
/// has more than this. (With twice the lanes, one in five would.)
const FAIR_CHAIN: usize = 3 * LANES;

/// After so many misses, [`Table::random`] takes what comes next.
const TRIES_MAX: usize = 128;

impl<E: Element, H: Hasher64> Table<E, H> {
    /// An element by chance, each with the same probability. `below(n)` gives a number less than
    /// `n`.
    ///
    /// Picking a bucket and then one of its elements would favour those that are alone: with linear
    /// hashing, twofold between buckets that have been split and those that have not. So a place is
    /// picked in a bucket of fixed size, and if it is vacant, another one. With the table as full as
    /// it usually is, that takes three or four tries of one cache miss each.
    pub fn random(&self, below: &mut impl FnMut(u64) -> u64) -> Option<Borrowed<'_, E>> {
        if self.is_empty() {
            return None;
        }
        for _ in 0..TRIES_MAX {
            let index = self.random_bucket(below);
            let len = self.raw.chain_len(index);
            let place = pick(below, len.max(FAIR_CHAIN));
            if place < len {
                return self.raw.chain(index).nth(place);
            }
        }
        let start = self.random_bucket(below);
        let (after, before) = (start..self.raw.count(), 0..start);
        after.chain(before).find_map(|index| self.raw.chain(index).next())
    }

    /// Visits all elements of a bucket by chance, none perhaps, and tells how many: a sample of five
    /// or six elements at the price of little more than one.
    pub fn sample_bucket(
        &self,
        below: &mut impl FnMut(u64) -> u64,
        visit: &mut dyn FnMut(Borrowed<'_, E>),
    ) -> usize {
        if self.is_empty() {
            return 0;
        }
        let index = self.random_bucket(below);
        self.raw.prefetch_elements(index);
        self.raw.chain(index).map(visit).count()
    }

    /// Visits flagged elements that are near each other at a place by chance, until a bucket has had
    /// some or `buckets_max` buckets have been looked at, and tells how many elements.
    ///
    /// Buckets lie side by side, hence looking at one that has no flagged element costs little.
    /// Segments without a bound (see [`Table::note_bound`]) are skipped.
    pub fn sample_flagged(
        &self,
        below: &mut impl FnMut(u64) -> u64,
        buckets_max: usize,
        visit: &mut dyn FnMut(Borrowed<'_, E>),
    ) -> usize {
        if self.flagged_len() == 0 {
            return 0;
        }
        let mut index = self.random_bucket(below);
        let mut visited = 0;
        for _ in 0..buckets_max {
            let segment = index / SEGMENT;
            match self.next_bounded(segment).or_else(|| self.next_bounded(0)) {
                Some(bounded) if bounded != segment => index = bounded * SEGMENT,
                Some(_) => (),
                None => return 0,
            }
            if self.raw.has_flagged(index) {
                self.raw.prefetch_flagged(index);
                let flagged = self.raw.chain(index).filter(Borrowed::flag);
                visited += flagged.map(&mut *visit).count();
                break;
            }
            index += 1;
            if index == self.raw.count() {
                index = 0;
            }
        }
        visited
    }

    /// The table has buckets.
    fn random_bucket(&self, below: &mut impl FnMut(u64) -> u64) -> usize {
        pick(below, self.raw.count())
    }
}

/// A number below `n`, which is not 0, whatever the caller's source of randomness returns.
fn pick(below: &mut impl FnMut(u64) -> u64, n: usize) -> usize {
    (below(n as u64) as usize).min(n - 1)
}
