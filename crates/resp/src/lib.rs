//! The wire protocol: RESP2 and RESP3.
//!
//! The server's side reads requests with [`request::Parser`] and answers through [`reply::Reply`].

pub mod limits;
pub mod reply;
pub mod request;
