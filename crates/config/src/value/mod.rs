//! Settings with a grammar of their own.
//!
//! Each type reads the arguments of its directive, writes them for `CONFIG GET`, and says which
//! lines of a configuration file express it.

mod address;
mod memory_share;
mod notify;
mod oom;
mod output_buffer;
mod percentiles;
mod save;
mod shutdown;

use crate::config::{Config, Words};
use crate::error::ValueError;

pub use address::{Addresses, PrimaryAddress};
pub use memory_share::MemoryShare;
pub use notify::NotifyKeyspaceEvents;
pub use oom::OomScoreAdjValues;
pub use output_buffer::{BufferLimit, ClientClass, OutputBufferLimits};
pub use percentiles::Percentiles;
pub use save::{SaveRule, SaveRules};
pub use shutdown::ShutdownOn;

/// What a line means for what was set before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `CONFIG SET`, and defaults: the new value takes the place of the old one.
    Replace,
    /// The first line of this directive in a configuration: the default is no longer meant.
    First,
    /// A further line: it adds to the former ones, if the directive can be repeated.
    Further,
}

/// A setting with a grammar of its own.
pub(crate) trait Setting {
    /// Takes in the arguments of a line, or of `CONFIG SET` (where `save ""` and `save` alike are
    /// one empty argument). After an error, the setting is as before.
    fn parse(&mut self, words: &[&[u8]], mode: Mode) -> Result<(), ValueError>;

    /// Returns the value as `CONFIG GET` has it.
    fn text(&self) -> Vec<u8>;

    /// Returns the arguments of each line that a configuration file needs to express the value.
    fn lines(&self, rewriting: &Rewriting<'_>) -> Vec<String>;
}

/// What a setting may want to know about the file that it is written to.
#[derive(Debug)]
pub(crate) struct Rewriting<'a> {
    /// The arguments of the lines that speak of it already.
    pub(crate) old: &'a [Words],
    /// Write what has its default, too.
    pub(crate) all: bool,
    /// What holds for a setting that the file does not speak of.
    pub(crate) default: &'a Config,
}

impl Rewriting<'_> {
    /// Returns the words of the old lines, also those that stand together in one quoted argument.
    pub(crate) fn old_words(&self) -> impl Iterator<Item = &[u8]> {
        self.old.iter().flatten().flat_map(|word| word.split(|byte| *byte == b' '))
    }
}
