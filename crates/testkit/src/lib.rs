//! Servers on demand, transcripts, and waiting without sleeping: for tests.

mod server;
pub mod transcript;

use std::time::Duration;

use stdx::clock::{Clock, SystemClock};

pub use server::Server;

/// How long a test waits for something that should happen soon.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until `condition` holds.
///
/// # Panics
/// When it does not within twenty seconds; `what` says what was waited for.
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let clock = SystemClock::new();
    let end = clock.mono_ns() + PATIENCE.as_nanos() as u64;
    while !condition() {
        assert!(clock.mono_ns() < end, "waited in vain for {what}");
        std::thread::yield_now();
    }
}
