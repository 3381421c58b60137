//! Everything that can be wrong with a configuration, and how it is said.
//!
//! The texts are protocol: operators search for them, and test suites match them. Each is spelled
//! once, here, except for those that exactly one directive uses ([`ValueError::Invalid`]).

use std::fmt;

/// A value that does not suit its directive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// A directive of one argument got none, or several.
    #[error("wrong number of arguments")]
    WordCount,
    /// Neither `yes` nor `no`.
    #[error("argument must be 'yes' or 'no'")]
    NotAFlag,
    /// Not a decimal number as the protocol writes them (no sign `+`, no leading zeros).
    #[error("argument couldn't be parsed into an integer")]
    NotAnInteger,
    /// Not a number in base eight.
    #[error("argument couldn't be parsed as an octal number")]
    NotOctal,
    /// An integer beyond the bounds of its directive.
    #[error("argument must be between {min} and {max} inclusive")]
    OutOfRange {
        /// The least value allowed.
        min: i64,
        /// The greatest value allowed.
        max: i64,
    },
    /// An octal number beyond the bounds of its directive.
    #[error("argument must be between 0 and {max:o} inclusive")]
    OctalOutOfRange {
        /// The greatest value allowed.
        max: u32,
    },
    /// An amount of memory beyond the bounds of its directive.
    #[error("argument must be between {min} and {max} inclusive")]
    BytesOutOfRange {
        /// The least value allowed.
        min: u64,
        /// The greatest value allowed.
        max: u64,
    },
    /// Not an amount of memory, such as `100` or `64mb`.
    #[error("argument must be a memory value")]
    NotMemory,
    /// Neither an amount of memory nor a percentage.
    #[error("argument must be a memory or percent value")]
    NotMemoryOrPercent,
    /// More than all of it.
    #[error("percentage argument must be less or equal to 100")]
    PercentTooHigh,
    /// Not among the words that the directive knows.
    #[error("argument(s) must be one of the following: {}", names.join(", "))]
    NotOneOf {
        /// The words that the directive knows.
        names: &'static [&'static str],
    },
    /// The long tail: a message that exactly one directive uses.
    #[error("{0}")]
    Invalid(&'static str),
    /// Well-formed, but refused by the program that uses the configuration.
    #[error("{0}")]
    Refused(String),
}

/// Why `CONFIG SET` changed nothing. The text is the error reply, without the leading `-`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// There is no such directive, or it can stand in a file only.
    #[error("ERR Unknown option or number of arguments for CONFIG SET - '{name}'")]
    Unknown {
        /// The name as the client wrote it.
        name: String,
    },
    /// A directive that must not change while the data set is being loaded.
    #[error("LOADING Redis is loading the dataset in memory")]
    Loading,
    /// One of the pairs is at fault.
    #[error("ERR CONFIG SET failed (possibly related to argument '{name}') - {reason}")]
    Failed {
        /// The directive at fault.
        name: String,
        /// What is wrong.
        reason: String,
    },
}

impl SetError {
    /// Returns the error for a change that was valid, but could not be put into effect.
    ///
    /// The caller has kept the former [`Config`](crate::Config) and returns to it.
    pub fn apply_failed(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Failed { name: name.into(), reason: reason.into() }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// A line that cannot be understood or accepted.
    Line {
        /// The included file that it stands in; `None` for the text that parsing started with.
        file: Option<Vec<u8>>,
        /// Counted from one. The command line follows the file, with a line for each option.
        number: usize,
        /// The line itself, trimmed.
        text: Vec<u8>,
        /// What is wrong with it.
        reason: String,
    },
    /// Each line is fine, but not all of them together.
    Conflict {
        /// What cannot go together.
        reason: &'static str,
    },
    /// A file that cannot be read.
    Unreadable {
        /// Its path, as it was written.
        path: Vec<u8>,
        /// What the operating system says.
        reason: String,
    },
}

impl fmt::Display for LoadError {
    /// Writes what follows the line `*** FATAL CONFIG FILE ERROR … ***` on standard error, or, for
    /// an unreadable file, the line of the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { number, text, reason, .. } => {
                let text = String::from_utf8_lossy(text);
                writeln!(f, "Reading the configuration file, at line {number}")?;
                writeln!(f, ">>> '{text}'")?;
                f.write_str(reason)
            }
            Self::Conflict { reason } => f.write_str(reason),
            Self::Unreadable { path, reason } => {
                let path = String::from_utf8_lossy(path);
                write!(f, "Fatal error, can't open config file '{path}': {reason}")
            }
        }
    }
}

impl std::error::Error for LoadError {}
