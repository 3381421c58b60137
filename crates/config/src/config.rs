//! The settings, typed.
//!
//! One flat struct of public fields, named like the directives: a command that asks for a limit
//! pays for one load. Nothing here knows how a setting is written; that is what the directive
//! table is for, and it is also where the defaults stand. Empty text means "none" or "not set".
//!
//! A `Config` is a value. Whoever changes one for a running server clones it first, and goes back
//! to the clone when the change cannot be put into effect.

use crate::choice::{
    AclPubsubDefault, AppendFsync, ClusterEndpointType, LogLevel, MaxmemoryPolicy, OomScoreAdj,
    Permission, PropagationErrorBehavior, ReplDisklessLoad, SanitizeDumpPayload, Supervised,
    SyslogFacility, TlsAuthClients,
};
use crate::directives;
use crate::value::{
    Addresses, MemoryShare, Mode, NotifyKeyspaceEvents, OomScoreAdjValues, OutputBufferLimits,
    Percentiles, PrimaryAddress, SaveRules, ShutdownOn,
};

/// The words of a line in a configuration file.
pub type Words = Vec<Vec<u8>>;

/// Defines the struct, and a constructor for one in which nothing is set yet.
macro_rules! settings {
    ($(#[$struct_doc:meta])* pub struct $name:ident {
        $($(#[$doc:meta])* pub $field:ident: $type:ty,)+
    }) => {
        $(#[$struct_doc])*
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)+
        }

        impl $name {
            fn blank() -> Self {
                Self { $($field: Default::default(),)+ }
            }
        }
    };
}

settings! {
    /// Every setting of a server.
    ///
    /// The default has the value that the directive table gives each of them.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Config {
        // Network.
        /// Addresses to listen on.
        pub bind: Addresses,
        /// Local address for connections that the server opens.
        pub bind_source_addr: Vec<u8>,
        /// TCP port; 0 listens on none.
        pub port: u16,
        /// Length of the queue of connections not accepted yet.
        pub tcp_backlog: u32,
        /// Seconds between keepalive probes; 0 sends none.
        pub tcp_keepalive: u32,
        /// Seconds after which an idle client is disconnected; 0 is never.
        pub timeout: u32,
        /// Path of the Unix socket.
        pub unixsocket: Vec<u8>,
        /// Mode bits of the Unix socket; 0 leaves them alone.
        pub unixsocketperm: u32,
        /// Group of the Unix socket.
        pub unixsocketgroup: Vec<u8>,
        /// Mark on every socket, for the firewall; 0 is none.
        pub socket_mark_id: u32,
        /// Without a password, serve only this machine.
        pub protected_mode: bool,

        // Clients.
        /// Clients connected at a time.
        pub maxclients: u32,
        /// Bytes in one argument of a request.
        pub proto_max_bulk_len: u64,
        /// Bytes of requests not yet executed, for each client.
        pub client_query_buffer_limit: u64,
        /// When a client that does not read its replies is disconnected.
        pub client_output_buffer_limit: OutputBufferLimits,
        /// Memory of all clients together.
        pub maxmemory_clients: MemoryShare,
        /// Version of the protocol that a connection starts with.
        pub client_default_resp: u8,
        /// Keys remembered for clients that cache.
        pub tracking_table_max_keys: u64,

        // TLS.
        /// Port for TLS; 0 listens on none.
        pub tls_port: u16,
        /// Sessions kept for resumption; 0 is no limit.
        pub tls_session_cache_size: u32,
        /// Seconds that a session can be resumed for.
        pub tls_session_cache_timeout: u32,
        /// Use TLS on the cluster bus.
        pub tls_cluster: bool,
        /// Use TLS for the link to the primary.
        pub tls_replication: bool,
        /// Whether clients must show a certificate.
        pub tls_auth_clients: TlsAuthClients,
        /// The server's order of ciphers counts, not the client's.
        pub tls_prefer_server_ciphers: bool,
        /// Let clients resume sessions.
        pub tls_session_caching: bool,
        /// File of the server's certificate.
        pub tls_cert_file: Vec<u8>,
        /// File of the server's key.
        pub tls_key_file: Vec<u8>,
        /// Password of the server's key.
        pub tls_key_file_pass: Vec<u8>,
        /// File of the certificate shown where the server is the client.
        pub tls_client_cert_file: Vec<u8>,
        /// File of the key that belongs to it.
        pub tls_client_key_file: Vec<u8>,
        /// Password of that key.
        pub tls_client_key_file_pass: Vec<u8>,
        /// File of Diffie-Hellman parameters.
        pub tls_dh_params_file: Vec<u8>,
        /// File of trusted certificates.
        pub tls_ca_cert_file: Vec<u8>,
        /// Folder of trusted certificates.
        pub tls_ca_cert_dir: Vec<u8>,
        /// Protocol versions allowed.
        pub tls_protocols: Vec<u8>,
        /// Ciphers allowed up to TLS 1.2.
        pub tls_ciphers: Vec<u8>,
        /// Cipher suites allowed in TLS 1.3.
        pub tls_ciphersuites: Vec<u8>,

        // Process and log.
        /// Detach from the terminal.
        pub daemonize: bool,
        /// The service manager to notify.
        pub supervised: Supervised,
        /// File that holds the process id.
        pub pidfile: Vec<u8>,
        /// How much is logged.
        pub loglevel: LogLevel,
        /// File of the log; empty is standard output.
        pub logfile: Vec<u8>,
        /// Also log to the system log.
        pub syslog_enabled: bool,
        /// Name in the system log.
        pub syslog_ident: Vec<u8>,
        /// Facility in the system log.
        pub syslog_facility: SyslogFacility,
        /// Leave clients' data out of the log.
        pub hide_user_data_from_log: bool,
        /// Write a report on a crash.
        pub crash_log_enabled: bool,
        /// Test memory on a crash.
        pub crash_memcheck_enabled: bool,
        /// Show the logo even in a log file.
        pub always_show_logo: bool,
        /// Give the process a title.
        pub set_proc_title: bool,
        /// Form of the title.
        pub proc_title_template: Vec<u8>,
        /// Warnings about the system not to stop for.
        pub ignore_warnings: Vec<u8>,
        /// Locale that compares strings.
        pub locale_collate: Vec<u8>,
        /// Seconds that a shutdown waits for replicas.
        pub shutdown_timeout: u32,
        /// What SIGINT does.
        pub shutdown_on_sigint: ShutdownOn,
        /// What SIGTERM does.
        pub shutdown_on_sigterm: ShutdownOn,
        /// Working directory.
        pub dir: Vec<u8>,
        /// Number of databases.
        pub databases: u32,
        /// What happens when a propagated command fails.
        pub propagation_error_behavior: PropagationErrorBehavior,

        // Threads and kernel.
        /// Threads for sockets, the main one included.
        pub io_threads: u32,
        /// Threads also read and parse.
        pub io_threads_do_reads: bool,
        /// Events for each I/O thread before one more is used.
        pub events_per_io_thread: u32,
        /// Processors for the server's threads.
        pub server_cpulist: Vec<u8>,
        /// Processors for background threads.
        pub bio_cpulist: Vec<u8>,
        /// Processors for rewrites of the append log.
        pub aof_rewrite_cpulist: Vec<u8>,
        /// Processors for background saves.
        pub bgsave_cpulist: Vec<u8>,
        /// Do without transparent huge pages.
        pub disable_thp: bool,
        /// Whether to adjust the score of the out-of-memory killer.
        pub oom_score_adj: OomScoreAdj,
        /// The adjustments for primary, replica, and background work.
        pub oom_score_adj_values: OomScoreAdjValues,
        /// Let the allocator return memory from a thread of its own.
        pub jemalloc_bg_thread: bool,
        /// Runs of periodic work in a second.
        pub hz: u32,
        /// Run periodic work more often with many clients.
        pub dynamic_hz: bool,
        /// Spend idle time on resizing tables.
        pub activerehashing: bool,

        // Snapshots.
        /// When a snapshot is taken by itself.
        pub save: SaveRules,
        /// File of the snapshot.
        pub dbfilename: Vec<u8>,
        /// Compress strings.
        pub rdbcompression: bool,
        /// Put a checksum at the end.
        pub rdbchecksum: bool,
        /// Format version to write.
        pub rdb_version: u16,
        /// Remove files that only served a synchronisation.
        pub rdb_del_sync_files: bool,
        /// Force to disk while writing, not only at the end.
        pub rdb_save_incremental_fsync: bool,
        /// Refuse writes after a failed snapshot.
        pub stop_writes_on_bgsave_error: bool,
        /// Whose serialized values are checked deeply.
        pub sanitize_dump_payload: SanitizeDumpPayload,
        /// Microseconds to wait after saving a key; negative: every so many keys.
        pub rdb_key_save_delay: i32,
        /// Microseconds to wait after loading a key; negative: every so many keys.
        pub key_load_delay: i32,
        /// Bytes loaded between looks at the network.
        pub loading_process_events_interval_bytes: u64,

        // Append log.
        /// Log every write.
        pub appendonly: bool,
        /// Stem of the log's file names.
        pub appendfilename: Vec<u8>,
        /// Folder of the log.
        pub appenddirname: Vec<u8>,
        /// When the log is forced to disk.
        pub appendfsync: AppendFsync,
        /// Do not force to disk during a rewrite.
        pub no_appendfsync_on_rewrite: bool,
        /// Growth in percent that starts a rewrite; 0 is never.
        pub auto_aof_rewrite_percentage: u32,
        /// Size below which no rewrite starts by itself.
        pub auto_aof_rewrite_min_size: u64,
        /// Start with a log whose end is cut off.
        pub aof_load_truncated: bool,
        /// Write the base of the log as a snapshot.
        pub aof_use_rdb_preamble: bool,
        /// Note the time in the log.
        pub aof_timestamp_enabled: bool,
        /// Force to disk while rewriting, not only at the end.
        pub aof_rewrite_incremental_fsync: bool,
        /// Keep files of the log that are no longer needed.
        pub aof_disable_auto_gc: bool,

        // Replication.
        /// The primary to follow.
        pub replicaof: Option<PrimaryAddress>,
        /// Password for the primary.
        pub masterauth: Vec<u8>,
        /// User name for the primary.
        pub masteruser: Vec<u8>,
        /// Answer while the primary is out of reach.
        pub replica_serve_stale_data: bool,
        /// Refuse writes of clients on a replica.
        pub replica_read_only: bool,
        /// Rank in a failover, lowest first; 0 is never.
        pub replica_priority: u32,
        /// Be listed by Sentinel.
        pub replica_announced: bool,
        /// Address that the primary and Sentinel are told.
        pub replica_announce_ip: Vec<u8>,
        /// Port that the primary and Sentinel are told; 0 is the real one.
        pub replica_announce_port: u16,
        /// Free the old data set in the background.
        pub replica_lazy_flush: bool,
        /// Leave eviction to the primary.
        pub replica_ignore_maxmemory: bool,
        /// Go on when the disk fails on a replica.
        pub replica_ignore_disk_write_errors: bool,
        /// Send snapshots to replicas without a file.
        pub repl_diskless_sync: bool,
        /// Seconds to wait for more replicas.
        pub repl_diskless_sync_delay: u32,
        /// Replicas to wait for at most; 0 is no limit.
        pub repl_diskless_sync_max_replicas: u32,
        /// How a replica takes a snapshot in.
        pub repl_diskless_load: ReplDisklessLoad,
        /// Seconds between pings to replicas.
        pub repl_ping_replica_period: u32,
        /// Seconds of silence that end a link.
        pub repl_timeout: u32,
        /// Let the kernel collect small packets to replicas.
        pub repl_disable_tcp_nodelay: bool,
        /// Bytes of the stream kept for replicas that come back.
        pub repl_backlog_size: u64,
        /// Seconds without replicas after which they are dropped; 0 is never.
        pub repl_backlog_ttl: u64,
        /// Replicas without which writes are refused; 0 is none.
        pub min_replicas_to_write: u32,
        /// Seconds of lag beyond which a replica does not count.
        pub min_replicas_max_lag: u32,
        /// Send snapshot and stream over two connections.
        pub dual_channel_replication_enabled: bool,

        // Memory, eviction, expiry.
        /// Bytes of memory at which eviction starts; 0 is no limit.
        pub maxmemory: u64,
        /// Which key goes.
        pub maxmemory_policy: MaxmemoryPolicy,
        /// Keys compared for each eviction.
        pub maxmemory_samples: u32,
        /// How long a command may be delayed by eviction, 0 to 100.
        pub maxmemory_eviction_tenacity: u32,
        /// How slowly the counter of uses saturates.
        pub lfu_log_factor: u32,
        /// Minutes after which the counter of uses is lowered.
        pub lfu_decay_time: u32,
        /// How much time goes into looking for expired keys, 1 to 10.
        pub active_expire_effort: u32,
        /// Free evicted values in the background.
        pub lazyfree_lazy_eviction: bool,
        /// Free expired values in the background.
        pub lazyfree_lazy_expire: bool,
        /// Free overwritten values in the background.
        pub lazyfree_lazy_server_del: bool,
        /// `DEL` works like `UNLINK`.
        pub lazyfree_lazy_user_del: bool,
        /// `FLUSHALL` and its like are asynchronous unless told otherwise.
        pub lazyfree_lazy_user_flush: bool,

        // Defragmentation.
        /// Move values to where memory is denser.
        pub activedefrag: bool,
        /// Wasted bytes below which nothing is done.
        pub active_defrag_ignore_bytes: u64,
        /// Wasted percent at which it starts.
        pub active_defrag_threshold_lower: u32,
        /// Wasted percent at which it does its utmost.
        pub active_defrag_threshold_upper: u32,
        /// Percent of a processor at the lower threshold.
        pub active_defrag_cycle_min: u32,
        /// Percent of a processor at the upper threshold.
        pub active_defrag_cycle_max: u32,
        /// Elements of a collection moved in one go.
        pub active_defrag_max_scan_fields: u64,

        // Encodings.
        /// Fields of a packed hash.
        pub hash_max_listpack_entries: usize,
        /// Bytes of a field or value in a packed hash.
        pub hash_max_listpack_value: usize,
        /// Elements in a node of a list, or a size class if negative.
        pub list_max_listpack_size: i32,
        /// Nodes at each end of a list that are not compressed; 0 compresses none.
        pub list_compress_depth: u32,
        /// Members of a set of integers.
        pub set_max_intset_entries: usize,
        /// Members of a packed set.
        pub set_max_listpack_entries: usize,
        /// Bytes of a member of a packed set.
        pub set_max_listpack_value: usize,
        /// Members of a packed sorted set.
        pub zset_max_listpack_entries: usize,
        /// Bytes of a member of a packed sorted set.
        pub zset_max_listpack_value: usize,
        /// Bytes of a sparse HyperLogLog.
        pub hll_sparse_max_bytes: usize,
        /// Bytes of a node of a stream; 0 is no limit.
        pub stream_node_max_bytes: usize,
        /// Entries of a node of a stream; 0 is no limit.
        pub stream_node_max_entries: usize,

        // Cluster.
        /// Be a node of a cluster.
        pub cluster_enabled: bool,
        /// File of the cluster's state.
        pub cluster_config_file: Vec<u8>,
        /// Milliseconds of silence after which a node counts as failing.
        pub cluster_node_timeout: u64,
        /// Milliseconds between pings; 0 is the usual pace.
        pub cluster_ping_interval: u64,
        /// Port of the bus; 0 is the data port plus 10,000.
        pub cluster_port: u16,
        /// Stop serving when any slot is without a node.
        pub cluster_require_full_coverage: bool,
        /// Serve reads while the cluster is down.
        pub cluster_allow_reads_when_down: bool,
        /// Serve sharded channels while the cluster is down.
        pub cluster_allow_pubsubshard_when_down: bool,
        /// Never start a failover from this replica.
        pub cluster_replica_no_failover: bool,
        /// How stale a replica may be to fail over, in node timeouts; 0 is any.
        pub cluster_replica_validity_factor: u32,
        /// Move to a primary that has lost its replicas.
        pub cluster_allow_replica_migration: bool,
        /// Replicas that a primary keeps when one moves away.
        pub cluster_migration_barrier: u32,
        /// Bytes that may wait on a link of the bus; 0 is no limit.
        pub cluster_link_sendbuf_limit: u64,
        /// Address that others are told.
        pub cluster_announce_ip: Vec<u8>,
        /// Host name that others are told.
        pub cluster_announce_hostname: Vec<u8>,
        /// Name of the node in logs.
        pub cluster_announce_human_nodename: Vec<u8>,
        /// What clients are told to connect to.
        pub cluster_preferred_endpoint_type: ClusterEndpointType,
        /// Data port that others are told; 0 is the real one.
        pub cluster_announce_port: u16,
        /// TLS port that others are told; 0 is the real one.
        pub cluster_announce_tls_port: u16,
        /// Bus port that others are told; 0 is the real one.
        pub cluster_announce_bus_port: u16,
        /// Count what each slot costs.
        pub cluster_slot_stats_enabled: bool,

        // Security.
        /// Password of the default user.
        pub requirepass: Vec<u8>,
        /// File of the users.
        pub aclfile: Vec<u8>,
        /// Entries in the log of refusals.
        pub acllog_max_len: u64,
        /// What a new user may subscribe to.
        pub acl_pubsub_default: AclPubsubDefault,
        /// Who may change protected settings.
        pub enable_protected_configs: Permission,
        /// Who may use `DEBUG`.
        pub enable_debug_command: Permission,
        /// Who may use `MODULE`.
        pub enable_module_command: Permission,
        /// Users: a name and its rules each.
        pub user: Vec<Words>,
        /// Renamed commands: the name and the new name, which is empty for a command taken away.
        pub rename_command: Vec<Words>,
        /// Modules: a path and its arguments each.
        pub loadmodule: Vec<Words>,

        // Scripts.
        /// Milliseconds after which a script lets others interrupt it; 0 is never.
        pub busy_reply_threshold: u64,
        /// Give scripts the parts of their interface that were withdrawn.
        pub lua_enable_deprecated_api: bool,
        /// Go by the name of Redis wherever a name shows.
        pub extended_redis_compatibility: bool,

        // Observability.
        /// Microseconds from which a command is in the slow log; 0 is all, negative none.
        pub slowlog_log_slower_than: i64,
        /// Entries in the slow log.
        pub slowlog_max_len: u64,
        /// Milliseconds from which an event is recorded; 0 is never.
        pub latency_monitor_threshold: u64,
        /// Keep a histogram for each command.
        pub latency_tracking: bool,
        /// Percentiles of it that `INFO` shows.
        pub latency_tracking_info_percentiles: Percentiles,
        /// Changes that are published.
        pub notify_keyspace_events: NotifyKeyspaceEvents,

        // For those who debug the server.
        /// Exit rather than abort on a panic.
        pub use_exit_on_panic: bool,
        /// Milliseconds of one loop turn after which the stack is logged; 0 is never.
        pub watchdog_period: u32,
        /// File to which requests and replies are written.
        pub req_res_logfile: Vec<u8>,
        /// Check expensive assertions.
        pub enable_debug_assert: bool,
        /// Bytes from which an element of a list has a node of its own, if not as many as a node
        /// may have. No directive: only tests set it.
        pub list_large_from: Option<usize>,
    }
}

impl Default for Config {
    fn default() -> Self {
        let mut config = Self::blank();
        for directive in directives::all().filter(|directive| directive.is_setting()) {
            // That every default suits its directive is a test of the table.
            let set = directive.store(&mut config, &directive.default_words(), Mode::Replace);
            debug_assert_eq!(set, Ok(()), "{}", directive.name);
        }
        config
    }
}
