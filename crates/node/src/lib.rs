//! The whole server without input and output.
//!
//! A [`Node`] is told what arrives ([`Node::receive`]) and what time it is, and holds what is to be sent ([`Client::output`]) and done ([`Node::take_actions`]). It opens no socket and no file, starts no thread and reads no clock but the one it was given, so that it runs the same in a server, in a test, and in a program that embeds it ([`Engine`]).
//!
//! Three owners share the state: the [`Shard`] has all that belongs to keys, the node itself all that belongs to its clients and its loop, and the configuration is read by both.

pub mod admin;
mod blocking;
mod client;
mod clients;
mod cron;
mod engine;
mod event;
mod evict;
mod histogram;
mod info;
mod latency;
mod limits;
mod machine;
mod memory;
mod monitor;
mod pause;
mod pipeline;
mod prefix;
mod pubsub;
mod reconfigure;
mod redact;
mod slowlog;
mod stats;
mod table;
mod tracking;
mod version;

use std::rc::Rc;

use commands::Effects;
use config::{Config, MaxmemoryPolicy};
use keyspace::{Policy, Shard};
use resp::output::Output;
use spec::RenameError;
use stdx::clock::Clock;
use stdx::rng::SeededRng;

pub use client::{Client, Flags, Peer, Token};
pub use clients::Clients;
pub use engine::{Engine, Session};
pub use event::{Action, LogLevel, Start};
pub use keyspace::Garbage;
pub use machine::{Crash, Machine, Nowhere};
pub use memory::{Memory, Unmeasured};
pub use pubsub::{PubSub, Subscriptions};
pub use table::{AdminFn, Handler, Row, Table, check_renames};
pub use tracking::Tracking;
pub use version::{REDIS_VERSION, VERSION};

use blocking::Blocking;
use cron::Cron;
use latency::{Cause, LatencyLog};
use pause::Pause;
use pipeline::batch::Scratch;
use pipeline::propagate::Feed;
use slowlog::SlowLog;
use stats::Stats;

/// What a client from elsewhere is told as long as there is no password.
const PROTECTED: &str = "-DENIED Redis is running in protected mode because protected mode is \
    enabled and no password is set for the default user. In this mode connections are only \
    accepted from the loopback interface. To connect from other machines, do one of these: 1) set \
    a password with 'requirepass'; 2) send 'CONFIG SET protected-mode no' from the machine that \
    the server runs on, and 'CONFIG REWRITE' to keep it so; 3) put 'protected-mode no' into the \
    configuration file and restart the server; 4) start it with '--protected-mode no'. Without a \
    password, make sure that nobody can reach the server from the internet.\r\n";

/// What makes every request take the longer way; none of it holds on a quiet server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Attention(u32);

impl Attention {
    /// There is a limit to memory.
    const MEMORY: u32 = 1;
    /// Clients are paused.
    const PAUSE: u32 = 1 << 1;
    /// Somebody watches all commands.
    const MONITOR: u32 = 1 << 2;

    #[inline]
    fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn set(&mut self, what: u32, hold: bool) {
        if hold {
            self.0 |= what;
        } else {
            self.0 &= !what;
        }
    }
}

/// The server, without input and output.
pub struct Node {
    /// The settings.
    pub config: Rc<Config>,
    /// The keys.
    pub shard: Shard,
    /// The clients.
    pub clients: Clients,
    /// Who listens to what.
    pub pubsub: PubSub,
    /// Who is told of changes.
    pub tracking: Tracking,
    /// What has been counted.
    pub stats: Stats,
    table: Rc<Table>,
    clock: Box<dyn Clock>,
    memory: Box<dyn Memory>,
    machine: Box<dyn Machine>,
    cron: Cron,
    rng: SeededRng,
    effects: Effects,
    feed: Feed,
    slow_log: SlowLog,
    latency: LatencyLog,
    pause: Pause,
    blocking: Blocking,
    attention: Attention,
    start: Start,
    scratch: Scratch,
    /// Commands that take at least this long are noted.
    slow_after_ns: u64,
    /// Whatever takes at least this long is noted with its cause.
    spike_after_ns: u64,
    /// The client whose request is being answered, if that takes the longer way.
    answering: Option<Token>,
    /// What that client gets after the answer.
    aside: Output,
    /// The steady clock as it was last read.
    last_mono_ns: u64,
    /// Changes since the last save.
    dirty: u64,
    /// How much memory was used when clients were last held to what they may use.
    clients_seen_at: u64,
    /// Values that were handed over to be freed and are not yet.
    lazy_pending: u64,
    /// Since when more memory is used than may be.
    excess_since_ns: Option<u64>,
    /// When the log was last told of a browser, in Unix time.
    browser_seen_ms: Option<u64>,
    /// When the present turn of the loop began, by the steady clock.
    cycle_began_ns: u64,
    /// Whether the commands of a transaction are running.
    in_exec: bool,
    actions: Vec<Action>,
    write_queue: Vec<Token>,
    read_queue: Vec<Token>,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("clients", &self.clients.len()).finish_non_exhaustive()
    }
}

