//! Adding and removing nodes, and talking to all of them.

use std::time::Duration;

use super::check::load_sound_at;
use super::create::{meet, open_empty, wait_until_up};
use super::notes::{Note, note};
use super::topology::Cluster;
use super::{Call, Failed};
use crate::out::{bytes, complain, say};
use crate::{clock, format};

/// How long a new node is given to be known, and between two looks.
const JOIN_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A node timeout below this makes a cluster nervous.
const TIMEOUT_MIN_MS: u64 = 100;

/// `add-node`.
pub(super) fn add(call: &Call<'_>) -> Result<(), Failed> {
    let options = &call.session.options;
    let (new, entry) = (call.address(0)?, call.address(1)?);
    note(Note::Step, &format!(">>> Adding node {new} to cluster {entry}"));
    let mut cluster = load_sound_at(call, &entry, "adding a node")?;
    let primary = match &options.cluster.master_id {
        Some(id) => Some(
            cluster
                .find(id)
                .filter(|at| cluster.nodes[*at].is_primary())
                .ok_or_else(|| Failed::from(format!("[ERR] No such master ID {id}")))?,
        ),
        None if options.cluster.replica => cluster
            .primaries()
            .into_iter()
            .filter(|at| !cluster.nodes[*at].line.slots.is_empty())
            .min_by_key(|at| cluster.replicas_of(&cluster.nodes[*at].line.id)),
        None => None,
    };
    let primary = primary.filter(|_| options.cluster.replica);
    if let Some(at) = primary
        && options.cluster.master_id.is_none()
    {
        say!("Automatically selected master {}\n", cluster.nodes[at].address);
    }
    let mut node = open_empty(call, &new)?;
    if primary.is_none() {
        copy_functions(&mut cluster, &mut node)?;
    }
    note(Note::Step, &format!(">>> Send CLUSTER MEET to node {new} to make it join the cluster."));
    meet(&mut node, &entry)?;
    if options.dry_run {
        return Ok(());
    }
    say!("Waiting for the cluster to join\n");
    let started = clock::now();
    loop {
        let known = node.refresh()?.iter().filter(|line| !line.has("handshake")).count();
        let mut seen = true;
        for other in &mut cluster.nodes {
            seen &= other.refresh()?.iter().any(|line| line.id == node.line.id);
        }
        if seen && known > cluster.nodes.len() {
            break;
        }
        if started.elapsed() > JOIN_WITHIN {
            return Err("[ERR] The node does not join: is its cluster bus port open?".into());
        }
        say!(".");
        clock::sleep(LOOK_EVERY);
    }
    say!("\n");
    if let Some(at) = primary {
        let primary = &cluster.nodes[at];
        note(Note::Step, &format!(">>> Configure node as replica of {}.", primary.address));
        node.change(&["CLUSTER", "REPLICATE", &primary.line.id.clone()])?;
    }
    wait_until_up(std::slice::from_mut(&mut node))?;
    note(Note::Good, "[OK] New node added correctly.");
    Ok(())
}

/// A new primary must know the functions that all others know. Old servers have none.
fn copy_functions(cluster: &mut Cluster, node: &mut super::topology::Node) -> Result<(), Failed> {
    let Ok(dump) = cluster.nodes[0].ask(&["FUNCTION", "DUMP"]) else { return Ok(()) };
    note(Note::Step, ">>> Getting functions from cluster");
    let libraries = cluster.nodes[0].ask(&["FUNCTION", "LIST"])?;
    if libraries.as_array().is_none_or(<[_]>::is_empty) {
        return Ok(());
    }
    note(Note::Step, &format!(">>> Send FUNCTION RESTORE to {}", node.address));
    node.change(&[&b"FUNCTION"[..], b"RESTORE", dump.as_bytes().unwrap_or_default()])
}

