//! Expiry at the deadline.
//!
//! A key past its time is never seen: the door checks. But it should also *go* at its time, with its event and its memory, and without walking over all keys to find it. Two structures do that:
//!
//! - Each segment of the table keeps a lower bound of the expiries in it (`structs::hashtable`). Reading all bounds is a sequential pass over eight bytes per few hundred keys. A segment whose bound lies within the next second is *swept*: its volatile keys are read once.
//! - What is due within that second goes to the [`Wheel`]: one slot per millisecond, each a list of key hashes. When the millisecond comes, those keys are looked up and removed. A key that was changed meanwhile is simply found not to be due, so nothing has to be taken out of the wheel.
//!
//! A key that is *given* less than a second goes to the wheel at once. The wheel is bounded; when it is full, the bound of the segment serves, and the key goes at the next sweep.
//!
//! # Fields
//!
//! Fields of hashes expire, too. For each database, [`FieldDeadlines`] lists the hashes with such fields by the time at which the first of them is due; it is kept exact, since a hash may be written a thousand times while its fields do not change their times. What is due is removed in `db/active.rs`. A hash whose last field has gone goes with it; and one all of whose fields are past their time is not there for whoever looks for its key.

use std::collections::BTreeSet;

/// The hashes with fields that expire, by the time at which the first is due.
///
/// A hash is known by the hash of its key. Two of the same time and hash count as one, which happens to one pair in 2⁶⁴: both are found when that one is due.
#[derive(Debug, Default)]
pub(crate) struct FieldDeadlines(BTreeSet<(u64, u64)>);

impl FieldDeadlines {
    /// Notes that the first deadline of a hash has become another one.
    #[inline]
    pub(crate) fn replace(&mut self, hash: u64, old: Option<u64>, new: Option<u64>) {
        if old != new {
            self.relist(hash, old, new);
        }
    }

    #[cold]
    fn relist(&mut self, hash: u64, old: Option<u64>, new: Option<u64>) {
        if let Some(when) = old {
            self.0.remove(&(when, hash));
        }
        if let Some(when) = new {
            self.0.insert((when, hash));
        }
    }

    /// Returns the first of them: when it is due, and the hash of its key.
    pub(crate) fn first(&self) -> Option<(u64, u64)> {
        self.0.first().copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The number of slots: how many milliseconds ahead the wheel reaches.
const SPAN: u64 = 1024;

/// Hashes that the wheel takes besides one per volatile key: what was set and overwritten leaves stale ones.
const STALE_MAX: usize = 1 << 16;

/// Segments due within this time are swept: less than the span, so that what is found fits the wheel.
pub(crate) const LEAD_MS: u64 = SPAN / 2;

/// The hashes of keys that are due within the next second, by millisecond.
#[derive(Debug, Default)]
pub(crate) struct Wheel {
    /// Empty until the first key comes.
    slots: Vec<Vec<u64>>,
    /// The first millisecond that has not been emptied.
    cursor: u64,
    len: usize,
}

impl Wheel {
    /// Takes a key due at `when`, unless that is too far ahead or the wheel is full.
    pub(crate) fn push(&mut self, when: u64, hash: u64, volatile: usize) -> bool {
        if when >= self.cursor + SPAN || self.len >= volatile + STALE_MAX {
            return false;
        }
        if self.slots.is_empty() {
            self.slots.resize_with(SPAN as usize, Vec::new);
        }
        self.slots[(when.max(self.cursor) % SPAN) as usize].push(hash);
        self.len += 1;
        true
    }

    /// Turns an empty wheel to `now`: it has stood still for as long as there was nothing on it.
    pub(crate) fn catch_up(&mut self, now: u64) {
        if self.len == 0 {
            self.cursor = self.cursor.max(now);
        }
    }

    /// Returns whether nothing is on it.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Turns the wheel to `now` and returns one key that is due, if there is one.
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<u64> {
        if self.len == 0 {
            self.catch_up(now);
            return None;
        }
        // After a long pause one turn empties everything.
        self.cursor = self.cursor.max((now + 1).saturating_sub(SPAN));
        while self.cursor <= now {
            let slot = &mut self.slots[(self.cursor % SPAN) as usize];
            if let Some(hash) = slot.pop() {
                self.len -= 1;
                return Some(hash);
            }
            if slot.capacity() > 64 {
                *slot = Vec::new();
            }
            if self.cursor == now {
                // Keys may still be given this very millisecond.
                return None;
            }
            self.cursor += 1;
        }
        None
    }

    /// Returns the next millisecond at which something is due.
    pub(crate) fn next_due(&self) -> Option<u64> {
        if self.len == 0 {
            return None;
        }
        (self.cursor..self.cursor + SPAN).find(|ms| !self.slots[(ms % SPAN) as usize].is_empty())
    }

    pub(crate) fn clear(&mut self) {
        self.slots = Vec::new();
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_out_at_their_millisecond() {
        let mut wheel = Wheel::default();
        assert_eq!(wheel.pop_due(10_000), None);
        assert!(wheel.push(10_005, 5, 1));
        assert!(wheel.push(10_003, 3, 1));
        assert!(!wheel.push(10_000 + SPAN, 9, 1), "too far ahead");
        assert_eq!(wheel.next_due(), Some(10_003));
        assert_eq!(wheel.pop_due(10_002), None);
        assert_eq!(wheel.pop_due(10_003), Some(3));
        assert_eq!(wheel.pop_due(10_003), None);
        assert!(wheel.push(9_000, 1, 1), "overdue keys are taken too");
        assert_eq!(wheel.pop_due(10_004), Some(1));
        assert_eq!(wheel.pop_due(30_000), Some(5), "nothing is lost in a pause");
        assert_eq!(wheel.pop_due(30_000), None);
    }

    #[test]
    fn an_empty_wheel_catches_up() {
        let mut wheel = Wheel::default();
        assert!(!wheel.push(1_000_020, 1, 1), "as seen from where it stands");
        wheel.catch_up(1_000_000);
        assert!(wheel.push(1_000_020, 1, 1));
        wheel.catch_up(2_000_000);
        assert_eq!(wheel.next_due(), Some(1_000_020), "what is on it is not passed over");
    }

    #[test]
    fn a_full_wheel_refuses() {
        let mut wheel = Wheel::default();
        wheel.pop_due(1);
        let taken = (0..STALE_MAX as u64 + 10).filter(|&hash| wheel.push(5, hash, 3)).count();
        assert_eq!(taken, STALE_MAX + 3);
    }
}
