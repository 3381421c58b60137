//! The wire protocol: RESP2 and RESP3.
//!
//! The server's side reads requests with [`request::Parser`] and answers through [`reply::Reply`]; the client's side reads replies with [`decode::Decoder`] as [`value::Value`]s.

pub mod decode;
pub mod limits;
pub mod output;
pub mod reply;
pub mod request;
pub mod value;
