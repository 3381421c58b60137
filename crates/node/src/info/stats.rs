//! `INFO stats`: what was done since the start, or since CONFIG RESETSTAT.

use super::{Section, ratio};

pub(super) const SECTION: Section = Section {
    name: "stats",
    by_default: true,
    write: |node, report| {
        let (stats, keys) = (&node.stats, node.shard.stats());
        let kib = |bytes: u64| bytes as f64 / 1024.0;
        report.line("total_connections_received", stats.connections);
        report.line("total_commands_processed", stats.total_commands);
        report.line("instantaneous_ops_per_sec", stats.rates.commands.per_second());
        report.line("total_net_input_bytes", stats.net_in);
        report.line("total_net_output_bytes", stats.net_out);
        report.zeros(&["total_net_repl_input_bytes", "total_net_repl_output_bytes"]);
        report.decimal("instantaneous_input_kbps", kib(stats.rates.net_in.per_second()));
        report.decimal("instantaneous_output_kbps", kib(stats.rates.net_out.per_second()));
        report.decimal("instantaneous_input_repl_kbps", 0.0);
        report.decimal("instantaneous_output_repl_kbps", 0.0);
        report.line("rejected_connections", stats.rejected_connections);
        report.zeros(&["sync_full", "sync_partial_ok", "sync_partial_err"]);
        report.line("expired_keys", keys.expired);
        report.line("expired_subkeys", keys.expired_fields);
        // Expired keys go at their time, so that none are stale.
        report.decimal("expired_stale_perc", 0.0);
        report.line("expired_time_cap_reached_count", keys.expire_cap_reached);
        report.line("expire_cycle_cpu_milliseconds", stats.expire_ns / 1_000_000);
        report.line("evicted_keys", keys.evicted);
        report.line("evicted_clients", stats.evicted_clients);
        let excess_ms = |ns: u64| ns / 1_000_000;
        let excess_ns = node.excess_ns();
        report.line("total_eviction_exceeded_time", excess_ms(stats.excess_ns + excess_ns));
        report.line("current_eviction_exceeded_time", excess_ms(excess_ns));
        report.line("keyspace_hits", keys.hits);
        report.line("keyspace_misses", keys.misses);
        report.line("pubsub_channels", node.pubsub.channel_count());
        report.line("pubsub_patterns", node.pubsub.pattern_count());
        report.line("pubsubshard_channels", node.pubsub.shard_count());
        report.zeros(&[
            "latest_fork_usec",
            "total_forks",
            "migrate_cached_sockets",
            "slave_expires_tracked_keys",
            "active_defrag_hits",
            "active_defrag_misses",
            "active_defrag_key_hits",
            "active_defrag_key_misses",
            "total_active_defrag_time",
            "current_active_defrag_time",
        ]);
        report.line("tracking_total_keys", node.tracking.keys());
        report.line("tracking_total_items", node.tracking.items());
        report.line("tracking_total_prefixes", node.tracking.prefixes());
        report.line("unexpected_error_replies", 0);
        report.line("total_error_replies", stats.total_errors);
        report.line("dump_payload_sanitizations", 0);
        report.line("total_reads_processed", stats.reads);
        report.line("total_writes_processed", stats.writes);
        report.zeros(&["io_threaded_reads_processed", "io_threaded_writes_processed"]);
        report.line("client_query_buffer_limit_disconnections", stats.query_limit_disconnections);
        report.line("client_output_buffer_limit_disconnections", stats.output_limit_disconnections);
        report.line("reply_buffer_shrinks", stats.reply_buffer_shrinks);
        report.line("reply_buffer_expands", stats.reply_buffer_expands);
        report.line("eventloop_cycles", stats.cycles);
        report.line("eventloop_duration_sum", stats.cycle_ns / 1000);
        report.line("eventloop_duration_cmd_sum", node.command_us());
        let cycles = stats.rates.cycles.per_second();
        report.line("instantaneous_eventloop_cycles_per_sec", cycles);
        let duration = ratio(stats.rates.cycle_ns.per_second() / 1000, cycles);
        report.line("instantaneous_eventloop_duration_usec", duration as u64);
        report.line("acl_access_denied_auth", stats.auth_denied);
        report.zeros(&[
            "acl_access_denied_cmd",
            "acl_access_denied_key",
            "acl_access_denied_channel",
        ]);
    },
};
