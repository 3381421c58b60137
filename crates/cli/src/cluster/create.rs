//! Making a cluster of empty nodes.

use std::collections::BTreeSet;
use std::time::Duration;

use connector::Address;

use super::check::inspect;
use super::notes::{Note, confirmed, note};
use super::slots::{SLOTS, shown};
use super::topology::{Cluster, Node};
use super::{Call, Failed};
use crate::clock;
use crate::out::say;

/// Primaries that a cluster needs at least: a majority of two would be both.
const PRIMARIES_MIN: usize = 3;
/// How long nodes are given to find each other, and between two looks.
const JOIN_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Slots named in one ADDSLOTS.
const SLOTS_PER_CALL: usize = 1024;

/// Who is to be what: places in the list of nodes.
#[derive(Debug, Eq, PartialEq)]
struct Plan {
    primaries: Vec<usize>,
    /// Replica and primary.
    replicas: Vec<(usize, usize)>,
}

/// Distributes the roles, so that a host that fails takes along as little as possible.
fn plan(hosts: &[String], replicas_each: usize) -> Plan {
    let count = hosts.len() / (replicas_each + 1);
    let order = interleaved(hosts);
    let (primaries, rest) = order.split_at(count);
    let mut rest = rest.to_vec();
    let mut replicas: Vec<(usize, usize)> = Vec::new();
    let mut round = 0;
    while !rest.is_empty() {
        for &primary in primaries {
            if rest.is_empty() {
                break;
            }
            let used: BTreeSet<&String> = replicas
                .iter()
                .filter(|(_, of)| *of == primary)
                .map(|(replica, _)| &hosts[*replica])
                .chain([&hosts[primary]])
                .collect();
            // A host of its own if there is one, else any but the primary's, else any.
            let best = rest
                .iter()
                .position(|at| !used.contains(&hosts[*at]))
                .or_else(|| rest.iter().position(|at| hosts[*at] != hosts[primary]))
                .unwrap_or(0);
            replicas.push((rest.remove(best), primary));
        }
        round += 1;
        if round > hosts.len() {
            break;
        }
    }
    exchange(hosts, &mut replicas);
    Plan { primaries: primaries.to_vec(), replicas }
}

/// Exchanges replicas between primaries where that frees one of sharing its primary's host.
fn exchange(hosts: &[String], replicas: &mut [(usize, usize)]) {
    let apart = |replica: usize, primary: usize| hosts[replica] != hosts[primary];
    for at in 0..replicas.len() {
        let (replica, primary) = replicas[at];
        if apart(replica, primary) {
            continue;
        }
        let other =
            replicas.iter().position(|(other, of)| apart(*other, primary) && apart(replica, *of));
        if let Some(other) = other {
            replicas[at].0 = replicas[other].0;
            replicas[other].0 = replica;
        }
    }
}

/// Returns the nodes ordered so that hosts take turns.
fn interleaved(hosts: &[String]) -> Vec<usize> {
    let mut names: Vec<&String> = Vec::new();
    hosts.iter().for_each(|host| {
        if !names.contains(&host) {
            names.push(host);
        }
    });
    let mut queues: Vec<Vec<usize>> = names
        .iter()
        .map(|name| (0..hosts.len()).rev().filter(|at| hosts[*at] == **name).collect())
        .collect();
    let mut order = Vec::with_capacity(hosts.len());
    while order.len() < hosts.len() {
        order.extend(queues.iter_mut().filter_map(Vec::pop));
    }
    order
}

/// Returns the slots of the primary at a place, of so many.
fn share(place: usize, count: usize) -> BTreeSet<u16> {
    let each = f64::from(SLOTS) / count as f64;
    let first = (each * place as f64).round() as u16;
    let last = if place + 1 == count {
        SLOTS - 1
    } else {
        (each * (place + 1) as f64 - 1.0).round() as u16
    };
    (first..=last).collect()
}

/// Connects to a node that must be empty and alone.
pub(super) fn open_empty(call: &Call<'_>, address: &Address) -> Result<Node, Failed> {
    let (mut node, lines) = Node::open(call.session, address).map_err(|Failed(message)| {
        if message.contains("cluster support disabled") {
            Failed(format!("[ERR] Node {address} is not configured as a cluster node."))
        } else {
            Failed(message)
        }
    })?;
    let keys = node.ask(&["DBSIZE"])?.as_integer().unwrap_or(0);
    if lines.len() > 1 || keys > 0 || !node.line.slots.is_empty() {
        return Err(format!(
            "[ERR] Node {address} is not empty. Either the node already knows other nodes (check with \
             CLUSTER NODES) or contains some key in database 0."
        )
        .into());
    }
    Ok(node)
}

