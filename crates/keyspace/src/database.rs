//! One database: its table of keys and what belongs to it.

use stdx::hash::KeyHasher;

use crate::Keys;
use crate::entry::Entry;
use crate::expire::{FieldDeadlines, Wheel};

/// One database.
#[derive(Debug)]
pub struct Database {
    pub(crate) keys: Keys,
    pub(crate) wheel: Wheel,
    pub(crate) fields: FieldDeadlines,
    /// The segment at which looking for due ones goes on.
    pub(crate) sweep_at: usize,
    /// A running mean of the time that volatile keys have left, in milliseconds.
    pub(crate) mean_ttl: u64,
}

impl Database {
    pub(crate) fn new(hasher: KeyHasher) -> Self {
        Self {
            keys: Keys::new(hasher),
            wheel: Wheel::default(),
            fields: FieldDeadlines::default(),
            sweep_at: 0,
            mean_ttl: 0,
        }
    }

    /// Returns the number of keys, including any that are past their time but not gone.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the number of keys with an expiry.
    pub fn volatile_len(&self) -> usize {
        self.keys.flagged_len()
    }

    /// Returns the number of hashes with fields that expire.
    pub fn timed_hashes(&self) -> usize {
        self.fields.len()
    }

    /// Notes that an entry has come, which may be a hash whose fields may expire.
    #[inline]
    pub(crate) fn fields_came(&mut self, hash: u64, entry: &Entry) {
        self.fields.replace(hash, None, entry.first_field_expiry());
    }

    /// Notes that an entry has gone, which may be a hash whose fields may expire.
    #[inline]
    pub(crate) fn fields_went(&mut self, hash: u64, entry: &Entry) {
        self.fields.replace(hash, entry.first_field_expiry(), None);
    }

    /// Returns a running mean of the time that volatile keys have left, in milliseconds.
    pub fn mean_ttl(&self) -> u64 {
        self.mean_ttl
    }

    /// Returns the number of buckets of the table.
    pub fn buckets(&self) -> usize {
        self.keys.buckets()
    }

    /// Returns the memory of the table, without the entries.
    pub fn overhead(&self) -> usize {
        self.keys.memory()
    }

    /// Returns whether the key is there, past its time or not.
    pub fn contains(&self, key: &[u8]) -> bool {
        self.keys.find(self.keys.hasher().hash(key), key).is_some()
    }

    /// Returns whether the key is there and not past its time.
    pub fn contains_alive(&self, key: &[u8], now_ms: u64) -> bool {
        let found = self.keys.find(self.keys.hasher().hash(key), key);
        found.is_some_and(|entry| !entry.is_over(now_ms))
    }

    pub(crate) fn next_expiry(&self) -> Option<u64> {
        let fields = self.fields.first().map(|(when, _)| when);
        self.wheel.next_due().into_iter().chain(fields).min()
    }

    /// Takes all keys out.
    pub(crate) fn clear(&mut self) -> Keys {
        self.wheel.clear();
        self.fields.clear();
        self.sweep_at = 0;
        self.keys.take()
    }
}
