//! Putting in order what `check` finds.
//!
//! No step drops a key: where several nodes have keys of a slot, they are brought together at one of
//! them, and a conflict that cannot be decided ends the repair with an error.

use super::check::inspect;
use super::migrate::{assign, move_keys, move_slot};
use super::notes::{Note, note};
use super::reshard::settle;
use super::topology::Cluster;
use super::{Call, Failed};
use crate::out::say;

/// `fix`.
pub(super) fn run(call: &Call<'_>) -> Result<(), Failed> {
    let options = &call.session.options;
    let mut cluster = Cluster::load(call, &call.entry()?)?;
    cluster.show_summary()?;
    let several = options.cluster.search_multiple_owners;
    let findings = inspect(&mut cluster, several)?;
    if findings.is_empty() && cluster.unreachable.is_empty() {
        return Ok(());
    }
    if !cluster.unreachable.is_empty() && !options.cluster.fix_with_unreachable_masters {
        return Err(format!(
            "*** Fixing slots coverage with {} unreachable masters is dangerous: their keys would be cut off. \
             Use --cluster-fix-with-unreachable-masters to do it all the same.",
            cluster.unreachable.len()
        )
        .into());
    }
    for slot in findings.open {
        close(&mut cluster, slot)?;
    }
    for (slot, owners) in findings.several_owners {
        unite(&mut cluster, slot, &owners)?;
    }
    // Closing slots may have given some an owner.
    let uncovered: Vec<u16> =
        findings.uncovered.into_iter().filter(|slot| cluster.owners(*slot).is_empty()).collect();
    for slot in uncovered {
        cover(&mut cluster, slot)?;
    }
    if options.dry_run {
        return Ok(());
    }
    settle(&mut cluster)?;
    let findings = inspect(&mut cluster, several)?;
    if findings.is_empty() { Ok(()) } else { Err("*** Not everything could be fixed".into()) }
}

/// Returns the primaries that have keys of a slot, the one with most of them first.
fn holders(cluster: &mut Cluster, slot: u16) -> Result<Vec<usize>, Failed> {
    let mut holders = Vec::new();
    for at in cluster.primaries() {
        let keys = cluster.nodes[at].keys_in_slot(slot)?;
        if keys > 0 {
            holders.push((keys, at));
        }
    }
    holders.sort_by_key(|(keys, _)| std::cmp::Reverse(*keys));
    Ok(holders.into_iter().map(|(_, at)| at).collect())
}

/// Closes an open slot.
fn close(cluster: &mut Cluster, slot: u16) -> Result<(), Failed> {
    note(Note::Step, &format!(">>> Fixing open slot {slot}"));
    let primaries = cluster.primaries();
    let in_state = |cluster: &Cluster, migrating: bool| -> Vec<usize> {
        let open = |at: &&usize| {
            let line = &cluster.nodes[**at].line;
            if migrating {
                line.migrating.contains_key(&slot)
            } else {
                line.importing.contains_key(&slot)
            }
        };
        primaries.iter().filter(open).copied().collect()
    };
    let (migrating, importing) = (in_state(cluster, true), in_state(cluster, false));
    for (state, nodes) in [("migrating", &migrating), ("importing", &importing)] {
        if !nodes.is_empty() {
            let names: Vec<_> =
                nodes.iter().map(|at| cluster.nodes[*at].address.to_string()).collect();
            say!("Set as {state} in: {}\n", names.join(","));
        }
    }
    let owners = cluster.owners(slot);
    if let ([from], [to]) = (migrating.as_slice(), importing.as_slice())
        && owners.as_slice() == [*from]
    {
        let target = &cluster.nodes[*to].address;
        say!(">>> Moving slot {slot} from {} to {target}: ", cluster.nodes[*from].address);
        move_slot(cluster, slot, *from, *to, true)?;
        say!("\n");
        return Ok(());
    }
    let owner = match owners.as_slice() {
        [owner] => *owner,
        [] => match holders(cluster, slot)?.iter().chain(&importing).chain(&migrating).next() {
            Some(at) => *at,
            None => return Err(format!("[ERR] Nobody can own slot {slot}").into()),
        },
        _ => return unite(cluster, slot, &owners),
    };
    say!(">>> Closing slot {slot} on {}\n", cluster.nodes[owner].address);
    gather(cluster, slot, owner)
}

