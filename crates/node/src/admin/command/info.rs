//! COMMAND and COMMAND INFO: arity, flags, categories, keys.

use commands::{Args, CmdResult};
use resp::reply::Reply;
use spec::{Begin, Find, KeySpec};

use crate::admin::Admin;
use crate::table::{Row, Table};

/// COMMAND, which describes all commands.
pub(super) fn command(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let node = &mut *cx.node;
    let mut reply = node.clients[cx.token].reply();
    reply.array(node.table.commands().count());
    for row in node.table.commands() {
        describe(&mut reply, &node.table, row);
    }
    Ok(())
}

pub(super) fn info(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() == 2 {
        return command(cx, args);
    }
    let node = &mut *cx.node;
    let mut reply = node.clients[cx.token].reply();
    reply.array(args.len() - 2);
    for name in &args[2..] {
        match node.table.find(name) {
            Some(row) => describe(&mut reply, &node.table, row),
            None => reply.null(),
        }
    }
    Ok(())
}

fn describe(reply: &mut Reply<'_>, table: &Table, row: &Row) {
    let (first, last, step) = row.facts.key_range();
    reply.array(10);
    reply.bulk(row.full_name.as_bytes());
    reply.integer(row.arity.signed());
    let flags: Vec<&str> =
        row.flags.iter().filter(|flag| flag.is_visible()).map(spec::Flag::name).collect();
    simple_set(reply, &flags);
    reply.integer(first);
    reply.integer(last);
    reply.integer(step);
    let categories: Vec<String> =
        row.categories.iter().map(|category| format!("@{}", category.name())).collect();
    simple_set(reply, &categories);
    reply.set(row.facts.tips.len());
    row.facts.tips.iter().for_each(|tip| reply.bulk(tip.as_bytes()));
    reply.set(row.facts.keys.len());
    row.facts.keys.iter().for_each(|spec| describe_keys(reply, spec));
    let subcommands = table.subcommands(row);
    reply.set(subcommands.len());
    subcommands.iter().for_each(|sub| describe(reply, table, sub));
}

fn simple_set(reply: &mut Reply<'_>, words: &[impl AsRef<str>]) {
    reply.set(words.len());
    words.iter().for_each(|word| reply.simple(word.as_ref()));
}

fn describe_keys(reply: &mut Reply<'_>, spec: &KeySpec) {
    reply.map(if spec.notes.is_empty() { 3 } else { 4 });
    if !spec.notes.is_empty() {
        reply.bulk(b"notes");
        reply.bulk(spec.notes.as_bytes());
    }
    reply.bulk(b"flags");
    let flags: Vec<&str> = spec.flags.iter().map(spec::KeyFlag::name).collect();
    simple_set(reply, &flags);
    reply.bulk(b"begin_search");
    match spec.begin {
        Begin::Index(index) => step(reply, "index", &[("index", index.into())]),
        Begin::Keyword { word, from } => {
            step_head(reply, "keyword", 2);
            reply.bulk(b"keyword");
            reply.bulk(word.as_bytes());
            reply.bulk(b"startfrom");
            reply.integer(from.into());
        }
        Begin::Unknown => step(reply, "unknown", &[]),
    }
    reply.bulk(b"find_keys");
    match spec.find {
        Find::Range { last, step: distance, limit } => {
            let facts =
                [("lastkey", last.into()), ("keystep", distance.into()), ("limit", limit.into())];
            step(reply, "range", &facts);
        }
        Find::KeyNum { count, first, step: distance } => {
            let facts = [
                ("keynumidx", count.into()),
                ("firstkey", first.into()),
                ("keystep", distance.into()),
            ];
            step(reply, "keynum", &facts);
        }
        Find::Unknown => step(reply, "unknown", &[]),
    }
}

/// Describes one of the two steps in which keys are found.
fn step(reply: &mut Reply<'_>, kind: &str, facts: &[(&str, i64)]) {
    step_head(reply, kind, facts.len());
    for (name, value) in facts {
        reply.bulk(name.as_bytes());
        reply.integer(*value);
    }
}

fn step_head(reply: &mut Reply<'_>, kind: &str, facts: usize) {
    reply.map(2);
    reply.bulk(b"type");
    reply.bulk(kind.as_bytes());
    reply.bulk(b"spec");
    reply.map(facts);
}
