//! Where a load goes.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, sockopt};

/// An address whose name has been resolved, so that opening a connection asks nobody.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Target {
    /// A host and a port.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl Target {
    /// Resolves a host's name, preferring IPv4 as `redis-benchmark` does.
    pub fn tcp(host: &str, port: u16) -> io::Result<Self> {
        let mut addresses: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        addresses
            .first()
            .copied()
            .map(Self::Tcp)
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "Name or service not known"))
    }

    /// Begins a connection, and says whether it stands already.
    ///
    /// The socket does not block. One that does not stand yet becomes writable when it does, or
    /// when the attempt has failed.
    pub(super) fn open(&self) -> Result<(OwnedFd, bool), Errno> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = |family| rustix::net::socket_with(family, SocketType::STREAM, flags, None);
        let (socket, outcome) = match self {
            Self::Tcp(address) => {
                let is_ipv6 = address.is_ipv6();
                let family = if is_ipv6 { AddressFamily::INET6 } else { AddressFamily::INET };
                let socket = socket(family)?;
                sockopt::set_tcp_nodelay(&socket, true)?;
                let outcome = rustix::net::connect(&socket, address);
                (socket, outcome)
            }
            Self::Unix(path) => {
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
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}
