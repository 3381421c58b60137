//! The full-screen dashboard: INFO, LATENCY LATEST and SLOWLOG, once per interval.
//!
//! Plain ANSI sequences on the alternate screen; rates are differences between two samples. On a
//! cluster the figures are those of all primaries together, and each has a line as well. A server
//! that goes away is waited for.

mod hot;
mod layout;
mod panels;
mod sample;
mod text;

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use self::hot::HotKeys;
use self::panels::Frame;
use self::sample::Sample;
use self::text::Line;
use crate::interrupt::{Interrupt, Woken, wait};
use crate::out::complain;
use crate::session::Session;
use crate::terminal::{KeyByKey, read_key, stdin_is_terminal};
use crate::{keyspace, out};

/// Samples of the curve: as many as the widest screen has columns.
const CURVE: usize = 1000;
/// Rows of a list where the screen sets no limit.
const ROWS: usize = 10;
/// Width where the screen sets none.
const WIDTH: usize = 120;

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

/// Everything that a picture needs.
struct Dashboard {
    nodes: Vec<Session>,
    now: Sample,
    before: Option<Sample>,
    curve: Vec<f64>,
    hot: HotKeys,
    /// Whether commands may be watched to find hot keys.
    may_watch: bool,
    trouble: Option<String>,
    /// Rows of a list at most, if the user wants a limit.
    limit: Option<usize>,
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
    let mut dashboard = Dashboard::new(session)?;
    if !out::is_terminal() {
        let lines = dashboard.picture(WIDTH, None);
        let text: Vec<String> = lines.iter().map(|line| line.show(false) + "\n").collect();
        out::bytes(text.concat().as_bytes());
        return Ok(());
    }
    let interrupt = Interrupt::install().ok();
    let _screen = Screen::enter();
    let _modes = KeyByKey::begin();
    loop {
        dashboard.draw();
        let stdin = io::stdin();
        let keys = stdin_is_terminal().then(|| stdin.as_fd());
        match wait(None, keys, interrupt.as_ref(), Some(interval)) {
            Woken::Interrupt => return Ok(()),
            Woken::Second => match read_key() {
                None | Some(b'q' | b'Q' | 0x1b) => return Ok(()),
                Some(b'm' | b'M') => dashboard.may_watch = !dashboard.may_watch,
                Some(_) => {}
            },
            Woken::First | Woken::Timeout => {}
        }
        dashboard.advance();
    }
}

impl Dashboard {
    fn new(session: &mut Session) -> Result<Self, String> {
        let limit = session.options.top;
        let mut nodes = keyspace::nodes(session)?;
        let now = Sample::take(&mut nodes, limit.unwrap_or(ROWS))?;
        let hot = HotKeys::new(nodes.len());
        let (before, trouble) = (None, None);
        let mut dashboard =
            Self { nodes, now, before, curve: Vec::new(), hot, may_watch: false, trouble, limit };
        dashboard.look_for_hot_keys()?;
        Ok(dashboard)
    }

    fn look_for_hot_keys(&mut self) -> Result<(), String> {
        let has_counters = self.now.field("maxmemory_policy").ends_with("lfu");
        self.hot.look(&mut self.nodes, has_counters, self.may_watch)
    }

    /// Takes the next sample. If that fails, connections are made anew before the one after it.
    fn advance(&mut self) {
        let outcome = self.try_advance();
        if outcome.is_err() {
            self.nodes.iter_mut().for_each(Session::disconnect);
        }
        self.trouble = outcome.err();
    }

    fn try_advance(&mut self) -> Result<(), String> {
        for node in self.nodes.iter_mut().filter(|node| !node.is_connected()) {
            node.try_connect().map_err(|failure| failure.to_string())?;
        }
        let rows = self.limit.unwrap_or_else(|| out::size().0);
        let sample = Sample::take(&mut self.nodes, rows)?;
        self.curve.push(sample.rate(&self.now, "total_commands_processed"));
        let excess = self.curve.len().saturating_sub(CURVE);
        self.curve.drain(..excess);
        self.before = Some(std::mem::replace(&mut self.now, sample));
        self.look_for_hot_keys()
    }

    fn picture(&self, width: usize, height: Option<usize>) -> Vec<Line> {
        let frame = Frame {
            now: &self.now,
            before: self.before.as_ref(),
            curve: &self.curve,
            hot: &self.hot,
            trouble: self.trouble.as_deref(),
            width,
            height,
            rows: self.limit.or(height).unwrap_or(ROWS),
        };
        frame.lines()
    }

    /// Draws a picture over the last one.
    fn draw(&self) {
        let (rows, columns) = out::size();
        let mut screen = "\x1b[H".to_owned();
        for (at, line) in self.picture(columns, Some(rows)).iter().enumerate() {
            // Wiped before it is written: at the end of a full line the cursor is still on it.
            screen.push_str(if at == 0 { "\x1b[K" } else { "\r\n\x1b[K" });
            screen.push_str(&line.show(true));
        }
        screen.push_str("\x1b[J");
        out::bytes(screen.as_bytes());
    }
}
