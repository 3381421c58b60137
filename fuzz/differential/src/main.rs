//! Sends the same invented requests to two servers and compares what they answer.
//!
//! Requests follow the usage grammar of the command table, as far as the reference has its commands, and some of them are then broken in one place. Keys, members and numbers are few, so that commands meet each other's leavings. After every reply the two are compared, and now and then the whole of both keyspaces. With `--events`, so is what is published of the keys. A difference ends the run with the requests that led to it, and the seed that makes them again.
//!
//! ```text
//! differential --ours target/release/sinter-server --reference redis-server --requests 1000000
//! differential --events --resp3 --only Z,DEL,COPY
//! differential --left 127.0.0.1:6379 --right 127.0.0.1:6380 --seed 7
//! ```

mod admin;
mod compare;
mod events;
mod invent;
mod server;

use std::collections::VecDeque;
use std::io::{self, Write};
use std::process::ExitCode;

use connector::{Address, Connection, Family, Timeouts};
use resp::value::Value;
use stdx::clock::{Clock, SystemClock};

use crate::events::{Event, Listener};
use crate::invent::Inventor;
use crate::server::Server;

/// Requests that are shown when a difference was found.
const SHOWN: usize = 30;

/// Requests that are sent at once, if nothing else is said. Both servers work at them at the same time.
const BATCH: u64 = 20;

/// Requests between comparisons of the whole keyspaces: as a rule a number of whole batches.
const BETWEEN_CHECKS: u64 = 2000;

struct Options {
    left: Option<String>,
    right: Option<String>,
    ours: String,
    reference: String,
    seed: u64,
    requests: u64,
    only: Option<String>,
    resp3: bool,
    events: bool,
    batch: u64,
}

fn options() -> Result<Options, lexopt::Error> {
    use lexopt::prelude::*;

    let mut options = Options {
        left: None,
        right: None,
        ours: "target/release/sinter-server".to_owned(),
        reference: "redis-server".to_owned(),
        seed: SystemClock::new().unix_us(),
        requests: 100_000,
        only: None,
        resp3: false,
        events: false,
        batch: BATCH,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("left") => options.left = Some(parser.value()?.string()?),
            Long("right") => options.right = Some(parser.value()?.string()?),
            Long("ours") => options.ours = parser.value()?.string()?,
            Long("reference") => options.reference = parser.value()?.string()?,
            Long("seed") => options.seed = parser.value()?.parse()?,
            Long("requests") => options.requests = parser.value()?.parse()?,
            Long("only") => options.only = Some(parser.value()?.string()?.to_uppercase()),
            Long("resp3") => options.resp3 = true,
            Long("events") => options.events = true,
            Long("batch") => options.batch = parser.value()?.parse::<u64>()?.max(1),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(options)
}

/// One of the two servers, and the process if we started it.
struct Side {
    connection: Connection,
    listener: Option<Listener>,
    _process: Option<Server>,
}

impl Side {
    fn open(
        given: Option<&str>,
        program: &str,
        events: bool,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let (process, address) = match given {
            Some(address) => (None, address.to_owned()),
            None => {
                let server = Server::start(program)?;
                let address = server.address();
                (Some(server), address)
            }
        };
        let address = Address::parse(&address).ok_or("an address is host:port")?;
        let connection = Connection::connect(&address, Family::Any, Timeouts::default())?;
        let listener = if events { Some(Listener::open(&address)?) } else { None };
        Ok(Self { connection, listener, _process: process })
    }

    /// Returns the events since the last time, if anybody listens.
    fn events(&mut self) -> Result<Vec<Event>, Box<dyn std::error::Error>> {
        let events = self.listener.as_mut().map(Listener::take).transpose()?;
        Ok(events.unwrap_or_default())
    }

    fn run(&mut self, request: &[Vec<u8>]) -> Result<Value, Box<dyn std::error::Error>> {
        Ok(self.connection.request(request)?)
    }

    /// Returns whether the server has a command of that name.
    fn knows(&mut self, name: &[u8]) -> bool {
        let reply = self.connection.request(&[b"COMMAND", &b"INFO"[..], name]);
        reply.is_ok_and(
            |reply| matches!(reply.as_array(), Some([fact]) if fact.as_array().is_some()),
        )
    }
}

fn main() -> ExitCode {
    match options().map_err(Into::into).and_then(run) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("differential: {error}"));
            ExitCode::from(2)
        }
    }
}

