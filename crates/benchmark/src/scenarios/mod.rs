//! Servers side by side: the figures that the project shows of itself and of others.
//!
//! Each scenario measures one thing for every server, in turns, so that all meet the same machine:
//! what an operation costs ([`throughput`]), what a key costs ([`memory`]), how long the worst
//! reply takes while a table grows ([`pauses`]) and beside a greedy client ([`fairness`]), how soon
//! expired keys and fields are gone ([`expiry`]), and what connections cost ([`connections`]). One
//! more compares not servers but load generators ([`tools`]). What exactly is asked stands in
//! `bench/`.
//!
//! # Noise
//!
//! A server has a core of its own and so has the load. Samples in which strangers disturbed
//! them ([`Usage::is_noisy`]) are taken again, as long as the run's patience lasts; those that remain are
//! left out where there are better ones and marked `*` where there are none. CPU time per
//! operation suffers little from noise, throughput and the tails of latency much.

mod connections;
mod data;
mod expiry;
mod failure;
mod giants;
mod load;
mod memory;
mod options;
mod probe;
mod record;
mod server;
mod throughput;
mod tools;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use self::options::{Command, Options};
use self::server::Peer;
use crate::measure::cpu::Usage;
use crate::measure::table::Table;

pub use self::data::BadScenario;
pub use self::failure::Failure;

/// How often a noisy sample is taken again.
const RETRIES: usize = 2;

/// What a scenario found.
#[derive(Debug)]
struct Report {
    /// What was measured, in a paragraph.
    about: String,
    tables: Vec<Table>,
}

/// A scenario.
struct Scenario {
    name: &'static str,
    title: &'static str,
    /// The contents of its file in `bench/`.
    text: &'static str,
    run: fn(&mut Lab, &str) -> Result<Report, Failure>,
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "throughput",
        title: "Operations",
        text: include_str!("../../../../bench/throughput.toml"),
        run: throughput::run,
    },
    Scenario {
        name: "collections",
        title: "Big collections",
        text: include_str!("../../../../bench/collections.toml"),
        run: throughput::run,
    },
    Scenario {
        name: "giants",
        title: "Pauses by giant collections",
        text: include_str!("../../../../bench/giants.toml"),
        run: giants::run,
    },
    Scenario {
        name: "memory",
        title: "Memory",
        text: include_str!("../../../../bench/memory.toml"),
        run: memory::run,
    },
    Scenario {
        name: "pauses",
        title: "Pauses while growing",
        text: include_str!("../../../../bench/pauses.toml"),
        run: probe::run,
    },
    Scenario {
        name: "fairness",
        title: "Fairness",
        text: include_str!("../../../../bench/fairness.toml"),
        run: probe::run,
    },
    Scenario {
        name: "expiry",
        title: "Expiry",
        text: include_str!("../../../../bench/expiry.toml"),
        run: expiry::run,
    },
    Scenario {
        name: "field-expiry",
        title: "Expiry of fields",
        text: include_str!("../../../../bench/field_expiry.toml"),
        run: expiry::run,
    },
    Scenario {
        name: "connections",
        title: "Connections",
        text: include_str!("../../../../bench/connections.toml"),
        run: connections::run,
    },
    Scenario {
        name: "tools",
        title: "The tool itself",
        text: include_str!("../../../../bench/tools.toml"),
        run: tools::run,
    },
];

/// The servers and the circumstances of a run.
#[derive(Debug)]
struct Lab {
    peers: Vec<Peer>,
    rounds: usize,
    /// Whether everything is a tenth of its size.
    is_quick: bool,
    server_core: Option<usize>,
    /// For how many noisy samples there is time.
    patience: usize,
}

impl Lab {
    fn names(&self) -> Vec<String> {
        self.peers.iter().map(|peer| peer.name.clone()).collect()
    }

    /// Tells the person who waits what is going on.
    fn note(&self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// A number of keys: a tenth in a quick run.
    fn scaled(&self, count: u64) -> u64 {
        if self.is_quick && count > 0 { (count / 10).max(1) } else { count }
    }

    /// The duration of a sample: a quarter in a quick run, which then has fewer rounds as well.
    fn scaled_ms(&self, duration_ms: u64) -> u64 {
        if self.is_quick && duration_ms > 0 { (duration_ms / 4).max(100) } else { duration_ms }
    }

    /// Takes a sample, and again while it is noisy and the run's patience lasts; returns the one
    /// with the least noise.
    fn quietest<T>(
        &mut self,
        usage: impl Fn(&T) -> &Usage,
        mut take: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut best = take()?;
        for _ in 0..RETRIES {
            if !usage(&best).is_noisy() || self.patience == 0 {
                break;
            }
            self.patience -= 1;
            let next = take()?;
            if usage(&next).strangers < usage(&best).strangers {
                best = next;
            }
        }
        Ok(best)
    }
}

/// Waits. Nothing that is measured waits here.
fn pause(duration: Duration) {
    let time = rustix::thread::Timespec {
        tv_sec: duration.as_secs() as i64,
        tv_nsec: i64::from(duration.subsec_nanos()),
    };
    // Whoever is woken early by a signal has waited long enough.
    let _ = rustix::thread::nanosleep(&time);
}

/// Runs scenarios as the arguments say.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let outcome = Options::parse(args.clone()).and_then(|command| match command {
        Command::Help => print(options::HELP),
        Command::Run(options) => run(&options, &args),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options, args: &[OsString]) -> Result<(), Failure> {
    let mut lab = Lab {
        peers: options.peers.clone(),
        rounds: options.rounds,
        is_quick: options.is_quick,
        server_core: options.cores.map(|(server, _)| server),
        patience: options.patience,
    };
    if let Some((_, load)) = options.cores {
        server::pin(load)?;
    }
    connections::raise_limit();
    let facts = record::facts(&mut lab, args)?;
    for scenario in SCENARIOS.iter().filter(|scenario| options.wants(scenario.name)) {
        let report = (scenario.run)(&mut lab, scenario.text)?;
        let mut text = format!("\n{}\n{}\n", scenario.title, report.about);
        for table in &report.tables {
            text.push('\n');
            text.push_str(&table.to_text());
        }
        print(&text)?;
        if let Some(path) = &options.record {
            record::record(path, scenario, &report, &facts)?;
        }
    }
    Ok(())
}

fn print(text: &str) -> Result<(), Failure> {
    std::io::stdout().write_all(text.as_bytes()).map_err(Failure::io("standard output"))
}
