//! The wire protocol.

pub mod decode;
pub mod value;