fn say(text: &str) {
    // Where nobody reads, nobody misses it.
    let _ = writeln!(io::stdout().lock(), "{text}");
}

fn run(options: Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut left = Side::open(options.left.as_deref(), &options.ours, options.events)?;
    let mut right = Side::open(options.right.as_deref(), &options.reference, options.events)?;
    let mut inventor = Inventor::new(options.seed, options.only.as_deref());
    inventor.events = options.events;
    let mut recent: VecDeque<(Vec<Vec<u8>>, Value)> = VecDeque::new();
    say(&format!("seed {}", options.seed));
    // A reference of an older version, or another server, does not have all of them.
    inventor.retain(|name| right.knows(name) && !(options.events && name.starts_with(b"CONFIG|")));
    let fields_expire = right.knows(b"HPTTL");
    for side in [&mut left, &mut right] {
        side.run(&[b"FLUSHALL".to_vec()])?;
        if options.resp3 {
            side.run(&[b"HELLO".to_vec(), b"3".to_vec()])?;
        }
    }
    let mut queued = None;
    let mut done = 0;
    while done < options.requests {
        let count = options.batch.min(options.requests - done);
        let batch: Vec<_> = (0..count).map(|_| inventor.request()).collect();
        for side in [&mut left, &mut right] {
            for request in &batch {
                side.connection.queue(request);
            }
            side.connection.flush()?;
        }
        let mut difference = None;
        for request in batch {
            let replies = (left.connection.reply()?, right.connection.reply()?);
            difference = compare::replies(&request, &queued, &replies.0, &replies.1);
            note_transaction(&mut queued, &request, &replies.0);
            if recent.len() == SHOWN {
                recent.pop_front();
            }
            recent.push_back((request, replies.0));
            if difference.is_some() {
                break;
            }
            done += 1;
        }
        if difference.is_none() {
            difference = events::compare(left.events()?, right.events()?);
        }
        if difference.is_none() && done.is_multiple_of(BETWEEN_CHECKS) {
            if queued.take().is_some() {
                left.run(&[b"DISCARD".to_vec()])?;
                right.run(&[b"DISCARD".to_vec()])?;
            }
            let states = (
                compare::state(&mut left.connection, fields_expire)?,
                compare::state(&mut right.connection, fields_expire)?,
            );
            difference = compare::states(&states.0, &states.1);
            // What is read for that may be missing by now.
            left.events()?;
            right.events()?;
        }
        if let Some(difference) = difference {
            say(&format!("seed {}, request {done}: {difference}", options.seed));
            for (request, reply) in &recent {
                let reply = testkit::transcript::shown(reply);
                say(&format!("  {} -> {}", shown(request), reply.trim_end()));
            }
            return Ok(ExitCode::FAILURE);
        }
        inventor.in_transaction = queued.is_some();
        if done.is_multiple_of(100_000) {
            say(&format!("{done} requests"));
        }
    }
    say(&format!("no difference in {done} requests"));
    Ok(ExitCode::SUCCESS)
}

/// Keeps account of what is queued between MULTI and EXEC.
fn note_transaction(queued: &mut Option<Vec<Vec<Vec<u8>>>>, request: &[Vec<u8>], reply: &Value) {
    let name = request[0].to_ascii_uppercase();
    match (&*name, reply) {
        (_, Value::Simple(text)) if text == b"QUEUED" => {
            queued.get_or_insert_default().push(request.to_vec());
        }
        (b"MULTI", Value::Simple(_)) => *queued = Some(Vec::new()),
        (b"DISCARD" | b"RESET", Value::Simple(_)) | (b"EXEC", _) => *queued = None,
        _ => (),
    }
}

fn shown(request: &[Vec<u8>]) -> String {
    let words: Vec<String> = request
        .iter()
        .map(|word| {
            let mut quoted = Vec::new();
            stdx::text::quote(&mut quoted, &word[..word.len().min(200)]);
            String::from_utf8_lossy(&quoted).into_owned()
        })
        .collect();
    words.join(" ")
}
