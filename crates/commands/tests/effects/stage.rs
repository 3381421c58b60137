//! A stage for handlers: databases, a clock that stands still, and everything that a command causes, in a form that can be read.

use std::collections::BTreeMap;

use commands::{Args, Cx, DataFn, Effects, FAMILIES, Logged};
use config::{ClientClass, Config};
use keyspace::{Gone, Policy, Shard, StringRef};
use resp::output::Output;
use resp::reply::{Protocol, Reply};
use spec::{Builder, Mode, Table};
use stdx::rng::SeededRng;

/// When everything happens, in milliseconds of Unix time.
pub(crate) const NOW: u64 = 1_000_000;

/// All that a handler touches.
pub(crate) struct Stage {
    pub(crate) shard: Shard,
    pub(crate) config: Config,
    pub(crate) protocol: Protocol,
    table: Table<DataFn>,
    effects: Effects,
    output: Output,
    rng: SeededRng,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let mut builder = Builder::new(Mode::Server);
        for family in FAMILIES {
            builder = builder.commands(family, |handler| handler);
        }
        let mut stage = Self {
            shard: Shard::new(16, 7),
            config: Config::default(),
            protocol: Protocol::Resp2,
            table: builder.build().expect("the table's names are its own"),
            effects: Effects::default(),
            output: Output::default(),
            rng: SeededRng::new(7),
        };
        stage.set_now(NOW);
        stage.effects.want(u32::MAX, true);
        stage.shard.observers().list_gone(true);
        stage
    }

    pub(crate) fn set_now(&mut self, now_ms: u64) {
        self.shard.set_now(now_ms, Policy::default());
    }

    /// Wants no events and has no log, as on a plain server.
    pub(crate) fn want_nothing(&mut self) {
        self.effects.want(0, false);
        self.shard.observers().list_gone(false);
    }

    /// Runs a command, words separated by blanks, and returns its reply.
    pub(crate) fn reply(&mut self, line: &str) -> String {
        self.told(line);
        let reply: Vec<u8> = self.output.pieces().flatten().copied().collect();
        self.output.clear();
        self.effects.clear();
        String::from_utf8_lossy(&reply).replace("\r\n", " ").trim_end().to_owned()
    }

    /// Runs a command, words separated by blanks, and returns what it caused: `changes | events | log`.
    pub(crate) fn told(&mut self, line: &str) -> String {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        self.output.clear();
        self.run(&words);
        let changes = self.effects.changes();
        let mut events = Vec::new();
        for Gone { db, key, fields, .. } in self.shard.observers().take_gone() {
            let names = fields.iter().map(|field| String::from_utf8_lossy(field));
            let names: Vec<_> =
                std::iter::once(String::from_utf8_lossy(&key)).chain(names).collect();
            events.push(format!("{db}:expired {}", names.join(" ")));
        }
        let log = self.take_logged(&words);
        for event in self.effects.take_events() {
            let key = String::from_utf8_lossy(&event.key).into_owned();
            events.push(format!("{}:{} {key}", event.db, event.name));
        }
        let log: Vec<String> = log
            .iter()
            .map(|words| String::from_utf8_lossy(&words.join(&b' ')).into_owned())
            .collect();
        self.effects.clear();
        format!("{changes} | {} | {}", events.join(", "), log.join(", "))
    }

    /// Returns what the log gets for the request that has just run.
    pub(crate) fn take_logged(&mut self, words: &[&[u8]]) -> Vec<Logged> {
        if self.effects.is_rewritten() {
            self.effects.take_logged()
        } else if self.effects.changes() > 0 {
            vec![words.iter().map(|&word| word.into()).collect()]
        } else {
            Vec::new()
        }
    }

    /// Returns the keys of the first database with values and expiries, without those past their time at `now_ms`.
    pub(crate) fn keys(&mut self, now_ms: u64) -> BTreeMap<Vec<u8>, (Vec<u8>, Option<u64>)> {
        let mut keys = BTreeMap::new();
        self.shard.db(0).for_each(&mut |entry| {
            if entry.expiry().is_none_or(|when| when > now_ms) {
                let value = match entry.as_string().expect("a string") {
                    StringRef::Int(number) => number.to_string().into_bytes(),
                    StringRef::Bytes(bytes) => bytes.to_vec(),
                    StringRef::Blob(blob) => blob.to_vec(),
                };
                keys.insert(entry.key().to_vec(), (value, entry.expiry()));
            }
        });
        keys
    }

    /// Runs a command and leaves its reply and effects where they are.
    pub(crate) fn run(&mut self, words: &[&[u8]]) {
        let row = self.table.lookup(words[0]).expect("a command of the table");
        let sub = words.get(1).filter(|_| row.has_subcommands());
        let row = sub.and_then(|name| self.table.lookup_sub(row, name)).unwrap_or(row);
        let args = Args::new(words, self.shard.hasher());
        let mut cx = Cx {
            db: self.shard.db(0),
            reply: Reply::new(&mut self.output, self.protocol),
            effects: &mut self.effects,
            config: &self.config,
            class: ClientClass::Normal,
            rng: &mut self.rng,
        };
        if let Err(error) = (row.handler)(&mut cx, &args) {
            assert_eq!(self.effects.changes(), 0, "after its first change a handler does not fail");
            self.output.clear();
            Reply::new(&mut self.output, self.protocol).error(error.to_string().as_bytes());
        }
    }

    /// Forgets reply and effects, as the pipeline does behind every command.
    pub(crate) fn forget(&mut self) {
        self.output.clear();
        self.effects.clear();
    }
}
