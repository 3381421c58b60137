//! A snapshot of every primary, and a file that tells whose it is.

use std::fmt::Write as _;
use std::path::Path;

use connector::Address;

use super::check::inspect;
use super::notes::{Note, note};
use super::slots::runs;
use super::topology::{Cluster, Node};
use super::{Call, Failed};
use crate::out::{complain, say};
use crate::replica;

/// `backup`.
pub(super) fn run(call: &Call<'_>) -> Result<(), Failed> {
    let directory = call.arg(1);
    let directory = Path::new(&directory);
    if !directory.is_dir() {
        return Err(format!("[ERR] {} is not a directory", directory.display()).into());
    }
    let mut cluster = Cluster::load(call, &call.address(0)?)?;
    let findings = inspect(&mut cluster, false)?;
    let sound = findings.is_empty() && cluster.unreachable.is_empty();
    let mut described = Vec::new();
    for node in &mut cluster.nodes {
        described.push(describe(node, !sound));
        if !node.is_primary() {
            continue;
        }
        let (host, port) = host_and_port(&node.address);
        let file = directory.join(format!("redis-node-{host}-{port}-{}.rdb", node.line.id));
        note(Note::Step, &format!(">>> Node {} -> Saving RDB...", node.address));
        if call.session.options.dry_run {
            say!("(dry run) {}\n", file.display());
            continue;
        }
        // A connection that becomes a replica's is of no further use, so it is one of its own.
        let mut session = call.session.sibling(node.address.clone());
        let saved = session.connect().is_ok() && replica::save_to(&mut session, &file, false);
        if !saved {
            return Err(format!("[ERR] Failed to back up node {}", node.address).into());
        }
    }
    let file = directory.join("nodes.json");
    say!("Saving cluster configuration to: {}\n", file.display());
    if !call.session.options.dry_run {
        std::fs::write(&file, format!("[\n{}\n]", described.join(",\n")))
            .map_err(|error| format!("[ERR] {}: {error}", file.display()))?;
    }
    if !sound {
        complain!(
            "*** Cluster seems to have some problems, please be aware of it if you're going to restore this backup."
        );
    }
    note(Note::Good, &format!("[OK] Backup created into: {}", directory.display()));
    Ok(())
}

fn host_and_port(address: &Address) -> (String, u16) {
    match address {
        Address::Tcp { host, port } => (host.clone(), *port),
        Address::Unix(path) => (path.display().to_string(), 0),
    }
}

/// Returns a node as an entry of `nodes.json`.
fn describe(node: &Node, errors: bool) -> String {
    let line = &node.line;
    let (host, port) = host_and_port(&node.address);
    let runs: Vec<_> =
        runs(&line.slots).iter().map(|(first, last)| format!("[{first},{last}]")).collect();
    let primary = line.primary.as_ref().map_or_else(|| "null".to_owned(), |id| format!("\"{id}\""));
    let mut out = String::from("  {\n");
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "    \"name\": \"{}\",\n    \"host\": \"{host}\",\n    \"port\": {port},\n    \"replicate\": {primary},\n    \
         \"slots\": [{}],\n    \"slots_count\": {},\n    \"flags\": \"{}\",\n    \"current_epoch\": {}",
        line.id,
        runs.join(","),
        line.slots.len(),
        if node.is_primary() { "master" } else { "slave" },
        line.epoch
    );
    if errors {
        out.push_str(",\n    \"cluster_errors\": 1");
    }
    out.push_str("\n  }");
    out
}
