//! One row of the command table.

use crate::category::{Categories, Category, Group};
use crate::extract::KeyFinder;
use crate::flag::{Flag, Flags};
use crate::key::{KeyLayout, KeySpec};

/// How many words a request has, its name included (for a subcommand, both names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arity {
    /// This many.
    Exactly(u8),
    /// This many, or more.
    AtLeast(u8),
}

impl Arity {
    /// May a request have so many words?
    #[inline]
    pub const fn accepts(self, words: usize) -> bool {
        match self {
            Self::Exactly(count) => words == count as usize,
            Self::AtLeast(count) => words >= count as usize,
        }
    }

    /// The number of words of the shortest request.
    pub const fn least(self) -> usize {
        match self {
            Self::Exactly(count) | Self::AtLeast(count) => count as usize,
        }
    }

    /// The number that `COMMAND INFO` prints: negative if it is a minimum.
    pub const fn signed(self) -> i64 {
        match self {
            Self::Exactly(count) => count as i64,
            Self::AtLeast(count) => -(count as i64),
        }
    }
}

/// That a command should not be used in new programs, and what should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deprecated {
    /// The version that advised against it.
    pub since: &'static str,
    /// What to use instead, as a phrase.
    pub replaced_by: &'static str,
}

/// Everything about a command but its code.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The name in capitals; of a subcommand its own name only (`GET`, not `CONFIG GET`).
    pub name: &'static str,
    /// The number of words in a request.
    pub arity: Arity,
    /// The chapter of the manual.
    pub group: Group,
    /// Its properties, in any order, without [`Flag::MovableKeys`], which is derived.
    pub flags: &'static [Flag],
    /// The ACL categories that do not follow from the flags.
    pub categories: &'static [Category],
    /// Where its keys are, in the order in which they come.
    pub keys: &'static [KeySpec],
    /// Finds the keys where the specs say too little or too much.
    pub key_finder: Option<KeyFinder>,
    /// Its arguments, in the grammar of [`crate::usage`].
    pub usage: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// What it costs, in one sentence.
    pub complexity: &'static str,
    /// The version that introduced it.
    pub since: &'static str,
    /// Later changes: version, and what changed.
    pub history: &'static [(&'static str, &'static str)],
    /// Whether and why not to use it any longer.
    pub deprecated: Option<Deprecated>,
    /// Is it for the system's own use, not for clients?
    pub internal: bool,
    /// What a proxy or client library should know, as `COMMAND INFO` prints it.
    pub tips: &'static [&'static str],
}

impl Facts {
    /// The flags as a set, with those that follow from the key specs.
    pub const fn flag_set(&self) -> Flags {
        let stated = Flags::of(self.flags);
        if KeySpec::are_movable(self.keys) { stated.with(Flag::MovableKeys) } else { stated }
    }

    /// All ACL categories, given and derived.
    pub const fn category_set(&self) -> Categories {
        Categories::effective(Categories::of(self.categories), self.flag_set())
    }

    /// How the keys of a request are found fastest.
    pub fn key_layout(&self) -> KeyLayout {
        KeyLayout::of(self.keys)
    }

    /// First and last position and step of the keys, as `COMMAND INFO` prints them.
    pub fn key_range(&self) -> (i64, i64, i64) {
        KeySpec::range_of(self.keys)
    }

    /// The `doc_flags` of `COMMAND DOCS`.
    pub fn doc_flags(&self) -> impl Iterator<Item = &'static str> {
        let deprecated = self.deprecated.is_some().then_some("deprecated");
        let internal = self.internal.then_some("syscmd");
        deprecated.into_iter().chain(internal)
    }
}

/// One row of the command table: the facts and the code.
///
/// `H` is whatever the server calls; this crate only hands it back.
#[derive(Debug, Clone, Copy)]
pub struct Command<H: 'static> {
    /// Everything but the code.
    pub facts: Facts,
    /// The code. A container that is nothing by itself (`CONFIG`) answers here to subcommands
    /// that it does not know.
    pub handler: H,
    /// The rows of its subcommands.
    pub subcommands: &'static [Self],
}

impl<H: Copy> Command<H> {
    /// A row that says no more than this; the methods below add the rest.
    ///
    /// They are called on a `Command` whose `H` is spelled out, since a function's name alone has
    /// a type of its own: `Command::<DataFn>::new(…)`, or an alias.
    pub const fn new(name: &'static str, handler: H, arity: Arity) -> Self {
        let facts = Facts {
            name,
            arity,
            group: Group::Generic,
            flags: &[],
            categories: &[],
            keys: &[],
            key_finder: None,
            usage: "",
            summary: "",
            complexity: "",
            since: "",
            history: &[],
            deprecated: None,
            internal: false,
            tips: &[],
        };
        Self { facts, handler, subcommands: &[] }
    }

    /// Sets [`Facts::group`].
    #[must_use]
    pub const fn group(mut self, group: Group) -> Self {
        self.facts.group = group;
        self
    }

    /// Sets [`Facts::flags`].
    #[must_use]
    pub const fn flags(mut self, flags: &'static [Flag]) -> Self {
        self.facts.flags = flags;
        self
    }

    /// Sets [`Facts::categories`].
    #[must_use]
    pub const fn categories(mut self, categories: &'static [Category]) -> Self {
        self.facts.categories = categories;
        self
    }

    /// Sets [`Facts::keys`].
    #[must_use]
    pub const fn keys(mut self, keys: &'static [KeySpec]) -> Self {
        self.facts.keys = keys;
        self
    }

    /// Sets [`Facts::key_finder`].
    #[must_use]
    pub const fn key_finder(mut self, finder: KeyFinder) -> Self {
        self.facts.key_finder = Some(finder);
        self
    }

    /// Sets [`Facts::usage`].
    #[must_use]
    pub const fn usage(mut self, usage: &'static str) -> Self {
        self.facts.usage = usage;
        self
    }

    /// Sets [`Facts::summary`].
    #[must_use]
    pub const fn summary(mut self, summary: &'static str) -> Self {
        self.facts.summary = summary;
        self
    }

    /// Sets [`Facts::complexity`].
    #[must_use]
    pub const fn complexity(mut self, complexity: &'static str) -> Self {
        self.facts.complexity = complexity;
        self
    }

    /// Sets [`Facts::since`].
    #[must_use]
    pub const fn since(mut self, since: &'static str) -> Self {
        self.facts.since = since;
        self
    }

    /// Sets [`Facts::history`].
    #[must_use]
    pub const fn history(mut self, history: &'static [(&'static str, &'static str)]) -> Self {
        self.facts.history = history;
        self
    }

    /// Sets [`Facts::deprecated`].
    #[must_use]
    pub const fn deprecated(mut self, since: &'static str, replaced_by: &'static str) -> Self {
        self.facts.deprecated = Some(Deprecated { since, replaced_by });
        self
    }

    /// Sets [`Facts::internal`].
    #[must_use]
    pub const fn internal(mut self) -> Self {
        self.facts.internal = true;
        self
    }

    /// Sets [`Facts::tips`].
    #[must_use]
    pub const fn tips(mut self, tips: &'static [&'static str]) -> Self {
        self.facts.tips = tips;
        self
    }

    /// Sets [`Command::subcommands`].
    #[must_use]
    pub const fn subcommands(mut self, subcommands: &'static [Self]) -> Self {
        self.subcommands = subcommands;
        self
    }
}
