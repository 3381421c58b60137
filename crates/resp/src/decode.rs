//! Replies, as a client reads them.
//!
//! Bytes go in with [`Decoder::feed`] in whatever pieces the network delivers; whole replies come
//! out of [`Decoder::next_value`]. Unfinished aggregates are kept on an explicit stack rather than on
//! the call stack, so an interrupted reply is resumed where it stopped (no byte is parsed twice, a
//! large array costs linear time) and a hostile nesting cannot exhaust the thread.
//!
//! The peer is not trusted: every number is checked against [`Limits`] before it is used, and space
//! for an aggregate is reserved as its elements arrive, not as they are announced. After an error
//! the decoder stays failed, for there is no way to find the next reply in the stream.

use crate::value::Value;

/// Bounds on what a peer may send.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep aggregates may nest. A script can return about a hundred levels.
    pub depth: usize,
    /// The longest line (status, error, number), in bytes.
    pub line: usize,
    /// The longest byte string. A server's `proto-max-bulk-len` may exceed its default of 512 MiB.
    pub bulk: usize,
    /// The most elements in one aggregate; the servers' own bound on arrays.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 256, line: 4 << 20, bulk: 4 << 30, elements: 1 << 32 }
    }
}

/// Why a stream of bytes is not a stream of replies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DecodeError {
    /// A reply begins with a byte that announces no type.
    UnknownType(u8),
    /// A length or number is not one.
    BadNumber,
    /// A truth value is neither `t` nor `f`, or a null has a content.
    BadConstant,
    /// A line or byte string does not end in CR LF.
    MissingEnd,
    /// A text has no format before it.
    BadVerbatim,
    /// A length, a line or a nesting is beyond its limit.
    TooLarge,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownType(byte) => {
                write!(f, "Protocol error, got \"{}\" as reply type byte", byte.escape_ascii())
            }
            Self::BadNumber => f.write_str("Protocol error, bad number"),
            Self::BadConstant => f.write_str("Protocol error, bad boolean or null"),
            Self::MissingEnd => f.write_str("Protocol error, no CR LF where a reply should end"),
            Self::BadVerbatim => f.write_str("Protocol error, verbatim text without a format"),
            Self::TooLarge => f.write_str("Protocol error, reply beyond the limits"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// The kinds of aggregate.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Array,
    Set,
    Push,
    Map,
    Attribute,
}

/// An aggregate of which elements are still to come.
#[derive(Debug)]
struct Frame {
    kind: Kind,
    /// Elements to come; keys and values of pairs count one each.
    missing: usize,
    items: Vec<Value>,
    /// The remarks about the reply that is to follow, once an attribute is complete.
    remarks: Option<Vec<(Value, Value)>>,
}

/// What one header line led to.
enum Step {
    /// A reply without further parts.
    Leaf(Value),
    /// An aggregate begins.
    Open(Kind, usize),
    /// More bytes are needed.
    Starved,
}

/// Turns bytes into replies.
#[derive(Debug, Default)]
pub struct Decoder {
    buf: Vec<u8>,
    /// Where the unread part of `buf` begins.
    start: usize,
    /// How far past `start` the search for a line's end has come.
    searched: usize,
    stack: Vec<Frame>,
    limits: Limits,
    failed: Option<DecodeError>,
}

/// Consumed bytes are dropped once they are this many, to move the rest rarely.
const COMPACT_AT: usize = 64 << 10;
/// Elements for which space is reserved on the strength of an announcement alone.
const RESERVE_MAX: usize = 1024;

