//! The sockets on which clients arrive.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use node::Peer;
use rustix::fs::Gid;
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};

use crate::text;

/// A socket on which clients arrive.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) fd: Socket,
    /// The path, of a Unix socket.
    path: Option<PathBuf>,
}

/// Why there is no socket to listen on.
#[derive(Debug)]
pub(crate) struct ListenError {
    /// The system call that failed.
    step: &'static str,
    error: io::Error,
}

impl ListenError {
    fn at(step: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self { step, error }
    }

    /// Returns whether the address, or its whole family, does not exist on this machine.
    pub(crate) fn is_missing_address(&self) -> bool {
        self.error.kind() == io::ErrorKind::AddrNotAvailable
    }

    /// Returns whether this machine does not know the family of the address.
    pub(crate) fn is_unsupported(&self) -> bool {
        let unsupported = [
            libc::ENOPROTOOPT,
            libc::EPROTONOSUPPORT,
            libc::ESOCKTNOSUPPORT,
            libc::EPFNOSUPPORT,
            libc::EAFNOSUPPORT,
        ];
        self.error.raw_os_error().is_some_and(|code| unsupported.contains(&code))
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, text::reason(&self.error))
    }
}

/// How a listening socket is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// The length of the queue of connections not accepted yet.
    pub(crate) backlog: i32,
    /// A mark for the firewall; zero is none.
    pub(crate) mark: u32,
}

/// Who may open a Unix socket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    /// Mode bits; zero leaves them alone.
    pub(crate) mode: u32,
    /// The group that owns it.
    pub(crate) group: Option<Gid>,
}

impl Listener {
    /// Listens on one address of TCP: a name, an address, `*` for all of IPv4, `::*` for all of
    /// IPv6.
    pub(crate) fn tcp(address: &str, port: u16, options: Options) -> Result<Self, ListenError> {
        let address = resolve(address, port).map_err(ListenError::at("resolve"))?;
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))
            .map_err(ListenError::at("socket"))?;
        if address.is_ipv6() {
            socket.set_only_v6(true).map_err(ListenError::at("setsockopt"))?;
        }
        socket.set_reuse_address(true).map_err(ListenError::at("setsockopt SO_REUSEADDR"))?;
        mark(&socket, options.mark)?;
        socket.set_nonblocking(true).map_err(ListenError::at("fcntl"))?;
        socket.bind(&address.into()).map_err(ListenError::at("bind"))?;
        socket.listen(options.backlog).map_err(ListenError::at("listen"))?;
        Ok(Self { fd: socket, path: None })
    }

    /// Listens on a path of the file system; a socket that is there already is replaced.
    pub(crate) fn unix(path: &Path, access: Access, options: Options) -> Result<Self, ListenError> {
        let _ = std::fs::remove_file(path);
        let socket =
            Socket::new(Domain::UNIX, Type::STREAM, None).map_err(ListenError::at("socket"))?;
        mark(&socket, options.mark)?;
        socket.set_nonblocking(true).map_err(ListenError::at("fcntl"))?;
        let address = SockAddr::unix(path).map_err(ListenError::at("bind"))?;
        socket.bind(&address).map_err(ListenError::at("bind"))?;
        if access.mode != 0 {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(access.mode))
                .map_err(ListenError::at("chmod"))?;
        }
        if let Some(group) = access.group {
            rustix::fs::chown(path, None, Some(group))
                .map_err(|error| ListenError::at("chown")(error.into()))?;
        }
        socket.listen(options.backlog).map_err(ListenError::at("listen"))?;
        Ok(Self { fd: socket, path: Some(path.to_owned()) })
    }

    /// Returns whether it is a Unix socket.
    pub(crate) fn is_unix(&self) -> bool {
        self.path.is_some()
    }

    /// Accepts a client, if one waits.
    pub(crate) fn accept(&self, keepalive_s: u32) -> io::Result<Option<(OwnedFd, Peer)>> {
        let (socket, from) = match self.fd.accept() {
            Ok(accepted) => accepted,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            // The client has gone again; the next one may be there.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => return Ok(None),
            Err(error) => return Err(error),
        };
        socket.set_nonblocking(true)?;
        let fd = socket.as_raw_fd();
        let peer = match (&self.path, from.as_socket()) {
            (Some(path), _) => {
                let addr = format!("{}:0", path.display());
                Peer { laddr: addr.clone(), addr, fd, unix: true, local: true, internal: false }
            }
            (None, Some(from)) => {
                socket.set_tcp_nodelay(true)?;
                keep_alive(&socket, keepalive_s)?;
                let laddr = socket.local_addr()?.as_socket();
                Peer {
                    addr: shown(from),
                    laddr: laddr.map_or_else(String::new, shown),
                    fd,
                    unix: false,
                    local: from.ip().to_canonical().is_loopback(),
                    internal: false,
                }
            }
            (None, None) => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Some((socket.into(), peer)))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Somebody may have removed it already.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Marks what the socket sends, for the firewall; connections inherit the mark.
fn mark(socket: &Socket, mark: u32) -> Result<(), ListenError> {
    if mark == 0 {
        return Ok(());
    }
    socket.set_mark(mark).map_err(ListenError::at("setsockopt SO_MARK"))
}

/// Has the kernel find out when the other end is gone.
fn keep_alive(socket: &Socket, seconds: u32) -> io::Result<()> {
    if seconds == 0 {
        return Ok(());
    }
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(seconds.into()))
        .with_interval(Duration::from_secs((seconds / 3).max(1).into()))
        .with_retries(3);
    socket.set_tcp_keepalive(&keepalive)
}

fn shown(address: SocketAddr) -> String {
    match address {
        SocketAddr::V6(v6) => match v6.ip().to_ipv4_mapped() {
            Some(v4) => format!("{v4}:{}", v6.port()),
            None => format!("[{}]:{}", v6.ip(), v6.port()),
        },
        SocketAddr::V4(v4) => v4.to_string(),
    }
}

fn resolve(address: &str, port: u16) -> io::Result<SocketAddr> {
    match address {
        "*" => Ok(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port).into()),
        "::*" => Ok(SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, port, 0, 0).into()),
        host => (host, port)
            .to_socket_addrs()?
            .next()
            .ok_or_else(|| io::Error::other(format!("no address for {host}"))),
    }
}
