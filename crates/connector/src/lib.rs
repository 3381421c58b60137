//! A blocking connection that speaks RESP, for tools and tests.
//!
//! [`Connection`] sends requests and reads replies over TCP or a Unix socket. Requests can be
//! queued and sent together ([`Connection::queue`], [`Connection::flush`]); messages that answer no
//! request (RESP3 pushes) are set aside while a reply is awaited and handed out by
//! [`Connection::take_pushes`], or met in order by whoever reads with [`Connection::receive`].
//!
//! It knows nothing of authentication, databases or clusters: those are requests like others.

mod address;
mod connection;
mod error;
mod stream;
mod tls;

pub use address::{Address, Family};
pub use connection::Connection;
pub use error::{Error, reason};
pub use stream::Timeouts;
#[cfg(feature = "tls")]
pub use tls::TlsClient;
pub use tls::TlsOptions;

/// Our side of a connection over TLS, for those who have a socket of their own.
#[cfg(feature = "tls")]
pub type TlsSession = rustls::ClientConnection;
