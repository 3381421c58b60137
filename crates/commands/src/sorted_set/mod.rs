//! Sorted sets: members with scores, in order.
//!
//! How a sorted set is kept, and when that changes, is `keyspace`'s matter; here is what commands make of it.
//!
//! ```text
//! add.rs        adding members, changing scores
//! remove.rs     removing members
//! pop.rs        removing at either end, waiting for something if asked
//! read.rs       looking
//! range.rs      members in order
//! bounds.rs     what is asked for by score, text or rank
//! combine.rs    several at once
//! order.rs      putting members in order
//! random.rs     members by chance
//! scan.rs       members a few at a time
//! ```

mod add;
mod bounds;
mod combine;
mod order;
mod pop;
mod random;
mod range;
mod read;
mod remove;
mod scan;

use config::Config;
use keyspace::{Key, NewSortedSet, SortedSetLimits};
use resp::reply::Reply;
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Blocking, DenyOom, Fast, ReadOnly, Write};
use spec::KeyFlag::{Access, Delete, Ow, Ro, Rw, Update};
use spec::{Category, Group, KeySpec};

use structs::listpack::Element;

use crate::{Cx, DataFn, EventClass, answer};

/// A row, and what it calls.
type Command = spec::Command<DataFn>;

/// The commands on sorted sets.
pub const COMMANDS: &[Command] = &[
    Command::new("BZMPOP", pop::bzmpop, AtLeast(5))
        .group(Group::SortedSet)
        .flags(&[Write, Blocking])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(2, &[Rw, Access, Delete]).counted()])
        .usage("timeout:double numkeys:integer key+ where=(MIN | MAX) [COUNT count:integer]")
        .summary(
            "Removes members at either end from the first of several sorted sets that has some, \
             for which it waits.",
        )
        .complexity("O(K + M log N) for K keys and M members removed from N.")
        .since("7.0.0"),
    Command::new("BZPOPMAX", pop::bzpopmax, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[Write, Blocking, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]).to(-2)])
        .usage("key+ timeout:double")
        .summary(
            "Removes the member with the highest score from the first of several sorted sets that \
             has some, for which it waits.",
        )
        .complexity("O(log N) for N members.")
        .since("5.0.0")
        .history(&[("6.0.0", "The timeout may have a fraction.")]),
    Command::new("BZPOPMIN", pop::bzpopmin, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[Write, Blocking, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]).to(-2)])
        .usage("key+ timeout:double")
        .summary(
            "Removes the member with the lowest score from the first of several sorted sets that \
             has some, for which it waits.",
        )
        .complexity("O(log N) for N members.")
        .since("5.0.0")
        .history(&[("6.0.0", "The timeout may have a fraction.")]),
    Command::new("ZADD", add::zadd, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Update])])
        .usage(
            "key [condition=(NX | XX)]@3.0.2 [comparison=(GT | LT)]@6.2.0 [change=CH]@3.0.2 \
             [increment=INCR]@3.0.2 data=(score:double member)+",
        )
        .summary(
            "Adds members with scores to a sorted set, which begins empty if the key is missing, \
             or changes their scores.",
        )
        .complexity("O(log N) for each member, with N in the sorted set.")
        .since("1.2.0")
        .history(&[
            ("2.4.0", "Takes several members."),
            ("3.0.2", "Takes `XX`, `NX`, `CH` and `INCR`."),
            ("6.2.0", "Takes `GT` and `LT`."),
        ]),
    Command::new("ZCARD", read::zcard, Exactly(2))
        .group(Group::SortedSet)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro])])
        .usage("key")
        .summary("Returns the number of members of a sorted set.")
        .complexity("O(1).")
        .since("1.2.0"),
    Command::new("ZCOUNT", read::zcount, Exactly(4))
        .group(Group::SortedSet)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key min:double max:double")
        .summary("Counts the members whose scores are in a range.")
        .complexity("O(log N) for N members.")
        .since("2.0.0"),
    Command::new("ZDIFF", combine::zdiff, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access]).counted()])
        .usage("numkeys:integer key+ [WITHSCORES]")
        .summary("Returns the members of the first sorted set that none of the others has.")
        .complexity(
            "O(N*M + K log K) for N members of the first of M sorted sets and K in the result.",
        )
        .since("6.2.0"),
    Command::new("ZDIFFSTORE", combine::zdiffstore, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[Write, DenyOom])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ow, Update]), KeySpec::at(2, &[Ro, Access]).counted()])
        .usage("destination:key numkeys:integer key+")
        .summary("Stores the members of the first sorted set that none of the others has.")
        .complexity(
            "O(N*M + K log K) for N members of the first of M sorted sets and K in the result.",
        )
        .since("6.2.0"),
    Command::new("ZINCRBY", add::zincrby, Exactly(4))
        .group(Group::SortedSet)
        .flags(&[Write, DenyOom, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Access, Update])])
        .usage("key increment:integer member")
        .summary("Adds a number to the score of a member, which begins at 0 if it is missing.")
        .complexity("O(log N) for N members.")
        .since("1.2.0"),
    Command::new("ZINTER", combine::zinter, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access]).counted()])
        .usage(
            "numkeys:integer key+ [WEIGHTS weight:integer+] \
             [AGGREGATE aggregate=(SUM | MIN | MAX)] [WITHSCORES]",
        )
        .summary("Returns the members that all sorted sets have.")
        .complexity(
            "O(N*M + K log K) for M sorted sets, the smallest of which has N members, and K in \
             the result.",
        )
        .since("6.2.0"),
    Command::new("ZINTERCARD", combine::zintercard, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access]).counted()])
        .usage("numkeys:integer key+ [LIMIT limit:integer]")
        .summary("Counts the members that all sorted sets have, up to a limit.")
        .complexity("O(N*M) for M sorted sets, the smallest of which has N members.")
        .since("7.0.0"),
    Command::new("ZINTERSTORE", combine::zinterstore, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[Write, DenyOom])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ow, Update]), KeySpec::at(2, &[Ro, Access]).counted()])
        .usage(
            "destination:key numkeys:integer key+ [WEIGHTS weight:integer+] \
             [AGGREGATE aggregate=(SUM | MIN | MAX)]",
        )
        .summary("Stores the members that all sorted sets have.")
        .complexity(
            "O(N*M + K log K) for M sorted sets, the smallest of which has N members, and K in \
             the result.",
        )
        .since("2.0.0"),
    Command::new("ZLEXCOUNT", read::zlexcount, Exactly(4))
        .group(Group::SortedSet)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key min max")
        .summary("Counts the members in a range of texts.")
        .complexity("O(log N) for N members.")
        .since("2.8.9"),
    Command::new("ZMPOP", pop::zmpop, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[Write])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete]).counted()])
        .usage("numkeys:integer key+ where=(MIN | MAX) [COUNT count:integer]")
        .summary(
            "Removes members at either end from the first of several sorted sets that has some.",
        )
        .complexity("O(K + M log N) for K keys and M members removed from N.")
        .since("7.0.0"),
    Command::new("ZMSCORE", read::zmscore, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key member+")
        .summary("Returns the scores of several members.")
        .complexity("O(N) for N members asked about.")
        .since("6.2.0"),
    Command::new("ZPOPMAX", pop::zpopmax, AtLeast(2))
        .group(Group::SortedSet)
        .flags(&[Write, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete])])
        .usage("key [count:integer]")
        .summary("Removes the members with the highest scores and returns them.")
        .complexity("O(M log N) for M members removed from N.")
        .since("5.0.0"),
    Command::new("ZPOPMIN", pop::zpopmin, AtLeast(2))
        .group(Group::SortedSet)
        .flags(&[Write, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Access, Delete])])
        .usage("key [count:integer]")
        .summary("Removes the members with the lowest scores and returns them.")
        .complexity("O(M log N) for M members removed from N.")
        .since("5.0.0"),
    Command::new("ZRANDMEMBER", random::zrandmember, AtLeast(2))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key [options=(count:integer [WITHSCORES])]")
        .summary("Returns members by chance.")
        .complexity("O(N) for N members returned; of a packed sorted set, for its length.")
        .since("6.2.0")
        .tips(&["nondeterministic_output"]),
    Command::new("ZRANGE", range::zrange, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage(
            "key start stop [sortby=(BYSCORE | BYLEX)]@6.2.0 [REV]@6.2.0 \
             [LIMIT limit=(offset:integer count:integer)]@6.2.0 [WITHSCORES]",
        )
        .summary("Returns the members in a range of ranks, scores or texts.")
        .complexity("O(log N + M) for N members, M of which are returned.")
        .since("1.2.0")
        .history(&[("6.2.0", "Takes `REV`, `BYSCORE`, `BYLEX` and `LIMIT`.")]),
    Command::new("ZRANGEBYLEX", range::zrangebylex, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key min max [LIMIT limit=(offset:integer count:integer)]")
        .summary("Returns the members in a range of texts.")
        .complexity("O(log N + M) for N members, M of which are returned.")
        .since("2.8.9")
        .deprecated("6.2.0", "`ZRANGE` with `BYLEX`"),
    Command::new("ZRANGEBYSCORE", range::zrangebyscore, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage(
            "key min:double max:double [WITHSCORES]@2.0.0 \
             [LIMIT limit=(offset:integer count:integer)]",
        )
        .summary("Returns the members whose scores are in a range.")
        .complexity("O(log N + M) for N members, M of which are returned.")
        .since("1.0.5")
        .history(&[("2.0.0", "Takes `WITHSCORES`.")])
        .deprecated("6.2.0", "`ZRANGE` with `BYSCORE`"),
    Command::new("ZRANGESTORE", range::zrangestore, AtLeast(5))
        .group(Group::SortedSet)
        .flags(&[Write, DenyOom])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ow, Update]), KeySpec::at(2, &[Ro, Access])])
        .usage(
            "dst:key src:key min max [sortby=(BYSCORE | BYLEX)] [REV] \
             [LIMIT limit=(offset:integer count:integer)]",
        )
        .summary("Stores the members in a range of ranks, scores or texts.")
        .complexity("O(log N + M) for N members, M of which are stored.")
        .since("6.2.0"),
    Command::new("ZRANK", read::zrank, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key member [WITHSCORE]@7.2.0")
        .summary("Returns how many members are before a member.")
        .complexity("O(log N) for N members.")
        .since("2.0.0")
        .history(&[("7.2.0", "Takes `WITHSCORE`.")]),
    Command::new("ZREM", remove::zrem, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[Write, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Delete])])
        .usage("key member+")
        .summary("Removes members from a sorted set.")
        .complexity("O(M log N) for M members removed from N.")
        .since("1.2.0")
        .history(&[("2.4.0", "Takes several members.")]),
    Command::new("ZREMRANGEBYLEX", remove::zremrangebylex, Exactly(4))
        .group(Group::SortedSet)
        .flags(&[Write])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Delete])])
        .usage("key min max")
        .summary("Removes the members in a range of texts.")
        .complexity("O(log N + M) for N members, M of which are removed.")
        .since("2.8.9"),
    Command::new("ZREMRANGEBYRANK", remove::zremrangebyrank, Exactly(4))
        .group(Group::SortedSet)
        .flags(&[Write])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Delete])])
        .usage("key start:integer stop:integer")
        .summary("Removes the members in a range of ranks.")
        .complexity("O(log N + M) for N members, M of which are removed.")
        .since("2.0.0"),
    Command::new("ZREMRANGEBYSCORE", remove::zremrangebyscore, Exactly(4))
        .group(Group::SortedSet)
        .flags(&[Write])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Rw, Delete])])
        .usage("key min:double max:double")
        .summary("Removes the members whose scores are in a range.")
        .complexity("O(log N + M) for N members, M of which are removed.")
        .since("1.2.0"),
    Command::new("ZREVRANGE", range::zrevrange, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key start:integer stop:integer [WITHSCORES]")
        .summary("Returns the members in a range of ranks, the last first.")
        .complexity("O(log N + M) for N members, M of which are returned.")
        .since("1.2.0")
        .deprecated("6.2.0", "`ZRANGE` with `REV`"),
    Command::new("ZREVRANGEBYLEX", range::zrevrangebylex, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key max min [LIMIT limit=(offset:integer count:integer)]")
        .summary("Returns the members in a range of texts, the last first.")
        .complexity("O(log N + M) for N members, M of which are returned.")
        .since("2.8.9")
        .deprecated("6.2.0", "`ZRANGE` with `REV` and `BYLEX`"),
    Command::new("ZREVRANGEBYSCORE", range::zrevrangebyscore, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage(
            "key max:double min:double [WITHSCORES] [LIMIT limit=(offset:integer count:integer)]",
        )
        .summary("Returns the members whose scores are in a range, the last first.")
        .complexity("O(log N + M) for N members, M of which are returned.")
        .since("2.2.0")
        .history(&[("2.1.6", "The highest score comes first, then the lowest.")])
        .deprecated("6.2.0", "`ZRANGE` with `REV` and `BYSCORE`"),
    Command::new("ZREVRANK", read::zrevrank, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key member [WITHSCORE]@7.2.0")
        .summary("Returns how many members are behind a member.")
        .complexity("O(log N) for N members.")
        .since("2.0.0")
        .history(&[("7.2.0", "Takes `WITHSCORE`.")]),
    Command::new("ZSCAN", scan::zscan, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]")
        .summary("Goes through the members of a sorted set with their scores, some at a time.")
        .complexity("O(1) for a call, O(N) for all calls that go through N members.")
        .since("2.8.0")
        .tips(&["nondeterministic_output"]),
    Command::new("ZSCORE", read::zscore, Exactly(3))
        .group(Group::SortedSet)
        .flags(&[ReadOnly, Fast])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access])])
        .usage("key member")
        .summary("Returns the score of a member.")
        .complexity("O(1).")
        .since("1.2.0"),
    Command::new("ZUNION", combine::zunion, AtLeast(3))
        .group(Group::SortedSet)
        .flags(&[ReadOnly])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ro, Access]).counted()])
        .usage(
            "numkeys:integer key+ [WEIGHTS weight:integer+] \
             [AGGREGATE aggregate=(SUM | MIN | MAX)] [WITHSCORES]",
        )
        .summary("Returns the members that any of the sorted sets has.")
        .complexity("O(N + M log M) for N members in all sorted sets and M in the result.")
        .since("6.2.0"),
    Command::new("ZUNIONSTORE", combine::zunionstore, AtLeast(4))
        .group(Group::SortedSet)
        .flags(&[Write, DenyOom])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ow, Update]), KeySpec::at(2, &[Ro, Access]).counted()])
        .usage(
            "destination:key numkeys:integer key+ [WEIGHTS weight:integer+] \
             [AGGREGATE aggregate=(SUM | MIN | MAX)]",
        )
        .summary("Stores the members that any of the sorted sets has.")
        .complexity("O(N + M log M) for N members in all sorted sets and M in the result.")
        .since("2.0.0"),
];

