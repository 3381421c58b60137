//! How soon after its deadline is a key gone, or a field of a hash?
//!
//! Many keys with far deadlines and a few probes with near ones that nobody reads: only the
//! server's own search can find them. A probe is gone when its `expired` event comes, which is
//! what programs wait for who use the server as a timer. Without events the number of keys is
//! asked every millisecond (which expires nothing), and the n-th that is gone is taken for the one
//! with the n-th deadline.
//!
//! With fields the probes are fields of hashes of their own, beside one with a far deadline, and
//! the event is `hexpired`.

use std::time::Duration;

use connector::{Connection, Error};
use resp::value::Value;
use stdx::clock::{Clock, SystemClock};
use stdx::number::push_u64;
use stdx::rng::{Rng, SeededRng};

use super::data::Table as Section;
use super::failure::Failure;
use super::probe::at;
use super::server::Server;
use super::{Lab, Report};
use crate::engine::{Engine, Pace, Reply, Script};
use crate::measure::cpu::{Meter, Usage};
use crate::measure::table::Table;
use crate::request::payload;

/// What expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Keys,
    /// Fields, so many in a hash.
    Fields(u64),
}

impl What {
    /// The class of the event and its name.
    fn event(self) -> (&'static str, &'static str) {
        match self {
            Self::Keys => ("Ex", "__keyevent@0__:expired"),
            Self::Fields(_) => ("Eh", "__keyevent@0__:hexpired"),
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Fields(_) => "fields",
        }
    }
}

#[derive(Debug)]
struct Plan {
    what: What,
    count: u64,
    value: usize,
    /// When those keys expire, from now.
    least_ttl_ms: u64,
    greatest_ttl_ms: u64,
    probes: u64,
    /// The probes' deadlines: the first, and from first to last.
    lead_ms: u64,
    spread_ms: u64,
    /// How long the last one is waited for.
    watch_ms: u64,
    rounds: usize,
}

impl Plan {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (mut top, _) = Section::parse(text)?;
        // As keys, or as fields.
        let what = match top.number("fields_per_hash")? {
            0 => What::Keys,
            fields => What::Fields(fields),
        };
        let plan = Self {
            what,
            count: top.number("count")?,
            value: top.number("value")? as usize,
            least_ttl_ms: top.number("least_ttl_ms")?,
            greatest_ttl_ms: top.number("greatest_ttl_ms")?,
            probes: top.number("probes")?,
            lead_ms: top.number("lead_ms")?,
            spread_ms: top.number("spread_ms")?,
            watch_ms: top.number("watch_ms")?,
            rounds: top.number("rounds")? as usize,
        };
        top.finish()?;
        Ok(plan)
    }
}

/// Keys or fields with deadlines.
struct Volatile<'a> {
    what: What,
    left: u64,
    value: &'a [u8],
    /// The deadlines' range, in milliseconds since 1970.
    least: u64,
    greatest: u64,
    rng: SeededRng,
}

impl Script for Volatile<'_> {
    fn request(&mut self, _: usize, out: &mut Vec<u8>) -> Option<u16> {
        self.left = self.left.checked_sub(1)?;
        let deadline = self.least + self.rng.below(self.greatest - self.least + 1);
        match self.what {
            What::Keys => push_set(out, &name("key:", self.left), self.value, deadline),
            What::Fields(fields) => {
                let (key, field) = (self.left / fields, self.left % fields);
                push_field(out, &name("key:", key), &name("fld:", field), self.value, deadline);
            }
        }
        Some(0)
    }

    fn reply(&mut self, _: &Reply<'_>) {}
}

fn name(prefix: &str, number: u64) -> String {
    format!("{prefix}{number:012}")
}

fn push_set(out: &mut Vec<u8>, key: &str, value: &[u8], deadline: u64) {
    let deadline = deadline.to_string();
    push(out, &[b"SET", key.as_bytes(), value, b"PXAT", deadline.as_bytes()]);
}

fn push_field(out: &mut Vec<u8>, key: &str, field: &str, value: &[u8], deadline: u64) {
    let (key, field, deadline) = (key.as_bytes(), field.as_bytes(), deadline.to_string());
    let deadline = deadline.as_bytes();
    push(out, &[b"HSETEX", key, b"PXAT", deadline, b"FIELDS", b"1", field, value]);
}

