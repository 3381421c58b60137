//! What connections cost: idle ones in memory, and many busy ones in CPU per operation.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::data::Table as Section;
use super::failure::Failure;
use super::load::{Requests, Shape, Throughput, pour, saturate};
use super::server::Server;
use super::{Lab, Report};
use crate::engine::{Engine, Pace};
use crate::measure::cpu::resident_bytes;
use crate::measure::table::Table;
use crate::request::KeyOrder;

#[derive(Debug)]
struct Plan {
    idle: usize,
    busy: usize,
    keys: u64,
    value: usize,
    /// How long the server may put idle connections in order.
    settle_ms: u64,
    duration_ms: u64,
    greeting: Vec<Vec<u8>>,
    preload: Vec<Vec<u8>>,
    request: Vec<Vec<u8>>,
    rounds: usize,
}

impl Plan {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (mut top, _) = Section::parse(text)?;
        let plan = Self {
            idle: top.number("idle")? as usize,
            busy: top.number("busy")? as usize,
            keys: top.number("keys")?,
            value: top.number("value")? as usize,
            settle_ms: top.number("settle_ms")?,
            duration_ms: top.number("duration_ms")?,
            greeting: top.request("greeting")?,
            preload: top.request("preload")?,
            request: top.request("request")?,
            rounds: top.number("rounds")? as usize,
        };
        top.finish()?;
        Ok(plan)
    }
}

/// Descriptors that are needed beside those of the connections.
const OTHER_FILES: usize = 200;

/// Lets this process, and the servers it starts, have as many connections as may be.
pub(super) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Where that is not permitted, the scenario has fewer connections.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

pub(super) fn run(lab: &mut Lab, text: &str) -> Result<Report, Failure> {
    let mut plan = Plan::parse(text)?;
    plan.idle = lab.scaled(plan.idle as u64) as usize;
    plan.settle_ms = lab.scaled_ms(plan.settle_ms);
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX) as usize;
    let possible = files.saturating_sub(OTHER_FILES + plan.busy);
    if plan.idle > possible {
        lab.note(&format!("no more than {files} open files: {possible} idle connections"));
        plan.idle = possible;
    }
    let mut table = Table::new("Connections", &lab.names());
    let rounds = plan.rounds.min(lab.rounds);
    for round in 0..rounds {
        lab.note(&format!("connections, round {} of {rounds}", round + 1));
        for turn in 0..lab.peers.len() {
            let index = (turn + round) % lab.peers.len();
            one_server(lab, &plan, index, &mut table)?;
        }
    }
    let about = format!(
        "{} connections that asked once and are silent since; beside them {} that ask without pause, one request \
         at a time, for a random one of {} keys.",
        plan.idle,
        plan.busy,
        lab.scaled(plan.keys)
    );
    Ok(Report { about, tables: vec![table] })
}

fn one_server(lab: &mut Lab, plan: &Plan, index: usize, table: &mut Table) -> Result<(), Failure> {
    let clients_max = (plan.idle + plan.busy + OTHER_FILES).to_string();
    let mut server =
        Server::start(&lab.peers[index], lab.server_core, &["--maxclients", &clients_max])?;
    let keys = lab.scaled(plan.keys);
    let order = KeyOrder::Sequential { keys };
    pour(&server, &mut Requests::new(&plan.preload, order, plan.value, keys))?;

    let used = server.info("memory", "used_memory");
    let resident = resident_bytes(server.pid());
    let mut idle = Engine::new(vec![server.target.clone()], Vec::new())?;
    for _ in 0..plan.idle {
        idle.connect(0, 1, Pace::Batches)?;
    }
    let order = KeyOrder::Uniform { keys };
    let count = plan.idle as u64;
    idle.run(&mut Requests::new(&plan.greeting, order.clone(), plan.value, count), None)?;
    super::pause(Duration::from_millis(plan.settle_ms));

    let mut grown = |row: &str, before: Option<f64>, now: Option<f64>| {
        if let (Some(before), Some(now)) = (before, now) {
            table.cell(row, index).add((now - before) / plan.idle as f64, false);
        }
    };
    grown("used_memory per idle connection, bytes", used, server.info("memory", "used_memory"));
    let resident = resident.map(|bytes| bytes as f64);
    let resident_now = resident_bytes(server.pid()).map(|bytes| bytes as f64);
    grown("RSS per idle connection, bytes", resident, resident_now);

    let shape = Shape {
        connections: plan.busy,
        pipeline: 1,
        warmup_ms: 200,
        duration_ms: lab.scaled_ms(plan.duration_ms),
    };
    let sample = lab.quietest(
        |sample: &Throughput| &sample.usage,
        || {
            let requests = Requests::new(&plan.request, order.clone(), plan.value, u64::MAX);
            saturate(&server, &[server.pid()], requests, shape)
        },
    )?;
    drop(idle);
    let is_noisy = sample.usage.is_noisy();
    let operations = sample.operations.max(1) as f64;
    let mut add = |row: &str, value: f64| table.cell(row, index).add(value, is_noisy);
    add("server CPU per operation, µs", sample.usage.run_ns / 1e3 / operations);
    add("thousand operations/s", operations / sample.usage.wall_ns * 1e6);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_valid() {
        let plan = Plan::parse(include_str!("../../../../bench/connections.toml")).expect("valid");
        assert!(plan.idle > plan.busy);
    }
}
