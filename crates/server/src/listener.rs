//! The sockets on which clients arrive.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use node::Peer;
use socket2::{Domain, Protocol, SockAddr, Socket, TcpKeepalive, Type};

/// A socket on which clients arrive.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) fd: Socket,
    /// The path, of a Unix socket.
    path: Option<String>,
}

impl Listener {
    /// Listens on one address of TCP. `*` and `-` in front have the meaning they have in `bind`.
    pub(crate) fn tcp(address: &str, port: u16, backlog: i32) -> io::Result<Self> {
        let address = resolve(address, port)?;
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(backlog)?;
        Ok(Self { fd: socket, path: None })
    }

    /// Listens on a path of the file system; a socket that is there already is replaced.
    pub(crate) fn unix(path: &str, mode: Option<u32>, backlog: i32) -> io::Result<Self> {
        let _ = std::fs::remove_file(path);
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SockAddr::unix(path)?)?;
        if let Some(mode) = mode {
            std::fs::set_permissions(Path::new(path), std::fs::Permissions::from_mode(mode))?;
        }
        socket.listen(backlog)?;
        Ok(Self { fd: socket, path: Some(path.to_owned()) })
    }

    /// Accepts a client, if one waits.
    pub(crate) fn accept(&self, keepalive_s: u64) -> io::Result<Option<(OwnedFd, Peer)>> {
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
                let addr = format!("{path}:0");
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

/// Has the kernel find out when the other end is gone.
fn keep_alive(socket: &Socket, seconds: u64) -> io::Result<()> {
    if seconds == 0 {
        return Ok(());
    }
    let third = Duration::from_secs((seconds / 3).max(1));
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(seconds))
        .with_interval(third)
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
