//! One connection of a load: what it may have in flight, what is to be sent, what is awaited.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;

use connector::TlsSession;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};

use super::LoadError;
use super::replies::ReplyCounter;
use super::tls;

/// Sent at a time, so that one connection with much to say does not hold up the others.
const SEND_MAX: usize = 64 * 1024;

/// When a connection asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pace {
    /// `window` requests at once, and the next as many when all are answered.
    Batches,
    /// Always `window` requests in flight: one more for each that is answered.
    Steady,
    /// At planned times, whether or not the server keeps up; only `window` bounds what is in
    /// flight, and a request that it holds back is sent as soon as there is room.
    Planned {
        /// The time of the first request.
        first_ns: u64,
        /// From one to the next.
        period_ns: u64,
    },
}

impl Pace {
    /// Returns whether requests have times of their own.
    pub(super) fn is_planned(&self) -> bool {
        matches!(self, Self::Planned { .. })
    }
}

/// A request in flight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    pub(super) kind: u16,
    pub(super) planned_ns: u64,
    pub(super) sent_ns: u64,
}

/// The kind of the requests with which a connection introduces itself.
pub(super) const INTRODUCTION: u16 = u16::MAX;

/// What became of an attempt to send.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sent {
    /// Nothing is left.
    All,
    /// As much as may be sent at a time.
    Piece,
    /// As much as the socket takes; it will tell when it takes more.
    Blocked,
}

/// A socket that stands or is about to, and who speaks on it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) socket: OwnedFd,
    pub(super) is_open: bool,
    pub(super) tls: Option<Box<TlsSession>>,
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) line: Line,
    pub(super) target: usize,
    pub(super) window: usize,
    pub(super) pace: Pace,
    /// When the next request is planned; meaningful under [`Pace::Planned`].
    pub(super) next_ns: u64,
    /// The script has no more requests for this connection.
    pub(super) is_done: bool,
    pub(super) in_flight: VecDeque<Ticket>,
    pub(super) replies: ReplyCounter,
    pub(super) out: Vec<u8>,
    sent: usize,
    /// The poller tells when the socket takes more.
    pub(super) awaits_room: bool,
}

impl Line {
    /// Returns whether requests can be sent at once.
    pub(super) fn is_ready(&self) -> bool {
        self.is_open && self.tls.as_ref().is_none_or(|session| !session.is_handshaking())
    }
}

impl Connection {
    pub(super) fn new(line: Line, target: usize, window: usize, pace: Pace) -> Self {
        Self {
            line,
            target,
            window,
            pace,
            next_ns: if let Pace::Planned { first_ns, .. } = pace { first_ns } else { 0 },
            is_done: false,
            in_flight: VecDeque::with_capacity(window.min(1024)),
            replies: ReplyCounter::default(),
            out: Vec::new(),
            sent: 0,
            awaits_room: false,
        }
    }

    /// Appends what every connection says first.
    pub(super) fn introduce(&mut self, requests: &[Vec<u8>]) {
        for request in requests {
            self.out.extend_from_slice(request);
            self.in_flight.push_back(Ticket { kind: INTRODUCTION, planned_ns: 0, sent_ns: 0 });
        }
    }

    /// Changes when the connection asks.
    pub(super) fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        self.next_ns = if let Pace::Planned { first_ns, .. } = pace { first_ns } else { 0 };
    }

    /// Has the requests that waited for the connection to stand begin now, unless they have a plan.
    pub(super) fn begin(&mut self, now: u64) {
        if !self.pace.is_planned() {
            for ticket in &mut self.in_flight {
                (ticket.planned_ns, ticket.sent_ns) = (now, now);
            }
        }
    }

    /// Continues on another socket, with what is to be sent.
    pub(super) fn replace(&mut self, line: Line, introduction: &[Vec<u8>]) {
        let requests = std::mem::take(&mut self.out);
        let tickets = std::mem::take(&mut self.in_flight);
        self.line = line;
        self.replies = ReplyCounter::default();
        self.introduce(introduction);
        self.out.extend_from_slice(&requests);
        self.in_flight.extend(tickets);
    }

    /// Returns whether one more request may be in flight.
    pub(super) fn has_room(&self) -> bool {
        self.in_flight.len() < self.window
    }

    /// Returns whether a steady connection has made more requests than it can send at a time.
    pub(super) fn is_behind(&self) -> bool {
        self.pace == Pace::Steady && self.out.len() - self.sent >= SEND_MAX
    }

    /// Returns whether more requests should be in flight than are, whatever the replies.
    pub(super) fn wants_more(&self) -> bool {
        self.pace == Pace::Steady && self.has_room() && !self.is_done
    }

    /// Receives some bytes, if there are any; a connection that has ended is an error.
    #[inline]
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> Result<Option<usize>, LoadError> {
        if let Some(session) = &mut self.line.tls {
            return tls::receive(session, &self.line.socket, buffer);
        }
        match rustix::net::recv(&self.line.socket, buffer, RecvFlags::DONTWAIT) {
            Ok((0, _)) => Err(LoadError::Closed),
            Ok((count, _)) => Ok(Some(count)),
            Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends some of what waits.
    #[inline]
    pub(super) fn send(&mut self) -> Result<Sent, LoadError> {
        let waiting = &self.out[self.sent..];
        let piece = &waiting[..waiting.len().min(SEND_MAX)];
        let mut is_blocked = false;
        if let Some(session) = &mut self.line.tls {
            // An empty piece is fine: the session may have something to say itself.
            let (count, has_room) = tls::send(session, &self.line.socket, piece)?;
            self.sent += count;
            is_blocked = !has_room;
        } else if !piece.is_empty() {
            let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
            match rustix::net::send(&self.line.socket, piece, flags) {
                Ok(count) => {
                    is_blocked = count < piece.len();
                    self.sent += count;
                }
                Err(Errno::AGAIN | Errno::INTR) => is_blocked = true,
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(LoadError::Closed),
                Err(error) => return Err(error.into()),
            }
        }
        if self.sent == self.out.len() {
            self.out.clear();
            self.sent = 0;
        } else if self.sent > self.out.len() / 2 {
            // Less is moved than was sent, so a long queue is not moved again and again.
            self.out.drain(..self.sent);
            self.sent = 0;
        }
        Ok(match self.out.is_empty() {
            _ if is_blocked => Sent::Blocked,
            true => Sent::All,
            false => Sent::Piece,
        })
    }
}
