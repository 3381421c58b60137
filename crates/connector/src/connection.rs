//! Requests out, replies in.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use resp::decode::{Decoder, Limits};
use resp::value::Value;

use crate::address::{Address, Family};
use crate::error::Error;
use crate::stream::{Stream, Timeouts};
use crate::tls::TlsOptions;

/// What is read from the socket at a time.
const READ_SIZE: usize = 64 << 10;
/// Pushes kept while nobody asks for them; the oldest go first.
const PUSHES_MAX: usize = 10_000;

/// A connection to a server.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    decoder: Decoder,
    out: Vec<u8>,
    pushes: VecDeque<Value>,
    read_buf: Box<[u8]>,
}

impl Connection {
    /// Connects.
    pub fn connect(address: &Address, family: Family, timeouts: Timeouts) -> Result<Self, Error> {
        let stream = Stream::connect(address, family, timeouts).map_err(Error::Connect)?;
        Ok(Self::over(stream))
    }

    /// Connects over TLS. Without the feature `tls` this fails.
    pub fn connect_tls(
        address: &Address,
        family: Family,
        timeouts: Timeouts,
        options: &TlsOptions,
    ) -> Result<Self, Error> {
        let stream = Stream::connect(address, family, timeouts).map_err(Error::Connect)?;
        let name = match address {
            Address::Tcp { host, .. } => host.as_str(),
            Address::Unix(_) => "localhost",
        };
        Ok(Self::over(stream.secure(name, options, timeouts).map_err(Error::Connect)?))
    }

    fn over(stream: Stream) -> Self {
        Self {
            stream,
            decoder: Decoder::new(Limits::default()),
            out: Vec::new(),
            pushes: VecDeque::new(),
            read_buf: vec![0; READ_SIZE].into_boxed_slice(),
        }
    }

    /// Sends one request and returns its reply. Pushes that arrive meanwhile are set aside.
    pub fn request<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Result<Value, Error> {
        self.queue(args);
        self.flush()?;
        self.reply()
    }

    /// Appends a request to those that [`flush`](Self::flush) will send.
    pub fn queue<A: AsRef<[u8]>>(&mut self, args: &[A]) {
        // Writing to a vector does not fail.
        let _ = write!(self.out, "*{}\r\n", args.len());
        for arg in args {
            let arg = arg.as_ref();
            let _ = write!(self.out, "${}\r\n", arg.len());
            self.out.extend_from_slice(arg);
            self.out.extend_from_slice(b"\r\n");
        }
    }

    /// Sends the queued requests.
    pub fn flush(&mut self) -> Result<(), Error> {
        let sent = self.stream.write_all(&self.out).map_err(Error::from_io);
        self.out.clear();
        sent
    }

    /// Returns the next reply, setting aside pushes that come before it.
    pub fn reply(&mut self) -> Result<Value, Error> {
        loop {
            match self.receive()? {
                push @ Value::Push(_) => {
                    if self.pushes.len() == PUSHES_MAX {
                        self.pushes.pop_front();
                    }
                    self.pushes.push_back(push);
                }
                reply => return Ok(reply),
            }
        }
    }

    /// Returns the next thing the server says, be it a reply or a push.
    pub fn receive(&mut self) -> Result<Value, Error> {
        loop {
            if let Some(value) = self.decoder.next_value().map_err(Error::Protocol)? {
                return Ok(value);
            }
            let count = self.read_some()?;
            self.decoder.feed(&self.read_buf[..count]);
        }
    }

    /// Returns the next thing the server says if it has arrived already.
    pub fn try_receive(&mut self) -> Result<Option<Value>, Error> {
        // Until nothing is left: what TLS has decrypted already, nobody can wait for with poll.
        loop {
            if let Some(value) = self.decoder.next_value().map_err(Error::Protocol)? {
                return Ok(Some(value));
            }
            self.stream.set_nonblocking(true).map_err(Error::Io)?;
            let outcome = self.read_some();
            self.stream.set_nonblocking(false).map_err(Error::Io)?;
            match outcome {
                Ok(count) => self.decoder.feed(&self.read_buf[..count]),
                Err(Error::TimedOut) => return Ok(None),
                Err(other) => return Err(other),
            }
        }
    }

    /// Hands over the pushes that were set aside.
    pub fn take_pushes(&mut self) -> VecDeque<Value> {
        std::mem::take(&mut self.pushes)
    }

    /// Changes how long reads and writes may take.
    pub fn set_io_timeout(&mut self, timeout: Option<Duration>) -> Result<(), Error> {
        self.stream.set_timeouts(timeout).map_err(Error::Io)
    }

    /// Sends bytes as they are.
    pub fn write_raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.stream.write_all(bytes).map_err(Error::from_io)
    }

    /// Sends as much as the socket takes without waiting, and returns how much that was.
    pub fn try_write_raw(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.stream.set_nonblocking(true).map_err(Error::Io)?;
        let outcome = loop {
            match self.stream.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Ok(0),
                other => break other.map_err(Error::Io),
            }
        };
        self.stream.set_nonblocking(false).map_err(Error::Io)?;
        outcome
    }

    /// Takes what has arrived and belongs to no reply, or else reads: for streams that stop being
    /// RESP.
    pub fn read_raw(&mut self) -> Result<Vec<u8>, Error> {
        if self.decoder.buffered() > 0 {
            return Ok(self.decoder.take_buffered());
        }
        let count = self.read_some()?;
        Ok(self.read_buf[..count].to_vec())
    }

    /// Gives back bytes that [`read_raw`](Self::read_raw) returned and that are RESP after all.
    pub fn unread(&mut self, bytes: &[u8]) {
        let later = self.decoder.take_buffered();
        self.decoder.feed(bytes);
        self.decoder.feed(&later);
    }

    fn read_some(&mut self) -> Result<usize, Error> {
        loop {
            match self.stream.read(&mut self.read_buf) {
                Ok(0) => return Err(Error::Closed),
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::from_io(error)),
            }
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
