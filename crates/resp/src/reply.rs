//! Writes replies, in RESP2 or RESP3, straight into a connection's output.
//!
//! [`Reply`] is a command's view of the output: it knows which protocol the connection speaks, so that a handler says "a map of three pairs" and need not know how that looks in RESP2.

use structs::blob::Blob;

use crate::output::{Deferred, Output};

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

/// A line that is a number behind the byte that says what it means.
struct Number {
    bytes: [u8; Self::ROOM],
    len: usize,
}

impl Number {
    /// What the longest one takes: a kind, a sign, nineteen digits, the end of the line.
    const ROOM: usize = 24;

    #[inline]
    fn new(kind: u8, value: i64) -> Self {
        let mut bytes = [0; Self::ROOM];
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(value).as_bytes();
        bytes[0] = kind;
        bytes[1..=digits.len()].copy_from_slice(digits);
        bytes[digits.len() + 1] = b'\r';
        bytes[digits.len() + 2] = b'\n';
        Self { bytes, len: digits.len() + 3 }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Appends the line to what has [`ROOM`](Self::ROOM): copying a fixed number of bytes takes no call.
    #[inline]
    fn append_to(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.len;
        out.extend_from_slice(&self.bytes);
        out.truncate(end);
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
        let number = Number::new(kind, value);
        match self.out.tail(Number::ROOM) {
            Some(tail) => number.append_to(tail),
            None => self.out.push(number.bytes()),
        }
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
        // Most elements of long replies are short: what counts is how often something is called.
        if let Some(tail) = self.out.tail(Number::ROOM + bytes.len() + 2) {
            Number::new(b'$', bytes.len() as i64).append_to(tail);
            tail.extend_from_slice(bytes);
            tail.extend_from_slice(b"\r\n");
            return;
        }
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
        self.out.defer()
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
        self.out.insert(at, head.pieces().next().unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
