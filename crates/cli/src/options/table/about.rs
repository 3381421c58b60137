//! About this program.

use manual::Takes;

use super::{Row, one, row, text};
use crate::options::Mode;

pub(super) const ROWS: &[Row] = &[
    row!(["--help"], Takes::Nothing, "Show this text.", |o, _v| {
        o.mode = Mode::Help;
        Ok(())
    }),
    row!(["--version", "-v"], Takes::Nothing, "Show the version.", |o, _v| {
        o.mode = Mode::Version;
        Ok(())
    }),
    row!(["--man-page"], Takes::Nothing, "Write the manual page (roff).", |o, _v| {
        o.mode = Mode::ManPage;
        Ok(())
    }),
    row!(
        ["--completions"],
        Takes::One("shell"),
        "Write completions for bash, zsh or fish.",
        |o, v| {
            o.mode = Mode::Completions(text(one(v)));
            Ok(())
        }
    ),
];
