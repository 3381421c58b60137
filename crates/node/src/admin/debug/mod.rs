//! DEBUG: looks into the server, and provokes situations, for those who test it.
//!
//! It is off unless `enable-debug-command` says otherwise, since much of it can stop the server. What is about things that do not exist here is not offered.

mod crash;
mod digest;
mod inspect;
mod length;
mod protocol;
mod structure;
mod tune;

use commands::{Args, CmdResult, CommandError};
use spec::Arity::AtLeast;
use spec::Flag::{Admin as AdminFlag, Loading, NoScript, Protected, Stale};
use spec::Group;

use super::Admin;
use crate::table::AdminFn;

/// A row, and what it calls.
type Command = spec::Command<AdminFn>;

/// The rows of this topic.
pub(crate) const COMMANDS: &[Command] = &[Command::new("DEBUG", debug, AtLeast(2))
    .group(Group::Server)
    .flags(&[AdminFlag, NoScript, Loading, Stale, Protected])
    .summary("Looks into the server, and provokes situations, for tests.")
    .complexity("Depends on the subcommand.")
    .since("1.0.0")
    .internal()];

/// A subcommand. They are no rows of the command table: only DEBUG itself is documented.
struct Sub {
    name: &'static str,
    /// How many arguments it takes, at least and at most.
    arguments: (usize, usize),
    run: AdminFn,
    help: &'static [&'static str],
}

