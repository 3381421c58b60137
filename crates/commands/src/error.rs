//! Everything a client can be told went wrong.
//!
//! The text of each variant is protocol: client libraries match on its first word, and some on the whole line. It is therefore spelled exactly once, here, and never assembled at the call site.

use std::borrow::Cow;

use keyspace::WrongType;

/// A command's refusal, as it goes over the wire (without the leading `-`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The key exists, but holds another data type than the command works on.
    #[error("WRONGTYPE Operation against a key holding the wrong kind of value")]
    WrongType,
    /// An argument that should be a 64-bit signed integer is not.
    #[error("ERR value is not an integer or out of range")]
    NotAnInteger,
    /// An argument that should be a floating-point number is not.
    #[error("ERR value is not a valid float")]
    NotAFloat,
    /// The options contradict each other, or one of them is not known.
    #[error("ERR syntax error")]
    Syntax,
    /// The key must exist, and does not.
    #[error("ERR no such key")]
    NoSuchKey,
    /// A position outside of what is there.
    #[error("ERR index out of range")]
    IndexOutOfRange,
    /// A position where nothing can be.
    #[error("ERR offset is out of range")]
    OffsetOutOfRange,
    /// A number outside of its limits.
    #[error("ERR value is out of range, value must between {min} and {max}")]
    OutOfRange {
        /// The least that is allowed.
        min: i64,
        /// The most that is allowed.
        max: i64,
    },
    /// A place in an iteration that is none.
    #[error("ERR invalid cursor")]
    InvalidCursor,
    /// A database number that is none.
    #[error("ERR DB index is out of range")]
    DbIndex,
    /// Source and destination are the same.
    #[error("ERR source and destination objects are the same")]
    SameObject,
    /// A number became too large for its type.
    #[error("ERR increment or decrement would overflow")]
    Overflow,
    /// A floating-point number became too large for its type, or none at all.
    #[error("ERR increment would produce NaN or Infinity")]
    NotFinite,
    /// A string would become longer than allowed.
    #[error("ERR string exceeds maximum allowed size (proto-max-bulk-len)")]
    StringTooLong,
    /// A number that must not be negative is.
    #[error("ERR value is out of range, must be positive")]
    MustBePositive,
    /// Too few or too many arguments.
    #[error("ERR wrong number of arguments for '{0}' command")]
    Arity(String),
    /// An expiry that is not a possible time.
    #[error("ERR invalid expire time in '{0}' command")]
    InvalidExpire(&'static str),
    /// A subcommand that does not exist, or with the wrong number of arguments.
    #[error("ERR unknown subcommand or wrong number of arguments for '{0}'. Try {1} HELP.")]
    UnknownSubcommand(String, String),
    /// The long tail: a message that exactly one command uses, its prefix included.
    #[error("{0}")]
    Other(Cow<'static, str>),
}

impl From<WrongType> for CommandError {
    fn from(_: WrongType) -> Self {
        Self::WrongType
    }
}

impl CommandError {
    /// Returns a refusal that exactly one command uses; the text includes the prefix.
    pub fn other(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Other(text.into())
    }
}
