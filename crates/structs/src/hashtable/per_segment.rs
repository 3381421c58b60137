//! One word for each segment of a table, apart from the segments.
//!
//! A plain vector would do but for its growth: copying the words of a hundred million elements
//! inside one insertion can be felt. So the words are kept in chunks of 512. Only the last one
//! grows by copying, 4 KiB at most.

/// Words in a chunk.
const CHUNK: usize = 512;

/// A growing sequence of words. Those that have not been set have a value of the owner's choice.
#[derive(Debug, Default)]
pub(super) struct PerSegment {
    /// All chunks but the last are full.
    chunks: Vec<Vec<u64>>,
}

impl PerSegment {
    /// So many words, all the same.
    pub(super) fn filled(len: usize, value: u64) -> Self {
        let mut words = Self::default();
        words.extend_to(len, value);
        words
    }

    pub(super) fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }

    pub(super) fn find(&self, index: usize) -> Option<u64> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK).copied()
    }

    pub(super) fn find_mut(&mut self, index: usize) -> Option<&mut u64> {
        self.chunks.get_mut(index / CHUNK)?.get_mut(index % CHUNK)
    }

    /// Appends `value` until there are `len` words.
    pub(super) fn extend_to(&mut self, len: usize, value: u64) {
        while self.len() < len {
            let missing = len - self.len();
            match self.chunks.last_mut() {
                Some(last) if last.len() < CHUNK => {
                    let room = CHUNK - last.len();
                    last.resize(last.len() + missing.min(room), value);
                }
                _ => self.chunks.push(vec![value; missing.min(CHUNK)]),
            }
        }
    }

    /// Drops the words from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.chunks.truncate(len.div_ceil(CHUNK));
        if len < self.len()
            && let Some(last) = self.chunks.last_mut()
        {
            last.truncate(len - len / CHUNK * CHUNK);
        }
    }

    /// The first index from `from` on whose word satisfies `predicate`.
    pub(super) fn position(&self, from: usize, predicate: impl Fn(u64) -> bool) -> Option<usize> {
        let mut skip = from % CHUNK;
        for (number, chunk) in self.chunks.iter().enumerate().skip(from / CHUNK) {
            let rest = chunk.get(skip..).unwrap_or_default();
            if let Some(at) = rest.iter().position(|&word| predicate(word)) {
                return Some(number * CHUNK + skip + at);
            }
            skip = 0;
        }
        None
    }

    /// The bytes allocated.
    pub(super) fn memory(&self) -> usize {
        let words: usize = self.chunks.iter().map(Vec::capacity).sum();
        words * size_of::<u64>() + self.chunks.capacity() * size_of::<Vec<u64>>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behaves_like_a_vector_across_chunks() {
        let mut model = Vec::new();
        let mut words = PerSegment::default();
        for (len, value) in [(3, 1), (512, 2), (513, 3), (1700, 4), (1024, 0), (1030, 5), (7, 0)] {
            if len > model.len() {
                model.resize(len, value);
                words.extend_to(len, value);
            } else {
                model.truncate(len);
                words.truncate(len);
            }
            assert_eq!(words.len(), model.len());
            assert!((0..2000).all(|index| words.find(index) == model.get(index).copied()));
            for from in [0, 1, 511, 512, 513, 1100, 3000] {
                let expected = model.iter().skip(from).position(|&word| word > 2);
                assert_eq!(words.position(from, |word| word > 2), expected.map(|at| at + from));
            }
        }
        words.truncate(0);
        assert_eq!((words.len(), words.find(0)), (0, None));
    }
}
