//! Writes replies, in RESP2 or RESP3, straight into a connection's output.
//!
//! [`Output`] is what waits to be sent to one connection. [`Reply`] is a command's view of it: it knows which protocol the connection speaks, so that a handler says "a map of three pairs" and need not know how that looks in RESP2.
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

/// From this length on a value is queued as it is instead of being copied.
pub const SHARE_MIN: usize = 64 * 1024;

/// The version of the protocol that a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// What every client understands.
    #[default]
    Resp2,
    /// With maps, sets, doubles, pushes; chosen by `HELLO 3`.
    Resp3,
}

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
pub struct Deferred(usize);

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

    /// Starts a chunk of its own for what follows, so that something can be put before it.
    fn split(&mut self) -> Deferred {
        let chunk = Vec::with_capacity(CHUNK);
        self.queued += chunk.capacity();
        self.queue.push_back(Chunk::Bytes(chunk));
        Deferred(self.queue.len() - 1)
    }

    /// Puts `bytes` before what was appended since `at`.
    fn insert(&mut self, at: Deferred, bytes: &[u8]) {
        let before = match at.0.checked_sub(1) {
            None => Some(&mut self.buffer),
            Some(index) => match &mut self.queue[index] {
                Chunk::Bytes(chunk) if chunk.len() + bytes.len() <= chunk.capacity() => Some(chunk),
                Chunk::Bytes(_) | Chunk::Blob(_) => None,
            },
        };
        match before {
            Some(before) => before.extend_from_slice(bytes),
            None => {
                let chunk = bytes.to_vec();
                self.queued += chunk.capacity();
                self.queue.insert(at.0, Chunk::Bytes(chunk));
            }
        }
    }
}

/// A command's view of its connection's output.
#[derive(Debug)]
pub struct Reply<'a> {
    out: &'a mut Output,
    protocol: Protocol,
}

impl<'a> Reply<'a> {
    /// Returns an encoder that appends to `out`.
    #[inline]
    pub fn new(out: &'a mut Output, protocol: Protocol) -> Self {
        Self { out, protocol }
    }

    /// Returns the protocol that the connection speaks.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Returns whether the connection speaks RESP3.
    pub fn is_resp3(&self) -> bool {
        self.protocol == Protocol::Resp3
    }

    /// Changes the protocol from here on.
    pub fn set_protocol(&mut self, protocol: Protocol) {
        self.protocol = protocol;
    }

    /// Returns the output itself, for bytes that are encoded already.
    pub fn output(&mut self) -> &mut Output {
        self.out
    }

