//! Reads requests out of a byte stream without copying them.
//!
//! A request is a *multibulk* (`*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`) or, for people with a terminal, an *inline* line (`GET k\r\n`). The parser is given the bytes that are there and leaves [`Span`]s: ranges of those bytes. Only what cannot be a range is copied: an inline request with quotes, and a *big* argument, which is received straight into a [`Blob`] of its own so that it can become a value as it is.
//!
//! # When bytes are missing
//!
//! A request that is complete costs one pass and no allocation. One that is cut off leaves a [`Pending`] behind, so that a million arguments arriving in small pieces are each looked at once. The caller keeps the bytes from the request's first one on, appends what comes, and calls again with the same start. Bytes of a big argument never enter the caller's buffer once its length is known: [`Parser::big_argument`] says where to receive them.

use memchr::memchr;
use smallvec::SmallVec;
use structs::blob::Blob;

use crate::limits::{
    ARGUMENTS_MAX, ARGUMENTS_MAX_UNAUTHENTICATED, BIG_ARGUMENT, BIG_ARGUMENT_UPFRONT, BULK_MAX,
    BULK_MAX_UNAUTHENTICATED, LINE_MAX, Limits,
};

/// Where one argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    start: usize,
    len: usize,
}

impl Span {
    /// Marks a span whose bytes are in the list of blobs; `len` is then the index there.
    const IN_BLOB: usize = usize::MAX;

    /// Returns the argument's bytes.
    #[inline]
    pub fn slice<'a>(&self, bytes: &'a [u8], blobs: &'a [Blob]) -> &'a [u8] {
        if self.start == Self::IN_BLOB {
            &blobs[self.len]
        } else {
            &bytes[self.start..self.start + self.len]
        }
    }
}

/// What parsing came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A request; it ends before the given offset.
    Request(usize),
    /// Nothing to do (an empty line, an empty multibulk); what follows starts at the offset.
    Nothing(usize),
    /// More bytes are needed.
    Incomplete,
}

/// Why the peer cannot be understood. The connection ends after the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtocolError {
    /// A line without end where the number of arguments should be.
    CountTooLong,
    /// The number of arguments is not a number, or too large.
    InvalidCount,
    /// More arguments than somebody may send who has not logged in.
    UnauthenticatedCount,
    /// A line without end where an argument's length should be.
    BulkLenTooLong,
    /// Something else where an argument's length should be.
    ExpectedDollar(u8),
    /// An argument's length is not a number, or beyond the limit.
    InvalidBulkLen,
    /// A longer argument than somebody may send who has not logged in.
    UnauthenticatedBulkLen,
    /// An inline request without end.
    InlineTooLong,
    /// An inline request whose quotes do not match.
    UnbalancedQuotes,
}

impl ProtocolError {
    /// Returns the reply, without the leading `-`.
    pub fn text(self) -> String {
        let what = match self {
            Self::CountTooLong => "too big mbulk count string",
            Self::InvalidCount => "invalid multibulk length",
            Self::UnauthenticatedCount => "unauthenticated multibulk length",
            Self::BulkLenTooLong => "too big bulk count string",
            Self::ExpectedDollar(found) => {
                let shown = if found == 0 || !found.is_ascii() { '?' } else { found as char };
                return format!("ERR Protocol error: expected '$', got '{shown}'");
            }
            Self::InvalidBulkLen => "invalid bulk length",
            Self::UnauthenticatedBulkLen => "unauthenticated bulk length",
            Self::InlineTooLong => "too big inline request",
            Self::UnbalancedQuotes => "unbalanced quotes in request",
        };
        format!("ERR Protocol error: {what}")
    }
}

/// What is known of a request that has not arrived whole. Offsets count from its first byte.
#[derive(Debug)]
struct Pending {
    /// Where parsing goes on.
    at: usize,
    /// Arguments still to come, the current one included.
    missing: usize,
    /// The length of the current argument, once its header was read.
    bulk_len: Option<usize>,
    /// Whether the current argument goes into the last blob.
    big: bool,
    spans: Vec<Span>,
    /// Up to here an inline line was searched for its end.
    searched: usize,
}

