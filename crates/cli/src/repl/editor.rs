//! What the line editor asks: how to complete a line, and what may follow.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use resp::value::Value;
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::docs::Docs;
use super::hint::hint;
use crate::quoting::{escape, split};
use crate::session::Session;

/// Keys offered at a time.
const KEYS_MAX: usize = 100;
/// SCAN calls made to find them; a large keyspace is not walked through for a Tab.
const SCANS_MAX: usize = 20;
/// COUNT of each.
const SCAN_COUNT: &str = "1000";

/// Knows commands and keys.
pub(crate) struct Assistant {
    pub(crate) docs: Rc<RefCell<Docs>>,
    pub(crate) session: Rc<RefCell<Session>>,
    pub(crate) hints: Rc<Cell<bool>>,
}

impl Assistant {
    /// Returns the names that a command may be completed to; `typed` has all words but the last.
    fn names(&self, typed: &[Vec<u8>], last: &str) -> Vec<String> {
        let before: String = typed
            .iter()
            .map(|word| format!("{} ", String::from_utf8_lossy(word).to_uppercase()))
            .collect();
        let wanted = format!("{before}{}", last.to_uppercase());
        let docs = self.docs.borrow();
        let mut found: Vec<String> = docs
            .commands
            .keys()
            .filter(|name| name.starts_with(&wanted))
            .filter_map(|name| name.get(before.len()..)?.split(' ').next().map(str::to_owned))
            .collect();
        found.dedup();
        // Whoever types small letters gets small letters.
        if last.chars().any(char::is_lowercase) {
            found.iter_mut().for_each(|name| *name = name.to_lowercase());
        }
        found
    }

    fn topics(&self, typed: &[Vec<u8>], last: &str) -> Vec<String> {
        let mut found = Vec::new();
        if typed.is_empty() {
            let docs = self.docs.borrow();
            let groups =
                docs.groups().into_iter().map(|group| format!("@{}", group.replace('_', "-")));
            found.extend(groups.filter(|group| group.starts_with(last)));
        }
        found.extend(self.names(typed, last));
        found
    }

    /// Returns keys that begin with a prefix, as far as a bounded scan finds them.
    fn keys(&self, prefix: &[u8]) -> Vec<String> {
        let Ok(mut session) = self.session.try_borrow_mut() else { return Vec::new() };
        if !session.is_connected() || session.in_multi || session.subscriptions > 0 {
            return Vec::new();
        }
        let mut pattern = Vec::new();
        for byte in prefix {
            if b"*?[]\\^".contains(byte) {
                pattern.push(b'\\');
            }
            pattern.push(*byte);
        }
        pattern.push(b'*');
        let mut found = Vec::new();
        let mut cursor = b"0".to_vec();
        for _ in 0..SCANS_MAX {
            let request: [&[u8]; 6] =
                [b"SCAN", &cursor, b"MATCH", &pattern, b"COUNT", SCAN_COUNT.as_bytes()];
            let Ok(reply) = session.call(&request) else { break };
            let Some([next, keys]) = reply.as_array() else { break };
            let keys = keys.as_array().unwrap_or_default();
            found.extend(keys.iter().filter_map(Value::as_bytes).map(written));
            cursor = next.as_bytes().unwrap_or(b"0").to_vec();
            if cursor == b"0" || found.len() >= KEYS_MAX {
                break;
            }
        }
        found.sort_unstable();
        found.dedup();
        found.truncate(KEYS_MAX);
        found
    }

    /// Returns whether the word after `words` is the name of a key.
    fn expects_key(&self, words: &[Vec<u8>]) -> bool {
        let docs = self.docs.borrow();
        let Some((doc, named)) = docs.find(words) else { return false };
        let mut rest: Vec<&[u8]> = words[named..].iter().map(Vec::as_slice).collect();
        rest.push(b"\0");
        hint(&doc.args, &rest).at_key
    }
}

/// Writes a key as it would be typed.
fn written(key: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"'\\".contains(byte);
    if !key.is_empty() && key.iter().all(plain) {
        String::from_utf8_lossy(key).into_owned()
    } else {
        format!("\"{}\"", escape(key))
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = line.get(..pos).unwrap_or(line);
        let start = typed.rfind(' ').map_or(0, |at| at + 1);
        let (before, last) = typed.split_at(start);
        let Some(mut words) = split(before.as_bytes()) else { return Ok((pos, Vec::new())) };
        if words.first().is_some_and(ParseCount::parse_count) {
            words.remove(0);
        }
        let for_help =
            words.first().is_some_and(|word| word.eq_ignore_ascii_case(b"help") || word == b"?");
        let mut found =
            if for_help { self.topics(&words[1..], last) } else { self.names(&words, last) };
        if !for_help && !words.is_empty() && found.is_empty() && self.expects_key(&words) {
            found = self.keys(last.trim_start_matches('"').as_bytes());
        }
        Ok((start, found))
    }
}

/// Whether a word is a count of repetitions.
trait ParseCount {
    fn parse_count(&self) -> bool;
}

impl ParseCount for Vec<u8> {
    fn parse_count(&self) -> bool {
        !self.is_empty() && self.iter().all(u8::is_ascii_digit)
    }
}

impl Hinter for Assistant {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        if !self.hints.get() || pos < line.len() {
            return None;
        }
        let mut words = split(line.as_bytes())?;
        if words.len() > 1 && words[0].parse_count() {
            words.remove(0);
        }
        let docs = self.docs.borrow();
        let (doc, named) = docs.find(&words)?;
        let rest: Vec<&[u8]> = words[named..].iter().map(Vec::as_slice).collect();
        let hint = hint(&doc.args, &rest);
        if hint.rest.is_empty() || hint.too_many {
            return None;
        }
        let gap = if line.ends_with(' ') { "" } else { " " };
        Some(format!("{gap}{}", hint.rest))
    }
}

impl Highlighter for Assistant {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[90m{hint}\x1b[0m"))
    }
}

impl Validator for Assistant {}
impl Helper for Assistant {}
