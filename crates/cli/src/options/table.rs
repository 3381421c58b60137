//! Every option, once.
//!
//! A row says how the option is written, what it takes, what it means and what it does. Nothing
//! else in the program names an option.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use connector::Family;

use super::parse::{leading_integer, leading_number, leading_unsigned, port, seconds};
use super::{Mode, Options, Output, uri};
use crate::out::complain;
use crate::quoting::unquote;

/// What follows an option.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// One value, so called.
    One(&'static str),
    /// A number, if one follows.
    Maybe(&'static str),
    /// Everything up to the next option.
    Rest(&'static str),
}

/// The headings of the help text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Section {
    /// Where the server is, and who asks.
    Connection,
    /// What is sent.
    Input,
    /// How replies are shown.
    Output,
    /// Other things than running a command.
    Special,
    /// How the server is doing.
    Diagnostics,
    /// The cluster manager.
    Cluster,
    /// About this program.
    Misc,
}

/// One option.
pub(super) struct Row {
    /// How it is written; the first is the name to advertise.
    pub(super) names: &'static [&'static str],
    pub(super) takes: Takes,
    pub(super) section: Section,
    pub(super) help: &'static str,
    /// What it does, with as many values as it takes.
    pub(super) apply: fn(&mut Options, &[Vec<u8>]) -> Result<(), String>,
}

/// Writes a row on few lines.
macro_rules! row {
    ([$($name:literal),+], $takes:expr, $section:ident, $help:literal, |$o:ident, $v:ident| $apply:block) => {
        Row { names: &[$($name),+], takes: $takes, section: Section::$section, help: $help, apply: |$o, $v| $apply }
    };
}

