//! Load for servers that speak RESP.
//!
//! [`engine`] drives connections and measures, [`request`] says what is asked, and [`scenarios`] is
//! what the project measures itself with: servers side by side, with CPU per operation, memory,
//! pauses and fairness as the results.

pub mod engine;
pub mod request;
pub mod scenarios;
