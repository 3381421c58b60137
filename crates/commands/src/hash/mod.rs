//! Hashes.
//!
//! ```text
//! fields.rs    setting and removing
//! read.rs      looking
//! counter.rs   counting in a field
//! random.rs    fields by chance
//! scan.rs      a few at a time
//! expiry.rs    times to live
//! extended.rs  reading and writing along with times to live
//! ```

mod counter;
mod expiry;
mod extended;
mod fields;
mod random;
mod read;
mod scan;

use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{DenyOom, Fast, ReadOnly, Write};
use spec::KeyFlag::{Access, Delete, Insert, Ro, Rw, Update};
use spec::{Category, Group, KeySpec};

use config::Config;
use keyspace::HashLimits;

use crate::{Args, CommandError, DataFn};

/// A row, and what it calls.
type Command = spec::Command<DataFn>;

/// The commands on hashes.
pub const COMMANDS: &[Command] = &[
    Command::new("HDEL", fields::hdel, AtLeast(3))
        .group(Group::Hash)
        .flags(&[Write, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Delete])])
        .usage("key field+")
        .summary("Removes fields.")
        .complexity("O(N) for N fields.")
        .since("2.0.0")
        .history(&[("2.4.0", "Takes several fields.")]),
    Command::new("HEXISTS", read::hexists, Exactly(3))
        .group(Group::Hash)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro])])
        .usage("key field")
        .summary("Tells whether a field is there.")
        .complexity("O(1).")
        .since("2.0.0"),
    Command::new("HEXPIRE", expiry::hexpire, AtLeast(6))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage(
            "key seconds:integer [condition=(NX | XX | GT | LT)] FIELDS fields=(numfields:integer \
             field+)",
        )
        .summary("Sets in how many seconds fields expire.")
        .complexity("O(N) for N fields.")
        .since("7.4.0"),
    Command::new("HEXPIREAT", expiry::hexpireat, AtLeast(6))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage(
            "key unix-time-seconds:unix-time [condition=(NX | XX | GT | LT)] FIELDS \
             fields=(numfields:integer field+)",
        )
        .summary("Sets at which second of Unix time fields expire.")
        .complexity("O(N) for N fields.")
        .since("7.4.0"),
    Command::new("HEXPIRETIME", expiry::hexpiretime, AtLeast(5))
        .group(Group::Hash)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key FIELDS fields=(numfields:integer field+)")
        .summary("Returns at which second of Unix time fields expire.")
        .complexity("O(N) for N fields.")
        .since("7.4.0"),
    Command::new("HGET", read::hget, Exactly(3))
        .group(Group::Hash)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key field")
        .summary("Returns the value of a field.")
        .complexity("O(1).")
        .since("2.0.0"),
    Command::new("HGETALL", read::hgetall, Exactly(2))
        .group(Group::Hash)
        .flags(&[ReadOnly])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key")
        .summary("Returns all fields with their values.")
        .complexity("O(N) for N fields.")
        .since("2.0.0")
        .tips(&["nondeterministic_output_order"]),
    Command::new("HGETDEL", extended::hgetdel, AtLeast(5))
        .group(Group::Hash)
        .flags(&[Write, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete])])
        .usage("key FIELDS fields=(numfields:integer field+)")
        .summary("Returns the values of fields and removes them.")
        .complexity("O(N) for N fields.")
        .since("8.0.0"),
    Command::new("HGETEX", extended::hgetex, AtLeast(5))
        .group(Group::Hash)
        .flags(&[Write, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage(
            "key [expiration=(EX seconds:integer | PX milliseconds:integer | \
             EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | PERSIST)] \
             FIELDS fields=(numfields:integer field+)",
        )
        .summary("Returns the values of fields, and sets or removes their expiries.")
        .complexity("O(N) for N fields.")
        .since("8.0.0"),
    Command::new("HINCRBY", counter::hincrby, Exactly(4))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key field increment:integer")
        .summary("Adds a number to the integer of a field, which begins as 0 if it is missing.")
        .complexity("O(1).")
        .since("2.0.0"),
    Command::new("HINCRBYFLOAT", counter::hincrbyfloat, Exactly(4))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key field increment:double")
        .summary(
            "Adds a number to the floating-point number of a field, which begins as 0 if it is \
             missing.",
        )
        .complexity("O(1).")
        .since("2.6.0"),
    Command::new("HKEYS", read::hkeys, Exactly(2))
        .group(Group::Hash)
        .flags(&[ReadOnly])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key")
        .summary("Returns all fields.")
        .complexity("O(N) for N fields.")
        .since("2.0.0")
        .tips(&["nondeterministic_output_order"]),
    Command::new("HLEN", read::hlen, Exactly(2))
        .group(Group::Hash)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro])])
        .usage("key")
        .summary("Returns the number of fields.")
        .complexity("O(1).")
        .since("2.0.0"),
    Command::new("HMGET", read::hmget, AtLeast(3))
        .group(Group::Hash)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key field+")
        .summary("Returns the values of several fields.")
        .complexity("O(N) for N fields.")
        .since("2.0.0"),
    Command::new("HMSET", fields::hmset, AtLeast(4))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key data=(field value)+")
        .summary("Sets fields.")
        .complexity("O(N) for N fields.")
        .since("2.0.0")
        .deprecated("4.0.0", "`HSET` with several fields"),
    Command::new("HPERSIST", expiry::hpersist, AtLeast(5))
        .group(Group::Hash)
        .flags(&[Write, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key FIELDS fields=(numfields:integer field+)")
        .summary("Removes the expiries of fields.")
        .complexity("O(N) for N fields.")
        .since("7.4.0"),
    Command::new("HPEXPIRE", expiry::hpexpire, AtLeast(6))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage(
            "key milliseconds:integer [condition=(NX | XX | GT | LT)] FIELDS \
             fields=(numfields:integer field+)",
        )
        .summary("Sets in how many milliseconds fields expire.")
        .complexity("O(N) for N fields.")
        .since("7.4.0"),
    Command::new("HPEXPIREAT", expiry::hpexpireat, AtLeast(6))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage(
            "key unix-time-milliseconds:unix-time [condition=(NX | XX | GT | LT)] FIELDS \
             fields=(numfields:integer field+)",
        )
        .summary("Sets at which millisecond of Unix time fields expire.")
        .complexity("O(N) for N fields.")
        .since("7.4.0"),
    Command::new("HPEXPIRETIME", expiry::hpexpiretime, AtLeast(5))
        .group(Group::Hash)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key FIELDS fields=(numfields:integer field+)")
        .summary("Returns at which millisecond of Unix time fields expire.")
        .complexity("O(N) for N fields.")
        .since("7.4.0"),
    Command::new("HPTTL", expiry::hpttl, AtLeast(5))
        .group(Group::Hash)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key FIELDS fields=(numfields:integer field+)")
        .summary("Returns how many milliseconds fields have left.")
        .complexity("O(N) for N fields.")
        .since("7.4.0"),
    Command::new("HRANDFIELD", random::hrandfield, AtLeast(2))
        .group(Group::Hash)
        .flags(&[ReadOnly])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key [options=(count:integer [WITHVALUES])]")
        .summary("Returns fields by chance.")
        .complexity("O(N) for N fields of the hash if a count is given, O(1) otherwise.")
        .since("6.2.0")
        .tips(&["nondeterministic_output"]),
    Command::new("HSCAN", scan::hscan, AtLeast(3))
        .group(Group::Hash)
        .flags(&[ReadOnly])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [NOVALUES]")
        .summary("Returns some fields with their values, and where to go on.")
        .complexity("O(1) for each call, O(N) for a whole iteration over N fields.")
        .since("2.8.0")
        .history(&[("7.4.0", "Has the option `NOVALUES`.")])
        .tips(&["nondeterministic_output"]),
    Command::new("HSET", fields::hset, AtLeast(4))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key data=(field value)+")
        .summary("Sets fields of a hash, which is created if the key is missing.")
        .complexity("O(N) for N fields.")
        .since("2.0.0")
        .history(&[("4.0.0", "Takes several fields.")]),
    Command::new("HSETEX", extended::hsetex, AtLeast(6))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage(
            "key [condition=(FNX | FXX)] [expiration=(EX seconds:integer | \
             PX milliseconds:integer | EXAT unix-time-seconds:unix-time | \
             PXAT unix-time-milliseconds:unix-time | KEEPTTL)] \
             FIELDS fields=(numfields:integer data=(field value)+)",
        )
        .summary("Sets fields along with their expiries.")
        .complexity("O(N) for N fields.")
        .since("8.0.0"),
    Command::new("HSETNX", fields::hsetnx, Exactly(4))
        .group(Group::Hash)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Rw, Insert])])
        .usage("key field value")
        .summary("Sets a field that is missing.")
        .complexity("O(1).")
        .since("2.0.0"),
    Command::new("HSTRLEN", read::hstrlen, Exactly(3))
        .group(Group::Hash)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro])])
        .usage("key field")
        .summary("Returns the length of the value of a field.")
        .complexity("O(1).")
        .since("3.2.0"),
    Command::new("HTTL", expiry::httl, AtLeast(5))
        .group(Group::Hash)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key FIELDS fields=(numfields:integer field+)")
        .summary("Returns how many seconds fields have left.")
        .complexity("O(N) for N fields.")
        .since("7.4.0"),
    Command::new("HVALS", read::hvals, Exactly(2))
        .group(Group::Hash)
        .flags(&[ReadOnly])
        .categories(&[Category::Hash])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key")
        .summary("Returns all values.")
        .complexity("O(N) for N fields.")
        .since("2.0.0")
        .tips(&["nondeterministic_output_order"]),
];

/// Reads `FIELDS numfields field [field ...]` at the end of a request; `zero` is the text about a number that is none.
fn field_list<'a, 'b>(
    args: &'b Args<'a>,
    at: usize,
    zero: &'static str,
) -> Result<&'b [&'a [u8]], CommandError> {
    if at + 1 >= args.len() || !args.is(at, "FIELDS") {
        let text = "ERR Mandatory argument FIELDS is missing or not at the right position";
        return Err(CommandError::other(text));
    }
    let number = stdx::number::parse_i64(args[at + 1]).filter(|&number| number > 0);
    let number = number.ok_or_else(|| CommandError::other(zero))?;
    let fields = &args[at + 2..];
    if usize::try_from(number) != Ok(fields.len()) {
        let text = "ERR The `numfields` parameter must match the number of arguments";
        return Err(CommandError::other(text));
    }
    Ok(fields)
}

/// Returns how the settings bound a packed hash.
fn limits(config: &Config) -> HashLimits {
    HashLimits { entries: config.hash_max_listpack_entries, value: config.hash_max_listpack_value }
}
