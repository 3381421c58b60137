//! Signals that ask the server to stop.
//!
//! The handlers set a flag and wake the event loop, which does the rest. A second request while
//! the first one is being worked on ends the program at once: whoever asks twice means it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::wake::Wake;

/// The exit status of a server that was told twice to stop.
const IMPATIENT: i32 = 1;

/// A request to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopSignal {
    /// From the keyboard.
    Interrupt,
    /// From a service manager, or from whoever calls `kill`.
    Terminate,
}

impl StopSignal {
    /// Returns its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }
}

/// What the handlers have left.
#[derive(Debug)]
pub(crate) struct Signals {
    /// The number of the last signal; zero is none.
    last: Arc<AtomicUsize>,
}

impl Signals {
    /// Installs the handlers.
    pub(crate) fn install(wake: &Wake) -> io::Result<Self> {
        let signals = Self { last: Arc::default() };
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // Handlers run in this order, so that the first signal does not find itself.
            flag::register_conditional_shutdown(signal, IMPATIENT, Arc::clone(&asked))?;
            flag::register(signal, Arc::clone(&asked))?;
            flag::register_usize(signal, Arc::clone(&signals.last), signal as usize)?;
            low_level::pipe::register(signal, wake.waker()?.into_stream())?;
        }
        // The terminal's end is not ours. (A broken pipe is an error code: Rust sees to that.)
        flag::register(SIGHUP, Arc::default())?;
        Ok(signals)
    }

    /// Takes the request to stop, if there is one.
    pub(crate) fn take(&self) -> Option<StopSignal> {
        match self.last.swap(0, Ordering::AcqRel) as i32 {
            SIGINT => Some(StopSignal::Interrupt),
            SIGTERM => Some(StopSignal::Terminate),
            _ => None,
        }
    }
}
