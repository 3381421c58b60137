//! What follows from a changed setting.
//!
//! Most settings are read where they matter, each time, and nothing follows. What is derived from several of them, for the hot path's sake, is derived anew here ([`Node::reconfigure_all`]). What concerns the process or the machine is asked of [`crate::Machine`], which may fail: then everything is taken back, and the client is told which directive was at fault.

use std::rc::Rc;

use commands::EventClass;
use config::{Caller, Changes, Concern, Config, InEffect, SetError};
use keyspace::Lazy;

use crate::client::Flags;
use crate::pubsub::published_classes;
use crate::{Attention, LogLevel, Node};

impl Node {
    /// Changes settings: all of them, or none.
    pub fn change_settings(
        &mut self,
        pairs: &[(&[u8], &[u8])],
        caller: Caller,
    ) -> Result<(), SetError> {
        let mut config = Config::clone(&self.config);
        let changes = config.set(pairs, caller)?;
        check(&config, &changes)?;
        let mut begun: Vec<(Concern, &'static str)> = Vec::new();
        for &(cause, concern) in &changes.directives {
            let Some(concern) = concern else { continue };
            if begun.iter().any(|(other, _)| *other == concern) {
                continue;
            }
            begun.push((concern, cause));
            if let Err(reason) = self.machine.apply(concern, cause, &mut config) {
                let text = format!(
                    "Failed applying new configuration. Possibly related to new {cause} setting. \
                     Restoring previous settings."
                );
                self.log(LogLevel::Warning, text);
                self.take_back(&begun);
                return Err(SetError::apply_failed(cause, reason));
            }
        }
        self.config = Rc::new(config);
        self.reconfigure_all();
        for (concern, _) in begun {
            self.attend_to(concern);
        }
        self.warn_of_idle_settings(&changes);
        Ok(())
    }

    /// Has the machine return to the settings that still hold.
    fn take_back(&mut self, begun: &[(Concern, &'static str)]) {
        for &(concern, cause) in begun.iter().rev() {
            let mut config = Config::clone(&self.config);
            if let Err(reason) = self.machine.apply(concern, cause, &mut config) {
                let text = format!("Failed applying the former value of '{cause}': {reason}");
                self.log(LogLevel::Warning, text);
            }
        }
    }

    /// Does at once what a changed setting asks of the node itself.
    fn attend_to(&mut self, concern: Concern) {
        match concern {
            Concern::ClientMemory => self.evict_clients(),
            Concern::Eviction => {
                self.is_over_memory();
            }
            // Without a password, nobody is a stranger.
            Concern::Acl if !self.needs_password() => {
                for client in self.clients.iter_mut() {
                    client.flags.set(Flags::UNAUTHENTICATED, false);
                }
            }
            // What the machine has done, and what is read when it matters.
            Concern::Listeners
            | Concern::ClientLimit
            | Concern::Logging
            | Concern::Process
            | Concern::Directory
            | Concern::Cron
            | Concern::Snapshots
            | Concern::AppendLog
            | Concern::Replication
            | Concern::Cluster
            | Concern::Tls
            | Concern::Acl
            | Concern::SlowLog
            | Concern::Latency
            | Concern::Tracking
            | Concern::Defrag
            | Concern::Debugging => {}
        }
    }

    fn warn_of_idle_settings(&mut self, changes: &Changes) {
        for (name, _) in &changes.directives {
            let directive = config::find_directive(name.as_bytes());
            if directive.is_some_and(|directive| directive.effect == InEffect::Later) {
                self.log(LogLevel::Warning, format!("'{name}' is set, but has no effect yet"));
            }
        }
    }

    /// Derives anew what depends on settings.
    pub(crate) fn reconfigure_all(&mut self) {
        self.spike_after_ns = match self.config.latency_monitor_threshold {
            0 => u64::MAX,
            ms => ms.saturating_mul(1_000_000),
        };
        self.slow_after_ns = slow_after_ns(&self.config);
        self.slow_log.truncate(self.config.slowlog_max_len as usize);
        self.attention.set(Attention::MEMORY, self.config.maxmemory > 0);
        self.shard.set_lazy(Lazy {
            expire: self.config.lazyfree_lazy_expire,
            eviction: self.config.lazyfree_lazy_eviction,
            server_del: self.config.lazyfree_lazy_server_del,
        });
        self.refresh_interest();
    }

    /// Brings what is recorded of each command in line with who wants to know.
    pub(crate) fn refresh_interest(&mut self) {
        let logging = self.feed.is_open();
        let classes = published_classes(self.config.notify_keyspace_events);
        let published = |class: EventClass| classes & class as u32 != 0;
        self.effects.want(classes, logging);
        let gone =
            [EventClass::Expired, EventClass::Evicted, EventClass::Hash, EventClass::Generic]
                .into_iter()
                .any(published);
        self.shard.observers().list_gone(logging || gone);
    }
}

/// Refuses what would look as if it worked.
fn check(config: &Config, changes: &Changes) -> Result<(), SetError> {
    for &(name, concern) in &changes.directives {
        let reason = match concern {
            Some(Concern::Defrag) if config.activedefrag => {
                "Active defragmentation cannot be enabled: it is not part of this server yet"
            }
            Some(Concern::Tls) if config.tls_port != 0 => "TLS is not part of this server yet",
            _ => continue,
        };
        return Err(SetError::apply_failed(name, reason));
    }
    Ok(())
}

/// Returns how long a command may take without anybody asking for a note of it.
fn slow_after_ns(config: &Config) -> u64 {
    let slow_log = u64::try_from(config.slowlog_log_slower_than)
        .map_or(u64::MAX, |micros| micros.saturating_mul(1000));
    let monitor = match config.latency_monitor_threshold {
        0 => u64::MAX,
        millis => millis.saturating_mul(1_000_000),
    };
    slow_log.min(monitor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_of_both_thresholds_counts() {
        let mut config = Config::default();
        assert_eq!(slow_after_ns(&config), 10_000_000);
        config.latency_monitor_threshold = 1;
        assert_eq!(slow_after_ns(&config), 1_000_000);
        config.slowlog_log_slower_than = 0;
        assert_eq!(slow_after_ns(&config), 0);
        (config.slowlog_log_slower_than, config.latency_monitor_threshold) = (-1, 0);
        assert_eq!(slow_after_ns(&config), u64::MAX);
    }
}
