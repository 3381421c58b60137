//! One connected client, as the node sees it: a conversation, not a socket.

use config::ClientClass;
use keyspace::ClientId;
use resp::output::Output;
use resp::reply::{Protocol, Reply};
use resp::request::Parser;
use spec::CommandId;

use crate::blocking::Waiting;
use crate::pipeline::transaction::Transaction;
use crate::pubsub::Subscriptions;
use crate::tracking::Wish;

/// The place of a client in the table of clients. It is reused; a [`ClientId`] is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub u32);

/// Where a client comes from.
#[derive(Debug, Clone, Default)]
pub struct Peer {
    /// The other end, as `ip:port` or the path of the Unix socket.
    pub addr: String,
    /// Our end.
    pub laddr: String,
    /// The number of the socket.
    pub fd: i32,
    /// Whether it is a Unix socket.
    pub unix: bool,
    /// Whether the other end is this machine.
    pub local: bool,
    /// Whether nobody is behind it: a session of the program that embeds us.
    pub internal: bool,
}

/// Facts about a client, of which several may hold. None holds for a plain client that just sends commands: its requests skip most gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(u32);

impl Flags {
    /// It has to log in first.
    pub const UNAUTHENTICATED: Self = Self(1 << 0);
    /// It queues commands between MULTI and EXEC.
    pub const MULTI: Self = Self(1 << 1);
    /// It wants no replies.
    pub const REPLY_OFF: Self = Self(1 << 2);
    /// It wants no reply to the present request.
    pub const REPLY_SKIP: Self = Self(1 << 3);
    /// It wants no reply to the next request.
    pub const REPLY_SKIP_NEXT: Self = Self(1 << 4);
    /// It sees all commands.
    pub const MONITOR: Self = Self(1 << 5);
    /// It subscribes to channels.
    pub const SUBSCRIBED: Self = Self(1 << 6);
    /// Reading it does not touch access clocks.
    pub const NO_TOUCH: Self = Self(1 << 7);
    /// It waits: for a key, or for the end of a pause.
    pub const WAITING: Self = Self(1 << 8);
    /// The connection ends once the output is sent.
    pub const CLOSE_AFTER_REPLY: Self = Self(1 << 9);
    /// The connection ends at once.
    pub const CLOSE_NOW: Self = Self(1 << 10);
    /// It is not closed to save memory.
    pub const NO_EVICT: Self = Self(1 << 11);
    /// It is in the list of clients to be written to.
    pub const WRITE_QUEUED: Self = Self(1 << 12);
    /// It is told when keys change that it has read.
    pub const TRACKING: Self = Self(1 << 13);
    /// It is in the list of clients with requests left to run.
    pub const READ_QUEUED: Self = Self(1 << 14);
    /// Its requests wait for the end of a pause.
    pub const POSTPONED: Self = Self(1 << 15);

    /// What makes a request take the longer way.
    const SPECIAL: u32 = Self::UNAUTHENTICATED.0
        | Self::MULTI.0
        | Self::REPLY_OFF.0
        | Self::REPLY_SKIP.0
        | Self::REPLY_SKIP_NEXT.0
        | Self::SUBSCRIBED.0
        | Self::NO_TOUCH.0
        | Self::TRACKING.0;

    /// Returns whether any of `these` holds.
    #[inline]
    pub fn has(self, these: Self) -> bool {
        self.0 & these.0 != 0
    }

    /// Makes `these` hold, or not.
    #[inline]
    pub fn set(&mut self, these: Self, hold: bool) {
        if hold {
            self.0 |= these.0;
        } else {
            self.0 &= !these.0;
        }
    }

    /// Returns all of `self` and `these`.
    #[must_use]
    pub const fn and(self, these: Self) -> Self {
        Self(self.0 | these.0)
    }

    /// Returns whether requests take the longer way.
    #[inline]
    pub fn is_special(self) -> bool {
        self.0 & Self::SPECIAL != 0
    }
}

