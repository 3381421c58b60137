//! Mass insertion: raw protocol from standard input to the server.
//!
//! Writing and reading go on at the same time, as the server would stop reading once nobody takes
//! its replies. An ECHO of random bytes at the end marks the last reply.

use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use resp::value::Value;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::clock;
use crate::out::{complain, say};
use crate::progress::{Progress as Bar, Unit};
use crate::session::{Failure, Session};

const CHUNK: usize = 256 << 10;

/// How the transfer stands.
#[derive(Debug, Default)]
struct Progress {
    sent: u64,
    errors: u64,
    replies: u64,
}

/// Sends everything and returns whether no command failed.
pub(crate) fn run(session: &mut Session) -> bool {
    if session.connect().is_err() {
        return false;
    }
    let mut progress = Progress::default();
    match transfer(session, &mut progress) {
        Ok(()) => {}
        Err(Failure::Connection(error)) => {
            complain!("Error: {error}");
            progress.errors += 1;
        }
        Err(_) => progress.errors += 1,
    }
    say!("errors: {}, replies: {}\n", progress.errors, progress.replies);
    progress.errors == 0
}

fn transfer(session: &mut Session, progress: &mut Progress) -> Result<(), Failure> {
    let limit = session.options.pipe_timeout;
    let mut bar = Bar::new(Unit::Bytes, file_size());
    let mark: Vec<u8> = (0..20).map(|_| fastrand::alphanumeric() as u8).collect();
    let stdin = std::io::stdin();
    let mut input = stdin.lock();
    let mut chunk = vec![0; CHUNK];
    let mut pending: Vec<u8> = Vec::new();
    let mut at = 0;
    let mut ended = false;
    let mut heard: Instant = clock::now();
    loop {
        let reading = !ended && at == pending.len();
        let stdin_fd = stdin.as_fd();
        let connection = session.connection()?;
        let ready = wait(reading.then_some(stdin_fd), connection.as_fd(), at < pending.len());
        if ready.from_server {
            while let Some(reply) = connection.try_receive()? {
                heard = clock::now();
                if reply.as_bytes() == Some(&mark) && ended {
                    say!("Last reply received from server.\n");
                    return Ok(());
                }
                count(&reply, progress);
            }
        }
        if at < pending.len() {
            let sent = connection.try_write_raw(&pending[at..])?;
            at += sent;
            progress.sent += sent as u64;
            heard = if sent > 0 { clock::now() } else { heard };
        } else if reading && ready.from_input {
            let count = input.read(&mut chunk).map_err(connector::Error::Io)?;
            pending.clear();
            at = 0;
            pending.extend_from_slice(&chunk[..count]);
            if count == 0 {
                ended = true;
                heard = clock::now();
                // Whatever ends without CR LF does not swallow the mark.
                pending.extend(format!("\r\n*2\r\n$4\r\nECHO\r\n${}\r\n", mark.len()).bytes());
                pending.extend_from_slice(&mark);
                pending.extend_from_slice(b"\r\n");
                say!("All data transferred. Waiting for the last reply...\n");
            }
        }
        if ended && !limit.is_zero() && heard.elapsed() > limit {
            complain!("No replies for {} seconds: exiting.", limit.as_secs());
            progress.errors += 1;
            return Ok(());
        }
        bar.at(progress.sent);
    }
}

/// Returns the size of what is to be sent, if that is a file.
fn file_size() -> Option<u64> {
    let stat = rustix::fs::fstat(std::io::stdin()).ok()?;
    let is_file = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file();
    is_file.then(|| u64::try_from(stat.st_size).ok()).flatten()
}

fn count(reply: &Value, progress: &mut Progress) {
    if matches!(reply, Value::Push(_)) {
        return;
    }
    progress.replies += 1;
    if let Some(text) = reply.as_error() {
        complain!("{}", String::from_utf8_lossy(text));
        progress.errors += 1;
    }
}

struct Ready {
    from_input: bool,
    from_server: bool,
}

/// Waits up to a second until there is something to read, or room to write.
fn wait(input: Option<BorrowedFd<'_>>, server: BorrowedFd<'_>, to_write: bool) -> Ready {
    let flags = if to_write { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
    let server = PollFd::from_borrowed_fd(server, flags);
    let mut fds = vec![server];
    fds.extend(input.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
    let second = Timespec { tv_sec: 1, tv_nsec: 0 };
    if poll(&mut fds, Some(&second)).is_err() {
        return Ready { from_input: false, from_server: false };
    }
    let readable = PollFlags::IN | PollFlags::HUP | PollFlags::ERR;
    Ready {
        from_server: fds[0].revents().intersects(readable),
        from_input: fds.get(1).is_some_and(|fd| !fd.revents().is_empty()),
    }
}
