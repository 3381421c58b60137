//! All sockets on which clients arrive, as the settings ask for them.

use std::os::fd::OwnedFd;
use std::rc::Rc;

use config::Config;
use node::Peer;
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::fs::Gid;
use stdx::clock::{Clock, SystemClock};

use crate::listener::{Access, Listener, Options};
use crate::log::Log;
use crate::text;

/// For how long nobody is accepted after the system had no place for one more connection.
///
/// Whoever waits is still waiting, so that without a rest the loop would spin and fill the log.
const REST_NS: u64 = 100_000_000;

/// The sockets that listen, watched by the event loop.
///
/// Each has a number that the poller reports; numbers are not used again, so that an event for a
/// socket that was closed in the same turn is nobody's.
#[derive(Debug)]
pub(crate) struct Listeners {
    poller: Rc<OwnedFd>,
    /// The number from which on the poller's data are listeners.
    first: u64,
    opened: u64,
    open: Vec<(u64, Listener)>,
    log: Rc<Log>,
    clock: SystemClock,
    rests_until_ns: Option<u64>,
}

impl Listeners {
    pub(crate) fn new(poller: Rc<OwnedFd>, first: u64, log: Rc<Log>) -> Self {
        Self {
            poller,
            first,
            opened: 0,
            open: Vec::new(),
            log,
            clock: SystemClock::new(),
            rests_until_ns: None,
        }
    }

    /// Returns whether nobody can arrive.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Returns whether there is a socket of the kind, Unix or TCP.
    pub(crate) fn has(&self, unix: bool) -> bool {
        self.open.iter().any(|(_, listener)| listener.is_unix() == unix)
    }

    /// Listens on TCP as the settings say, and no longer as they said before.
    ///
    /// On failure, nothing listens on TCP. What could not be had is in the log.
    pub(crate) fn open_tcp(&mut self, config: &Config) -> Result<(), ()> {
        // First, since a new socket may want what an old one has.
        self.open.retain(|(_, listener)| listener.is_unix());
        if config.port == 0 {
            return Ok(());
        }
        for address in &config.bind.0 {
            let address = String::from_utf8_lossy(address);
            let (optional, address) = match address.strip_prefix('-') {
                Some(address) => (true, address),
                None => (false, &*address),
            };
            match Listener::tcp(address, config.port, options(config)) {
                Ok(listener) => self.watch(listener)?,
                Err(error) => {
                    let port = config.port;
                    self.log.warning(&format!(
                        "Warning: Could not create server TCP listening socket {address}:{port}: {error}"
                    ));
                    if !(error.is_unsupported() || (optional && error.is_missing_address())) {
                        self.open.retain(|(_, listener)| listener.is_unix());
                        return Err(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Listens on a Unix socket if the settings say so; fails with the reason.
    pub(crate) fn open_unix(&mut self, config: &Config) -> Result<(), String> {
        if config.unixsocket.is_empty() {
            return Ok(());
        }
        let access = Access { mode: config.unixsocketperm, group: group(&config.unixsocketgroup)? };
        let path = text::path(&config.unixsocket);
        let listener =
            Listener::unix(&path, access, options(config)).map_err(|error| error.to_string())?;
        self.watch(listener).map_err(|()| "it cannot be watched".to_owned())
    }

    fn watch(&mut self, listener: Listener) -> Result<(), ()> {
        let number = self.first + self.opened;
        let data = EventData::new_u64(number);
        epoll::add(&*self.poller, &listener.fd, data, EventFlags::IN).map_err(|error| {
            self.log.warning(&format!("Cannot watch a listening socket: {error}"));
        })?;
        self.opened += 1;
        self.open.push((number, listener));
        Ok(())
    }

    /// Accepts a client from the socket with this number, if one waits. What goes wrong is logged.
    pub(crate) fn accept(&mut self, number: u64, keepalive_s: u32) -> Option<(OwnedFd, Peer)> {
        let (_, listener) = self.open.iter().find(|(known, _)| *known == number)?;
        match listener.accept(keepalive_s) {
            Ok(accepted) => accepted,
            Err(error) => {
                let reason = text::reason(&error);
                self.log.warning(&format!("Accepting client connection: {reason}"));
                self.rest();
                None
            }
        }
    }

    /// Lets clients wait for a while.
    fn rest(&mut self) {
        self.rests_until_ns = Some(self.clock.mono_ns() + REST_NS);
        for (_, listener) in &self.open {
            // One that cannot be taken out just goes on.
            let _ = epoll::delete(&*self.poller, &listener.fd);
        }
    }

    /// Goes on after a rest; to be called once in a while.
    #[inline]
    pub(crate) fn wake(&mut self) {
        if self.rests_until_ns.is_some_and(|until| self.clock.mono_ns() >= until) {
            self.rests_until_ns = None;
            for (number, listener) in &self.open {
                let data = EventData::new_u64(*number);
                // It fails for one that was opened meanwhile, and is watched.
                let _ = epoll::add(&*self.poller, &listener.fd, data, EventFlags::IN);
            }
        }
    }

    /// Closes all of them.
    pub(crate) fn close(&mut self) {
        self.open.clear();
    }
}

fn options(config: &Config) -> Options {
    let backlog = i32::try_from(config.tcp_backlog).unwrap_or(i32::MAX);
    Options { backlog, mark: config.socket_mark_id }
}

/// Finds a group of users by its name or number.
fn group(name: &[u8]) -> Result<Option<Gid>, String> {
    if name.is_empty() {
        return Ok(None);
    }
    let name = String::from_utf8_lossy(name);
    let number = name.parse::<u32>().ok().or_else(|| {
        let groups = std::fs::read_to_string("/etc/group").ok()?;
        groups.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(&*name)).then(|| fields.nth(1)?.parse().ok())?
        })
    });
    let number = number.ok_or_else(|| format!("there is no group '{name}'"))?;
    Ok(Some(Gid::from_raw(number)))
}
