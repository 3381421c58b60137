//! When a snapshot is taken by itself.

use super::{Mode, Rewriting, Setting};
use crate::error::ValueError;
use crate::units::parse_lenient_integer;

const INVALID: ValueError = ValueError::Invalid("Invalid save parameters");

/// A snapshot is due when this much time has passed and this much has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaveRule {
    /// Seconds since the last snapshot; at least one.
    pub seconds: u64,
    /// Changes since the last snapshot.
    pub changes: u32,
}

/// The rules, any of which makes a snapshot due. Without rules, none is taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaveRules(pub Vec<SaveRule>);

impl SaveRule {
    fn parse(seconds: &[u8], changes: &[u8]) -> Result<Self, ValueError> {
        let seconds = parse_lenient_integer(seconds).ok_or(INVALID)?;
        let changes = parse_lenient_integer(changes).ok_or(INVALID)?;
        let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).ok_or(INVALID)?;
        // The count of changes is a 32-bit one in the reference, where greater numbers wrap around.
        let changes = u32::try_from(changes).ok().filter(|count| *count <= i32::MAX as u32);
        Ok(Self { seconds, changes: changes.ok_or(INVALID)? })
    }
}

impl Setting for SaveRules {
    fn parse(&mut self, words: &[&[u8]], mode: Mode) -> Result<(), ValueError> {
        if words == [b""] {
            self.0.clear();
            return Ok(());
        }
        let (pairs, rest) = words.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(INVALID);
        }
        let rules = pairs.iter().map(|[seconds, changes]| SaveRule::parse(seconds, changes));
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        if mode != Mode::Further {
            self.0.clear();
        }
        self.0.extend(rules);
        Ok(())
    }

    fn text(&self) -> Vec<u8> {
        self.rules().join(" ").into_bytes()
    }

    fn lines(&self, _: &Rewriting<'_>) -> Vec<String> {
        let lines = self.rules();
        if lines.is_empty() { vec!["\"\"".to_owned()] } else { lines }
    }
}

impl SaveRules {
    fn rules(&self) -> Vec<String> {
        self.0.iter().map(|rule| format!("{} {}", rule.seconds, rule.changes)).collect()
    }
}
