//! The byte stream below a connection.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::address::{Address, Family};
use crate::tls::TlsOptions;

/// How long to wait; none means for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timeouts {
    /// For the connection to be made.
    pub connect: Option<Duration>,
    /// For each piece of a reply to arrive, and for each piece of a request to be taken.
    pub io: Option<Duration>,
}

/// A TCP or Unix stream.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    #[cfg(feature = "tls")]
    Tls(Box<rustls::StreamOwned<rustls::ClientConnection, Stream>>),
}

/// Idle connections are probed this often, so that a vanished peer is noticed.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// How long a server may take for its part of a TLS handshake, unless told otherwise.
#[cfg(feature = "tls")]
const HANDSHAKE: Duration = Duration::from_secs(5);

impl Stream {
    pub(crate) fn connect(
        address: &Address,
        family: Family,
        timeouts: Timeouts,
    ) -> io::Result<Self> {
        let stream = match address {
            Address::Unix(path) => Self::Unix(UnixStream::connect(path)?),
            Address::Tcp { host, port } => Self::Tcp(connect_tcp(host, *port, family, timeouts)?),
        };
        stream.set_timeouts(timeouts.io)?;
        Ok(stream)
    }

    /// Goes on over TLS.
    #[cfg(feature = "tls")]
    pub(crate) fn secure(
        self,
        name: &str,
        options: &TlsOptions,
        timeouts: Timeouts,
    ) -> io::Result<Self> {
        let connection = crate::tls::TlsClient::new(name, options)?.session()?;
        // A server that does not speak TLS waits for the rest of what it takes for a request.
        self.set_timeouts(Some(timeouts.io.unwrap_or(HANDSHAKE).min(HANDSHAKE)))?;
        let mut stream = rustls::StreamOwned::new(connection, self);
        // What is wrong with a certificate should be known before the first request.
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|error| match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => io::Error::new(
                    io::ErrorKind::TimedOut,
                    "no answer to the TLS handshake; does the server speak TLS on this port?",
                ),
                _ => crate::tls::explained(error),
            })?;
        }
        stream.sock.set_timeouts(timeouts.io)?;
        Ok(Self::Tls(Box::new(stream)))
    }

    /// Goes on over TLS: not in this build.
    #[cfg(not(feature = "tls"))]
    pub(crate) fn secure(self, _: &str, _: &TlsOptions, _: Timeouts) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this program was built without TLS"))
    }

    pub(crate) fn set_timeouts(&self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => {
                stream.set_read_timeout(timeout)?;
                stream.set_write_timeout(timeout)
            }
            Self::Unix(stream) => {
                stream.set_read_timeout(timeout)?;
                stream.set_write_timeout(timeout)
            }
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.sock.set_timeouts(timeout),
        }
    }

    pub(crate) fn set_nonblocking(&self, on: bool) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nonblocking(on),
            Self::Unix(stream) => stream.set_nonblocking(on),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.sock.set_nonblocking(on),
        }
    }
}

/// Tries every address the name stands for; the last failure is reported.
fn connect_tcp(host: &str, port: u16, family: Family, timeouts: Timeouts) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "Name or service not known");
    for address in Address::resolve(host, port, family)? {
        let attempt = match timeouts.connect {
            Some(limit) => TcpStream::connect_timeout(&address, limit),
            None => TcpStream::connect(address),
        };
        match attempt {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                let keepalive = socket2::TcpKeepalive::new().with_time(KEEPALIVE);
                socket2::SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
                return Ok(stream);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buf),
            Self::Unix(stream) => stream.read(buf),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => match stream.read(buf) {
                // Servers of this family close without the farewell that TLS asks for.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
                // A server that wants a certificate says so after the handshake.
                other => other.map_err(crate::tls::explained),
            },
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(buf),
            Self::Unix(stream) => stream.write(buf),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(_) | Self::Unix(_) => Ok(()),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.flush(),
        }
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Unix(stream) => stream.as_fd(),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.sock.as_fd(),
        }
    }
}
