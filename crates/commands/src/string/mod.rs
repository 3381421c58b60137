//! Strings: bytes, or numbers that are shown as bytes.
//!
//! What is the text of a 64-bit integer is stored as one, and stays one while commands that take integers work on it. What a command has edited stays bytes, even if it looks like a number. OBJECT ENCODING shows the difference.
//!
//! ```text
//! get.rs        reading whole strings
//! set.rs        writing them; options.rs: the options of SET and GETEX
//! range.rs      parts of them
//! counter.rs    numbers
//! lcs.rs        what two of them have in common; subsequence.rs: how that is found
//! text.rs       a value as bytes, however it is stored
//! ```

mod counter;
mod get;
mod lcs;
mod options;
mod range;
mod set;
mod subsequence;
pub(crate) mod text;

use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{DenyOom, Fast, ReadOnly, Write};
use spec::KeyFlag::{Access, Delete, Insert, Ow, Ro, Rw, Update, VariableFlags};
use spec::{Category, Group, KeySpec, finder};

use crate::DataFn;

/// A row, and what it calls.
type Command = spec::Command<DataFn>;

/// The rows of this table.
/// The commands on strings.
pub const COMMANDS: &[Command] = &[
    Command::new("APPEND", range::append, Exactly(3))
        .group(Group::String)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Insert])])
        .usage("key value")
        .summary("Appends bytes to a string, which begins empty if the key is missing.")
        .complexity("O(M) for M appended bytes, amortised over the growth of the string.")
        .since("2.0.0"),
    Command::new("DECR", counter::decr, Exactly(2))
        .group(Group::String)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key")
        .summary("Subtracts one from an integer, which begins as 0 if the key is missing.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("DECRBY", counter::decrby, Exactly(3))
        .group(Group::String)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key decrement:integer")
        .summary("Subtracts a number from an integer, which begins as 0 if the key is missing.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("GET", get::get, Exactly(2))
        .group(Group::String)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key")
        .summary("Returns the string of a key.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("GETDEL", get::getdel, Exactly(2))
        .group(Group::String)
        .flags(&[Write, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete])])
        .usage("key")
        .summary("Returns the string of a key and removes the key.")
        .complexity("O(1).")
        .since("6.2.0"),
    Command::new("GETEX", get::getex, AtLeast(2))
        .group(Group::String)
        .flags(&[Write, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage(
            "key [expiration=(EX seconds:integer | PX milliseconds:integer | \
             EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | PERSIST)]",
        )
        .summary("Returns the string of a key and sets or lifts its expiry.")
        .complexity("O(1).")
        .since("6.2.0"),
    Command::new("GETRANGE", range::getrange, Exactly(4))
        .group(Group::String)
        .flags(&[ReadOnly])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key start:integer end:integer")
        .summary("Returns a part of a string.")
        .complexity("O(N) for a part of N bytes.")
        .since("2.4.0"),
    Command::new("GETSET", set::getset, Exactly(3))
        .group(Group::String)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key value")
        .summary("Stores a string and returns the one it replaces.")
        .complexity("O(1).")
        .since("1.0.0")
        .deprecated("6.2.0", "`SET` with `GET`"),
    Command::new("INCR", counter::incr, Exactly(2))
        .group(Group::String)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key")
        .summary("Adds one to an integer, which begins as 0 if the key is missing.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("INCRBY", counter::incrby, Exactly(3))
        .group(Group::String)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key increment:integer")
        .summary("Adds a number to an integer, which begins as 0 if the key is missing.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("INCRBYFLOAT", counter::incrbyfloat, Exactly(3))
        .group(Group::String)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key increment:double")
        .summary(
            "Adds a number to a floating-point number, which begins as 0 if the key is missing.",
        )
        .complexity("O(1).")
        .since("2.6.0"),
    Command::new("LCS", lcs::lcs, AtLeast(3))
        .group(Group::String)
        .flags(&[ReadOnly])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ro, Access]).to(1)])
        .usage("key1:key key2:key#0 [LEN] [IDX] [MINMATCHLEN min-match-len:integer] [WITHMATCHLEN]")
        .summary(
            "Returns the longest common subsequence of two strings, its length, or where it lies.",
        )
        .complexity("O(N*M) for strings of N and M bytes.")
        .since("7.0.0"),
    Command::new("MGET", get::mget, AtLeast(2))
        .group(Group::String)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ro, Access]).to(-1)])
        .usage("key+")
        .summary("Returns the strings of several keys.")
        .complexity("O(N) for N keys.")
        .since("1.0.0")
        .tips(&["request_policy:multi_shard"]),
    Command::new("MSET", set::mset, AtLeast(3))
        .group(Group::String)
        .flags(&[Write, DenyOom])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ow, Update]).every(2)])
        .usage("data=(key value)+")
        .summary("Stores several strings at once.")
        .complexity("O(N) for N keys.")
        .since("1.0.1")
        .tips(&["request_policy:multi_shard", "response_policy:all_succeeded"]),
    Command::new("MSETNX", set::msetnx, AtLeast(3))
        .group(Group::String)
        .flags(&[Write, DenyOom])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ow, Insert]).every(2)])
        .usage("data=(key value)+")
        .summary("Stores several strings at once, or none if one of the keys exists.")
        .complexity("O(N) for N keys.")
        .since("1.0.1"),
    Command::new("PSETEX", set::psetex, Exactly(4))
        .group(Group::String)
        .flags(&[Write, DenyOom])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ow, Update])])
        .usage("key milliseconds:integer value")
        .summary("Stores a string that expires after so many milliseconds.")
        .complexity("O(1).")
        .since("2.6.0")
        .deprecated("2.6.12", "`SET` with `PX`"),
    Command::new("SET", set::set, AtLeast(3))
        .group(Group::String)
        .flags(&[Write, DenyOom])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update, VariableFlags])
            .notes("`GET` reads the value that is replaced.")])
        .key_finder(finder::set)
        .usage(
            "key value [condition=(NX | XX)]@2.6.12 [GET]@6.2.0 \
             [expiration=(EX seconds:integer@2.6.12 | PX milliseconds:integer@2.6.12 | \
             EXAT unix-time-seconds:unix-time@6.2.0 | \
             PXAT unix-time-milliseconds:unix-time@6.2.0 | KEEPTTL@6.0.0)]",
        )
        .summary("Stores a string, whatever the key held before.")
        .complexity("O(1).")
        .since("1.0.0")
        .history(&[
            ("2.6.12", "Takes `EX`, `PX`, `NX` and `XX`."),
            ("6.0.0", "Takes `KEEPTTL`."),
            ("6.2.0", "Takes `GET`, `EXAT` and `PXAT`."),
            ("7.0.0", "Takes `NX` and `GET` together."),
        ]),
    Command::new("SETEX", set::setex, Exactly(4))
        .group(Group::String)
        .flags(&[Write, DenyOom])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ow, Update])])
        .usage("key seconds:integer value")
        .summary("Stores a string that expires after so many seconds.")
        .complexity("O(1).")
        .since("2.0.0")
        .deprecated("2.6.12", "`SET` with `EX`"),
    Command::new("SETNX", set::setnx, Exactly(3))
        .group(Group::String)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ow, Insert])])
        .usage("key value")
        .summary("Stores a string unless the key exists.")
        .complexity("O(1).")
        .since("1.0.0")
        .deprecated("2.6.12", "`SET` with `NX`"),
    Command::new("SETRANGE", range::setrange, Exactly(4))
        .group(Group::String)
        .flags(&[Write, DenyOom])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key offset:integer value")
        .summary("Overwrites a string from an offset on, filling a gap with zero bytes.")
        .complexity("O(M) for M bytes written, and for the gap that is filled.")
        .since("2.2.0"),
    Command::new("STRLEN", get::strlen, Exactly(2))
        .group(Group::String)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ro])])
        .usage("key")
        .summary("Returns the length of a string in bytes.")
        .complexity("O(1).")
        .since("2.2.0"),
    Command::new("SUBSTR", range::getrange, Exactly(4))
        .group(Group::String)
        .flags(&[ReadOnly])
        .categories(&[Category::String])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key start:integer end:integer")
        .summary("Returns a part of a string.")
        .complexity("O(N) for a part of N bytes.")
        .since("1.0.0")
        .deprecated("2.0.0", "`GETRANGE`"),
];
