//! What a key or an element costs.
//!
//! A hash table's cost depends on how full it happens to be, so it is taken at many points between
//! a number and its double; the mean over a doubling is what one pays on average. `used_memory` is
//! what the allocator gave out, RSS what the kernel had to give.

use super::data::Table as Section;
use super::failure::Failure;
use super::load::{Requests, pour};
use super::server::Server;
use super::{Lab, Report};
use crate::measure::cpu::resident_bytes;
use crate::measure::table::Table;
use crate::request::KeyOrder;

/// Points between a number and its double.
const POINTS: u64 = 16;

#[derive(Debug)]
struct Kind {
    name: String,
    request: Vec<Vec<u8>>,
    count: u64,
    value: usize,
}

fn parse(text: &str) -> Result<Vec<Kind>, Failure> {
    let (top, sections) = Section::parse(text)?;
    top.finish()?;
    sections
        .into_iter()
        .map(|mut section| {
            let kind = Kind {
                name: section.text("name")?,
                request: section.request("request")?,
                count: section.number("count")?,
                value: section.number("value")? as usize,
            };
            section.finish()?;
            Ok(kind)
        })
        .collect()
}

pub(super) fn run(lab: &mut Lab, text: &str) -> Result<Report, Failure> {
    let kinds = parse(text)?;
    let names = lab.names();
    let mut used =
        Table::new("used_memory, bytes per key or element, mean over a doubling", &names);
    let mut most = Table::new("the worst point of it", &names);
    let mut resident = Table::new("RSS, bytes per key or element, mean over a doubling", &names);
    for kind in &kinds {
        lab.note(&format!("memory, {}", kind.name));
        for (index, peer) in lab.peers.iter().enumerate() {
            let mut server = Server::start(peer, lab.server_core, &[])?;
            let found = measure(&mut server, kind, lab.scaled(kind.count))?;
            if let Some(error) = found.error {
                lab.note(&format!("{} {}: {error}", peer.name, kind.name));
                continue;
            }
            if let Some(mean) = mean(&found.used) {
                used.cell(&kind.name, index).add(mean, false);
                most.cell(&kind.name, index)
                    .add(found.used.iter().copied().fold(0.0, f64::max), false);
            }
            if let Some(mean) = mean(&found.resident) {
                resident.cell(&kind.name, index).add(mean, false);
            }
        }
    }
    let about = "What the server's memory grew by, divided by what was put in, at sixteen points between a \
                 number of elements and its double. Whatever is not named otherwise has keys, members \
                 and fields of 16 bytes and values of 32."
        .to_owned();
    Ok(Report { about, tables: vec![used, most, resident] })
}

#[derive(Debug, Default)]
struct Found {
    used: Vec<f64>,
    resident: Vec<f64>,
    error: Option<String>,
}

fn measure(server: &mut Server, kind: &Kind, count: u64) -> Result<Found, Failure> {
    let mut found = Found::default();
    let used_before = server.info("memory", "used_memory");
    let resident_before = resident_bytes(server.pid());
    // Some requests take several numbers; the range is large enough for all.
    let order = KeyOrder::Sequential { keys: 16 * count };
    let mut requests = Requests::new(&kind.request, order, kind.value, 0);
    let mut loaded = 0;
    for point in 0..=POINTS {
        let next = count + count * point / POINTS;
        requests.left = next - loaded;
        loaded = next;
        pour(server, &mut requests)?;
        if requests.error.is_some() {
            found.error = requests.error;
            break;
        }
        let per_key = |before: f64, now: f64| (now - before) / next as f64;
        if let (Some(before), Some(now)) = (used_before, server.info("memory", "used_memory")) {
            found.used.push(per_key(before, now));
        }
        if let (Some(before), Some(now)) = (resident_before, resident_bytes(server.pid())) {
            found.resident.push(per_key(before as f64, now as f64));
        }
    }
    Ok(found)
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_valid() {
        assert!(parse(include_str!("../../../../bench/memory.toml")).expect("valid").len() > 2);
    }
}
