//! The command table as the running server sees it.
//!
//! Rows are constants, written for readers. At start they are joined into a [`Table`]: commands
//! and subcommands get dense numbers, under which statistics and permissions are kept; flags and
//! categories become bit sets; names go into an [`Index`](crate::index). After that nothing in it
//! ever changes, so it is shared freely.
//!
//! A command can be renamed or taken away from clients by configuration. That concerns the name
//! under which clients find it and nothing else: its row, its number, and its name in statistics
//! and ACL rules stay.
//!
//! # Invariants
//!
//! - Row `n` has the id `n`, and the subcommands of a command directly follow it.
//! - Subcommands have no subcommands.

use crate::category::Categories;
use crate::command::{Arity, Command, Facts};
use crate::flag::{Flag, Flags};
use crate::index::Index;
use crate::key::KeyLayout;

/// The number of a command or subcommand: an index for whatever is kept per command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(u16);

impl CommandId {
    /// The number, below [`Table::len`].
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A row, prepared for being run.
#[derive(Debug)]
pub struct Row<H> {
    /// The code.
    pub handler: H,
    /// All flags, given and derived.
    pub flags: Flags,
    /// All ACL categories, given and derived.
    pub categories: Categories,
    /// The number of words in a request.
    pub arity: Arity,
    /// How keys are found.
    pub keys: KeyLayout,
    /// Its number.
    pub id: CommandId,
    /// Everything else.
    pub facts: &'static Facts,
    /// The name in small letters, as in `INFO commandstats` and in ACL rules: `get`,
    /// `config|get`.
    pub full_name: Box<str>,
    /// The command that this is a subcommand of.
    pub parent: Option<CommandId>,
    subcommands: Option<Box<Index>>,
    subcommand_count: u16,
    reachable: bool,
}

impl<H> Row<H> {
    /// Has the command this flag?
    #[inline]
    pub const fn has(&self, flag: Flag) -> bool {
        self.flags.has(flag)
    }

    /// Is the next word the name of a subcommand?
    #[inline]
    pub const fn has_subcommands(&self) -> bool {
        self.subcommands.is_some()
    }

    /// Can clients call it? Not if the configuration took its name away.
    pub const fn is_reachable(&self) -> bool {
        self.reachable
    }
}

/// All commands, found by name.
#[derive(Debug)]
pub struct Table<H> {
    rows: Box<[Row<H>]>,
    names: Index,
    originals: Index,
}

impl<H> Table<H> {
    /// Finds a command by the name under which clients know it, in any case.
    #[inline]
    pub fn lookup(&self, name: &[u8]) -> Option<&Row<H>> {
        self.names.find(name).map(|id| &self.rows[usize::from(id)])
    }

    /// Finds a subcommand, in any case.
    #[inline]
    pub fn lookup_sub(&self, row: &Row<H>, name: &[u8]) -> Option<&Row<H>> {
        let index = row.subcommands.as_ref()?;
        index.find(name).map(|id| &self.rows[usize::from(id)])
    }

    /// Finds `get` or `config|get` by the names under which clients know commands.
    pub fn find(&self, full_name: &[u8]) -> Option<&Row<H>> {
        self.find_in(&self.names, full_name)
    }

    /// Finds `get` or `config|get` by the names that commands were born with.
    pub fn find_original(&self, full_name: &[u8]) -> Option<&Row<H>> {
        self.find_in(&self.originals, full_name)
    }

    fn find_in(&self, names: &Index, full_name: &[u8]) -> Option<&Row<H>> {
        let mut parts = full_name.split(|&byte| byte == b'|');
        let command = &self.rows[usize::from(names.find(parts.next()?)?)];
        match (parts.next(), parts.next()) {
            (None, _) => Some(command),
            (Some(name), None) => self.lookup_sub(command, name),
            (Some(_), Some(_)) => None,
        }
    }

    /// The row with this number.
    #[inline]
    pub fn row(&self, id: CommandId) -> &Row<H> {
        &self.rows[id.index()]
    }