const SUBCOMMANDS: &[Sub] = &[
    Sub {
        name: "assert",
        arguments: (0, 0),
        run: crash::assert,
        help: &["ASSERT", "    Crash by a fact that does not hold."],
    },
    Sub {
        name: "client-eviction",
        arguments: (0, 0),
        run: inspect::client_eviction,
        help: &["CLIENT-EVICTION", "    Show what clients use of the memory that all may use."],
    },
    Sub {
        name: "config-rewrite-force-all",
        arguments: (0, 0),
        run: tune::config_rewrite_force_all,
        help: &[
            "CONFIG-REWRITE-FORCE-ALL",
            "    Like CONFIG REWRITE, but write every setting, whether it is the default or not.",
        ],
    },
    Sub {
        name: "digest",
        arguments: (0, 0),
        run: digest::digest,
        help: &["DIGEST", "    A digest of all keys and values."],
    },
    Sub {
        name: "digest-value",
        arguments: (1, usize::MAX),
        run: digest::digest_value,
        help: &["DIGEST-VALUE <key> [<key> ...]", "    A digest of each of the values."],
    },
    Sub {
        name: "error",
        arguments: (1, 1),
        run: protocol::error,
        help: &["ERROR <text>", "    Answer with an error of this text."],
    },
    Sub {
        name: "htstats",
        arguments: (1, 2),
        run: inspect::htstats,
        help: &["HTSTATS <db>", "    Show figures of the table of a database."],
    },
    Sub {
        name: "htstats-key",
        arguments: (1, 2),
        run: inspect::htstats_key,
        help: &["HTSTATS-KEY <key>", "    The same for the table that a value consists of."],
    },
    Sub {
        name: "listpack",
        arguments: (1, 1),
        run: structure::listpack,
        help: &["LISTPACK <key>", "    Show the listpack that a value consists of."],
    },
    Sub {
        name: "log",
        arguments: (1, 1),
        run: tune::log,
        help: &["LOG <text>", "    Write a line to the log."],
    },
    Sub {
        name: "mallctl",
        arguments: (1, 2),
        run: tune::mallctl,
        help: &["MALLCTL <name> [<value>]", "    Read, or set, a number of the allocator's."],
    },
    Sub {
        name: "mallctl-str",
        arguments: (1, 1),
        run: tune::mallctl_str,
        help: &["MALLCTL-STR <name>", "    Read a text of the allocator's."],
    },
    Sub {
        name: "object",
        arguments: (1, 2),
        run: inspect::object,
        help: &["OBJECT <key>", "    Show how a key and its value are stored."],
    },
    Sub {
        name: "oom",
        arguments: (0, 0),
        run: crash::oom,
        help: &["OOM", "    Crash by asking for more memory than there can be."],
    },
    Sub {
        name: "panic",
        arguments: (0, 0),
        run: crash::panic,
        help: &["PANIC", "    Crash on purpose."],
    },
    Sub {
        name: "pause-cron",
        arguments: (1, 1),
        run: tune::pause_cron,
        help: &["PAUSE-CRON <0|1>", "    Stop all that happens by itself, or let it go on."],
    },
    Sub {
        name: "populate",
        arguments: (1, 3),
        run: tune::populate,
        help: &[
            "POPULATE <count> [<prefix>] [<size>]",
            "    Create strings named <prefix>:0 and so on, where there are no keys of that name.",
            "    Replicas and the log are not told.",
        ],
    },
    Sub {
        name: "protocol",
        arguments: (1, 1),
        run: protocol::protocol,
        help: &[
            "PROTOCOL <type>",
            "    Answer with an example of a type: string, integer, double, bignum, null, array,",
            "    set, map, attrib, push, verbatim, true or false.",
        ],
    },
    Sub {
        name: "quicklist",
        arguments: (1, 2),
        run: structure::quicklist,
        help: &[
            "QUICKLIST <key> [<0|1>]",
            "    Show the nodes that a list consists of, and with 1 their elements.",
        ],
    },
    Sub {
        name: "quicklist-packed-threshold",
        arguments: (1, 1),
        run: structure::packed_threshold,
        help: &[
            "QUICKLIST-PACKED-THRESHOLD <size>",
            "    Give elements of lists that are this large nodes of their own; 0 goes back to",
            "    those that are larger than a node may be.",
        ],
    },
    Sub {
        name: "replybuffer",
        arguments: (2, 2),
        run: tune::replybuffer,
        help: &[
            "REPLYBUFFER PEAK-RESET-TIME <NEVER|RESET|milliseconds>",
            "    After how long the most that an output buffer held is forgotten.",
            "REPLYBUFFER RESIZING <0|1>",
            "    Leave output buffers as they are, or adapt them.",
        ],
    },
    Sub {
        name: "sdslen",
        arguments: (1, 1),
        run: inspect::sdslen,
        help: &["SDSLEN <key>", "    Show the lengths of a key and of the string it holds."],
    },
    Sub {
        name: "segfault",
        arguments: (0, 0),
        run: crash::segfault,
        help: &["SEGFAULT", "    Crash by an access to memory that is not there."],
    },
    Sub {
        name: "set-active-expire",
        arguments: (1, 1),
        run: tune::set_active_expire,
        help: &[
            "SET-ACTIVE-EXPIRE <0|1>",
            "    Remove expired keys only when somebody asks for them, or by themselves.",
        ],
    },
    Sub {
        name: "sleep",
        arguments: (1, 1),
        run: tune::sleep,
        help: &["SLEEP <seconds>", "    Let nothing happen for so long, which may be a fraction."],
    },
    Sub {
        name: "stringmatch-test",
        arguments: (0, 0),
        run: tune::stringmatch_test,
        help: &["STRINGMATCH-TEST", "    Match many random patterns with random texts."],
    },
    Sub {
        name: "structsize",
        arguments: (0, 0),
        run: inspect::structsize,
        help: &["STRUCTSIZE", "    Show the sizes of some structures."],
    },
];

/// DEBUG subcommand [argument ...]
fn debug(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let count = args.len() - 2;
    if args.is(1, "help") && count == 0 {
        let lines: Vec<&str> = SUBCOMMANDS.iter().flat_map(|sub| sub.help).copied().collect();
        cx.help("DEBUG", &lines);
        return Ok(());
    }
    let found = SUBCOMMANDS
        .iter()
        .find(|sub| args.is(1, sub.name) && (sub.arguments.0..=sub.arguments.1).contains(&count));
    match found {
        Some(sub) => (sub.run)(cx, args),
        None => Err(CommandError::UnknownSubcommand(
            String::from_utf8_lossy(args[1]).into_owned(),
            "DEBUG".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests;
