//! The event loop: waits for sockets, has the node work, and does what it asks for.
//!
//! One turn of the loop: wait; accept and receive; let clients that have requests left go on; run the node's timers; send. Receiving from one client is bounded in bytes and the node bounds its time, so that a client that sends without end cannot hold up one that asks once in a while.

use std::cell::RefCell;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;

use node::{Action, Node, Peer, Token};
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

use crate::connection::{Connection, State};
use crate::listeners::Listeners;
use crate::log::Log;

/// Bytes received from one client at a time.
const RECEIVE: usize = 32 * 1024;

/// Connections accepted from one listener before those who are connected get their turn.
const ACCEPT: usize = 128;

/// Sockets looked at in one turn.
const EVENTS: usize = 256;

/// Numbers from this on in the poller's data are listeners; the last one is the wake-up.
const LISTENERS: u64 = 1 << 40;
const WAKE: u64 = 1 << 63;

/// The event loop.
pub(crate) struct Reactor {
    poller: Rc<OwnedFd>,
    /// Shared with who opens and closes them when settings change.
    listeners: Rc<RefCell<Listeners>>,
    connections: Vec<Option<Connection>>,
    buffer: Box<[u8]>,
}

/// What the loop cannot do itself.
pub(crate) trait Host {
    /// Does what the node asks for, apart from closing connections.
    fn act(&mut self, action: Action);
    /// Reads what woke the loop; called when the wake-up descriptor is readable.
    fn woken(&mut self, node: &mut Node);
    /// Returns whether the loop is to end.
    fn is_over(&self) -> bool;
}

impl Reactor {
    /// Returns a loop that listens nowhere yet, and wakes up when `wake` is readable.
    pub(crate) fn new(wake: impl AsFd, log: &Rc<Log>) -> std::io::Result<Self> {
        let poller = Rc::new(epoll::create(CreateFlags::CLOEXEC)?);
        epoll::add(&*poller, wake, EventData::new_u64(WAKE), EventFlags::IN)?;
        let listeners = Listeners::new(Rc::clone(&poller), LISTENERS, Rc::clone(log));
        Ok(Self {
            poller,
            listeners: Rc::new(RefCell::new(listeners)),
            connections: Vec::new(),
            buffer: vec![0; RECEIVE].into_boxed_slice(),
        })
    }

    /// Returns the sockets on which clients arrive.
    pub(crate) fn listeners(&self) -> Rc<RefCell<Listeners>> {
        Rc::clone(&self.listeners)
    }

    /// Runs the loop until the host says that it is over.
    pub(crate) fn run(&mut self, node: &mut Node, host: &mut impl Host) -> std::io::Result<()> {
        let mut events: Vec<Event> = Vec::with_capacity(EVENTS);
        while !host.is_over() {
            let wait_ms = if node.has_leftovers() { 0 } else { node.wait_ms() };
            let timeout = Timespec {
                tv_sec: (wait_ms / 1000) as i64,
                tv_nsec: (wait_ms % 1000 * 1_000_000) as i64,
            };
            events.clear();
            match epoll::wait(
                &*self.poller,
                rustix::buffer::spare_capacity(&mut events),
                Some(&timeout),
            ) {
                Ok(_) | Err(rustix::io::Errno::INTR) => (),
                Err(error) => return Err(error.into()),
            }
            node.begin_cycle();
            let resumed = node.has_leftovers();
            for event in &events {
                self.serve(node, host, event.data.u64(), event.flags);
            }
            self.listeners.borrow_mut().wake();
            if resumed {
                node.resume();
            }
            node.run_timers();
            self.flush(node);
            for action in node.take_actions() {
                self.act(node, host, action);
            }
            // Actions may have left something to say.
            self.flush(node);
            node.end_cycle();
        }
        Ok(())
    }

    fn serve(&mut self, node: &mut Node, host: &mut impl Host, data: u64, flags: EventFlags) {
        if data == WAKE {
            host.woken(node);
        } else if data >= LISTENERS {
            self.accept(node, data);
        } else {
            let token = Token(data as u32);
            if flags.intersects(EventFlags::OUT) {
                self.send(node, token);
            }
            if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
                self.receive(node, token);
            }
        }
    }

    fn accept(&mut self, node: &mut Node, listener: u64) {
        for _ in 0..ACCEPT {
            // Not borrowed any longer when the node is told, which may want other listeners.
            let accepted = self.listeners.borrow_mut().accept(listener, node.config.tcp_keepalive);
            let Some((fd, peer)) = accepted else { return };
            self.connect(node, fd, peer);
        }
    }

    fn connect(&mut self, node: &mut Node, fd: OwnedFd, peer: Peer) {
        let token = match node.connect(peer) {
            Ok(token) => token,
            Err(line) => {
                // The other side may not be there to read it.
                let _ = rustix::net::send(&fd, line.as_bytes(), rustix::net::SendFlags::NOSIGNAL);
                return;
            }
        };
        let data = EventData::new_u64(u64::from(token.0));
        if let Err(error) = epoll::add(&*self.poller, &fd, data, EventFlags::IN) {
            node.log_warning(format!("Watching a client's socket: {error}"));
            node.disconnected(token);
            return;
        }
        let place = token.0 as usize;
        if self.connections.len() <= place {
            self.connections.resize_with(place + 1, || None);
        }
        self.connections[place] = Some(Connection { fd, wants_write: false });
    }

    fn receive(&mut self, node: &mut Node, token: Token) {
        let Some(Some(connection)) = self.connections.get(token.0 as usize) else { return };
        if node.is_postponed(token) {
            return;
        }
        if connection.receive(node, token, &mut self.buffer) == State::Gone {
            self.end(node, token);
        }
    }

    fn send(&mut self, node: &mut Node, token: Token) {
        let Some(Some(connection)) = self.connections.get_mut(token.0 as usize) else { return };
        if node.clients.get(token).is_none() {
            return;
        }
        let state = connection.send(node, token);
        let full = state == State::Full;
        if full != connection.wants_write && state != State::Gone {
            connection.wants_write = full;
            let flags = if full { EventFlags::IN | EventFlags::OUT } else { EventFlags::IN };
            let data = EventData::new_u64(u64::from(token.0));
            if epoll::modify(&*self.poller, &connection.fd, data, flags).is_err() {
                self.end(node, token);
                return;
            }
        }
        if state == State::Gone || (!full && node.is_finished(token)) {
            self.end(node, token);
        }
    }

    fn flush(&mut self, node: &mut Node) {
        loop {
            let queue = node.take_write_queue();
            if queue.is_empty() {
                return;
            }
            for token in queue {
                self.send(node, token);
            }
        }
    }

    /// Closes a socket and has the node forget the client.
    fn end(&mut self, node: &mut Node, token: Token) {
        if let Some(place) = self.connections.get_mut(token.0 as usize) {
            *place = None;
        }
        node.disconnected(token);
    }

    fn act(&mut self, node: &mut Node, host: &mut impl Host, action: Action) {
        match action {
            Action::Close(token) => self.end(node, token),
            other => host.act(other),
        }
    }
}
