//! Wakes the event loop from another thread, or from a signal handler: one byte through a socket.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

/// The end that the event loop watches.
#[derive(Debug)]
pub(crate) struct Wake {
    here: UnixStream,
    there: UnixStream,
}

impl Wake {
    pub(crate) fn new() -> io::Result<Self> {
        let (here, there) = UnixStream::pair()?;
        here.set_nonblocking(true)?;
        there.set_nonblocking(true)?;
        Ok(Self { here, there })
    }

    /// Returns what becomes readable.
    pub(crate) fn readable(&self) -> &UnixStream {
        &self.here
    }

    /// Returns an end that wakes the loop when a byte is written to it.
    pub(crate) fn waker(&self) -> io::Result<Waker> {
        Ok(Waker(self.there.try_clone()?))
    }

    /// Takes note that the loop is awake.
    pub(crate) fn clear(&self) {
        let mut bytes = [0; 64];
        while (&self.here).read(&mut bytes).is_ok_and(|read| read == bytes.len()) {}
    }
}

/// An end that wakes the loop.
#[derive(Debug)]
pub(crate) struct Waker(UnixStream);

impl Waker {
    /// Wakes the loop.
    pub(crate) fn wake(&self) {
        // When no byte fits, there are enough of them to wake it.
        let _ = (&self.0).write(&[0]);
    }

    /// Returns the socket itself.
    pub(crate) fn into_stream(self) -> UnixStream {
        self.0
    }
}
