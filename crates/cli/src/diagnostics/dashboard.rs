//! The full-screen dashboard: INFO, LATENCY LATEST and SLOWLOG, once per interval.
//!
//! Plain ANSI sequences on the alternate screen; rates are differences between two samples.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use super::info::{Info, bytes};
use crate::interrupt::{Interrupt, Woken, wait};
use crate::out::complain;
use crate::session::{Failure, Session};
use crate::terminal::{KeyByKey, read_key, stdin_is_terminal};
use crate::{clock, out};

/// Samples of the throughput curve.
const CURVE: usize = 60;
/// Heights of its bars.
const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One look at the server.
#[derive(Debug, Default)]
struct Sample {
    info: Info,
    slow: Vec<String>,
    latency: Vec<String>,
    taken: Option<Instant>,
}

/// Leaves the alternate screen, whatever happens.
struct Screen;

impl Screen {
    fn enter() -> Self {
        out::bytes(b"\x1b[?1049h\x1b[?25l");
        Self
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        out::bytes(b"\x1b[?25h\x1b[?1049l");
    }
}

/// Shows the dashboard until q or Ctrl-C; without a terminal, one frame of plain text.
pub(crate) fn run(session: &mut Session) -> bool {
    if session.connect().is_err() {
        return false;
    }
    let interval = session.options.interval_or(Duration::from_secs(1));
    let rows = session.options.top;
    let mut before = Sample::default();
    let mut curve: Vec<f64> = Vec::new();
    if !out::is_terminal() {
        return match take(session, rows) {
            Ok(sample) => {
                out::bytes(frame(session, &sample, &before, &curve, rows).as_bytes());
                true
            }
            Err(failure) => {
                complain!("Error: {failure}");
                false
            }
        };
    }
    let interrupt = Interrupt::install().ok();
    let screen = Screen::enter();
    let modes = KeyByKey::begin();
    let outcome = loop {
        let sample = match take(session, rows) {
            Ok(sample) => sample,
            Err(failure) => break Err(failure),
        };
        if before.taken.is_some() {
            curve.push(rate(&sample, &before, "total_commands_processed"));
            let excess = curve.len().saturating_sub(CURVE);
            curve.drain(..excess);
        }
        let text = frame(session, &sample, &before, &curve, rows);
        draw(&text);
        before = sample;
        let stdin = io::stdin();
        let keys = stdin_is_terminal().then(|| stdin.as_fd());
        match wait(None, keys, interrupt.as_ref(), Some(interval)) {
            Woken::Interrupt => break Ok(()),
            Woken::Second if matches!(read_key(), None | Some(b'q' | b'Q' | 0x1b)) => break Ok(()),
            _ => {}
        }
    };
    drop(modes);
    drop(screen);
    match outcome {
        Ok(()) => true,
        Err(failure) => {
            complain!("Error: {failure}");
            false
        }
    }
}

/// Draws a frame over the last one, cut to the screen.
fn draw(text: &str) {
    let (rows, columns) = out::size();
    let mut screen = "\x1b[H".to_owned();
    for line in text.lines().take(rows.saturating_sub(1)) {
        screen.extend(line.chars().take(columns));
        screen.push_str("\x1b[K\r\n");
    }
    screen.push_str("\x1b[J");
    out::bytes(screen.as_bytes());
}

fn take(session: &mut Session, rows: usize) -> Result<Sample, Failure> {
    let reply = session.call(&["INFO", "everything"])?;
    let info = Info::from_reply(&reply);
    let slow = session.call(&["SLOWLOG", "GET", &rows.to_string()])?;
    let slow = slow.as_array().unwrap_or_default().iter().filter_map(|entry| {
        let [_, _, micros, words, ..] = entry.as_array()? else { return None };
        let words: Vec<_> = words
            .as_array()?
            .iter()
            .map(|word| String::from_utf8_lossy(word.as_bytes().unwrap_or_default()).into_owned())
            .collect();
        let text: String =
            words.join(" ").chars().filter(|letter| !letter.is_control()).take(200).collect();
        Some(format!("{:>10.3} ms  {text}", micros.as_integer()? as f64 / 1000.0))
    });
    let slow = slow.collect();
    let latency = session.call(&["LATENCY", "LATEST"])?;
    let latency = latency.as_array().unwrap_or_default().iter().filter_map(|entry| {
        let [name, _, latest, max, ..] = entry.as_array()? else { return None };
        Some(format!(
            "{:<24}latest {:>6} ms  max {:>6} ms",
            name.as_str()?,
            latest.as_integer()?,
            max.as_integer()?
        ))
    });
    let latency = latency.collect();
    Ok(Sample { info, slow, latency, taken: Some(clock::now()) })
}

/// Returns how fast a counter grew between two samples, per second.
fn rate(now: &Sample, before: &Sample, field: &str) -> f64 {
    let (Some(taken), Some(earlier)) = (now.taken, before.taken) else { return 0.0 };
    let seconds = (taken - earlier).as_secs_f64();
    let grown = now.info.number(field) - before.info.number(field);
    if seconds > 0.0 { grown.max(0) as f64 / seconds } else { 0.0 }
}

