//! Load for servers that speak RESP.
//!
//! Three layers: [`engine`] drives connections and measures time, [`request`] says what is asked,
//! and on top of them stand two programs.
//!
//! - [`tool`] is `sinter-benchmark`, for users.
//! - [`scenarios`] is what the project measures itself with: servers side by side, with CPU per
//!   operation, memory, pauses and fairness as the results.

pub mod engine;
mod measure;
pub mod request;
pub mod scenarios;
pub mod tool;
