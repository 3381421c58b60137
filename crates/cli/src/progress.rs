//! How far something long has come: a bar on standard error, if that is a terminal.
//!
//! The bar is the last line of the screen. Whatever else is written goes through [`crate::out`],
//! which wipes the bar away first; it is drawn again a moment later.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::clock;

/// The time between two pictures.
const REDRAW_EVERY: Duration = Duration::from_millis(200);
/// Cells of the bar.
const WIDTH: usize = 30;
/// So soon nobody believes an estimate.
const TOO_SOON: Duration = Duration::from_secs(1);

/// Whether a bar is on the screen.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// Something long. Its bar disappears with it.
#[derive(Debug)]
pub(crate) struct Progress {
    unit: Unit,
    total: Option<u64>,
    began: Instant,
    drawn: Option<Instant>,
    is_live: bool,
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    /// Things with a name in the plural.
    Things(&'static str),
    /// Bytes, shown in greater units.
    Bytes,
}

impl Unit {
    fn show(self, count: u64) -> String {
        let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        match (self, units.into_iter().find(|(size, _)| count >= *size)) {
            (Self::Bytes, Some((size, name))) => {
                format!("{:.1} {name}", count as f64 / size as f64)
            }
            (Self::Bytes, None) => format!("{count} B"),
            (Self::Things(_), _) => count.to_string(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Things(name) => name,
            Self::Bytes => "",
        }
    }
}

impl Progress {
    /// Begins something of which there are so many, if that is known.
    pub(crate) fn new(unit: Unit, total: Option<u64>) -> Self {
        let is_live = std::io::stderr().is_terminal();
        Self { unit, total, began: clock::now(), drawn: None, is_live }
    }

    /// Notes how many are done.
    pub(crate) fn at(&mut self, done: u64) {
        if !self.is_live || self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW_EVERY) {
            return;
        }
        self.drawn = Some(clock::now());
        let mut line = b"\r".to_vec();
        line.extend(picture(self.unit, self.total, done, self.began.elapsed()).bytes());
        line.extend(b"\x1b[K");
        IS_SHOWN.store(true, Ordering::Relaxed);
        // A bar that cannot be drawn is not missed.
        let _ = std::io::stderr().write_all(&line);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        wipe();
    }
}

/// Takes the bar from the screen, so that something else can be written.
pub(crate) fn wipe() {
    if IS_SHOWN.swap(false, Ordering::Relaxed) {
        let _ = std::io::stderr().write_all(b"\r\x1b[K");
    }
}

fn picture(unit: Unit, total: Option<u64>, done: u64, elapsed: Duration) -> String {
    let mut text = String::new();
    // What grows meanwhile may have more than it had.
    let total = total.map(|total| total.max(done)).filter(|total| *total > 0);
    // Writing to a string does not fail, here and below.
    if let Some(total) = total {
        let share = done as f64 / total as f64;
        let full = (share * WIDTH as f64) as usize;
        let bar = format!("{}{}", "#".repeat(full), "-".repeat(WIDTH - full));
        let _ = write!(text, "[{bar}] {:5.1}%  ", 100.0 * share);
    }
    text.push_str(&unit.show(done));
    if let Some(total) = total {
        let _ = write!(text, " of {}", unit.show(total));
    }
    if !unit.name().is_empty() {
        let _ = write!(text, " {}", unit.name());
    }
    if elapsed >= TOO_SOON && done > 0 {
        let per_second = done as f64 / elapsed.as_secs_f64();
        let _ = write!(text, "  {}/s", unit.show(per_second as u64));
        if let Some(total) = total {
            let left = ((total - done) as f64 / per_second).round() as u64;
            let _ = write!(text, "  {}:{:02} left", left / 60, left % 60);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_tells_share_speed_and_rest() {
        let keys = Unit::Things("keys");
        let second = Duration::from_secs(2);
        assert_eq!(
            picture(keys, Some(400), 100, second),
            "[#######-----------------------]  25.0%  100 of 400 keys  50/s  0:06 left"
        );
        assert_eq!(picture(Unit::Bytes, None, 3 << 20, second), "3.0 MiB  1.5 MiB/s");
        assert_eq!(picture(keys, Some(0), 0, second), "0 keys");
        assert!(picture(keys, Some(1), 2, Duration::ZERO).ends_with("100.0%  2 of 2 keys"));
    }
}