fn push(out: &mut Vec<u8>, args: &[&[u8]]) {
    out.push(b'*');
    push_u64(out, args.len() as u64);
    out.extend_from_slice(b"\r\n");
    for arg in args {
        out.push(b'$');
        push_u64(out, arg.len() as u64);
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(arg);
        out.extend_from_slice(b"\r\n");
    }
}

struct Found {
    usage: Usage,
    probes: u64,
    /// Milliseconds between deadline and disappearance, of those that disappeared.
    lags: Vec<u64>,
}

pub(super) fn run(lab: &mut Lab, text: &str) -> Result<Report, Failure> {
    let mut plan = Plan::parse(text)?;
    if lab.is_quick {
        plan.spread_ms /= 2;
        plan.watch_ms /= 10;
    }
    let mut table = Table::new("ms between deadline and disappearance", &lab.names());
    for round in 0..plan.rounds {
        let what = plan.what.plural();
        lab.note(&format!("expiry of {what}, round {} of {}", round + 1, plan.rounds));
        for index in 0..lab.peers.len() {
            let (peer, core) = (lab.peers[index].clone(), lab.server_core);
            let count = lab.scaled(plan.count);
            let probe = Server::start(&peer, core, &[])?.ask(&["COMMAND", "INFO", "HSETEX"]);
            let knows = probe.is_some_and(|reply| is_row(&reply));
            if plan.what != What::Keys && !knows {
                lab.note(&format!("{}: fields do not expire there", peer.name));
                continue;
            }
            let found = lab.quietest(
                |found: &Found| &found.usage,
                || measure(&mut Server::start(&peer, core, &[])?, &plan, count),
            )?;
            let is_noisy = found.usage.is_noisy();
            record(&mut table, index, &plan, found, is_noisy);
        }
    }
    let about = format!(
        "{} {}that expire in {} to {} s, and {} that expire within {} s and are not read; how late these \
         disappear, at most {} s after the last deadline.",
        lab.scaled(plan.count),
        match plan.what {
            What::Keys => "keys ".to_owned(),
            What::Fields(fields) => format!("fields, {fields} in a hash, "),
        },
        plan.least_ttl_ms / 1000,
        plan.greatest_ttl_ms / 1000,
        plan.probes,
        plan.spread_ms as f64 / 1e3,
        plan.watch_ms as f64 / 1e3,
    );
    Ok(Report { about, tables: vec![table] })
}

fn record(table: &mut Table, index: usize, plan: &Plan, mut found: Found, is_noisy: bool) {
    let seen = found.lags.len() as f64 / found.probes as f64;
    table.cell("disappeared in time, %", index).add(100.0 * seen, is_noisy);
    // Those that never came are the latest ones.
    found.lags.sort_unstable();
    found.lags.resize(found.probes as usize, u64::MAX);
    for (row, part) in [("median", 0.5), ("p99", 0.99), ("worst", 1.0)] {
        let lag = at(&found.lags, part);
        let cell = table.cell(row, index);
        if lag < u64::MAX as f64 {
            cell.add(lag, is_noisy);
        } else {
            cell.lacks(&format!("over {}", plan.watch_ms));
        }
    }
    let share = 100.0 * found.usage.run_ns / found.usage.wall_ns;
    table.cell("server CPU meanwhile, % of a core", index).add(share, is_noisy);
}

/// Returns whether a server has told something about the one command that it was asked for.
fn is_row(reply: &Value) -> bool {
    matches!(reply.as_array(), Some([row]) if row.as_array().is_some())
}

fn measure(server: &mut Server, plan: &Plan, count: u64) -> Result<Found, Failure> {
    let clock = SystemClock::new();
    let now = clock.unix_ms();
    let value = payload(plan.value);
    let mut volatile = Volatile {
        what: plan.what,
        left: count,
        value: &value,
        least: now + plan.least_ttl_ms,
        greatest: now + plan.greatest_ttl_ms,
        rng: SeededRng::new(1),
    };
    let mut engine = Engine::new(vec![server.target.clone()], Vec::new())?;
    engine.connect(0, 512, Pace::Steady)?;
    engine.run(&mut volatile, None)?;
    drop(engine);
    let mut connection = server.connect().map_err(|_| no_answer(server))?;
    let hears = subscribe(server, &mut connection, plan.what);
    let first = clock.unix_ms() + plan.lead_ms;
    let deadlines: Vec<u64> =
        (0..plan.probes).map(|probe| first + probe * plan.spread_ms / plan.probes).collect();
    let mut requests = Vec::new();
    for (probe, deadline) in deadlines.iter().enumerate() {
        let key = name("probe:", probe as u64);
        match plan.what {
            What::Keys => push_set(&mut requests, &key, b"x", *deadline),
            What::Fields(_) => {
                push_field(&mut requests, &key, "far", b"x", now + plan.greatest_ttl_ms);
                push_field(&mut requests, &key, "near", b"x", *deadline);
            }
        }
    }
    let mut setter = server.connect().map_err(|_| no_answer(server))?;
    setter.write_raw(&requests).map_err(|_| no_answer(server))?;
    let requests_per_probe = if plan.what == What::Keys { 1 } else { 2 };
    for _ in 0..deadlines.len() * requests_per_probe {
        setter.reply().map_err(|_| no_answer(server))?;
    }
    let meter = Meter::start(&[server.pid()], &clock);
    let end = first + plan.spread_ms + plan.watch_ms;
    let lags = if hears {
        listen(&mut connection, &clock, &deadlines, end)
    } else if plan.what == What::Keys {
        count_keys(server, &clock, &deadlines, count, end)
    } else {
        Vec::new()
    };
    Ok(Found { usage: meter.stop(&clock), probes: plan.probes, lags })
}

