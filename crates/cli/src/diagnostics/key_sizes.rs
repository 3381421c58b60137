//! The biggest keys of each type, by elements or by memory.

use std::fmt::Write as _;
use std::rc::Rc;

use resp::value::Value;

use crate::clock;
use crate::interrupt::Interrupt;
use crate::keyspace::{self, Walk};
use crate::options::Options;
use crate::out::{complain, say};
use crate::progress::{Progress, Unit};
use crate::quoting::quote;
use crate::session::Session;

/// What is called big.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Measure {
    /// Many elements.
    Elements,
    /// Much memory.
    Memory,
}

/// A type of key: its name, the command that counts its elements, and what they are called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    count: &'static str,
    pub(super) unit: &'static str,
}

/// The types whose elements can be counted.
pub(super) const KINDS: [Kind; 6] = [
    Kind { name: "string", count: "STRLEN", unit: "bytes" },
    Kind { name: "list", count: "LLEN", unit: "items" },
    Kind { name: "set", count: "SCARD", unit: "members" },
    Kind { name: "hash", count: "HLEN", unit: "fields" },
    Kind { name: "zset", count: "ZCARD", unit: "members" },
    Kind { name: "stream", count: "XLEN", unit: "entries" },
];

/// Keys between two notes on how far we are.
const NOTE_EVERY: u64 = 1_000_000;
/// SCAN calls between two rests.
const REST_EVERY: u64 = 100;

/// What was seen of one type.
#[derive(Debug)]
struct Tally {
    name: String,
    unit: &'static str,
    count: u64,
    total: u64,
    biggest: u64,
    biggest_key: Option<Vec<u8>>,
}

