//! The load generator: one thread, many connections, as little work per request as possible.
//!
//! An [`Engine`] owns connections, each with its [`Pace`], and knows nothing of what is asked: a
//! [`Script`] writes the requests and is told of the replies. Time is read once per chunk
//! received and once per batch sent, requests are copied from templates into one buffer per batch, replies are counted and
//! not decoded. A request costs the engine 60 ns or so beside the kernel, where the fastest server
//! spends 100 ns on answering it, so that the server stays the bottleneck.
//!
//! A turn has two halves: first everything is received, then everything is sent. A server that is
//! waiting is so woken by a turn once and not by each of its requests, which costs both sides less.
//! The clock is read anew for what is sent, so a latency is the server's and not the turn's.
//!
//! Closed and open loops live side by side: in one engine some connections may keep the server
//! busy while another asks on schedule and measures from the planned time. The thread's own
//! hesitation is an error of such a measurement; [`Engine::longest_turn_ns`] is its bound.
//!
//! Latency has two beginnings. `planned_ns` is when a request should have been sent, `sent_ns` when
//! it was. A client that waits for a slow reply falls behind its plan, and only the first one
//! shows that (the second is known as coordinated omission). Without a plan both are the same.

mod connection;
mod replies;
mod target;
mod tls;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::os::fd::OwnedFd;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::sockopt::socket_error;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use stdx::clock::{Clock, SystemClock};

pub use self::connection::Pace;
use self::connection::{Connection, INTRODUCTION, Line, Sent, Ticket};
pub use self::replies::{NotResp, Outcome, ReplyCounter};
pub use self::target::Target;

/// Received from a connection at a time.
const RECEIVE: usize = 64 * 1024;
/// The same if some connection asks on schedule: a turn must be short then.
const RECEIVE_SHORT: usize = 16 * 1024;
/// Events taken from the poller at a time.
const EVENTS: usize = 256;
/// The poller's name for the timer; connections have their index.
const TIMER: u64 = u64::MAX;

/// What is asked, and what becomes of the answers.
pub trait Script {
    /// Appends the connection's next request, and returns its kind (whatever the script means by
    /// that, below `u16::MAX`); or returns none if there is nothing more to ask.
    fn request(&mut self, connection: usize, out: &mut Vec<u8>) -> Option<u16>;

    /// Takes note of an answer.
    fn reply(&mut self, reply: &Reply<'_>);
}

/// An answer to a request.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// On which connection it came.
    pub connection: usize,
    /// The kind of the request.
    pub kind: u16,
    /// When the request should have been sent.
    pub planned_ns: u64,
    /// When it was sent.
    pub sent_ns: u64,
    /// When the reply was there.
    pub now_ns: u64,
    /// Whether it is an error.
    pub outcome: Outcome<'a>,
}

/// Asks nothing.
struct Silence;

impl Script for Silence {
    fn request(&mut self, _: usize, _: &mut Vec<u8>) -> Option<u16> {
        None
    }

    fn reply(&mut self, _: &Reply<'_>) {}
}

/// Why a load cannot go on.
#[derive(Debug)]
pub enum LoadError {
    /// A connection could not be made.
    Connect(Target, Errno),
    /// Sending or receiving failed.
    Io(Errno),
    /// The server closed a connection.
    Closed,
    /// The server refused a connection, or what it introduced itself with.
    Refused(Vec<u8>),
    /// The server does not speak RESP.
    Protocol(NotResp),
    /// The two sides do not agree on TLS.
    Tls(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(target, error) => {
                write!(f, "Could not connect to Redis at {target}: {}", reason(*error))
            }
            Self::Io(error) => write!(f, "Error: {}", reason(*error)),
            Self::Closed => f.write_str("Error: Server closed the connection"),
            Self::Refused(text) => {
                write!(f, "Error from server: {}", String::from_utf8_lossy(text))
            }
            Self::Tls(reason) => write!(f, "Error: TLS: {reason}"),
            Self::Protocol(error) => {
                write!(f, "Error: no reply but {:?}", String::from_utf8_lossy(&error.found))
            }
        }
    }
}

impl std::error::Error for LoadError {}

impl From<Errno> for LoadError {
    fn from(error: Errno) -> Self {
        Self::Io(error)
    }
}

fn reason(error: Errno) -> String {
    connector::reason(&error.into())
}

