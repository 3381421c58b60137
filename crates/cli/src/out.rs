//! The two output streams.
//!
//! Everything written goes through here, so that one place decides what a reader who went away
//! means: the program ends quietly, as programs in a pipeline do.

use std::fmt::Arguments;
use std::io::{IsTerminal, Write};

/// Writes formatted text to standard output.
macro_rules! say {
    ($($arg:tt)*) => { $crate::out::text(format_args!($($arg)*)) };
}

/// Writes a formatted line to standard error.
macro_rules! complain {
    ($($arg:tt)*) => { $crate::out::complaint(format_args!($($arg)*)) };
}

pub(crate) use {complain, say};

/// Writes bytes to standard output, at once.
pub(crate) fn bytes(content: &[u8]) {
    crate::progress::wipe();
    let mut out = std::io::stdout().lock();
    if out.write_all(content).and_then(|()| out.flush()).is_err() {
        #[expect(clippy::exit, reason = "nobody reads what this program has to say")]
        std::process::exit(1);
    }
}

/// Writes formatted text to standard output, at once.
pub(crate) fn text(arguments: Arguments<'_>) {
    match arguments.as_str() {
        Some(text) => bytes(text.as_bytes()),
        None => bytes(arguments.to_string().as_bytes()),
    }
}

/// Writes a line to standard error. If that fails there is nobody left to tell.
pub(crate) fn complaint(arguments: Arguments<'_>) {
    crate::progress::wipe();
    let _ = std::io::stderr().lock().write_all(format!("{arguments}\n").as_bytes());
}

/// Returns whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// Returns rows and columns of the terminal, or 24 and 80.
pub(crate) fn size() -> (usize, usize) {
    match rustix::termios::tcgetwinsize(std::io::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
            (usize::from(size.ws_row), usize::from(size.ws_col))
        }
        _ => (24, 80),
    }
}
