//! Pretending to be a replica: the snapshot to a file, or the command stream to the screen.
//!
//! After SYNC the stream is not RESP for a while. The payload is announced by its length
//! (`$203`), or, when the server does not know it yet, by forty bytes that will follow its end
//! (`$EOF:…`). Line feeds before the announcement keep the connection alive.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use connector::Error;

use crate::interrupt::wait;
use crate::options::{Options, Output};
use crate::out::complain;
use crate::progress::{Progress, Unit};
use crate::session::{Failure, Session};
use crate::{clock, format, out};

const MARK_LEN: usize = 40;
/// The longest announcement; a longer line is not one.
const LINE_MAX: usize = 1024;

/// How often a replica gives a sign of life.
const ACK_EVERY: Duration = Duration::from_secs(1);

/// How the payload ends.
#[derive(Debug, Eq, PartialEq)]
enum Payload {
    Sized(u64),
    Marked(Vec<u8>),
}

/// The bytes of the stream after SYNC.
struct Raw<'a> {
    session: &'a mut Session,
    buffered: VecDeque<u8>,
}

impl Raw<'_> {
    fn byte(&mut self) -> Result<u8, Failure> {
        loop {
            if let Some(byte) = self.buffered.pop_front() {
                return Ok(byte);
            }
            let more = self.session.connection()?.read_raw()?;
            self.buffered.extend(more);
        }
    }

    fn chunk(&mut self) -> Result<Vec<u8>, Failure> {
        if self.buffered.is_empty() {
            return Ok(self.session.connection()?.read_raw()?);
        }
        Ok(std::mem::take(&mut self.buffered).into())
    }

    /// Reads a line, skipping empty ones.
    fn line(&mut self) -> Result<Vec<u8>, Failure> {
        let mut line = Vec::new();
        loop {
            match self.byte()? {
                b'\n' if line.is_empty() => {}
                b'\n' => return Ok(line),
                _ if line.len() == LINE_MAX => {
                    return Err(Error::Protocol(resp::decode::DecodeError::TooLarge).into());
                }
                byte => line.push(byte),
            }
        }
    }

    /// Passes the payload to `sink` and returns its length. What follows it stays in the stream.
    fn payload(
        &mut self,
        payload: &Payload,
        sink: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
    ) -> Result<u64, Failure> {
        let mut total = 0;
        let mut deliver = |part: &[u8]| -> Result<(), Failure> {
            total += part.len() as u64;
            sink(part).map_err(|error| Failure::Connection(Error::Io(error)))
        };
        match payload {
            Payload::Sized(len) => {
                let mut left = *len;
                while left > 0 {
                    let mut chunk = self.chunk()?;
                    let take =
                        usize::try_from(left).map_or(chunk.len(), |left| left.min(chunk.len()));
                    let rest = chunk.split_off(take);
                    deliver(&chunk)?;
                    left -= take as u64;
                    self.buffered.extend(rest);
                }
            }
            Payload::Marked(mark) => {
                let mut held: Vec<u8> = Vec::new();
                loop {
                    held.extend(self.chunk()?);
                    // The mark is random, so its first occurrence is the end.
                    if let Some(at) = held.windows(mark.len()).position(|part| part == mark) {
                        deliver(&held[..at])?;
                        self.buffered.extend(&held[at + mark.len()..]);
                        break;
                    }
                    let safe = held.len().saturating_sub(mark.len() - 1);
                    deliver(&held[..safe])?;
                    held.drain(..safe);
                }
            }
        }
        Ok(total)
    }
}

fn replconf(session: &mut Session, args: &[&str]) -> Result<bool, Failure> {
    complain!("sending REPLCONF {}", args.join(" "));
    let mut request = vec!["REPLCONF"];
    request.extend(args);
    let reply = session.call(&request)?;
    if let Some(text) = reply.as_error() {
        complain!("REPLCONF {} error: {}", args[0], String::from_utf8_lossy(text));
        return Ok(false);
    }
    Ok(true)
}

/// Sends SYNC or PSYNC and reads the announcement, or `None` for a partial resynchronisation.
fn synchronise(raw: &mut Raw<'_>, args: &[Vec<u8>]) -> Result<Option<Payload>, Failure> {
    let mut line = args.join(&b' ');
    line.extend_from_slice(b"\r\n");
    raw.session.connection()?.write_raw(&line)?;
    loop {
        let line = raw.line()?;
        let whole = line;
        let line = whole.strip_suffix(b"\r").unwrap_or(&whole);
        match line {
            [b'+', text @ ..] if text.starts_with(b"CONTINUE") => return Ok(None),
            [b'+', ..] => {}
            [b'$', text @ ..] => return announcement(text).map(Some),
            _ => {
                complain!("SYNC with master failed: {}", String::from_utf8_lossy(&whole));
                return Err(Failure::NotConnected);
            }
        }
    }
}

fn announcement(text: &[u8]) -> Result<Payload, Failure> {
    let bad = || Failure::Connection(Error::Protocol(resp::decode::DecodeError::BadNumber));
    if let Some(mark) = text.strip_prefix(b"EOF:") {
        return if mark.len() == MARK_LEN {
            Ok(Payload::Marked(mark.to_vec()))
        } else {
            Err(bad())
        };
    }
    let digits = std::str::from_utf8(text).map_err(|_| bad())?;
    digits.parse().map(Payload::Sized).map_err(|_| bad())
}

