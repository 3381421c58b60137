//! Lists.
//!
//! ```text
//! push.rs        adding at either end
//! pop.rs         removing at either end
//! read.rs        looking
//! edit.rs        changing in the middle
//! transfer.rs    from one list to another
//! blocking.rs    the same, waiting for a list that has something
//! ```

mod blocking;
mod edit;
mod pop;
mod push;
mod read;
mod transfer;

use std::ops::Range;

use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Blocking, DenyOom, Fast, ReadOnly, Write};
use spec::KeyFlag::{Access, Delete, Insert, Ro, Rw, Update};
use spec::{Category, Group, KeySpec};

use config::Config;
use keyspace::{Db, Form, Key};
use structs::list::{End, Limits};
use structs::listpack::Element;

use crate::{Args, CommandError, Cx, DataFn, EventClass};

/// A row, and what it calls.
type Command = spec::Command<DataFn>;

/// The commands on lists.
pub const COMMANDS: &[Command] = &[
    Command::new("BLMOVE", blocking::blmove, Exactly(6))
        .group(Group::List)
        .flags(&[Write, DenyOom, Blocking])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]), KeySpec::at(2, &[Rw, Insert])])
        .usage(
            "source:key destination:key wherefrom=(LEFT | RIGHT) whereto=(LEFT | RIGHT) \
             timeout:double",
        )
        .summary("Moves an element from one list to another, and waits for one if there is none.")
        .complexity("O(1).")
        .since("6.2.0"),
    Command::new("BLMPOP", blocking::blmpop, AtLeast(5))
        .group(Group::List)
        .flags(&[Write, Blocking])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(2, &[Rw, Access, Delete]).counted()])
        .usage("timeout:double numkeys:integer key+ where=(LEFT | RIGHT) [COUNT count:integer]")
        .summary(
            "Removes elements from the first list that has any, and waits for one if none has.",
        )
        .complexity("O(N+M) for N keys and M removed elements.")
        .since("7.0.0"),
    Command::new("BLPOP", blocking::blpop, AtLeast(3))
        .group(Group::List)
        .flags(&[Write, Blocking])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]).to(-2)])
        .usage("key+ timeout:double")
        .summary(
            "Removes the first element of the first list that has any, and waits for one if none \
             has.",
        )
        .complexity("O(N) for N keys.")
        .since("2.0.0")
        .history(&[("6.0.0", "The timeout may have a fraction.")]),
    Command::new("BRPOP", blocking::brpop, AtLeast(3))
        .group(Group::List)
        .flags(&[Write, Blocking])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]).to(-2)])
        .usage("key+ timeout:double")
        .summary(
            "Removes the last element of the first list that has any, and waits for one if none \
             has.",
        )
        .complexity("O(N) for N keys.")
        .since("2.0.0")
        .history(&[("6.0.0", "The timeout may have a fraction.")]),
    Command::new("BRPOPLPUSH", blocking::brpoplpush, Exactly(4))
        .group(Group::List)
        .flags(&[Write, DenyOom, Blocking])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]), KeySpec::at(2, &[Rw, Insert])])
        .usage("source:key destination:key timeout:double")
        .summary(
            "Moves the last element of a list to the front of another, and waits for one if there \
             is none.",
        )
        .complexity("O(1).")
        .since("2.2.0")
        .history(&[("6.0.0", "The timeout may have a fraction.")])
        .deprecated("6.2.0", "`BLMOVE` with `RIGHT` and `LEFT`"),
    Command::new("LINDEX", read::lindex, Exactly(3))
        .group(Group::List)
        .flags(&[ReadOnly])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key index:integer")
        .summary("Returns the element at a position.")
        .complexity("O(N) for N elements between the place and the nearer end.")
        .since("1.0.0"),
    Command::new("LINSERT", edit::linsert, Exactly(5))
        .group(Group::List)
        .flags(&[Write, DenyOom])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Insert])])
        .usage("key where=(BEFORE | AFTER) pivot element")
        .summary("Inserts an element before or after another one.")
        .complexity("O(N) for N elements up to the other one.")
        .since("2.2.0"),
    Command::new("LLEN", read::llen, Exactly(2))
        .group(Group::List)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Ro])])
        .usage("key")
        .summary("Returns the number of elements.")
        .complexity("O(1).")
        .since("1.0.0"),
    Command::new("LMOVE", transfer::lmove, Exactly(5))
        .group(Group::List)
        .flags(&[Write, DenyOom])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]), KeySpec::at(2, &[Rw, Insert])])
        .usage("source:key destination:key wherefrom=(LEFT | RIGHT) whereto=(LEFT | RIGHT)")
        .summary("Moves an element from one list to another.")
        .complexity("O(1).")
        .since("6.2.0"),
    Command::new("LMPOP", pop::lmpop, AtLeast(4))
        .group(Group::List)
        .flags(&[Write])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]).counted()])
        .usage("numkeys:integer key+ where=(LEFT | RIGHT) [COUNT count:integer]")
        .summary("Removes elements from the first list that has any.")
        .complexity("O(N+M) for N keys and M removed elements.")
        .since("7.0.0"),
    Command::new("LPOP", pop::lpop, AtLeast(2))
        .group(Group::List)
        .flags(&[Write, Fast])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete])])
        .usage("key [count:integer]@6.2.0")
        .summary("Removes elements at the front.")
        .complexity("O(N) for N removed elements.")
        .since("1.0.0")
        .history(&[("6.2.0", "Takes a count.")]),
    Command::new("LPOS", read::lpos, AtLeast(3))
        .group(Group::List)
        .flags(&[ReadOnly])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]")
        .summary("Returns where elements are that equal a given one.")
        .complexity("O(N) for N elements looked at.")
        .since("6.0.6"),
    Command::new("LPUSH", push::lpush, AtLeast(3))
        .group(Group::List)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Insert])])
        .usage("key element+")
        .summary("Adds elements at the front of a list, which is created if the key is missing.")
        .complexity("O(1) for each element.")
        .since("1.0.0")
        .history(&[("2.4.0", "Takes several elements.")]),
    Command::new("LPUSHX", push::lpushx, AtLeast(3))
        .group(Group::List)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Insert])])
        .usage("key element+")
        .summary("Adds elements at the front of a list that exists.")
        .complexity("O(1) for each element.")
        .since("2.2.0")
        .history(&[("4.0.0", "Takes several elements.")]),
    Command::new("LRANGE", read::lrange, Exactly(4))
        .group(Group::List)
        .flags(&[ReadOnly])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key start:integer stop:integer")
        .summary("Returns the elements between two positions.")
        .complexity(
            "O(S+N) for S elements between the first one and the nearer end, and N returned ones.",
        )
        .since("1.0.0"),
    Command::new("LREM", edit::lrem, Exactly(4))
        .group(Group::List)
        .flags(&[Write])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Delete])])
        .usage("key count:integer element")
        .summary("Removes elements that equal a given one.")
        .complexity("O(N+M) for N elements and M removed ones.")
        .since("1.0.0"),
    Command::new("LSET", edit::lset, Exactly(4))
        .group(Group::List)
        .flags(&[Write, DenyOom])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage("key index:integer element")
        .summary("Replaces the element at a position.")
        .complexity("O(N) for N elements between the place and the nearer end.")
        .since("1.0.0"),
    Command::new("LTRIM", edit::ltrim, Exactly(4))
        .group(Group::List)
        .flags(&[Write])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Delete])])
        .usage("key start:integer stop:integer")
        .summary("Removes all elements but those between two positions.")
        .complexity("O(N) for N removed elements.")
        .since("1.0.0"),
    Command::new("RPOP", pop::rpop, AtLeast(2))
        .group(Group::List)
        .flags(&[Write, Fast])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete])])
        .usage("key [count:integer]@6.2.0")
        .summary("Removes elements at the back.")
        .complexity("O(N) for N removed elements.")
        .since("1.0.0")
        .history(&[("6.2.0", "Takes a count.")]),
    Command::new("RPOPLPUSH", transfer::rpoplpush, Exactly(3))
        .group(Group::List)
        .flags(&[Write, DenyOom])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]), KeySpec::at(2, &[Rw, Insert])])
        .usage("source:key destination:key")
        .summary("Moves the last element of a list to the front of another.")
        .complexity("O(1).")
        .since("1.2.0")
        .deprecated("6.2.0", "`LMOVE` with `RIGHT` and `LEFT`"),
    Command::new("RPUSH", push::rpush, AtLeast(3))
        .group(Group::List)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Insert])])
        .usage("key element+")
        .summary("Adds elements at the back of a list, which is created if the key is missing.")
        .complexity("O(1) for each element.")
        .since("1.0.0")
        .history(&[("2.4.0", "Takes several elements.")]),
    Command::new("RPUSHX", push::rpushx, AtLeast(3))
        .group(Group::List)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::List])
        .keys(&[KeySpec::at(1, &[Rw, Insert])])
        .usage("key element+")
        .summary("Adds elements at the back of a list that exists.")
        .complexity("O(1) for each element.")
        .since("2.2.0")
        .history(&[("4.0.0", "Takes several elements.")]),
];

