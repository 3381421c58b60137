//! Figures that are real.

use testkit::{Server, eventually};

use crate::{ask, server};

fn number(server: &Server, field: &str) -> u64 {
    let value = server.info(field);
    value.parse().unwrap_or_else(|_| panic!("{field} is {value}"))
}

#[test]
fn memory_is_counted_at_once_and_given_back() {
    let server = server("--enable-debug-command yes");
    // On a connection that stays, so that no other one is counted.
    let mut connection = server.connect();
    let mut used = |words: &[&str]| {
        connection.request(words).expect("an answer");
        let reply = connection.request(&["INFO", "memory"]).expect("an answer");
        let text = String::from_utf8_lossy(reply.as_bytes().expect("text")).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("used_memory:"));
        line.expect("a field").parse::<u64>().expect("a number")
    };
    used(&["SET", "warm", "up"]);
    let before = used(&["SET", "big", &"x".repeat(1_000_000)]);
    let after = used(&["DEL", "big"]);
    // The value was in a size class of 1 MiB; buffers may have changed a little.
    let freed = before - after;
    assert!((1_000_000..1_100_000).contains(&freed), "{freed}");

    let full = used(&["DEBUG", "POPULATE", "100000"]);
    assert!(full > after + 100_000 * 30, "{full}");
    used(&["FLUSHALL", "ASYNC"]);
    eventually("the values to be freed", || server.info("lazyfreed_objects") == "100001");
    assert_eq!(server.info("lazyfree_pending_objects"), "0");
    assert!(number(&server, "used_memory") < full / 5);
    assert!(number(&server, "used_memory_peak") >= full * 9 / 10);
    assert!(server.info("mem_allocator").starts_with("jemalloc-5."));
    assert!(number(&server, "used_memory_rss") > 1 << 20);
    assert!(number(&server, "total_system_memory") > number(&server, "used_memory_rss"));
}

#[test]
fn turns_of_the_loop_are_counted() {
    let server = server("--enable-debug-command yes");
    let cycles = number(&server, "eventloop_cycles");
    let sum = number(&server, "eventloop_duration_sum");
    assert_eq!(ask(&server, "DEBUG SLEEP 0.02"), "OK");
    assert!(number(&server, "eventloop_cycles") > cycles);
    assert!(number(&server, "eventloop_duration_sum") >= sum + 20_000);
    let commands = number(&server, "eventloop_duration_cmd_sum");
    assert!(commands >= 20_000);
    assert!(commands <= number(&server, "eventloop_duration_sum"));
    eventually("a rate", || number(&server, "instantaneous_eventloop_cycles_per_sec") > 0);
    eventually("a rate", || number(&server, "instantaneous_ops_per_sec") > 0);
}

#[test]
fn commands_and_errors_are_counted_until_they_are_reset() {
    let server = server("");
    ask(&server, "SET key 1");
    ask(&server, "INCR key");
    ask(&server, "GET");
    ask(&server, "CONFIG GET port");
    ask(&server, "NOSUCH");
    assert!(server.info("cmdstat_incr").starts_with("calls=1,usec="));
    assert!(
        server
            .info("cmdstat_get")
            .starts_with("calls=0,usec=0,usec_per_call=0.00,rejected_calls=1")
    );
    assert!(server.info("cmdstat_config|get").starts_with("calls=1,"));
    assert!(server.info("latency_percentiles_usec_incr").starts_with("p50="));
    assert_eq!(server.info("errorstat_ERR"), "count=2");
    assert_eq!(server.info("total_error_replies"), "2");
    assert_eq!(server.info("db0"), "keys=1,expires=0,avg_ttl=0");
    assert_eq!(server.info("connected_clients"), "1");

    ask(&server, "CONFIG RESETSTAT");
    assert_eq!(server.info("total_error_replies"), "0");
    let reply = server.run("INFO commandstats");
    let text = String::from_utf8_lossy(reply.as_bytes().expect("text")).into_owned();
    assert!(!text.contains("cmdstat_incr"), "{text}");
}

#[test]
fn text_is_marked_as_text_where_the_protocol_can_do_so() {
    let server = server("");
    let mut connection = server.connect();
    connection.request(&["HELLO", "3"]).expect("an answer");
    connection.write_raw(b"INFO cluster\r\n").expect("it takes bytes");
    let bytes = connection.read_raw().expect("an answer");
    assert_eq!(bytes, b"=34\r\ntxt:# Cluster\r\ncluster_enabled:0\r\n\r\n");
}

