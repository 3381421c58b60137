//! Is everything in order?

use std::collections::{BTreeMap, BTreeSet};

use super::notes::{Note, note};
use super::slots::{SLOTS, runs};
use super::topology::Cluster;
use super::{Call, Failed};
use crate::out::say;

/// What is wrong.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) disagreement: bool,
    pub(super) open: BTreeSet<u16>,
    pub(super) uncovered: BTreeSet<u16>,
    pub(super) several_owners: BTreeMap<u16, Vec<usize>>,
}

impl Findings {
    pub(super) fn is_empty(&self) -> bool {
        !self.disagreement
            && self.open.is_empty()
            && self.uncovered.is_empty()
            && self.several_owners.is_empty()
    }
}

/// Looks at everything and tells what is found.
pub(super) fn inspect(cluster: &mut Cluster, several_owners: bool) -> Result<Findings, Failed> {
    note(
        Note::Step,
        &format!(">>> Performing Cluster Check (using node {})", cluster.nodes[0].address),
    );
    // What changed a moment ago may not have gone round yet.
    let agrees = cluster.wait_for_agreement()?;
    cluster.show();
    let mut findings = Findings { disagreement: !agrees, ..Findings::default() };
    if agrees {
        note(Note::Good, "[OK] All nodes agree about slots configuration.");
    } else {
        note(Note::Bad, "[ERR] Nodes don't agree about configuration!");
    }
    note(Note::Step, ">>> Check for open slots...");
    for node in cluster.nodes.iter().filter(|node| node.is_primary()) {
        for (state, slots) in
            [("migrating", &node.line.migrating), ("importing", &node.line.importing)]
        {
            if !slots.is_empty() {
                let list: Vec<_> = slots.keys().map(u16::to_string).collect();
                let text = format!(
                    "[WARNING] Node {} has slots in {state} state {}.",
                    node.address,
                    list.join(",")
                );
                note(Note::Warning, &text);
                findings.open.extend(slots.keys());
            }
        }
    }
    if !findings.open.is_empty() {
        let list: Vec<_> = findings.open.iter().map(u16::to_string).collect();
        note(
            Note::Warning,
            &format!("[WARNING] The following slots are open: {}.", list.join(",")),
        );
    }
    note(Note::Step, ">>> Check slots coverage...");
    let covered = cluster.covered();
    findings.uncovered = (0..SLOTS).filter(|slot| !covered.contains(slot)).collect();
    if findings.uncovered.is_empty() {
        note(Note::Good, &format!("[OK] All {SLOTS} slots covered."));
    } else {
        note(Note::Bad, &format!("[ERR] Not all {SLOTS} slots are covered by nodes."));
    }
    if several_owners {
        note(Note::Step, ">>> Check for multiple slot owners...");
        for slot in 0..SLOTS {
            let owners = cluster.owners(slot);
            if owners.len() > 1 {
                note(Note::Warning, &format!("[WARNING] Slot {slot} has {} owners:", owners.len()));
                owners.iter().for_each(|at| say!("    {}\n", cluster.nodes[*at].address));
                findings.several_owners.insert(slot, owners);
            }
        }
        if findings.several_owners.is_empty() {
            note(Note::Good, "[OK] No multiple owners found.");
        }
    }
    for place in &cluster.unreachable {
        note(Note::Bad, &format!("[ERR] Master {place} cannot be reached"));
    }
    Ok(findings)
}

/// `check`.
pub(super) fn run(call: &Call<'_>) -> Result<(), Failed> {
    let mut cluster = Cluster::load(call, &call.entry()?)?;
    cluster.show_summary()?;
    let several = call.session.options.cluster.search_multiple_owners;
    let findings = inspect(&mut cluster, several)?;
    if !findings.uncovered.is_empty() {
        let runs = runs(&findings.uncovered);
        say!("Not covered: {runs:?}\n");
    }
    if findings.is_empty() && cluster.unreachable.is_empty() { Ok(()) } else { Err("".into()) }
}

/// `info`.
pub(super) fn info(call: &Call<'_>) -> Result<(), Failed> {
    Cluster::load(call, &call.entry()?)?.show_summary()
}

/// Loads a cluster that must be in order before it is changed.
pub(super) fn load_sound(call: &Call<'_>, purpose: &str) -> Result<Cluster, Failed> {
    load_sound_at(call, &call.entry()?, purpose)
}

/// Loads a cluster by one of its nodes; it must be in order before it is changed.
pub(super) fn load_sound_at(
    call: &Call<'_>,
    entry: &connector::Address,
    purpose: &str,
) -> Result<Cluster, Failed> {
    let mut cluster = Cluster::load(call, entry)?;
    if inspect(&mut cluster, false)?.is_empty() && cluster.unreachable.is_empty() {
        Ok(cluster)
    } else {
        Err(format!("*** Please fix your cluster problems before {purpose}").into())
    }
}
