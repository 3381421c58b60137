//! What can go wrong on a connection.

use std::fmt;
use std::io;

use resp::decode::DecodeError;

/// What can go wrong on a connection. After any of these it is of no further use.
#[derive(Debug)]
pub enum Error {
    /// No connection could be made.
    Connect(io::Error),
    /// Reading or writing failed.
    Io(io::Error),
    /// The peer closed the connection.
    Closed,
    /// The peer did not answer in time.
    TimedOut,
    /// The peer does not speak RESP.
    Protocol(DecodeError),
}

impl Error {
    pub(crate) fn from_io(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Self::TimedOut,
            _ => Self::Io(error),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) | Self::Io(error) => f.write_str(&reason(error)),
            Self::Closed => f.write_str("Server closed the connection"),
            Self::TimedOut => f.write_str("Resource temporarily unavailable"),
            Self::Protocol(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connect(error) | Self::Io(error) => Some(error),
            Self::Protocol(error) => Some(error),
            Self::Closed | Self::TimedOut => None,
        }
    }
}

/// Returns what the system says about a failure, as `strerror` or `gai_strerror` words it: without
/// the number and the introduction that the standard library adds.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    text.strip_prefix("failed to lookup address information: ").unwrap_or(text).to_owned()
}
