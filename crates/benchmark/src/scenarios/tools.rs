//! This project's `sinter-benchmark` beside `redis-benchmark`: both must find the same in a closed
//! loop, and ours should need at most half of the CPU for it.
//!
//! The two programs are run with the same arguments, on the same core and in turns; what they found
//! is read from their `--csv`, what they needed is what the system says of processes that ended.
//! The server is the bottleneck of these loads, and what it does does not depend on who asks, so
//! throughput and latencies differ by noise and by what a tool adds to a latency itself.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use stdx::sys::{Whose, cpu_times};

use super::data::Table as Section;
use super::failure::Failure;
use super::server::Server;
use super::{Lab, Report};
use crate::measure::table::Table;

/// The tools, the one that is compared with first.
const TOOLS: [&str; 2] = ["redis-benchmark", "sinter-benchmark"];

/// What both tools print of a test, behind its name: columns of their CSV.
const COLUMNS: [&str; 7] = ["rps", "avg", "min", "p50", "p95", "p99", "max"];

#[derive(Debug)]
struct Plan {
    keys: u64,
    value: u64,
    clients: u64,
    tests: Vec<String>,
    pipelines: Vec<u64>,
    requests: u64,
}

impl Plan {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (mut top, _) = Section::parse(text)?;
        let plan = Self {
            keys: top.number("keys")?,
            value: top.number("value")?,
            clients: top.number("clients")?,
            tests: top.texts("tests")?,
            pipelines: top.numbers("pipelines")?,
            requests: top.number("requests")?,
        };
        top.finish()?;
        Ok(plan)
    }
}

/// What a tool found, and what it needed.
#[derive(Debug)]
struct Run {
    found: [f64; COLUMNS.len()],
    user_us: f64,
    system_us: f64,
}

/// The tables of one server.
struct Tables {
    cpu: Table,
    kernel: Table,
    throughput: Table,
    mean: Table,
    median: Table,
    p99: Table,
}

impl Tables {
    fn new(server: &str) -> Self {
        let tools = TOOLS.map(str::to_owned);
        let table = |title: &str| Table::new(&format!("{title}; on {server}"), &tools);
        Self {
            cpu: table("The tool's CPU per request, µs"),
            kernel: table("of which in the kernel, µs"),
            throughput: table("Requests per second, thousands"),
            mean: table("Mean latency, ms"),
            median: table("Median latency, ms"),
            p99: table("99th percentile, ms"),
        }
    }

    fn add(&mut self, row: &str, tool: usize, run: &Run, requests: u64) {
        let requests = requests as f64;
        let [per_second, mean, _, median, _, p99, _] = run.found;
        for (table, value) in [
            (&mut self.cpu, (run.user_us + run.system_us) / requests),
            (&mut self.kernel, run.system_us / requests),
            (&mut self.throughput, per_second / 1e3),
            (&mut self.mean, mean),
            (&mut self.median, median),
            (&mut self.p99, p99),
        ] {
            table.cell(row, tool).add(value, false);
        }
    }

    fn into_all(self) -> [Table; 6] {
        [self.cpu, self.kernel, self.throughput, self.mean, self.median, self.p99]
    }
}

pub(super) fn run(lab: &mut Lab, text: &str) -> Result<Report, Failure> {
    let plan = Plan::parse(text)?;
    let programs = [PathBuf::from(TOOLS[0]), own_tool()?];
    let mut all: Vec<Tables> = lab.peers.iter().map(|peer| Tables::new(&peer.name)).collect();
    for round in 0..lab.rounds {
        lab.note(&format!("tools, round {} of {}", round + 1, lab.rounds));
        for (peer, tables) in lab.peers.iter().zip(&mut all) {
            let server = Server::start(peer, lab.server_core, &[])?;
            for test in &plan.tests {
                for &pipeline in &plan.pipelines {
                    let requests = lab.scaled(plan.requests) * pipeline;
                    for turn in 0..TOOLS.len() {
                        // Each round another one begins.
                        let tool = (turn + round) % TOOLS.len();
                        let run =
                            measure(&programs[tool], &server, &plan, (test, requests, pipeline))?;
                        let row = format!("{} P{pipeline}", test.to_uppercase());
                        tables.add(&row, tool, &run, requests);
                    }
                }
            }
        }
    }
    let about = format!(
        "Both tools with the same arguments, in turns, on a core of their own: {} clients, {} random \
         keys, values of {} bytes; Pn: n requests at a time on each connection. The ratios are \
         those of sinter-benchmark's figures to redis-benchmark's.",
        plan.clients, plan.keys, plan.value
    );
    Ok(Report { about, tables: all.into_iter().flat_map(Tables::into_all).collect() })
}

/// Returns where the tool lies: beside this program.
fn own_tool() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().map_err(Failure::io("this program"))?;
    Ok(own.with_file_name(TOOLS[1]))
}

fn measure(
    program: &PathBuf,
    server: &Server,
    plan: &Plan,
    (test, requests, pipeline): (&str, u64, u64),
) -> Result<Run, Failure> {
    let before = cpu_times(Whose::Children);
    let output = Command::new(program)
        .args(["-p", &server.port().to_string(), "-t", test, "--csv"])
        .args(["-n", &requests.to_string(), "-P", &pipeline.to_string()])
        .args(["-c", &plan.clients.to_string(), "-r", &plan.keys.to_string()])
        .args(["-d", &plan.value.to_string()])
        .stdin(Stdio::null())
        .output()
        .map_err(Failure::io(&program.display().to_string()))?;
    let after = cpu_times(Whose::Children);
    let text = String::from_utf8_lossy(&output.stdout);
    let found = text.lines().last().and_then(columns).ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        Failure::Usage(format!("{} found nothing: {text}{said}", program.display()))
    })?;
    Ok(Run {
        found,
        user_us: (after.user_us - before.user_us) as f64,
        system_us: (after.system_us - before.system_us) as f64,
    })
}

/// Reads a line of CSV: a name and the columns, all in quotation marks.
fn columns(line: &str) -> Option<[f64; COLUMNS.len()]> {
    // Names may contain commas, so the figures are read from the end.
    let mut fields = line.rsplitn(COLUMNS.len() + 1, ',');
    let mut columns = [0.0; COLUMNS.len()];
    for column in columns.iter_mut().rev() {
        *column = fields.next()?.trim_matches('"').parse().ok()?;
    }
    fields.next().map(|_| columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_valid() {
        let plan = Plan::parse(include_str!("../../../../bench/tools.toml")).expect("valid");
        assert!(plan.requests > 0 && !plan.tests.is_empty() && !plan.pipelines.is_empty());
    }

    #[test]
    fn figures_are_read_from_a_line_of_csv() {
        let line = r#""LRANGE_100 (first 100, all)","1000.50","0.1","0.2","0.3","0.4","0.5","0.6""#;
        assert_eq!(columns(line), Some([1000.5, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]));
        assert_eq!(columns(r#""test","rps","avg""#), None);
        assert_eq!(columns(r#""1","2","3","4","5","6","7""#), None);
    }
}
