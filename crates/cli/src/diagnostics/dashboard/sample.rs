//! One look at all nodes.

use std::collections::BTreeMap;
use std::time::Instant;

use super::text::word;
use crate::clock;
use crate::diagnostics::info::{Info, bytes};
use crate::session::Session;

/// What was seen of a node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) address: String,
    pub(super) info: Info,
    /// Slots it serves; none unless it is part of a cluster.
    pub(super) slots: usize,
}

/// One look at all nodes.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) nodes: Vec<Node>,
    /// Microseconds and what took so long, slowest first.
    pub(super) slow: Vec<(i64, String)>,
    pub(super) latency: Vec<String>,
    /// Each replica and how far it is behind.
    pub(super) replicas: Vec<String>,
    taken: Instant,
}

/// What a command has cost so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cost {
    pub(super) calls: f64,
    pub(super) micros: f64,
    /// The median of a call and the 99th percentile, in microseconds; the worst of all nodes.
    pub(super) percentiles: Option<(f64, f64)>,
}

impl Sample {
    pub(super) fn take(sessions: &mut [Session], rows: usize) -> Result<Self, String> {
        let mut sample = Self {
            nodes: Vec::new(),
            slow: Vec::new(),
            latency: Vec::new(),
            replicas: Vec::new(),
            taken: clock::now(),
        };
        let has_names = sessions.len() > 1;
        for session in sessions {
            let address = session.address.to_string();
            let name = if has_names { format!("{address}  ") } else { String::new() };
            sample.look(session, rows, &name, address)?;
        }
        sample.slow.sort_by_key(|(micros, _)| std::cmp::Reverse(*micros));
        sample.slow.truncate(rows);
        Ok(sample)
    }

    fn look(
        &mut self,
        session: &mut Session,
        rows: usize,
        name: &str,
        address: String,
    ) -> Result<(), String> {
        let mut call = |args: &[&str]| session.call(args).map_err(|failure| failure.to_string());
        let reply = call(&["INFO", "everything"])?;
        if let Some(text) = reply.as_error() {
            return Err(String::from_utf8_lossy(text).into_owned());
        }
        let info = Info::from_reply(&reply);
        let slots = if info.number("cluster_enabled") == 1 {
            let table = call(&["CLUSTER", "NODES"])?;
            crate::cluster::own_slots(table.as_str().unwrap_or_default()).len()
        } else {
            0
        };
        self.replicas.extend(replicas(&info).map(|replica| format!("{name}{replica}")));
        self.nodes.push(Node { address, info, slots });
        // A server may not let everybody see these two, which leaves their part empty.
        let slow = call(&["SLOWLOG", "GET", &rows.to_string()])?;
        self.slow.extend(slow.as_array().unwrap_or_default().iter().filter_map(|entry| {
            let [_, _, micros, words, ..] = entry.as_array()? else { return None };
            let words: Vec<_> = words
                .as_array()?
                .iter()
                .map(|each| word(each.as_bytes().unwrap_or_default()))
                .collect();
            let text: String = words.join(" ").chars().take(200).collect();
            Some((micros.as_integer()?, format!("{name}{text}")))
        }));
        let latency = call(&["LATENCY", "LATEST"])?;
        self.latency.extend(latency.as_array().unwrap_or_default().iter().filter_map(|entry| {
            let [event, _, latest, max, ..] = entry.as_array()? else { return None };
            let (event, latest, max) = (event.as_str()?, latest.as_integer()?, max.as_integer()?);
            Some(format!("{latest:>8} {max:>8}  {name}{event}"))
        }));
        Ok(())
    }

    /// Returns a field of the first node.
    pub(super) fn field(&self, name: &str) -> String {
        let first = self.nodes.first().and_then(|node| node.info.field(name));
        first.unwrap_or("-").to_owned()
    }

    /// Returns a number, summed over all nodes.
    pub(super) fn number(&self, name: &str) -> i64 {
        self.nodes.iter().map(|node| node.info.number(name)).sum()
    }

    /// Returns the keys of all nodes.
    pub(super) fn keys(&self) -> i64 {
        self.nodes.iter().map(|node| node.info.keys()).sum()
    }

    /// Returns the seconds of CPU that all nodes have spent.
    pub(super) fn cpu(&self) -> f64 {
        let seconds = |node: &Node, name: &str| {
            node.info.field(name).and_then(|value| value.parse::<f64>().ok()).unwrap_or(0.0)
        };
        self.nodes
            .iter()
            .map(|node| seconds(node, "used_cpu_sys") + seconds(node, "used_cpu_user"))
            .sum()
    }

    /// Returns the time since another sample, never quite zero.
    pub(super) fn seconds_since(&self, before: &Self) -> f64 {
        (self.taken - before.taken).as_secs_f64().max(0.001)
    }

    /// Returns how fast a counter has grown since another sample, per second.
    pub(super) fn rate(&self, before: &Self, field: &str) -> f64 {
        // A node that has started anew counts from zero.
        let grown = (self.number(field) - before.number(field)).max(0);
        grown as f64 / self.seconds_since(before)
    }

    /// Returns what each command has cost so far.
    pub(super) fn commands(&self) -> BTreeMap<String, Cost> {
        let mut costs: BTreeMap<String, Cost> = BTreeMap::new();
        for node in &self.nodes {
            for (name, fields) in node.info.starting_with("cmdstat_") {
                let cost = costs.entry(name.to_owned()).or_default();
                cost.calls += part(fields, "calls=").unwrap_or_default();
                cost.micros += part(fields, "usec=").unwrap_or_default();
            }
            for (name, fields) in node.info.starting_with("latency_percentiles_usec_") {
                if let (Some(p50), Some(p99)) = (part(fields, "p50="), part(fields, "p99=")) {
                    let cost = costs.entry(name.to_owned()).or_default();
                    let (old50, old99) = cost.percentiles.unwrap_or_default();
                    cost.percentiles = Some((p50.max(old50), p99.max(old99)));
                }
            }
        }
        costs
    }
}

/// Returns what a primary says of its replicas, or a replica of its primary.
fn replicas(info: &Info) -> impl Iterator<Item = String> {
    let offset = info.number("master_repl_offset");
    let replicas = info.starting_with("slave").filter_map(move |(number, fields)| {
        number.parse::<u32>().ok()?;
        let part = |name: &str| fields.split(',').find_map(|field| field.strip_prefix(name));
        let behind = (offset - part("offset=")?.parse::<i64>().ok()?).max(0);
        Some(format!(
            "{:>10}  {}:{} {}, heard of {} s ago",
            bytes(behind),
            part("ip=")?,
            part("port=")?,
            part("state=")?,
            part("lag=").unwrap_or("?")
        ))
    });
    let primary = info.field("master_host").map(|host| {
        format!(
            "{:>10}  of primary {host}:{}, link {}",
            bytes((offset - info.number("slave_repl_offset")).max(0)),
            info.field("master_port").unwrap_or("?"),
            info.field("master_link_status").unwrap_or("?")
        )
    });
    replicas.chain(primary)
}

/// Returns a number in a field that consists of several.
fn part(fields: &str, name: &str) -> Option<f64> {
    fields.split(',').find_map(|field| field.strip_prefix(name)?.parse().ok())
}
