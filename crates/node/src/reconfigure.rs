//! What follows from a changed setting.

use commands::EventClass;

use crate::pubsub::published_classes;
use crate::{Attention, Node};

impl Node {
    /// Brings everything in line with the settings.
    pub(crate) fn reconfigure_all(&mut self) {
        let slower = self.config.slowlog_log_slower_than;
        let slow_ns = u64::try_from(slower).map_or(u64::MAX, |micros| micros.saturating_mul(1000));
        self.spike_after_ns = match self.config.latency_monitor_threshold {
            0 => u64::MAX,
            ms => ms.saturating_mul(1_000_000),
        };
        self.slow_after_ns = slow_ns.min(self.spike_after_ns);
        self.slow_log.truncate(self.config.slowlog_max_len as usize);
        self.attention.set(Attention::MEMORY, self.config.maxmemory > 0);
        self.refresh_interest();
    }

    /// Brings what is recorded of each command in line with who wants to know.
    pub(crate) fn refresh_interest(&mut self) {
        let logging = self.feed.is_open();
        let classes = published_classes(self.config.notify_keyspace_events);
        let published = |class: EventClass| classes & class as u32 != 0;
        self.effects.want(classes, logging);
        let gone = published(EventClass::Expired) || published(EventClass::Evicted);
        self.shard.observers().list_gone(logging || gone);
    }
}
