//! What waits to be sent to one connection.
//!
//! # Layout
//!
//! Replies gather in one buffer of [`BUFFER_MAX`] bytes. What does not fit goes to a queue of chunks behind it. A long value is not copied: the queue holds the [`Blob`] itself.

use std::collections::VecDeque;

use structs::blob::Blob;

/// The size up to which the first buffer grows; beyond it, chunks are queued.
pub const BUFFER_MAX: usize = 16 * 1024;

/// The capacity with which the first buffer starts.
pub const BUFFER_MIN: usize = 1024;

/// The room for bytes in a chunk of the queue.
const CHUNK: usize = 16 * 1024;

/// One piece of queued output.
#[derive(Debug)]
pub enum Chunk {
    /// Encoded bytes.
    Bytes(Vec<u8>),
    /// A long value, shared with whoever else holds it.
    Blob(Blob),
}

impl Chunk {
    /// Returns the bytes to send.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Blob(blob) => blob,
        }
    }

    fn footprint(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.capacity(),
            Self::Blob(blob) => blob.allocation_size(),
        }
    }
}

/// What waits to be sent to one connection, in order.
#[derive(Debug, Default)]
pub struct Output {
    buffer: Vec<u8>,
    queue: VecDeque<Chunk>,
    /// Bytes of the first piece (the buffer, or the first chunk when the buffer is empty) that have been sent.
    sent: usize,
    /// Memory of the queue.
    queued: usize,
    /// The most bytes the buffer held since the peak was last taken.
    peak: usize,
}

/// A place in an output, to return to.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    buffer: usize,
    chunks: usize,
    last: usize,
}

/// A place in an output where the header of an aggregate will go.
#[derive(Debug, Clone, Copy)]
pub struct Deferred {
    /// The piece: zero is the buffer, others are chunks of the queue, counted from one.
    piece: usize,
    /// How many bytes come before it there.
    at: usize,
}

