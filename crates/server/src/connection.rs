//! One socket of a client: bytes in, bytes out.

#![expect(
    unsafe_code,
    reason = "bytes received straight into a value's allocation are counted by us"
)]

use std::io::IoSlice;
use std::os::fd::OwnedFd;

use node::{Node, Token};
use resp::output::Output;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};

/// Bytes sent to one client before others get their turn.
const TURN_BYTES: usize = 1 << 20;

/// Pieces of output handed to the kernel at once.
const PIECES: usize = 32;

/// How the connection is after reading or writing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Open, and there may be more to do.
    Open,
    /// Open; the kernel takes no more output for now.
    Full,
    /// Ended by the other side, or broken.
    Gone,
}

/// One socket.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) fd: OwnedFd,
    /// Whether the poller tells us when the kernel takes output again.
    pub(crate) wants_write: bool,
}

impl Connection {
    /// Receives once and has the node run what came.
    pub(crate) fn receive(&self, node: &mut Node, token: Token, buffer: &mut [u8]) -> State {
        if let Some((blob, missing)) = node.clients[token].big_argument() {
            let room = blob.spare_mut();
            let wanted = room.len().min(missing);
            let received =
                match rustix::net::recv(&self.fd, &mut room[..wanted], RecvFlags::empty()) {
                    Ok((filled, _)) => filled.0.len(),
                    Err(error) => return failed(error),
                };
            if received == 0 {
                return State::Gone;
            }
            // SAFETY: the kernel has just written that many bytes there.
            unsafe { blob.advance(received) };
            node.receive_big(token, received);
            return State::Open;
        }
        match rustix::net::recv(&self.fd, &mut *buffer, RecvFlags::empty()) {
            Ok((_, 0)) => State::Gone,
            Ok((_, received)) => {
                node.receive(token, &buffer[..received]);
                State::Open
            }
            Err(error) => failed(error),
        }
    }

    /// Sends what waits, as far as the kernel takes it.
    pub(crate) fn send(&self, node: &mut Node, token: Token) -> State {
        let mut total = 0;
        while total < TURN_BYTES {
            match self.send_some(&node.clients[token].output) {
                Ok(0) => return State::Open,
                Ok(bytes) => {
                    node.sent(token, bytes);
                    total += bytes;
                }
                Err(Errno::INTR) => (),
                Err(Errno::AGAIN) => return State::Full,
                Err(_) => return State::Gone,
            }
        }
        if node.clients[token].output.is_empty() { State::Open } else { State::Full }
    }

    /// Hands output to the kernel once; returns how many bytes it took, zero when nothing waits.
    fn send_some(&self, output: &Output) -> rustix::io::Result<usize> {
        let mut pieces = output.pieces();
        let Some(first) = pieces.next() else { return Ok(0) };
        let Some(second) = pieces.next() else {
            return rustix::net::send(&self.fd, first, SendFlags::NOSIGNAL);
        };
        let all: Vec<IoSlice<'_>> =
            [first, second].into_iter().chain(pieces).take(PIECES).map(IoSlice::new).collect();
        rustix::io::writev(&self.fd, &all)
    }
}

fn failed(error: Errno) -> State {
    if matches!(error, Errno::AGAIN | Errno::INTR) { State::Open } else { State::Gone }
}