fn no_answer(server: &Server) -> Failure {
    Failure::NoServer { name: server.peer.name.clone(), log: String::new() }
}

/// Asks for the events; returns whether they will come.
fn subscribe(server: &mut Server, connection: &mut Connection, what: What) -> bool {
    let (class, channel) = what.event();
    let is_set = server.ask(&["CONFIG", "SET", "notify-keyspace-events", class]).is_some();
    let reply = connection.request(&["SUBSCRIBE", channel]);
    is_set && reply.is_ok_and(|reply| !reply.is_error())
}

/// Waits for events and tells how late each came.
fn listen(
    connection: &mut Connection,
    clock: &impl Clock,
    deadlines: &[u64],
    end: u64,
) -> Vec<u64> {
    let mut lags = Vec::new();
    while lags.len() < deadlines.len() {
        let left = end.saturating_sub(clock.unix_ms());
        if left == 0 || connection.set_io_timeout(Some(Duration::from_millis(left))).is_err() {
            break;
        }
        match connection.receive() {
            Ok(message) => lags.extend(lag(&message, clock.unix_ms(), deadlines)),
            Err(Error::TimedOut) => continue,
            Err(_) => break,
        }
    }
    lags
}

fn lag(message: &Value, now: u64, deadlines: &[u64]) -> Option<u64> {
    let key = message.as_array()?.get(2)?.as_str()?;
    let probe: usize = key.strip_prefix("probe:")?.parse().ok()?;
    Some(now.saturating_sub(*deadlines.get(probe)?))
}

/// Asks for the number of keys and tells how late each was gone.
fn count_keys(
    server: &mut Server,
    clock: &impl Clock,
    deadlines: &[u64],
    keys: u64,
    end: u64,
) -> Vec<u64> {
    let all = keys + deadlines.len() as u64;
    let mut lags = Vec::new();
    while lags.len() < deadlines.len() && clock.unix_ms() < end {
        let left = server.ask(&["DBSIZE"]).and_then(|reply| reply.as_integer());
        let Some(left) = left.and_then(|left| u64::try_from(left).ok()) else {
            break;
        };
        let now = clock.unix_ms();
        let gone = (all.saturating_sub(left) as usize).min(deadlines.len());
        for deadline in &deadlines[lags.len().min(gone)..gone] {
            lags.push(now.saturating_sub(*deadline));
        }
        super::pause(Duration::from_millis(1));
    }
    lags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plans_are_valid() {
        let keys = include_str!("../../../../bench/expiry.toml");
        let fields = include_str!("../../../../bench/field_expiry.toml");
        for (text, what) in [(keys, What::Keys), (fields, What::Fields(100))] {
            let plan = Plan::parse(text).expect("valid");
            assert_eq!(plan.what, what);
            assert!(
                plan.least_ttl_ms > plan.lead_ms + plan.spread_ms + plan.watch_ms + 20_000,
                "only probes expire while we watch"
            );
        }
    }

    #[test]
    fn requests_are_encoded() {
        let mut out = Vec::new();
        push_set(&mut out, &name("key:", 7), b"xy", 123);
        let expected =
            "*5\r\n$3\r\nSET\r\n$16\r\nkey:000000000007\r\n$2\r\nxy\r\n$4\r\nPXAT\r\n$3\r\n123\r\n";
        assert_eq!(String::from_utf8(out).expect("text"), expected);
    }
}
