//! LZF: compression that costs little more than copying.
//!
//! The format is that of M. Lehmann's liblzf, and RDB files contain it. The compressed bytes are a
//! sequence of instructions:
//!
//! ```text
//! 000nnnnn                             the next n + 1 bytes, as they are
//! lllooooo           oooooooo          l + 2 bytes from o + 1 bytes ago, l from 1 to 6
//! 111ooooo llllllll  oooooooo          l + 9 bytes from o + 1 bytes ago
//! ```
//!
//! A copy may overlap with what it produces: that is how runs are written. There is no header and
//! no end; both lengths have to be stored elsewhere.
//!
//! # Compression
//!
//! Greedy: a table maps a hash of three bytes to where they were last seen. Most values are
//! short, a hundred bytes or so, for which clearing a table would take longer than compressing. So
//! it is never cleared: positions go on counting from one value to the next, and what is older
//! than the value at hand is no candidate. The output depends on the value alone.
//!
//! The output is valid, but not byte for byte that of liblzf; on text it is about a percent longer.
//! A value of 100 bytes takes 100 ns, a long one 2.5 ns per byte.
//!
//! # Decompression
//!
//! Safe on any input. Memory is allocated only after a look at how much the input could at most
//! expand to. It takes less than a nanosecond per byte.

use std::ops::Range;

/// The longest run of bytes that one instruction passes on, and the longest copy.
const LITERALS_MAX: usize = 32;
const COPY_MAX: usize = 264;

/// The shortest copy that pays, and how far back one can reach.
const COPY_MIN: usize = 3;
const DISTANCE_MAX: usize = 8192;

/// How far a byte of input can expand: three make a copy of 264.
const EXPANSION_MAX: usize = COPY_MAX / 3;

/// Slots of the table: twice as many as there are positions in reach, 64 KiB in all. With half as
/// many, text grows by another two percent; with four times as many, it shrinks by one.
const SLOT_BITS: u32 = 14;

/// Steps get longer by one after each 64 misses in a row: random bytes are soon given up.
const STEP_BITS: u32 = 6;

/// Outputs may be written a little beyond their end, so that copies have a fixed length.
const SLACK: usize = 1 + LITERALS_MAX;

/// A larger output buffer than this is given back when a smaller one will do.
const OUTPUT_KEPT_MAX: usize = 1 << 20;

/// The input is not what a compressor writes for a value of the expected length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrupt;

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("compressed bytes do not expand to the expected length")
    }
}

impl std::error::Error for Corrupt {}

/// The memory that compression needs, to be used again and again.
#[derive(Clone)]
pub struct Compressor {
    /// For each hash, a position in the concatenation of all inputs so far.
    table: Box<[u32; 1 << SLOT_BITS]>,
    /// The position of the next input in that concatenation. Starts at one: zero is no position.
    base: u32,
    /// As long as the longest output so far might have become.
    output: Vec<u8>,
}

impl Compressor {
    /// Allocates a table of 64 KiB.
    pub fn new() -> Self {
        Self { table: Box::new([0; 1 << SLOT_BITS]), base: 1, output: Vec::new() }
    }

    /// Compresses to at most `limit` bytes. `None` means that they do not suffice, or that the
    /// input is larger than 2 GiB.
    pub fn compress(&mut self, input: &[u8], limit: usize) -> Option<&[u8]> {
        let len = u32::try_from(input.len()).ok().filter(|&len| len <= u32::MAX / 2)?;
        if self.base.checked_add(len).is_none() {
            self.table.fill(0);
            self.base = 1;
        }
        let limit = limit.min(input.len() + input.len().div_ceil(LITERALS_MAX));
        self.make_room(limit + SLACK);
        let output_len = self.run(input, limit);
        self.base += len;
        self.output.get(..output_len?)
    }

    /// Sees to it that the output has this length at least, and not very much more.
    fn make_room(&mut self, len: usize) {
        if self.output.len() > OUTPUT_KEPT_MAX.max(len) {
            self.output = Vec::new();
        }
        if self.output.len() < len {
            self.output.resize(len, 0);
        }
    }

    /// Compresses, and returns the length of the output.
    fn run(&mut self, input: &[u8], limit: usize) -> Option<usize> {
        let mut position = 0;
        // What is before has been written, to as many bytes of output.
        let (mut done, mut output_len) = (0, 0);
        let mut misses = 0_u32;
        while let Some(word) = word_at(input, position) {
            let Some(start) = self.candidate(input, word, position) else {
                position += 1 + (misses >> STEP_BITS) as usize;
                misses += 1;
                continue;
            };
            let end = input.len().min(position + COPY_MAX);
            let length = common_prefix(&input[start..], &input[position..end]);
            output_len = self.put_literals(input, done..position, output_len, limit)?;
            output_len += put_copy(&mut self.output[output_len..], length, position - start);
            // What repeats once often repeats with its end.
            position += length;
            done = position;
            misses = 0;
            for behind in [2, 1] {
                if let Some(word) = word_at(input, position - behind) {
                    self.remember(word, position - behind);
                }
            }
        }
        output_len = self.put_literals(input, done..input.len(), output_len, limit)?;
        (output_len <= limit).then_some(output_len)
    }