fn frame(session: &Session, now: &Sample, before: &Sample, curve: &[f64], rows: usize) -> String {
    let info = &now.info;
    let field = |name: &str| info.field(name).unwrap_or("-").to_owned();
    let number = |name: &str| info.number(name);
    let per_second = |name: &str| rate(now, before, name);
    let cpu = {
        let total = |sample: &Sample| -> f64 {
            let part = |name| sample.info.field(name).and_then(|value| value.parse::<f64>().ok());
            part("used_cpu_sys").unwrap_or(0.0) + part("used_cpu_user").unwrap_or(0.0)
        };
        match (now.taken, before.taken) {
            (Some(taken), Some(earlier)) => {
                100.0 * (total(now) - total(before)) / (taken - earlier).as_secs_f64().max(0.001)
            }
            _ => 0.0,
        }
    };
    let hits = per_second("keyspace_hits");
    let lookups = hits + per_second("keyspace_misses");
    let hit_share = if lookups > 0.0 { 100.0 * hits / lookups } else { 0.0 };
    let mut out = String::new();
    // Writing to a string does not fail, here and below.
    let _ = writeln!(
        out,
        "{}  {} {}  role {}  up {} s  (q to quit)\n",
        session.address,
        field("redis_mode"),
        field("redis_version"),
        field("role"),
        field("uptime_in_seconds")
    );
    let _ = writeln!(
        out,
        "requests   {:>10.0}/s   in {:>9}/s   out {:>9}/s   cpu {cpu:>5.1}%",
        per_second("total_commands_processed"),
        bytes(per_second("total_net_input_bytes") as i64),
        bytes(per_second("total_net_output_bytes") as i64),
    );
    let _ = writeln!(
        out,
        "clients    {:>10}     blocked {:>4}     rejected {:>4}   connections {:.0}/s",
        number("connected_clients"),
        number("blocked_clients"),
        number("rejected_connections"),
        per_second("total_connections_received"),
    );
    let _ = writeln!(
        out,
        "keys       {:>10}     hits {hit_share:>6.1}%    expired {:.0}/s   evicted {:.0}/s",
        info.keys(),
        per_second("expired_keys"),
        per_second("evicted_keys"),
    );
    let _ = writeln!(
        out,
        "memory     {:>10}     rss {:>9}   peak {:>9}   limit {:>9}   fragmentation {}",
        bytes(number("used_memory")),
        bytes(number("used_memory_rss")),
        bytes(number("used_memory_peak")),
        bytes(number("maxmemory")),
        field("mem_fragmentation_ratio"),
    );
    let _ = writeln!(
        out,
        "replicas   {:>10}     offset {}   unsaved changes {}   saving {}   rewriting {}",
        number("connected_slaves"),
        field("master_repl_offset"),
        field("rdb_changes_since_last_save"),
        field("rdb_bgsave_in_progress"),
        field("aof_rewrite_in_progress"),
    );
    let top = curve.iter().copied().fold(1.0, f64::max);
    let bars: String =
        curve.iter().map(|value| BARS[((value / top) * 8.0).round() as usize % 9]).collect();
    let _ = writeln!(out, "\nrequests/s {bars} max {top:.0}");
    let _ = writeln!(out, "\ncommand                  calls/s   us/call      share");
    for (name, calls, micros, share) in commands(now, before).into_iter().take(rows) {
        let _ = writeln!(out, "{name:<22}{calls:>10.0}{micros:>10.2}{share:>10.1}%");
    }
    for (title, lines) in [("slow commands", &now.slow), ("latency events", &now.latency)] {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{title}");
            lines.iter().take(rows).for_each(|line| {
                let _ = writeln!(out, "{line}");
            });
        }
    }
    out
}

/// Returns name, calls per second, time per call and share of time of the busiest commands.
fn commands(now: &Sample, before: &Sample) -> Vec<(String, f64, f64, f64)> {
    let (Some(taken), Some(earlier)) = (now.taken, before.taken) else { return Vec::new() };
    let seconds = (taken - earlier).as_secs_f64().max(0.001);
    let old = counters(&before.info);
    let grown: Vec<(String, f64, f64)> = counters(&now.info)
        .into_iter()
        .map(|(name, (calls, micros))| {
            let (calls_before, micros_before) = old.get(&name).copied().unwrap_or_default();
            (name, calls - calls_before, micros - micros_before)
        })
        .filter(|(_, calls, _)| *calls > 0.0)
        .collect();
    let total: f64 = grown.iter().map(|(_, _, micros)| micros).sum();
    let mut rows: Vec<_> = grown
        .into_iter()
        .map(|(name, calls, micros)| {
            (name, calls / seconds, micros / calls, 100.0 * micros / total.max(1.0))
        })
        .collect();
    rows.sort_by(|left, right| right.3.total_cmp(&left.3));
    rows
}

/// Returns calls and microseconds of each command.
fn counters(info: &Info) -> BTreeMap<String, (f64, f64)> {
    let number = |fields: &str, name: &str| {
        fields
            .split(',')
            .find_map(|field| field.strip_prefix(name)?.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    info.starting_with("cmdstat_")
        .map(|(name, fields)| {
            (name.to_owned(), (number(fields, "calls="), number(fields, "usec=")))
        })
        .collect()
}