/// The fields that monitoring systems read, in their order: protocol, like names of commands.
#[test]
fn default_sections_have_the_fields_of_the_reference_in_its_order() {
    const FIELDS: &str = "\
        redis_version redis_git_sha1 redis_git_dirty redis_build_id redis_mode os arch_bits \
        monotonic_clock multiplexing_api atomicvar_api gcc_version process_id process_supervised \
        run_id tcp_port server_time_usec uptime_in_seconds uptime_in_days hz configured_hz \
        lru_clock executable config_file io_threads_active listener0 \
        connected_clients cluster_connections maxclients client_recent_max_input_buffer \
        client_recent_max_output_buffer blocked_clients tracking_clients clients_in_timeout_table \
        total_blocking_keys total_blocking_keys_on_nokey \
        used_memory used_memory_human used_memory_rss used_memory_rss_human used_memory_peak \
        used_memory_peak_human used_memory_peak_perc used_memory_overhead used_memory_startup \
        used_memory_dataset used_memory_dataset_perc allocator_allocated allocator_active \
        allocator_resident total_system_memory total_system_memory_human used_memory_lua \
        used_memory_vm_eval used_memory_lua_human used_memory_scripts_eval \
        number_of_cached_scripts number_of_functions number_of_libraries \
        used_memory_vm_functions used_memory_vm_total used_memory_vm_total_human \
        used_memory_functions used_memory_scripts used_memory_scripts_human maxmemory \
        maxmemory_human maxmemory_policy allocator_frag_ratio allocator_frag_bytes \
        allocator_rss_ratio allocator_rss_bytes rss_overhead_ratio rss_overhead_bytes \
        mem_fragmentation_ratio mem_fragmentation_bytes mem_not_counted_for_evict \
        mem_replication_backlog mem_total_replication_buffers mem_clients_slaves \
        mem_clients_normal mem_cluster_links mem_aof_buffer mem_allocator active_defrag_running \
        lazyfree_pending_objects lazyfreed_objects \
        loading async_loading current_cow_peak current_cow_size current_cow_size_age \
        current_fork_perc current_save_keys_processed current_save_keys_total \
        rdb_changes_since_last_save rdb_bgsave_in_progress rdb_last_save_time \
        rdb_last_bgsave_status rdb_last_bgsave_time_sec rdb_current_bgsave_time_sec rdb_saves \
        rdb_last_cow_size rdb_last_load_keys_expired rdb_last_load_keys_loaded aof_enabled \
        aof_rewrite_in_progress aof_rewrite_scheduled aof_last_rewrite_time_sec \
        aof_current_rewrite_time_sec aof_last_bgrewrite_status aof_rewrites \
        aof_rewrites_consecutive_failures aof_last_write_status aof_last_cow_size \
        module_fork_in_progress module_fork_last_cow_size \
        total_connections_received total_commands_processed instantaneous_ops_per_sec \
        total_net_input_bytes total_net_output_bytes total_net_repl_input_bytes \
        total_net_repl_output_bytes instantaneous_input_kbps instantaneous_output_kbps \
        instantaneous_input_repl_kbps instantaneous_output_repl_kbps rejected_connections \
        sync_full sync_partial_ok sync_partial_err expired_keys expired_stale_perc \
        expired_time_cap_reached_count expire_cycle_cpu_milliseconds evicted_keys evicted_clients \
        total_eviction_exceeded_time current_eviction_exceeded_time keyspace_hits keyspace_misses \
        pubsub_channels pubsub_patterns pubsubshard_channels latest_fork_usec total_forks \
        migrate_cached_sockets slave_expires_tracked_keys active_defrag_hits active_defrag_misses \
        active_defrag_key_hits active_defrag_key_misses total_active_defrag_time \
        current_active_defrag_time tracking_total_keys tracking_total_items \
        tracking_total_prefixes unexpected_error_replies total_error_replies \
        dump_payload_sanitizations total_reads_processed total_writes_processed \
        io_threaded_reads_processed io_threaded_writes_processed reply_buffer_shrinks \
        reply_buffer_expands eventloop_cycles eventloop_duration_sum eventloop_duration_cmd_sum \
        instantaneous_eventloop_cycles_per_sec instantaneous_eventloop_duration_usec \
        acl_access_denied_auth acl_access_denied_cmd acl_access_denied_key \
        acl_access_denied_channel \
        role connected_slaves master_failover_state master_replid master_replid2 \
        master_repl_offset second_repl_offset repl_backlog_active repl_backlog_size \
        repl_backlog_first_byte_offset repl_backlog_histlen \
        used_cpu_sys used_cpu_user used_cpu_sys_children used_cpu_user_children \
        used_cpu_sys_main_thread used_cpu_user_main_thread \
        cluster_enabled";
    let server = server("");
    let reply = server.run("INFO");
    let text = String::from_utf8_lossy(reply.as_bytes().expect("text")).into_owned();
    let mut shown = text.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name);
    for field in FIELDS.split_whitespace() {
        // Fields of later versions, and our own, may stand in between.
        assert!(shown.any(|name| name == field), "{field} is missing or out of order");
    }
}
