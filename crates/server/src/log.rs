//! The server's log: one line an event, in the form that operators and their tools know.
//!
//! ```text
//! 4711:M 23 Nov 2026 04:59:18.718 * Ready to accept connections tcp
//! |    | |                        | |
//! |    | local time               | text
//! |    role: M primary, S replica, C before serving, X Sentinel
//! process                         level: . debug, - verbose, * notice, # warning
//! ```
//!
//! A log file is opened for each line. Lines are rare, and so a file that was moved away is never
//! written to by mistake, without any signal. Without a file, lines go to standard output, each
//! flushed by itself: whoever reads a pipe sees a line when it happens.
//!
//! A line that cannot be written is dropped: there is nobody left to tell, and a full disk must
//! not stop the server.

use std::cell::{Cell, RefCell};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use config::{Config, LogLevel as Threshold};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use node::LogLevel;
use stdx::clock::{Clock, SystemClock};

use crate::syslog::Syslog;

/// Where lines of the log go.
#[derive(Debug)]
pub(crate) struct Log {
    threshold: Cell<Threshold>,
    file: RefCell<Option<PathBuf>>,
    syslog: RefCell<Option<Syslog>>,
    role: Cell<char>,
    clock: SystemClock,
}

impl Log {
    /// Returns a log to standard output, as it is before there are settings.
    pub(crate) fn new() -> Self {
        Self {
            threshold: Cell::new(Threshold::Notice),
            file: RefCell::new(None),
            syslog: RefCell::new(None),
            role: Cell::new('C'),
            clock: SystemClock::new(),
        }
    }

    /// Follows the settings.
    pub(crate) fn configure(&self, config: &Config) {
        self.threshold.set(config.loglevel);
        let path = crate::text::path(&config.logfile);
        *self.file.borrow_mut() = (!config.logfile.is_empty()).then_some(path);
        *self.syslog.borrow_mut() = config.syslog_enabled.then(|| Syslog::new(config));
    }

    /// Says what the server is, from now on.
    pub(crate) fn set_role(&self, role: char) {
        self.role.set(role);
    }

    /// Returns whether lines go to standard output.
    pub(crate) fn is_on_stdout(&self) -> bool {
        self.file.borrow().is_none()
    }

    /// Returns the path of the log file, if there is one.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.file.borrow().clone()
    }

    /// Writes a line, unless it matters too little.
    pub(crate) fn write(&self, level: LogLevel, text: &str) {
        if rank(level) < self.threshold.get() as u8 {
            return;
        }
        let time = Timestamp::from_microsecond(self.clock.unix_us() as i64).unwrap_or_default();
        let time = time.to_zoned(TimeZone::system()).strftime("%d %b %Y %H:%M:%S.%3f");
        let (pid, role, mark) = (std::process::id(), self.role.get(), mark(level));
        // A line is one line, whoever has put what into it.
        let text = text.replace(['\n', '\r'], " ");
        self.write_raw(&format!("{pid}:{role} {time} {mark} {text}\n"));
        if let Some(syslog) = &*self.syslog.borrow() {
            syslog.send(level, &text);
        }
    }

    /// Writes a line that somebody should look at.
    pub(crate) fn warning(&self, text: &str) {
        self.write(LogLevel::Warning, text);
    }

    /// Writes a line that one wants to know in production.
    pub(crate) fn notice(&self, text: &str) {
        self.write(LogLevel::Notice, text);
    }

    /// Writes text without a head, whatever the level is.
    pub(crate) fn write_raw(&self, text: &str) {
        // Dropped where it cannot be written: see the head of the module.
        let _ = match &*self.file.borrow() {
            Some(path) => open(path).and_then(|mut file| file.write_all(text.as_bytes())),
            None => {
                let mut stdout = std::io::stdout().lock();
                stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
            }
        };
    }
}

/// Checks that a log file can be written to.
pub(crate) fn check(path: &Path) -> std::io::Result<()> {
    open(path).map(drop)
}

fn open(path: &Path) -> std::io::Result<std::fs::File> {
    OpenOptions::new().append(true).create(true).open(path)
}

/// How much a level matters, in the order of the threshold's words.
fn rank(level: LogLevel) -> u8 {
    let threshold = match level {
        LogLevel::Debug => Threshold::Debug,
        LogLevel::Verbose => Threshold::Verbose,
        LogLevel::Notice => Threshold::Notice,
        LogLevel::Warning => Threshold::Warning,
    };
    threshold as u8
}

fn mark(level: LogLevel) -> char {
    match level {
        LogLevel::Debug => '.',
        LogLevel::Verbose => '-',
        LogLevel::Notice => '*',
        LogLevel::Warning => '#',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_their_form_and_small_ones_are_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let log = Log::new();
        *log.file.borrow_mut() = Some(path.clone());
        log.write(LogLevel::Verbose, "too small");
        log.set_role('M');
        log.notice("hello\nworld");
        std::fs::rename(&path, folder.path().join("old")).expect("moved away");
        log.warning("again");

        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a log");
        let (old, new) = (read("old"), read("log"));
        let pid = std::process::id();
        assert!(old.starts_with(&format!("{pid}:M ")), "{old}");
        assert!(old.ends_with(" * hello world\n"), "{old}");
        assert_eq!(old.lines().count(), 1);
        assert!(new.ends_with(" # again\n"), "{new}");
        // Day, month, year and time.
        let words: Vec<&str> = new.split(' ').collect();
        assert_eq!((words[1].len(), words[2].len(), words[3].len(), words[4].len()), (2, 3, 4, 12));
    }
}