/// A load on one thread.
pub struct Engine {
    poller: OwnedFd,
    timer: OwnedFd,
    /// When the timer goes off; zero if it does not.
    armed_ns: u64,
    clock: SystemClock,
    targets: Vec<Target>,
    /// Said first on every connection.
    introduction: Vec<Vec<u8>>,
    /// Whether each batch gets a connection of its own.
    reconnects: bool,
    connections: Vec<Connection>,
    /// Connections with a planned request that nothing but the time holds back.
    planned: BinaryHeap<Reverse<(u64, usize)>>,
    in_flight: usize,
    receive: usize,
    buffer: Box<[u8]>,
    events: Vec<Event>,
    /// Connections that have, or may have, something to send at the end of the turn.
    served: Vec<usize>,
    longest_turn_ns: u64,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("targets", &self.targets)
            .field("connections", &self.connections.len())
            .field("in_flight", &self.in_flight)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Creates an engine without connections. `introduction` is sent first on each: encoded
    /// requests, say for authentication, whose replies must not be errors.
    pub fn new(targets: Vec<Target>, introduction: Vec<Vec<u8>>) -> Result<Self, LoadError> {
        let poller = epoll::create(CreateFlags::CLOEXEC)?;
        let timer = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK,
        )?;
        // Edge-triggered, so that nobody has to read the timer.
        let flags = EventFlags::IN | EventFlags::ET;
        epoll::add(&poller, &timer, EventData::new_u64(TIMER), flags)?;
        Ok(Self {
            poller,
            timer,
            armed_ns: 0,
            clock: SystemClock::new(),
            targets,
            introduction,
            reconnects: false,
            connections: Vec::new(),
            planned: BinaryHeap::new(),
            in_flight: 0,
            receive: RECEIVE,
            buffer: vec![0; RECEIVE].into_boxed_slice(),
            events: Vec::with_capacity(EVENTS),
            served: Vec::with_capacity(EVENTS),
            longest_turn_ns: 0,
        })
    }

    /// Has each batch sent on a new connection.
    pub fn set_reconnects(&mut self, reconnects: bool) {
        self.reconnects = reconnects;
    }

    /// Opens a connection to the target with that number, and returns the connection's index.
    pub fn connect(
        &mut self,
        target: usize,
        window: usize,
        pace: Pace,
    ) -> Result<usize, LoadError> {
        let index = self.connections.len();
        let mut connection = Connection::new(self.open(target)?, target, window.max(1), pace);
        connection.introduce(&self.introduction);
        self.in_flight += self.introduction.len();
        watch(&self.poller, &mut connection, index)?;
        self.connections.push(connection);
        if pace.is_planned() {
            self.receive = RECEIVE_SHORT;
        }
        Ok(index)
    }

    /// Changes when a connection asks.
    pub fn set_pace(&mut self, connection: usize, pace: Pace) {
        self.connections[connection].set_pace(pace);
        if pace.is_planned() {
            self.receive = RECEIVE_SHORT;
        }
    }

    /// Waits until all connections stand and have introduced themselves, so that none of that is
    /// part of what is measured afterwards.
    pub fn establish(&mut self) -> Result<(), LoadError> {
        for index in 0..self.connections.len() {
            self.send(index)?;
        }
        while self.in_flight > 0
            || self.connections.iter().any(|connection| !connection.line.is_ready())
        {
            self.wait()?;
            self.serve_all(&mut Silence)?;
        }
        Ok(())
    }

    fn open(&self, target: usize) -> Result<Line, LoadError> {
        let target = &self.targets[target];
        let (socket, is_open) =
            target.open().map_err(|error| LoadError::Connect(target.clone(), error))?;
        let tls = target.session().map_err(|error| LoadError::Tls(error.to_string()))?;
        Ok(Line { socket, is_open, tls: tls.map(Box::new) })
    }

    /// Returns the time by the engine's clock.
    pub fn now_ns(&self) -> u64 {
        self.clock.mono_ns()
    }

    /// Returns the longest time that the engine spent between two looks at its sockets since this
    /// was last asked.
    pub fn take_longest_turn_ns(&mut self) -> u64 {
        std::mem::take(&mut self.longest_turn_ns)
    }

    /// Works until the given time, or until there is nothing left to do: the script has no more
    /// requests and all are answered. Returns whether something is left.
    pub fn run(
        &mut self,
        script: &mut impl Script,
        until_ns: Option<u64>,
    ) -> Result<bool, LoadError> {
        self.work(script, until_ns, false)
    }

    /// Does nothing until the given time but notice what the server says or does unasked.
    pub fn idle(&mut self, until_ns: u64) -> Result<(), LoadError> {
        self.work(&mut Silence, Some(until_ns), true).map(|_| ())
    }

    fn work(
        &mut self,
        script: &mut impl Script,
        until_ns: Option<u64>,
        lingers: bool,
    ) -> Result<bool, LoadError> {
        self.start(script)?;
        let mut turn_began = 0;
        loop {
            let now = self.clock.mono_ns();
            self.ask_as_planned(script, now)?;
            if until_ns.is_some_and(|until| now >= until) {
                return Ok(true);
            }
            if self.in_flight == 0 && self.planned.is_empty() && !lingers {
                return Ok(false);
            }
            self.arm(until_ns)?;
            if turn_began != 0 {
                self.longest_turn_ns = self.longest_turn_ns.max(self.clock.mono_ns() - turn_began);
            }
            self.wait()?;
            turn_began = self.clock.mono_ns();
            self.serve_all(script)?;
        }
    }

    /// Deals with what the poller has found.
    fn serve_all(&mut self, script: &mut impl Script) -> Result<(), LoadError> {
        let mut events = std::mem::take(&mut self.events);
        for event in &events {
            let (data, flags) = (event.data.u64(), event.flags);
            if data == TIMER {
                self.armed_ns = 0;
            } else {
                self.serve(data as usize, flags, script)?;
            }
        }
        events.clear();
        self.events = events;
        let mut served = std::mem::take(&mut self.served);
        for index in served.drain(..) {
            self.ask_again(index, script)?;
            self.send(index)?;
        }
        self.served = served;
        Ok(())
    }

    /// Has every connection ask that could: those that just connected, and those whose script has
    /// changed its mind since it had nothing to ask.
    fn start(&mut self, script: &mut impl Script) -> Result<(), LoadError> {
        let now = self.clock.mono_ns();
        self.planned.clear();
        for index in 0..self.connections.len() {
            self.connections[index].is_done = false;
            match self.connections[index].pace {
                Pace::Planned { .. } => self.plan(index),
                Pace::Batches | Pace::Steady => self.ask(index, now, script),
            }
            self.send(index)?;
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<(), LoadError> {
        match epoll::wait(&self.poller, spare_capacity(&mut self.events), None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn serve(
        &mut self,
        index: usize,
        flags: EventFlags,
        script: &mut impl Script,
    ) -> Result<(), LoadError> {
        if !self.connections[index].line.is_open {
            let connection = &mut self.connections[index];
            if let Err(error) = socket_error(&connection.line.socket)? {
                return Err(LoadError::Connect(self.targets[connection.target].clone(), error));
            }
            connection.line.is_open = true;
            connection.begin(self.clock.mono_ns());
        }
        if flags.intersects(EventFlags::IN | EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR)
        {
            self.receive(index, script)?;
        }
        self.served.push(index);
        Ok(())
    }

    /// Receives what there is, but no more than may be dealt with at a time.
    fn receive(&mut self, index: usize, script: &mut impl Script) -> Result<(), LoadError> {
        let connection = &mut self.connections[index];
        let awaited = connection.in_flight.len();
        while let Some(count) = connection.receive(&mut self.buffer[..self.receive])? {
            let now = self.clock.mono_ns();
            digest(connection, index, &self.buffer[..count], now, script)?;
            if connection.line.tls.is_none() {
                if count == self.receive {
                    rearm(&self.poller, connection, index)?;
                }
                break;
            }
        }
        self.in_flight -= awaited - connection.in_flight.len();
        // One that was held up goes on.
        if connection.pace.is_planned() && awaited >= connection.window {
            self.plan(index);
        }
        Ok(())
    }

    /// Has a connection ask what it may after it was served.
    fn ask_again(&mut self, index: usize, script: &mut impl Script) -> Result<(), LoadError> {
        let connection = &self.connections[index];
        let may_ask = match connection.pace {
            Pace::Batches => connection.in_flight.is_empty() && !connection.is_done,
            Pace::Steady => connection.wants_more(),
            Pace::Planned { .. } => false,
        };
        if !may_ask {
            return Ok(());
        }
        let now = self.clock.mono_ns();
        if connection.pace == Pace::Batches && self.reconnects {
            return self.reconnect(index, now, script);
        }
        self.ask(index, now, script);
        Ok(())
    }

    /// Fills a connection's window; a steady one's no faster than the socket takes it, lest a turn
    /// become long.
    fn ask(&mut self, index: usize, now: u64, script: &mut impl Script) {
        let connection = &mut self.connections[index];
        if connection.pace == Pace::Batches && !only_introductions(connection) {
            return;
        }
        // Introductions are not part of the first batch, though they travel with it.
        let introductions = match connection.pace {
            Pace::Batches => connection.in_flight.len(),
            _ => 0,
        };
        let window = connection.window + introductions;
        while connection.in_flight.len() < window && !connection.is_done && !connection.is_behind()
        {
            match script.request(index, &mut connection.out) {
                Some(kind) => {
                    let ticket = Ticket { kind, planned_ns: now, sent_ns: now };
                    connection.in_flight.push_back(ticket);
                    self.in_flight += 1;
                }
                None => connection.is_done = true,
            }
        }
    }

    /// Puts a connection among those that wait for their time, if it has room.
    fn plan(&mut self, index: usize) {
        let connection = &self.connections[index];
        if !connection.is_done && connection.has_room() {
            self.planned.push(Reverse((connection.next_ns, index)));
        }
    }

    /// Sends the requests whose time has come.
    fn ask_as_planned(&mut self, script: &mut impl Script, now: u64) -> Result<(), LoadError> {
        while let Some(Reverse((planned_ns, index))) = self.planned.peek().copied() {
            if planned_ns > now {
                break;
            }
            self.planned.pop();
            let connection = &mut self.connections[index];
            let Pace::Planned { period_ns, .. } = connection.pace else {
                continue;
            };
            match script.request(index, &mut connection.out) {
                Some(kind) => {
                    connection.in_flight.push_back(Ticket { kind, planned_ns, sent_ns: now });
                    self.in_flight += 1;
                    connection.next_ns = planned_ns + period_ns;
                    self.plan(index);
                    self.send(index)?;
                }
                None => connection.is_done = true,
            }
        }
        Ok(())
    }

    fn send(&mut self, index: usize) -> Result<(), LoadError> {
        let connection = &mut self.connections[index];
        if !connection.line.is_open {
            return Ok(());
        }
        let awaits_room = match connection.send()? {
            Sent::All => connection.wants_more(),
            Sent::Piece | Sent::Blocked => true,
        };
        if awaits_room || connection.awaits_room {
            connection.awaits_room = awaits_room;
            return rearm(&self.poller, connection, index);
        }
        Ok(())
    }

    /// Gives the next batch, if there is one, a new connection.
    fn reconnect(
        &mut self,
        index: usize,
        now: u64,
        script: &mut impl Script,
    ) -> Result<(), LoadError> {
        self.ask(index, now, script);
        if self.connections[index].in_flight.is_empty() {
            return Ok(());
        }
        let line = self.open(self.connections[index].target)?;
        let connection = &mut self.connections[index];
        connection.replace(line, &self.introduction);
        self.in_flight += self.introduction.len();
        watch(&self.poller, connection, index)
    }

    /// Sets the timer for the next thing that is to be done at a time.
    fn arm(&mut self, until_ns: Option<u64>) -> Result<(), LoadError> {
        let next = self.planned.peek().map(|Reverse((planned_ns, _))| *planned_ns);
        let Some(at) = next.into_iter().chain(until_ns).min() else {
            return Ok(());
        };
        if at == self.armed_ns {
            return Ok(());
        }
        self.armed_ns = at;
        let it_value = Timespec {
            tv_sec: (at / 1_000_000_000) as i64,
            // Zero would disarm the timer.
            tv_nsec: ((at % 1_000_000_000) as i64).max(1),
        };
        let it_interval = Timespec { tv_sec: 0, tv_nsec: 0 };
        let value = Itimerspec { it_interval, it_value };
        timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &value)?;
        Ok(())
    }
}

/// Takes note of the replies in some bytes that were received.
#[inline]
fn digest(
    connection: &mut Connection,
    index: usize,
    bytes: &[u8],
    now_ns: u64,
    script: &mut impl Script,
) -> Result<(), LoadError> {
    let (replies, in_flight) = (&mut connection.replies, &mut connection.in_flight);
    let mut refusal = None;
    let counted = replies.feed(bytes, |outcome| {
        let ticket = in_flight.pop_front().filter(|ticket| ticket.kind != INTRODUCTION);
        let Some(Ticket { kind, planned_ns, sent_ns }) = ticket else {
            // A server that is full says so without being asked.
            if let Outcome::Error(text) = outcome {
                refusal = Some(text.to_vec());
            }
            return;
        };
        script.reply(&Reply { connection: index, kind, planned_ns, sent_ns, now_ns, outcome });
    });
    counted.map_err(LoadError::Protocol)?;
    refusal.map_or(Ok(()), |text| Err(LoadError::Refused(text)))
}

/// What the poller tells of a connection, and only when it is new: looking again at each socket
/// that had something to say would cost as much as the rest of polling.
fn interest(connection: &Connection) -> EventFlags {
    let always = EventFlags::IN | EventFlags::RDHUP | EventFlags::ET;
    if connection.awaits_room { always | EventFlags::OUT } else { always }
}

fn watch(poller: &OwnedFd, connection: &mut Connection, index: usize) -> Result<(), LoadError> {
    connection.awaits_room = !connection.line.is_open;
    let (data, flags) = (EventData::new_u64(index as u64), interest(connection));
    Ok(epoll::add(poller, &connection.line.socket, data, flags)?)
}

/// Has the poller tell what is of interest now, and again what is no news: there may be more to
/// receive or to send than is dealt with at a time.
fn rearm(poller: &OwnedFd, connection: &Connection, index: usize) -> Result<(), LoadError> {
    let (data, flags) = (EventData::new_u64(index as u64), interest(connection));
    Ok(epoll::modify(poller, &connection.line.socket, data, flags)?)
}

fn only_introductions(connection: &Connection) -> bool {
    connection.in_flight.iter().all(|ticket| ticket.kind == INTRODUCTION)
}
