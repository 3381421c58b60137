//! Going over the keys of a database.

use stdx::rng::Rng;

use super::{Db, is_over};
use crate::entry::Entry;

impl Db<'_> {
    /// Visits some keys and returns the cursor to go on from, zero at the end.
    ///
    /// Every key that is there from the first call to the last is visited at least once. Keys past their time are left out.
    pub fn scan(&mut self, cursor: u64, visit: &mut dyn FnMut(&Entry)) -> u64 {
        let now = self.common.now_ms;
        let mut overdue = Vec::new();
        let next = self.dbs[self.index].keys.scan(cursor, &mut |entry| {
            if is_over(&entry, entry.flag(), now) {
                overdue.push(Box::<[u8]>::from(entry.key()));
            } else {
                visit(&entry);
            }
        });
        for key in overdue {
            let key = self.key(&key);
            self.expire(key);
        }
        next
    }

    /// Visits all keys that are not past their time.
    pub fn for_each(&self, visit: &mut dyn FnMut(&Entry)) {
        let now = self.common.now_ms;
        for entry in &self.dbs[self.index].keys {
            if !entry.is_over(now) {
                visit(&entry);
            }
        }
    }

    /// Returns the name of some key, each with about the same chance.
    pub fn random_key(&mut self) -> Option<Vec<u8>> {
        // Where nearly all keys are past their time, and may not be removed, one of those will do.
        for _ in 0..100 {
            let common = &mut *self.common;
            let found = self.dbs[self.index].keys.random(&mut |n| common.rng.below(n))?;
            let key = found.key().to_vec();
            let hashed = self.key(&key);
            if !self.is_overdue(hashed) {
                return Some(key);
            }
            if !self.common.may_expire {
                continue;
            }
            self.expire(hashed);
        }
        self.dbs[self.index].keys.iter().next().map(|entry| entry.key().to_vec())
    }
}
