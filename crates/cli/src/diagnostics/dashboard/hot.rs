//! The keys used most.
//!
//! A server whose eviction policy is one of the LFU kinds counts how often each key is used. Each
//! look asks for the counters of some more keys, in the order of SCAN, and again for those of the
//! keys that are listed already, so that a look costs the same however many keys there are.
//!
//! Other servers do not know. Their commands can be watched for a moment with MONITOR, which slows
//! them down, and is therefore done only if the user says so.

use std::collections::{BTreeMap, HashMap};
use std::os::fd::AsFd;
use std::time::Duration;

use resp::value::Value;

use crate::clock;
use crate::diagnostics::key_sizes::ask_each;
use crate::interrupt::wait;
use crate::keyspace::Walk;
use crate::monitor::{self, Seen};
use crate::session::Session;

/// New keys looked at per node and look.
const NEW_KEYS: usize = 200;
/// Calls of SCAN for them at most: some return nothing.
const SCANS: usize = 10;
/// Keys kept per node, and how many if it is not known yet which of them are hot.
const KEPT: usize = 64;
const WATCHED_KEPT: usize = 4096;
/// How long commands are watched, and how many at most, per node and look.
const SAMPLE: Duration = Duration::from_millis(50);
const SAMPLE_MAX: u64 = 2000;
/// What a use that was seen one look ago counts now.
const FADING: f64 = 0.8;

/// Where the figures come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    /// Nowhere yet.
    None,
    /// The server's counters.
    Counters,
    /// Commands that were watched.
    Sample,
}

/// What is known of hot keys.
#[derive(Debug)]
pub(super) struct HotKeys {
    source: Source,
    nodes: Vec<Node>,
    /// Where the first key of a command is, if it has one.
    positions: Option<HashMap<Vec<u8>, usize>>,
    seen: u64,
}

/// What is known of a node's keys.
#[derive(Debug, Default)]
struct Node {
    walk: Option<Walk>,
    weights: BTreeMap<Vec<u8>, f64>,
}

impl HotKeys {
    pub(super) fn new(nodes: usize) -> Self {
        let nodes = (0..nodes).map(|_| Node::default()).collect();
        Self { source: Source::None, nodes, positions: None, seen: 0 }
    }

    /// Looks at some keys of each server, or at some of its commands if it counts nothing itself
    /// and that is wanted.
    pub(super) fn look(
        &mut self,
        sessions: &mut [Session],
        has_counters: bool,
        may_sample: bool,
    ) -> Result<(), String> {
        let source = match (has_counters, may_sample) {
            (true, _) => Source::Counters,
            (false, true) => Source::Sample,
            (false, false) => Source::None,
        };
        if source != self.source {
            *self = Self::new(self.nodes.len());
            self.source = source;
        }
        match source {
            Source::None => {}
            Source::Counters => {
                for (node, session) in self.nodes.iter_mut().zip(sessions) {
                    self.seen += node.count(session)?;
                }
            }
            Source::Sample => self.sample(sessions)?,
        }
        let kept = if source == Source::Sample { WATCHED_KEPT } else { KEPT };
        for node in &mut self.nodes {
            node.forget(kept);
        }
        Ok(())
    }

    /// Says what the figures are, or why there are none.
    pub(super) fn head(&self) -> String {
        match self.source {
            Source::None => "hot keys".to_owned(),
            Source::Counters => format!(" counter  hot keys ({} looked at so far)", self.seen),
            Source::Sample => format!("   share  hot keys ({} commands watched so far)", self.seen),
        }
    }

    /// Returns the keys with the greatest weights, each with its weight as it is shown.
    pub(super) fn list(&self) -> Vec<(String, Vec<u8>)> {
        let mut all: Vec<(&Vec<u8>, f64)> = self
            .nodes
            .iter()
            .flat_map(|node| node.weights.iter().map(|(key, weight)| (key, *weight)))
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        all.sort_by(|left, right| right.1.total_cmp(&left.1));
        let total: f64 = all.iter().map(|(_, weight)| weight).sum();
        all.truncate(KEPT);
        let show = |weight: f64| match self.source {
            Source::Sample => format!("{:.1}%", 100.0 * weight / total.max(1.0)),
            _ => format!("{weight:.0}"),
        };
        all.into_iter().map(|(key, weight)| (show(weight), key.clone())).collect()
    }

