//! The arguments of a command, as a line and as a tree.
//!
//! A row describes its arguments in one line of a small typed grammar, because a tree of structs
//! hides a command behind its description. [`Usage::parse`] makes the tree, which `COMMAND DOCS`
//! prints; [`Usage::synopsis`] is what manuals and command lines show, and
//! [`generate`] invents arguments.
//!
//! | form | meaning |
//! | --- | --- |
//! | `member` | a string argument; `score:double` another type; `key` takes the next key spec, `key#2` a given one; `by:pattern#1` |
//! | `NX` | a bare keyword; `COUNT count:integer` a keyword that introduces an argument; `NO, one` one that does not; `change=CH` a keyword with another name; `'m'` or `"m"` one that is not in capitals |
//! | `[…]` | optional |
//! | `name=(a b)` | a block; `name=(a \| b)` a choice |
//! | `…+` | one or more; `{KEYWORD x}+` repeats the keyword too |
//! | `…@6.2.0` | since that version, `…!2.8.12` deprecated since; `name<shown>` the name in the synopsis |
//!
//! The order of what follows a name is `name<shown>:type#2`; of what follows an argument, a
//! bracket or a brace, `+`, `@`, `!`. The types are `string`, `integer`, `double`, `key`,
//! `pattern` and `unix-time`. An argument called `key` is a key unless it says otherwise. Versions
//! of an optional argument stand behind its bracket.
//!
//! Lines come from rows, not from clients: the tests of the table parse every one of them. The
//! parser is nevertheless total, and its depth is bounded.

mod generate;
mod parse;
mod print;
#[cfg(test)]
mod tests;

pub use generate::{PlainValues, ValueSource, generate, mutate};
pub use parse::UsageError;
pub(crate) use parse::is_version;

/// The arguments of a command, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The arguments.
    pub args: Vec<Arg>,
}

/// One argument, or several that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg {
    /// The name, by which programs tell arguments apart.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The keyword that introduces it, or that it is.
    pub token: Option<String>,
    /// The name that people see, if that is another.
    pub shown: Option<String>,
    /// The key spec that finds these keys, as an index into the row's.
    pub key_spec: Option<usize>,
    /// May it be left out?
    pub optional: bool,
    /// May there be several?
    pub times: Times,
    /// The version that introduced it, if later than the command.
    pub since: Option<String>,
    /// The version that advised against it.
    pub deprecated_since: Option<String>,
}

/// What an argument is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Bytes.
    String,
    /// A decimal integer.
    Integer,
    /// A decimal floating-point number.
    Double,
    /// The name of a key.
    Key,
    /// A pattern, as of `KEYS`.
    Pattern,
    /// A point in time.
    UnixTime,
    /// The keyword alone.
    PureToken,
    /// One of these.
    OneOf(Vec<Arg>),
    /// All of these, in order.
    Block(Vec<Arg>),
}

/// How often an argument may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// Once.
    Once,
    /// Once or more, behind one keyword if it has any.
    Repeated,
    /// Once or more, each time with its keyword.
    RepeatedWithToken,
}

impl Kind {
    /// The name of the type, as `COMMAND DOCS` prints it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Double => "double",
            Self::Key => "key",
            Self::Pattern => "pattern",
            Self::UnixTime => "unix-time",
            Self::PureToken => "pure-token",
            Self::OneOf(_) => "oneof",
            Self::Block(_) => "block",
        }
    }

    /// The arguments inside.
    pub fn args(&self) -> &[Arg] {
        match self {
            Self::OneOf(args) | Self::Block(args) => args,
            _ => &[],
        }
    }
}

impl Usage {
    /// Parses a line.
    pub fn parse(line: &str) -> Result<Self, UsageError> {
        parse::parse(line)
    }

    /// The number of words of the shortest request, without the name of the command.
    pub fn least_words(&self) -> usize {
        self.args.iter().map(Arg::least_words).sum()
    }

    /// The number of words of the longest request, without the name of the command, unless there
    /// is no bound.
    pub fn most_words(&self) -> Option<usize> {
        self.args.iter().map(Arg::most_words).sum()
    }

    /// Calls `visit` for every argument, outer ones before those inside.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Arg)) {
        walk(&self.args, visit);
    }
}

fn walk<'a>(args: &'a [Arg], visit: &mut dyn FnMut(&'a Arg)) {
    for arg in args {
        visit(arg);
        walk(arg.kind.args(), visit);
    }
}

impl Arg {
    /// The `display_text` of `COMMAND DOCS`. Blocks and choices have none: what people see of
    /// them is what is inside.
    pub fn display_text(&self) -> Option<&str> {
        match self.kind {
            Kind::OneOf(_) | Kind::Block(_) => None,
            _ => Some(self.shown.as_deref().unwrap_or(&self.name)),
        }
    }

    /// The `flags` of `COMMAND DOCS`.
    pub fn flags(&self) -> impl Iterator<Item = &'static str> {
        let optional = self.optional.then_some("optional");
        let multiple = (self.times != Times::Once).then_some("multiple");
        let token = (self.times == Times::RepeatedWithToken).then_some("multiple_token");
        [optional, multiple, token].into_iter().flatten()
    }

    fn least_words(&self) -> usize {
        if self.optional { 0 } else { self.least_words_if_there() }
    }

    fn least_words_if_there(&self) -> usize {
        let inside = match &self.kind {
            Kind::PureToken => 0,
            // A bracket around an alternative does not make the choice itself optional.
            Kind::OneOf(args) => args.iter().map(Self::least_words_if_there).min().unwrap_or(0),
            Kind::Block(args) => args.iter().map(Self::least_words).sum(),
            _ => 1,
        };
        inside + usize::from(self.token.is_some())
    }

    fn most_words(&self) -> Option<usize> {
        let inside = match &self.kind {
            _ if self.times != Times::Once => None,
            Kind::PureToken => Some(0),
            // An alternative without a bound makes the whole boundless, as the sum does.
            Kind::OneOf(args) => {
                args.iter().map(Self::most_words).try_fold(0, |most, arg| Some(arg?.max(most)))
            }
            Kind::Block(args) => args.iter().map(Self::most_words).sum(),
            _ => Some(1),
        };
        inside.map(|words| words + usize::from(self.token.is_some()))
    }
}
