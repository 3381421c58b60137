//! What LMPOP, ZMPOP and those that wait are asked: some keys, where to take from, how many.

use std::ops::Range;

use crate::{Args, CommandError};

/// `numkeys key [key ...] where [COUNT count]`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<W> {
    first: usize,
    keys: usize,
    /// Where to take from.
    pub(crate) side: W,
    /// The most that is taken.
    pub(crate) count: usize,
}

impl<W> Request<W> {
    /// Reads the arguments from `at` on; `side` reads the one at the index that it gets.
    pub(crate) fn parse(
        args: &Args<'_>,
        at: usize,
        side: impl FnOnce(usize) -> Result<W, CommandError>,
    ) -> Result<Self, CommandError> {
        let positive = |index: usize, text: &'static str| {
            let number = stdx::number::parse_i64(args[index]).filter(|&number| number > 0);
            number.map(|number| number as usize).ok_or_else(|| CommandError::other(text))
        };
        let keys = positive(at, "ERR numkeys should be greater than 0")?;
        let place = (at + 1).checked_add(keys).filter(|&place| place < args.len());
        let place = place.ok_or(CommandError::Syntax)?;
        let (side, mut count, mut index) = (side(place)?, None, place + 1);
        while index < args.len() {
            if count.is_some() || !args.is(index, "COUNT") || index + 1 >= args.len() {
                return Err(CommandError::Syntax);
            }
            count = Some(positive(index + 1, "ERR count should be greater than 0")?);
            index += 2;
        }
        Ok(Self { first: at + 1, keys, side, count: count.unwrap_or(1) })
    }

    /// Returns the positions of the keys.
    pub(crate) fn keys(&self) -> Range<usize> {
        self.first..self.first + self.keys
    }
}
