//! The language we speak: rows of the command table and the usage grammar.
//!
//! A command is one [`Command`]: its [`Facts`] (everything about it but its code) and a handler
//! of a type that this crate does not know. From the facts derive the lookup and its arity check,
//! what `COMMAND` and its subcommands print, ACL categories, the keys of a request, and the
//! arguments that a fuzzer invents.
//!
//! # Layout
//!
//! ```text
//! command.rs   Command<H>, Facts: one row
//! flag.rs      Flag: what a command is and where it may run
//! category.rs  Category: ACL categories, given and derived; Group: chapters of the manual
//! key.rs       KeySpec: where the keys of a request are and what is done to them
//! extract.rs   the keys of one request; finder.rs: those that no KeySpec describes
//! usage/       the arguments of a command, as a line and as a tree
//! table.rs     Table<H>: lookup by name; index.rs: its hot part
//! check.rs     what must hold of every row
//! ```
//!
//! Rows are constants, written with a builder, so that a row states what is particular to its
//! command and nothing else:
//!
//! ```
//! use spec::{Arity::AtLeast, Category, Command, Flag::*, Group, KeyFlag::*, KeySpec};
//!
//! type Handler = fn(&[&[u8]]) -> usize;
//! fn del(words: &[&[u8]]) -> usize {
//!     words.len() - 1
//! }
//!
//! const COMMANDS: &[Command<Handler>] = &[Command::<Handler>::new("DEL", del, AtLeast(2))
//!     .group(Group::Generic)
//!     .flags(&[Write])
//!     .categories(&[Category::Keyspace])
//!     .keys(&[KeySpec::at(1, &[Rm, Delete]).to(-1)])
//!     .usage("key+")
//!     .summary("Removes keys.")
//!     .complexity("O(N) for N keys, and O(M) for each that holds M elements.")
//!     .since("1.0.0")];
//!
//! let table = spec::Builder::new(spec::Mode::Server).commands(COMMANDS, |handler| handler).build().unwrap();
//! assert_eq!(table.lookup(b"del").unwrap().facts.name, "DEL");
//! ```

mod bits;
mod category;
pub mod check;
mod command;
mod extract;
pub mod finder;
mod flag;
mod index;
mod key;
mod table;
pub mod usage;

pub use category::{Categories, Category, Group};
pub use command::{Arity, Command, Deprecated, Facts};
pub use extract::{KeyError, KeyFinder, KeyRef, Keys, Want, Words, extract};
pub use flag::{Flag, Flags};
pub use key::{Begin, Find, KeyFlag, KeyFlags, KeyLayout, KeySpec, SimpleKeys};
pub use table::{Builder, CommandId, Mode, RenameError, Row, Table};
