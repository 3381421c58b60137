//! One client floods, another asks once in a while: how long does the second one wait?
//!
//! Two scenarios are this. *Pauses*: millions of new keys come in, so that the server's table grows
//! several times over. *Fairness*: a client pipelines thousands of requests without pause. The
//! probe asks on schedule and waits for its reply before it asks again, as a real client does.
//! Both are told: how long a reply took, and how far behind its plan the probe fell.
//!
//! Flood and probe are one thread with short turns; how long the longest turn took bounds the
//! error of the figures and is shown with them.

use stdx::clock::SystemClock;

use super::data::Table as Section;
use super::failure::Failure;
use super::load::Requests;
use super::server::Server;
use super::{Lab, Report};
use crate::engine::{Engine, Pace, Reply, Script};
use crate::measure::cpu::{Meter, Usage};
use crate::measure::table::Table;
use crate::request::{KeyOrder, encode};

#[derive(Debug)]
struct Plan {
    about: String,
    /// What floods, with a new key each time.
    flood: Vec<Vec<u8>>,
    value: usize,
    /// Requests in flight; each of these is measured by itself.
    windows: Vec<u64>,
    requests: u64,
    probe: Vec<Vec<u8>>,
    probe_period_us: u64,
    rounds: usize,
}

impl Plan {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (mut top, _) = Section::parse(text)?;
        let plan = Self {
            about: top.text("about")?,
            flood: top.request("flood")?,
            value: top.number("value")? as usize,
            windows: top.numbers("windows")?,
            requests: top.number("requests")?,
            probe: top.request("probe")?,
            probe_period_us: top.number("probe_period_us")?,
            rounds: top.number("rounds")? as usize,
        };
        top.finish()?;
        Ok(plan)
    }
}

/// Which connection is which.
const FLOOD: usize = 0;
const PROBE: usize = 1;

/// What is asked on schedule.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) request: Vec<u8>,
    pub(super) period_us: u64,
}

struct Probed {
    /// What comes before the flood.
    first: Option<Vec<u8>>,
    flood: Requests,
    probe: Vec<u8>,
    is_over: bool,
    /// Nanoseconds from sending, and from when it should have been sent.
    replied: Vec<u64>,
    behind: Vec<u64>,
}

impl Script for Probed {
    fn request(&mut self, connection: usize, out: &mut Vec<u8>) -> Option<u16> {
        if connection == FLOOD {
            if let Some(first) = self.first.take() {
                out.extend_from_slice(&first);
                return Some(FLOOD as u16);
            }
            return self.flood.request(connection, out);
        }
        (!self.is_over).then(|| {
            out.extend_from_slice(&self.probe);
            PROBE as u16
        })
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        if reply.connection == FLOOD {
            self.flood.reply(reply);
            // The last request of the flood ends the probe as well.
            self.is_over |= self.flood.left == 0;
        } else {
            self.replied.push(reply.now_ns - reply.sent_ns);
            self.behind.push(reply.now_ns - reply.planned_ns);
        }
    }
}

/// What was found: how long replies took, in nanoseconds, and what the flood cost.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) usage: Usage,
    pub(super) requests: u64,
    pub(super) error: Option<String>,
    pub(super) replied: Vec<u64>,
    behind: Vec<u64>,
    longest_turn_ns: u64,
}

pub(super) fn run(lab: &mut Lab, text: &str) -> Result<Report, Failure> {
    let plan = Plan::parse(text)?;
    let rounds = plan.rounds.min(lab.rounds);
    let kind = String::from_utf8_lossy(&plan.probe[0]).into_owned();
    let mut tables = Vec::new();
    for window in &plan.windows {
        let title = format!("{window} requests in flight; ms, unless said otherwise");
        tables.push(Table::new(&title, &lab.names()));
    }
    for round in 0..rounds {
        lab.note(&format!("{kind} beside a flood, round {} of {rounds}", round + 1));
        for (window, table) in plan.windows.iter().zip(&mut tables) {
            for turn in 0..lab.peers.len() {
                let index = (turn + round) % lab.peers.len();
                one_server(lab, &plan, *window as usize, (table, index))?;
            }
        }
    }
    Ok(Report { about: plan.about, tables })
}

