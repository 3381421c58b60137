//! How strongly the kernel is told to pick on whom when memory runs out.

use super::{Mode, Rewriting, Setting};
use crate::error::ValueError;
use crate::units::parse_integer;

/// Adjustments of the out-of-memory score, from -2000 to 2000 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OomScoreAdjValues {
    /// For a primary.
    pub primary: i32,
    /// For a replica.
    pub replica: i32,
    /// For processes that work in the background.
    pub background: i32,
}

impl Setting for OomScoreAdjValues {
    fn parse(&mut self, words: &[&[u8]], _mode: Mode) -> Result<(), ValueError> {
        let [primary, replica, background] = words else { return Err(ValueError::WordCount) };
        let value = |text: &[u8]| {
            let value = parse_integer(text).filter(|value| (-2000..=2000).contains(value));
            let value = value.and_then(|value| i32::try_from(value).ok());
            value.ok_or(ValueError::Invalid(
                "Invalid oom-score-adj-values, elements must be between -2000 and 2000.",
            ))
        };
        *self = Self {
            primary: value(primary)?,
            replica: value(replica)?,
            background: value(background)?,
        };
        Ok(())
    }

    fn text(&self) -> Vec<u8> {
        format!("{} {} {}", self.primary, self.replica, self.background).into_bytes()
    }

    fn lines(&self, _: &Rewriting<'_>) -> Vec<String> {
        vec![format!("{} {} {}", self.primary, self.replica, self.background)]
    }
}
