//! CPU per operation and throughput, command by command.
//!
//! All servers are up at the same time and take turns, command by command, so that whatever the
//! machine goes through, they go through it together. A round has fresh servers, because where a
//! table happens to lie in memory counts as well.

use super::data::Table as Section;
use super::failure::Failure;
use super::load::{Requests, Shape, Throughput, pour, saturate};
use super::server::Server;
use super::{Lab, Report};
use crate::measure::table::Table;
use crate::request::KeyOrder;

/// What is measured.
#[derive(Debug)]
struct Operation {
    name: String,
    request: Vec<Vec<u8>>,
    pipelines: Vec<u64>,
    /// Done before each sample.
    before: Vec<Vec<Vec<u8>>>,
}

/// What a server is filled with.
#[derive(Debug)]
struct Preload {
    request: Vec<Vec<u8>>,
    requests: u64,
    order: KeyOrder,
}

#[derive(Debug)]
struct Plan {
    about: Option<String>,
    keys: u64,
    value: usize,
    connections: usize,
    duration_ms: u64,
    preload: Vec<Preload>,
    operations: Vec<Operation>,
}

impl Plan {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (mut top, sections) = Section::parse(text)?;
        let keys = top.number("keys")?;
        let all = top.requests("preload")?.into_iter();
        let order = KeyOrder::Sequential { keys };
        let all = all.map(|request| Preload { request, requests: keys, order: order.clone() });
        let mut plan = Self {
            about: top.optional_text("about")?,
            keys,
            value: top.number("value")? as usize,
            connections: top.number("connections")? as usize,
            duration_ms: top.number("duration_ms")?,
            preload: all.collect(),
            operations: Vec::new(),
        };
        top.finish()?;
        for mut section in sections {
            if section.kind() == "preload" {
                plan.preload.push(Preload {
                    request: section.request("request")?,
                    requests: section.number("requests")?,
                    order: KeyOrder::Uniform { keys: section.number("keys")? },
                });
                section.finish()?;
                continue;
            }
            if section.kind() != "operation" {
                return Err(Failure::Usage(format!("no such table: {}", section.kind())));
            }
            plan.operations.push(Operation {
                name: section.text("name")?,
                request: section.request("request")?,
                pipelines: section.numbers("pipeline")?,
                before: section.requests("before")?,
            });
            section.finish()?;
        }
        Ok(plan)
    }
}

/// The tables that a run fills.
struct Tables {
    cpu: Table,
    user: Table,
    throughput: Table,
    load: Table,
}

pub(super) fn run(lab: &mut Lab, text: &str) -> Result<Report, Failure> {
    let plan = Plan::parse(text)?;
    let names = lab.names();
    let mut tables = Tables {
        cpu: Table::new("Server CPU per operation, µs", &names),
        user: Table::new("of which in the server's own code, µs", &names),
        throughput: Table::new("Operations per second, thousands", &names),
        load: Table::new("Load generator's CPU per operation, µs", &names),
    };
    for round in 0..lab.rounds {
        lab.note(&format!("throughput, round {} of {}", round + 1, lab.rounds));
        one_round(lab, &plan, round, &mut tables)?;
    }
    let about = plan.about.clone().unwrap_or_else(|| format!(
        "{} connections; {} random keys of 16 bytes, loaded before, values of {} bytes; server and load \
         each on a core of its own; Pn: n requests at a time on each connection.",
        plan.connections,
        lab.scaled(plan.keys),
        plan.value
    ));
    Ok(Report { about, tables: vec![tables.cpu, tables.user, tables.throughput, tables.load] })
}

fn one_round(lab: &mut Lab, plan: &Plan, round: usize, tables: &mut Tables) -> Result<(), Failure> {
    let mut servers = Vec::new();
    for peer in &lab.peers {
        let server = Server::start(peer, lab.server_core, &[])?;
        for preload in &plan.preload {
            let (order, count) = (scaled(lab, &preload.order), lab.scaled(preload.requests));
            pour(&server, &mut Requests::new(&preload.request, order, plan.value, count))?;
        }
        servers.push(server);
    }
    for operation in &plan.operations {
        for pipeline in &operation.pipelines {
            let row = format!("{} P{pipeline}", operation.name);
            for turn in 0..servers.len() {
                // Each round another one begins.
                let index = (turn + round) % servers.len();
                let sample = quietest(lab, plan, operation, *pipeline, (&mut servers, index))?;
                record(lab, tables, &row, index, &sample);
            }
        }
    }
    Ok(())
}

/// Returns the order of fewer keys in a quick run.
fn scaled(lab: &Lab, order: &KeyOrder) -> KeyOrder {
    match *order {
        KeyOrder::Sequential { keys } => KeyOrder::Sequential { keys: lab.scaled(keys) },
        KeyOrder::Uniform { keys } => KeyOrder::Uniform { keys: lab.scaled(keys) },
        ref order @ KeyOrder::Zipf(_) => order.clone(),
    }
}

/// Takes a sample, and again while strangers disturb it and the run's patience lasts.
fn quietest(
    lab: &mut Lab,
    plan: &Plan,
    operation: &Operation,
    pipeline: u64,
    (servers, index): (&mut [Server], usize),
) -> Result<Throughput, Failure> {
    let mut pids: Vec<u32> = servers.iter().map(Server::pid).collect();
    pids.swap(0, index);
    let shape = Shape {
        connections: plan.connections,
        pipeline: pipeline as usize,
        warmup_ms: 50,
        duration_ms: lab.scaled_ms(plan.duration_ms),
    };
    let server = &mut servers[index];
    let order = KeyOrder::Uniform { keys: lab.scaled(plan.keys) };
    lab.quietest(
        |sample: &Throughput| &sample.usage,
        || {
            for request in &operation.before {
                // A server that lacks the command will say so when it is measured.
                let _ = server.ask(request);
            }
            let requests = Requests::new(&operation.request, order.clone(), plan.value, u64::MAX);
            saturate(server, &pids, requests, shape)
        },
    )
}

fn record(lab: &Lab, tables: &mut Tables, row: &str, server: usize, sample: &Throughput) {
    let Tables { cpu, user, throughput, load } = tables;
    if let Some(error) = &sample.error {
        lab.note(&format!("{} {row}: {error}", lab.peers[server].name));
        for table in [cpu, user, throughput, load] {
            table.cell(row, server).lacks("n/a");
        }
        return;
    }
    let operations = sample.operations.max(1) as f64;
    let run_us = sample.usage.run_ns / 1e3 / operations;
    let is_noisy = sample.usage.is_noisy();
    cpu.cell(row, server).add(run_us, is_noisy);
    user.cell(row, server).add(run_us * sample.usage.user_share, is_noisy);
    let thousands = operations / sample.usage.wall_ns * 1e6;
    throughput.cell(row, server).add(thousands, is_noisy);
    load.cell(row, server).add(sample.usage.own_ns / 1e3 / operations, is_noisy);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_valid() {
        let text = include_str!("../../../../bench/collections.toml");
        assert!(Plan::parse(text).expect("valid").preload.len() > 1);
        let plan = Plan::parse(include_str!("../../../../bench/throughput.toml")).expect("valid");
        assert!(plan.operations.iter().all(|operation| !operation.pipelines.is_empty()));
        for operation in
            plan.operations.iter().filter(|operation| operation.request[0] == b"EVALSHA")
        {
            let [_, load, script] = &operation.before[0][..] else { panic!("SCRIPT LOAD script") };
            assert_eq!(load, b"LOAD");
            assert_eq!(operation.request[1], stdx::sha1::hex_digest(script));
        }
    }
}