/// `del-node`.
pub(super) fn remove(call: &Call<'_>) -> Result<(), Failed> {
    let (entry, id) = (call.address(0)?, call.arg(1));
    note(Note::Step, &format!(">>> Removing node {id} from cluster {entry}"));
    let mut cluster = Cluster::load(call, &entry)?;
    let Some(at) = cluster.find(&id) else {
        return Err(format!("[ERR] No such node ID {id}").into());
    };
    if !cluster.nodes[at].line.slots.is_empty() {
        return Err(format!(
            "[ERR] Node {} is not empty! Reshard data away and try again.",
            cluster.nodes[at].address
        )
        .into());
    }
    note(Note::Step, ">>> Sending CLUSTER FORGET messages to the cluster...");
    let id = cluster.nodes[at].line.id.clone();
    for other in (0..cluster.nodes.len()).filter(|other| *other != at) {
        if cluster.nodes[other].line.primary.as_deref() == Some(&id) {
            let heir = cluster
                .primaries()
                .into_iter()
                .filter(|primary| *primary != at)
                .min_by_key(|primary| cluster.replicas_of(&cluster.nodes[*primary].line.id))
                .ok_or("[ERR] There is no other master for the replicas of this node")?;
            let heir_id = cluster.nodes[heir].line.id.clone();
            say!(
                ">>> {} as replica of {}\n",
                cluster.nodes[other].address,
                cluster.nodes[heir].address
            );
            cluster.nodes[other].change(&["CLUSTER", "REPLICATE", &heir_id])?;
        }
        cluster.nodes[other].change(&["CLUSTER", "FORGET", &id])?;
    }
    note(Note::Step, ">>> Sending CLUSTER RESET SOFT to the deleted node.");
    cluster.nodes[at].change(&["CLUSTER", "RESET", "SOFT"])
}

/// `call`.
pub(super) fn call(call: &Call<'_>) -> Result<(), Failed> {
    let options = &call.session.options;
    let mut cluster = Cluster::load(call, &call.address(0)?)?;
    let command = &call.args[1..];
    let words: Vec<_> = command.iter().map(|word| String::from_utf8_lossy(word)).collect();
    note(Note::Step, &format!(">>> Calling {}", words.join(" ")));
    let mut failed = false;
    for node in &mut cluster.nodes {
        let (only_primaries, only_replicas) =
            (options.cluster.only_masters, options.cluster.only_replicas);
        if only_primaries && !node.is_primary() || only_replicas && node.is_primary() {
            continue;
        }
        if options.dry_run {
            node.change(command)?;
            continue;
        }
        match node.session.call(command) {
            Ok(reply) => {
                failed |= reply.is_error() && options.error_exit_code;
                say!("{}: ", node.address);
                bytes(&format::reply(&reply, options));
            }
            Err(failure) => {
                failed = true;
                complain!("{}: Failed! {failure}", node.address);
            }
        }
    }
    if failed { Err("".into()) } else { Ok(()) }
}

/// `set-timeout`.
pub(super) fn set_timeout(call: &Call<'_>) -> Result<(), Failed> {
    let timeout = call.arg(1);
    if timeout.parse::<u64>().unwrap_or(0) < TIMEOUT_MIN_MS {
        return Err("Setting a node timeout of less than 100 milliseconds is a bad idea.".into());
    }
    let mut cluster = Cluster::load(call, &call.address(0)?)?;
    note(Note::Step, ">>> Reconfiguring node timeout in every cluster node...");
    let (mut good, mut bad) = (0, 0);
    for node in &mut cluster.nodes {
        let changed = node
            .change(&["CONFIG", "SET", "cluster-node-timeout", &timeout])
            .and_then(|()| node.change(&["CONFIG", "REWRITE"]));
        match changed {
            Ok(()) => {
                good += 1;
                note(Note::Warning, &format!("*** New timeout set for {}", node.address));
            }
            Err(Failed(message)) => {
                bad += 1;
                complain!("ERR setting node-timeout for {}: {message}", node.address);
            }
        }
    }
    note(Note::Step, &format!(">>> New node timeout set. {good} OK, {bad} ERR."));
    if bad == 0 { Ok(()) } else { Err("".into()) }
}
