//! `INFO memory`: how much is used, and for what.

use super::{Section, ratio};
use crate::Node;

pub(super) const SECTION: Section = Section {
    name: "memory",
    by_default: true,
    write: |node, report| {
        let memory = Breakdown::of(node);
        report.memory("used_memory", memory.used);
        report.memory("used_memory_rss", memory.rss);
        report.memory("used_memory_peak", memory.peak);
        report.percent("used_memory_peak_perc", memory.used, memory.peak);
        report.line("used_memory_overhead", memory.overhead());
        report.line("used_memory_startup", memory.startup);
        report.line("used_memory_dataset", memory.dataset());
        report.line("used_memory_dataset_perc", format_args!("{:.2}%", memory.dataset_percent()));
        report.line("allocator_allocated", memory.used);
        report.line("allocator_active", memory.active);
        report.line("allocator_resident", memory.resident);
        report.memory("total_system_memory", node.machine.total_memory());
        report.line("used_memory_lua", 0);
        report.line("used_memory_vm_eval", 0);
        report.human("used_memory_lua_human", 0);
        report.zeros(&[
            "used_memory_scripts_eval",
            "number_of_cached_scripts",
            "number_of_functions",
            "number_of_libraries",
            "used_memory_vm_functions",
        ]);
        report.memory("used_memory_vm_total", 0);
        report.line("used_memory_functions", 0);
        report.memory("used_memory_scripts", 0);
        report.memory("maxmemory", node.config.maxmemory);
        report.line("maxmemory_policy", node.config.maxmemory_policy.name());
        // Differences may be negative: what is allocated is counted at once, pages are sampled.
        let difference = |more: u64, less: u64| more as i64 - less as i64;
        report.ratio("allocator_frag_ratio", memory.active, memory.used);
        report.line("allocator_frag_bytes", difference(memory.active, memory.used));
        report.ratio("allocator_rss_ratio", memory.resident, memory.active);
        report.line("allocator_rss_bytes", difference(memory.resident, memory.active));
        report.ratio("rss_overhead_ratio", memory.rss, memory.resident);
        report.line("rss_overhead_bytes", difference(memory.rss, memory.resident));
        report.ratio("mem_fragmentation_ratio", memory.rss, memory.used);
        report.line("mem_fragmentation_bytes", difference(memory.rss, memory.used));
        report.zeros(&[
            "mem_not_counted_for_evict",
            "mem_replication_backlog",
            "mem_total_replication_buffers",
            "mem_clients_slaves",
        ]);
        report.line("mem_clients_normal", memory.clients);
        report.zeros(&["mem_cluster_links", "mem_aof_buffer"]);
        report.line("mem_allocator", node.memory.allocator());
        report.line("active_defrag_running", 0);
        report.line("lazyfree_pending_objects", node.lazy_pending);
        report.line("lazyfreed_objects", node.shard.stats().lazy_freed);
    },
};

/// What memory is used for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Breakdown {
    /// Bytes that are allocated.
    pub(crate) used: u64,
    /// Bytes in RAM, as the kernel counts.
    pub(crate) rss: u64,
    /// The most that was ever allocated.
    pub(crate) peak: u64,
    /// Bytes that were allocated before there were keys.
    pub(crate) startup: u64,
    /// Bytes in pages that hold something.
    pub(crate) active: u64,
    /// Bytes in pages that the allocator holds.
    pub(crate) resident: u64,
    /// Bytes of the tables of all databases, without the entries.
    pub(crate) tables: u64,
    /// Bytes of all clients.
    pub(crate) clients: u64,
}

impl Breakdown {
    /// Takes stock.
    pub(crate) fn of(node: &Node) -> Self {
        let used = node.memory.used();
        let databases = 0..node.shard.databases();
        Self {
            used,
            rss: node.memory.rss(),
            peak: node.stats.peak_memory.max(used),
            startup: node.start.memory,
            active: node.memory.active(),
            resident: node.memory.resident(),
            tables: databases.map(|db| node.shard.database(db).overhead() as u64).sum(),
            clients: super::clients::total_memory(node),
        }
    }

    /// Returns the bytes that are not data.
    pub(crate) fn overhead(&self) -> u64 {
        self.startup + self.tables + self.clients
    }

    /// Returns the bytes that are data.
    pub(crate) fn dataset(&self) -> u64 {
        self.used.saturating_sub(self.overhead())
    }

    /// Returns the part of what came after the start that is data.
    pub(crate) fn dataset_percent(&self) -> f64 {
        let since_start = self.used.saturating_sub(self.startup);
        (ratio(self.dataset(), since_start) * 100.0).min(100.0)
    }
}
