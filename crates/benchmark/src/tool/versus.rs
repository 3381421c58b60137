//! Two servers or more under the same load, in turns: so that what disturbs one disturbs all.

use std::io::{self, Write};

use stdx::clock::SystemClock;

use super::failure::Failure;
use super::run::{Amount, Found, Plan, run};
use super::server::Server;
use crate::measure::cpu::Meter;
use crate::measure::table::Table;

/// What a comparison found.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) table: Table,
    /// The rounds of each server together.
    pub(super) found: Vec<(String, Found)>,
}

/// Runs a load on each server in turns, and counts all rounds together.
pub(super) fn compare(
    title: &str,
    servers: &[Server],
    plans: &[Plan<'_>],
    rounds: usize,
) -> Result<Comparison, Failure> {
    let names: Vec<String> = servers.iter().map(|server| server.address.to_string()).collect();
    let mut table = Table::new(title, &names);
    let pids: Vec<Option<u32>> = servers.iter().map(Server::local_pid).collect();
    let mut found: Vec<Option<Found>> = vec![None; servers.len()];
    let clock = SystemClock::new();
    for round in 0..rounds {
        for turn in 0..servers.len() {
            // Each round another one begins.
            let index = (turn + round) % servers.len();
            let mut watched: Vec<u32> = pids[index].into_iter().collect();
            watched.extend(pids.iter().flatten().filter(|pid| Some(**pid) != pids[index]));
            let meter = pids[index].map(|_| Meter::start(&watched, &clock));
            let sample = run(&plans[index], |_| ())?;
            let usage = meter.map(|meter| meter.stop(&clock));
            let is_noisy = usage.is_some_and(|usage| usage.is_noisy());
            let mut add = |row: &str, value: f64| table.cell(row, index).add(value, is_noisy);
            add("requests per second", sample.per_second());
            add("latency p50, ms", sample.all.percentile_ms(50.0));
            add("latency p99, ms", sample.all.percentile_ms(99.0));
            add("latency p99.9, ms", sample.all.percentile_ms(99.9));
            if let Some(usage) = usage {
                let requests = sample.requests().max(1) as f64;
                add("server CPU per request, µs", usage.run_ns / 1e3 / requests);
            }
            match &mut found[index] {
                Some(all) => all.absorb(sample),
                none => *none = Some(sample),
            }
        }
    }
    let found = names.into_iter().zip(found.into_iter().flatten()).collect();
    Ok(Comparison { table, found })
}

/// Returns what each round asks, if all together ask so much.
pub(super) fn of_round(amount: Amount, rounds: usize) -> Amount {
    let rounds = rounds as u64;
    match amount {
        Amount::Requests(count) => Amount::Requests((count / rounds).max(1)),
        Amount::Time(ns) => Amount::Time((ns / rounds).max(1)),
        Amount::Once => Amount::Once,
    }
}

/// Says how the tables are to be read.
pub(super) fn explain(rounds: usize, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{rounds} rounds in turns: median (least) ± half of the spread, ratio to the first server; \
         * means disturbed by other programs\n"
    )
}