    /// Writes a range of the input as it is to a place in the output, and returns where it ends;
    /// `None` if that is beyond the limit.
    #[inline]
    fn put_literals(
        &mut self,
        input: &[u8],
        range: Range<usize>,
        mut output_len: usize,
        limit: usize,
    ) -> Option<usize> {
        let mut start = range.start;
        while start < range.end {
            let len = LITERALS_MAX.min(range.end - start);
            if output_len + 1 + len > limit {
                return None;
            }
            let output = &mut self.output[output_len..];
            output[0] = len as u8 - 1;
            let rest = &input[start..];
            match (rest.first_chunk::<LITERALS_MAX>(), output[1..].first_chunk_mut()) {
                // More than needed, but of fixed length; what follows overwrites it.
                (Some(literals), Some(output)) => *output = *literals,
                _ => output[1..=len].copy_from_slice(&rest[..len]),
            }
            start += len;
            output_len += 1 + len;
        }
        (output_len <= limit).then_some(output_len)
    }

    /// Where the three bytes at `position` were last seen, if within reach; from now on, here.
    #[inline]
    fn candidate(&mut self, input: &[u8], word: u32, position: usize) -> Option<usize> {
        let before = self.remember(word, position);
        let start = before.checked_sub(self.base)? as usize;
        let in_reach = position - start <= DISTANCE_MAX;
        // Different bytes may have the same hash.
        (in_reach && word_at(input, start)? == word).then_some(start)
    }

    #[inline]
    fn remember(&mut self, word: u32, position: usize) -> u32 {
        let slot = word.wrapping_mul(0x9E37_79B1) >> (u32::BITS - SLOT_BITS);
        std::mem::replace(&mut self.table[slot as usize], self.base + position as u32)
    }
}

impl Default for Compressor {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Compressor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compressor").finish_non_exhaustive()
    }
}

/// The three bytes at a position, provided there are four, which is simpler to read.
#[inline]
fn word_at(input: &[u8], position: usize) -> Option<u32> {
    let bytes = input.get(position..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes) << 8)
}

/// How many bytes `b` begins with that `a` begins with too. `a` is not the shorter one.
#[inline]
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let (a_words, _) = a[..b.len()].as_chunks::<8>();
    let (b_words, b_rest) = b.as_chunks::<8>();
    for (i, (&a, &b)) in a_words.iter().zip(b_words).enumerate() {
        let difference = u64::from_le_bytes(a) ^ u64::from_le_bytes(b);
        if difference != 0 {
            return i * 8 + difference.trailing_zeros() as usize / 8;
        }
    }
    let start = b.len() - b_rest.len();
    start + b_rest.iter().zip(&a[start..]).take_while(|(b, a)| b == a).count()
}

/// Writes a copy, and returns its length in the output, two or three bytes.
#[inline]
fn put_copy(output: &mut [u8], length: usize, distance: usize) -> usize {
    debug_assert!((COPY_MIN..=COPY_MAX).contains(&length));
    debug_assert!((1..=DISTANCE_MAX).contains(&distance));
    let [high, low] = (distance as u16 - 1).to_be_bytes();
    let length = length - 2;
    if length < 7 {
        output[..2].copy_from_slice(&[(length as u8) << 5 | high, low]);
        2
    } else {
        output[..3].copy_from_slice(&[7 << 5 | high, (length - 7) as u8, low]);
        3
    }
}

/// Expands bytes to a value whose length is known.
pub fn decompress(input: &[u8], expected_len: usize) -> Result<Vec<u8>, Corrupt> {
    if expected_len > input.len().saturating_mul(EXPANSION_MAX) {
        return Err(Corrupt);
    }
    let mut output = vec![0; expected_len];
    let (mut len, mut rest) = (0, input);
    while let Some((&control, after)) = rest.split_first() {
        let room = expected_len - len;
        let (length, low);
        (length, low, rest) = match (control >> 5, after) {
            (0, _) => {
                let length = usize::from(control) + 1;
                rest = after.get(length..).filter(|_| length <= room).ok_or(Corrupt)?;
                match (after.first_chunk::<LITERALS_MAX>(), output[len..].first_chunk_mut()) {
                    // More than needed, but of fixed length; what follows overwrites it.
                    (Some(literals), Some(output)) => *output = *literals,
                    _ => output[len..len + length].copy_from_slice(&after[..length]),
                }
                len += length;
                continue;
            }
            (7, [more, low, after @ ..]) => (usize::from(*more) + 9, low, after),
            (short @ 1..=6, [low, after @ ..]) => (usize::from(short) + 2, low, after),
            _ => return Err(Corrupt),
        };
        let distance = (usize::from(control & 31) << 8 | usize::from(*low)) + 1;
        if distance > len || length > room {
            return Err(Corrupt);
        }
        copy(&mut output, len, distance, length);
        len += length;
    }
    if len == expected_len { Ok(output) } else { Err(Corrupt) }
}