    /// All rows by number: every command, and behind it its subcommands.
    pub fn rows(&self) -> &[Row<H>] {
        &self.rows
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Has it no rows?
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The commands that clients can call, without subcommands, in the order of the table.
    pub fn commands(&self) -> impl Iterator<Item = &Row<H>> {
        self.rows.iter().filter(|row| row.parent.is_none() && row.reachable)
    }

    /// The subcommands of a command, in the order of the table.
    pub fn subcommands(&self, row: &Row<H>) -> &[Row<H>] {
        let first = row.id.index() + 1;
        &self.rows[first..first + usize::from(row.subcommand_count)]
    }
}

/// Which commands exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A data server.
    Server,
    /// A Sentinel: no data, hence few commands.
    Sentinel,
}

impl Mode {
    const fn includes(self, facts: &Facts) -> bool {
        let flags = Flags::of(facts.flags);
        match self {
            Self::Server => !flags.has(Flag::OnlySentinel),
            Self::Sentinel => flags.has(Flag::Sentinel) || flags.has(Flag::OnlySentinel),
        }
    }
}

/// A renaming that the table does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// There is no command of the old name (any more).
    #[error("no command is called {name:?}")]
    NoSuchCommand {
        /// The old name.
        name: String,
    },
    /// There is a command of the new name.
    #[error("there is already a command called {name:?}")]
    NameTaken {
        /// The new name.
        name: String,
    },
}

/// Collects rows into a [`Table`].
#[derive(Debug)]
pub struct Builder<H> {
    mode: Mode,
    rows: Vec<Row<H>>,
    renames: Vec<(String, String)>,
}

impl<H> Builder<H> {
    /// Starts a table for a server of this kind.
    pub const fn new(mode: Mode) -> Self {
        Self { mode, rows: Vec::new(), renames: Vec::new() }
    }

    /// Adds commands. Their handlers may be of different types from call to call (data commands,
    /// administration); `wrap` makes them one.
    #[must_use]
    pub fn commands<G: Copy>(
        mut self,
        commands: &'static [Command<G>],
        wrap: impl Fn(G) -> H,
    ) -> Self {
        let mode = self.mode;
        for command in commands.iter().filter(|command| mode.includes(&command.facts)) {
            let parent = self.rows.len();
            self.push(&command.facts, wrap(command.handler), None);
            let mut names = Vec::new();
            for sub in command.subcommands.iter().filter(|sub| mode.includes(&sub.facts)) {
                let id = self.push(&sub.facts, wrap(sub.handler), Some(parent));
                names.push((sub.facts.name, id.0));
            }
            if !command.subcommands.is_empty() {
                self.rows[parent].subcommand_count = names.len() as u16;
                self.rows[parent].subcommands = Some(Box::new(Index::new(&names)));
            }
        }
        self
    }