impl Decoder {
    /// Creates a decoder with the given bounds.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Appends bytes that have arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.start == self.buf.len() {
            self.buf.clear();
            self.start = 0;
        } else if self.start >= COMPACT_AT && self.start * 2 >= self.buf.len() {
            self.buf.drain(..self.start);
            self.start = 0;
        }
        self.buf.extend_from_slice(bytes);
    }

    /// Returns how many bytes have arrived and are part of no reply yet.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buf.len() - self.start
    }

    /// Takes the bytes that are part of no reply, for streams that stop being RESP (a snapshot
    /// sent to a replica).
    pub fn take_buffered(&mut self) -> Vec<u8> {
        let rest = self.buf.split_off(self.start);
        self.buf.clear();
        self.start = 0;
        self.searched = 0;
        rest
    }

    /// Returns the next whole reply, or `None` if it has not arrived completely.
    pub fn next_value(&mut self) -> Result<Option<Value>, DecodeError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.advance().inspect_err(|error| self.failed = Some(error.clone()))
    }

    fn advance(&mut self) -> Result<Option<Value>, DecodeError> {
        loop {
            let mut value = match self.step()? {
                Step::Starved => return Ok(None),
                Step::Leaf(value) => value,
                Step::Open(kind, missing) => {
                    let items = Vec::with_capacity(missing.min(RESERVE_MAX));
                    let frame = Frame { kind, missing, items, remarks: None };
                    if missing > 0 {
                        if self.stack.len() >= self.limits.depth {
                            return Err(DecodeError::TooLarge);
                        }
                        self.stack.push(frame);
                        continue;
                    }
                    match self.close(frame)? {
                        Some(value) => value,
                        None => continue,
                    }
                }
            };
            // A finished element may finish the aggregates above it.
            loop {
                let Some(frame) = self.stack.last_mut() else { return Ok(Some(value)) };
                if let Some(attributes) = frame.remarks.take() {
                    self.stack.pop();
                    value = Value::Attribute { attributes, value: Box::new(value) };
                    continue;
                }
                frame.items.push(value);
                frame.missing -= 1;
                if frame.missing > 0 {
                    break;
                }
                let Some(frame) = self.stack.pop() else { break };
                match self.close(frame)? {
                    Some(closed) => value = closed,
                    None => break,
                }
            }
        }
    }

    /// Builds the value of a complete aggregate. An attribute is none: it waits for its reply.
    fn close(&mut self, mut frame: Frame) -> Result<Option<Value>, DecodeError> {
        Ok(Some(match frame.kind {
            Kind::Array => Value::Array(frame.items),
            Kind::Set => Value::Set(frame.items),
            Kind::Push => Value::Push(frame.items),
            Kind::Map => Value::Map(pair_up(frame.items)),
            Kind::Attribute => {
                if self.stack.len() >= self.limits.depth {
                    return Err(DecodeError::TooLarge);
                }
                frame.remarks = Some(pair_up(std::mem::take(&mut frame.items)));
                self.stack.push(frame);
                return Ok(None);
            }
        }))
    }

    /// Reads one header and, for byte strings, the content behind it.
    fn step(&mut self) -> Result<Step, DecodeError> {
        let Some((kind, line_end)) = self.find_line()? else { return Ok(Step::Starved) };
        let line = &self.buf[self.start + 1..line_end];
        let after = line_end + 2;
        let leaf = match kind {
            b'+' => Value::Simple(line.to_vec()),
            b'-' => Value::Error(line.to_vec()),
            b':' => Value::Integer(integer(line)?),
            b',' => Value::Double { value: double(line)?, text: line.to_vec() },
            b'(' => Value::BigNumber(big_number(line)?),
            b'#' => Value::Boolean(match line {
                b"t" => true,
                b"f" => false,
                _ => return Err(DecodeError::BadConstant),
            }),
            b'_' if line.is_empty() => Value::Null,
            b'_' => return Err(DecodeError::BadConstant),
            b'$' | b'=' | b'!' => return self.string(kind, after),
            b'*' | b'~' | b'>' | b'%' | b'|' => {
                let step = self.aggregate(kind, line)?;
                self.consume(after);
                return Ok(step);
            }
            other => return Err(DecodeError::UnknownType(other)),
        };
        self.consume(after);
        Ok(Step::Leaf(leaf))
    }

    fn aggregate(&self, kind: u8, line: &[u8]) -> Result<Step, DecodeError> {
        let count = integer(line)?;
        if count == -1 && kind == b'*' {
            return Ok(Step::Leaf(Value::NullArray));
        }
        let count = usize::try_from(count).map_err(|_| DecodeError::BadNumber)?;
        if count > self.limits.elements {
            return Err(DecodeError::TooLarge);
        }
        Ok(match kind {
            b'*' => Step::Open(Kind::Array, count),
            b'~' => Step::Open(Kind::Set, count),
            b'>' => Step::Open(Kind::Push, count),
            b'%' => Step::Open(Kind::Map, count.saturating_mul(2)),
            _ => Step::Open(Kind::Attribute, count.saturating_mul(2)),
        })
    }

    fn string(&mut self, kind: u8, body: usize) -> Result<Step, DecodeError> {
        let len = integer(&self.buf[self.start + 1..body - 2])?;
        if len == -1 && kind == b'$' {
            self.consume(body);
            return Ok(Step::Leaf(Value::NullBulk));
        }
        let len = usize::try_from(len).map_err(|_| DecodeError::BadNumber)?;
        if len > self.limits.bulk {
            return Err(DecodeError::TooLarge);
        }
        let end = body + len;
        if self.buf.len() < end + 2 {
            return Ok(Step::Starved);
        }
        if &self.buf[end..end + 2] != b"\r\n" {
            return Err(DecodeError::MissingEnd);
        }
        let content = &self.buf[body..end];
        let value = match kind {
            b'$' => Value::Bulk(content.to_vec()),
            b'!' => Value::BulkError(content.to_vec()),
            _ => match content {
                [a, b, c, b':', text @ ..] => {
                    Value::Verbatim { format: [*a, *b, *c], text: text.to_vec() }
                }
                _ => return Err(DecodeError::BadVerbatim),
            },
        };
        self.consume(end + 2);
        Ok(Step::Leaf(value))
    }

    /// Finds the line that begins at `start`: its type byte, and where its CR LF is.
    fn find_line(&mut self) -> Result<Option<(u8, usize)>, DecodeError> {
        let unread = &self.buf[self.start..];
        let Some(&kind) = unread.first() else { return Ok(None) };
        if !b"+-:,(#_$=!*~>%|".contains(&kind) {
            return Err(DecodeError::UnknownType(kind));
        }
        let Some(found) = memchr::memchr(b'\n', &unread[self.searched..]) else {
            self.searched = unread.len();
            if unread.len() > self.limits.line {
                return Err(DecodeError::TooLarge);
            }
            return Ok(None);
        };
        let newline = self.searched + found;
        if newline > self.limits.line {
            return Err(DecodeError::TooLarge);
        }
        if newline < 2 || unread[newline - 1] != b'\r' {
            return Err(DecodeError::MissingEnd);
        }
        // A byte string that is not complete is looked at again: then its header is found at once.
        self.searched = newline;
        Ok(Some((kind, self.start + newline - 1)))
    }

    fn consume(&mut self, to: usize) {
        self.start = to;
        self.searched = 0;
    }
}

