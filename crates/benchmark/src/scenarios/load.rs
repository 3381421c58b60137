//! The loads that scenarios consist of.

use stdx::clock::SystemClock;

use super::failure::Failure;
use super::server::Server;
use crate::engine::{Engine, Outcome, Pace, Reply, Script};
use crate::measure::cpu::{Meter, Usage};
use crate::request::{Draw, Fill, KeyOrder, Template, ValueSizes};

/// The same request over and over, with other keys each time.
#[derive(Debug)]
pub(super) struct Requests {
    template: Template,
    draw: Draw,
    /// Requests that are still to be sent.
    pub(super) left: u64,
    /// Replies that have come.
    pub(super) answered: u64,
    /// The first error.
    pub(super) error: Option<String>,
}

impl Requests {
    pub(super) fn new(args: &[Vec<u8>], order: KeyOrder, value: usize, count: u64) -> Self {
        let sizes = ValueSizes::fixed(value);
        let template = Template::new(args, Fill::NUMBERS, &sizes);
        let draw = Draw::new(SEED, order, sizes);
        Self { template, draw, left: count, answered: 0, error: None }
    }
}

/// The same for every server, so that all get the same requests.
const SEED: u64 = 20;

impl Script for Requests {
    fn request(&mut self, _: usize, out: &mut Vec<u8>) -> Option<u16> {
        self.left = self.left.checked_sub(1)?;
        self.template.push(out, &mut self.draw);
        Some(0)
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        self.answered += 1;
        if let Outcome::Error(text) = reply.outcome
            && self.error.is_none()
        {
            self.error = Some(String::from_utf8_lossy(text).into_owned());
        }
    }
}

/// Sends the requests that are left as fast as the server takes them, over one connection.
pub(super) fn pour(server: &Server, requests: &mut Requests) -> Result<(), Failure> {
    let mut engine = Engine::new(vec![server.target.clone()], Vec::new())?;
    engine.connect(0, 512, Pace::Steady)?;
    engine.run(requests, None)?;
    Ok(())
}

/// A sample of a server under load.
#[derive(Clone, Debug)]
pub(super) struct Throughput {
    pub(super) usage: Usage,
    pub(super) operations: u64,
    /// The first error that the server replied, if any.
    pub(super) error: Option<String>,
}

/// How a load is spread over connections and time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) connections: usize,
    pub(super) pipeline: usize,
    pub(super) warmup_ms: u64,
    pub(super) duration_ms: u64,
}

/// Keeps a server busy and measures the middle of it: neither connecting nor ending is in it.
///
/// `pids` are the server's and those of the others that are no strangers.
pub(super) fn saturate(
    server: &Server,
    pids: &[u32],
    mut requests: Requests,
    shape: Shape,
) -> Result<Throughput, Failure> {
    let mut engine = Engine::new(vec![server.target.clone()], Vec::new())?;
    for _ in 0..shape.connections {
        engine.connect(0, shape.pipeline, Pace::Batches)?;
    }
    let clock = SystemClock::new();
    let warm = engine.now_ns() + shape.warmup_ms * 1_000_000;
    engine.run(&mut requests, Some(warm))?;
    let meter = Meter::start(pids, &clock);
    let before = requests.answered;
    let end = engine.now_ns() + shape.duration_ms * 1_000_000;
    engine.run(&mut requests, Some(end))?;
    let usage = meter.stop(&clock);
    let operations = requests.answered - before;
    requests.left = 0;
    engine.run(&mut requests, None)?;
    Ok(Throughput { usage, operations, error: requests.error })
}
