//! Moving a slot with its keys.
//!
//! The order makes every moment safe. The target first expects the slot and the source then gives
//! it away key by key, so that clients are redirected to wherever a key is; the new owner is told
//! first that it is one, as only it can tell the others by gossip. A move that is broken off leaves
//! the slot open, with every key on one side or the other: `fix` finishes it.

use std::rc::Rc;
use std::time::{Duration, Instant};

use resp::value::Value;

use super::Failed;
use super::topology::Cluster;
use crate::clock;
use crate::out::say;
use crate::session::Session;

/// How long a MIGRATE may take unless told otherwise.
const TIMEOUT_MS: u64 = 60_000;

/// How long errors that pass by themselves are waited out, and between two attempts.
const PATIENCE: Duration = Duration::from_secs(15);
const RETRY_EVERY: Duration = Duration::from_millis(100);

fn is_passing(message: &str) -> bool {
    ["CLUSTERDOWN", "TRYAGAIN", "LOADING"].iter().any(|error| message.contains(error))
}

/// Returns the words by which MIGRATE logs in at the target.
fn login(session: &Session) -> Vec<Vec<u8>> {
    match session.credentials() {
        Some((Some(user), password)) => vec![b"AUTH2".to_vec(), user.clone(), password.clone()],
        Some((None, password)) => vec![b"AUTH".to_vec(), password.clone()],
        None => Vec::new(),
    }
}

/// Moves a slot and its keys, and returns how many keys that were.
pub(super) fn move_slot(
    cluster: &mut Cluster,
    slot: u16,
    from: usize,
    to: usize,
    dots: bool,
) -> Result<usize, Failed> {
    let number = slot.to_string();
    let (source, target) = (cluster.nodes[from].line.id.clone(), cluster.nodes[to].line.id.clone());
    cluster.nodes[to].change(&["CLUSTER", "SETSLOT", &number, "IMPORTING", &source])?;
    cluster.nodes[from].change(&["CLUSTER", "SETSLOT", &number, "MIGRATING", &target])?;
    let moved = move_keys(cluster, slot, from, to, dots)?;
    assign(cluster, slot, to)?;
    Ok(moved)
}

/// Tells all primaries who owns a slot: the owner first, and all others after it.
pub(super) fn assign(cluster: &mut Cluster, slot: u16, owner: usize) -> Result<(), Failed> {
    let number = slot.to_string();
    let id = cluster.nodes[owner].line.id.clone();
    let mut order = cluster.primaries();
    order.retain(|at| *at != owner);
    order.insert(0, owner);
    for at in order {
        match cluster.nodes[at].change(&["CLUSTER", "SETSLOT", &number, "NODE", &id]) {
            // Whoever lost its last slot may have become a replica of the new owner meanwhile.
            Err(Failed(message)) if at != owner && message.contains("only with masters") => {}
            other => other?,
        }
        let slots = &mut cluster.nodes[at].line.slots;
        if at == owner {
            slots.insert(slot);
        } else {
            slots.remove(&slot);
        }
    }
    Ok(())
}

/// Moves the keys of a slot that is open on both sides, and returns how many there were.
pub(super) fn move_keys(
    cluster: &mut Cluster,
    slot: u16,
    from: usize,
    to: usize,
    dots: bool,
) -> Result<usize, Failed> {
    let options = Rc::clone(&cluster.nodes[from].session.options);
    let target = cluster.nodes[to].address.clone();
    let connector::Address::Tcp { host, port } = &target else {
        return Err(format!("[ERR] Node {target} has no host and port").into());
    };
    let source = &mut cluster.nodes[from];
    let batch = options.cluster.pipeline.to_string();
    let replace = options.cluster.replace;
    let mut moved = 0;
    let mut trouble: Option<Instant> = None;
    loop {
        let keys = source.ask(&["CLUSTER", "GETKEYSINSLOT", &slot.to_string(), &batch])?;
        let keys: Vec<&[u8]> =
            keys.as_array().unwrap_or_default().iter().filter_map(Value::as_bytes).collect();
        if keys.is_empty() {
            return Ok(moved);
        }
        if options.dry_run {
            say!("(dry run) the keys of slot {slot} go from {} to {target}\n", source.address);
            return Ok(moved);
        }
        let timeout = options.cluster.timeout_ms.unwrap_or(TIMEOUT_MS).to_string();
        let mut request: Vec<Vec<u8>> = ["MIGRATE", host, &port.to_string(), "", "0", &timeout]
            .iter()
            .map(|word| word.as_bytes().to_vec())
            .collect();
        if replace {
            request.push(b"REPLACE".to_vec());
        }
        request.extend(login(&source.session));
        request.push(b"KEYS".to_vec());
        request.extend(keys.iter().map(|key| key.to_vec()));
        match source.ask(&request) {
            Ok(_) => {
                moved += keys.len();
                trouble = None;
            }
            // A node that has just joined takes a moment to trust the cluster.
            Err(Failed(message)) if is_passing(&message) => {
                if trouble.get_or_insert_with(clock::now).elapsed() > PATIENCE {
                    return Err(message.into());
                }
                clock::sleep(RETRY_EVERY);
                continue;
            }
            Err(Failed(message)) if message.contains("BUSYKEY") && !replace => {
                if !same_values(cluster, from, to, &keys)? {
                    return Err(format!(
                        "{message}\n*** Slot {slot}: the target has other values under the same keys. \
                         Use --cluster-replace to overwrite them."
                    )
                    .into());
                }
                return Ok(moved + retry_with_replace(cluster, slot, from, to, dots, &request)?);
            }
            Err(failed) => return Err(failed),
        }
        if dots {
            say!("{}", ".".repeat(keys.len()));
        }
    }
}

/// Sends a MIGRATE again that may overwrite what the target has already, and moves the rest.
fn retry_with_replace(
    cluster: &mut Cluster,
    slot: u16,
    from: usize,
    to: usize,
    dots: bool,
    request: &[Vec<u8>],
) -> Result<usize, Failed> {
    let mut request = request.to_vec();
    request.insert(6, b"REPLACE".to_vec());
    cluster.nodes[from].ask(&request)?;
    let keys = request.iter().skip_while(|word| word.as_slice() != b"KEYS").count() - 1;
    Ok(keys + move_keys(cluster, slot, from, to, dots)?)
}

/// Returns whether keys that both sides have are equal: left behind by a move that was broken off.
fn same_values(
    cluster: &mut Cluster,
    from: usize,
    to: usize,
    keys: &[&[u8]],
) -> Result<bool, Failed> {
    for key in keys {
        let mut dumps = Vec::new();
        for at in [from, to] {
            // Asked with ASKING, a node answers for a slot that it does not own yet.
            let node = &mut cluster.nodes[at];
            node.ask(&[&b"ASKING"[..]])?;
            let reply = node.session.call(&[&b"DUMP"[..], key]);
            dumps.push(reply.map_err(|failure| Failed::from(failure.to_string()))?);
        }
        let [source, target] = dumps.as_slice() else { return Ok(false) };
        let known = source.as_bytes().is_some() && target.as_bytes().is_some();
        if known && source != target {
            return Ok(false);
        }
    }
    Ok(true)
}