/// Returns up to where sorted sets are kept packed.
fn limits(config: &Config) -> SortedSetLimits {
    SortedSetLimits {
        entries: config.zset_max_listpack_entries,
        value: config.zset_max_listpack_value,
    }
}

/// Answers a member, with its score if that is given: in RESP3 the two are a pair.
#[inline]
fn answer_member(reply: &mut Reply<'_>, member: Element<'_>, score: Option<f64>) {
    if score.is_some() && reply.is_resp3() {
        reply.array(2);
    }
    answer::element(reply, member);
    if let Some(score) = score {
        reply.double(score);
    }
}

/// Records that members were removed, and removes the key if it has none any more.
fn removed(cx: &mut Cx<'_>, key: Key<'_>, event: &'static str, count: usize, empty: bool) {
    if count == 0 {
        return;
    }
    cx.event(EventClass::SortedSet, event, key.bytes);
    cx.effects.changed(count);
    if empty {
        let removed = cx.db.remove(key);
        cx.db.discard_overwritten(removed);
        cx.event(EventClass::Generic, "del", key.bytes);
    }
}

/// Puts a result in the place of whatever the key held, and answers with the number of its members. Nothing is stored if it has none.
fn store(cx: &mut Cx<'_>, key: Key<'_>, result: NewSortedSet, event: &'static str) {
    let len = result.len();
    let before = cx.db.remove(key);
    let existed = before.is_some();
    cx.db.discard_overwritten(before);
    if len > 0 {
        cx.db.insert_entry(key, result.into_entry());
        if !existed {
            cx.created(key.bytes);
        }
        cx.event(EventClass::SortedSet, event, key.bytes);
        cx.effects.changed(1);
    } else if existed {
        cx.event(EventClass::Generic, "del", key.bytes);
        cx.effects.changed(1);
    }
    cx.reply.size(len);
}
