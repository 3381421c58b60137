//! Transactions: the rows. What they do is part of how requests are run, see `pipeline::transaction`.

use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{AllowBusy, Fast, Loading, NoScript, SkipSlowlog, Stale};
use spec::KeyFlag::Ro;
use spec::{Category, Command, Group, KeySpec};

use crate::pipeline::transaction;
use crate::table::AdminFn;

type Row = Command<AdminFn>;

/// The rows of this topic.
pub const COMMANDS: &[Row] = &[
    Row::new("DISCARD", transaction::discard, Exactly(1))
        .group(Group::Transactions)
        .flags(&[NoScript, Loading, Stale, Fast, AllowBusy])
        .categories(&[Category::Transaction])
        .summary("Drops the commands of a transaction.")
        .complexity("O(N) for N queued commands.")
        .since("2.0.0"),
    Row::new("EXEC", transaction::exec, Exactly(1))
        .group(Group::Transactions)
        .flags(&[NoScript, Loading, Stale, SkipSlowlog])
        .categories(&[Category::Transaction])
        .summary("Runs the commands of a transaction.")
        .complexity("Depends on the commands.")
        .since("1.2.0"),
    Row::new("MULTI", transaction::multi, Exactly(1))
        .group(Group::Transactions)
        .flags(&[NoScript, Loading, Stale, Fast, AllowBusy])
        .categories(&[Category::Transaction])
        .summary("Begins a transaction: commands are queued from now on.")
        .complexity("O(1).")
        .since("1.2.0"),
    Row::new("UNWATCH", transaction::unwatch, Exactly(1))
        .group(Group::Transactions)
        .flags(&[NoScript, Loading, Stale, Fast, AllowBusy])
        .categories(&[Category::Transaction])
        .summary("Forgets all watched keys.")
        .complexity("O(N) for N watched keys.")
        .since("2.2.0"),
    Row::new("WATCH", transaction::watch, AtLeast(2))
        .group(Group::Transactions)
        .flags(&[NoScript, Loading, Stale, Fast, AllowBusy])
        .categories(&[Category::Transaction])
        .keys(&[KeySpec::at(1, &[Ro]).to(-1)])
        .usage("key+")
        .summary("Lets the next transaction fail if one of the keys changes before it runs.")
        .complexity("O(N) for N keys.")
        .since("2.2.0"),
];