impl Node {
    /// Returns a server with no keys and no clients.
    ///
    /// Fails when `rename-command` asks for the impossible.
    pub fn new(
        config: Config,
        clock: Box<dyn Clock>,
        memory: Box<dyn Memory>,
        seed: u64,
        start: Start,
    ) -> Result<Self, RenameError> {
        let table = table::build(&config.rename_command)?;
        let commands = table.len();
        let mut node = Self {
            shard: Shard::new(config.databases as usize, seed),
            clients: Clients::default(),
            pubsub: PubSub::default(),
            tracking: Tracking::default(),
            stats: Stats::new(commands),
            table: Rc::new(table),
            last_mono_ns: clock.mono_ns(),
            clock,
            memory,
            machine: Box::new(Nowhere),
            cron: Cron::default(),
            rng: SeededRng::new(seed.rotate_left(32)),
            effects: Effects::default(),
            feed: Feed::default(),
            slow_log: SlowLog::default(),
            latency: LatencyLog::default(),
            pause: Pause::default(),
            blocking: Blocking::default(),
            attention: Attention::default(),
            start,
            scratch: Scratch::default(),
            slow_after_ns: u64::MAX,
            spike_after_ns: u64::MAX,
            answering: None,
            aside: Output::default(),
            dirty: 0,
            clients_seen_at: 0,
            lazy_pending: 0,
            excess_since_ns: None,
            browser_seen_ms: None,
            cycle_began_ns: 0,
            in_exec: false,
            actions: Vec::new(),
            write_queue: Vec::new(),
            read_queue: Vec::new(),
            config: Rc::new(config),
        };
        node.effects.allow_waiting(true);
        node.reconfigure_all();
        node.tick_clock();
        Ok(node)
    }

    /// Reads the clock for a new batch of work; returns Unix time in milliseconds.
    pub fn tick_clock(&mut self) -> u64 {
        self.last_mono_ns = self.clock.mono_ns();
        let now_ms = self.clock.unix_us() / 1000;
        let policy = self.policy();
        self.shard.set_now(now_ms, policy);
        now_ms
    }

    fn policy(&self) -> Policy {
        Policy {
            lfu: matches!(
                self.config.maxmemory_policy,
                MaxmemoryPolicy::AllkeysLfu | MaxmemoryPolicy::VolatileLfu
            ),
            lfu_log_factor: self.config.lfu_log_factor,
            lfu_decay_time: self.config.lfu_decay_time,
        }
    }

    /// Tells the node what is around it; without this it is [`Nowhere`].
    pub fn attach(&mut self, machine: Box<dyn Machine>) {
        self.machine = machine;
    }

