//! Reading configuration files.
//!
//! A line is a directive and its arguments, as [`split`](crate::split) has it. Lines are read in
//! order, and a later one overrides an earlier one, except for the few directives that add up.
//! Reading stops at the first line that is wrong: a server must not start with half of what it was
//! told.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::directive::{Directive, is_same};
use crate::directives;
use crate::error::LoadError;
use crate::field::Field;
use crate::split::split_words;
use crate::value::Mode;

/// How deep files may include one another. Nobody needs more than a few levels; a file that
/// includes itself would never end.
const INCLUDE_DEPTH_MAX: usize = 32;

/// How many files may be included in all, so that two files that include each other twice are an
/// error soon, and not after a billion lines.
const INCLUDED_FILES_MAX: usize = 1000;

/// Directives that once meant something. A line with one argument is passed over.
const RETIRED: &[&str] =
    &["list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands"];

const BAD_DIRECTIVE: &str = "Bad directive or wrong number of arguments";

/// What loading a configuration needs of the world.
pub trait Host {
    /// Reads a file that is included, or says in the words of the operating system why it cannot.
    fn read(&mut self, path: &[u8]) -> Result<Vec<u8>, String>;

    /// Returns the paths of the files that a pattern names, in order.
    fn matching(&mut self, pattern: &[u8]) -> Vec<Vec<u8>>;

    /// Has the last word on a line that is well-formed and has been taken in.
    ///
    /// Here belongs what only the host can know: that a command to be renamed exists, that the
    /// rules of a user make sense, that `dir` can be entered (and is, since what follows may be
    /// relative to it).
    fn accept(&mut self, directive: &Directive, words: &[Vec<u8>]) -> Result<(), String> {
        let _ = (directive, words);
        Ok(())
    }
}

impl Config {
    /// Reads a configuration, on top of the defaults.
    pub fn parse(text: &[u8], host: &mut dyn Host) -> Result<Self, LoadError> {
        let mut loader =
            Loader { config: Self::default(), host, seen: BTreeSet::new(), included: 0 };
        loader.load(text, None, 0)?;
        let config = loader.config;
        if config.cluster_enabled && config.replicaof.is_some() {
            let reason = "replicaof directive not allowed in cluster mode";
            return Err(LoadError::Conflict { reason });
        }
        Ok(config)
    }
}

struct Loader<'a> {
    config: Config,
    host: &'a mut dyn Host,
    /// Directives that had a line already.
    seen: BTreeSet<&'static str>,
    included: usize,
}

/// Why a line could not be taken in.
enum Fault {
    /// Something is wrong with the line itself.
    Here(String),
    /// Something is wrong with what it includes.
    Elsewhere(LoadError),
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        Self::Here(reason.to_owned())
    }
}

impl Loader<'_> {
    fn load(&mut self, text: &[u8], file: Option<&[u8]>, depth: usize) -> Result<(), LoadError> {
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let line = trim(line);
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            self.take(line, depth).map_err(|fault| match fault {
                Fault::Here(reason) => LoadError::Line {
                    file: file.map(<[u8]>::to_vec),
                    number: index + 1,
                    text: line.to_vec(),
                    reason,
                },
                Fault::Elsewhere(error) => error,
            })?;
        }
        Ok(())
    }

    /// Takes in one line.
    fn take(&mut self, line: &[u8], depth: usize) -> Result<(), Fault> {
        let words = split_words(line).ok_or("Unbalanced quotes in configuration line")?;
        let (name, words) = words.split_first().ok_or(BAD_DIRECTIVE)?;
        let Some(directive) = directives::find(name) else {
            return match words {
                [_] if is_retired(name) => Ok(()),
                [_, ..] if is_same("sentinel", name) => {
                    Err("sentinel directive while not in sentinel mode".into())
                }
                _ => Err(BAD_DIRECTIVE.into()),
            };
        };
        match directive.field {
            Field::Include => {
                let [path] = words else { return Err(BAD_DIRECTIVE.into()) };
                return self.include(path, depth + 1);
            }
            Field::Lines { min, max, .. } if !(min..=max).contains(&words.len()) => {
                return Err(BAD_DIRECTIVE.into());
            }
            _ => {}
        }
        let first = self.seen.insert(directive.name);
        let mode = if first { Mode::First } else { Mode::Further };
        let stored = directive.store(&mut self.config, words, mode);
        stored.map_err(|error| Fault::Here(error.to_string()))?;
        self.host.accept(directive, words).map_err(Fault::Here)
    }

    /// Takes in another file, or all that a pattern names, which may be none.
    fn include(&mut self, path: &[u8], depth: usize) -> Result<(), Fault> {
        let pattern = path.iter().any(|byte| matches!(byte, b'*' | b'?' | b'['));
        let paths = if pattern { self.host.matching(path) } else { vec![path.to_vec()] };
        for path in paths {
            self.included += 1;
            if depth > INCLUDE_DEPTH_MAX || self.included > INCLUDED_FILES_MAX {
                return Err("too many files included, or a file that includes itself".into());
            }
            let text = self.host.read(&path).map_err(|reason| {
                Fault::Elsewhere(LoadError::Unreadable { path: path.clone(), reason })
            })?;
            self.load(&text, Some(&path), depth).map_err(Fault::Elsewhere)?;
        }
        Ok(())
    }
}

/// Tells whether a directive once meant something.
pub(crate) fn is_retired(name: &[u8]) -> bool {
    RETIRED.iter().any(|retired| is_same(retired, name))
}

/// Takes white space off both ends of a line.
pub(crate) fn trim(line: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
    let start = line.iter().position(|byte| !blank(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !blank(byte)).map_or(start, |last| last + 1);
    line.get(start..end).unwrap_or_default()
}
