//! One run of a load: threads that ask, and one that collects what they find.

use std::sync::mpsc::{Sender, channel};
use std::thread;

use stdx::clock::{Clock, SystemClock};

use super::failure::Failure;
use super::source::Source;
use super::workload::{Run, Slots, Workload};
use crate::engine::{Engine, Pace, Target};
use crate::measure::latency::Latencies;
use crate::request::{Draw, KeyOrder, Tags, ValueSizes};

/// Threads report so often.
const INTERVAL_NS: u64 = 250_000_000;
/// How much longer than planned a run on schedule may take, to send what was held up.
const OVERTIME: u64 = 2;

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    Requests(u64),
    /// For so many nanoseconds.
    Time(u64),
    /// A log from its beginning to its end.
    Once,
}

/// Everything about a run.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) targets: &'a [Target],
    /// Requests with which each connection introduces itself, and the database it is in then.
    pub(super) introduction: Vec<Vec<u8>>,
    pub(super) db: u32,
    pub(super) clients: usize,
    pub(super) threads: usize,
    pub(super) pipeline: usize,
    pub(super) keeps_alive: bool,
    pub(super) source: &'a Source,
    pub(super) order: KeyOrder,
    pub(super) sizes: ValueSizes,
    pub(super) seed: u64,
    pub(super) amount: Amount,
    pub(super) warmup_ns: u64,
    /// Requests per second, if they are sent on schedule.
    pub(super) rate: Option<f64>,
    pub(super) precision: u8,
    /// For each target, the slots it serves; if it is a cluster.
    pub(super) slots: Option<(&'a Tags, Vec<Vec<u16>>)>,
}

/// What is known while a run goes on.
#[derive(Debug)]
pub(super) struct Progress<'a> {
    pub(super) elapsed_ns: u64,
    pub(super) since_ns: u64,
    /// Since the last time.
    pub(super) recent: &'a Latencies,
    pub(super) all: &'a Latencies,
}

/// A moment of a run, for charts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) seconds: f64,
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) greatest_ms: f64,
}

/// What a run found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) elapsed_ns: u64,
    pub(super) all: Latencies,
    /// By kind of request, those that came up.
    pub(super) kinds: Vec<(String, Latencies)>,
    pub(super) moments: Vec<Moment>,
    pub(super) errors: u64,
    pub(super) error: Option<String>,
    /// Requests that were planned and never sent, because the server was too slow.
    pub(super) missed: u64,
}

impl Found {
    pub(super) fn requests(&self) -> u64 {
        self.all.count()
    }

    pub(super) fn per_second(&self) -> f64 {
        self.requests() as f64 / (self.elapsed_ns.max(1) as f64 / 1e9)
    }
}

impl Found {
    /// Adds what another run of the same load found.
    pub(super) fn absorb(&mut self, other: Self) {
        let seconds = self.elapsed_ns as f64 / 1e9;
        self.elapsed_ns += other.elapsed_ns;
        self.all.add(&other.all);
        for (name, latencies) in other.kinds {
            match self.kinds.iter_mut().find(|(own, _)| *own == name) {
                Some((_, own)) => own.add(&latencies),
                None => self.kinds.push((name, latencies)),
            }
        }
        self.moments.extend(
            other
                .moments
                .into_iter()
                .map(|moment| Moment { seconds: seconds + moment.seconds, ..moment }),
        );
        self.errors += other.errors;
        self.error = self.error.take().or(other.error);
        self.missed += other.missed;
    }
}

/// What threads tell.
enum Message {
    Interval(Vec<Latencies>),
    End(Result<End, Failure>),
}

struct End {
    began_ns: u64,
    ended_ns: u64,
    errors: u64,
    error: Option<String>,
    missed: u64,
}

