//! Sets: members without order.
//!
//! How a set is kept, and when that changes, is `keyspace`'s matter; here is what commands make of it.
//!
//! ```text
//! members.rs    single members: adding, removing, moving, asking
//! combine.rs    several sets at once
//! random.rs     members by chance
//! scan.rs       members a few at a time
//! ```

mod combine;
mod members;
mod random;
mod scan;

use config::Config;
use keyspace::SetLimits;
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{DenyOom, Fast, ReadOnly, Write};
use spec::KeyFlag::{Access, Delete, Insert, Ow, Ro, Rw, Update};
use spec::{Category, Group, KeySpec};

use crate::DataFn;

/// A row, and what it calls.
type Command = spec::Command<DataFn>;

/// The commands on sets.
pub const COMMANDS: &[Command] = &[
    Command::new("SADD", members::sadd, AtLeast(3))
        .group(Group::Set)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Rw, Insert])])
        .usage("key member+")
        .summary("Adds members to a set, which begins empty if the key is missing.")
        .complexity("O(N) for N members.")
        .since("1.0.0")
        .history(&[("2.4.0", "Takes several members.")]),
    Command::new("SCARD", members::scard, Exactly(2))
        .group(Group::Set)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro])])
        .usage("key")
        .summary("Returns the number of members of a set.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("SDIFF", combine::sdiff, AtLeast(2))
        .group(Group::Set)
        .flags(&[ReadOnly])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro, Access]).to(-1)])
        .usage("key+")
        .summary("Returns the members of the first set that none of the others has.")
        .complexity("O(N) for N members in all sets.")
        .since("1.0.0")
        .tips(&["nondeterministic_output_order"]),
    Command::new("SDIFFSTORE", combine::sdiffstore, AtLeast(3))
        .group(Group::Set)
        .flags(&[Write, DenyOom])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ow, Update]), KeySpec::at(2, &[Ro, Access]).to(-1)])
        .usage("destination:key key+")
        .summary("Stores the members of the first set that none of the others has.")
        .complexity("O(N) for N members in all sets.")
        .since("1.0.0"),
    Command::new("SINTER", combine::sinter, AtLeast(2))
        .group(Group::Set)
        .flags(&[ReadOnly])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro, Access]).to(-1)])
        .usage("key+")
        .summary("Returns the members that all sets have.")
        .complexity("O(N*M) at worst for M sets, the smallest of which has N members.")
        .since("1.0.0")
        .tips(&["nondeterministic_output_order"]),
    Command::new("SINTERCARD", combine::sintercard, AtLeast(3))
        .group(Group::Set)
        .flags(&[ReadOnly])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro, Access]).counted()])
        .usage("numkeys:integer key+ [LIMIT limit:integer]")
        .summary("Counts the members that all sets have, up to a limit.")
        .complexity("O(N*M) at worst for M sets, the smallest of which has N members.")
        .since("7.0.0"),
    Command::new("SINTERSTORE", combine::sinterstore, AtLeast(3))
        .group(Group::Set)
        .flags(&[Write, DenyOom])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Rw, Update]), KeySpec::at(2, &[Ro, Access]).to(-1)])
        .usage("destination:key key+")
        .summary("Stores the members that all sets have.")
        .complexity("O(N*M) at worst for M sets, the smallest of which has N members.")
        .since("1.0.0"),
    Command::new("SISMEMBER", members::sismember, Exactly(3))
        .group(Group::Set)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro])])
        .usage("key member")
        .summary("Tells whether a set has a member.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("SMEMBERS", combine::smembers, Exactly(2))
        .group(Group::Set)
        .flags(&[ReadOnly])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key")
        .summary("Returns all members of a set.")
        .complexity("O(N) for N members.")
        .since("1.0.0")
        .tips(&["nondeterministic_output_order"]),
    Command::new("SMISMEMBER", members::smismember, AtLeast(3))
        .group(Group::Set)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key member+")
        .summary("Tells for each of several members whether a set has it.")
        .complexity("O(N) for N members asked about.")
        .since("6.2.0"),
    Command::new("SMOVE", members::smove, Exactly(4))
        .group(Group::Set)
        .flags(&[Write, Fast])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]), KeySpec::at(2, &[Rw, Insert])])
        .usage("source:key destination:key member")
        .summary("Moves a member from one set to another.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("SPOP", random::spop, AtLeast(2))
        .group(Group::Set)
        .flags(&[Write, Fast])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete])])
        .usage("key [count:integer]@3.2.0")
        .summary("Removes members from a set by chance and returns them.")
        .complexity("O(N) for N members removed; of a packed set, for its length.")
        .since("1.0.0")
        .history(&[("3.2.0", "Takes a count.")])
        .tips(&["nondeterministic_output"]),
    Command::new("SRANDMEMBER", random::srandmember, AtLeast(2))
        .group(Group::Set)
        .flags(&[ReadOnly])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key [count:integer]@2.6.0")
        .summary("Returns members of a set by chance.")
        .complexity("O(N) for N members returned; of a packed set, for its length.")
        .since("1.0.0")
        .history(&[("2.6.0", "Takes a count.")])
        .tips(&["nondeterministic_output"]),
    Command::new("SREM", members::srem, AtLeast(3))
        .group(Group::Set)
        .flags(&[Write, Fast])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Rw, Delete])])
        .usage("key member+")
        .summary("Removes members from a set.")
        .complexity("O(N) for N members.")
        .since("1.0.0")
        .history(&[("2.4.0", "Takes several members.")]),
    Command::new("SSCAN", scan::sscan, AtLeast(3))
        .group(Group::Set)
        .flags(&[ReadOnly])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]")
        .summary("Goes through the members of a set, some at a time.")
        .complexity("O(1) for a call, O(N) for all calls that go through N members.")
        .since("2.8.0")
        .tips(&["nondeterministic_output"]),
    Command::new("SUNION", combine::sunion, AtLeast(2))
        .group(Group::Set)
        .flags(&[ReadOnly])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ro, Access]).to(-1)])
        .usage("key+")
        .summary("Returns the members that any of the sets has.")
        .complexity("O(N) for N members in all sets.")
        .since("1.0.0")
        .tips(&["nondeterministic_output_order"]),
    Command::new("SUNIONSTORE", combine::sunionstore, AtLeast(3))
        .group(Group::Set)
        .flags(&[Write, DenyOom])
        .categories(&[Category::Set])
        .keys(&[KeySpec::at(1, &[Ow, Update]), KeySpec::at(2, &[Ro, Access]).to(-1)])
        .usage("destination:key key+")
        .summary("Stores the members that any of the sets has.")
        .complexity("O(N) for N members in all sets.")
        .since("1.0.0"),
];

/// Returns up to where sets are kept packed.
fn limits(config: &Config) -> SetLimits {
    SetLimits {
        intset_entries: config.set_max_intset_entries,
        listpack_entries: config.set_max_listpack_entries,
        listpack_value: config.set_max_listpack_value,
    }
}