fn one_server(
    lab: &mut Lab,
    plan: &Plan,
    window: usize,
    (table, index): (&mut Table, usize),
) -> Result<(), Failure> {
    let (peer, core) = (lab.peers[index].clone(), lab.server_core);
    let count = lab.scaled(plan.requests);
    let found = lab.quietest(
        |found: &Found| &found.usage,
        || {
            // More keys than there will ever be requests.
            let order = KeyOrder::Sequential { keys: u64::MAX };
            let flood = Requests::new(&plan.flood, order, plan.value, count);
            let probe = Probe { request: encode(&plan.probe), period_us: plan.probe_period_us };
            measure(&Server::start(&peer, core, &[])?, flood, None, window, probe)
        },
    )?;
    match &found.error {
        Some(error) => lab.note(&format!("{}: {error}", peer.name)),
        None => record(table, index, found),
    }
    Ok(())
}

fn record(table: &mut Table, index: usize, mut found: Found) {
    found.replied.sort_unstable();
    found.behind.sort_unstable();
    let is_noisy = found.usage.is_noisy();
    let mut add = |row: &str, value: f64| table.cell(row, index).add(value, is_noisy);
    add("reply, median", at(&found.replied, 0.5) / 1e6);
    add("reply, p99.9", at(&found.replied, 0.999) / 1e6);
    add("reply, worst", at(&found.replied, 1.0) / 1e6);
    add("behind plan, p99.9", at(&found.behind, 0.999) / 1e6);
    add("behind plan, worst", at(&found.behind, 1.0) / 1e6);
    add("flood, thousand requests/s", found.requests as f64 / found.usage.wall_ns * 1e6);
    add(
        "flood, server CPU per request, µs",
        found.usage.run_ns / 1e3 / found.requests.max(1) as f64,
    );
    add("longest turn of the load generator", found.longest_turn_ns as f64 / 1e6);
}

/// Floods a server with so many requests in flight, and probes it meanwhile.
pub(super) fn measure(
    server: &Server,
    flood: Requests,
    first: Option<Vec<u8>>,
    window: usize,
    probe: Probe,
) -> Result<Found, Failure> {
    let mut script = Probed {
        first,
        flood,
        probe: probe.request,
        is_over: false,
        replied: Vec::new(),
        behind: Vec::new(),
    };
    let clock = SystemClock::new();
    let mut engine = Engine::new(vec![server.target.clone()], Vec::new())?;
    engine.connect(0, window, Pace::Steady)?;
    let first_ns = engine.now_ns() + 5_000_000;
    let period_ns = probe.period_us * 1000;
    engine.connect(0, 1, Pace::Planned { first_ns, period_ns })?;
    let meter = Meter::start(&[server.pid()], &clock);
    engine.run(&mut script, None)?;
    let usage = meter.stop(&clock);
    let requests = script.flood.answered;
    let longest_turn_ns = engine.take_longest_turn_ns();
    let Probed { flood, replied, behind, .. } = script;
    Ok(Found { usage, requests, error: flood.error, replied, behind, longest_turn_ns })
}

/// Returns the value below which that part of the sorted values lies.
pub(super) fn at(sorted: &[u64], part: f64) -> f64 {
    let index = ((sorted.len() as f64 * part).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(index).copied().unwrap_or_default() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plans_are_valid() {
        let pauses = Plan::parse(include_str!("../../../../bench/pauses.toml")).expect("valid");
        let fairness = Plan::parse(include_str!("../../../../bench/fairness.toml")).expect("valid");
        assert!(pauses.requests > fairness.requests);
    }

    #[test]
    fn a_part_of_the_values_lies_below() {
        let values: Vec<u64> = (1..=1000).collect();
        assert_eq!(
            (at(&values, 0.5), at(&values, 0.999), at(&values, 1.0)),
            (500.0, 999.0, 1000.0)
        );
        assert_eq!((at(&[7], 0.0), at(&[], 1.0)), (7.0, 0.0));
    }
}