/// Copies `length` bytes to `position` from `distance` before it. Bytes behind them may get lost.
#[inline]
fn copy(output: &mut [u8], position: usize, distance: usize, length: usize) {
    const CHUNK: usize = 16;

    let start = position - distance;
    if distance >= CHUNK && output.len() - position >= length.next_multiple_of(CHUNK) {
        // More than needed, but of fixed length; what follows overwrites it.
        for offset in (0..length).step_by(CHUNK) {
            let from = start + offset;
            output.copy_within(from..from + CHUNK, position + offset);
        }
        return;
    }
    // What is there repeats itself, so that there is twice as much each time.
    let mut copied = 0;
    while copied < length {
        let there = (distance + copied).min(length - copied);
        output.copy_within(start..start + there, position + copied);
        copied += there;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compressed(input: &[u8]) -> Option<Vec<u8>> {
        Compressor::new().compress(input, usize::MAX).map(<[u8]>::to_vec)
    }

    #[test]
    fn instructions_expand_as_the_format_says() {
        let check = |input: &[u8], expected: &[u8]| {
            assert_eq!(decompress(input, expected.len()).as_deref(), Ok(expected));
        };
        check(b"", b"");
        check(b"\x04hello", b"hello");
        // Three bytes from one byte ago.
        check(b"\x00a\x20\x00", b"aaaa");
        // Four from three ago, of which the last is a new one.
        check(b"\x02abc\x40\x02", b"abcabca");
        // The longest copy.
        check(b"\x01ab\xe0\xff\x01", &b"ab".repeat(133));
        check(&[&b"\x1f"[..], &[b'x'; 32]].concat(), &[b'x'; 32]);
    }

    #[test]
    fn bytes_written_by_liblzf_expand() {
        // From DUMP of a running server.
        for (recorded, expected) in [
            (&b"\x07Sinter S\xe0\x16\x06\x01er"[..], b"Sinter ".repeat(6)[..41].to_vec()),
            (
                b"\x10name=ann;age=30;n@\x0f\x02bob\x80\x0f\x001\x80\x0f\x02eve\x80\x0f\x012;",
                b"name=ann;age=30;name=bob;age=31;name=eve;age=32;".to_vec(),
            ),
            (b"\x01aa\xe0\xff\x00\xe0\x17\x00\x01aa", vec![b'a'; 300]),
        ] {
            assert_eq!(decompress(recorded, expected.len()), Ok(expected));
        }
    }

    #[test]
    fn damaged_input_is_refused() {
        for (input, expected_len) in [
            (&b""[..], 1),
            (b"\x04hell", 5),
            (b"\x04hello", 4),
            (b"\x04hello", 6),
            (b"\x00", 1),
            (b"\x20\x00", 3),
            (b"\x00a\x20\x01", 4),
            (b"\x00a\x20", 4),
            (b"\x00a\xe0\x00", 10),
            (b"\x00a\xe0", 10),
            (b"\x00a\x20\x00", 3),
            (b"\x00a\xe0\xff\x00", 100),
            (b"\x00a", usize::MAX),
        ] {
            assert_eq!(decompress(input, expected_len), Err(Corrupt), "{}", input.escape_ascii());
        }
    }

    #[test]
    fn output_never_exceeds_the_limit() {
        let input = b"the quick brown fox jumps over the lazy dog, the quick brown fox";
        let len = compressed(input).unwrap().len();
        assert!(len < input.len());
        let mut compressor = Compressor::new();
        for limit in 0..input.len() + 5 {
            let output = compressor.compress(input, limit);
            assert_eq!(output.is_some(), len <= limit, "{limit}");
            assert!(output.is_none_or(|output| output.len() <= limit));
        }
    }

    #[test]
    fn output_does_not_depend_on_former_inputs() {
        let mut compressor = Compressor::new();
        let input = b"abcabcabcdefdefdefabcabc".repeat(3);
        let first = compressor.compress(&input, 100).unwrap().to_vec();
        compressor.compress(&b"abcdefabcxyz".repeat(100), 5000).unwrap();
        assert_eq!(compressor.compress(&input, 100).unwrap(), first);

        // Nor when positions have to start again.
        compressor.base = u32::MAX - 20;
        assert_eq!(compressor.compress(&input, 100).unwrap(), first);
        assert_eq!(compressor.base, 1 + input.len() as u32);
    }

    #[test]
    fn runs_and_repetitions_get_small() {
        for (input, at_most) in [
            (vec![b'a'; 100_000], 1200),
            (b"0123456789".repeat(1000), 150),
            (b"name=ann;age=30;name=bob;age=31;name=eve;age=32;".to_vec(), 40),
        ] {
            let output = compressed(&input).unwrap();
            assert!(output.len() <= at_most, "{} of {}", output.len(), input.len());
            assert_eq!(decompress(&output, input.len()).unwrap(), input);
        }
    }
}
