//! The commands over the server itself, as far as what they answer follows from what was asked.

use std::mem::discriminant;

use resp::value::Value;
use spec::usage::Arg;

/// Those that are asked for. The others answer with what two servers do not share (memory, times, numbers of clients), wait, end the connection, or change what is answered to what.
pub(crate) const COMPARABLE: &[&str] = &[
    "AUTH",
    "CLIENT CACHING",
    "CLIENT GETNAME",
    "CLIENT GETREDIR",
    "CLIENT NO-EVICT",
    "CLIENT NO-TOUCH",
    "CLIENT SETINFO",
    "CLIENT SETNAME",
    "CLIENT TRACKINGINFO",
    "CLIENT UNBLOCK",
    "CLIENT UNPAUSE",
    "COMMAND GETKEYS",
    "COMMAND GETKEYSANDFLAGS",
    "CONFIG GET",
    "CONFIG RESETSTAT",
    "CONFIG SET",
    "DISCARD",
    "ECHO",
    "EXEC",
    "FLUSHALL",
    "FLUSHDB",
    "HELLO",
    "LATENCY GRAPH",
    "LATENCY HISTORY",
    "LATENCY LATEST",
    "LATENCY RESET",
    "MEMORY PURGE",
    "MEMORY USAGE",
    "MULTI",
    "PING",
    "PUBLISH",
    "PUBSUB CHANNELS",
    "PUBSUB NUMPAT",
    "PUBSUB NUMSUB",
    "PUBSUB SHARDCHANNELS",
    "PUBSUB SHARDNUMSUB",
    "RESET",
    "SELECT",
    "SLOWLOG GET",
    "SLOWLOG LEN",
    "SLOWLOG RESET",
    "SPUBLISH",
    "SWAPDB",
    "UNWATCH",
    "WATCH",
];

/// Returns what may stand for an argument of these commands that means something special.
pub(crate) fn values(arg: &Arg) -> Option<&'static [&'static str]> {
    // Nothing that changes how values are kept, or how long the connection lasts.
    const PARAMETERS: &[&str] = &[
        "maxmemory-samples",
        "maxmemory-policy",
        "slowlog-max-len",
        "lfu-log-factor",
        "lfu-*",
        "notify-keyspace-events",
        "save",
        "client-output-buffer-limit",
        "tcp-keepalive",
        "appendfsync",
        "lazyfree-lazy-expire",
        "active-defrag-threshold-lower",
        "repl-backlog-ttl",
        "no-such-parameter",
        "databases",
        "",
    ];
    const SETTINGS: &[&str] = &[
        "yes",
        "no",
        "0",
        "1",
        "5",
        "64",
        "-1",
        "x",
        "1gb",
        "10MB",
        "",
        "allkeys-lru",
        "VOLATILE-TTL",
        "Elg",
        "KE$x",
        "3600 1 300 100",
        "3600",
        "normal 0 0 0",
        "pubsub 32mb 8mb 60",
        "normal 1 2",
        "everysec",
        " ",
    ];
    const COMMANDS: &[&str] = &[
        "GET",
        "mset",
        "SORT",
        "LMPOP",
        "ZUNIONSTORE",
        "OBJECT",
        "MEMORY",
        "PING",
        "SET",
        "nothing",
        "ZINTER",
    ];
    const ARGUMENTS: &[&str] =
        &["a", "b", "1", "2", "0", "store", "usage", "encoding", "KEYS", "BY"];
    match arg.name.as_str() {
        "parameter" => Some(PARAMETERS),
        "value" => Some(SETTINGS),
        "command" => Some(COMMANDS),
        "arg" => Some(ARGUMENTS),
        "protover" => Some(&["2", "2", "3", "3", "4", "1", "x"]),
        "index" | "index1" | "index2" => Some(&["0", "1", "9", "15", "16", "-1", "x"]),
        _ => None,
    }
}

/// Makes a request of one that the reference, which is a version behind, understands otherwise.
pub(crate) fn avoid_news(request: &mut Vec<Vec<u8>>) {
    let has = |word: &str| request.iter().any(|other| other.eq_ignore_ascii_case(word.as_bytes()));
    if has("COMMAND") && (has("GETKEYS") || has("GETKEYSANDFLAGS")) {
        // It asks for one more argument, and takes the word behind the last of several STORE.
        request.truncate(6);
        request.resize(request.len().max(4), b"a".to_vec());
    } else if has("ZRANK") || has("ZREVRANK") {
        // It does not know the option.
        request.truncate(3);
    } else if has("HELLO") {
        // It acts on an option before it has read those behind it.
        let whole = match request.get(2).map(|word| word.to_ascii_uppercase()).as_deref() {
            Some(b"AUTH") => 5,
            _ => 4,
        };
        if request.len() != whole {
            request.truncate(2);
        }
    }
}

/// What is said of a request from which no keys can be read.
const INVALID: &[u8] = b"ERR Invalid arguments specified for command";

/// Compares replies to one of these commands; `None` if nothing is special about it.
pub(crate) fn replies(request: &[Vec<u8>], ours: &Value, theirs: &Value) -> Option<bool> {
    let word =
        |index: usize| request.get(index).map_or(Vec::new(), |word| word.to_ascii_uppercase());
    let same_kind = discriminant(ours) == discriminant(theirs);
    let both_succeed = !ours.is_error() && !theirs.is_error();
    Some(match (&*word(0), &*word(1)) {
        // What is past its time may be there until it is removed, which is another moment.
        (b"MEMORY", b"USAGE") if ours.is_null() && !theirs.is_error() => true,
        // Versions and numbers of clients differ, and so does memory, and what is slow.
        (b"HELLO", _) | (b"SLOWLOG", b"GET" | b"LEN") | (b"MEMORY", b"USAGE") if both_succeed => {
            same_kind
        }
        // The reference ends a text before a byte that is zero.
        (b"LATENCY", b"GRAPH") => ours.is_error() == theirs.is_error(),
        // All settings: there are more of them in a newer version.
        (b"CONFIG", b"GET") if both_succeed && request.iter().any(|word| word == b"*") => same_kind,
        // The reference counts "1.0" keys as one.
        (b"COMMAND", _) if ours.as_error() == Some(INVALID) => true,
        // The order is that of a table.
        (b"CONFIG", b"GET") if both_succeed => sorted(ours) == sorted(theirs),
        _ => return None,
    })
}

fn sorted(settings: &Value) -> Vec<String> {
    let pairs = settings.pairs().unwrap_or_default();
    let mut pairs: Vec<String> = pairs.iter().map(|pair| format!("{pair:?}")).collect();
    pairs.sort_unstable();
    pairs
}
