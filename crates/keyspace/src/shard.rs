//! The owner of all keys.

use stdx::hash::KeyHasher;
use stdx::rng::SeededRng;

use crate::Keys;
use crate::access::{AccessClock, Policy};
use crate::database::Database;
use crate::db::Db;
use crate::entry::Entry;
use crate::evict::Pool;
use crate::observe::{Observers, Reason};
use crate::snapshot::Sink;
use crate::value::HashRef;

/// What happened to keys, since the start or the last reset.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyStats {
    /// Reads that found their key.
    pub hits: u64,
    /// Reads that did not.
    pub misses: u64,
    /// Keys removed because their time had come.
    pub expired: u64,
    /// Fields of hashes removed because their time had come.
    pub expired_fields: u64,
    /// Keys removed because memory was needed.
    pub evicted: u64,
    /// Values that were freed in the background.
    pub lazy_freed: u64,
    /// Times that removing expired keys had to stop because its share of time was used up.
    pub expire_cap_reached: u64,
}

/// Something large that is no longer reachable and may be freed elsewhere, at leisure.
#[derive(Debug)]
pub enum Garbage {
    /// All the keys of a database.
    Keys(Box<Keys>),
    /// A key with a large value.
    Entry(Entry),
}

impl Garbage {
    /// Returns how many values it holds.
    pub fn values(&self) -> u64 {
        match self {
            Self::Keys(keys) => keys.len() as u64,
            Self::Entry(_) => 1,
        }
    }
}

/// Which large values are freed in the background, by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lazy {
    /// Their time had come.
    pub expire: bool,
    /// Memory was needed.
    pub eviction: bool,
    /// They were overwritten.
    pub server_del: bool,
}

/// Values of more elements than this are worth the way to the background.
const EFFORT_MAX: usize = 64;

/// Frees a value, or leaves it for the background.
pub(crate) fn discard(garbage: &mut Vec<Garbage>, entry: Entry, in_background: bool) {
    if in_background && entry.effort() > EFFORT_MAX {
        garbage.push(Garbage::Entry(entry));
    }
}

/// What all databases share.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) hasher: KeyHasher,
    pub(crate) stats: KeyStats,
    pub(crate) observers: Observers,
    pub(crate) sink: Sink,
    pub(crate) clock: AccessClock,
    pub(crate) now_ms: u64,
    pub(crate) rng: SeededRng,
    /// Whether expired keys may be removed; a replica waits for its primary's word.
    pub(crate) may_expire: bool,
    pub(crate) lazy: Lazy,
    pub(crate) garbage: Vec<Garbage>,
}

impl Common {
    /// Returns whether a key that is about to be changed counts as gone: its time has come. Where expired keys may not be removed, the change is the primary's, and so is the word on whether the key is there.
    #[inline]
    pub(crate) fn is_over(&self, entry: &Entry, volatile: bool) -> bool {
        self.may_expire
            && ((volatile && entry.expiry().is_some_and(|when| when <= self.now_ms))
                || entry.is_void(self.now_ms))
    }

    /// Frees a key that was removed because its time had come, or that of all its fields, and tells so.
    pub(crate) fn bury(&mut self, db: usize, entry: Entry) {
        let expired = entry.expiry().is_some_and(|when| when <= self.now_ms);
        let reason = if expired { Reason::Expired } else { Reason::AllFields };
        if expired {
            self.stats.expired += 1;
        } else {
            self.stats.expired_fields += entry.as_hash(0).map_or(0, HashRef::len) as u64;
        }
        self.observers.gone(db, entry.key(), reason);
        discard(&mut self.garbage, entry, self.lazy.expire);
    }
}

/// The owner of all keys, in every database.
#[derive(Debug)]
pub struct Shard {
    pub(crate) dbs: Vec<Database>,
    pub(crate) common: Common,
    pub(crate) pool: Pool,
    /// The database that random eviction took from last.
    pub(crate) next_evicted_db: usize,
    /// Where expiry goes on: the keys of a database have an even place, its fields the odd one behind.
    next_expired: usize,
}

impl Shard {
    /// Returns an empty shard of `databases`; `seed` keys its hashes and its randomness.
    pub fn new(databases: usize, seed: u64) -> Self {
        let hasher = KeyHasher::new(seed);
        Self {
            dbs: (0..databases).map(|_| Database::new(hasher)).collect(),
            common: Common {
                hasher,
                stats: KeyStats::default(),
                observers: Observers::default(),
                sink: Sink::default(),
                clock: AccessClock::default(),
                now_ms: 0,
                rng: SeededRng::new(seed ^ 0x5eed),
                may_expire: true,
                lazy: Lazy::default(),
                garbage: Vec::new(),
            },
            pool: Pool::default(),
            next_evicted_db: 0,
            next_expired: 0,
        }
    }

    /// Tells the time, which stands still until the next call.
    #[inline]
    pub fn set_now(&mut self, now_ms: u64, policy: Policy) {
        if now_ms != self.common.now_ms || policy != self.common.clock.policy() {
            self.common.now_ms = now_ms;
            self.common.clock = AccessClock::new(policy, now_ms);
        }
    }

    /// Returns the time as last told.
    pub fn now_ms(&self) -> u64 {
        self.common.now_ms
    }