/// The parser of one connection.
#[derive(Debug, Default)]
pub struct Parser {
    pending: Option<Box<Pending>>,
    blobs: SmallVec<[Blob; 1]>,
}

enum Header {
    Value(i64, usize),
    Incomplete,
    Malformed,
    TooLong,
}

/// Reads `<digits>\r\n` at `at`. The number may be negative.
#[inline]
fn header(bytes: &[u8], at: usize) -> Header {
    // Nearly every number has one to three digits.
    let rest = &bytes[at..];
    let mut value = 0_i64;
    for (index, &byte) in rest.iter().enumerate().take(4) {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            value = value * 10 + i64::from(digit);
        } else if byte == b'\r' && index > 0 && (rest[0] != b'0' || index == 1) {
            return match rest.get(index + 1) {
                Some(_) => Header::Value(value, at + index + 2),
                None => Header::Incomplete,
            };
        } else {
            break;
        }
    }
    header_slow(bytes, at)
}

#[cold]
fn header_slow(bytes: &[u8], at: usize) -> Header {
    let rest = &bytes[at..];
    let Some(end) = memchr(b'\r', rest) else {
        return if rest.len() > LINE_MAX { Header::TooLong } else { Header::Incomplete };
    };
    if end + 1 >= rest.len() {
        return Header::Incomplete;
    }
    match stdx::number::parse_i64(&rest[..end]) {
        Some(value) => Header::Value(value, at + end + 2),
        None => Header::Malformed,
    }
}

impl Parser {
    /// Returns whether a request has begun that is not complete.
    pub fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Returns the bytes that a request in the making has claimed for its big arguments and for the list of its arguments.
    pub fn memory(&self) -> usize {
        self.blobs.iter().map(Blob::allocation_size).sum::<usize>()
            + self.pending.as_ref().map_or(0, |p| p.spans.capacity() * size_of::<Span>())
    }

    /// Returns how many bytes of a big argument have arrived, and how much room there is for more of them.
    pub fn arriving(&self) -> (usize, usize) {
        let is_big = self.pending.as_ref().is_some_and(|pending| pending.big);
        let blob = self.blobs.last().filter(|_| is_big);
        blob.map_or((0, 0), |blob| (blob.len(), blob.capacity() - blob.len()))
    }

    /// Returns the big arguments of the request that was parsed last.
    pub fn blobs(&self) -> &[Blob] {
        &self.blobs
    }

    /// Takes the big arguments of the request that was parsed last.
    pub fn take_blobs(&mut self) -> SmallVec<[Blob; 1]> {
        std::mem::take(&mut self.blobs)
    }

    /// Forgets a request in the making: its bytes will be given again from its start.
    pub fn reset(&mut self) {
        self.pending = None;
        self.blobs.clear();
    }

    /// Returns where to receive the rest of a big argument, and how many bytes that is.
    ///
    /// The blob has room for at least one byte. After filling it, call [`Parser::parse`] as after any other arrival.
    pub fn big_argument(&mut self) -> Option<(&mut Blob, usize)> {
        let pending = self.pending.as_ref()?;
        let (true, Some(len)) = (pending.big, pending.bulk_len) else { return None };
        let blob = self.blobs.last_mut()?;
        let missing = len - blob.len();
        if missing == 0 {
            return None;
        }
        if blob.capacity() == blob.len() {
            let step = blob.len().clamp(BIG_ARGUMENT_UPFRONT, 1 << 30);
            blob.reserve_exact(missing.min(step));
        }
        Some((blob, missing))
    }

    /// Parses one request that starts at `start`; its arguments are appended to `spans`.
    ///
    /// After [`Parsed::Incomplete`], `spans` is as it was, and the caller keeps all bytes from `start` on.
    #[inline]
    pub fn parse(
        &mut self,
        bytes: &[u8],
        start: usize,
        spans: &mut Vec<Span>,
        limits: &Limits,
    ) -> Result<Parsed, ProtocolError> {
        if self.pending.is_some() {
            return self.resume(bytes, start, spans, limits);
        }
        match bytes.get(start) {
            None => Ok(Parsed::Incomplete),
            Some(b'*') => self.multibulk(bytes, start, spans, limits),
            Some(_) => self.inline(bytes, start, 0, spans),
        }
    }

