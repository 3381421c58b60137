//! How the manager talks.

use std::io::BufRead;

use crate::out::{is_terminal, say};

/// What a line is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Note {
    /// Something begins.
    Step,
    /// Something is in order.
    Good,
    /// Something should be looked at.
    Warning,
    /// Something is wrong.
    Bad,
}

/// Says a line, in its colour on a terminal.
pub(super) fn note(note: Note, text: &str) {
    let colour = match note {
        Note::Step => "1",
        Note::Good => "32;1",
        Note::Warning => "33;1",
        Note::Bad => "31;1",
    };
    if is_terminal() {
        say!("\x1b[{colour}m{text}\x1b[0m\n");
    } else {
        say!("{text}\n");
    }
}

/// Asks for a line.
pub(super) fn ask(question: &str) -> String {
    say!("{question}");
    let mut line = String::new();
    // The end of the input is an empty answer.
    let _ = std::io::stdin().lock().read_line(&mut line);
    line.trim().to_owned()
}

/// Asks for a yes, unless it has been given beforehand.
pub(super) fn confirmed(question: &str, yes: bool) -> bool {
    yes || ask(question).eq_ignore_ascii_case("yes")
}
