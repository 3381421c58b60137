//! From the line to the tree, by recursive descent.
//!
//! ```text
//! line     = sequence
//! sequence = { argument [","] }
//! argument = "[" argument "]" versions
//!          | "{" keyword plain "}" "+" versions
//!          | ( group | name "=" keyword | keyword [ plain | group ] | plain ) ["+"] versions
//! group    = name "=" "(" ( sequence | argument { "|" argument } ) ")"
//! plain    = name [ "<" shown ">" ] [ ":" type ] [ "#" number ]
//! versions = [ "@" version ] [ "!" version ]
//! ```
//!
//! A keyword is in capitals or in quotes; a name has a small letter.

use super::{Arg, Kind, Times, Usage};

/// A line that is not in the grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at byte {at} of {line:?}")]
pub struct UsageError {
    /// The line.
    pub line: String,
    /// Where it is wrong.
    pub at: usize,
    /// What could have stood there.
    pub expected: &'static str,
}

/// Brackets inside brackets; the deepest command needs five.
const MAX_DEPTH: usize = 16;

pub(super) fn parse(line: &str) -> Result<Usage, UsageError> {
    let mut parser = Parser { rest: line.trim_start(), line, depth: 0, next_key_spec: 0 };
    let args = parser.sequence()?;
    if !parser.rest.is_empty() {
        return Err(parser.expected("an argument"));
    }
    Ok(Usage { args })
}

struct Parser<'a> {
    /// What is not yet read; never begins with a blank.
    rest: &'a str,
    line: &'a str,
    depth: usize,
    next_key_spec: usize,
}

impl<'a> Parser<'a> {
    fn expected(&self, expected: &'static str) -> UsageError {
        let at = self.line.len() - self.rest.len();
        UsageError { line: self.line.to_owned(), at, expected }
    }

