//! Moving a number of slots to one primary.

use super::check::load_sound;
use super::migrate::move_slot;
use super::notes::{ask, confirmed};
use super::topology::{Cluster, describe};
use super::{Call, Failed};
use crate::out::say;
use crate::progress::{Progress, Unit};

/// A slot and the node it comes from.
type Step = (u16, usize);

/// Chooses slots from sources, as many from each as its share of all their slots.
fn plan(cluster: &Cluster, sources: &[usize], count: usize) -> Vec<Step> {
    let mut sources = sources.to_vec();
    sources.sort_by_key(|at| std::cmp::Reverse(cluster.nodes[*at].line.slots.len()));
    let sizes: Vec<usize> = sources.iter().map(|at| cluster.nodes[*at].line.slots.len()).collect();
    let mut steps = Vec::with_capacity(count);
    for (at, part) in sources.iter().zip(shares(&sizes, count)) {
        steps.extend(cluster.nodes[*at].line.slots.iter().take(part).map(|slot| (*slot, *at)));
    }
    steps
}

/// Divides `count` in proportion to `sizes`: what rounding leaves over goes to the largest.
fn shares(sizes: &[usize], count: usize) -> Vec<usize> {
    let total: usize = sizes.iter().sum();
    if total == 0 {
        return vec![0; sizes.len()];
    }
    let count = count.min(total);
    let mut shares: Vec<usize> = sizes.iter().map(|size| count * size / total).collect();
    let mut left = count - shares.iter().sum::<usize>();
    while left > 0 {
        for (share, size) in shares.iter_mut().zip(sizes) {
            if left > 0 && share < &mut { *size } {
                *share += 1;
                left -= 1;
            }
        }
    }
    shares
}

fn primary(cluster: &Cluster, id: &str) -> Result<usize, Failed> {
    let found = cluster.find(id).filter(|at| cluster.nodes[*at].is_primary());
    found.ok_or_else(|| {
        format!("*** The specified node ({id}) is not known or not a master, please retry.").into()
    })
}

/// `reshard`.
pub(super) fn run(call: &Call<'_>) -> Result<(), Failed> {
    let options = &call.session.options;
    let mut cluster = load_sound(call, "resharding")?;
    let count = match options.cluster.slots {
        Some(count) => count,
        None => ask("How many slots do you want to move (from 1 to 16384)? ").parse().unwrap_or(0),
    };
    if !(1..=16_384).contains(&count) {
        return Err("*** The number of slots to move is from 1 to 16384".into());
    }
    let target = match &options.cluster.to {
        Some(id) => id.clone(),
        None => ask("What is the receiving node ID? "),
    };
    let target = primary(&cluster, &target)?;
    let sources = sources(&cluster, call, target)?;
    say!("\nReady to move {count} slots.\n  Source nodes:\n");
    for &at in &sources {
        describe(&cluster.nodes[at], cluster.replicas_of(&cluster.nodes[at].line.id), 4);
    }
    say!("  Destination node:\n");
    describe(&cluster.nodes[target], cluster.replicas_of(&cluster.nodes[target].line.id), 4);
    say!("  Resharding plan:\n");
    let steps = plan(&cluster, &sources, count);
    for (slot, from) in &steps {
        say!("    Moving slot {slot} from {}\n", cluster.nodes[*from].line.id);
    }
    if options.dry_run {
        return Ok(());
    }
    if !confirmed(
        "Do you want to proceed with the proposed reshard plan (yes/no)? ",
        options.cluster.yes,
    ) {
        return Err("*** Aborting...".into());
    }
    let total = steps.len();
    let mut keys = 0;
    let mut progress = Progress::new(Unit::Things("slots"), Some(total as u64));
    for (done, (slot, from)) in steps.into_iter().enumerate() {
        say!(
            "Moving slot {slot} from {} to {}: ",
            cluster.nodes[from].address,
            cluster.nodes[target].address
        );
        keys += move_slot(&mut cluster, slot, from, target, true)?;
        say!("\n");
        progress.at(done as u64 + 1);
    }
    drop(progress);
    say!("Moved {total} slots with {keys} keys.\n");
    settle(&mut cluster)
}

/// Waits until the news has reached everybody.
pub(super) fn settle(cluster: &mut Cluster) -> Result<(), Failed> {
    if cluster.nodes[0].session.options.dry_run || cluster.wait_for_agreement()? {
        Ok(())
    } else {
        Err("[ERR] Nodes don't agree about configuration!".into())
    }
}

/// Reads or asks for the primaries to take slots from.
fn sources(cluster: &Cluster, call: &Call<'_>, target: usize) -> Result<Vec<usize>, Failed> {
    let given: Vec<String> = match &call.session.options.cluster.from {
        Some(list) => list.split(',').map(str::to_owned).collect(),
        None => {
            say!(
                "Please enter all the source node IDs.\n  Type 'all' to use all the nodes as source nodes for the hash slots.\n  \
                 Type 'done' once you entered all the source nodes IDs.\n"
            );
            let mut given = Vec::new();
            loop {
                let id = ask(&format!("Source node #{}: ", given.len() + 1));
                match id.as_str() {
                    "done" | "" => break,
                    "all" => {
                        given = vec![id];
                        break;
                    }
                    _ => given.push(id),
                }
            }
            given
        }
    };
    let mut sources = Vec::new();
    if given.iter().any(|id| id == "all") {
        sources = cluster.primaries();
        sources.retain(|at| *at != target);
    } else {
        for id in &given {
            sources.push(primary(cluster, id)?);
        }
    }
    if sources.contains(&target) {
        return Err("*** Target node is also listed between the source nodes!".into());
    }
    if sources.is_empty() {
        return Err("*** No source nodes given, operation aborted.".into());
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn shares_add_up_and_follow_the_sizes() {
        assert_eq!(shares(&[5461, 5461, 5462], 6), [2, 2, 2]);
        assert_eq!(shares(&[10, 10, 10], 5), [2, 2, 1]);
        assert_eq!(shares(&[3, 1], 4), [3, 1]);
        assert_eq!(shares(&[3, 1], 9), [3, 1]);
        assert_eq!(shares(&[0, 0], 9), [0, 0]);
    }
}
