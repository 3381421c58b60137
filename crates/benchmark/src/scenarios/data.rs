//! The scenarios' files: a small part of TOML.
//!
//! Tables of strings, whole numbers and lists of them is all that a scenario needs: `name = value`
//! in front of or below `[[table]]` heads. What is read is counted off, and a name that nobody
//! asked for is an error: a scenario with a typing error must not measure something else.

use std::fmt;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Number(u64),
    List(Vec<Self>),
}

/// Some names with values: the top of a file, or one of its tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    kind: String,
    entries: Vec<(String, Value)>,
}

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadScenario {
    /// In a sentence.
    pub what: String,
}

impl fmt::Display for BadScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bad scenario: {}", self.what)
    }
}

impl std::error::Error for BadScenario {}

fn bad(what: impl Into<String>) -> BadScenario {
    BadScenario { what: what.into() }
}

impl Table {
    /// Reads a file: the top, and the tables in order.
    pub(super) fn parse(text: &str) -> Result<(Self, Vec<Self>), BadScenario> {
        let mut tables = vec![Self::default()];
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut line = line.trim().to_owned();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(kind) = line.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")) {
                tables.push(Self { kind: kind.to_owned(), entries: Vec::new() });
                continue;
            }
            // A list may go on over several lines.
            while line.contains('[') && !line.ends_with(']') {
                let more = lines.next().ok_or_else(|| bad(format!("no end of {line:?}")))?;
                line.push_str(more.trim());
            }
            let (name, value) =
                line.split_once(" = ").ok_or_else(|| bad(format!("no name = value: {line:?}")))?;
            let mut rest = value;
            let value = parse_value(&mut rest)?;
            if !rest.is_empty() {
                return Err(bad(format!("too much in {line:?}")));
            }
            let table = tables.last_mut().ok_or_else(|| bad("no table"))?;
            if table.entries.iter().any(|(other, _)| other == name) {
                return Err(bad(format!("{name} is given twice")));
            }
            table.entries.push((name.to_owned(), value));
        }
        let top = tables.remove(0);
        Ok((top, tables))
    }

    /// Returns which kind of table this is.
    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.entries.iter().position(|(other, _)| other == name)?;
        Some(self.entries.remove(at).1)
    }

    /// Takes a text.
    pub(super) fn text(&mut self, name: &str) -> Result<String, BadScenario> {
        match self.take(name) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(bad(format!("{name} should be a text"))),
        }
    }

    /// Takes a whole number.
    pub(super) fn number(&mut self, name: &str) -> Result<u64, BadScenario> {
        match self.take(name) {
            Some(Value::Number(number)) => Ok(number),
            _ => Err(bad(format!("{name} should be a number"))),
        }
    }

    /// Takes a text that may be missing.
    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, BadScenario> {
        match self.take(name) {
            Some(Value::Text(text)) => Ok(Some(text)),
            None => Ok(None),
            Some(_) => Err(bad(format!("{name} should be a text"))),
        }
    }

    /// Takes a list of numbers.
    pub(super) fn numbers(&mut self, name: &str) -> Result<Vec<u64>, BadScenario> {
        let Some(Value::List(list)) = self.take(name) else {
            return Err(bad(format!("{name} should be a list of numbers")));
        };
        list.into_iter()
            .map(|value| match value {
                Value::Number(number) => Ok(number),
                _ => Err(bad(format!("{name} should be a list of numbers"))),
            })
            .collect()
    }

    /// Takes a list of texts.
    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, BadScenario> {
        let wrong = || bad(format!("{name} should be a list of texts"));
        let Some(Value::List(list)) = self.take(name) else {
            return Err(wrong());
        };
        list.into_iter()
            .map(|value| match value {
                Value::Text(text) => Ok(text),
                _ => Err(wrong()),
            })
            .collect()
    }

    /// Takes a request, split into arguments as on a command line.
    pub(super) fn request(&mut self, name: &str) -> Result<Vec<Vec<u8>>, BadScenario> {
        split(&self.text(name)?)
    }

    /// Takes a request that may be missing.
    pub(super) fn optional_request(
        &mut self,
        name: &str,
    ) -> Result<Option<Vec<Vec<u8>>>, BadScenario> {
        self.optional_text(name)?.as_deref().map(split).transpose()
    }

    /// Takes a list of requests, which may be missing.
    pub(super) fn requests(&mut self, name: &str) -> Result<Vec<Vec<Vec<u8>>>, BadScenario> {
        let Some(value) = self.take(name) else {
            return Ok(Vec::new());
        };
        let Value::List(list) = value else {
            return Err(bad(format!("{name} should be a list of requests")));
        };
        list.into_iter()
            .map(|value| match value {
                Value::Text(text) => split(&text),
                _ => Err(bad(format!("{name} should be a list of requests"))),
            })
            .collect()
    }

    /// Ends the reading: every name has been asked for.
    pub(super) fn finish(self) -> Result<(), BadScenario> {
        match self.entries.first() {
            Some((name, _)) => Err(bad(format!("nobody knows what {name} means"))),
            None => Ok(()),
        }
    }
}

