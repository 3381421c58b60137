//! Where a load goes.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use connector::{TlsClient, TlsSession};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, sockopt};

/// An address whose name has been resolved, so that opening a connection asks nobody.
#[derive(Clone, Debug)]
pub struct Target {
    place: Place,
    tls: Option<TlsClient>,
}

#[derive(Clone, Debug)]
enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Target {
    /// Resolves a host's name, preferring IPv4 as `redis-benchmark` does.
    pub fn tcp(host: &str, port: u16) -> io::Result<Self> {
        let mut addresses: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        let first = addresses.first().copied();
        first
            .map(|address| Self { place: Place::Tcp(address), tls: None })
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "Name or service not known"))
    }

    /// A socket in the file system.
    pub fn unix(path: PathBuf) -> Self {
        Self { place: Place::Unix(path), tls: None }
    }

    /// Has connections speak TLS.
    pub fn secured(self, tls: TlsClient) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// Returns whether the server runs on this machine.
    pub fn is_local(&self) -> bool {
        match &self.place {
            Place::Tcp(address) => address.ip().is_loopback(),
            Place::Unix(_) => true,
        }
    }

    /// Begins a conversation over TLS, if that is spoken.
    pub(super) fn session(&self) -> io::Result<Option<TlsSession>> {
        self.tls.as_ref().map(TlsClient::session).transpose()
    }

    /// Begins a connection, and says whether it stands already.
    ///
    /// The socket does not block. One that does not stand yet becomes writable when it does, or
    /// when the attempt has failed.
    pub(super) fn open(&self) -> Result<(OwnedFd, bool), Errno> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = |family| rustix::net::socket_with(family, SocketType::STREAM, flags, None);
        let (socket, outcome) = match &self.place {
            Place::Tcp(address) => {
                let is_ipv6 = address.is_ipv6();
                let family = if is_ipv6 { AddressFamily::INET6 } else { AddressFamily::INET };
                let socket = socket(family)?;
                sockopt::set_tcp_nodelay(&socket, true)?;
                if address.ip().is_loopback() {
                    // There is no congestion to control, and the machine's choice may be one that
                    // sets timers for pacing. A kernel without this one keeps its own.
                    let _ = sockopt::set_tcp_congestion(&socket, "reno");
                }
                let outcome = rustix::net::connect(&socket, address);
                (socket, outcome)
            }
            Place::Unix(path) => {
                let socket = socket(AddressFamily::UNIX)?;
                let outcome = rustix::net::connect(&socket, &SocketAddrUnix::new(path)?);
                (socket, outcome)
            }
        };
        match outcome {
            Ok(()) => Ok((socket, true)),
            Err(Errno::INPROGRESS) => Ok((socket, false)),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Tcp(address) => address.fmt(f),
            Place::Unix(path) => path.display().fmt(f),
        }
    }
}
