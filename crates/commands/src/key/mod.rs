//! Keys, whatever they hold.
//!
//! ```text
//! inspect.rs     whether they are there, and what they are
//! scan.rs        finding them
//! expire.rs      their times to live
//! transfer.rs    other names, other databases
//! remove.rs      the end
//! sort/          their elements in order
//! object.rs      how their values are stored
//! ```

mod expire;
mod inspect;
mod object;
mod remove;
mod scan;
mod sort;
mod transfer;

use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{DenyOom, Fast, Loading, ReadOnly, Stale, TouchesArbitraryKeys, Write};
use spec::KeyFlag::{Access, Delete, Insert, Ow, Rm, Ro, Rw, Update};
use spec::{Category, KeySpec, finder};

use crate::{DataFn, unknown_subcommand};

/// A row, and what it calls.
type Command = spec::Command<DataFn>;

/// What is said of the keys that `BY` and `GET` make.
const PATTERNS: &str = "`BY` and `GET` make the names of keys of what they find.";

/// The commands on keys.
pub const COMMANDS: &[Command] = &[
    Command::new("COPY", transfer::copy, AtLeast(3))
        .flags(&[Write, DenyOom])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Ro, Access]), KeySpec::at(2, &[Ow, Update])])
        .usage("source:key destination:key [DB destination-db:integer] [REPLACE]")
        .summary("Copies the value and the expiry of a key to another key.")
        .complexity("O(N) for a collection of N elements or a string of N bytes.")
        .since("6.2.0"),
    Command::new("DEL", remove::del, AtLeast(2))
        .flags(&[Write])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rm, Delete]).to(-1)])
        .usage("key+")
        .summary("Removes keys.")
        .complexity("O(N) for N keys, and O(M) more for each that holds M elements.")
        .since("1.0.0")
        .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
    Command::new("EXISTS", inspect::exists, AtLeast(2))
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Ro]).to(-1)])
        .usage("key+")
        .summary("Counts how many of the keys exist, repeated ones repeatedly.")
        .complexity("O(N) for N keys.")
        .since("1.0.0")
        .history(&[("3.0.3", "Takes several keys.")])
        .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
    Command::new("EXPIRE", expire::expire, AtLeast(3))
        .flags(&[Write, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key seconds:integer [condition=(NX | XX | GT | LT)]@7.0.0")
        .summary("Lets a key expire after so many seconds.")
        .complexity("O(1).")
        .since("1.0.0")
        .history(&[("7.0.0", "Takes the conditions `NX`, `XX`, `GT` and `LT`.")]),
    Command::new("EXPIREAT", expire::expireat, AtLeast(3))
        .flags(&[Write, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key unix-time-seconds:unix-time [condition=(NX | XX | GT | LT)]@7.0.0")
        .summary("Lets a key expire at a Unix time in seconds.")
        .complexity("O(1).")
        .since("1.2.0")
        .history(&[("7.0.0", "Takes the conditions `NX`, `XX`, `GT` and `LT`.")]),
    Command::new("EXPIRETIME", expire::expiretime, Exactly(2))
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key")
        .summary("Returns the Unix time in seconds at which a key expires.")
        .complexity("O(1).")
        .since("7.0.0"),
    Command::new("KEYS", scan::keys, Exactly(2))
        .flags(&[ReadOnly])
        .categories(&[Category::Keyspace, Category::Dangerous])
        .usage("pattern:pattern")
        .summary("Returns all keys that match a pattern.")
        .complexity("O(N) for N keys in the database.")
        .since("1.0.0")
        .tips(&["request_policy:all_shards", "nondeterministic_output_order"]),
    Command::new("MOVE", transfer::move_to_db, Exactly(3))
        .flags(&[Write, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key db:integer")
        .summary("Moves a key to another database.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("OBJECT", unknown_subcommand, AtLeast(2))
        .summary("Tells how values are stored.")
        .complexity("Depends on the subcommand.")
        .since("2.2.3")
        .subcommands(&[
            Command::new("ENCODING", object::encoding, Exactly(3))
                .flags(&[ReadOnly])
                .categories(&[Category::Keyspace])
                .keys(&[KeySpec::at(2, &[Ro])])
                .usage("key")
                .summary("Returns the internal encoding of a value.")
                .complexity("O(1).")
                .since("2.2.3")
                .tips(&["nondeterministic_output"]),
            Command::new("FREQ", object::freq, Exactly(3))
                .flags(&[ReadOnly])
                .categories(&[Category::Keyspace])
                .keys(&[KeySpec::at(2, &[Ro])])
                .usage("key")
                .summary("Returns how often a key is accessed, as a logarithmic counter.")
                .complexity("O(1).")
                .since("4.0.0")
                .tips(&["nondeterministic_output"]),
            Command::new("HELP", object::help, Exactly(2))
                .flags(&[Loading, Stale])
                .categories(&[Category::Keyspace])
                .summary("Returns help about the subcommands.")
                .complexity("O(1).")
                .since("6.2.0"),
            Command::new("IDLETIME", object::idletime, Exactly(3))
                .flags(&[ReadOnly])
                .categories(&[Category::Keyspace])
                .keys(&[KeySpec::at(2, &[Ro])])
                .usage("key")
                .summary("Returns for how many seconds a key was not accessed.")
                .complexity("O(1).")
                .since("2.2.3")
                .tips(&["nondeterministic_output"]),
            Command::new("REFCOUNT", object::refcount, Exactly(3))
                .flags(&[ReadOnly])
                .categories(&[Category::Keyspace])
                .keys(&[KeySpec::at(2, &[Ro])])
                .usage("key")
                .summary("Returns how many references a value has.")
                .complexity("O(1).")
                .since("2.2.3")
                .tips(&["nondeterministic_output"]),
        ]),
    Command::new("PERSIST", expire::persist, Exactly(2))
        .flags(&[Write, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key")
        .summary("Lifts the expiry of a key.")
        .complexity("O(1).")
        .since("2.2.0"),
    Command::new("PEXPIRE", expire::pexpire, AtLeast(3))
        .flags(&[Write, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key milliseconds:integer [condition=(NX | XX | GT | LT)]@7.0.0")
        .summary("Lets a key expire after so many milliseconds.")
        .complexity("O(1).")
        .since("2.6.0")
        .history(&[("7.0.0", "Takes the conditions `NX`, `XX`, `GT` and `LT`.")]),
    Command::new("PEXPIREAT", expire::pexpireat, AtLeast(3))
        .flags(&[Write, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key unix-time-milliseconds:unix-time [condition=(NX | XX | GT | LT)]@7.0.0")
        .summary("Lets a key expire at a Unix time in milliseconds.")
        .complexity("O(1).")
        .since("2.6.0")
        .history(&[("7.0.0", "Takes the conditions `NX`, `XX`, `GT` and `LT`.")]),
    Command::new("PEXPIRETIME", expire::pexpiretime, Exactly(2))
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key")
        .summary("Returns the Unix time in milliseconds at which a key expires.")
        .complexity("O(1).")
        .since("7.0.0"),
    Command::new("PTTL", expire::pttl, Exactly(2))
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key")
        .summary("Returns how many milliseconds a key has left.")
        .complexity("O(1).")
        .since("2.6.0")
        .history(&[("2.8.0", "Answers -2 if there is no key.")])
        .tips(&["nondeterministic_output"]),
    Command::new("RANDOMKEY", scan::randomkey, Exactly(1))
        .flags(&[ReadOnly, TouchesArbitraryKeys])
        .categories(&[Category::Keyspace])
        .summary("Returns a random key.")
        .complexity("O(1).")
        .since("1.0.0")
        .tips(&["request_policy:all_shards", "response_policy:special", "nondeterministic_output"]),
    Command::new("RENAME", transfer::rename, Exactly(3))
        .flags(&[Write])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]), KeySpec::at(2, &[Ow, Update])])
        .usage("key newkey:key")
        .summary("Gives a key another name, and removes the key that had it.")
        .complexity("O(1), and O(M) if a value of M elements is replaced.")
        .since("1.0.0"),
    Command::new("RENAMENX", transfer::renamenx, Exactly(3))
        .flags(&[Write, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]), KeySpec::at(2, &[Ow, Insert])])
        .usage("key newkey:key")
        .summary("Gives a key another name unless there is a key of that name.")
        .complexity("O(1).")
        .since("1.0.0")
        .history(&[("3.2.0", "Accepts a new name that is the old one.")]),
    Command::new("SCAN", scan::scan, AtLeast(2))
        .flags(&[ReadOnly, TouchesArbitraryKeys])
        .categories(&[Category::Keyspace])
        .usage("cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type]@6.0.0")
        .summary("Walks over the keys of the database, some per call.")
        .complexity("O(1) per call, O(N) for the whole walk over N keys.")
        .since("2.8.0")
        .history(&[("6.0.0", "Takes `TYPE`.")])
        .tips(&["nondeterministic_output", "request_policy:special", "response_policy:special"]),
    Command::new("SORT", sort::sort, AtLeast(2))
        .flags(&[Write, DenyOom])
        .categories(&[Category::Set, Category::SortedSet, Category::List, Category::Dangerous])
        .keys(&[
            KeySpec::at(1, &[Ro, Access]),
            KeySpec::unknown(&[Ro, Access]).notes(PATTERNS),
            KeySpec::unknown(&[Ow, Update]).notes("`STORE` may come anywhere among the options."),
        ])
        .key_finder(finder::sort)
        .usage(
            "key [BY by-pattern<pattern>:pattern#1] [LIMIT limit=(offset:integer count:integer)] \
             [{GET get-pattern<pattern>:pattern#1}+] [order=(ASC | DESC)] [sorting=ALPHA] \
             [STORE destination:key]",
        )
        .summary("Returns, or stores, the elements of a list, a set or a sorted set in order.")
        .complexity("O(N+M*log(M)) for N elements of which M are returned; O(N) without sorting.")
        .since("1.0.0"),
    Command::new("SORT_RO", sort::sort_ro, AtLeast(2))
        .flags(&[ReadOnly])
        .categories(&[Category::Set, Category::SortedSet, Category::List, Category::Dangerous])
        .keys(&[KeySpec::at(1, &[Ro, Access]), KeySpec::unknown(&[Ro, Access]).notes(PATTERNS)])
        .key_finder(finder::sort_ro)
        .usage(
            "key [BY by-pattern<pattern>:pattern#1] [LIMIT limit=(offset:integer count:integer)] \
             [{GET get-pattern<pattern>:pattern#1}+] [order=(ASC | DESC)] [sorting=ALPHA]",
        )
        .summary("Returns the elements of a list, a set or a sorted set in order.")
        .complexity("O(N+M*log(M)) for N elements of which M are returned; O(N) without sorting.")
        .since("7.0.0"),
    Command::new("TOUCH", inspect::touch, AtLeast(2))
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Ro]).to(-1)])
        .usage("key+")
        .summary("Counts how many of the keys exist and marks them as used.")
        .complexity("O(N) for N keys.")
        .since("3.2.1")
        .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
    Command::new("TTL", expire::ttl, Exactly(2))
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key")
        .summary("Returns how many seconds a key has left.")
        .complexity("O(1).")
        .since("1.0.0")
        .history(&[("2.8.0", "Answers -2 if there is no key.")])
        .tips(&["nondeterministic_output"]),
    Command::new("TYPE", inspect::type_of, Exactly(2))
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Ro])])
        .usage("key")
        .summary("Returns the data type of a value.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("UNLINK", remove::unlink, AtLeast(2))
        .flags(&[Write, Fast])
        .categories(&[Category::Keyspace])
        .keys(&[KeySpec::at(1, &[Rm, Delete]).to(-1)])
        .usage("key+")
        .summary("Removes keys, and frees their memory later.")
        .complexity("O(1) per key, and O(M) in the background for each that holds M elements.")
        .since("4.0.0")
        .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]),
];
