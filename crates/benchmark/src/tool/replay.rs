//! Requests from a log that `MONITOR` wrote.
//!
//! Each client of the log is played on one connection, in the log's order, so that what a client
//! wrote is there when it reads. Left out is what a load must not do or cannot repeat: changes of
//! the connection's own state, transactions' brackets (their commands are played one by one),
//! waiting, and whatever a script did (the script itself is in the log).

use std::collections::BTreeMap;

use crate::request::encode;

/// A log, ready to be played.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The requests as they are sent, one after the other.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    kinds: Vec<String>,
    clients: usize,
    /// Lines that are no requests, or none that is played.
    pub(super) skipped: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    end: usize,
    kind: u16,
    client: usize,
    db: u32,
}

/// Commands that are not played.
const NOT_PLAYED: &[&str] = &[
    "AUTH",
    "BLMOVE",
    "BLMPOP",
    "BLPOP",
    "BRPOP",
    "BRPOPLPUSH",
    "BZMPOP",
    "BZPOPMAX",
    "BZPOPMIN",
    "CLIENT",
    "DEBUG",
    "DISCARD",
    "EXEC",
    "HELLO",
    "MONITOR",
    "MULTI",
    "PSUBSCRIBE",
    "PSYNC",
    "PUNSUBSCRIBE",
    "QUIT",
    "REPLCONF",
    "RESET",
    "SELECT",
    "SHUTDOWN",
    "SSUBSCRIBE",
    "SUBSCRIBE",
    "SUNSUBSCRIBE",
    "SYNC",
    "UNSUBSCRIBE",
    "UNWATCH",
    "WAIT",
    "WAITAOF",
    "WATCH",
];

/// More kinds than this are not told apart: the rest is the last one.
const KINDS_MAX: usize = 1000;

impl Log {
    /// Reads a log.
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut log = Self::default();
        let mut clients: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let mut kinds: BTreeMap<String, u16> = BTreeMap::new();
        for line in text.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() || line == b"OK" {
                continue;
            }
            let Some(Line { db, client, args }) = parse_line(line) else {
                log.skipped += 1;
                continue;
            };
            let next = clients.len();
            let client = *clients.entry(client.to_vec()).or_insert(next);
            let name = String::from_utf8_lossy(&args[0]).to_uppercase();
            let kind = match kinds.get(&name) {
                Some(kind) => *kind,
                None if log.kinds.len() < KINDS_MAX => {
                    let kind = log.kinds.len() as u16;
                    log.kinds.push(name.clone());
                    kinds.insert(name, kind);
                    kind
                }
                None => KINDS_MAX as u16 - 1,
            };
            let start = log.bytes.len();
            log.bytes.extend_from_slice(&encode(&args));
            log.entries.push(Entry { start, end: log.bytes.len(), kind, client, db });
        }
        log.clients = clients.len();
        if log.entries.iter().any(|entry| entry.db != 0) && !kinds.contains_key("SELECT") {
            log.kinds.push("SELECT".to_owned());
        }
        log
    }

    pub(super) fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// Returns the number of requests.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Deals the requests out to so many connections, which are in that database at first.
    pub(super) fn deal(&self, connections: usize, db: u32) -> Vec<Lane> {
        let select = self.kinds.len().saturating_sub(1) as u16;
        let mut lanes = vec![Lane::default(); connections];
        let mut dbs = vec![db; connections];
        for (index, entry) in self.entries.iter().enumerate() {
            let at = entry.client % connections;
            if dbs[at] != entry.db {
                dbs[at] = entry.db;
                lanes[at].steps.push(Step::Select(select, entry.db));
            }
            lanes[at].steps.push(Step::Entry(index));
        }
        // A lane that is played again begins where it began.
        for (lane, at_end) in lanes.iter_mut().zip(dbs) {
            let Some(Step::Entry(first)) = lane.steps.first() else {
                continue;
            };
            if self.entries[*first].db != at_end {
                lane.steps.insert(0, Step::Select(select, self.entries[*first].db));
            }
        }
        lanes
    }
}

/// What one connection plays.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    steps: Vec<Step>,
    next: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Entry(usize),
    /// To another database; the number of that kind of request in front.
    Select(u16, u32),
}

