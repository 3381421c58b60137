//! An engine whose clock stands still, and replies in a form that can be read.

#![allow(dead_code, reason = "each topic uses a part of this")]

use std::fmt::Write;
use std::time::Duration;

use config::Config;
use node::{Engine, Session};
use resp::decode::{Decoder, Limits};
use resp::value::Value;
use stdx::clock::ManualClock;

/// When all tests begin: 1 January 2024.
pub(crate) const START_S: u64 = 1_704_067_200;

/// A server to talk to.
pub(crate) struct Talk {
    pub engine: Engine,
    pub clock: ManualClock,
}

impl Talk {
    /// Starts a server with the default settings.
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// Starts a server with other settings.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        let clock = ManualClock::new(START_S * 1_000_000);
        Self { engine: Engine::with(config, Box::new(clock.clone()), 7), clock }
    }

    /// Starts a conversation in the newer protocol.
    pub(crate) fn open_resp3(&mut self) -> Session {
        let session = self.engine.open();
        self.raw(&session, "HELLO 3");
        session
    }

    /// Lets time pass.
    pub(crate) fn wait_ms(&mut self, ms: u64) {
        self.clock.advance(Duration::from_millis(ms));
        self.engine.node().run_timers();
    }

    /// Says something, words separated by blanks, and returns the bytes of the answer with line ends shown as blanks.
    pub(crate) fn raw(&mut self, who: &Session, line: &str) -> String {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        let reply = self.engine.execute(who, &words);
        String::from_utf8_lossy(&reply).replace("\r\n", " ").trim_end().to_owned()
    }

    /// Says something, words separated by blanks, and returns the answer, and whatever came with it, to be read.
    pub(crate) fn ask(&mut self, who: &Session, line: &str) -> String {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        self.ask_words(who, &words)
    }

    /// Says something, and returns the answer, and whatever came with it, to be read.
    pub(crate) fn ask_words(&mut self, who: &Session, words: &[&[u8]]) -> String {
        show(&self.engine.execute(who, words))
    }

    /// Returns what somebody was told without having asked.
    pub(crate) fn hear(&mut self, who: &Session) -> String {
        show(&self.engine.take_output(who))
    }

    /// Says something and returns the answer as a tree.
    pub(crate) fn value(&mut self, who: &Session, line: &str) -> Value {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        let mut values = decode(&self.engine.execute(who, &words));
        assert_eq!(values.len(), 1, "one answer to {line}");
        values.remove(0)
    }

    /// Says something and returns the text that is the answer.
    pub(crate) fn text(&mut self, who: &Session, line: &str) -> String {
        let value = self.value(who, line);
        let text = value.as_bytes().unwrap_or_else(|| panic!("a text, not {value:?}"));
        String::from_utf8_lossy(text).into_owned()
    }

    /// Returns the number of a client.
    pub(crate) fn id(&mut self, who: &Session) -> String {
        self.ask(who, "CLIENT ID")
    }

    /// Returns a field of the line about a client.
    pub(crate) fn field(&mut self, who: &Session, name: &str) -> String {
        let line = self.text(who, "CLIENT INFO");
        let fields = line.trim_end().split(' ').filter_map(|field| field.split_once('='));
        let found = fields.into_iter().find(|(key, _)| *key == name);
        found.unwrap_or_else(|| panic!("{name} in {line}")).1.to_owned()
    }
}

/// Decodes all replies in the bytes.
pub(crate) fn decode(bytes: &[u8]) -> Vec<Value> {
    let mut decoder = Decoder::new(Limits::default());
    decoder.feed(bytes);
    let mut values = Vec::new();
    while let Some(value) = decoder.next_value().expect("a reply in the protocol") {
        values.push(value);
    }
    assert_eq!(decoder.buffered(), 0, "whole replies");
    values
}

/// Shows replies: `[…]` is an array, `{…}` a map, `~[…]` a set, `>[…]` a push; several are separated by blanks.
pub(crate) fn show(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (index, value) in decode(bytes).iter().enumerate() {
        text.push_str(if index > 0 { " " } else { "" });
        write_value(&mut text, value);
    }
    text
}

fn write_value(text: &mut String, value: &Value) {
    let list = |text: &mut String, open: &str, values: &[Value], close: &str| {
        text.push_str(open);
        for (index, value) in values.iter().enumerate() {
            text.push_str(if index > 0 { " " } else { "" });
            write_value(text, value);
        }
        text.push_str(close);
    };
    match value {
        Value::Simple(bytes) | Value::Bulk(bytes) => {
            text.push_str(&String::from_utf8_lossy(bytes));
        }
        Value::Error(bytes) | Value::BulkError(bytes) => {
            write!(text, "-{}", String::from_utf8_lossy(bytes)).expect("text");
        }
        Value::Verbatim { text: bytes, .. } | Value::BigNumber(bytes) => {
            text.push_str(&String::from_utf8_lossy(bytes));
        }
        Value::Integer(number) => write!(text, "{number}").expect("text"),
        Value::Double { value, .. } => write!(text, "{value}").expect("text"),
        Value::Boolean(value) => write!(text, "#{value}").expect("text"),
        Value::Null | Value::NullBulk => text.push_str("nil"),
        Value::NullArray => text.push_str("nil[]"),
        Value::Array(values) => list(text, "[", values, "]"),
        Value::Set(values) => list(text, "~[", values, "]"),
        Value::Push(values) => list(text, ">[", values, "]"),
        Value::Map(pairs) => {
            let flat: Vec<Value> =
                pairs.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect();
            list(text, "{", &flat, "}");
        }
        Value::Attribute { value, .. } => write_value(text, value),
    }
}
