//! Ctrl-C while waiting.
//!
//! Once installed, the signal no longer ends the program: it wakes whoever waits for the server
//! through a pipe, and is then handled like any other input.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::SIGINT;

/// A pending or awaited Ctrl-C.
#[derive(Debug)]
pub(crate) struct Interrupt {
    raised: Arc<AtomicBool>,
    wake: UnixStream,
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Woken {
    /// The first of the descriptors has something to read.
    First,
    /// The second has.
    Second,
    /// Ctrl-C.
    Interrupt,
    /// Time is up.
    Timeout,
}

impl Interrupt {
    /// Takes over the signal.
    pub(crate) fn install() -> io::Result<Self> {
        let raised = Arc::new(AtomicBool::new(false));
        let (wake, sender) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        signal_hook::flag::register(SIGINT, Arc::clone(&raised))?;
        signal_hook::low_level::pipe::register(SIGINT, sender)?;
        Ok(Self { raised, wake })
    }

    /// Returns whether the signal came since the last call.
    pub(crate) fn take(&self) -> bool {
        let mut drain = [0; 64];
        while matches!(io::Read::read(&mut &self.wake, &mut drain), Ok(1..)) {}
        self.raised.swap(false, Ordering::SeqCst)
    }

    /// Returns whether the signal came, without forgetting it.
    pub(crate) fn is_raised(&self) -> bool {
        self.raised.load(Ordering::SeqCst)
    }
}

/// Waits until one of two descriptors can be read, the signal comes, or the time is up.
pub(crate) fn wait(
    first: Option<BorrowedFd<'_>>,
    second: Option<BorrowedFd<'_>>,
    interrupt: Option<&Interrupt>,
    timeout: Option<Duration>,
) -> Woken {
    let mut fds = Vec::with_capacity(3);
    let mut meanings = Vec::with_capacity(3);
    let candidates = [
        (interrupt.map(|interrupt| interrupt.wake.as_fd()), Woken::Interrupt),
        (second, Woken::Second),
        (first, Woken::First),
    ];
    for (fd, meaning) in &candidates {
        if let Some(fd) = fd {
            fds.push(PollFd::from_borrowed_fd(*fd, PollFlags::IN));
            meanings.push(*meaning);
        }
    }
    let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
    loop {
        match poll(&mut fds, timeout.as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) | Ok(0) => return Woken::Timeout,
            Ok(_) => {
                let ready = fds.iter().position(|fd| !fd.revents().is_empty());
                return ready.map_or(Woken::Timeout, |at| meanings[at]);
            }
        }
    }
}
