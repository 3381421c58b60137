//! A cache under an 80-20 distribution of accesses: how often does it hit?
//!
//! On a cluster (`-c`) every key is written to and read from the node that serves its slot.

use std::time::Duration;

use crate::cluster::{SLOTS, own_slots, slot_of};
use crate::out::{complain, say};
use crate::session::{Failure, Session};
use crate::{clock, keyspace};

/// Requests sent together.
const PIPELINE: usize = 250;
/// How often the ratio is shown.
const CYCLE: Duration = Duration::from_secs(1);
/// Bytes of a value.
const VALUE: usize = 5;

/// What a cycle has found.
#[derive(Debug, Default)]
struct Found {
    hits: u64,
    misses: u64,
    errors: u64,
    /// The first error.
    error: Option<String>,
}

impl Found {
    fn failed(&mut self, text: &[u8]) {
        self.errors += 1;
        self.error.get_or_insert_with(|| String::from_utf8_lossy(text).into_owned());
    }
}

/// The servers, and which of them serves a slot.
struct Cache {
    nodes: Vec<Session>,
    /// Empty if there is one node for all.
    owners: Vec<usize>,
}

/// Runs until the server is gone, or as many seconds as `-r` says.
pub(crate) fn run(session: &mut Session, keys: u64) -> bool {
    if keys == 0 {
        complain!("--lru-test needs at least one key");
        return false;
    }
    if session.connect().is_err() {
        return false;
    }
    match simulate(session, keys) {
        Ok(()) => true,
        Err(message) => {
            complain!("Error: {message}");
            false
        }
    }
}

fn simulate(session: &mut Session, keys: u64) -> Result<(), String> {
    let mut cache = Cache::open(session)?;
    let mut cycles = 0;
    let mut has_complained = false;
    loop {
        let found = cache.cycle(keys).map_err(|failure| failure.to_string())?;
        let total = found.hits + found.misses;
        let share = |part: u64| 100.0 * part as f64 / total.max(1) as f64;
        say!(
            "{total} Gets/sec | Hits: {} ({:.2}%) | Misses: {} ({:.2}%)\n",
            found.hits,
            share(found.hits),
            found.misses,
            share(found.misses)
        );
        if let Some(error) = found.error
            && !has_complained
        {
            has_complained = true;
            complain!("{} requests failed: {error}{}", found.errors, advice(&error));
        }
        cycles += 1;
        if session.options.repeat > 1 && cycles >= session.options.repeat {
            return Ok(());
        }
    }
}

/// Returns what can be done about an error.
fn advice(error: &str) -> &'static str {
    match error.split(' ').next() {
        Some("OOM") => {
            "\nThe server's maxmemory-policy evicts nothing: set it to allkeys-lru, say."
        }
        Some("MOVED") => "\nThe server is part of a cluster: use -c.",
        _ => "",
    }
}

impl Cache {
    fn open(session: &mut Session) -> Result<Self, String> {
        let mut nodes = keyspace::nodes(session)?;
        let mut owners = Vec::new();
        if nodes.len() > 1 {
            owners = vec![0; usize::from(SLOTS)];
            for (at, node) in nodes.iter_mut().enumerate() {
                let table =
                    node.call(&["CLUSTER", "NODES"]).map_err(|failure| failure.to_string())?;
                for slot in own_slots(table.as_str().unwrap_or_default()) {
                    owners[usize::from(slot)] = at;
                }
            }
        }
        Ok(Self { nodes, owners })
    }

    fn owner(&self, key: &str) -> usize {
        let slot = || usize::from(slot_of(key.as_bytes()));
        if self.owners.is_empty() { 0 } else { self.owners[slot()] }
    }

    /// Reads and writes keys for a second.
    fn cycle(&mut self, keys: u64) -> Result<Found, Failure> {
        let began = clock::now();
        let mut found = Found::default();
        while began.elapsed() < CYCLE {
            for is_write in [true, false] {
                self.pipeline(keys, is_write, &mut found)?;
            }
        }
        Ok(found)
    }

    /// Sends many requests and takes note of the replies.
    fn pipeline(&mut self, keys: u64, is_write: bool, found: &mut Found) -> Result<(), Failure> {
        let mut asked = vec![0; self.nodes.len()];
        for _ in 0..PIPELINE {
            let key = key(keys);
            let at = self.owner(&key);
            let connection = self.nodes[at].connection()?;
            if is_write {
                connection.queue(&["SET", &key, &value()]);
            } else {
                connection.queue(&["GET", &key]);
            }
            asked[at] += 1;
        }
        for node in &mut self.nodes {
            node.connection()?.flush()?;
        }
        for (node, asked) in self.nodes.iter_mut().zip(asked) {
            for _ in 0..asked {
                let reply = node.connection()?.reply()?;
                match reply.as_error() {
                    Some(text) => found.failed(text),
                    None if is_write => {}
                    None if reply.is_null() => found.misses += 1,
                    None => found.hits += 1,
                }
            }
        }
        Ok(())
    }
}

fn value() -> String {
    (0..VALUE).map(|_| fastrand::alphabetic()).collect()
}

/// Returns a key of the power law by which the first fifth gets four fifths of the accesses.
///
/// Compat: of the two such laws it is the one without a pole at the first key, so that hit ratios
/// are those that redis-cli finds.
fn key(keys: u64) -> String {
    let exponent = 0.8_f64.ln() / 0.2_f64.ln();
    let place = (1.0 - fastrand::f64().powf(exponent)) * keys as f64;
    format!("lru:{}", (place as u64).min(keys - 1))
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn a_fifth_of_the_keys_gets_four_fifths_of_the_accesses() {
        fastrand::seed(7);
        let place = || key(1000).trim_start_matches("lru:").parse::<u64>().unwrap();
        let places: Vec<_> = (0..20_000).map(|_| place()).collect();
        let below = |limit: u64| places.iter().filter(|place| **place < limit).count();
        assert!((15_500..16_500).contains(&below(200)), "{}", below(200));
        // No single key is asked for more than a few times as often as its neighbours.
        assert!(below(1) < 300, "{}", below(1));
    }
}