    #[inline]
    fn multibulk(
        &mut self,
        bytes: &[u8],
        start: usize,
        spans: &mut Vec<Span>,
        limits: &Limits,
    ) -> Result<Parsed, ProtocolError> {
        let (count, at) = match header(bytes, start + 1) {
            Header::Value(count, at) => (count, at),
            Header::Incomplete => return Ok(Parsed::Incomplete),
            Header::Malformed => return Err(ProtocolError::InvalidCount),
            Header::TooLong => return Err(ProtocolError::CountTooLong),
        };
        if count > ARGUMENTS_MAX {
            return Err(ProtocolError::InvalidCount);
        }
        if count > ARGUMENTS_MAX_UNAUTHENTICATED && limits.unauthenticated {
            return Err(ProtocolError::UnauthenticatedCount);
        }
        if count <= 0 {
            return Ok(Parsed::Nothing(at));
        }
        self.bulks(bytes, Progress { start, at, missing: count as usize }, spans, limits)
    }

    /// Reads arguments while they are all there.
    #[inline]
    fn bulks(
        &mut self,
        bytes: &[u8],
        mut progress: Progress,
        spans: &mut Vec<Span>,
        limits: &Limits,
    ) -> Result<Parsed, ProtocolError> {
        let first = spans.len();
        while progress.missing > 0 {
            let at = progress.at;
            match bytes.get(at) {
                None => return Ok(self.suspend(&progress, None, spans, first)),
                Some(b'$') => (),
                Some(&found) => return Err(ProtocolError::ExpectedDollar(found)),
            }
            let (len, body) = match header(bytes, at + 1) {
                Header::Value(len, body) => (len, body),
                Header::Incomplete => return Ok(self.suspend(&progress, None, spans, first)),
                Header::Malformed => return Err(ProtocolError::InvalidBulkLen),
                Header::TooLong => return Err(ProtocolError::BulkLenTooLong),
            };
            if len < 0 || len > limits.bulk_max.min(BULK_MAX) {
                return Err(ProtocolError::InvalidBulkLen);
            }
            if len > BULK_MAX_UNAUTHENTICATED && limits.unauthenticated {
                return Err(ProtocolError::UnauthenticatedBulkLen);
            }
            let len = len as usize;
            if bytes.len() - body < len + 2 {
                progress.at = body;
                return Ok(self.cut_off(bytes, progress, len, spans, first));
            }
            spans.push(Span { start: body, len });
            progress.at = body + len + 2;
            progress.missing -= 1;
        }
        Ok(Parsed::Request(progress.at))
    }

    /// Remembers how far a request came.
    #[cold]
    fn suspend(
        &mut self,
        progress: &Progress,
        bulk_len: Option<usize>,
        spans: &mut Vec<Span>,
        first: usize,
    ) -> Parsed {
        let start = progress.start;
        let seen = spans.drain(first..).map(|span| match span.start {
            Span::IN_BLOB => span,
            _ => Span { start: span.start - start, ..span },
        });
        let pending = Pending {
            at: progress.at - start,
            missing: progress.missing,
            bulk_len,
            big: false,
            spans: seen.collect(),
            searched: 0,
        };
        self.pending = Some(Box::new(pending));
        Parsed::Incomplete
    }

    /// An argument has been announced and is not all there: a big one gets a place of its own.
    #[cold]
    fn cut_off(
        &mut self,
        bytes: &[u8],
        progress: Progress,
        len: usize,
        spans: &mut Vec<Span>,
        first: usize,
    ) -> Parsed {
        let here = &bytes[progress.at..];
        let all = here.len() >= len;
        self.suspend(&progress, Some(len), spans, first);
        if len >= BIG_ARGUMENT && !all {
            let mut blob = Blob::with_capacity(len.min(BIG_ARGUMENT_UPFRONT.max(here.len())));
            blob.extend(here);
            self.blobs.push(blob);
            if let Some(pending) = &mut self.pending {
                pending.big = true;
            }
        }
        Parsed::Incomplete
    }