/// Runs a load, and tells from time to time how it goes.
pub(super) fn run(
    plan: &Plan<'_>,
    mut on_progress: impl FnMut(&Progress<'_>),
) -> Result<Found, Failure> {
    let clock = SystemClock::new();
    let began_ns = clock.mono_ns();
    let threads = plan.threads.clamp(1, plan.clients);
    let (sender, messages) = channel();
    thread::scope(|scope| {
        for thread in 0..threads {
            let sender = sender.clone();
            scope.spawn(move || {
                let end = work(plan, thread, threads, &sender);
                // If nobody listens any more, nobody wants to know.
                let _ = sender.send(Message::End(end));
            });
        }
        drop(sender);
        let mut collected = Collected::new(plan, began_ns);
        for message in messages {
            match message {
                Message::Interval(latencies) => {
                    collected.add(&latencies, clock.mono_ns(), &mut on_progress);
                }
                Message::End(end) => collected.ends.push(end?),
            }
        }
        Ok(collected.finish(clock.mono_ns()))
    })
}

struct Collected {
    kinds: Vec<(String, Latencies)>,
    all: Latencies,
    recent: Latencies,
    moments: Vec<Moment>,
    began_ns: u64,
    told_ns: u64,
    ends: Vec<End>,
}

impl Collected {
    fn new(plan: &Plan<'_>, began_ns: u64) -> Self {
        let empty = Latencies::new(plan.precision);
        let kinds = plan.source.kinds();
        Self {
            kinds: kinds.into_iter().map(|name| (name, empty.clone())).collect(),
            all: empty.clone(),
            recent: empty,
            moments: Vec::new(),
            began_ns: began_ns + plan.warmup_ns,
            told_ns: began_ns + plan.warmup_ns,
            ends: Vec::new(),
        }
    }

    fn add(
        &mut self,
        latencies: &[Latencies],
        now: u64,
        on_progress: &mut impl FnMut(&Progress<'_>),
    ) {
        for ((_, kind), part) in self.kinds.iter_mut().zip(latencies) {
            kind.add(part);
            self.recent.add(part);
            self.all.add(part);
        }
        // Several threads report within an interval; it is told once.
        let since_ns = now.saturating_sub(self.told_ns);
        if since_ns >= INTERVAL_NS * 9 / 10 {
            let elapsed_ns = now - self.began_ns;
            let (recent, all) = (&self.recent, &self.all);
            on_progress(&Progress { elapsed_ns, since_ns, recent, all });
            self.note(now);
        }
    }

    /// Keeps the moment that ends now.
    fn note(&mut self, now: u64) {
        let since_ns = now.saturating_sub(self.told_ns);
        if self.recent.count() > 0 && since_ns > 0 {
            self.moments.push(Moment {
                seconds: now.saturating_sub(self.began_ns) as f64 / 1e9,
                per_second: self.recent.count() as f64 / (since_ns as f64 / 1e9),
                p50_ms: self.recent.percentile_ms(50.0),
                p99_ms: self.recent.percentile_ms(99.0),
                greatest_ms: self.recent.greatest_ms(),
            });
        }
        self.told_ns = now;
        self.recent.clear();
    }

    fn finish(mut self, now: u64) -> Found {
        self.note(now);
        let began = self.ends.iter().map(|end| end.began_ns).min().unwrap_or_default();
        let ended = self.ends.iter().map(|end| end.ended_ns).max().unwrap_or_default();
        self.kinds.retain(|(_, latencies)| latencies.count() > 0);
        Found {
            elapsed_ns: ended.saturating_sub(began),
            all: self.all,
            kinds: self.kinds,
            moments: self.moments,
            errors: self.ends.iter().map(|end| end.errors).sum(),
            missed: self.ends.iter().map(|end| end.missed).sum(),
            error: self.ends.into_iter().find_map(|end| end.error),
        }
    }
}

/// Returns that thread's part of a number that is dealt out evenly.
fn share(number: u64, thread: usize, threads: usize) -> u64 {
    let (thread, threads) = (thread as u64, threads as u64);
    number / threads + u64::from(thread < number % threads)
}

fn work(
    plan: &Plan<'_>,
    thread: usize,
    threads: usize,
    sender: &Sender<Message>,
) -> Result<End, Failure> {
    let mut engine = Engine::new(plan.targets.to_vec(), plan.introduction.clone())?;
    engine.set_reconnects(!plan.keeps_alive);
    let mine: Vec<usize> = (thread..plan.clients).step_by(threads).collect();
    for client in &mine {
        engine.connect(client % plan.targets.len(), plan.pipeline, Pace::Batches)?;
    }
    engine.establish()?;
    let start_ns = engine.now_ns();
    if let Some(rate) = plan.rate {
        // All clients together send one request after the other, evenly spaced.
        let period_ns = (plan.clients as f64 / rate * 1e9).max(1.0) as u64;
        for (connection, client) in mine.iter().enumerate() {
            let first_ns = start_ns + (*client as f64 / rate * 1e9) as u64;
            engine.set_pace(connection, Pace::Planned { first_ns, period_ns });
        }
    }
    let mut workload = workload(plan, thread, &mine);
    if plan.warmup_ns > 0 {
        workload.left = u64::MAX;
        engine.run(&mut workload, Some(start_ns + plan.warmup_ns))?;
        workload.take(&mut empty(plan));
    }
    let began_ns = engine.now_ns();
    let (left, end_ns) = bounds(plan, thread, threads, began_ns);
    workload.left = if workload.has_failed { 0 } else { left };
    let mut next_ns = began_ns;
    loop {
        next_ns += INTERVAL_NS;
        let until = end_ns.map_or(next_ns, |end| end.min(next_ns));
        let is_left = engine.run(&mut workload, Some(until))?;
        if !is_left || end_ns.is_some_and(|end| engine.now_ns() >= end) {
            break;
        }
        send(sender, plan, &mut workload);
    }
    let missed = if plan.rate.is_some() { workload.left } else { 0 };
    workload.left = 0;
    engine.run(&mut workload, None)?;
    send(sender, plan, &mut workload);
    if workload.has_failed {
        return Err(Failure::Refused(workload.error.unwrap_or_default()));
    }
    let (errors, error) = (workload.errors, workload.error);
    Ok(End { began_ns, ended_ns: engine.now_ns(), errors, error, missed })
}

/// Returns how many requests a thread sends at most, and when it ends at the latest.
fn bounds(plan: &Plan<'_>, thread: usize, threads: usize, began_ns: u64) -> (u64, Option<u64>) {
    match (plan.amount, plan.rate) {
        (Amount::Once, _) => (u64::MAX, None),
        (Amount::Requests(count), _) => (share(count, thread, threads), None),
        (Amount::Time(ns), None) => (u64::MAX, Some(began_ns + ns)),
        // What was planned is sent, even if late: else the latest ones would not be seen.
        (Amount::Time(ns), Some(rate)) => {
            let count = (rate * ns as f64 / 1e9).round() as u64;
            (share(count, thread, threads), Some(began_ns + ns * OVERTIME))
        }
    }
}

fn workload<'a>(plan: &'a Plan<'a>, thread: usize, mine: &[usize]) -> Workload<'a> {
    let seed = plan.seed.wrapping_add(thread as u64);
    let mut draw = Draw::new(seed, plan.order.clone(), plan.sizes.clone());
    if let KeyOrder::Sequential { keys } = plan.order {
        // Threads begin at different places of the sequence.
        draw.skip_to(keys / plan.threads.max(1) as u64 * thread as u64);
    }
    let lanes = match plan.source {
        Source::Mix(_) => Vec::new(),
        Source::Log(log) => {
            let mut all = log.deal(plan.clients, plan.db);
            mine.iter().map(|client| std::mem::take(&mut all[*client])).collect()
        }
    };
    let slots = plan.slots.as_ref().map(|(tags, of_target)| Slots {
        tags,
        of_connection: mine
            .iter()
            .map(|client| of_target[client % of_target.len()].as_slice())
            .collect(),
    });
    Workload {
        source: plan.source,
        draw,
        lanes,
        repeats: plan.amount != Amount::Once,
        slots,
        left: 0,
        latencies: empty(plan),
        run: Run::default(),
        bears_errors: matches!(plan.source, Source::Log(_)),
        errors: 0,
        has_failed: false,
        error: None,
    }
}

fn empty(plan: &Plan<'_>) -> Vec<Latencies> {
    vec![Latencies::new(plan.precision); plan.source.kinds().len()]
}

fn send(sender: &Sender<Message>, plan: &Plan<'_>, workload: &mut Workload<'_>) {
    let mut latencies = empty(plan);
    workload.take(&mut latencies);
    // If nobody listens any more, nobody wants to know.
    let _ = sender.send(Message::Interval(latencies));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for (number, threads) in [(10, 3), (2, 5), (0, 4), (100, 1)] {
            let sum: u64 = (0..threads).map(|thread| share(number, thread, threads)).sum();
            assert_eq!(sum, number);
        }
    }
}
