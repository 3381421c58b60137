//! COMMAND DOCS: what the manual says about commands.

use commands::{Args, CmdResult};
use resp::reply::Reply;
use spec::usage::{Arg, Usage};

use crate::admin::Admin;
use crate::table::{Row, Table};

pub(super) fn docs(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let node = &mut *cx.node;
    let table = &node.table;
    let rows: Vec<&Row> = if args.len() == 2 {
        table.commands().collect()
    } else {
        args[2..].iter().filter_map(|name| table.find(name)).collect()
    };
    let mut reply = node.clients[cx.token].reply();
    reply.map(rows.len());
    for row in rows {
        document(&mut reply, table, row);
    }
    Ok(())
}

/// Appends a name and a map of what there is to be said about the command.
fn document(reply: &mut Reply<'_>, table: &Table, row: &Row) {
    let facts = row.facts;
    let doc_flags: Vec<&str> = facts.doc_flags().collect();
    // That every line is in the grammar is a test of the table.
    let arguments = Usage::parse(facts.usage).map(|usage| usage.args).unwrap_or_default();
    let subcommands = table.subcommands(row);

    let mut fields: Vec<(&str, Field<'_>)> = vec![
        ("summary", Field::Text(facts.summary)),
        ("since", Field::Text(facts.since)),
        ("group", Field::Text(facts.group.name())),
        ("complexity", Field::Text(facts.complexity)),
    ];
    if !doc_flags.is_empty() {
        fields.push(("doc_flags", Field::Flags(&doc_flags)));
    }
    if let Some(deprecated) = &facts.deprecated {
        fields.push(("deprecated_since", Field::Text(deprecated.since)));
        fields.push(("replaced_by", Field::Text(deprecated.replaced_by)));
    }
    if !facts.history.is_empty() {
        fields.push(("history", Field::History(facts.history)));
    }
    if !arguments.is_empty() {
        fields.push(("arguments", Field::Arguments(&arguments)));
    }
    if !subcommands.is_empty() {
        fields.push(("subcommands", Field::Subcommands(table, subcommands)));
    }
    reply.bulk(row.full_name.as_bytes());
    write_map(reply, &fields);
}

/// The value of a field: there are as many shapes as there are variants here.
enum Field<'a> {
    Text(&'a str),
    Number(usize),
    Flags(&'a [&'static str]),
    History(&'a [(&'static str, &'static str)]),
    Arguments(&'a [Arg]),
    Subcommands(&'a Table, &'a [Row]),
}

fn write_map(reply: &mut Reply<'_>, fields: &[(&str, Field<'_>)]) {
    reply.map(fields.len());
    for (name, field) in fields {
        reply.bulk(name.as_bytes());
        field.write(reply);
    }
}

impl Field<'_> {
    fn write(&self, reply: &mut Reply<'_>) {
        match self {
            Self::Text(text) => reply.bulk(text.as_bytes()),
            Self::Number(number) => reply.size(*number),
            Self::Flags(flags) => {
                reply.set(flags.len());
                flags.iter().for_each(|flag| reply.simple(flag));
            }
            Self::History(changes) => {
                reply.set(changes.len());
                for (version, change) in *changes {
                    reply.array(2);
                    reply.bulk(version.as_bytes());
                    reply.bulk(change.as_bytes());
                }
            }
            Self::Arguments(args) => {
                reply.array(args.len());
                args.iter().for_each(|arg| argument(reply, arg));
            }
            Self::Subcommands(table, rows) => {
                reply.map(rows.len());
                rows.iter().for_each(|row| document(reply, table, row));
            }
        }
    }
}

fn argument(reply: &mut Reply<'_>, arg: &Arg) {
    let flags: Vec<&str> = arg.flags().collect();
    let mut fields = vec![("name", Field::Text(&arg.name)), ("type", Field::Text(arg.kind.name()))];
    if let Some(text) = arg.display_text() {
        fields.push(("display_text", Field::Text(text)));
    }
    if let Some(index) = arg.key_spec {
        fields.push(("key_spec_index", Field::Number(index)));
    }
    for (name, text) in
        [("token", &arg.token), ("since", &arg.since), ("deprecated_since", &arg.deprecated_since)]
    {
        if let Some(text) = text {
            fields.push((name, Field::Text(text)));
        }
    }
    if !flags.is_empty() {
        fields.push(("flags", Field::Flags(&flags)));
    }
    if !arg.kind.args().is_empty() {
        fields.push(("arguments", Field::Arguments(arg.kind.args())));
    }
    write_map(reply, &fields);
}