    /// Returns an encoder of the same protocol for a part of this reply.
    pub fn reborrow(&mut self) -> Reply<'_> {
        Reply { out: self.out, protocol: self.protocol }
    }

    /// Appends bytes that are encoded already.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.push(bytes);
    }

    #[inline]
    fn number(&mut self, kind: u8, value: i64) {
        let mut bytes = [0_u8; 24];
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(value).as_bytes();
        bytes[0] = kind;
        bytes[1..=digits.len()].copy_from_slice(digits);
        bytes[digits.len() + 1] = b'\r';
        bytes[digits.len() + 2] = b'\n';
        self.out.push(&bytes[..digits.len() + 3]);
    }

    #[inline]
    fn count(&mut self, kind: u8, len: usize) {
        self.number(kind, len as i64);
    }

    fn line(&mut self, kind: u8, text: &[u8]) {
        self.out.push(&[kind]);
        // A line ends the reply; bytes that would end it early are shown as spaces.
        if text.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
            let shown: Vec<u8> =
                text.iter().map(|&b| if matches!(b, b'\r' | b'\n') { b' ' } else { b }).collect();
            self.out.push(&shown);
        } else {
            self.out.push(text);
        }
        self.out.push(b"\r\n");
    }

    /// `+OK`
    #[inline]
    pub fn ok(&mut self) {
        self.out.push(b"+OK\r\n");
    }

    /// A short text without line ends: `+text`.
    pub fn simple(&mut self, text: &str) {
        self.line(b'+', text.as_bytes());
    }

    /// A refusal: `-text`, the prefix included in the text.
    pub fn error(&mut self, text: &[u8]) {
        self.line(b'-', text);
    }

    /// A whole number.
    #[inline]
    pub fn integer(&mut self, value: i64) {
        self.number(b':', value);
    }

    /// A length or a count.
    #[inline]
    pub fn size(&mut self, value: usize) {
        self.number(b':', value as i64);
    }

    /// One for yes, zero for no; a boolean only where the command is defined to give one (see [`Reply::boolean`]).
    #[inline]
    pub fn flag(&mut self, value: bool) {
        self.out.push(if value { b":1\r\n" } else { b":0\r\n" });
    }

    /// A byte string.
    #[inline]
    pub fn bulk(&mut self, bytes: &[u8]) {
        self.count(b'$', bytes.len());
        self.out.push(bytes);
        self.out.push(b"\r\n");
    }

    /// A byte string in an allocation of its own, which is not copied if it is long.
    pub fn bulk_blob(&mut self, blob: &Blob) {
        if blob.len() < SHARE_MIN {
            return self.bulk(blob);
        }
        self.count(b'$', blob.len());
        self.out.push_blob(blob.clone());
        self.out.push(b"\r\n");
    }

    /// A whole number as a byte string.
    #[inline]
    pub fn bulk_integer(&mut self, value: i64) {
        let mut digits = itoa::Buffer::new();
        self.bulk(digits.format(value).as_bytes());
    }

    /// Nothing, where a value might have been.
    #[inline]
    pub fn null(&mut self) {
        self.out.push(match self.protocol {
            Protocol::Resp2 => b"$-1\r\n",
            Protocol::Resp3 => b"_\r\n",
        });
    }

    /// Nothing, where an array might have been.
    pub fn null_array(&mut self) {
        self.out.push(match self.protocol {
            Protocol::Resp2 => b"*-1\r\n",
            Protocol::Resp3 => b"_\r\n",
        });
    }

    /// The head of an array; `len` replies follow.
    #[inline]
    pub fn array(&mut self, len: usize) {
        self.count(b'*', len);
    }

    /// The head of a map; `pairs` times two replies follow.
    pub fn map(&mut self, pairs: usize) {
        match self.protocol {
            Protocol::Resp2 => self.count(b'*', pairs * 2),
            Protocol::Resp3 => self.count(b'%', pairs),
        }
    }

    /// The head of a set; `len` replies follow.
    pub fn set(&mut self, len: usize) {
        match self.protocol {
            Protocol::Resp2 => self.count(b'*', len),
            Protocol::Resp3 => self.count(b'~', len),
        }
    }

    /// The head of an out-of-band message; `len` replies follow.
    pub fn push(&mut self, len: usize) {
        match self.protocol {
            Protocol::Resp2 => self.count(b'*', len),
            Protocol::Resp3 => self.count(b'>', len),
        }
    }

    /// The head of attributes of the reply that comes after them. RESP2 has none: then nothing may follow either.
    pub fn attribute(&mut self, pairs: usize) {
        debug_assert!(self.is_resp3(), "attributes exist in RESP3 only");
        self.count(b'|', pairs);
    }

    /// A number with a fraction.
    pub fn double(&mut self, value: f64) {
        let whole = value as i64;
        // Most are small whole numbers; zero may have a sign.
        if whole as f64 == value && whole.unsigned_abs().wrapping_sub(1) < 1 << 53 {
            return match self.protocol {
                Protocol::Resp2 => self.bulk_integer(whole),
                Protocol::Resp3 => self.number(b',', whole),
            };
        }
        let mut text = Vec::with_capacity(32);
        stdx::number::push_double(&mut text, value);
        match self.protocol {
            Protocol::Resp2 => self.bulk(&text),
            Protocol::Resp3 => self.line(b',', &text),
        }
    }

    /// A truth value: `#t`, or a number in RESP2.
    pub fn boolean(&mut self, value: bool) {
        match self.protocol {
            Protocol::Resp2 => self.flag(value),
            Protocol::Resp3 => self.out.push(if value { b"#t\r\n" } else { b"#f\r\n" }),
        }
    }

    /// A whole number of any length, in digits.
    pub fn big_number(&mut self, digits: &[u8]) {
        match self.protocol {
            Protocol::Resp2 => self.bulk(digits),
            Protocol::Resp3 => self.line(b'(', digits),
        }
    }

    /// Text to be shown as it is; `format` is three letters, such as `txt`.
    pub fn verbatim(&mut self, format: [u8; 3], text: &[u8]) {
        match self.protocol {
            Protocol::Resp2 => self.bulk(text),
            Protocol::Resp3 => {
                self.count(b'=', text.len() + 4);
                self.out.push(&format);
                self.out.push(b":");
                self.out.push(text);
                self.out.push(b"\r\n");
            }
        }
    }

    /// Leaves room for the head of an aggregate whose length is not known yet.
    pub fn defer(&mut self) -> Deferred {
        self.out.split()
    }

    /// Writes the head of an array where [`Reply::defer`] left room.
    pub fn finish_array(&mut self, at: Deferred, len: usize) {
        self.finish(at, |head| head.array(len));
    }

    /// Writes the head of a map where [`Reply::defer`] left room.
    pub fn finish_map(&mut self, at: Deferred, pairs: usize) {
        self.finish(at, |head| head.map(pairs));
    }

    /// Writes the head of a set where [`Reply::defer`] left room.
    pub fn finish_set(&mut self, at: Deferred, len: usize) {
        self.finish(at, |head| head.set(len));
    }

    fn finish(&mut self, at: Deferred, write: impl FnOnce(&mut Reply<'_>)) {
        let mut head = Output::default();
        write(&mut Reply::new(&mut head, self.protocol));
        self.out.insert(at, &head.buffer);
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

    fn written(protocol: Protocol, write: impl FnOnce(&mut Reply<'_>)) -> String {
        let mut out = Output::default();
        write(&mut Reply::new(&mut out, protocol));
        let bytes: Vec<u8> = out.pieces().flatten().copied().collect();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn both_protocols_have_their_forms() {
        let all = |reply: &mut Reply<'_>| {
            reply.ok();
            reply.null();
            reply.map(1);
            reply.bulk(b"k");
            reply.boolean(true);
            reply.verbatim(*b"txt", b"hi");
            reply.error(b"ERR two\r\nlines");
        };
        assert_eq!(
            written(Protocol::Resp2, all),
            "+OK\r\n$-1\r\n*2\r\n$1\r\nk\r\n:1\r\n$2\r\nhi\r\n-ERR two  lines\r\n"
        );
        assert_eq!(
            written(Protocol::Resp3, all),
            "+OK\r\n_\r\n%1\r\n$1\r\nk\r\n#t\r\n=6\r\ntxt:hi\r\n-ERR two  lines\r\n"
        );
    }

    #[test]
    fn a_deferred_head_comes_before_its_elements() {
        let nested = |reply: &mut Reply<'_>| {
            reply.integer(0);
            let outer = reply.defer();
            let inner = reply.defer();
            reply.integer(1);
            reply.finish_array(inner, 1);
            reply.finish_map(outer, 1);
            reply.integer(2);
        };
        assert_eq!(written(Protocol::Resp3, nested), ":0\r\n%1\r\n*1\r\n:1\r\n:2\r\n");
    }

    #[test]
    fn what_was_sent_is_gone_and_the_rest_stays_in_order() {
        let mut out = Output::default();
        let mut expected = Vec::new();
        let mut reply = Reply::new(&mut out, Protocol::Resp2);
        let long = Blob::from_slice(&vec![b'L'; SHARE_MIN]);
        for index in 0..3000 {
            reply.integer(index);
            expected.extend_from_slice(format!(":{index}\r\n").as_bytes());
            if index == 1500 {
                reply.bulk_blob(&long);
                expected.extend_from_slice(format!("${SHARE_MIN}\r\n").as_bytes());
                expected.extend_from_slice(&long);
                expected.extend_from_slice(b"\r\n");
            }
        }
        let mut got = Vec::new();
        while !out.is_empty() {
            let piece = out.pieces().next().expect("something waits").to_vec();
            let some = piece.len().min(777);
            got.extend_from_slice(&piece[..some]);
            out.consume(some);
        }
        assert!(got == expected);
        assert_eq!(out.queued_memory(), 0);
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
