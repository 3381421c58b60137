//! Directives, configuration files, and typed settings.
//!
//! A *directive* is a row of a table ([`SECTIONS`]): its name, where its setting lives, what it can
//! be, its default, when it can change, and what it is good for. Everything else derives from the
//! rows:
//!
//! ```text
//! file, command line ──▶ Config::parse ──┐                ┌──▶ Config::get   (CONFIG GET)
//!                                        ├──▶  Config  ───┼──▶ rewrite       (CONFIG REWRITE)
//! CONFIG SET ──────────▶ Config::set ────┘                └──▶ fields, read by the server
//!                                             SECTIONS ──────▶ sample file, reference page
//! ```
//!
//! [`Config`] is a plain struct of typed fields, so that reading a setting costs a load. What a
//! change asks of the rest of the server is a value as well: the [`Concern`]s that
//! [`Config::set`] returns.
//!
//! The crate opens no file and reads no environment. Whoever loads a configuration gives the bytes
//! of the file, and a [`Host`] that reads what is included and has the last word on each line.
//!
//! Names, defaults, bounds and error texts are those of Redis 7.2. A few things are deliberately
//! different, each of them where the original loses information: amounts of memory saturate rather
//! than wrap around, numbers too large for their setting are refused rather than truncated, and a
//! file that includes itself is an error rather than a crash.

mod choice;
mod command_line;
mod config;
mod directive;
mod directives;
mod document;
mod error;
mod field;
mod file;
mod live;
mod rewrite;
mod split;
mod units;
mod value;

pub use choice::{
    AclPubsubDefault, AppendFsync, ClusterEndpointType, LogLevel, MaxmemoryPolicy, OomScoreAdj,
    Permission, PropagationErrorBehavior, ReplDisklessLoad, SanitizeDumpPayload, Supervised,
    SyslogFacility, TlsAuthClients,
};
pub use command_line::CommandLine;
pub use config::{Config, Words};
pub use directive::{Concern, Concerns, Directive, InEffect, Mutable, Section};
pub use directives::{SECTIONS, all as directives, find as find_directive};
pub use document::{reference_markdown, sample};
pub use error::{LoadError, SetError, ValueError};
pub use field::{Access, Field, Own, Unit};
pub use file::Host;
pub use live::{Caller, Changes, later};
pub use rewrite::{Rewrite, rewrite};
pub use units::parse_memory;
pub use value::{
    Addresses, BufferLimit, ClientClass, MemoryShare, NotifyKeyspaceEvents, OomScoreAdjValues,
    OutputBufferLimits, Percentiles, PrimaryAddress, SaveRule, SaveRules, ShutdownOn,
};