/// Brings all keys of a slot to one node, makes it the owner, and closes the slot everywhere.
fn gather(cluster: &mut Cluster, slot: u16, owner: usize) -> Result<(), Failed> {
    let number = slot.to_string();
    let owner_id = cluster.nodes[owner].line.id.clone();
    for from in holders(cluster, slot)?.into_iter().filter(|at| *at != owner) {
        // A node gives away keys only of slots that are open, and it is not the owner's to refuse.
        cluster.nodes[from].change(&["CLUSTER", "SETSLOT", &number, "IMPORTING", &owner_id])?;
        if !cluster.nodes[owner].line.slots.contains(&slot) {
            take_over(cluster, slot, owner)?;
        }
        say!(
            ">>> Moving keys of slot {slot} from {} to {}: ",
            cluster.nodes[from].address,
            cluster.nodes[owner].address
        );
        move_keys(cluster, slot, from, owner, true)?;
        say!("\n");
    }
    for at in cluster.primaries() {
        let line = &cluster.nodes[at].line;
        let open = line.migrating.contains_key(&slot) || line.importing.contains_key(&slot);
        if open || at != owner {
            cluster.nodes[at].change(&["CLUSTER", "SETSLOT", &number, "STABLE"])?;
        }
    }
    if !cluster.nodes[owner].line.slots.contains(&slot) {
        take_over(cluster, slot, owner)?;
    }
    assign(cluster, slot, owner)
}

/// Makes a node the owner of a slot that, as far as it knows, may belong to another.
fn take_over(cluster: &mut Cluster, slot: u16, owner: usize) -> Result<(), Failed> {
    let number = slot.to_string();
    let node = &mut cluster.nodes[owner];
    // What the node believes of others' slots stands in the way; if it believes nothing, nothing does.
    let _ = node.change(&["CLUSTER", "DELSLOTS", &number]);
    node.change(&["CLUSTER", "ADDSLOTS", &number])?;
    // The newest claim wins.
    node.change(&["CLUSTER", "BUMPEPOCH"])?;
    node.line.slots.insert(slot);
    Ok(())
}

/// Leaves a slot with one of its owners: the one with most of the keys.
fn unite(cluster: &mut Cluster, slot: u16, owners: &[usize]) -> Result<(), Failed> {
    let holders = holders(cluster, slot)?;
    let owner = holders.iter().chain(owners).find(|at| owners.contains(at)).copied();
    let owner = owner.ok_or_else(|| Failed::from(format!("[ERR] Nobody can own slot {slot}")))?;
    say!(">>> Slot {slot} stays with {}\n", cluster.nodes[owner].address);
    cluster.nodes[owner].change(&["CLUSTER", "BUMPEPOCH"])?;
    for &other in owners.iter().filter(|at| **at != owner) {
        cluster.nodes[other].change(&["CLUSTER", "DELSLOTS", &slot.to_string()])?;
        cluster.nodes[other].line.slots.remove(&slot);
    }
    gather(cluster, slot, owner)
}

/// Gives a slot that nobody owns to whoever has its keys, or else to the primary with fewest slots.
fn cover(cluster: &mut Cluster, slot: u16) -> Result<(), Failed> {
    let holders = holders(cluster, slot)?;
    let fewest =
        cluster.primaries().into_iter().min_by_key(|at| cluster.nodes[*at].line.slots.len());
    let owner = holders.first().copied().or(fewest).ok_or("[ERR] The cluster has no master")?;
    say!(
        ">>> Covering slot {slot} with {} ({} of the nodes have keys of it)\n",
        cluster.nodes[owner].address,
        holders.len()
    );
    take_over(cluster, slot, owner)?;
    if holders.len() > 1 { gather(cluster, slot, owner) } else { Ok(()) }
}