    /// Takes in a new connection; fails with the line to send before closing it.
    pub fn connect(&mut self, peer: Peer) -> Result<Token, &'static str> {
        let now_ms = self.tick_clock();
        if !peer.internal && self.clients.len() >= self.config.maxclients as usize {
            self.stats.rejected_connections += 1;
            return Err("-ERR max number of clients reached\r\n");
        }
        if !peer.local && self.config.protected_mode && !self.needs_password() {
            self.stats.rejected_connections += 1;
            return Err(PROTECTED);
        }
        if !peer.internal {
            self.stats.connections += 1;
        }
        let internal = peer.internal;
        let token = self.clients.add(peer, now_ms);
        let locked = !internal && self.needs_password();
        self.clients[token].flags.set(Flags::UNAUTHENTICATED, locked);
        Ok(token)
    }

    /// Returns whether clients have to log in.
    pub(crate) fn needs_password(&self) -> bool {
        !self.config.requirepass.is_empty()
    }

    /// Returns whether a client has to log in before anything else.
    pub(crate) fn must_log_in(&self, token: Token) -> bool {
        self.clients[token].flags.has(Flags::UNAUTHENTICATED) && self.needs_password()
    }

    /// Ends a connection: nothing more is read from it or written to it.
    pub fn close(&mut self, token: Token) {
        let Some(client) = self.clients.get_mut(token) else { return };
        if !client.flags.has(Flags::CLOSE_NOW) {
            client.flags.set(Flags::CLOSE_NOW, true);
            client.output.clear();
            self.actions.push(Action::Close(token));
            self.forget_interests(token);
        }
    }

    /// Ends what a client has asked to be told or to be done for it.
    fn forget_interests(&mut self, token: Token) {
        self.stop_waiting(token);
        self.abandon_transaction(token);
        self.stop_monitor(token);
        self.unsubscribe_all(token);
        self.stop_tracking(token);
    }

    /// Forgets a client whose connection is gone.
    pub fn disconnected(&mut self, token: Token) {
        if self.clients.get(token).is_none() {
            return;
        }
        self.forget_interests(token);
        self.clients.remove(token);
    }

    /// Takes what is to be done outside.
    pub fn take_actions(&mut self) -> Vec<Action> {
        for garbage in self.shard.take_garbage() {
            self.lazy_pending += garbage.values();
            self.actions.push(Action::Free(garbage));
        }
        std::mem::take(&mut self.actions)
    }

    /// Takes note that values which were handed over to be freed now are.
    pub fn freed(&mut self, values: u64) {
        self.lazy_pending = self.lazy_pending.saturating_sub(values);
        self.shard.count_lazy_freed(values);
    }

    /// Notes that a turn of the loop begins.
    pub fn begin_cycle(&mut self) {
        self.cycle_began_ns = self.clock.mono_ns();
    }

    /// Notes that a turn of the loop ends.
    pub fn end_cycle(&mut self) {
        self.stats.cycles += 1;
        self.stats.cycle_ns += self.clock.mono_ns().saturating_sub(self.cycle_began_ns);
        // Here, so that not even a short peak goes unnoticed.
        self.stats.peak_memory = self.stats.peak_memory.max(self.memory.used());
        self.evict_grown_clients();
    }

    /// Returns how much of the loop's time went into commands, in microseconds.
    pub(crate) fn command_us(&self) -> u64 {
        let commands = self.table.rows().iter().zip(&self.stats.commands);
        // The commands of a transaction are counted by themselves.
        let single = commands.filter(|(row, _)| &*row.full_name != "exec");
        single.map(|(_, stats)| stats.nanos).sum::<u64>() / 1000
    }

    /// Takes the clients that have output to be sent.
    pub fn take_write_queue(&mut self) -> Vec<Token> {
        self.broadcast_changes();
        for token in &self.write_queue {
            if let Some(client) = self.clients.get_mut(*token) {
                client.flags.set(Flags::WRITE_QUEUED, false);
                // A transaction may have gone on for nobody.
                if client.flags.has(Flags::CLOSE_NOW) {
                    client.output.clear();
                }
            }
        }
        std::mem::take(&mut self.write_queue)
    }

    /// Counts what was sent to a client.
    pub fn sent(&mut self, token: Token, bytes: usize) {
        self.stats.net_out += bytes as u64;
        self.stats.writes += 1;
        let now_ms = self.shard.now_ms();
        let is_short_of_memory = self.excess_since_ns.is_some();
        if let Some(client) = self.clients.get_mut(token) {
            client.net_out += bytes as u64;
            client.active_ms = now_ms;
            client.output.consume(bytes);
            if is_short_of_memory {
                client.give_output_buffer_back();
            }
        }
    }

    /// Has a line written to the log.
    pub(crate) fn log(&mut self, level: LogLevel, text: impl Into<String>) {
        self.actions.push(Action::Log(level, text.into()));
    }
}

impl Node {
    /// Runs one command as if the client had sent it.
    pub(crate) fn execute(&mut self, token: Token, argv: &[&[u8]]) {
        self.tick_clock();
        let table = Rc::clone(&self.table);
        let args = commands::Args::new(argv, self.shard.hasher());
        self.run(token, table.lookup(argv[0]), &args);
    }

    /// Has a warning written to the log.
    pub fn log_warning(&mut self, text: impl Into<String>) {
        self.log(LogLevel::Warning, text);
    }

    /// Returns whether nothing is to be read from a client for now: it has had its turn.
    pub fn is_postponed(&self, token: Token) -> bool {
        self.clients.get(token).is_none_or(|client| client.flags.has(Flags::READ_QUEUED))
    }

    /// Returns whether a client has got all that it is to get.
    pub fn is_finished(&self, token: Token) -> bool {
        self.clients.get(token).is_some_and(|client| {
            client.flags.has(Flags::CLOSE_AFTER_REPLY) && client.output.is_empty()
        })
    }

    /// Makes a request wait for the end of a pause.
    pub(crate) fn postpone(&mut self, token: Token, argv: &commands::Args<'_>) {
        let client = &mut self.clients[token];
        client.flags.set(Flags::POSTPONED, true);
        let argv = argv.all().iter().map(|&arg| arg.into()).collect();
        client.postponed = Some(argv);
    }

    /// Notes a command that took long.
    #[cold]
    pub(crate) fn note_slow(
        &mut self,
        token: Token,
        row: &Row,
        args: &commands::Args<'_>,
        ns: u64,
    ) {
        let cause = if row.has(spec::Flag::Fast) { Cause::FastCommand } else { Cause::Command };
        self.note_latency(cause, ns);
        let micros = ns / 1000;
        let threshold = u64::try_from(self.config.slowlog_log_slower_than).ok();
        let is_slow = threshold.is_some_and(|least| micros >= least);
        if !is_slow || row.has(spec::Flag::SkipSlowlog) {
            return;
        }
        let (max, unix_s) = (self.config.slowlog_max_len as usize, self.shard.now_ms() / 1000);
        let Some(client) = self.clients.get(token) else { return };
        let secrets = redact::Secrets::of(row, args);
        let entry = slowlog::SlowEntry {
            id: 0,
            unix_s,
            micros,
            args: slowlog::shorten(args.all(), &secrets),
            addr: client.peer.addr.clone(),
            name: client.name.to_vec(),
        };
        self.slow_log.push(entry, max);
    }
}