/// Shows the command stream, until the server ends it.
pub(crate) fn run(session: &mut Session) -> bool {
    if session.connect().is_err() {
        return false;
    }
    let outcome = replconf(session, &["capa", "eof"])
        .and_then(|_| replconf(session, &["rdb-filter-only", ""]))
        .and_then(|_| follow(session, &[b"SYNC".to_vec()]));
    match outcome {
        Ok(()) | Err(Failure::NotConnected) => {}
        Err(failure) => complain!("Error: {failure}"),
    }
    false
}

/// Sends SYNC or PSYNC, drops the snapshot, and shows the commands that follow it.
pub(crate) fn follow(session: &mut Session, args: &[Vec<u8>]) -> Result<(), Failure> {
    let mut raw = Raw { session, buffered: VecDeque::new() };
    if let Some(payload) = synchronise(&mut raw, args)? {
        match &payload {
            Payload::Sized(len) => {
                complain!("SYNC with master, discarding {len} bytes of bulk transfer...");
            }
            Payload::Marked(_) => {
                complain!(
                    "SYNC with master, discarding bytes of bulk transfer until EOF marker..."
                );
            }
        }
        let total = raw.payload(&payload, &mut |_| Ok(()))?;
        match payload {
            Payload::Sized(_) => complain!("SYNC done. Logging commands from master."),
            Payload::Marked(_) => {
                complain!("SYNC done after {total} bytes. Logging commands from master.");
                // A server that did not know the length waits for a sign that all has arrived.
                complain!("sending REPLCONF ACK 0");
                raw.session.send(&["REPLCONF", "ACK", "0"])?;
            }
        }
    }
    let rest: Vec<u8> = std::mem::take(&mut raw.buffered).into();
    session.connection()?.unread(&rest);
    let csv = Options { output: Output::Csv, ..(*session.options).clone() };
    let mut acknowledged = clock::now();
    loop {
        let connection = session.connection()?;
        if let Some(command) = connection.try_receive()? {
            out::bytes(&format::reply(&command, &csv));
            continue;
        }
        wait(Some(connection.as_fd()), None, None, Some(ACK_EVERY));
        // The first sign may have come before the server looked for it, so it is repeated, as
        // replicas do.
        if acknowledged.elapsed() >= ACK_EVERY {
            acknowledged = clock::now();
            session.send(&["REPLCONF", "ACK", "0"])?;
        }
    }
}

/// Saves a snapshot to a file, and returns whether it is complete.
pub(crate) fn save(session: &mut Session, functions_only: bool) -> bool {
    if session.connect().is_err() {
        return false;
    }
    let options = Rc::clone(&session.options);
    options.rdb_file.as_ref().is_some_and(|file| save_to(session, file, functions_only))
}

/// Saves a snapshot to the given file, and returns whether it is complete.
pub(crate) fn save_to(session: &mut Session, file: &Path, functions_only: bool) -> bool {
    match transfer(session, file, functions_only) {
        Ok(saved) => saved,
        Err(Failure::NotConnected) => false,
        Err(failure) => {
            complain!("Error: {failure}");
            false
        }
    }
}

fn transfer(session: &mut Session, file: &Path, functions_only: bool) -> Result<bool, Failure> {
    replconf(session, &["capa", "eof"])?;
    // A server that does not know the option sends the rest of the stream as well: no harm done.
    replconf(session, &["rdb-only", "1"])?;
    if functions_only && !replconf(session, &["rdb-filter-only", "functions"])? {
        complain!("Failed requesting functions only RDB from server, aborting");
        return Ok(false);
    }
    let mut raw = Raw { session, buffered: VecDeque::new() };
    let Some(payload) = synchronise(&mut raw, &[b"SYNC".to_vec()])? else { return Ok(false) };
    let name = file.display();
    match &payload {
        Payload::Sized(len) => complain!("SYNC sent to master, writing {len} bytes to '{name}'"),
        Payload::Marked(_) => complain!(
            "SYNC sent to master, writing bytes of bulk transfer until EOF marker to '{name}'"
        ),
    }
    let to_stdout = file == Path::new("-");
    let mut target: Option<File> = None;
    if !to_stdout {
        match File::create(file) {
            Ok(created) => target = Some(created),
            Err(error) => {
                complain!("Error opening '{name}': {}", connector::reason(&error));
                return Ok(false);
            }
        }
    }
    let size = if let Payload::Sized(len) = &payload { Some(*len) } else { None };
    let mut progress = Progress::new(Unit::Bytes, size);
    let mut done = 0;
    let written = raw.payload(&payload, &mut |part| {
        done += part.len() as u64;
        progress.at(done);
        match &mut target {
            Some(target) => target.write_all(part),
            None => {
                out::bytes(part);
                Ok(())
            }
        }
    });
    drop(progress);
    let total = match written {
        Ok(total) => total,
        Err(failure) => {
            complain!("Error: {failure}");
            complain!("Transfer of '{name}' is not complete");
            return Ok(false);
        }
    };
    if let Some(target) = target
        && let Err(error) = target.sync_all()
    {
        complain!("Fail to fsync '{name}': {}", connector::reason(&error));
        return Ok(false);
    }
    match payload {
        Payload::Sized(_) => complain!("Transfer finished with success."),
        Payload::Marked(_) => complain!("Transfer finished with success after {total} bytes"),
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::{Payload, announcement};

    #[test]
    fn announcements_are_a_length_or_a_mark() {
        assert_eq!(announcement(b"203").unwrap(), Payload::Sized(203));
        let mark = [b'x'; 40];
        let text = [&b"EOF:"[..], &mark].concat();
        assert_eq!(announcement(&text).unwrap(), Payload::Marked(mark.to_vec()));
        assert!(announcement(b"EOF:short").is_err());
        assert!(announcement(b"-1").is_err());
    }
}