fn split(text: &str) -> Result<Vec<Vec<u8>>, BadScenario> {
    stdx::text::split_args(text.as_bytes())
        .filter(|args| !args.is_empty())
        .ok_or_else(|| bad(format!("no request: {text:?}")))
}

fn parse_value(rest: &mut &str) -> Result<Value, BadScenario> {
    if let Some(after) = rest.strip_prefix('[') {
        *rest = after.trim_start();
        let mut list = Vec::new();
        loop {
            if let Some(after) = rest.strip_prefix(']') {
                *rest = after;
                return Ok(Value::List(list));
            }
            list.push(parse_value(rest)?);
            *rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
    }
    if let Some(after) = rest.strip_prefix('\'') {
        // A literal text: nothing in it is special.
        let (text, after) = after.split_once('\'').ok_or_else(|| bad("no end of a text"))?;
        *rest = after;
        return Ok(Value::Text(text.to_owned()));
    }
    if let Some(after) = rest.strip_prefix('"') {
        let (text, after) = after.split_once('"').ok_or_else(|| bad("no end of a text"))?;
        if text.contains('\\') {
            return Err(bad(format!("write {text:?} in single quotes")));
        }
        *rest = after;
        return Ok(Value::Text(text.to_owned()));
    }
    let end = rest.find([',', ']']).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    *rest = after;
    let number = digits.trim().replace('_', "").parse();
    number.map(Value::Number).map_err(|_| bad(format!("neither text nor number: {digits:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_by_name_and_kind() {
        let text = "# About.\nkeys = 1_000\nname = \"a b\"\n\n[[op]]\npipeline = [1,\n  16]\n\
                    request = 'EVAL \"return 1\" 0'\nbefore = [\"DEL l\", 'SET a b']\n";
        let (mut top, mut tables) = Table::parse(text).expect("valid");
        assert_eq!(top.number("keys"), Ok(1000));
        assert_eq!(top.text("name"), Ok("a b".to_owned()));
        assert_eq!(top.finish(), Ok(()));
        let mut op = tables.remove(0);
        assert_eq!((op.kind(), tables.len()), ("op", 0));
        assert_eq!(op.numbers("pipeline"), Ok(vec![1, 16]));
        assert_eq!(op.request("request").expect("valid")[1], b"return 1");
        assert_eq!(op.requests("before").expect("valid").len(), 2);
        assert_eq!(op.requests("after"), Ok(Vec::new()));
    }

    #[test]
    fn a_name_that_nobody_asked_for_is_an_error() {
        let (top, _) = Table::parse("keyz = 1").expect("valid");
        assert!(top.finish().is_err());
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for wrong in ["x", "x = ", "x = \"a", "x = [1", "x = 1 2", "x = 1\nx = 2", "x = \"a\\n\""] {
            assert!(Table::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