    /// Adds several families of commands.
    #[must_use]
    pub fn families<G: Copy>(
        self,
        families: &[&'static [Command<G>]],
        wrap: impl Fn(G) -> H,
    ) -> Self {
        families.iter().fold(self, |builder, commands| builder.commands(commands, &wrap))
    }

    /// Makes clients know a command under another name, or under none if that is empty. Renamings
    /// act in the order in which they are given.
    #[must_use]
    pub fn rename(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.renames.push((from.into(), to.into()));
        self
    }

    fn push(&mut self, facts: &'static Facts, handler: H, parent: Option<usize>) -> CommandId {
        let id = CommandId(u16::try_from(self.rows.len()).expect("commands are a few hundred"));
        let own_name = facts.name.to_ascii_lowercase();
        let full_name = match parent {
            Some(parent) => format!("{}|{own_name}", self.rows[parent].full_name),
            None => own_name,
        };
        self.rows.push(Row {
            handler,
            flags: facts.flag_set(),
            categories: facts.category_set(),
            arity: facts.arity,
            keys: facts.key_layout(),
            id,
            facts,
            full_name: full_name.into_boxed_str(),
            parent: parent.map(|parent| self.rows[parent].id),
            subcommands: None,
            subcommand_count: 0,
            reachable: true,
        });
        id
    }

    /// Applies the renamings and closes the table.
    pub fn build(mut self) -> Result<Table<H>, RenameError> {
        let mut names: Vec<(String, u16)> = self
            .rows
            .iter()
            .filter(|row| row.parent.is_none())
            .map(|row| (row.facts.name.to_owned(), row.id.0))
            .collect();
        let originals = Index::new(&names);
        for (from, to) in self.renames {
            let position =
                |wanted: &str| names.iter().position(|(name, _)| name.eq_ignore_ascii_case(wanted));
            let Some(old) = position(&from) else {
                return Err(RenameError::NoSuchCommand { name: from });
            };
            if to.is_empty() {
                let (_, id) = names.remove(old);
                self.rows[usize::from(id)].reachable = false;
            } else if position(&to).is_some_and(|taken| taken != old) {
                return Err(RenameError::NameTaken { name: to });
            } else {
                names[old].0 = to;
            }
        }
        Ok(Table { rows: self.rows.into_boxed_slice(), names: Index::new(&names), originals })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flag::*, KeyFlag::*, KeySpec};
    use Arity::{AtLeast, Exactly};

    type Row = Command<char>;

    const DATA: &[Row] = &[
        Row::new("GET", 'g', Exactly(2)).flags(&[ReadOnly, Fast]).keys(&[KeySpec::at(1, &[Ro])]),
        Row::new("CONFIG", 'c', AtLeast(2)).subcommands(&[
            Row::new("GET", 'x', AtLeast(3)).flags(&[Admin]),
            Row::new("SET", 'y', AtLeast(4)).flags(&[Admin]),
        ]),
    ];

    const OTHER: &[Command<u8>] = &[
        Command::new("PING", b'p', AtLeast(1)).flags(&[Sentinel]),
        Command::new("SENTINEL", b's', AtLeast(2)).flags(&[Sentinel, OnlySentinel]),
    ];

    fn builder(mode: Mode) -> Builder<char> {
        Builder::new(mode).families(&[DATA], |handler| handler).commands(OTHER, char::from)
    }

    fn table() -> Table<char> {
        builder(Mode::Server).build().unwrap()
    }

    #[test]
    fn commands_and_subcommands_are_found_in_any_case() {
        let table = table();
        assert_eq!(table.lookup(b"get").unwrap().handler, 'g');
        let config = table.lookup(b"Config").unwrap();
        assert!(config.has_subcommands());
        assert_eq!(table.lookup_sub(config, b"gEt").unwrap().handler, 'x');
        assert!(table.lookup_sub(config, b"nothing").is_none());
        assert!(table.lookup(b"config|get").is_none());
        assert_eq!(&*table.find(b"CONFIG|SET").unwrap().full_name, "config|set");
        assert!(table.find(b"config|set|x").is_none());
        assert!(table.find(b"get|x").is_none());
    }

    #[test]
    fn ids_are_dense_and_subcommands_follow_their_command() {
        let table = table();
        let names: Vec<&str> = table.rows().iter().map(|row| &*row.full_name).collect();
        assert_eq!(names, ["get", "config", "config|get", "config|set", "ping"]);
        assert!(table.rows().iter().enumerate().all(|(index, row)| row.id.index() == index));
        let config = table.lookup(b"config").unwrap();
        let subs: Vec<char> = table.subcommands(config).iter().map(|row| row.handler).collect();
        assert_eq!(subs, ['x', 'y']);
        assert!(table.subcommands(config).iter().all(|row| row.parent == Some(config.id)));
    }

    #[test]
    fn sentinels_have_their_own_commands_only() {
        let table = builder(Mode::Sentinel).build().unwrap();
        let names: Vec<&str> = table.commands().map(|row| row.facts.name).collect();
        assert_eq!(names, ["PING", "SENTINEL"]);
    }

    #[test]
    fn renamed_command_keeps_everything_but_the_name_that_clients_use() {
        let table = builder(Mode::Server).rename("get", "fetch").build().unwrap();
        assert!(table.lookup(b"get").is_none());
        let row = table.lookup(b"FETCH").unwrap();
        assert_eq!(&*row.full_name, "get");
        assert_eq!(table.find_original(b"get").unwrap().id, row.id);
        assert!(table.find_original(b"fetch").is_none());
        assert_eq!(table.commands().count(), 3);
    }

    #[test]
    fn removed_command_is_not_listed_but_keeps_its_row() {
        let table = builder(Mode::Server).rename("CONFIG", "").build().unwrap();
        assert!(table.lookup(b"config").is_none());
        assert!(table.find(b"config|get").is_none());
        assert_eq!(table.commands().map(|row| row.handler).collect::<String>(), "gp");
        assert!(!table.find_original(b"config").unwrap().is_reachable());
        assert_eq!(table.len(), 5);
    }

    #[test]
    fn renamings_act_in_order_and_do_not_overwrite() {
        let swapped = builder(Mode::Server)
            .rename("GET", "tmp")
            .rename("PING", "GET")
            .rename("TMP", "PING")
            .build()
            .unwrap();
        assert_eq!(swapped.lookup(b"get").unwrap().handler, 'p');
        assert_eq!(swapped.lookup(b"ping").unwrap().handler, 'g');

        let taken = builder(Mode::Server).rename("GET", "ping").build();
        assert_eq!(taken.unwrap_err(), RenameError::NameTaken { name: "ping".into() });
        let gone = builder(Mode::Server).rename("GET", "").rename("GET", "x").build();
        assert_eq!(gone.unwrap_err(), RenameError::NoSuchCommand { name: "GET".into() });
    }
}