/// Returns how the settings bound a list.
fn limits(config: &Config) -> Limits {
    let limits = Limits::new(config.list_max_listpack_size, config.list_compress_depth);
    match config.list_large_from {
        Some(bytes) => limits.with_large_from(bytes),
        None => limits,
    }
}

/// Makes a list under a key that is not there. At least one element must come.
pub(crate) fn fill<'e>(
    db: &mut Db<'_>,
    config: &Config,
    key: Key<'_>,
    elements: impl Iterator<Item = Element<'e>>,
) {
    let limits = limits(config);
    let (mut entry, is_new) = db.open_or_create(key, Form::List);
    debug_assert!(is_new, "the key was free");
    if let Ok(mut list) = entry.list_mut() {
        for element in elements {
            list.push(End::Back, element.text(&mut None), limits);
        }
    }
}

/// Reads `LEFT` or `RIGHT`.
fn end(args: &Args<'_>, index: usize) -> Result<End, CommandError> {
    match () {
        () if args.is(index, "LEFT") => Ok(End::Front),
        () if args.is(index, "RIGHT") => Ok(End::Back),
        () => Err(CommandError::Syntax),
    }
}

/// Records that `count` elements were removed from a list, which goes if none are left.
fn removed(cx: &mut Cx<'_>, key: Key<'_>, event: &'static str, count: usize, is_empty: bool) {
    cx.effects.changed(count);
    cx.event(EventClass::List, event, key.bytes);
    if is_empty {
        cx.remove_emptied(key);
    }
}

/// Returns the positions from `start` to `end`, both included; negative ones count from behind, and what is outside is cut off.
fn span(start: i64, end: i64, len: usize) -> Range<usize> {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let place = |position: i64| if position < 0 { position.saturating_add(len) } else { position };
    let (start, end) = (place(start).max(0), place(end).min(len - 1));
    if start > end || start >= len {
        return 0..0;
    }
    start as usize..end as usize + 1
}
