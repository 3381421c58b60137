//! What a probe notices of operations on very big collections, phase by phase on one server.

use super::data::Table as Section;
use super::failure::Failure;
use super::load::Requests;
use super::probe::{Found, Probe, at, measure};
use super::server::Server;
use super::{Lab, Report};
use crate::measure::table::Table;
use crate::request::{KeyOrder, encode};

/// What one client does meanwhile.
#[derive(Debug)]
struct Phase {
    name: String,
    /// What it does before that, once.
    first: Option<Vec<Vec<u8>>>,
    request: Vec<Vec<u8>>,
    requests: u64,
}

#[derive(Debug)]
struct Plan {
    about: String,
    value: usize,
    window: usize,
    probe: Vec<Vec<u8>>,
    probe_period_us: u64,
    rounds: usize,
    keys: u64,
    phases: Vec<Phase>,
}

impl Plan {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (mut top, sections) = Section::parse(text)?;
        let mut plan = Self {
            about: top.text("about")?,
            value: top.number("value")? as usize,
            window: top.number("window")? as usize,
            probe: top.request("probe")?,
            probe_period_us: top.number("probe_period_us")?,
            rounds: top.number("rounds")? as usize,
            keys: top.number("keys")?,
            phases: Vec::new(),
        };
        top.finish()?;
        for mut section in sections {
            if section.kind() != "phase" {
                return Err(Failure::Usage(format!("no such table: {}", section.kind())));
            }
            plan.phases.push(Phase {
                name: section.text("name")?,
                first: section.optional_request("first")?,
                request: section.request("request")?,
                requests: section.number("requests")?,
            });
            section.finish()?;
        }
        Ok(plan)
    }
}

/// The tables that a run fills.
struct Tables {
    worst: Table,
    late: Table,
    cpu: Table,
}

pub(super) fn run(lab: &mut Lab, text: &str) -> Result<Report, Failure> {
    let plan = Plan::parse(text)?;
    let rounds = plan.rounds.min(lab.rounds);
    let names = lab.names();
    let mut tables = Tables {
        worst: Table::new("Worst reply to the probe, ms", &names),
        late: Table::new("One reply of a thousand took longer, ms", &names),
        cpu: Table::new("Server CPU per operation, µs", &names),
    };
    for round in 0..rounds {
        lab.note(&format!("giants, round {} of {rounds}", round + 1));
        for turn in 0..lab.peers.len() {
            let index = (turn + round) % lab.peers.len();
            let server = Server::start(&lab.peers[index], lab.server_core, &[])?;
            for phase in &plan.phases {
                let found = one_phase(lab, &plan, phase, &server)?;
                match &found.error {
                    Some(error) => lab.note(&format!("{}: {error}", lab.peers[index].name)),
                    None => record(&mut tables, &phase.name, index, found),
                }
            }
        }
    }
    Ok(Report { about: plan.about, tables: vec![tables.worst, tables.late, tables.cpu] })
}

fn one_phase(lab: &Lab, plan: &Plan, phase: &Phase, server: &Server) -> Result<Found, Failure> {
    let order = KeyOrder::Uniform { keys: plan.keys };
    let count = lab.scaled(phase.requests);
    let flood = Requests::new(&phase.request, order, plan.value, count);
    let probe = Probe { request: encode(&plan.probe), period_us: plan.probe_period_us };
    measure(server, flood, phase.first.as_deref().map(encode), plan.window, probe)
}

fn record(tables: &mut Tables, row: &str, index: usize, mut found: Found) {
    found.replied.sort_unstable();
    let is_noisy = found.usage.is_noisy();
    tables.worst.cell(row, index).add(at(&found.replied, 1.0) / 1e6, is_noisy);
    tables.late.cell(row, index).add(at(&found.replied, 0.999) / 1e6, is_noisy);
    let cpu_us = found.usage.run_ns / 1e3 / found.requests.max(1) as f64;
    tables.cpu.cell(row, index).add(cpu_us, is_noisy);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_valid() {
        let plan = Plan::parse(include_str!("../../../../bench/giants.toml")).expect("valid");
        assert_eq!(plan.phases.iter().filter(|phase| phase.first.is_some()).count(), 4);
    }
}
