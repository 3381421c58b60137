//! Counts replies in a stream of bytes, without building them.
//!
//! A load generator needs to know when a reply is complete and whether it is an error, and nothing
//! else; on a pipelined load decoding values would cost more than the server spends on making them.
//!
//! Nesting needs no stack: a reply is complete when no element is missing. A top-level element is
//! one that is missing; an array of n replaces itself by n; everything else takes one away. Strings
//! are skipped by their length, other elements are one line.
//!
//! Most loads are answered alike over and over, `+OK` say. Where a reply ends depends on nothing
//! behind it, so bytes that begin like the latest short reply begin with a reply, and need not be
//! looked at.

/// The longest header or line that is kept while its end is awaited.
const LINE_MAX: usize = 64 * 1024;

/// The most elements a reply may lack: more is not a reply but nonsense.
const MISSING_MAX: u64 = 1 << 40;

/// The longest reply that is recognised when it comes again.
const KNOWN_MAX: usize = 32;

/// What a complete reply was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome<'a> {
    /// Anything but an error.
    Fine,
    /// An error, with its text, without the mark in front.
    Error(&'a [u8]),
}

/// Bytes that are no RESP; the connection is of no further use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotResp {
    /// What was found where a reply should be.
    pub found: Vec<u8>,
}

/// Counts the replies of one connection.
#[derive(Debug, Default)]
pub struct ReplyCounter {
    /// Elements that the current reply lacks; none between replies.
    missing: u64,
    /// The beginning of the top-level element has been seen; before it there may be attributes.
    has_begun: bool,
    /// Bytes of the current string, with its line end, that have not been seen.
    skip: u64,
    /// The current top-level reply is a push: nobody asked for it.
    is_push: bool,
    /// The current top-level reply is an error in the form of a long string.
    is_long_error: bool,
    /// The beginning of a line whose end has not arrived.
    carry: Vec<u8>,
    /// The latest reply that was short, neither error nor push, and received in one piece; empty
    /// if there was none.
    known: [u8; KNOWN_MAX],
    known_len: usize,
}

