//! A row of the directive table, and what can be asked of it.

use crate::config::{Config, Words};
use crate::error::ValueError;
use crate::field::{Field, Unit};
use crate::split::split_words;
use crate::units::format_memory;
use crate::value::Mode;

/// Everything there is to know about a directive.
///
/// `CONFIG GET`, `SET` and `REWRITE`, the sample configuration and the reference page derive from
/// the rows. To add a directive is to add a row here and a field to [`Config`].
#[derive(Debug, Clone, Copy)]
pub struct Directive {
    /// The name, in small letters.
    pub name: &'static str,
    /// Older names. They are listed and answered like the name.
    pub aliases: &'static [&'static str],
    /// Names that later releases or relatives use. They are understood, but never listed.
    pub understood: &'static [&'static str],
    /// Where the setting lives, and what it can be.
    pub field: Field,
    /// The arguments of a line that says what holds without one; empty for no line at all.
    pub default: &'static str,
    /// When it can change.
    pub mutable: Mutable,
    /// Not listed by `CONFIG GET` with a pattern, only by name: for tests and debugging, or newer
    /// than the release that we follow.
    pub hidden: bool,
    /// A secret. It must not show in logs.
    pub sensitive: bool,
    /// Must not change while the data set is being loaded.
    pub fixed_while_loading: bool,
    /// What a change asks of the server, beyond reading the new value when it needs it.
    pub concerns: Option<Concern>,
    /// Whether it does anything yet.
    pub effect: InEffect,
    /// What it is good for. Paragraphs are separated by line ends.
    pub doc: &'static str,
}

/// A part of the table: directives that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// What they are about.
    pub title: &'static str,
    /// What to know before reading on; may be empty.
    pub doc: &'static str,
    /// The rows.
    pub directives: &'static [Directive],
}

/// When a directive can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutable {
    /// At any time.
    Live,
    /// At any time by those whom `enable-protected-configs` permits.
    Protected,
    /// Only before the server starts.
    StartupOnly,
    /// Only in a file or on the command line; `CONFIG` does not know it.
    FileOnly,
}

/// Whether a directive does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InEffect {
    /// It does what it says.
    Yes,
    /// It is understood and kept, but what it is about does not exist yet.
    Later,
    /// It is understood and kept, but there is nothing here that it could change.
    Moot,
}

/// A part of the server that must act when a setting has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// Sockets that listen.
    Listeners,
    /// The number of clients, and the system's limit on open files.
    ClientLimit,
    /// Memory of clients, and who has to go.
    ClientMemory,
    /// The limit on memory: evict if it is exceeded.
    Eviction,
    /// The log.
    Logging,
    /// The process: its title, its score with the out-of-memory killer, its allocator.
    Process,
    /// The working directory.
    Directory,
    /// The pace of periodic work.
    Cron,
    /// The rules for snapshots.
    Snapshots,
    /// The append log.
    AppendLog,
    /// Links to replicas and to the primary, and the backlog.
    Replication,
    /// What the cluster is told about this node.
    Cluster,
    /// Certificates, keys and protocol versions.
    Tls,
    /// The default user's password.
    Acl,
    /// The slow log, which may have become shorter.
    SlowLog,
    /// Histograms of latency.
    Latency,
    /// Keys remembered for clients that cache.
    Tracking,
    /// The defragmentation of memory.
    Defrag,
    /// Tools for those who debug the server.
    Debugging,
}

/// A set of concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Concerns(u32);

impl Concerns {
    /// Adds a concern.
    pub fn insert(&mut self, concern: Concern) {
        self.0 |= 1 << concern as u32;
    }

    /// Tells whether a concern is among them.
    pub fn contains(self, concern: Concern) -> bool {
        self.0 & 1 << concern as u32 != 0
    }

    /// Tells whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Concern> for Concerns {
    fn from_iter<I: IntoIterator<Item = Concern>>(concerns: I) -> Self {
        let mut set = Self::default();
        concerns.into_iter().for_each(|concern| set.insert(concern));
        set
    }
}

impl Directive {
    /// Sets the setting from the arguments of a line. After an error, it is as before.
    pub(crate) fn store(
        &self,
        config: &mut Config,
        words: &[Vec<u8>],
        mode: Mode,
    ) -> Result<(), ValueError> {
        self.field.store(config, words, mode)
    }

    /// Returns the value as `CONFIG GET` has it.
    pub fn text(&self, config: &Config) -> Vec<u8> {
        self.field.text(config)
    }

    /// Tells whether this is what the directive is called, under any of its names, in any case.
    pub(crate) fn is_called(&self, name: &[u8]) -> bool {
        self.listed_names().chain(self.understood.iter().copied()).any(|own| is_same(own, name))
    }

    /// Returns the names that patterns are matched with.
    pub(crate) fn listed_names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// Tells whether `CONFIG` knows it.
    pub(crate) fn is_setting(&self) -> bool {
        self.mutable != Mutable::FileOnly
    }

    /// Returns the arguments that say what holds without a line.
    pub(crate) fn default_words(&self) -> Words {
        split_words(self.default.as_bytes()).unwrap_or_default()
    }

    /// Describes the form of the arguments, for people.
    pub fn form(&self) -> String {
        match self.field {
            Field::Flag(_) => "`yes` or `no`".to_owned(),
            Field::Integer { min, max, unit, .. } => {
                let unit = unit.name();
                match (min, max) {
                    (i64::MIN..=I32_LEAST, _) => format!("{unit}, may be negative"),
                    (_, I32_MOST..) => format!("{unit}, from {min}"),
                    _ => format!("{unit}, {min} to {max}"),
                }
            }
            Field::Octal { max, .. } => format!("octal number, up to {max:o}"),
            Field::Bytes { min: 0, .. } => "amount of memory".to_owned(),
            Field::Bytes { min, .. } => format!("amount of memory, from {}", format_memory(min)),
            Field::Choice { names, .. } => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                names.join(", ")
            }
            Field::Text { .. } => "text".to_owned(),
            Field::Own(own) => own.form.to_owned(),
            Field::Lines { form, .. } => format!("`{form}`, any number of lines"),
            Field::Include => "`PATH`, any number of lines".to_owned(),
        }
    }
}

/// Bounds beyond which a bound is that of the type, and says nothing about the setting.
const I32_LEAST: i64 = i32::MIN as i64;
const I32_MOST: i64 = i32::MAX as i64;

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Number => "integer",
            Self::Percent => "percent",
            Self::Microseconds => "microseconds",
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Bytes => "bytes",
        }
    }
}

/// Tells whether a name that somebody wrote is one of ours.
pub(crate) fn is_same(own: &str, written: &[u8]) -> bool {
    own.as_bytes().eq_ignore_ascii_case(written)
}
