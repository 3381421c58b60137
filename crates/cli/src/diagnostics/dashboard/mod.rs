//! The full-screen dashboard: INFO, LATENCY LATEST and SLOWLOG, once per interval.
//!
//! Plain ANSI sequences on the alternate screen; rates are differences between two samples. On a
//! cluster the figures are those of all primaries together, and each has a line as well.

mod frame;
mod sample;

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use self::frame::Frame;
use self::sample::Sample;
use crate::interrupt::{Interrupt, Woken, wait};
use crate::out::complain;
use crate::session::Session;
use crate::terminal::{KeyByKey, read_key, stdin_is_terminal};
use crate::{keyspace, out};

/// Samples of the throughput curve.
const CURVE: usize = 60;

/// Leaves the alternate screen, whatever happens.
struct Screen;

impl Screen {
    fn enter() -> Self {
        out::bytes(b"\x1b[?1049h\x1b[?25l");
        Self
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        out::bytes(b"\x1b[?25h\x1b[?1049l");
    }
}

/// Shows the dashboard until q or Ctrl-C; without a terminal, one frame of plain text.
pub(crate) fn run(session: &mut Session) -> bool {
    match show(session) {
        Ok(()) => true,
        Err(message) => {
            complain!("Error: {message}");
            false
        }
    }
}

fn show(session: &mut Session) -> Result<(), String> {
    let interval = session.options.interval_or(Duration::from_secs(1));
    let rows = session.options.top;
    let mut nodes = keyspace::nodes(session)?;
    let mut take = || Sample::take(&mut nodes, rows).map_err(|failure| failure.to_string());
    let mut before = take()?;
    let mut curve: Vec<f64> = Vec::new();
    if !out::is_terminal() {
        let frame = Frame { now: &before, before: None, curve: &curve, rows };
        out::bytes(frame.to_string().as_bytes());
        return Ok(());
    }
    let interrupt = Interrupt::install().ok();
    let _screen = Screen::enter();
    let _modes = KeyByKey::begin();
    draw(&Frame { now: &before, before: None, curve: &curve, rows }.to_string());
    loop {
        let stdin = io::stdin();
        let keys = stdin_is_terminal().then(|| stdin.as_fd());
        match wait(None, keys, interrupt.as_ref(), Some(interval)) {
            Woken::Interrupt => return Ok(()),
            Woken::Second if matches!(read_key(), None | Some(b'q' | b'Q' | 0x1b)) => {
                return Ok(());
            }
            _ => {}
        }
        let sample = take()?;
        curve.push(sample.rate(&before, "total_commands_processed"));
        let excess = curve.len().saturating_sub(CURVE);
        curve.drain(..excess);
        draw(&Frame { now: &sample, before: Some(&before), curve: &curve, rows }.to_string());
        before = sample;
    }
}

/// Draws a frame over the last one, cut to the screen.
fn draw(text: &str) {
    let (rows, columns) = out::size();
    let mut screen = "\x1b[H".to_owned();
    for line in text.lines().take(rows.saturating_sub(1)) {
        screen.extend(line.chars().take(columns));
        screen.push_str("\x1b[K\r\n");
    }
    screen.push_str("\x1b[J");
    out::bytes(screen.as_bytes());
}
