//! An amount of memory, or a share of the limit.

use super::{Mode, Rewriting, Setting};
use crate::error::ValueError;
use crate::units::{format_memory, parse_memory, parse_percent};

/// An amount of memory, or a share of `maxmemory`. Zero is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryShare {
    /// So many bytes.
    Bytes(u64),
    /// So many percent of `maxmemory`, from 1 to 100.
    Percent(u8),
}

impl MemoryShare {
    /// Returns the limit in bytes, given `maxmemory`; `None` if there is no limit.
    ///
    /// A share of an unlimited memory is no limit.
    pub fn limit(self, maxmemory: u64) -> Option<u64> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(percent) => {
                let share = u128::from(maxmemory) * u128::from(percent) / 100;
                u64::try_from(share).unwrap_or(u64::MAX)
            }
        };
        (bytes != 0).then_some(bytes)
    }
}

impl Default for MemoryShare {
    fn default() -> Self {
        Self::Bytes(0)
    }
}

impl Setting for MemoryShare {
    fn parse(&mut self, words: &[&[u8]], _mode: Mode) -> Result<(), ValueError> {
        let [word] = words else { return Err(ValueError::WordCount) };
        *self = match parse_percent(word)? {
            Some(0) => Self::Bytes(0),
            Some(percent) => Self::Percent(percent),
            None => Self::Bytes(parse_memory(word).ok_or(ValueError::NotMemoryOrPercent)?),
        };
        Ok(())
    }

    fn text(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.to_string(),
            Self::Percent(percent) => format!("{percent}%"),
        }
        .into_bytes()
    }

    fn lines(&self, _: &Rewriting<'_>) -> Vec<String> {
        vec![match self {
            Self::Bytes(bytes) => format_memory(*bytes),
            Self::Percent(percent) => format!("{percent}%"),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_follows_the_limit_of_the_whole() {
        assert_eq!(MemoryShare::Bytes(0).limit(1000), None);
        assert_eq!(MemoryShare::Bytes(10).limit(0), Some(10));
        assert_eq!(MemoryShare::Percent(5).limit(1000), Some(50));
        assert_eq!(MemoryShare::Percent(5).limit(0), None);
        assert_eq!(MemoryShare::Percent(100).limit(u64::MAX), Some(u64::MAX));
    }
}
