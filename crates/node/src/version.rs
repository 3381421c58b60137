//! Which versions we are: our own, and that of Redis whose behaviour we have.

/// The version of Sinter.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of Redis that clients are told, because they decide by it what they can use.
pub const REDIS_VERSION: &str = "7.2.7";
