//! The passes over what one client has sent.

use std::ops::Range;
use std::rc::Rc;

use commands::Args;
use resp::limits::Limits;
use resp::request::{Parsed, ProtocolError, Span};
use smallvec::SmallVec;
use spec::KeyLayout;
use structs::blob::Blob;

use super::TURN_NS;
use crate::Node;
use crate::client::{Flags, Token};
use crate::table::{Row, Table};

/// Requests that are parsed before the first of them runs. Enough to overlap their waits for memory, few enough to stay in the first cache.
const BATCH: usize = 32;

/// Keys of one request that are fetched ahead. More would push out what the first ones fetched.
const KEYS_AHEAD: usize = 64;

/// A parsed request.
#[derive(Debug)]
struct Request<'t> {
    row: Option<&'t Row>,
    /// Its arguments, in the batch's list.
    args: Range<usize>,
    /// The hashes of its keys, in the batch's list.
    hashes: Range<usize>,
    /// Where the bytes behind it start.
    end: usize,
}

/// Memory that is used again for each batch.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    spans: Vec<Span>,
    hashes: Vec<u64>,
}

impl Scratch {
    /// Gives back what only an unusual request needed.
    #[inline]
    fn shrink(&mut self) {
        /// Arguments, or keys, of one batch.
        const USUAL: usize = 4096;

        if self.spans.capacity() > USUAL || self.hashes.capacity() > USUAL {
            self.spans = Vec::new();
            self.hashes = Vec::new();
        }
    }
}

/// Why the first pass came to an end.
enum Stop {
    /// The batch is full, or its last request has to run before more can be parsed.
    Full,
    /// What is left of the bytes is not a whole request.
    Dry,
    /// What is left of the bytes cannot be understood.
    Broken(ProtocolError),
}

/// What the first pass came to.
struct Batch<'t> {
    requests: SmallVec<[Request<'t>; BATCH]>,
    /// The allocations in which arguments of the last request lie.
    blobs: SmallVec<[Blob; 1]>,
    /// Where the bytes start that were not looked at, or are no whole request.
    end: usize,
    stop: Stop,
}

impl Node {
    /// Runs the requests in `input`. Returns which part of it the client has to keep.
    pub(super) fn process(&mut self, token: Token, input: &[u8]) -> Range<usize> {
        let table = Rc::clone(&self.table);
        let mut scratch = std::mem::take(&mut self.scratch);
        let deadline = self.clock.mono_ns() + TURN_NS;
        self.clients[token].running = input.len();
        self.limit_tracking();
        let mut at = 0;
        let kept = loop {
            if !self.may_run(token) {
                break at..input.len();
            }
            let batch = self.parse(token, input, at, &table, &mut scratch);
            let ran_to = self.run_batch(token, input, &batch, &scratch, deadline);
            if let Some(ran_to) = ran_to {
                if let Some(client) = self.clients.get_mut(token) {
                    // What was parsed beyond is parsed again later, from its bytes.
                    client.parser.reset();
                }
                break ran_to..input.len();
            }
            at = batch.end;
            match batch.stop {
                Stop::Full => (),
                Stop::Dry => {
                    let client = &self.clients[token];
                    break at..client.parser.keep_until(at, input.len());
                }
                Stop::Broken(error) => {
                    self.refuse_protocol(token, error);
                    break 0..0;
                }
            }
        };
        scratch.shrink();
        self.scratch = scratch;
        if let Some(client) = self.clients.get_mut(token) {
            client.running = 0;
        }
        kept
    }

    /// Returns whether the client's next request may run now.
    fn may_run(&self, token: Token) -> bool {
        self.clients.get(token).is_some_and(|client| {
            !client.is_closing() && !client.flags.has(Flags::WAITING.and(Flags::POSTPONED))
        })
    }

    /// The first pass: parses requests, finds their rows, hashes their keys, and has the buckets fetched.
    fn parse<'t>(
        &mut self,
        token: Token,
        input: &[u8],
        start: usize,
        table: &'t Table,
        scratch: &mut Scratch,
    ) -> Batch<'t> {
        let client = &mut self.clients[token];
        let unauthenticated = client.flags.has(Flags::UNAUTHENTICATED);
        let limits = Limits { bulk_max: self.config.proto_max_bulk_len as i64, unauthenticated };
        let most = if unauthenticated { 1 } else { BATCH };
        let door = self.shard.db(client.db);
        let hasher = door.hasher();
        let mut batch = Batch {
            requests: SmallVec::new(),
            blobs: SmallVec::new(),
            end: start,
            stop: Stop::Full,
        };
        scratch.spans.clear();
        scratch.hashes.clear();
        while batch.requests.len() < most {
            let first = scratch.spans.len();
            match client.parser.parse(input, batch.end, &mut scratch.spans, &limits) {
                Ok(Parsed::Request(end)) => batch.end = end,
                Ok(Parsed::Nothing(end)) => {
                    batch.end = end;
                    continue;
                }
                Ok(Parsed::Incomplete) => {
                    batch.stop = Stop::Dry;
                    break;
                }
                Err(error) => {
                    batch.stop = Stop::Broken(error);
                    break;
                }
            }
            batch.blobs = client.parser.take_blobs();
            let spans = &scratch.spans[first..];
            let row = table.lookup(spans[0].slice(input, &batch.blobs));
            let hashed = scratch.hashes.len();
            if let Some(Row { keys: KeyLayout::Simple(keys), .. }) = row {
                for index in keys.positions(spans.len()).take(KEYS_AHEAD) {
                    let hash = hasher.hash(spans[index].slice(input, &batch.blobs));
                    door.prefetch_bucket(hash);
                    scratch.hashes.push(hash);
                }
            }
            batch.requests.push(Request {
                row,
                args: first..scratch.spans.len(),
                hashes: hashed..scratch.hashes.len(),
                end: batch.end,
            });
            if !batch.blobs.is_empty() {
                break;
            }
        }
        // With a single key in flight, the look-up itself waits no longer than fetching would.
        if scratch.hashes.len() > 1 {
            for &hash in &scratch.hashes {
                door.prefetch_entry(hash);
            }
        }
        batch
    }

    /// Runs the requests of a batch. Returns where it stopped, if it did before the end.
    fn run_batch(
        &mut self,
        token: Token,
        input: &[u8],
        batch: &Batch<'_>,
        scratch: &Scratch,
        deadline: u64,
    ) -> Option<usize> {
        let hasher = self.shard.hasher();
        let argv: SmallVec<[&[u8]; 4 * BATCH]> =
            scratch.spans.iter().map(|span| span.slice(input, &batch.blobs)).collect();
        for request in &batch.requests {
            let mut args = Args::new(&argv[request.args.clone()], hasher);
            if let Some(Row { keys: KeyLayout::Simple(keys), .. }) = request.row {
                let hashes = &scratch.hashes[request.hashes.clone()];
                args = args.with_hashes(hashes, usize::from(keys.first), usize::from(keys.step));
            }
            args = args.with_blobs(&batch.blobs);
            let now = self.run(token, request.row, &args);
            if !self.may_run(token) {
                return Some(request.end);
            }
            if now > deadline && request.end < input.len() {
                self.queue_read(token);
                return Some(request.end);
            }
        }
        None
    }
}
