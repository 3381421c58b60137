//! CLIENT: the connections of clients, one's own and those of others.

mod kill;
mod list;
mod mode;
mod tracking;

use commands::{Args, CmdResult, CommandError};
use keyspace::ClientId;
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Admin as AdminFlag, Loading, NoScript, Sentinel, Stale};
use spec::{Category, Command, Group};

use super::{Admin, unknown_subcommand};
use crate::client::{Client, Flags};
use crate::table::AdminFn;

type Row = Command<AdminFn>;

/// The rows of this topic.
pub const COMMANDS: &[Row] = &[
    Row::new("CLIENT", unknown_subcommand, AtLeast(2))
        .group(Group::Connection)
        .flags(&[Sentinel])
        .summary("Manages the connections of clients.")
        .complexity("Depends on the subcommand.")
        .since("2.4.0")
        .subcommands(&[
            Row::new("CACHING", tracking::caching, Exactly(3))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage("mode=(YES | NO)")
                .summary("Decides whether the keys of the next command are tracked.")
                .complexity("O(1).")
                .since("6.0.0"),
            Row::new("GETNAME", getname, Exactly(2))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .summary("Returns the name of this connection.")
                .complexity("O(1).")
                .since("2.6.9"),
            Row::new("GETREDIR", tracking::getredir, Exactly(2))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .summary("Returns the id of the client that is told about invalidated keys.")
                .complexity("O(1).")
                .since("6.0.0"),
            Row::new("HELP", help, Exactly(2))
                .group(Group::Connection)
                .flags(&[Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .summary("Returns help about the subcommands.")
                .complexity("O(1).")
                .since("5.0.0"),
            Row::new("ID", id, Exactly(2))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .summary("Returns the id of this connection.")
                .complexity("O(1).")
                .since("5.0.0"),
            Row::new("INFO", list::info, Exactly(2))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .summary("Describes this connection.")
                .complexity("O(1).")
                .since("6.2.0")
                .tips(&["nondeterministic_output"]),
            Row::new("KILL", kill::kill, AtLeast(3))
                .group(Group::Connection)
                .flags(&[AdminFlag, NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage(
                    "filter=(old-format<ip:port>!2.8.12 | \
                     new-format=([ID client-id:integer]@2.8.12 | \
                     [TYPE client-type=('normal' | 'master'@3.2.0 | 'slave' | 'replica'@5.0.0 | \
                     'pubsub')]@2.8.12 | [USER username] | [ADDR addr<ip:port>] | \
                     [LADDR laddr<ip:port>]@6.2.0 | [SKIPME skipme=(YES | NO)] | [MAXAGE maxage:integer]@7.4.0)+)",
                )
                .summary("Closes connections, by address or by properties.")
                .complexity("O(N) for N connections.")
                .since("2.4.0")
                .history(&[
                    ("2.8.12", "Takes filters."),
                    ("2.8.12", "Takes `ID`."),
                    ("3.2.0", "Takes the type `master`."),
                    ("5.0.0", "Takes the type `replica`, which `slave` is now another word for."),
                    ("6.2.0", "Takes `LADDR`."),
                    ("7.4.0", "Takes `MAXAGE`."),
                ]),
            Row::new("LIST", list::list, AtLeast(2))
                .group(Group::Connection)
                .flags(&[AdminFlag, NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage(
                    "[TYPE client-type=('normal' | 'master' | 'replica' | 'pubsub')]@5.0.0 \
                     [ID client-id:integer+]@6.2.0",
                )
                .summary("Describes connections, one per line.")
                .complexity("O(N) for N connections.")
                .since("2.4.0")
                .history(&[
                    ("2.8.12", "Shows `id`."),
                    ("5.0.0", "Takes `TYPE`."),
                    ("6.0.0", "Shows `user`."),
                    ("6.2.0", "Takes `ID`, and shows `argv-mem`, `tot-mem`, `laddr` and `redir`."),
                    ("7.0.0", "Shows `resp`, `multi-mem`, `rbs` and `rbp`."),
                    ("7.0.3", "Shows `ssub`."),
                ])
                .tips(&["nondeterministic_output"]),
            Row::new("NO-EVICT", mode::no_evict, Exactly(3))
                .group(Group::Connection)
                .flags(&[AdminFlag, NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage("enabled=(ON | OFF)")
                .summary("Exempts this connection from being closed for want of memory.")
                .complexity("O(1).")
                .since("7.0.0"),
            Row::new("NO-TOUCH", mode::no_touch, Exactly(3))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale])
                .categories(&[Category::Connection])
                .usage("enabled=(ON | OFF)")
                .summary(
                    "Decides whether the commands of this connection count as use of their keys.",
                )
                .complexity("O(1).")
                .since("7.2.0"),
            Row::new("PAUSE", mode::pause, AtLeast(3))
                .group(Group::Connection)
                .flags(&[AdminFlag, NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage("timeout:integer [mode=(WRITE | ALL)]@6.2.0")
                .summary("Suspends the commands of all clients for a time.")
                .complexity("O(1).")
                .since("3.0.0")
                .history(&[("6.2.0", "Takes `WRITE` and `ALL`.")]),
            Row::new("REPLY", mode::reply, Exactly(3))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage("action=(ON | OFF | SKIP)")
                .summary("Decides whether this connection gets replies.")
                .complexity("O(1).")
                .since("3.2.0"),
            Row::new("SETINFO", setinfo, Exactly(4))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage("attr=('lib-name' libname | 'lib-ver' libver)")
                .summary("Notes the name or version of the library behind this connection.")
                .complexity("O(1).")
                .since("7.2.0")
                .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            Row::new("SETNAME", setname, Exactly(3))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage("connection-name")
                .summary("Names this connection.")
                .complexity("O(1).")
                .since("2.6.9")
                .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
            Row::new("TRACKING", tracking::tracking, AtLeast(3))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage(
                    "status=(ON | OFF) [REDIRECT client-id:integer] [{PREFIX prefix}+] [BCAST] \
                     [OPTIN] [OPTOUT] [NOLOOP]",
                )
                .summary(
                    "Decides whether this connection is told when keys that it has read change.",
                )
                .complexity("O(1), and O(N) for N prefixes.")
                .since("6.0.0"),
            Row::new("TRACKINGINFO", tracking::trackinginfo, Exactly(2))
                .group(Group::Connection)
                .flags(&[NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .summary("Tells how keys are tracked for this connection.")
                .complexity("O(1).")
                .since("6.2.0"),
            Row::new("UNBLOCK", mode::unblock, AtLeast(3))
                .group(Group::Connection)
                .flags(&[AdminFlag, NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .usage("client-id:integer [unblock-type=(TIMEOUT | ERROR)]")
                .summary("Wakes a client that is blocked by a command.")
                .complexity("O(log N) for N connections.")
                .since("5.0.0"),
            Row::new("UNPAUSE", mode::unpause, Exactly(2))
                .group(Group::Connection)
                .flags(&[AdminFlag, NoScript, Loading, Stale, Sentinel])
                .categories(&[Category::Connection])
                .summary("Ends a pause of the clients.")
                .complexity("O(N) for N paused clients.")
                .since("6.2.0"),
        ]),
];

const HELP: &[&str] = &[
    "CACHING (YES|NO)",
    "    Track the keys of the next command, or not, in OPTIN or OPTOUT mode.",
    "GETNAME",
    "    Return the name of this connection.",
    "GETREDIR",
    "    Return the ID of the client that gets this one's invalidation messages.",
    "ID",
    "    Return the ID of this connection.",
    "INFO",
    "    Describe this connection.",
    "KILL <ip:port>",
    "    Close the connection from <ip:port>.",
    "KILL <option> <value> [<option> <value> [...]]",
    "    Close all connections that have these properties:",
    "    * ADDR (<ip:port>|<unixsocket>:0)",
    "      Where they come from.",
    "    * LADDR (<ip:port>|<unixsocket>:0)",
    "      Where they arrived.",
    "    * ID <id>",
    "      Their ID.",
    "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
    "      What they are for.",
    "    * USER <username>",
    "      Who is logged in.",
    "    * MAXAGE <seconds>",
    "      They have been connected for as long as this, or longer.",
    "    * SKIPME (YES|NO)",
    "      Spare this connection (default: yes).",
    "LIST [TYPE (NORMAL|MASTER|REPLICA|PUBSUB)] [ID <id> [...]]",
    "    Describe connections: all, those of a type, or those with these IDs.",
    "NO-EVICT (ON|OFF)",
    "    Keep this connection when memory of clients runs out, or not.",
    "NO-TOUCH (ON|OFF)",
    "    Leave the access times of keys alone, or not.",
    "PAUSE <timeout> [WRITE|ALL]",
    "    Hold back all commands, or those that write, for <timeout> milliseconds.",
    "REPLY (ON|OFF|SKIP)",
    "    Send replies to this connection, or none, or none to the next command.",
    "SETINFO (LIB-NAME <name>|LIB-VER <version>)",
    "    Note the library behind this connection.",
    "SETNAME <name>",
    "    Name this connection.",
    "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]",
    "         [OPTIN] [OPTOUT] [NOLOOP]",
    "    Tell this connection when keys change that it has read.",
    "TRACKINGINFO",
    "    Return how this connection is told of changes.",
    "UNBLOCK <id> [TIMEOUT|ERROR]",
    "    Wake a client that waits in a blocking command.",
    "UNPAUSE",
    "    End a pause.",
];

fn help(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.help("CLIENT", HELP);
    Ok(())
}

fn id(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let ClientId(id) = cx.client().id;
    cx.reply().integer(id as i64);
    Ok(())
}

fn getname(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let name = cx.client().name.clone();
    if name.is_empty() {
        cx.reply().null();
    } else {
        cx.reply().bulk(&name);
    }
    Ok(())
}

/// Returns whether the text can stand in a line of CLIENT LIST without breaking it.
fn is_plain(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_graphic)
}

/// Refuses a name that would break a line of CLIENT LIST.
pub(super) fn check_name(name: &[u8]) -> CmdResult {
    if is_plain(name) {
        return Ok(());
    }
    let text = "ERR Client names cannot contain spaces, newlines or special characters.";
    Err(CommandError::other(text))
}

fn setname(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    check_name(args[2])?;
    cx.client().name = args[2].into();
    cx.reply().ok();
    Ok(())
}

fn setinfo(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let field: fn(&mut Client) -> &mut Box<[u8]> = if args.is(2, "LIB-NAME") {
        |client| &mut client.lib_name
    } else if args.is(2, "LIB-VER") {
        |client| &mut client.lib_version
    } else {
        let option = String::from_utf8_lossy(args[2]);
        return Err(CommandError::other(format!("ERR Unrecognized option '{option}'")));
    };
    if !is_plain(args[3]) {
        let option = String::from_utf8_lossy(args[2]);
        return Err(CommandError::other(format!(
            "ERR {option} cannot contain spaces, newlines or special characters."
        )));
    }
    *field(cx.client()) = args[3].into();
    cx.reply().ok();
    Ok(())
}

/// What a client is for, as CLIENT LIST and CLIENT KILL tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClientType {
    Normal,
    Replica,
    PubSub,
    Primary,
}

impl ClientType {
    fn parse(name: &[u8]) -> Result<Self, CommandError> {
        match name.to_ascii_lowercase().as_slice() {
            b"normal" => Ok(Self::Normal),
            b"slave" | b"replica" => Ok(Self::Replica),
            b"pubsub" => Ok(Self::PubSub),
            b"master" => Ok(Self::Primary),
            _ => {
                let name = String::from_utf8_lossy(name);
                Err(CommandError::other(format!("ERR Unknown client type '{name}'")))
            }
        }
    }

    /// Links to replicas and to the primary are no clients here: none is in the list.
    fn of(client: &Client) -> Self {
        if client.flags.has(Flags::SUBSCRIBED) { Self::PubSub } else { Self::Normal }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_line_is_no_name() {
        for name in ["a b", "a\n", "\t", "é", "\x7f"] {
            assert!(check_name(name.as_bytes()).is_err(), "{name:?}");
        }
        for name in ["", "worker-1", "a=b", "~!"] {
            assert!(check_name(name.as_bytes()).is_ok(), "{name:?}");
        }
    }
}
