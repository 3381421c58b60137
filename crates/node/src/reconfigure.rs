//! What follows from a changed setting.

use crate::{Attention, Node};

impl Node {
    /// Brings everything in line with the settings.
    pub(crate) fn reconfigure_all(&mut self) {
        let slower = self.config.slowlog_log_slower_than;
        self.slow_after_ns = u64::try_from(slower).map_or(u64::MAX, |micros| micros * 1000);
        self.attention.set(Attention::MEMORY, self.config.maxmemory > 0);
        self.refresh_interest();
    }

    /// Brings what is recorded of each command in line with who wants to know.
    pub(crate) fn refresh_interest(&mut self) {
        let logging = self.feed.is_open();
        self.effects.want(0, logging);
        self.shard.observers().list_gone(logging);
    }
}

// Until pub/sub and tracking are merged.
impl Node {
    pub(crate) fn notify(&mut self, _: &commands::Event) {}
    pub(crate) fn commit_changed_keys(&mut self, _: crate::Token) {}
}