/// `create`.
pub(super) fn run(call: &Call<'_>) -> Result<(), Failed> {
    let options = &call.session.options;
    let each = options.cluster.replicas;
    let count = call.args.len();
    if count / (each + 1) < PRIMARIES_MIN {
        return Err(format!(
            "*** ERROR: Invalid configuration for cluster creation.\n\
             *** Redis Cluster requires at least {PRIMARIES_MIN} master nodes.\n\
             *** This is not possible with {count} nodes and {each} replicas per node.\n\
             *** At least {} nodes are required.",
            PRIMARIES_MIN * (each + 1)
        )
        .into());
    }
    let mut nodes = Vec::new();
    let mut hosts = Vec::new();
    for at in 0..count {
        let address = call.address(at)?;
        hosts.push(match &address {
            Address::Tcp { host, .. } => host.clone(),
            Address::Unix(path) => path.display().to_string(),
        });
        nodes.push(open_empty(call, &address)?);
    }
    note(Note::Step, &format!(">>> Performing hash slots allocation on {count} nodes..."));
    let plan = plan(&hosts, each);
    for (place, &at) in plan.primaries.iter().enumerate() {
        nodes[at].line.slots = share(place, plan.primaries.len());
        let slots = &nodes[at].line.slots;
        if let (Some(first), Some(last)) = (slots.first(), slots.last()) {
            say!("Master[{place}] -> Slots {first} - {last}\n");
        }
    }
    for &(replica, primary) in &plan.replicas {
        say!("Adding replica {} to {}\n", nodes[replica].address, nodes[primary].address);
    }
    if plan.replicas.iter().any(|(replica, primary)| hosts[*replica] == hosts[*primary]) {
        note(Note::Warning, "[WARNING] Some slaves are in the same host as their master");
    }
    for &at in &plan.primaries {
        let line = &nodes[at].line;
        say!("M: {} {}\n", line.id, nodes[at].address);
        say!("   slots:{} ({} slots) master\n", shown(&line.slots), line.slots.len());
    }
    for &(at, primary) in &plan.replicas {
        say!(
            "S: {} {}\n   replicates {}\n",
            nodes[at].line.id,
            nodes[at].address,
            nodes[primary].line.id
        );
    }
    if !options.dry_run
        && !confirmed(
            "Can I set the above configuration? (type 'yes' to accept): ",
            options.cluster.yes,
        )
    {
        return Err("*** Aborting...".into());
    }
    configure(&mut nodes, &plan)?;
    join(call, nodes, &plan)
}

/// Gives the primaries their slots and every node an epoch of its own.
fn configure(nodes: &mut [Node], plan: &Plan) -> Result<(), Failed> {
    for &at in &plan.primaries {
        let slots: Vec<String> = nodes[at].line.slots.iter().map(u16::to_string).collect();
        for part in slots.chunks(SLOTS_PER_CALL) {
            let mut request = vec!["CLUSTER", "ADDSLOTS"];
            request.extend(part.iter().map(String::as_str));
            if nodes[at].session.options.dry_run {
                continue;
            }
            nodes[at].change(&request)?;
        }
    }
    note(Note::Step, ">>> Nodes configuration updated");
    note(Note::Step, ">>> Assign a different config epoch to each node");
    for (epoch, node) in nodes.iter_mut().enumerate() {
        node.change(&["CLUSTER", "SET-CONFIG-EPOCH", &(epoch + 1).to_string()])?;
    }
    Ok(())
}

