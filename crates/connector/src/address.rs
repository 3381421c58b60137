//! Where a server listens.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

/// Where a server listens.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Address {
    /// A host, by name or number, and a port.
    Tcp {
        /// Name or number of the host.
        host: String,
        /// The port; one that is out of range is refused by the connection attempt.
        port: u16,
    },
    /// A socket in the file system.
    Unix(PathBuf),
}

/// Which version of IP to use.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Family {
    /// Whatever the name resolves to.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

impl Address {
    /// Creates the address of a host and port.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self::Tcp { host: host.into(), port }
    }

    /// Reads `host:port`, `[v6]:port` or `v6:port`: the last colon separates.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        (!host.is_empty()).then_some(())?;
        Some(Self::tcp(host, port.parse().ok()?))
    }

    /// Resolves the name, keeping the addresses of the wanted family.
    pub(crate) fn resolve(
        host: &str,
        port: u16,
        family: Family,
    ) -> std::io::Result<Vec<SocketAddr>> {
        let found = (host, port).to_socket_addrs()?;
        Ok(found
            .filter(|address| match family {
                Family::Any => true,
                Family::V4 => address.is_ipv4(),
                Family::V6 => address.is_ipv6(),
            })
            .collect())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn the_last_colon_separates_the_port() {
        assert_eq!(Address::parse("a:1"), Some(Address::tcp("a", 1)));
        assert_eq!(Address::parse("::1:7000"), Some(Address::tcp("::1", 7000)));
        assert_eq!(Address::parse("[::1]:7000"), Some(Address::tcp("::1", 7000)));
        for wrong in ["a", ":1", "a:", "a:x", "a:70000", ""] {
            assert_eq!(Address::parse(wrong), None, "{wrong}");
        }
    }
}