impl Lane {
    /// Appends the next request and returns its kind. At the end it begins anew, or is done.
    pub(super) fn push(&mut self, log: &Log, out: &mut Vec<u8>, repeats: bool) -> Option<u16> {
        if self.next == self.steps.len() && repeats {
            self.next = 0;
        }
        let step = *self.steps.get(self.next)?;
        self.next += 1;
        match step {
            Step::Entry(index) => {
                let entry = &log.entries[index];
                out.extend_from_slice(&log.bytes[entry.start..entry.end]);
                Some(entry.kind)
            }
            Step::Select(kind, db) => {
                out.extend_from_slice(&encode(&["SELECT", &db.to_string()]));
                Some(kind)
            }
        }
    }
}

/// A line of a log.
struct Line<'a> {
    db: u32,
    client: &'a [u8],
    args: Vec<Vec<u8>>,
}

/// Takes a line apart: `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`.
fn parse_line(line: &[u8]) -> Option<Line<'_>> {
    // Lines come with the mark of a simple string if the log is what the socket gave.
    let line = line.strip_prefix(b"+").unwrap_or(line);
    let open = memchr::memmem::find(line, b" [")?;
    let close = memchr::memmem::find(line, b"] \"")?;
    let origin = line.get(open + 2..close)?;
    let blank = memchr::memchr(b' ', origin)?;
    let (db, client) = origin.split_at(blank);
    let db = u32::try_from(stdx::number::parse_u64(db)?).ok()?;
    let client = &client[1..];
    let args = stdx::text::split_args(&line[close + 2..])?;
    let name = args.first()?;
    let is_played = client != b"lua"
        && !NOT_PLAYED.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
        && !args.iter().any(|arg| arg.eq_ignore_ascii_case(b"BLOCK"));
    is_played.then_some(Line { db, client, args })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "OK\n\
        1339518083.107412 [0 127.0.0.1:60866] \"set\" \"a\" \"x\\x00\\\"\\n\"\n\
        1339518083.207412 [2 127.0.0.1:60870] \"GET\" \"b\"\n\
        1339518083.307412 [0 127.0.0.1:60866] \"MULTI\"\n\
        1339518083.407412 [2 lua] \"GET\" \"b\"\n\
        1339518083.507412 [0 127.0.0.1:60866] \"XREAD\" \"BLOCK\" \"0\" \"STREAMS\" \"s\" \"$\"\n\
        nonsense\n\
        1339518083.607412 [0 unix:/tmp/x] \"get\" \"a\"\n";

    fn play(lane: &mut Lane, log: &Log, count: usize) -> Vec<(String, String)> {
        let mut played = Vec::new();
        for _ in 0..count {
            let mut out = Vec::new();
            let Some(kind) = lane.push(log, &mut out, true) else { break };
            let text = String::from_utf8(out).expect("text").replace("\r\n", " ");
            played.push((log.kinds()[usize::from(kind)].clone(), text));
        }
        played
    }

    #[test]
    fn requests_are_played_by_client_in_order() {
        let log = Log::parse(LOG.as_bytes());
        assert_eq!((log.len(), log.skipped, log.clients), (3, 4, 3));
        assert_eq!(log.kinds(), ["SET", "GET", "SELECT"]);
        let mut lanes = log.deal(3, 0);
        assert_eq!(
            play(&mut lanes[0], &log, 1),
            [("SET".to_owned(), "*3 $3 set $1 a $4 x\0\"\n ".to_owned())]
        );
        let get = ("GET".to_owned(), "*2 $3 GET $1 b ".to_owned());
        let select = ("SELECT".to_owned(), "*2 $6 SELECT $1 2 ".to_owned());
        assert_eq!(play(&mut lanes[1], &log, 3), [select.clone(), get, select]);
    }

    #[test]
    fn clients_that_share_a_connection_change_databases() {
        let log = Log::parse(LOG.as_bytes());
        let mut lanes = log.deal(1, 0);
        let kinds: Vec<String> =
            play(&mut lanes[0], &log, 5).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["SET", "SELECT", "GET", "SELECT", "GET"]);
    }

    #[test]
    fn whatever_the_lines_are_nothing_breaks() {
        for wrong in ["", "+", "1 [", "1 [0 a] x", "1 [x a] \"g\"", "1 [0 a] \"", "] \" ["] {
            assert_eq!(Log::parse(wrong.as_bytes()).len(), 0, "{wrong:?}");
        }
    }
}
