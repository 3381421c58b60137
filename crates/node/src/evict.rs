//! Keeping within `maxmemory`.

use config::MaxmemoryPolicy;
use keyspace::{Eviction, Rank};

use crate::Node;
use crate::latency::Cause;

/// How long one request may be delayed by evictions at a tenacity of 10, in nanoseconds.
const DELAY_NS: u64 = 500_000;

/// Evictions between looks at the clock and at the memory.
const STRIDE: usize = 16;

impl Node {
    /// Evicts until memory is within its limit. Returns whether it stays over: then nothing that needs more may run.
    ///
    /// Where there is much to evict, it goes on with later requests, and does not hold up this one. While clients are paused nothing is evicted: that would be a change.
    pub(crate) fn is_over_memory(&mut self) -> bool {
        let limit = self.config.maxmemory;
        let mut used = self.memory.used();
        if limit == 0 || used <= limit {
            self.note_excess(false);
            return false;
        }
        if self.pause.is_on() {
            self.note_excess(true);
            return false;
        }
        // Rather clients that use too much than keys.
        if self.evict_grown_clients() {
            used = self.memory.used();
        }
        let Some(eviction) = eviction(self.config.maxmemory_policy, self.config.maxmemory_samples)
        else {
            self.note_excess(true);
            return true;
        };
        let start = self.clock.mono_ns();
        let patience = patience_ns(self.config.maxmemory_eviction_tenacity);
        // What is told about the keys to those who track or are subscribed takes memory, too, for a while. If that counted, telling of some keys would evict others.
        let too_much = used.saturating_sub(limit);
        let mut freed = 0;
        let over = loop {
            let mut evicted = 0;
            while evicted < STRIDE
                && freed < too_much
                && let Some(bytes) = self.shard.evict(eviction)
            {
                freed += bytes as u64;
                evicted += 1;
            }
            self.commit_own_changes();
            if freed >= too_much || self.memory.used() <= limit {
                break false;
            }
            if evicted == 0 {
                break true;
            }
            if self.clock.mono_ns().saturating_sub(start) > patience {
                break false;
            }
        };
        let elapsed = self.clock.mono_ns().saturating_sub(start);
        self.note_latency(Cause::EvictionCycle, elapsed);
        self.note_excess(self.memory.used() > limit);
        over
    }

    /// Keeps account of the time in which more memory is used than may be.
    fn note_excess(&mut self, exceeds: bool) {
        match self.excess_since_ns {
            None if exceeds => self.excess_since_ns = Some(self.last_mono_ns),
            Some(_) if !exceeds => {
                self.stats.excess_ns += self.excess_ns();
                self.excess_since_ns = None;
            }
            Some(_) | None => {}
        }
    }

    /// Returns for how long more memory has been used than may be, by now.
    pub(crate) fn excess_ns(&self) -> u64 {
        self.excess_since_ns.map_or(0, |since| self.clock.mono_ns().saturating_sub(since))
    }
}

/// Returns what a policy lets go, if anything.
fn eviction(policy: MaxmemoryPolicy, samples: u32) -> Option<Eviction> {
    let (rank, volatile_only) = match policy {
        MaxmemoryPolicy::NoEviction => return None,
        MaxmemoryPolicy::AllkeysLru => (Rank::LeastRecent, false),
        MaxmemoryPolicy::VolatileLru => (Rank::LeastRecent, true),
        MaxmemoryPolicy::AllkeysLfu => (Rank::LeastFrequent, false),
        MaxmemoryPolicy::VolatileLfu => (Rank::LeastFrequent, true),
        MaxmemoryPolicy::AllkeysRandom => (Rank::Random, false),
        MaxmemoryPolicy::VolatileRandom => (Rank::Random, true),
        MaxmemoryPolicy::VolatileTtl => (Rank::SoonestExpiry, true),
    };
    Some(Eviction { rank, volatile_only, samples: samples as usize })
}

/// Up to 10 the delay grows evenly, beyond by fifteen per cent a step, and 100 waits as long as it takes.
fn patience_ns(tenacity: u32) -> u64 {
    match tenacity {
        0..=10 => DELAY_NS / 10 * u64::from(tenacity),
        11..=99 => (DELAY_NS as f64 * 1.15_f64.powi(tenacity as i32 - 10)) as u64,
        _ => u64::MAX,
    }
}