/// Every option, in the order of the help text.
pub(super) const OPTIONS: &[Row] = &[
    row!(
        ["-h"],
        Takes::One("hostname"),
        Connection,
        "Server to connect to (default 127.0.0.1).",
        |o, v| {
            o.host = text(one(v));
            Ok(())
        }
    ),
    row!(["-p"], Takes::One("port"), Connection, "Port of the server (default 6379).", |o, v| {
        o.port = port(one(v))?;
        Ok(())
    }),
    row!(
        ["-s"],
        Takes::One("socket"),
        Connection,
        "Unix socket of the server; goes before host and port.",
        |o, v| {
            o.socket = Some(path(one(v)));
            Ok(())
        }
    ),
    row!(["-4"], Takes::Nothing, Connection, "Use IPv4 only.", |o, _v| {
        o.family = Family::V4;
        Ok(())
    }),
    row!(["-6"], Takes::Nothing, Connection, "Use IPv6 only.", |o, _v| {
        o.family = Family::V6;
        Ok(())
    }),
    row!(
        ["-t"],
        Takes::One("seconds"),
        Connection,
        "Give up connecting after so many seconds (decimals allowed).",
        |o, v| {
            o.timeout = Some(seconds(one(v))).filter(|limit| !limit.is_zero());
            Ok(())
        }
    ),
    row!(
        ["-a", "--pass"],
        Takes::One("password"),
        Connection,
        "Password. The environment variable REDISCLI_AUTH is a safer place for it; this option goes first.",
        |o, v| {
            o.password = Some(one(v).to_vec());
            o.password_on_command_line = true;
            Ok(())
        }
    ),
    row!(
        ["--user"],
        Takes::One("username"),
        Connection,
        "User to authenticate as; needs a password.",
        |o, v| {
            o.user = Some(one(v).to_vec());
            Ok(())
        }
    ),
    row!(
        ["--askpass"],
        Takes::Nothing,
        Connection,
        "Ask for the password on the terminal; -a and REDISCLI_AUTH are not looked at.",
        |o, _v| {
            o.askpass = true;
            Ok(())
        }
    ),
    row!(
        ["--no-auth-warning"],
        Takes::Nothing,
        Connection,
        "Do not warn about a password on the command line.",
        |o, _v| {
            o.auth_warning = false;
            Ok(())
        }
    ),
    row!(
        ["-u"],
        Takes::One("uri"),
        Connection,
        "Server as a URI: redis://user:password@host:port/db, rediss:// for TLS, unix://path?db=n.",
        |o, v| { uri::apply(o, one(v)) }
    ),
    row!(["-n"], Takes::One("db"), Connection, "Database to select.", |o, v| {
        o.db = leading_integer(one(v));
        Ok(())
    }),
    row!(["-2"], Takes::Nothing, Connection, "Speak RESP2.", |o, _v| {
        o.resp2 = true;
        Ok(())
    }),
    row!(["-3"], Takes::Nothing, Connection, "Speak RESP3.", |o, _v| {
        o.resp3 = true;
        Ok(())
    }),
    row!(["-c"], Takes::Nothing, Connection, "Follow the redirections of a cluster.", |o, _v| {
        o.follow_redirections = true;
        Ok(())
    }),
    row!(["--tls"], Takes::Nothing, Connection, "Connect over TLS.", |o, _v| {
        o.tls = true;
        Ok(())
    }),
    row!(
        ["--sni"],
        Takes::One("host"),
        Connection,
        "Name to ask for, and to find in the server certificate.",
        |o, v| {
            o.tls_options.server_name = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(["--cacert"], Takes::One("file"), Connection, "Certificates to trust, in PEM.", |o, v| {
        o.tls_options.ca_file = Some(path(one(v)));
        Ok(())
    }),
    row!(
        ["--cacertdir"],
        Takes::One("dir"),
        Connection,
        "Folder of certificates to trust. Without these two options: those of the system.",
        |o, v| {
            o.tls_options.ca_directory = Some(path(one(v)));
            Ok(())
        }
    ),
    row!(["--insecure"], Takes::Nothing, Connection, "Trust any server certificate.", |o, _v| {
        o.tls_options.insecure = true;
        Ok(())
    }),
    row!(
        ["--cert"],
        Takes::One("file"),
        Connection,
        "Certificate to show to the server, in PEM.",
        |o, v| {
            o.tls_options.certificate = Some(path(one(v)));
            Ok(())
        }
    ),
    row!(["--key"], Takes::One("file"), Connection, "Private key of that certificate.", |o, v| {
        o.tls_options.key = Some(path(one(v)));
        Ok(())
    }),
    row!(
        ["--tls-ciphers"],
        Takes::One("list"),
        Connection,
        "Ciphers for TLS 1.2, best first, with colons between.",
        |o, v| {
            o.tls_options.ciphers = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--tls-ciphersuites"],
        Takes::One("list"),
        Connection,
        "Cipher suites for TLS 1.3, best first, with colons between.",
        |o, v| {
            o.tls_options.cipher_suites = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(
        ["-r"],
        Takes::One("count"),
        Input,
        "Run the command so many times; -1 means for ever.",
        |o, v| {
            o.repeat = leading_integer(one(v));
            Ok(())
        }
    ),
    row!(
        ["-i"],
        Takes::One("seconds"),
        Input,
        "Wait so long between repetitions (decimals allowed); also the pace of --stat, --scan, --bigkeys and the like.",
        |o, v| {
            o.interval = Some(seconds(one(v)));
            Ok(())
        }
    ),
    row!(["-x"], Takes::Nothing, Input, "Take the last argument from standard input.", |o, _v| {
        o.last_arg_from_stdin = true;
        Ok(())
    }),
    row!(
        ["-X"],
        Takes::One("tag"),
        Input,
        "Put standard input in place of every argument that equals the tag.",
        |o, v| {
            o.stdin_tag = Some(one(v).to_vec());
            Ok(())
        }
    ),
    row!(
        ["--quoted-input"],
        Takes::Nothing,
        Input,
        "Arguments are quoted strings, with escapes.",
        |o, _v| {
            o.quoted_input = true;
            Ok(())
        }
    ),
    row!(
        ["-d"],
        Takes::One("delimiter"),
        Output,
        "What separates the elements of a raw reply (default: a line feed).",
        |o, v| {
            o.element_delimiter = one(v).to_vec();
            Ok(())
        }
    ),
    row!(
        ["-D"],
        Takes::One("delimiter"),
        Output,
        "What ends a raw reply (default: a line feed).",
        |o, v| {
            o.reply_delimiter = one(v).to_vec();
            Ok(())
        }
    ),
    row!(
        ["-e"],
        Takes::Nothing,
        Output,
        "Report a failed command on standard error and by the exit code.",
        |o, _v| {
            o.error_exit_code = true;
            Ok(())
        }
    ),
    row!(
        ["--raw"],
        Takes::Nothing,
        Output,
        "Show replies bare; the default when standard output is not a terminal.",
        |o, _v| { choose(o, Output::Raw) }
    ),
    row!(
        ["--no-raw"],
        Takes::Nothing,
        Output,
        "Show replies formatted even when standard output is not a terminal.",
        |o, _v| { choose(o, Output::Standard) }
    ),
    row!(["--csv"], Takes::Nothing, Output, "Show replies as comma-separated values.", |o, _v| {
        choose(o, Output::Csv)
    }),
    row!(
        ["--json"],
        Takes::Nothing,
        Output,
        "Show replies as JSON. Implies -3 unless -2 is given.",
        |o, _v| { choose(o, Output::Json) }
    ),
    row!(
        ["--quoted-json"],
        Takes::Nothing,
        Output,
        "Like --json, with strings escaped to plain ASCII.",
        |o, _v| { choose(o, Output::QuotedJson) }
    ),
    row!(
        ["--show-pushes"],
        Takes::One("yn"),
        Output,
        "Whether to show messages that answer no request; the default is yes on a terminal.",
        |o, v| { show_pushes(o, one(v)) }
    ),
    row!(["--verbose"], Takes::Nothing, Output, "Say more about what is done.", |o, _v| {
        o.verbose = true;
        Ok(())
    }),
    row!(
        ["--eval"],
        Takes::One("file"),
        Special,
        "Run the Lua script in a file; arguments before a lone comma are KEYS, those behind it ARGV.",
        |o, v| {
            o.mode = Mode::Eval(path(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--ldb"],
        Takes::Nothing,
        Special,
        "Refused: the script debugger is not part of this program.",
        |o, _v| {
            o.debugger = true;
            Ok(())
        }
    ),
    row!(["--ldb-sync-mode"], Takes::Nothing, Special, "Refused, as --ldb.", |o, _v| {
        o.debugger = true;
        Ok(())
    }),
    row!(
        ["--pipe"],
        Takes::Nothing,
        Special,
        "Send raw protocol from standard input to the server, as fast as it takes it.",
        |o, _v| {
            o.mode = Mode::Pipe;
            Ok(())
        }
    ),
    row!(
        ["--pipe-timeout"],
        Takes::One("seconds"),
        Special,
        "With --pipe: give up when nothing has been heard for so long after the end (default 30; 0: never).",
        |o, v| {
            o.pipe_timeout = Duration::from_secs(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(["--scan"], Takes::Nothing, Special, "List the keys with SCAN.", |o, _v| {
        o.mode = Mode::Scan;
        Ok(())
    }),
    row!(
        ["--pattern"],
        Takes::One("pattern"),
        Special,
        "Only keys that match, for --scan, --bigkeys, --memkeys, --keystats and --hotkeys.",
        |o, v| {
            o.pattern = Some(one(v).to_vec());
            Ok(())
        }
    ),
    row!(
        ["--quoted-pattern"],
        Takes::One("pattern"),
        Special,
        "Like --pattern, written as a quoted string.",
        |o, v| {
            o.pattern = Some(
                unquote(one(v)).ok_or("Invalid quoted string specified for --quoted-pattern.")?,
            );
            Ok(())
        }
    ),
    row!(["--count"], Takes::One("count"), Special, "The COUNT to scan with.", |o, v| {
        o.scan_count = Some(leading_unsigned(one(v)));
        Ok(())
    }),
    row!(["--type"], Takes::One("type"), Special, "Only keys of a type, for --scan.", |o, v| {
        o.scan_type = Some(one(v).to_vec());
        Ok(())
    }),
    row!(["--cursor"], Takes::One("cursor"), Special, "Where to begin scanning.", |o, v| {
        o.cursor = leading_unsigned(one(v));
        Ok(())
    }),
    row!(
        ["--replica", "--slave"],
        Takes::Nothing,
        Special,
        "Show the command stream that replicas get.",
        |o, _v| {
            o.mode = Mode::Replica;
            Ok(())
        }
    ),
    row!(
        ["--rdb"],
        Takes::One("file"),
        Special,
        "Save a snapshot of the server to a file; - is standard output.",
        |o, v| {
            o.mode = Mode::Rdb;
            o.rdb_file = Some(path(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--functions-rdb"],
        Takes::One("file"),
        Special,
        "Like --rdb, functions only.",
        |o, v| {
            o.mode = Mode::FunctionsRdb;
            o.rdb_file = Some(path(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--stat"],
        Takes::Nothing,
        Diagnostics,
        "Rolling statistics of the server: keys, memory, clients, requests.",
        |o, _v| {
            o.mode = Mode::Stat;
            Ok(())
        }
    ),
    row!(
        ["--top"],
        Takes::Maybe("rows"),
        Diagnostics,
        "Full-screen dashboard. With --keystats: how many of the largest keys to list (default 10).",
        |o, v| {
            if o.mode != Mode::KeyStats {
                o.mode = Mode::Top;
            }
            if let Some(rows) = v.first() {
                o.top = usize::try_from(leading_unsigned(rows)).unwrap_or(10);
            }
            Ok(())
        }
    ),
    row!(
        ["--latency"],
        Takes::Nothing,
        Diagnostics,
        "Sample the round trip of PING: for ever on a terminal, else for one interval (1 s, see -i).",
        |o, _v| {
            o.mode = Mode::Latency;
            Ok(())
        }
    ),
    row!(
        ["--latency-history"],
        Takes::Nothing,
        Diagnostics,
        "Like --latency, a line per interval (15 s, see -i).",
        |o, _v| {
            o.mode = Mode::LatencyHistory;
            Ok(())
        }
    ),
    row!(
        ["--latency-dist"],
        Takes::Nothing,
        Diagnostics,
        "Latency as a spectrum, a line per interval (1 s, see -i); needs 256 colours.",
        |o, _v| {
            o.mode = Mode::LatencyDist;
            Ok(())
        }
    ),
    row!(
        ["--intrinsic-latency"],
        Takes::One("seconds"),
        Diagnostics,
        "Measure for so long how late this machine lets a busy process run.",
        |o, v| {
            o.mode = Mode::IntrinsicLatency(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--bigkeys"],
        Takes::Nothing,
        Diagnostics,
        "Find the keys with the most elements.",
        |o, _v| {
            o.mode = Mode::BigKeys;
            Ok(())
        }
    ),
    row!(
        ["--memkeys"],
        Takes::Nothing,
        Diagnostics,
        "Find the keys that take the most memory.",
        |o, _v| {
            o.mode = Mode::MemKeys;
            Ok(())
        }
    ),
    row!(
        ["--memkeys-samples"],
        Takes::One("count"),
        Diagnostics,
        "Like --memkeys, looking at so many elements of each key (0: all).",
        |o, v| {
            o.mode = Mode::MemKeys;
            o.memory_samples = Some(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--keystats"],
        Takes::Nothing,
        Diagnostics,
        "Elements and memory of all keys, with distributions.",
        |o, _v| {
            o.mode = Mode::KeyStats;
            Ok(())
        }
    ),
    row!(
        ["--keystats-samples"],
        Takes::One("count"),
        Diagnostics,
        "Like --keystats, looking at so many elements of each key (0: all).",
        |o, v| {
            o.mode = Mode::KeyStats;
            o.memory_samples = Some(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--hotkeys"],
        Takes::Nothing,
        Diagnostics,
        "Find the keys used most; the server's maxmemory-policy must be one of the LFU kinds.",
        |o, _v| {
            o.mode = Mode::HotKeys;
            Ok(())
        }
    ),
    row!(
        ["--lru-test"],
        Takes::One("keys"),
        Diagnostics,
        "Simulate a cache of so many keys with an 80-20 distribution of accesses. Writes to the server.",
        |o, v| {
            o.mode = Mode::LruTest(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--cluster"],
        Takes::Rest("command [args]"),
        Cluster,
        "Manage a cluster; see --cluster help.",
        |o, v| {
            o.mode = Mode::Cluster(v.to_vec());
            Ok(())
        }
    ),
    row!(
        ["--dry-run"],
        Takes::Nothing,
        Cluster,
        "With --cluster: say what would be done, and change nothing.",
        |o, _v| {
            o.dry_run = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-replicas"],
        Takes::One("count"),
        Cluster,
        "Replicas per primary (create).",
        |o, v| {
            o.cluster.replicas = usize::try_from(leading_unsigned(one(v))).unwrap_or(0);
            Ok(())
        }
    ),
    row!(
        ["--cluster-from"],
        Takes::One("nodes"),
        Cluster,
        "Node IDs to take slots from, separated by commas, or all (reshard); address to import from (import).",
        |o, v| {
            o.cluster.from = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--cluster-to"],
        Takes::One("node"),
        Cluster,
        "Node ID that gets the slots (reshard).",
        |o, v| {
            o.cluster.to = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--cluster-from-user"],
        Takes::One("username"),
        Cluster,
        "User at the import's source.",
        |o, v| {
            o.cluster.from_user = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--cluster-from-pass"],
        Takes::One("password"),
        Cluster,
        "Password at the import's source.",
        |o, v| {
            o.cluster.from_pass = Some(one(v).to_vec());
            Ok(())
        }
    ),
    row!(
        ["--cluster-from-askpass"],
        Takes::Nothing,
        Cluster,
        "Ask for the password at the import's source.",
        |o, _v| {
            o.cluster.from_askpass = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-slots"],
        Takes::One("count"),
        Cluster,
        "How many slots to move (reshard).",
        |o, v| {
            o.cluster.slots = Some(usize::try_from(leading_unsigned(one(v))).unwrap_or(0));
            Ok(())
        }
    ),
    row!(
        ["--cluster-yes"],
        Takes::Nothing,
        Cluster,
        "Answer all questions with yes; as REDISCLI_CLUSTER_YES=1 does.",
        |o, _v| {
            o.cluster.yes = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-timeout"],
        Takes::One("ms"),
        Cluster,
        "How long a MIGRATE may take (default 60000).",
        |o, v| {
            o.cluster.timeout_ms = Some(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--cluster-pipeline"],
        Takes::One("count"),
        Cluster,
        "Keys per MIGRATE (default 10).",
        |o, v| {
            o.cluster.pipeline = usize::try_from(leading_unsigned(one(v))).unwrap_or(10).max(1);
            Ok(())
        }
    ),
    row!(
        ["--cluster-replace"],
        Takes::Nothing,
        Cluster,
        "Overwrite keys that exist at the target.",
        |o, _v| {
            o.cluster.replace = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-copy"],
        Takes::Nothing,
        Cluster,
        "Leave the keys at the source (import).",
        |o, _v| {
            o.cluster.copy = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-weight"],
        Takes::Rest("node=weight"),
        Cluster,
        "Weights of primaries (rebalance).",
        |o, v| {
            o.cluster.weights.extend(v.iter().map(|w| text(w)));
            Ok(())
        }
    ),
    row!(
        ["--cluster-use-empty-masters"],
        Takes::Nothing,
        Cluster,
        "Give slots to primaries that have none, too (rebalance).",
        |o, _v| {
            o.cluster.use_empty_masters = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-simulate"],
        Takes::Nothing,
        Cluster,
        "Show what would be moved (rebalance).",
        |o, _v| {
            o.cluster.simulate = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-threshold"],
        Takes::One("percent"),
        Cluster,
        "Imbalance that is left alone (rebalance, default 2).",
        |o, v| {
            o.cluster.threshold = leading_number(one(v));
            Ok(())
        }
    ),
    row!(
        ["--cluster-slave", "--cluster-replica"],
        Takes::Nothing,
        Cluster,
        "Add the node as a replica (add-node).",
        |o, _v| {
            o.cluster.replica = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-master-id", "--cluster-primary-id"],
        Takes::One("node"),
        Cluster,
        "Whose replica it becomes (add-node).",
        |o, v| {
            o.cluster.master_id = Some(text(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--cluster-search-multiple-owners"],
        Takes::Nothing,
        Cluster,
        "Look for slots with several owners (check, fix).",
        |o, _v| {
            o.cluster.search_multiple_owners = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-fix-with-unreachable-masters"],
        Takes::Nothing,
        Cluster,
        "Fix even though primaries cannot be reached (fix).",
        |o, _v| {
            o.cluster.fix_with_unreachable_masters = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-only-masters", "--cluster-only-primaries"],
        Takes::Nothing,
        Cluster,
        "Call primaries only (call).",
        |o, _v| {
            o.cluster.only_masters = true;
            Ok(())
        }
    ),
    row!(
        ["--cluster-only-replicas"],
        Takes::Nothing,
        Cluster,
        "Call replicas only (call).",
        |o, _v| {
            o.cluster.only_replicas = true;
            Ok(())
        }
    ),
    row!(["--help"], Takes::Nothing, Misc, "Show this text.", |o, _v| {
        o.mode = Mode::Help;
        Ok(())
    }),
    row!(["--version", "-v"], Takes::Nothing, Misc, "Show the version.", |o, _v| {
        o.mode = Mode::Version;
        Ok(())
    }),
    row!(["--man-page"], Takes::Nothing, Misc, "Write the manual page (roff).", |o, _v| {
        o.mode = Mode::ManPage;
        Ok(())
    }),
    row!(
        ["--completions"],
        Takes::One("shell"),
        Misc,
        "Write completions for bash, zsh or fish.",
        |o, v| {
            o.mode = Mode::Completions(text(one(v)));
            Ok(())
        }
    ),
];

/// The value of an option that takes one; the parser has seen to it that there is one.
fn one(values: &[Vec<u8>]) -> &[u8] {
    values.first().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

fn path(value: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(value))
}

fn choose(options: &mut Options, output: Output) -> Result<(), String> {
    options.output = output;
    options.output_chosen = true;
    Ok(())
}

fn show_pushes(options: &mut Options, value: &[u8]) -> Result<(), String> {
    match value.first().map(u8::to_ascii_lowercase) {
        Some(b'y') => options.show_pushes = Some(true),
        Some(b'n') => options.show_pushes = Some(false),
        // Compat: said, and gone on.
        _ => complain!("Unknown --show-pushes value '{}' (valid: '[y]es', '[n]o')", text(value)),
    }
    Ok(())
}