/// Introduces the nodes to each other, makes the replicas, and looks at the result.
fn join(call: &Call<'_>, mut nodes: Vec<Node>, plan: &Plan) -> Result<(), Failed> {
    note(Note::Step, ">>> Sending CLUSTER MEET messages to join the cluster");
    let entry = nodes[plan.primaries[0]].address.clone();
    for node in nodes.iter_mut().filter(|node| node.address != entry) {
        meet(node, &entry)?;
    }
    if call.session.options.dry_run {
        for &(replica, primary) in &plan.replicas {
            let id = nodes[primary].line.id.clone();
            nodes[replica].change(&["CLUSTER", "REPLICATE", &id])?;
        }
        return Ok(());
    }
    say!("Waiting for the cluster to join\n");
    wait_for(&mut nodes)?;
    say!("\n");
    for &(replica, primary) in &plan.replicas {
        let id = nodes[primary].line.id.clone();
        nodes[replica].change(&["CLUSTER", "REPLICATE", &id])?;
    }
    let mut cluster = Cluster::load(call, &entry)?;
    wait_for_roles(&mut cluster, plan.primaries.len())?;
    let findings = inspect(&mut cluster, false)?;
    wait_until_up(&mut cluster.nodes)?;
    if findings.is_empty() { Ok(()) } else { Err("*** The cluster is not in order yet".into()) }
}

/// Introduces a node to another. An address by name is none that a node can be met at, so the
/// address of the connection is used.
pub(super) fn meet(node: &mut Node, other: &Address) -> Result<(), Failed> {
    let Address::Tcp { host, port } = other else {
        return Err(format!("[ERR] Node {other} has no host and port").into());
    };
    let numeric = std::net::ToSocketAddrs::to_socket_addrs(&(host.as_str(), *port))
        .ok()
        .and_then(|mut found| found.next())
        .map_or_else(|| host.clone(), |found| found.ip().to_string());
    node.change(&["CLUSTER", "MEET", &numeric, &port.to_string()])
}

/// Waits until every node knows every other.
fn wait_for(nodes: &mut [Node]) -> Result<(), Failed> {
    let count = nodes.len();
    let started = clock::now();
    loop {
        let mut all = true;
        for node in nodes.iter_mut() {
            let lines = node.refresh()?;
            let known = lines.iter().filter(|line| !line.has("handshake")).count();
            all &= known == count;
        }
        if all {
            return Ok(());
        }
        if started.elapsed() > JOIN_WITHIN {
            return Err(
                "[ERR] The nodes do not find each other: are their cluster bus ports open?".into(),
            );
        }
        say!(".");
        clock::sleep(LOOK_EVERY);
    }
}

/// Waits until nodes take requests: for a moment after joining they do not trust what they know.
pub(super) fn wait_until_up(nodes: &mut [Node]) -> Result<(), Failed> {
    let started = clock::now();
    for node in nodes {
        while !node
            .ask(&["CLUSTER", "INFO"])?
            .as_str()
            .is_some_and(|info| info.contains("cluster_state:ok"))
        {
            if started.elapsed() > JOIN_WITHIN {
                return Err(format!("[ERR] Node {} does not come up", node.address).into());
            }
            clock::sleep(LOOK_EVERY);
        }
    }
    Ok(())
}

/// Waits until as many nodes are primaries as should be.
fn wait_for_roles(cluster: &mut Cluster, primaries: usize) -> Result<(), Failed> {
    let started = clock::now();
    while cluster.primaries().len() != primaries && started.elapsed() < JOIN_WITHIN {
        clock::sleep(LOOK_EVERY);
        cluster.refresh()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{plan, share};
    use crate::cluster::slots::SLOTS;

    #[test]
    fn every_slot_is_given_away_once() {
        for count in 3..40 {
            let sizes: Vec<_> = (0..count).map(|place| share(place, count)).collect();
            assert_eq!(
                sizes.iter().map(std::collections::BTreeSet::len).sum::<usize>(),
                usize::from(SLOTS)
            );
            assert!(
                sizes
                    .windows(2)
                    .all(|pair| pair[0].last().unwrap() + 1 == *pair[1].first().unwrap())
            );
        }
        assert_eq!((*share(1, 3).first().unwrap(), *share(1, 3).last().unwrap()), (5461, 10922));
    }

    #[test]
    fn replicas_live_elsewhere_than_their_primaries() {
        let hosts: Vec<String> = ["a", "a", "b", "b", "c", "c"].map(str::to_owned).into();
        let plan = plan(&hosts, 1);
        assert_eq!(plan.primaries, [0, 2, 4]);
        assert_eq!(plan.replicas.len(), 3);
        assert!(plan.replicas.iter().all(|(replica, primary)| hosts[*replica] != hosts[*primary]));
    }
}