impl Output {
    /// Returns whether nothing waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty() && self.queue.is_empty()
    }

    /// Returns the bytes waiting in the first buffer.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the room that the first buffer has reserved.
    pub fn buffer_capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// Returns the most bytes that waited in the first buffer since this was last asked.
    pub fn take_peak(&mut self) -> usize {
        std::mem::replace(&mut self.peak, self.buffer.len())
    }

    /// Returns the most bytes that waited in the first buffer, without forgetting it.
    pub fn peak(&self) -> usize {
        self.peak.max(self.buffer.len())
    }

    /// Gives the first buffer another capacity, not less than it holds.
    pub fn resize_buffer(&mut self, capacity: usize) {
        self.buffer.shrink_to(capacity);
        if self.buffer.capacity() < capacity {
            self.buffer.reserve_exact(capacity - self.buffer.len());
        }
    }

    /// Returns the number of queued chunks.
    pub fn chunks(&self) -> usize {
        self.queue.len()
    }

    /// Returns the memory of the queued chunks.
    pub fn queued_memory(&self) -> usize {
        self.queued + self.queue.len() * size_of::<Chunk>()
    }

    /// Returns the pieces to send next, the first one without what was sent of it.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let first = Some(self.buffer.as_slice()).filter(|buffer| !buffer.is_empty());
        let mut skip = self.sent;
        first.into_iter().chain(self.queue.iter().map(Chunk::bytes)).map(move |piece| {
            let rest = &piece[skip..];
            skip = 0;
            rest
        })
    }

    /// Forgets `bytes` that have been sent.
    pub fn consume(&mut self, bytes: usize) {
        let mut sent = self.sent + bytes;
        if !self.buffer.is_empty() {
            if sent < self.buffer.len() {
                self.sent = sent;
                return;
            }
            sent -= self.buffer.len();
            self.peak = self.peak.max(self.buffer.len());
            self.buffer.clear();
        }
        while let Some(chunk) = self.queue.front() {
            let len = chunk.bytes().len();
            if sent < len {
                break;
            }
            sent -= len;
            self.queued -= chunk.footprint();
            self.queue.pop_front();
        }
        self.sent = sent;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.queue.clear();
        (self.sent, self.queued) = (0, 0);
    }

    /// Appends encoded bytes.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) {
        if self.queue.is_empty() && self.buffer.len() + bytes.len() <= BUFFER_MAX {
            if self.buffer.capacity() - self.buffer.len() < bytes.len() {
                self.grow_buffer(bytes.len());
            }
            self.buffer.extend_from_slice(bytes);
        } else {
            self.push_queued(bytes);
        }
    }

    /// Returns what ends the output, if `len` more bytes have room there.
    #[inline]
    pub(crate) fn tail(&mut self, len: usize) -> Option<&mut Vec<u8>> {
        let last = match self.queue.back_mut() {
            None => &mut self.buffer,
            Some(Chunk::Bytes(last)) => last,
            Some(Chunk::Blob(_)) => return None,
        };
        (last.capacity() - last.len() >= len).then_some(last)
    }

    /// Makes room for more bytes: a power of two in all, which is no more than [`BUFFER_MAX`].
    #[cold]
    fn grow_buffer(&mut self, more: usize) {
        let capacity = (self.buffer.len() + more).next_power_of_two().max(BUFFER_MIN);
        self.buffer.reserve_exact(capacity - self.buffer.len());
    }

    #[cold]
    fn push_queued(&mut self, mut bytes: &[u8]) {
        if self.queue.is_empty() {
            let fits = BUFFER_MAX.saturating_sub(self.buffer.len());
            self.buffer.extend_from_slice(&bytes[..fits]);
            bytes = &bytes[fits..];
        }
        if let Some(Chunk::Bytes(last)) = self.queue.back_mut() {
            let fits = bytes.len().min(last.capacity() - last.len());
            last.extend_from_slice(&bytes[..fits]);
            bytes = &bytes[fits..];
        }
        if !bytes.is_empty() {
            let mut chunk = Vec::with_capacity(bytes.len().max(CHUNK));
            chunk.extend_from_slice(bytes);
            self.queued += chunk.capacity();
            self.queue.push_back(Chunk::Bytes(chunk));
        }
    }

    /// Appends a long value without copying it.
    pub fn push_blob(&mut self, blob: Blob) {
        self.queued += blob.allocation_size();
        self.queue.push_back(Chunk::Blob(blob));
    }

    /// Returns the present end, for [`Output::rollback`].
    #[inline]
    pub fn mark(&self) -> Mark {
        let last = self.queue.back().map_or(0, |chunk| chunk.bytes().len());
        Mark { buffer: self.buffer.len(), chunks: self.queue.len(), last }
    }

    /// Returns whether anything was appended since `mark`.
    #[inline]
    pub fn is_unchanged_since(&self, mark: &Mark) -> bool {
        self.buffer.len() == mark.buffer
            && self.queue.len() == mark.chunks
            && self.queue.back().map_or(0, |chunk| chunk.bytes().len()) == mark.last
    }

    /// Takes back all that was appended since `mark`, from which on nothing has been sent.
    pub fn rollback(&mut self, mark: &Mark) {
        self.buffer.truncate(mark.buffer);
        while self.queue.len() > mark.chunks {
            if let Some(chunk) = self.queue.pop_back() {
                self.queued -= chunk.footprint();
            }
        }
        if let Some(Chunk::Bytes(last)) = self.queue.back_mut() {
            last.truncate(mark.last);
        }
    }

    /// Moves all of `other` to the end of this.
    pub fn append(&mut self, other: &mut Self) {
        debug_assert_eq!(other.sent, 0, "a partly sent output stays with its connection");
        self.push(&other.buffer);
        for chunk in other.queue.drain(..) {
            match chunk {
                Chunk::Bytes(bytes) => self.push(&bytes),
                Chunk::Blob(blob) => self.push_blob(blob),
            }
        }
        other.clear();
    }

    /// Returns the present end, for [`Output::insert`].
    pub(crate) fn defer(&self) -> Deferred {
        let chunks = self.queue.len();
        match self.queue.back() {
            None => Deferred { piece: 0, at: self.buffer.len() },
            Some(Chunk::Bytes(last)) => Deferred { piece: chunks, at: last.len() },
            Some(Chunk::Blob(_)) => Deferred { piece: chunks + 1, at: 0 },
        }
    }

    /// Puts a few bytes before what was appended since `place`. Of several places, the last one comes first.
    pub(crate) fn insert(&mut self, place: Deferred, bytes: &[u8]) {
        let Deferred { piece, at } = place;
        let (split, room) = match piece.checked_sub(1) {
            None if self.queue.is_empty() && at == self.buffer.len() => return self.push(bytes),
            None => (&mut self.buffer, BUFFER_MAX),
            Some(index) => match self.queue.get_mut(index) {
                // Nothing was appended.
                None => return self.push(bytes),
                Some(Chunk::Bytes(chunk)) => {
                    let room = chunk.capacity();
                    (chunk, room)
                }
                Some(Chunk::Blob(_)) => return self.insert_chunk(index, bytes.to_vec()),
            },
        };
        if split.len() + bytes.len() <= room {
            split.extend_from_slice(bytes);
            split[at..].rotate_right(bytes.len());
        } else {
            // What comes behind it goes to a chunk of its own.
            let behind = [bytes, &split[at..]].concat();
            split.truncate(at);
            self.insert_chunk(piece, behind);
        }
    }

    fn insert_chunk(&mut self, index: usize, chunk: Vec<u8>) {
        self.queued += chunk.capacity();
        self.queue.insert(index, Chunk::Bytes(chunk));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_buffer_is_never_much_larger_than_what_it_held() {
        let mut out = Output::default();
        for (bytes, capacity) in [(10, 1024), (1100, 2048), (3000, 8192), (12_000, 16_384)] {
            out.push(&vec![b'x'; bytes]);
            assert_eq!(out.buffer_capacity(), capacity);
        }
        out.push(&[b'x'; 1000]);
        assert_eq!((out.buffer_capacity(), out.buffered(), out.chunks()), (16_384, 16_384, 1));
    }

    #[test]
    fn a_head_goes_before_what_came_since_wherever_that_is() {
        // Pieces that end before, at and behind the borders of the buffer and of chunks.
        let sizes = [0, 1, 10, 1000, BUFFER_MAX - 1, BUFFER_MAX, BUFFER_MAX + 1, 3 * CHUNK];
        for before in sizes {
            for since in sizes {
                for blob in [None, Some(false), Some(true)] {
                    let mut out = Output::default();
                    out.push(&vec![b'a'; before]);
                    if blob == Some(false) {
                        out.push_blob(Blob::from_slice(b"blob"));
                    }
                    let expected_head: Vec<u8> = out.pieces().flatten().copied().collect();
                    let outer = out.defer();
                    out.push(b"x");
                    let inner = out.defer();
                    out.push(&vec![b'b'; since]);
                    if blob == Some(true) {
                        out.push_blob(Blob::from_slice(b"blob"));
                    }
                    out.insert(inner, b"*1\r\n");
                    out.insert(outer, b"*22\r\n");
                    let tail = if blob == Some(true) { "blob" } else { "" };
                    let expected = [
                        &expected_head,
                        &b"*22\r\nx*1\r\n"[..],
                        &vec![b'b'; since],
                        tail.as_bytes(),
                    ];
                    let got: Vec<u8> = out.pieces().flatten().copied().collect();
                    assert!(got == expected.concat(), "{before} {since} {blob:?}");
                    assert!(out.buffer_capacity() <= BUFFER_MAX);
                    out.consume(got.len());
                    assert_eq!((out.is_empty(), out.queued_memory()), (true, 0));
                }
            }
        }
    }

    #[test]
    fn short_replies_with_a_deferred_head_take_no_chunks() {
        let mut out = Output::default();
        for _ in 0..100 {
            let place = out.defer();
            out.insert(place, b"*0\r\n");
        }
        assert_eq!((out.chunks(), out.buffered()), (0, 400));
    }

    #[test]
    fn rolling_back_leaves_what_was_before() {
        let mut out = Output::default();
        out.push(b"+before\r\n");
        let mark = out.mark();
        assert!(out.is_unchanged_since(&mark));
        out.push(&vec![b'x'; 100_000]);
        out.push_blob(Blob::from_slice(b"blob"));
        out.rollback(&mark);
        let bytes: Vec<u8> = out.pieces().flatten().copied().collect();
        assert_eq!(bytes, b"+before\r\n");
        assert!(out.is_unchanged_since(&mark));
    }
}
