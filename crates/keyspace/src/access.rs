//! How recently or how often a key was used, in 24 bits.
//!
//! Under an LRU policy the bits are a clock in seconds. Under an LFU policy they are 16 bits of minutes, when the counter was last brought up to date, and an 8-bit counter that grows logarithmically and decays with time (the scheme, its constants and their configuration are those that operators know from `lfu-log-factor` and `lfu-decay-time`).

/// The counter of a key that was just created: above zero, so that it is not the first to be evicted.
const LFU_START: u32 = 5;

const CLOCK_MASK: u64 = 0xff_ffff;

/// Which of the two meanings the bits have, and how they change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether the bits count uses instead of telling the last one.
    pub lfu: bool,
    /// How slowly the counter grows.
    pub lfu_log_factor: u32,
    /// Minutes after which the counter loses one.
    pub lfu_decay_time: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { lfu: false, lfu_log_factor: 10, lfu_decay_time: 1 }
    }
}

/// The access bits as of now: computed once for a batch of commands.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccessClock {
    policy: Policy,
    seconds: u32,
    minutes: u32,
    /// Whether keys that are used keep their bits.
    still: bool,
}

impl AccessClock {
    /// Returns the clock for `now_ms` of Unix time.
    pub fn new(policy: Policy, now_ms: u64) -> Self {
        let seconds = now_ms / 1000;
        Self {
            policy,
            seconds: (seconds & CLOCK_MASK) as u32,
            minutes: ((seconds / 60) & 0xffff) as u32,
            still: false,
        }
    }

    /// Returns the policy that the bits follow.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// Says whether using a key changes its bits.
    pub(crate) fn set_touching(&mut self, touching: bool) {
        self.still = !touching;
    }

    /// Returns the seconds clock, as INFO shows it.
    pub fn lru_clock(&self) -> u32 {
        self.seconds
    }

    /// Returns the bits of a key that was just created.
    #[inline]
    pub fn fresh(&self) -> u32 {
        if self.policy.lfu { self.minutes << 8 | LFU_START } else { self.seconds }
    }

    /// Returns the bits of a key that is used now; `random` is a fresh random number.
    #[inline]
    pub fn touched(&self, bits: u32, random: impl FnOnce() -> u64) -> u32 {
        if self.still {
            return bits;
        }
        if !self.policy.lfu {
            return self.seconds;
        }
        self.minutes << 8 | self.count_up(self.frequency(bits), random())
    }

    fn count_up(&self, counter: u32, random: u64) -> u32 {
        if counter >= 255 {
            return 255;
        }
        let base = f64::from(counter.saturating_sub(LFU_START));
        let chance = 1.0 / (base * f64::from(self.policy.lfu_log_factor) + 1.0);
        let drawn = (random >> 11) as f64 / (1_u64 << 53) as f64;
        counter + u32::from(drawn < chance)
    }

    /// Returns the use counter after its decay up to now.
    pub fn frequency(&self, bits: u32) -> u32 {
        let counter = bits & 0xff;
        match self.minutes.wrapping_sub(bits >> 8 & 0xffff) & 0xffff {
            elapsed if self.policy.lfu_decay_time > 0 => {
                counter.saturating_sub(elapsed / self.policy.lfu_decay_time)
            }
            _ => counter,
        }
    }

    /// Returns for how many seconds the key was not used.
    pub fn idle_seconds(&self, bits: u32) -> u32 {
        self.seconds.wrapping_sub(bits) & CLOCK_MASK as u32
    }

    /// Returns bits that say "not used for so many seconds".
    pub fn idle_since(&self, seconds: u32) -> u32 {
        self.seconds.wrapping_sub(seconds) & CLOCK_MASK as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_time_survives_the_wrap_of_the_clock() {
        let before = AccessClock::new(Policy::default(), CLOCK_MASK * 1000);
        let after = AccessClock::new(Policy::default(), (CLOCK_MASK + 11) * 1000);
        assert_eq!(after.idle_seconds(before.fresh()), 11);
    }

    #[test]
    fn the_counter_grows_ever_slower_and_decays() {
        let policy = Policy { lfu: true, ..Policy::default() };
        let clock = AccessClock::new(policy, 60_000_000);
        let mut bits = clock.fresh();
        let mut random = 1_u64;
        for _ in 0..10_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            bits = clock.touched(bits, || random);
        }
        let counted = clock.frequency(bits);
        assert!((20..120).contains(&counted), "{counted} after 10,000 uses");
        let later = AccessClock::new(policy, 60_000_000 + 10 * 60_000);
        assert_eq!(later.frequency(bits), counted - 10);
    }
}
