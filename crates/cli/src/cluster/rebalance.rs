//! Giving every primary its share of slots.

use std::collections::BTreeMap;

use super::check::load_sound;
use super::migrate::move_slot;
use super::reshard::settle;
use super::slots::SLOTS;
use super::{Call, Failed};
use crate::out::say;
use crate::progress::{Progress, Unit};

/// So many slots go from one primary to another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Transfer {
    from: usize,
    to: usize,
    count: usize,
}

/// Decides what goes where, from how many slots each has and its weight.
fn plan(slots: &[usize], weights: &[f64], threshold: f64) -> Vec<Transfer> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let all: usize = slots.iter().sum();
    let wanted = apportion(weights, all);
    let off = |at: usize| {
        let expected = weights[at] / total * f64::from(SLOTS);
        let difference = (slots[at] as f64 - expected).abs();
        if expected > 0.0 { 100.0 * difference / expected > threshold } else { slots[at] > 0 }
    };
    if !(0..slots.len()).any(off) {
        return Vec::new();
    }
    let mut giving: Vec<(usize, usize)> = (0..slots.len())
        .map(|at| (at, slots[at].saturating_sub(wanted[at])))
        .filter(|(_, count)| *count > 0)
        .collect();
    let mut taking: Vec<(usize, usize)> = (0..slots.len())
        .map(|at| (at, wanted[at].saturating_sub(slots[at])))
        .filter(|(_, count)| *count > 0)
        .collect();
    let mut transfers = Vec::new();
    while let (Some((from, has)), Some((to, lacks))) = (giving.last_mut(), taking.last_mut()) {
        let count = (*has).min(*lacks);
        transfers.push(Transfer { from: *from, to: *to, count });
        *has -= count;
        *lacks -= count;
        giving.retain(|(_, count)| *count > 0);
        taking.retain(|(_, count)| *count > 0);
    }
    transfers
}

/// Divides `all` in proportion to weights, without losing any to rounding.
fn apportion(weights: &[f64], all: usize) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    let mut before = 0.0;
    let mut given = 0;
    let mut shares = Vec::with_capacity(weights.len());
    for weight in weights {
        before += weight;
        let upto = (before / total * all as f64).round() as usize;
        shares.push(upto - given);
        given = upto;
    }
    shares
}

/// `rebalance`.
pub(super) fn run(call: &Call<'_>) -> Result<(), Failed> {
    let options = &call.session.options.cluster;
    let simulate = options.simulate || call.session.options.dry_run;
    let mut cluster = load_sound(call, "rebalancing")?;
    let mut weights: BTreeMap<usize, f64> = BTreeMap::new();
    for given in &options.weights {
        let (id, weight) = given.split_once('=').ok_or("*** Weights are written node=weight")?;
        let weight: f64 = weight.parse().map_err(|_| Failed::from("*** Weights are numbers"))?;
        let found = (0..cluster.nodes.len()).filter(|at| {
            cluster.nodes[*at].is_primary()
                && cluster.nodes[*at].line.id.starts_with(&id.to_lowercase())
        });
        match found.collect::<Vec<_>>().as_slice() {
            [only] if weight >= 0.0 => weights.insert(*only, weight),
            [_] => return Err("*** Weights are not negative".into()),
            _ => return Err(format!("*** No such master node {id}").into()),
        };
    }
    let involved: Vec<usize> = cluster
        .primaries()
        .into_iter()
        .filter(|at| {
            !cluster.nodes[*at].line.slots.is_empty()
                || options.use_empty_masters
                || weights.contains_key(at)
        })
        .collect();
    let slots: Vec<usize> = involved.iter().map(|at| cluster.nodes[*at].line.slots.len()).collect();
    let shares: Vec<f64> =
        involved.iter().map(|at| weights.get(at).copied().unwrap_or(1.0)).collect();
    let transfers = plan(&slots, &shares, options.threshold);
    if transfers.is_empty() {
        say!(
            "*** No rebalancing needed! All nodes are within the {:.2}% threshold.\n",
            options.threshold
        );
        return Ok(());
    }
    say!(
        ">>> Rebalancing across {} nodes. Total weight = {:.2}\n",
        involved.len(),
        shares.iter().sum::<f64>()
    );
    let (mut keys, mut done) = (0, 0);
    let total: usize = transfers.iter().map(|transfer| transfer.count).sum();
    let mut progress = Progress::new(Unit::Things("slots"), Some(total as u64));
    for Transfer { from, to, count } in transfers {
        let (from, to) = (involved[from], involved[to]);
        say!(
            "Moving {count} slots from {} to {}\n",
            cluster.nodes[from].address,
            cluster.nodes[to].address
        );
        let chosen: Vec<u16> = cluster.nodes[from].line.slots.iter().copied().take(count).collect();
        for slot in chosen {
            if !simulate {
                keys += move_slot(&mut cluster, slot, from, to, false)?;
            }
            say!("#");
            done += 1;
        }
        say!("\n");
        progress.at(done);
    }
    drop(progress);
    if simulate {
        return Ok(());
    }
    say!("Moved {keys} keys.\n");
    settle(&mut cluster)
}

#[cfg(test)]
mod tests {
    use super::{apportion, plan};

    fn after(slots: &[usize], weights: &[f64]) -> Vec<usize> {
        let mut slots = slots.to_vec();
        for transfer in plan(&slots.clone(), weights, 2.0) {
            slots[transfer.from] -= transfer.count;
            slots[transfer.to] += transfer.count;
        }
        slots
    }

    #[test]
    fn slots_follow_the_weights() {
        assert_eq!(after(&[5461, 5462, 5461, 0], &[1.0; 4]), [4096; 4]);
        assert_eq!(after(&[8192, 8192], &[3.0, 1.0]), [12_288, 4096]);
        assert_eq!(after(&[8192, 8192], &[0.0, 1.0]), [0, 16_384]);
        assert_eq!(after(&[8192, 8192], &[0.0, 0.0]), [8192, 8192]);
    }

    #[test]
    fn small_differences_are_left_alone() {
        assert_eq!(plan(&[8200, 8184], &[1.0, 1.0], 2.0), []);
    }

    #[test]
    fn nothing_is_lost_to_rounding() {
        for count in 1..50 {
            assert_eq!(apportion(&vec![1.0; count], 16_384).iter().sum::<usize>(), 16_384);
        }
    }
}