    /// Returns where the bytes of a request end that the caller has to keep; it starts at `start`, and the bytes there are end at `end`.
    ///
    /// To be asked after each [`Parsed::Incomplete`]: bytes behind may have gone into a big argument already.
    pub fn keep_until(&self, start: usize, end: usize) -> usize {
        match (&self.pending, self.blobs.last()) {
            (Some(pending), Some(blob)) if pending.big && Some(blob.len()) < pending.bulk_len => {
                (start + pending.at).min(end)
            }
            _ => end,
        }
    }

    fn resume(
        &mut self,
        bytes: &[u8],
        start: usize,
        spans: &mut Vec<Span>,
        limits: &Limits,
    ) -> Result<Parsed, ProtocolError> {
        let Some(mut pending) = self.pending.take() else { return Ok(Parsed::Incomplete) };
        if pending.missing == 0 {
            return self.inline(bytes, start, pending.searched, spans);
        }
        let at = start + pending.at;
        if let Some(len) = pending.bulk_len {
            let (there, span) = if pending.big {
                let blob = self.blobs.last().map_or(0, Blob::len);
                let span = Span { start: Span::IN_BLOB, len: self.blobs.len() - 1 };
                (blob == len && bytes.len() >= at + 2, span)
            } else {
                (bytes.len() - at >= len + 2, Span { start: pending.at, len })
            };
            if !there {
                self.pending = Some(pending);
                return Ok(Parsed::Incomplete);
            }
            pending.at += if pending.big { 2 } else { len + 2 };
            pending.missing -= 1;
            pending.spans.push(span);
        }
        let first = spans.len();
        spans.extend(pending.spans.iter().map(|span| match span.start {
            Span::IN_BLOB => *span,
            _ => Span { start: span.start + start, ..*span },
        }));
        let progress = Progress { start, at: start + pending.at, missing: pending.missing };
        self.bulks_from(bytes, progress, spans, limits, first, *pending)
    }

    /// Goes on with [`Parser::bulks`], taking the arguments from `first` on back when it is cut off again.
    fn bulks_from(
        &mut self,
        bytes: &[u8],
        progress: Progress,
        spans: &mut Vec<Span>,
        limits: &Limits,
        first: usize,
        earlier: Pending,
    ) -> Result<Parsed, ProtocolError> {
        let parsed = self.bulks(bytes, progress, spans, limits)?;
        if parsed == Parsed::Incomplete
            && let Some(pending) = &mut self.pending
        {
            // The list that exists grows; copying it for each arrival would be quadratic.
            let mut all = earlier.spans;
            all.append(&mut pending.spans);
            pending.spans = all;
            spans.truncate(first);
        }
        Ok(parsed)
    }

    #[cold]
    fn inline(
        &mut self,
        bytes: &[u8],
        start: usize,
        searched: usize,
        spans: &mut Vec<Span>,
    ) -> Result<Parsed, ProtocolError> {
        let line = &bytes[start..];
        let Some(end) = memchr(b'\n', &line[searched.min(line.len())..]) else {
            if line.len() > LINE_MAX {
                return Err(ProtocolError::InlineTooLong);
            }
            self.pending = Some(Box::new(Pending {
                at: 0,
                missing: 0,
                bulk_len: None,
                big: false,
                spans: Vec::new(),
                searched: line.len(),
            }));
            return Ok(Parsed::Incomplete);
        };
        let end = end + searched;
        if end > LINE_MAX {
            return Err(ProtocolError::InlineTooLong);
        }
        let text = line[..end].strip_suffix(b"\r").unwrap_or(&line[..end]);
        let args = stdx::text::split_args(text).ok_or(ProtocolError::UnbalancedQuotes)?;
        if args.is_empty() {
            return Ok(Parsed::Nothing(start + end + 1));
        }
        // A person is typing: copies do not matter, and quotes may have changed the bytes.
        for arg in args {
            spans.push(Span { start: Span::IN_BLOB, len: self.blobs.len() });
            self.blobs.push(Blob::from_slice(&arg));
        }
        Ok(Parsed::Request(start + end + 1))
    }
}

struct Progress {
    /// The request's first byte.
    start: usize,
    /// The next byte to look at.
    at: usize,
    /// Arguments still to come.
    missing: usize,
}

#[cfg(test)]
mod tests;