    /// Reads one of the signs of the grammar, if it is there.
    fn eat(&mut self, sign: char) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn need(&mut self, sign: char, expected: &'static str) -> Result<(), UsageError> {
        if self.eat(sign) { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// The characters up to the first that is not `allowed`, which are not read yet.
    fn peek(&self, allowed: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest;
        rest.split_once(|c| !allowed(c)).map_or(rest, |(word, _)| word)
    }

    /// Reads what [`peek`](Self::peek) showed, and blanks behind it.
    fn skip(&mut self, word: &str) {
        self.rest = self.rest.strip_prefix(word).unwrap_or(self.rest).trim_start();
    }

    fn sequence(&mut self) -> Result<Vec<Arg>, UsageError> {
        let mut args = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with([')', '|', ']', '}']) {
            args.push(self.argument()?);
            self.eat(',');
        }
        Ok(args)
    }

    fn argument(&mut self) -> Result<Arg, UsageError> {
        if self.depth == MAX_DEPTH {
            return Err(self.expected("fewer brackets"));
        }
        self.depth += 1;
        let mut arg = if self.eat('[') {
            let arg = self.argument()?;
            self.need(']', "`]`")?;
            Arg { optional: true, ..arg }
        } else if self.eat('{') {
            let token = self.keyword().ok_or_else(|| self.expected("a keyword"))?;
            let arg = self.plain_or_group()?;
            self.need('}', "`}`")?;
            self.need('+', "`+`")?;
            Arg { token: Some(token), times: Times::RepeatedWithToken, ..arg }
        } else {
            let mut arg = self.one()?;
            if self.eat('+') {
                arg.times = Times::Repeated;
            }
            arg
        };
        if let Some(version) = self.version('@')? {
            arg.since = Some(version);
        }
        if let Some(version) = self.version('!')? {
            arg.deprecated_since = Some(version);
        }
        self.depth -= 1;
        Ok(arg)
    }

    /// One argument without its brackets, number and versions.
    fn one(&mut self) -> Result<Arg, UsageError> {
        if let Some(token) = self.keyword() {
            return if self.introduces() {
                let arg = self.plain_or_group()?;
                Ok(Arg { token: Some(token), ..arg })
            } else {
                Ok(pure_token(token.to_ascii_lowercase(), token))
            };
        }
        let name = self.peek(is_word);
        let behind = self.rest.strip_prefix(name).unwrap_or_default();
        if is_name(name) && behind.starts_with('=') && !behind.starts_with("=(") {
            self.skip(name);
            self.eat('=');
            let token = self.keyword().ok_or_else(|| self.expected("a keyword or `(`"))?;
            return Ok(pure_token(name.to_owned(), token));
        }
        self.plain_or_group()
    }

    /// Does an argument follow, for which the keyword just read stands?
    fn introduces(&self) -> bool {
        let name = self.peek(is_word);
        let behind = self.rest.strip_prefix(name).unwrap_or_default();
        is_name(name) && (!behind.starts_with('=') || behind.starts_with("=("))
    }

    fn plain_or_group(&mut self) -> Result<Arg, UsageError> {
        let name = self.peek(is_word);
        if !is_name(name) {
            return Err(self.expected("an argument"));
        }
        self.skip(name);
        if self.eat('=') {
            self.need('(', "`(`")?;
            let kind = self.group()?;
            self.need(')', "`)`")?;
            return Ok(argument(name, kind));
        }
        let shown = self.shown()?;
        let kind = match (self.eat(':'), name) {
            (true, _) => self.kind()?,
            (false, "key") => Kind::Key,
            (false, _) => Kind::String,
        };
        let key_spec = self.key_spec(&kind)?;
        Ok(Arg { shown, key_spec, ..argument(name, kind) })
    }

    fn group(&mut self) -> Result<Kind, UsageError> {
        let mut args = self.sequence()?;
        if !self.rest.starts_with('|') {
            return Ok(Kind::Block(args));
        }
        if args.len() != 1 {
            return Err(self.expected("one argument per alternative"));
        }
        while self.eat('|') {
            args.push(self.argument()?);
        }
        Ok(Kind::OneOf(args))
    }

    fn shown(&mut self) -> Result<Option<String>, UsageError> {
        if !self.eat('<') {
            return Ok(None);
        }
        let shown = self.peek(|c| c != '>');
        self.skip(shown);
        self.need('>', "`>`")?;
        Ok(Some(shown.to_owned()))
    }

    fn kind(&mut self) -> Result<Kind, UsageError> {
        let name = self.peek(is_word);
        let kinds =
            [Kind::String, Kind::Integer, Kind::Double, Kind::Key, Kind::Pattern, Kind::UnixTime];
        let kind = kinds.into_iter().find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(|| self.expected("a type"))?;
        self.skip(name);
        Ok(kind)
    }

    fn key_spec(&mut self, kind: &Kind) -> Result<Option<usize>, UsageError> {
        let index = if self.eat('#') {
            let digits = self.peek(|c| c.is_ascii_digit());
            let index = digits.parse().map_err(|_| self.expected("the number of a key spec"))?;
            self.skip(digits);
            index
        } else if *kind == Kind::Key {
            self.next_key_spec
        } else {
            return Ok(None);
        };
        self.next_key_spec = index + 1;
        Ok(Some(index))
    }

    fn version(&mut self, sign: char) -> Result<Option<String>, UsageError> {
        if !self.eat(sign) {
            return Ok(None);
        }
        let version = self.peek(|c| c.is_ascii_digit() || c == '.');
        if !is_version(version) {
            return Err(self.expected("a version"));
        }
        self.skip(version);
        Ok(Some(version.to_owned()))
    }

    /// Reads a keyword, if one is there.
    fn keyword(&mut self) -> Option<String> {
        for quote in ['"', '\''] {
            let inside = self.rest.strip_prefix(quote);
            if let Some((token, rest)) = inside.and_then(|inside| inside.split_once(quote)) {
                self.rest = rest.trim_start();
                return Some(token.to_owned());
            }
        }
        let word = self.peek(is_word);
        if !is_keyword(word) {
            return None;
        }
        self.skip(word);
        Some(word.to_owned())
    }
}

fn argument(name: &str, kind: Kind) -> Arg {
    Arg {
        name: name.to_owned(),
        kind,
        token: None,
        shown: None,
        key_spec: None,
        optional: false,
        times: Times::Once,
        since: None,
        deprecated_since: None,
    }
}

fn pure_token(name: String, token: String) -> Arg {
    Arg { token: Some(token), ..argument(&name, Kind::PureToken) }
}

pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// Is it a keyword that needs no quotes?
pub(super) fn is_keyword(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| is_word(c) && !c.is_ascii_lowercase())
}

fn is_name(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_lowercase())
}

/// Is it three numbers with points between?
pub(crate) fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(number)
}
