//! The node as a library: commands without a socket.
//!
//! ```
//! use node::Engine;
//!
//! let mut engine = Engine::new();
//! let session = engine.open();
//! engine.execute(&session, &[b"SET", b"greeting", b"hello"]);
//! assert_eq!(engine.execute(&session, &[b"GET", b"greeting"]), b"$5\r\nhello\r\n");
//! ```

use config::Config;
use keyspace::ClientId;
use stdx::clock::{Clock, SystemClock};

use crate::client::{Peer, Token};
use crate::event::Start;
use crate::{Action, Node, Unmeasured};

/// A conversation with an [`Engine`]: it has its own selected database, protocol and transaction.
#[derive(Debug, PartialEq, Eq)]
pub struct Session(ClientId);

/// A server in this program.
#[derive(Debug)]
pub struct Engine {
    node: Node,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// Returns an empty engine with the default settings, the system's clock and a random seed.
    pub fn new() -> Self {
        let clock = SystemClock::new();
        let seed = clock.unix_us() ^ clock.mono_ns().rotate_left(32);
        Self::with(Config::default(), Box::new(clock), seed)
    }

    /// Returns an empty engine; the same settings, clock and seed make the same history.
    pub fn with(config: Config, clock: Box<dyn Clock>, seed: u64) -> Self {
        let node = Node::new(config, clock, Box::new(Unmeasured), seed, Start::default());
        Self { node: node.expect("the caller's renamings name commands that exist") }
    }

    /// Starts a conversation.
    pub fn open(&mut self) -> Session {
        let peer = Peer { internal: true, local: true, ..Peer::default() };
        let token = self.node.connect(peer).expect("a session of our own is never refused");
        Session(self.node.clients[token].id)
    }

    /// Returns the place of a session, unless somebody has ended it.
    fn token(&self, session: &Session) -> Option<Token> {
        self.node.clients.find(session.0)
    }

    /// Ends a conversation.
    pub fn close(&mut self, session: Session) {
        if let Some(token) = self.token(&session) {
            self.node.disconnected(token);
        }
    }

    /// Runs one command and returns its reply, encoded as the session's protocol demands.
    ///
    /// What has become due meanwhile (expiry above all) is done first. Nothing is answered where nothing is asked, and in a session that QUIT or CLIENT KILL has ended.
    pub fn execute(&mut self, session: &Session, argv: &[&[u8]]) -> Vec<u8> {
        let token = match self.token(session) {
            Some(token) if !argv.is_empty() => token,
            _ => return Vec::new(),
        };
        self.node.run_timers();
        self.node.execute(token, argv);
        // Whatever is left to say to anybody is said now.
        self.node.take_write_queue();
        for action in self.node.take_actions() {
            // Nobody listens to a log here, and garbage is freed by being dropped.
            if let Action::Close(token) = action {
                self.node.disconnected(token);
            }
        }
        self.take_output(session)
    }

    /// Takes what a session was sent without having asked for it: messages, keys that have changed, the commands of others under MONITOR.
    pub fn take_output(&mut self, session: &Session) -> Vec<u8> {
        let Some(token) = self.token(session) else { return Vec::new() };
        let output = &mut self.node.clients[token].output;
        let bytes = output.pieces().flatten().copied().collect();
        output.clear();
        if self.node.is_finished(token) {
            self.node.disconnected(token);
        }
        bytes
    }

    /// Starts to record what a log or a replica would be told, for [`Engine::take_changes`].
    pub fn record_changes(&mut self) {
        self.node.feed.open();
        self.node.refresh_interest();
    }

    /// Takes the changes since the last time, as requests that make them again.
    pub fn take_changes(&mut self) -> Vec<u8> {
        self.node.feed.take()
    }

    /// Returns the node, for those who drive it themselves.
    pub fn node(&mut self) -> &mut Node {
        &mut self.node
    }
}