    /// Returns whether the server would have to be watched.
    pub(super) fn lacks_source(&self) -> bool {
        self.source == Source::None
    }

    /// Watches the commands of all servers for a moment.
    fn sample(&mut self, sessions: &mut [Session]) -> Result<(), String> {
        if self.positions.is_none()
            && let Some(session) = sessions.first_mut()
        {
            self.positions = Some(key_positions(session)?);
        }
        let positions = self.positions.as_ref();
        for (node, session) in self.nodes.iter_mut().zip(sessions) {
            node.weights.values_mut().for_each(|weight| *weight *= FADING);
            // Watching turns a connection to nothing else, so it is one of its own.
            let mut watcher = session.sibling(session.address.clone());
            watcher.try_connect().map_err(|failure| failure.to_string())?;
            monitor::begin(&mut watcher)?;
            let (began, mut count) = (clock::now(), 0);
            while began.elapsed() < SAMPLE && count < SAMPLE_MAX {
                for line in monitor::take(&mut watcher)? {
                    count += 1;
                    let Some(seen) = Seen::parse(&line) else { continue };
                    let name = seen.args.first().map(|name| name.to_ascii_lowercase());
                    let position = name
                        .and_then(|name| positions?.get(&name).copied())
                        .filter(|position| *position > 0);
                    if let Some(key) = position.and_then(|position| seen.args.get(position)) {
                        *node.weights.entry(key.clone()).or_default() += 1.0;
                    }
                }
                let connection = watcher.connection().map_err(|failure| failure.to_string())?;
                let left = SAMPLE.saturating_sub(began.elapsed());
                wait(Some(connection.as_fd()), None, None, Some(left));
            }
            self.seen += count;
        }
        Ok(())
    }
}

impl Node {
    /// Asks for counters, and returns of how many keys that had not been asked for on this round.
    fn count(&mut self, session: &mut Session) -> Result<u64, String> {
        let mut keys: Vec<Vec<u8>> = self.weights.keys().cloned().collect();
        let mut new = 0;
        for _ in 0..SCANS {
            let options = std::rc::Rc::clone(&session.options);
            let walk = self.walk.get_or_insert_with(|| Walk::new(&options));
            match walk.next_batch(session)? {
                Some(batch) => {
                    new += batch.len();
                    keys.extend(batch);
                }
                None => {
                    self.walk = None;
                    break;
                }
            }
            if new >= NEW_KEYS {
                break;
            }
        }
        let words = |key: &[u8], _| vec![b"OBJECT".to_vec(), b"FREQ".to_vec(), key.to_vec()];
        let replies = ask_each(session, keys.iter().map(Vec::as_slice), words)?;
        for (key, reply) in keys.into_iter().zip(replies) {
            match reply {
                Value::Integer(counter) => self.weights.insert(key, counter as f64),
                // Gone, or the policy has changed meanwhile.
                _ => self.weights.remove(&key),
            };
        }
        Ok(new as u64)
    }

    /// Keeps the keys with the greatest weights.
    fn forget(&mut self, kept: usize) {
        if self.weights.len() <= kept {
            return;
        }
        let mut all: Vec<_> = std::mem::take(&mut self.weights).into_iter().collect();
        all.sort_by(|left, right| right.1.total_cmp(&left.1));
        all.truncate(kept);
        self.weights = all.into_iter().collect();
    }
}

/// Asks where the keys of commands are.
fn key_positions(session: &mut Session) -> Result<HashMap<Vec<u8>, usize>, String> {
    let reply = session.call(&["COMMAND"]).map_err(|failure| failure.to_string())?;
    let rows = reply.as_array().unwrap_or_default().iter().filter_map(|row| {
        let [name, _, _, first, ..] = row.as_array()? else { return None };
        Some((name.as_bytes()?.to_vec(), usize::try_from(first.as_integer()?).ok()?))
    });
    Ok(rows.collect())
}
