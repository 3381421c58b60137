//! COMMAND GETKEYS and GETKEYSANDFLAGS: the keys of a request, as a proxy sees it.

use commands::{Args, CmdResult, CommandError};
use spec::{Flag, KeySpec, Keys, Want};

use crate::admin::Admin;
use crate::table::Row;

/// Finds the keys of the request that follows the second argument.
fn find(cx: &mut Admin<'_>, request: &[&[u8]]) -> Result<Keys, CommandError> {
    let table = &cx.node.table;
    let row = table.lookup(request[0]).and_then(|row| match request.get(1) {
        Some(name) if row.has_subcommands() => table.lookup_sub(row, name),
        _ => Some(row),
    });
    let row = row.ok_or_else(|| CommandError::other("ERR Invalid command specified"))?;
    if !takes_keys(row) {
        return Err(CommandError::other("ERR The command has no key arguments"));
    }
    if !row.arity.accepts(request.len()) {
        let text = "ERR Invalid number of arguments specified for command";
        return Err(CommandError::other(text));
    }
    let keys = spec::extract(row.facts, &request, Want::Keys).unwrap_or_default();
    if keys.is_empty() && !row.has(Flag::NoMandatoryKeys) {
        return Err(CommandError::other("ERR Invalid arguments specified for command"));
    }
    Ok(keys)
}

fn takes_keys(row: &Row) -> bool {
    row.facts.key_finder.is_some() || row.facts.keys.iter().any(KeySpec::are_keys)
}

pub(super) fn getkeys(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let request = &args[2..];
    let keys = find(cx, request)?;
    let mut reply = cx.reply();
    reply.array(keys.len());
    keys.iter().for_each(|key| reply.bulk(request[key.index]));
    Ok(())
}

pub(super) fn getkeysandflags(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let request = &args[2..];
    let keys = find(cx, request)?;
    let mut reply = cx.reply();
    reply.array(keys.len());
    for key in keys {
        reply.array(2);
        reply.bulk(request[key.index]);
        reply.set(key.flags.iter().count());
        key.flags.iter().for_each(|flag| reply.simple(flag.name()));
    }
    Ok(())
}