/// Walks through all keys of all nodes, handing each batch to `visit`. Ctrl-C ends the walk early,
/// which is no failure: what has been seen is worth showing.
pub(super) fn walk(
    session: &mut Session,
    mut visit: impl FnMut(&mut Session, &[Vec<u8>], u64) -> Result<(), String>,
) -> Result<(), String> {
    let interrupt = Interrupt::install().ok();
    let options = Rc::clone(&session.options);
    let mut nodes = keyspace::nodes(session)?;
    let total = keyspace::size(&mut nodes)?;
    let mut progress =
        Progress::new(Unit::Things("keys"), options.pattern.is_none().then_some(total));
    let (mut calls, mut seen) = (0, 0);
    for node in &mut nodes {
        let mut walk = Walk::new(&options);
        while let Some(keys) = walk.next_batch(node)? {
            visit(node, &keys, total)?;
            calls += 1;
            seen += keys.len() as u64;
            progress.at(seen);
            if calls % REST_EVERY == 0 {
                clock::sleep(options.interval.unwrap_or_default());
            }
            if interrupt.as_ref().is_some_and(Interrupt::is_raised) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Sends a request per key and returns the replies.
pub(super) fn ask_each<'a>(
    session: &mut Session,
    keys: impl Iterator<Item = &'a [u8]> + Clone,
    request: impl Fn(&'a [u8], usize) -> Vec<Vec<u8>>,
) -> Result<Vec<Value>, String> {
    let connection = session.connection().map_err(|failure| failure.to_string())?;
    let mut asked = 0;
    for (index, key) in keys.enumerate() {
        connection.queue(&request(key, index));
        asked += 1;
    }
    connection.flush().map_err(|error| error.to_string())?;
    (0..asked).map(|_| connection.reply().map_err(|error| error.to_string())).collect()
}

/// Returns the type of each key.
pub(super) fn types(session: &mut Session, keys: &[Vec<u8>]) -> Result<Vec<String>, String> {
    let keys = keys.iter().map(Vec::as_slice);
    let replies = ask_each(session, keys, |key, _| vec![b"TYPE".to_vec(), key.to_vec()])?;
    Ok(replies.iter().map(|reply| reply.as_str().unwrap_or("none").to_owned()).collect())
}

/// Returns how many elements each key has; `None` where that cannot be counted.
pub(super) fn elements(
    session: &mut Session,
    keys: &[Vec<u8>],
    types: &[String],
) -> Result<Vec<Option<u64>>, String> {
    let replies = ask_each(session, keys.iter().map(Vec::as_slice), |key, index| {
        let kind = KINDS.iter().find(|kind| types.get(index).is_some_and(|name| name == kind.name));
        match kind {
            Some(kind) => vec![kind.count.into(), key.to_vec()],
            // Something must be sent, so that replies stay in step.
            None => vec![b"EXISTS".to_vec(), key.to_vec()],
        }
    })?;
    let known = |index: usize| KINDS.iter().any(|kind| types[index] == kind.name);
    let counts = replies.iter().enumerate().map(|(index, reply)| {
        reply.as_integer().filter(|_| known(index)).and_then(|count| u64::try_from(count).ok())
    });
    Ok(counts.collect())
}

/// Returns how much memory each key takes; `None` for keys that are gone.
pub(super) fn memory(
    session: &mut Session,
    keys: &[Vec<u8>],
    samples: Option<u64>,
) -> Result<Vec<Option<u64>>, String> {
    let replies = ask_each(session, keys.iter().map(Vec::as_slice), |key, _| {
        let mut request = vec![b"MEMORY".to_vec(), b"USAGE".to_vec(), key.to_vec()];
        if let Some(samples) = samples {
            request.extend([b"SAMPLES".to_vec(), samples.to_string().into_bytes()]);
        }
        request
    })?;
    if let Some(text) = replies.first().and_then(Value::as_error) {
        return Err(String::from_utf8_lossy(text).into_owned());
    }
    Ok(replies
        .iter()
        .map(|reply| reply.as_integer().and_then(|size| u64::try_from(size).ok()))
        .collect())
}

/// Finds the biggest keys and returns whether that worked.
pub(crate) fn run(session: &mut Session, measure: Measure) -> bool {
    let options = Rc::clone(&session.options);
    say!(
        "\n# Scanning the entire keyspace to find biggest keys as well as\n\
         # average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec\n\
         # per 100 SCAN commands (not usually needed).\n\n"
    );
    let mut tallies: Vec<Tally> = KINDS
        .iter()
        .map(|kind| Tally {
            name: kind.name.to_owned(),
            unit: if measure == Measure::Memory { "bytes" } else { kind.unit },
            count: 0,
            total: 0,
            biggest: 0,
            biggest_key: None,
        })
        .collect();
    let mut sampled = 0;
    let mut key_bytes = 0;
    let outcome = walk(session, |node, keys, total| {
        // Compat: how far we are is told batch by batch.
        let percent = 100.0 * sampled as f64 / total.max(1) as f64;
        let types = types(node, keys)?;
        let sizes = sizes(node, keys, &types, measure, &options)?;
        for ((key, name), size) in keys.iter().zip(types).zip(sizes) {
            sampled += 1;
            key_bytes += key.len() as u64;
            let tally = tally_of(&mut tallies, name, measure);
            let size = size.unwrap_or(0);
            tally.count += 1;
            tally.total += size;
            if size > tally.biggest {
                tally.biggest = size;
                tally.biggest_key = Some(key.clone());
                say!(
                    "[{:05.2}%] Biggest {:<6} found so far '{}' with {size} {}\n",
                    percent,
                    tally.name,
                    quote(key),
                    tally.unit
                );
            }
            if sampled % NOTE_EVERY == 0 {
                say!("[{percent:05.2}%] Sampled {sampled} keys so far\n");
            }
        }
        Ok(())
    });
    if let Err(message) = outcome {
        complain!("Error: {message}");
        return false;
    }
    say!("{}", summary(&tallies, sampled, key_bytes));
    true
}

fn sizes(
    node: &mut Session,
    keys: &[Vec<u8>],
    types: &[String],
    measure: Measure,
    options: &Options,
) -> Result<Vec<Option<u64>>, String> {
    match measure {
        Measure::Elements => elements(node, keys, types),
        Measure::Memory => memory(node, keys, options.memory_samples),
    }
}

/// Finds the tally of a type, adding one for types of modules.
fn tally_of(tallies: &mut Vec<Tally>, name: String, measure: Measure) -> &mut Tally {
    let at = tallies.iter().position(|tally| tally.name == name).unwrap_or(tallies.len());
    if at == tallies.len() {
        let unit = if measure == Measure::Memory { "bytes" } else { "?" };
        tallies.push(Tally { name, unit, count: 0, total: 0, biggest: 0, biggest_key: None });
    }
    &mut tallies[at]
}

fn summary(tallies: &[Tally], sampled: u64, key_bytes: u64) -> String {
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let mut out = format!(
        "\n-------- summary -------\n\nSampled {sampled} keys in the keyspace!\n\
         Total key length in bytes is {key_bytes} (avg len {:.2})\n\n",
        share(key_bytes, sampled)
    );
    for tally in tallies {
        if let Some(key) = &tally.biggest_key {
            // Writing to a string does not fail.
            let _ = writeln!(
                out,
                "Biggest {:>6} found '{}' has {} {}",
                tally.name,
                quote(key),
                tally.biggest,
                tally.unit
            );
        }
    }
    out.push('\n');
    for Tally { name, unit, count, total, .. } in tallies {
        let _ = writeln!(
            out,
            "{count} {name}s with {total} {unit} ({:05.2}% of keys, avg size {:.2})",
            100.0 * share(*count, sampled),
            share(*total, *count)
        );
    }
    out
}
