//! What the node asks for, and what it was told at its start.

use keyspace::Garbage;

use crate::client::Token;

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For those who search an error.
    Debug,
    /// Rarely of use.
    Verbose,
    /// What one wants to know in production.
    Notice,
    /// What somebody should look at.
    Warning,
}

/// Something that the node cannot do itself.
#[derive(Debug)]
pub enum Action {
    /// End the connection at once, then report [`crate::Node::disconnected`].
    Close(Token),
    /// Write a line to the log.
    Log(LogLevel, String),
    /// Free this, preferably where nobody waits.
    Free(Garbage),
    /// End the process with this status, after what waits was sent.
    Exit(i32),
}

/// What does not change while the server runs.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// Forty hexadecimal digits, new at each start.
    pub run_id: String,
    /// The identity of the stream of changes, forty hexadecimal digits.
    pub replication_id: String,
    /// The process.
    pub pid: u32,
    /// The service manager that looks after it, or `no`.
    pub supervised: &'static str,
    /// When it started, in microseconds of Unix time.
    pub unix_us: u64,
    /// The program's path.
    pub executable: String,
    /// The configuration file's path, empty without one.
    pub config_file: String,
    /// The operating system, as `uname` tells it.
    pub os: String,
    /// The memory used before there were keys.
    pub memory: u64,
}
