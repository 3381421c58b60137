//! Which key goes when memory is needed.
//!
//! Exact LRU would need a list through all keys. Instead a few buckets are drawn at random and their keys compared: a bucket is one cache line and names five or six keys, so that one draw sees as many as five single ones. Where only keys with an expiry may go, buckets without any are passed over. The best candidates are kept in a small pool from one eviction to the next, which makes the choice better the longer the pressure lasts.

use stdx::rng::{Rng, SeededRng};
use structs::hashtable::Borrowed;

use crate::db::Key;
use crate::entry::Entry;
use crate::observe::Reason;
use crate::shard::{Shard, discard};
use crate::{AccessClock, Keys};

/// Candidates that are kept between evictions.
const POOL: usize = 16;

/// Buckets that are drawn before a database counts as having no key that may go.
const DRAWS_MAX: usize = 64;

/// Buckets that are passed over in one draw where few keys may go. What is read of them lies side by side.
const BUCKETS_MAX: usize = 4096;

/// By what keys are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// The one that was not used for longest goes.
    LeastRecent,
    /// The one that was used least often goes.
    LeastFrequent,
    /// The one that expires next goes.
    SoonestExpiry,
    /// Any may go.
    Random,
}

/// Which key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eviction {
    /// By what keys are compared.
    pub rank: Rank,
    /// Whether only keys with an expiry may go.
    pub volatile_only: bool,
    /// How many keys are compared at least.
    pub samples: usize,
}

#[derive(Debug)]
struct Candidate {
    /// The higher, the sooner it goes.
    score: u64,
    db: usize,
    key: Box<[u8]>,
}

/// The best candidates so far, the best one last.
#[derive(Debug, Default)]
pub(crate) struct Pool(Vec<Candidate>);

impl Pool {
    fn offer(&mut self, score: u64, db: usize, key: &[u8]) {
        let place = self.0.partition_point(|candidate| candidate.score < score);
        if place == 0 && self.0.len() >= POOL {
            return;
        }
        if self.0.iter().any(|candidate| candidate.db == db && *candidate.key == *key) {
            return;
        }
        self.0.insert(place, Candidate { score, db, key: key.into() });
        if self.0.len() > POOL {
            self.0.remove(0);
        }
    }
}

impl Eviction {
    fn score(self, clock: AccessClock, entry: &Entry) -> u64 {
        match self.rank {
            Rank::LeastRecent => u64::from(clock.idle_seconds(entry.access())),
            Rank::LeastFrequent => u64::from(255 - clock.frequency(entry.access())),
            Rank::SoonestExpiry => u64::MAX - entry.expiry().unwrap_or(u64::MAX),
            Rank::Random => 0,
        }
    }

    fn eligible(self, keys: &Keys) -> usize {
        if self.volatile_only { keys.flagged_len() } else { keys.len() }
    }
}

impl Shard {
    /// Removes one key to make room; returns how much it took, if there was one that may go.
    pub fn evict(&mut self, eviction: Eviction) -> Option<usize> {
        let found = match eviction.rank {
            Rank::Random => self.draw_any(eviction),
            _ => self.draw_best(eviction),
        };
        let (db, name) = found?;
        let hash = self.common.hasher.hash(&name);
        let mut door = self.db(db);
        let evicted = door.take_silently(Key { bytes: &name, hash })?;
        let freed = evicted.memory();
        self.common.stats.evicted += 1;
        self.common.observers.gone(db, &name, Reason::Evicted);
        discard(&mut self.common.garbage, evicted, self.common.lazy.eviction);
        Some(freed)
    }

    /// Draws a key at random, from the databases in turn.
    fn draw_any(&mut self, eviction: Eviction) -> Option<(usize, Box<[u8]>)> {
        for _ in 0..self.dbs.len() {
            self.next_evicted_db = (self.next_evicted_db + 1) % self.dbs.len();
            let db = self.next_evicted_db;
            let (keys, rng) = (&self.dbs[db].keys, &mut self.common.rng);
            if eviction.eligible(keys) == 0 {
                continue;
            }
            let mut found = None;
            for _ in 0..DRAWS_MAX {
                draw(keys, rng, eviction, &mut |entry| {
                    found.get_or_insert_with(|| Box::from(entry.key()));
                });
                if found.is_some() {
                    break;
                }
            }
            let found = found.or_else(|| first_eligible(keys, eviction));
            if let Some(key) = found {
                return Some((db, key));
            }
        }
        None
    }

    /// Compares keys drawn from all databases with those in the pool, and returns the best that is still there.
    fn draw_best(&mut self, eviction: Eviction) -> Option<(usize, Box<[u8]>)> {
        loop {
            let mut any = false;
            for db in 0..self.dbs.len() {
                let (keys, common) = (&self.dbs[db].keys, &mut self.common);
                if eviction.eligible(keys) == 0 {
                    continue;
                }
                any = true;
                let (pool, rng, clock) = (&mut self.pool, &mut common.rng, common.clock);
                let mut seen = 0;
                for _ in 0..DRAWS_MAX {
                    draw(keys, rng, eviction, &mut |entry| {
                        seen += 1;
                        pool.offer(eviction.score(clock, &entry), db, entry.key());
                    });
                    if seen >= eviction.samples {
                        break;
                    }
                }
                if seen == 0
                    && let Some(key) = first_eligible(keys, eviction)
                {
                    pool.offer(0, db, &key);
                }
            }
            if !any {
                self.pool.0.clear();
                return None;
            }
            while let Some(best) = self.pool.0.pop() {
                let keys = &self.dbs[best.db].keys;
                let found = keys.find(keys.hasher().hash(&best.key), &best.key);
                if found.is_some_and(|entry| entry.flag() || !eviction.volatile_only) {
                    return Some((best.db, best.key));
                }
            }
        }
    }

    /// Forgets the candidates: the way of comparing has changed.
    pub fn reset_eviction(&mut self) {
        self.pool.0.clear();
    }
}

/// Visits some keys that may go, near each other at a place by chance; none perhaps.
fn draw(
    keys: &Keys,
    rng: &mut SeededRng,
    eviction: Eviction,
    visit: &mut dyn FnMut(Borrowed<'_, Entry>),
) {
    let mut below = |n| rng.below(n);
    if eviction.volatile_only {
        keys.sample_flagged(&mut below, BUCKETS_MAX, visit);
    } else {
        keys.sample_bucket(&mut below, visit);
    }
}

/// Searches for a key that may go, where draws found none: they are few among many.
fn first_eligible(keys: &Keys, eviction: Eviction) -> Option<Box<[u8]>> {
    let mut entries = keys.iter().filter(|entry| entry.flag() || !eviction.volatile_only);
    entries.next().map(|entry| Box::from(entry.key()))
}