fn pair_up(items: Vec<Value>) -> Vec<(Value, Value)> {
    let mut pairs = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        pairs.push((key, value));
    }
    pairs
}

fn integer(line: &[u8]) -> Result<i64, DecodeError> {
    let text = std::str::from_utf8(line).map_err(|_| DecodeError::BadNumber)?;
    text.parse().map_err(|_| DecodeError::BadNumber)
}

fn double(line: &[u8]) -> Result<f64, DecodeError> {
    let text = std::str::from_utf8(line).map_err(|_| DecodeError::BadNumber)?;
    text.parse().map_err(|_| DecodeError::BadNumber)
}

fn big_number(line: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let digits = line.strip_prefix(b"-").or_else(|| line.strip_prefix(b"+")).unwrap_or(line);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(DecodeError::BadNumber);
    }
    Ok(line.to_vec())
}

#[cfg(test)]
mod tests {
    use super::{DecodeError, Decoder, Limits};
    use crate::value::Value;

    fn decode(bytes: &[u8]) -> Result<Option<Value>, DecodeError> {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        decoder.next_value()
    }

    #[test]
    fn the_three_nulls_stay_apart() {
        assert_eq!(decode(b"_\r\n"), Ok(Some(Value::Null)));
        assert_eq!(decode(b"$-1\r\n"), Ok(Some(Value::NullBulk)));
        assert_eq!(decode(b"*-1\r\n"), Ok(Some(Value::NullArray)));
    }

    #[test]
    fn an_attribute_belongs_to_the_reply_behind_it() {
        let reply = decode(b"*2\r\n|1\r\n+a\r\n:1\r\n:2\r\n:3\r\n");
        let remark = Value::Attribute {
            attributes: vec![(Value::Simple(b"a".to_vec()), Value::Integer(1))],
            value: Box::new(Value::Integer(2)),
        };
        assert_eq!(reply, Ok(Some(Value::Array(vec![remark, Value::Integer(3)]))));
    }

    #[test]
    fn a_failed_decoder_stays_failed() {
        let mut decoder = Decoder::default();
        decoder.feed(b"?\r\n+OK\r\n");
        assert_eq!(decoder.next_value(), Err(DecodeError::UnknownType(b'?')));
        assert_eq!(decoder.next_value(), Err(DecodeError::UnknownType(b'?')));
    }

    #[test]
    fn limits_hold() {
        let deep = b"*1\r\n".repeat(300);
        assert_eq!(decode(&deep), Err(DecodeError::TooLarge));
        let empty_attributes = b"|0\r\n".repeat(300);
        assert_eq!(decode(&empty_attributes), Err(DecodeError::TooLarge));
        assert_eq!(decode(b"$99999999999\r\n"), Err(DecodeError::TooLarge));
        assert_eq!(decode(b"*4294967297\r\n"), Err(DecodeError::TooLarge));
        let mut decoder = Decoder::new(Limits { line: 8, ..Limits::default() });
        decoder.feed(b"+12345678901234");
        assert_eq!(decoder.next_value(), Err(DecodeError::TooLarge));
    }

    #[test]
    fn what_follows_the_replies_can_be_taken() {
        let mut decoder = Decoder::default();
        decoder.feed(b"+FULLRESYNC\r\nREDIS0011");
        assert_eq!(decoder.next_value(), Ok(Some(Value::Simple(b"FULLRESYNC".to_vec()))));
        assert_eq!(decoder.take_buffered(), b"REDIS0011");
        assert_eq!(decoder.buffered(), 0);
    }
}