/// One connected client.
#[derive(Debug)]
pub struct Client {
    /// Its number, which is never used again.
    pub id: ClientId,
    /// Its place in the table of clients.
    pub token: Token,
    /// Where it comes from.
    pub peer: Peer,
    /// What holds for it.
    pub flags: Flags,
    /// The selected database.
    pub db: usize,
    /// The protocol it speaks.
    pub protocol: Protocol,
    /// The user it has logged in as.
    pub user: Box<[u8]>,
    /// The name it gave itself.
    pub name: Box<[u8]>,
    /// The library it uses.
    pub lib_name: Box<[u8]>,
    /// The version of that library.
    pub lib_version: Box<[u8]>,
    /// Received bytes that are not a whole request yet, or not run yet.
    pub query: Vec<u8>,
    /// The length of the bytes that are being run, which are in nobody's buffer but the connection's.
    pub(crate) running: usize,
    pub(crate) parser: Parser,
    /// What waits to be sent.
    pub output: Output,
    pub(crate) transaction: Option<Box<Transaction>>,
    pub(crate) watched: Vec<(usize, Box<[u8]>)>,
    /// What it listens to, if anything.
    pub(crate) subscriptions: Option<Box<Subscriptions>>,
    /// How it is told of changes, if it is.
    pub(crate) tracking: Option<Box<Wish>>,
    /// The command that waits for a key, if one does.
    pub(crate) waiting: Option<Box<Waiting>>,
    /// A request that waits for the end of a pause.
    pub(crate) postponed: Option<Vec<Box<[u8]>>>,
    /// Whether a watched key has changed.
    pub(crate) dirty: bool,
    /// When it connected, in milliseconds of Unix time.
    pub created_ms: u64,
    /// When it last sent or took something.
    pub active_ms: u64,
    /// Since when its output has been above the soft limit.
    pub soft_limit_since_ms: Option<u64>,
    /// The row of the last command.
    pub last_command: Option<CommandId>,
    /// Bytes received.
    pub net_in: u64,
    /// Bytes sent.
    pub net_out: u64,
    /// Commands run.
    pub commands: u64,
    /// The memory that it was last seen to use, for `maxmemory-clients`.
    pub memory_seen: usize,
    /// The capacity that its output buffer was last seen to have.
    pub(crate) output_capacity_seen: usize,
}

impl Client {
    pub(crate) fn new(id: ClientId, token: Token, peer: Peer, now_ms: u64) -> Self {
        Self {
            id,
            token,
            peer,
            flags: Flags::default(),
            db: 0,
            protocol: Protocol::Resp2,
            user: Box::from(&b"default"[..]),
            name: Box::default(),
            lib_name: Box::default(),
            lib_version: Box::default(),
            query: Vec::new(),
            running: 0,
            parser: Parser::default(),
            output: Output::default(),
            transaction: None,
            watched: Vec::new(),
            subscriptions: None,
            tracking: None,
            waiting: None,
            postponed: None,
            dirty: false,
            created_ms: now_ms,
            active_ms: now_ms,
            soft_limit_since_ms: None,
            last_command: None,
            net_in: 0,
            net_out: 0,
            commands: 0,
            memory_seen: 0,
            output_capacity_seen: 0,
        }
    }

    /// Returns an encoder onto the client's output.
    #[inline]
    pub fn reply(&mut self) -> Reply<'_> {
        Reply::new(&mut self.output, self.protocol)
    }

    /// Returns what the client is, as far as its output is concerned.
    #[inline]
    pub(crate) fn class(&self) -> ClientClass {
        if self.flags.has(Flags::SUBSCRIBED) { ClientClass::Pubsub } else { ClientClass::Normal }
    }

    /// Returns whether the connection is about to end.
    pub fn is_closing(&self) -> bool {
        self.flags.has(Flags::CLOSE_AFTER_REPLY.and(Flags::CLOSE_NOW))
    }

    /// Returns the memory of the arguments of a request that has not arrived whole.
    pub fn argv_memory(&self) -> usize {
        self.parser.memory()
    }

    /// Returns the memory of the queued transaction.
    pub fn multi_memory(&self) -> usize {
        self.transaction.as_ref().map_or(0, |transaction| transaction.memory())
    }

    /// Returns the memory that the client uses, all in all.
    pub fn memory(&self) -> usize {
        size_of::<Self>()
            + self.query.capacity()
            + self.argv_memory()
            + self.multi_memory()
            + self.waiting.as_ref().map_or(0, |waiting| waiting.memory())
            + self.output.buffer_capacity()
            + self.output.queued_memory()
            + self.name.len()
            + self.subscriptions.as_ref().map_or(0, |own| own.memory())
            + self.tracking.as_ref().map_or(0, |wish| wish.memory())
            + self
                .watched
                .iter()
                .map(|(_, key)| key.len() + size_of::<(usize, Box<[u8]>)>())
                .sum::<usize>()
    }

    /// Returns where to receive the rest of a long argument, and how many bytes that is.
    pub fn big_argument(&mut self) -> Option<(&mut structs::blob::Blob, usize)> {
        self.parser.big_argument()
    }
}
