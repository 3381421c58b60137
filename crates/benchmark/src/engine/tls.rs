//! TLS on a socket that does not block.
//!
//! The session has buffers of its own on both sides, so bytes may wait in it while the poller
//! knows only of those in the socket. Hence [`receive`] is to be called until it has nothing, and
//! [`send`] takes new bytes only when the old ones are gone.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;

use connector::TlsSession;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};

use super::LoadError;

/// A socket as the session wants it.
struct Pipe<'a>(&'a OwnedFd);

impl Read for Pipe<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::net::recv(self.0, buf, RecvFlags::DONTWAIT)?.0)
    }
}

impl Write for Pipe<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(self.0, buf, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Receives some bytes, if there are any.
pub(super) fn receive(
    session: &mut TlsSession,
    socket: &OwnedFd,
    buffer: &mut [u8],
) -> Result<Option<usize>, LoadError> {
    loop {
        match session.reader().read(buffer) {
            Ok(0) => return Err(LoadError::Closed),
            Ok(count) => return Ok(Some(count)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => (),
            // The server has closed the connection without taking leave.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                return Err(LoadError::Closed);
            }
            Err(error) => return Err(failed(&error)),
        }
        match session.read_tls(&mut Pipe(socket)) {
            Ok(0) => return Err(LoadError::Closed),
            Ok(_) => session.process_new_packets().map(drop).map_err(|error| failed(&error))?,
            Err(error) if is_later(&error) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        }
    }
}

/// Takes some bytes and sends them. Returns how many were taken, and whether the socket has room.
pub(super) fn send(
    session: &mut TlsSession,
    socket: &OwnedFd,
    bytes: &[u8],
) -> Result<(usize, bool), LoadError> {
    if !flush(session, socket)? {
        return Ok((0, false));
    }
    // Before the handshake is over the session keeps them, to a certain amount.
    let taken = session.writer().write(bytes).map_err(|error| failed(&error))?;
    let has_room = flush(session, socket)?;
    // What was not taken goes when the peer has answered or the socket has sent.
    Ok((taken, has_room && (taken == bytes.len() || !session.is_handshaking())))
}

/// Sends what the session has to say; returns whether that is all gone.
fn flush(session: &mut TlsSession, socket: &OwnedFd) -> Result<bool, LoadError> {
    while session.wants_write() {
        match session.write_tls(&mut Pipe(socket)) {
            Ok(_) => (),
            Err(error) if is_later(&error) => return Ok(false),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Err(LoadError::Closed),
            Err(error) => return Err(failed(&error)),
        }
    }
    Ok(true)
}

fn is_later(error: &io::Error) -> bool {
    let later = [Errno::AGAIN, Errno::INTR].map(Errno::raw_os_error);
    error.raw_os_error().is_some_and(|code| later.contains(&code))
}

fn failed(error: &dyn std::error::Error) -> LoadError {
    LoadError::Tls(error.to_string())
}
