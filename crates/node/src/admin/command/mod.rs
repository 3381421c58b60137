//! COMMAND: what the server knows about its commands. All of it is read from the command table.

mod docs;
mod info;
mod keys;

use commands::{Args, CmdResult, CommandError};
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Loading, Sentinel, Stale};
use spec::{Category, Group};
use stdx::glob::{self, Case};

use super::Admin;
use crate::table::{self, AdminFn};

type Row = spec::Command<AdminFn>;

/// The rows of this topic.
pub const COMMANDS: &[Row] = &[Row::new("COMMAND", info::command, AtLeast(1))
    .group(Group::Server)
    .flags(&[Loading, Stale, Sentinel])
    .categories(&[Category::Connection])
    .summary("Describes all commands.")
    .complexity("O(N) for N commands.")
    .since("2.8.13")
    .tips(&["nondeterministic_output_order"])
    .subcommands(&[
        Row::new("COUNT", count, Exactly(2))
            .group(Group::Server)
            .flags(&[Loading, Stale, Sentinel])
            .categories(&[Category::Connection])
            .summary("Returns the number of commands.")
            .complexity("O(1).")
            .since("2.8.13"),
        Row::new("DOCS", docs::docs, AtLeast(2))
            .group(Group::Server)
            .flags(&[Loading, Stale, Sentinel])
            .categories(&[Category::Connection])
            .usage("[command-name+]")
            .summary("Returns the documentation of commands.")
            .complexity("O(N) for N commands.")
            .since("7.0.0")
            .tips(&["nondeterministic_output_order"]),
        Row::new("GETKEYS", keys::getkeys, AtLeast(3))
            .group(Group::Server)
            .flags(&[Loading, Stale, Sentinel])
            .categories(&[Category::Connection])
            .usage("command [arg+]")
            .summary("Finds the keys in a command line.")
            .complexity("O(N) for N arguments.")
            .since("2.8.13"),
        Row::new("GETKEYSANDFLAGS", keys::getkeysandflags, AtLeast(3))
            .group(Group::Server)
            .flags(&[Loading, Stale, Sentinel])
            .categories(&[Category::Connection])
            .usage("command [arg+]")
            .summary("Finds the keys in a command line and tells what happens to them.")
            .complexity("O(N) for N arguments.")
            .since("7.0.0"),
        Row::new("HELP", help, Exactly(2))
            .group(Group::Server)
            .flags(&[Loading, Stale, Sentinel])
            .categories(&[Category::Connection])
            .summary("Returns help about the subcommands.")
            .complexity("O(1).")
            .since("5.0.0"),
        Row::new("INFO", info::info, AtLeast(2))
            .group(Group::Server)
            .flags(&[Loading, Stale, Sentinel])
            .categories(&[Category::Connection])
            .usage("[command-name+]")
            .summary("Describes commands.")
            .complexity("O(N) for N commands.")
            .since("2.8.13")
            .history(&[("7.0.0", "Describes all commands if none is named.")])
            .tips(&["nondeterministic_output_order"]),
        Row::new("LIST", list, AtLeast(2))
            .group(Group::Server)
            .flags(&[Loading, Stale, Sentinel])
            .categories(&[Category::Connection])
            .usage(
                "[FILTERBY filterby=(MODULE module-name | ACLCAT category | \
                     PATTERN pattern:pattern)]",
            )
            .summary("Returns the names of commands.")
            .complexity("O(N) for N commands.")
            .since("7.0.0")
            .tips(&["nondeterministic_output_order"]),
    ])];

const HELP: &[&str] = &[
    "(no subcommand)",
    "    Describe all commands.",
    "COUNT",
    "    Return the number of commands.",
    "DOCS [<command-name> ...]",
    "    Return the documentation of commands (default: of all).",
    "GETKEYS <full-command>",
    "    Find the keys in a request.",
    "GETKEYSANDFLAGS <full-command>",
    "    Find the keys in a request, and what happens to them.",
    "INFO [<command-name> ...]",
    "    Describe commands (default: all).",
    "LIST [FILTERBY (MODULE <module-name>|ACLCAT <category>|PATTERN <pattern>)]",
    "    Return the names of commands.",
];

fn help(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.help("COMMAND", HELP);
    Ok(())
}

fn count(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let count = cx.node.table.commands().count();
    cx.reply().size(count);
    Ok(())
}

/// Which commands LIST shows.
enum Filter<'a> {
    All,
    /// No command comes from a module, as there are none.
    Module,
    Category(Option<Category>),
    Pattern(&'a [u8]),
}

impl<'a> Filter<'a> {
    fn parse(args: &Args<'a>) -> Result<Self, CommandError> {
        match args.len() {
            2 => Ok(Self::All),
            5 if !args.is(2, "FILTERBY") => Err(CommandError::Syntax),
            5 if args.is(3, "MODULE") => Ok(Self::Module),
            5 if args.is(3, "ACLCAT") => Ok(Self::Category(Category::parse(args[4]))),
            5 if args.is(3, "PATTERN") => Ok(Self::Pattern(args[4])),
            _ => Err(CommandError::Syntax),
        }
    }

    fn admits(&self, row: &table::Row) -> bool {
        match self {
            Self::All => true,
            Self::Module => false,
            Self::Category(category) => category.is_some_and(|it| row.categories.has(it)),
            Self::Pattern(pattern) => {
                glob::matches(pattern, row.full_name.as_bytes(), Case::Insensitive)
            }
        }
    }
}

fn list(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let filter = Filter::parse(args)?;
    let node = &mut *cx.node;
    let table = &node.table;
    let names: Vec<&str> = table
        .commands()
        .flat_map(|row| std::iter::once(row).chain(table.subcommands(row)))
        .filter(|row| filter.admits(row))
        .map(|row| &*row.full_name)
        .collect();
    let mut reply = node.clients[cx.token].reply();
    reply.array(names.len());
    names.iter().for_each(|name| reply.bulk(name.as_bytes()));
    Ok(())
}