impl ReplyCounter {
    /// Takes the next bytes, and calls back for each reply that they complete.
    pub fn feed(
        &mut self,
        mut bytes: &[u8],
        mut on_reply: impl FnMut(Outcome<'_>),
    ) -> Result<(), NotResp> {
        // From the beginning of the current reply, unless that was in an earlier piece.
        let mut reply: Option<&[u8]> = None;
        loop {
            if self.missing == 0 && self.carry.is_empty() {
                if let Some(last) = reply.take() {
                    self.remember(&last[..last.len() - bytes.len()]);
                }
                if self.known_len > 0 && bytes.starts_with(&self.known[..self.known_len]) {
                    bytes = &bytes[self.known_len..];
                    on_reply(Outcome::Fine);
                    continue;
                }
                reply = Some(bytes);
            }
            if bytes.is_empty() {
                return Ok(());
            }
            if self.skip > 0 {
                let count = bytes.len().min(usize::try_from(self.skip).unwrap_or(usize::MAX));
                self.skip -= count as u64;
                bytes = &bytes[count..];
                if self.skip == 0 {
                    self.element_is_complete(Outcome::Fine, &mut on_reply);
                }
                continue;
            }
            let Some(end) = memchr::memchr(b'\n', bytes) else {
                if self.carry.len() + bytes.len() > LINE_MAX {
                    return Err(not_resp(bytes));
                }
                self.carry.extend_from_slice(bytes);
                return Ok(());
            };
            let (line, rest) = bytes.split_at(end + 1);
            bytes = rest;
            if self.carry.is_empty() {
                self.line(line, &mut on_reply)?;
            } else {
                let mut whole = std::mem::take(&mut self.carry);
                whole.extend_from_slice(line);
                self.line(&whole, &mut on_reply)?;
                whole.clear();
                self.carry = whole;
            }
        }
    }

    /// Keeps a whole reply, if one like it is to be recognised.
    #[inline]
    fn remember(&mut self, reply: &[u8]) {
        if !matches!(reply, [] | [b'-' | b'!' | b'>' | b'|', ..]) && reply.len() <= KNOWN_MAX {
            self.known[..reply.len()].copy_from_slice(reply);
            self.known_len = reply.len();
        }
    }

    /// Takes a line, with its end.
    #[inline]
    fn line(&mut self, line: &[u8], on_reply: &mut impl FnMut(Outcome<'_>)) -> Result<(), NotResp> {
        let [mark, text @ .., b'\r', b'\n'] = line else {
            return Err(not_resp(line));
        };
        if self.missing == 0 {
            self.missing = 1;
            self.has_begun = false;
        }
        let is_top = self.missing == 1 && !self.has_begun && *mark != b'|';
        if is_top {
            self.has_begun = true;
            self.is_push = *mark == b'>';
            self.is_long_error = *mark == b'!';
        }
        match mark {
            b'+' | b':' | b',' | b'#' | b'_' | b'(' => {
                self.element_is_complete(Outcome::Fine, on_reply);
            }
            b'-' => {
                let outcome = if is_top { Outcome::Error(text) } else { Outcome::Fine };
                self.element_is_complete(outcome, on_reply);
            }
            b'$' | b'=' | b'!' => match length(text) {
                Some(Some(count)) => self.skip = count + 2,
                Some(None) => self.element_is_complete(Outcome::Fine, on_reply),
                None => return Err(not_resp(line)),
            },
            b'*' | b'~' | b'>' | b'%' | b'|' => {
                let Some(count) = length(text).map(Option::unwrap_or_default) else {
                    return Err(not_resp(line));
                };
                let elements = if matches!(mark, b'%' | b'|') { 2 * count } else { count };
                self.missing = self.missing.saturating_add(elements);
                if self.missing > MISSING_MAX {
                    return Err(not_resp(line));
                }
                // Attributes come in front of an element and are none themselves.
                if *mark != b'|' {
                    self.element_is_complete(Outcome::Fine, on_reply);
                }
            }
            _ => return Err(not_resp(line)),
        }
        Ok(())
    }

    #[inline]
    fn element_is_complete(
        &mut self,
        outcome: Outcome<'_>,
        on_reply: &mut impl FnMut(Outcome<'_>),
    ) {
        self.missing -= 1;
        if self.missing == 0 && !self.is_push {
            on_reply(if self.is_long_error { Outcome::Error(b"") } else { outcome });
        }
    }
}

/// Reads a length: a number, none if it is minus one, or nothing if it is neither.
#[inline]
fn length(text: &[u8]) -> Option<Option<u64>> {
    if text == b"-1" {
        return Some(None);
    }
    if text.is_empty() || text.len() > 12 {
        return None;
    }
    let mut number = 0;
    for digit in text {
        number = 10 * number + u64::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
    }
    Some(Some(number))
}

#[cold]
fn not_resp(found: &[u8]) -> NotResp {
    NotResp { found: found[..found.len().min(80)].to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &[&str]) {
        for piece in 1..=input.len() {
            let mut counter = ReplyCounter::default();
            let mut found = Vec::new();
            for chunk in input.as_bytes().chunks(piece) {
                let fed = counter.feed(chunk, |outcome| {
                    found.push(match outcome {
                        Outcome::Fine => "fine".to_owned(),
                        Outcome::Error(text) => String::from_utf8_lossy(text).into_owned(),
                    });
                });
                fed.unwrap_or_else(|error| panic!("{input:?} in pieces of {piece}: {error:?}"));
            }
            assert_eq!(found, expected, "{input:?} in pieces of {piece}");
        }
    }

    #[test]
    fn replies_are_counted_however_the_stream_is_cut() {
        check("+OK\r\n:1\r\n$3\r\na\nb\r\n$-1\r\n", &["fine"; 4]);
        check("*2\r\n$1\r\nx\r\n*1\r\n-ERR inside\r\n*0\r\n*-1\r\n", &["fine"; 3]);
        check("-ERR no\r\n+OK\r\n!5\r\nERR x\r\n", &["ERR no", "fine", ""]);
        check("%1\r\n+a\r\n:1\r\n~2\r\n+a\r\n+b\r\n,1.5\r\n#t\r\n_\r\n(12\r\n", &["fine"; 6]);
        check("$0\r\n\r\n=7\r\ntxt:abc\r\n", &["fine"; 2]);
    }

    #[test]
    fn a_reply_that_begins_like_the_latest_one_is_counted_by_itself() {
        check("$1\r\na\r\n$1\r\na\r\n$11\r\n$1\r\na\r\n$1\r\n\r\n", &["fine"; 3]);
        check(
            ":1\r\n:1\r\n:10\r\n:1\r\n-1\r\n-1\r\n:1\r\n",
            &["fine", "fine", "fine", "fine", "1", "1", "fine"],
        );
        check("*1\r\n:1\r\n:1\r\n*1\r\n:1\r\n*1\r\n:2\r\n", &["fine"; 4]);
        check(">1\r\n:1\r\n>1\r\n:1\r\n+OK\r\n>1\r\n:1\r\n+OK\r\n", &["fine"; 2]);
    }

    #[test]
    fn pushes_are_not_counted_and_attributes_belong_to_what_follows() {
        check(">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n+OK\r\n", &["fine"]);
        check("|1\r\n+ttl\r\n:5\r\n$1\r\nx\r\n", &["fine"]);
        check("|1\r\n+ttl\r\n:5\r\n-ERR x\r\n", &["ERR x"]);
        check("*2\r\n|1\r\n+a\r\n+b\r\n+x\r\n+y\r\n:1\r\n", &["fine"; 2]);
    }

    #[test]
    fn what_is_no_resp_is_refused() {
        for wrong in
            ["HTTP/1.1 400\r\n", "+OK\n", "$x\r\n", "*1234567890123\r\n", "$-2\r\n", "$\r\n"]
        {
            let mut counter = ReplyCounter::default();
            assert!(counter.feed(wrong.as_bytes(), |_| ()).is_err(), "{wrong:?}");
        }
    }
}
