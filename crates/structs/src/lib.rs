//! The data structures, each a story of its own, usable without a server.

pub mod blob;
mod cut;
pub mod hash;
pub mod hashtable;
pub mod intset;
mod length;
pub mod list;
pub mod listpack;
pub mod ordered;
pub mod packed;
pub mod set;
pub mod sorted_set;
