//! The longest common subsequence of two byte strings, 64 columns at a time.
//!
//! Let `L(i, j)` be the length for the first `i` bytes of one string and the first `j` of the other. Along a row, `L` grows by zero or one per column, so that a row is a row of bits. One row follows from the one before by an addition and three logical operations on whole words (H. Hyyrö, *Bit-parallel LCS-length computation revisited*, 2004): a bit is **clear** where `L` grows.
//!
//! The bits are also all that is needed to find the subsequence itself. Going back from the end, where two bytes differ, `L(i, j)` is the greater of `L(i - 1, j)` and `L(i, j - 1)`; the former is strictly greater exactly if `L` grows from `L(i, j - 1)` to `L(i, j)`. Of several longest subsequences this finds the one that clients expect, which goes back along the second string where both ways are equally long.
//!
//! # Costs
//!
//! Time is the product of the lengths divided by 64, and so is the memory in words: a 32nd of a table of 32-bit lengths, and nothing but a byte per row where only the length is asked for. The columns are worked off in blocks of one word; the carries between blocks are kept per row. The masks of a block (for each byte value, where it occurs among the 64) stay in the first cache.

use std::collections::TryReserveError;

/// Why two strings are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TooLong {
    /// It would take more bits than allowed.
    Limit,
    /// There is no memory for the bits.
    Memory,
}

impl From<TryReserveError> for TooLong {
    fn from(_: TryReserveError) -> Self {
        Self::Memory
    }
}

/// A run of bytes that two strings have in common: where it starts in each, and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) len: usize,
}

/// Returns the length of the longest common subsequence.
///
/// The bits are not kept, but computing them takes time: `bytes_max` holds nevertheless.
pub(super) fn length(first: &[u8], second: &[u8], bytes_max: u64) -> Result<usize, TooLong> {
    table_words(first, second, bytes_max)?;
    sweep(first, second, |_| ())
}

/// The length of the longest common subsequence, and the way to it.
#[derive(Debug)]
pub(super) struct Alignment<'a> {
    first: &'a [u8],
    second: &'a [u8],
    len: usize,
    /// A word per block of 64 columns and row, by block.
    words: Vec<u64>,
}

impl<'a> Alignment<'a> {
    /// Compares two strings, if that takes no more than `bytes_max` of memory.
    pub(super) fn new(first: &'a [u8], second: &'a [u8], bytes_max: u64) -> Result<Self, TooLong> {
        let mut words = Vec::new();
        words.try_reserve_exact(table_words(first, second, bytes_max)?)?;
        let len = sweep(first, second, |word| words.push(word))?;
        Ok(Self { first, second, len, words })
    }

    /// Returns the length of the subsequence.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns the runs of the subsequence, the last one first.
    pub(super) fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let (mut i, mut j) = (self.first.len(), self.second.len());
        while i > 0 && j > 0 {
            if self.first[i - 1] == self.second[j - 1] {
                (i, j) = (i - 1, j - 1);
                match runs.last_mut() {
                    Some(run) if run.first == i + 1 && run.second == j + 1 => {
                        *run = Run { first: i, second: j, len: run.len + 1 };
                    }
                    _ => runs.push(Run { first: i, second: j, len: 1 }),
                }
            } else if self.grows(i, j) {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        runs
    }

    /// Returns whether `L(i, j)` is greater than `L(i, j - 1)`.
    fn grows(&self, i: usize, j: usize) -> bool {
        let (block, column) = ((j - 1) / 64, (j - 1) % 64);
        self.words[block * self.first.len() + i - 1] >> column & 1 == 0
    }

    /// Returns the subsequence.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len);
        for run in self.runs().iter().rev() {
            bytes.extend_from_slice(&self.first[run.first..][..run.len]);
        }
        bytes
    }
}

fn table_words(first: &[u8], second: &[u8], bytes_max: u64) -> Result<usize, TooLong> {
    let words = first.len().checked_mul(second.len().div_ceil(64));
    words.filter(|&words| words as u64 <= bytes_max / 8).ok_or(TooLong::Limit)
}

/// Computes the bits, block by block and row by row within a block, and returns the length.
fn sweep(first: &[u8], second: &[u8], mut keep: impl FnMut(u64)) -> Result<usize, TooLong> {
    let mut carries = Vec::new();
    carries.try_reserve_exact(first.len())?;
    carries.resize(first.len(), false);

    let mut len = 0;
    for block in second.chunks(64) {
        let mut masks = [0_u64; 256];
        for (column, &byte) in block.iter().enumerate() {
            masks[usize::from(byte)] |= 1 << column;
        }
        let mut row = u64::MAX;
        for (&byte, carry) in first.iter().zip(&mut carries) {
            let mask = masks[usize::from(byte)];
            let (sum, over) = row.overflowing_add(row & mask);
            let (sum, over_again) = sum.overflowing_add(u64::from(*carry));
            *carry = over | over_again;
            row = sum | (row & !mask);
            keep(row);
        }
        // Columns behind the end of the string never match, so their bits stay set.
        len += row.count_zeros() as usize;
    }
    Ok(len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The table in full, and the walk back through it.
    fn by_the_book(first: &[u8], second: &[u8]) -> Vec<u8> {
        let mut table = vec![vec![0; second.len() + 1]; first.len() + 1];
        for i in 1..=first.len() {
            for j in 1..=second.len() {
                table[i][j] = if first[i - 1] == second[j - 1] {
                    table[i - 1][j - 1] + 1
                } else {
                    table[i - 1][j].max(table[i][j - 1])
                };
            }
        }
        let (mut i, mut j, mut bytes) = (first.len(), second.len(), Vec::new());
        while i > 0 && j > 0 {
            if first[i - 1] == second[j - 1] {
                (i, j) = (i - 1, j - 1);
                bytes.push(first[i]);
            } else if table[i - 1][j] > table[i][j - 1] {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        bytes.reverse();
        bytes
    }

    #[test]
    fn runs_come_last_first() {
        let alignment = Alignment::new(b"ohmytext", b"mynewtext", 64).unwrap();
        assert_eq!(alignment.len(), 6);
        assert_eq!(alignment.bytes(), b"mytext");
        let runs = [Run { first: 4, second: 5, len: 4 }, Run { first: 2, second: 0, len: 2 }];
        assert_eq!(alignment.runs(), runs);
    }

    #[test]
    fn strings_that_would_take_too_much_are_refused_before_anything_is_computed() {
        let long = vec![b'x'; 1 << 20];
        let limit = (1 << 31) - 1;
        assert_eq!(length(&long, &long, limit), Err(TooLong::Limit));
        assert_eq!(Alignment::new(&long, &long, limit).map(|_| ()), Err(TooLong::Limit));
    }

    fn string() -> impl Strategy<Value = Vec<u8>> {
        // Few letters, so that much is in common, and lengths on both sides of one and two words.
        prop::collection::vec(b'a'..b'e', 0..150)
    }

    proptest! {
        #[test]
        fn agrees_with_the_table(first in string(), second in string()) {
            let alignment = Alignment::new(&first, &second, u64::MAX).unwrap();
            let expected = by_the_book(&first, &second);
            prop_assert_eq!(alignment.len(), expected.len());
            prop_assert_eq!(length(&first, &second, u64::MAX), Ok(expected.len()));
            prop_assert_eq!(alignment.bytes(), expected);
        }
    }
}
