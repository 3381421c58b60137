//! The only place of this program that looks at a clock, waits, or rests.

use std::time::{Duration, Instant};

/// Returns an instant to measure from.
pub(crate) fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a client measures real time")]
    Instant::now()
}

/// Rests.
pub(crate) fn sleep(duration: Duration) {
    if !duration.is_zero() {
        #[expect(clippy::disallowed_methods, reason = "a client paces its requests")]
        std::thread::sleep(duration);
    }
}