    /// Returns the access clock as of now.
    pub fn clock(&self) -> AccessClock {
        self.common.clock
    }

    /// Returns the hasher of all keys.
    #[inline]
    pub fn hasher(&self) -> KeyHasher {
        self.common.hasher
    }

    /// Returns the number of databases.
    pub fn databases(&self) -> usize {
        self.dbs.len()
    }

    /// Returns the database for looking at; access goes through [`Shard::db`].
    pub fn database(&self, index: usize) -> &Database {
        &self.dbs[index]
    }

    /// Returns the door to a database.
    #[inline]
    pub fn db(&mut self, index: usize) -> Db<'_> {
        Db::new(&mut self.dbs, &mut self.common, index)
    }

    /// Returns the counters.
    pub fn stats(&self) -> KeyStats {
        self.common.stats
    }

    /// Sets the counters to zero.
    pub fn reset_stats(&mut self) {
        self.common.stats = KeyStats::default();
    }

    /// Returns whether somebody is to be told of something.
    #[inline]
    pub fn has_news(&self) -> bool {
        self.common.observers.has_news()
    }

    /// Says whether using a key sets its access clock; that is so until the time is told again.
    pub fn set_touching(&mut self, touching: bool) {
        self.common.clock.set_touching(touching);
    }

    /// Returns those who want to know of changes.
    #[inline]
    pub fn observers(&mut self) -> &mut Observers {
        &mut self.common.observers
    }

    /// Returns the number of keys under watch.
    pub fn watched_keys(&self) -> usize {
        self.common.observers.watched_keys()
    }

    /// Returns the number of keys that clients wait for.
    pub fn waited_keys(&self) -> usize {
        self.common.observers.waited_keys()
    }

    /// Says whether expired keys may be removed here.
    pub fn set_may_expire(&mut self, may: bool) {
        self.common.may_expire = may;
    }

    /// Says which large values are freed in the background.
    pub fn set_lazy(&mut self, lazy: Lazy) {
        self.common.lazy = lazy;
    }

    /// Exchanges the contents of two databases.
    pub fn swap(&mut self, one: usize, other: usize) {
        for (from, to) in [(one, other), (other, one)] {
            let (here, there) = (&self.dbs[from], &self.dbs[to]);
            let now = self.common.now_ms;
            self.common.observers.replaced(
                from,
                |key| here.contains(key),
                |key| there.contains_alive(key, now),
            );
        }
        self.dbs.swap(one, other);
        self.common.sink.swap(one, other);
    }

    /// Removes all keys of a database, or of all. What they held is freed here, or left for [`Shard::take_garbage`]; a snapshot in the making leaves it there when it has been through it.
    pub fn clear(&mut self, db: Option<usize>, in_background: bool) -> usize {
        let range = db.map_or(0..self.dbs.len(), |index| index..index + 1);
        self.common.observers.emptied();
        let mut removed = 0;
        for index in range {
            let database = &mut self.dbs[index];
            self.common.observers.replaced(index, |key| database.contains(key), |_| false);
            removed += database.keys.len();
            let keys = database.clear();
            if keys.is_empty() {
                continue;
            }
            if keys.is_capturing() {
                // A snapshot has to go through them first.
                self.common.sink.adopt(index, keys);
            } else if in_background {
                self.common.garbage.push(Garbage::Keys(Box::new(keys)));
            }
        }
        removed
    }

    /// Takes what may be freed elsewhere.
    pub fn take_garbage(&mut self) -> Vec<Garbage> {
        std::mem::take(&mut self.common.garbage)
    }

    /// Counts values that were freed in the background.
    pub fn count_lazy_freed(&mut self, values: u64) {
        self.common.stats.lazy_freed += values;
    }

    /// Removes keys and fields whose time has come, as long as `go_on` allows; see `expire`. With `sweep`, looks for those as well that will be due within the second; that is to be done a few times a second.
    ///
    /// Returns whether all of them are gone.
    pub fn expire(&mut self, sweep: bool, mut go_on: impl FnMut() -> bool) -> bool {
        if !self.common.may_expire {
            return true;
        }
        let places = 2 * self.dbs.len();
        let start = self.next_expired;
        for place in (0..places).map(|step| (start + step) % places) {
            let index = place / 2;
            let is_done = if place % 2 == 1 {
                self.db(index).expire_fields(&mut go_on)
            } else {
                let database = &mut self.dbs[index];
                let volatile = database.keys.flagged_len() > 0;
                // What is left on the wheel is about keys that were removed or persist.
                if !volatile && !database.wheel.is_empty() {
                    database.wheel.clear();
                }
                !volatile || self.db(index).expire_due(sweep, &mut go_on)
            };
            if !is_done {
                // Where there is always something to do, the others are not to wait for its end.
                self.next_expired = (place + 1) % places;
                self.common.stats.expire_cap_reached += 1;
                return false;
            }
        }
        true
    }

    /// Returns the next millisecond at which a key is known to expire, if that is within the second.
    pub fn next_expiry(&self) -> Option<u64> {
        // That is asked all the time, and most databases are empty.
        let used = self.dbs.iter().filter(|database| !database.is_empty());
        used.filter_map(Database::next_expiry).min()
    }
}
