//! Every option, once.
//!
//! A row says how the option is written, what it takes, what it means and what it does. Nothing
//! else in the program names an option.

mod about;
mod cluster;
mod connection;
mod diagnostics;
mod input;
mod output;
mod special;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::Options;

/// What an option does, with as many values as it takes.
pub(super) type Apply = fn(&mut Options, &[Vec<u8>]) -> Result<(), String>;
type Row = manual::Row<Apply>;
type Section = manual::Section<Apply>;

/// Writes a row on few lines.
macro_rules! row {
    ([$($name:literal),+], $takes:expr, $help:literal, |$o:ident, $v:ident| $apply:block) => {
        Row { names: &[$($name),+], takes: $takes, help: $help, apply: |$o, $v| $apply }
    };
}
use row;

/// Every option, in the order of the help text.
pub(super) const SECTIONS: &[Section] = &[
    Section { title: "Connection", rows: connection::ROWS },
    Section { title: "Input", rows: input::ROWS },
    Section { title: "Output", rows: output::ROWS },
    Section { title: "Instead of running a command", rows: special::ROWS },
    Section { title: "Diagnostics", rows: diagnostics::ROWS },
    Section { title: "Cluster", rows: cluster::ROWS },
    Section { title: "About this program", rows: about::ROWS },
];

/// The value of an option that takes one; the parser has seen to it that there is one.
fn one(values: &[Vec<u8>]) -> &[u8] {
    values.first().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

fn path(value: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(value))
}

#[cfg(test)]
mod tests {
    use super::SECTIONS;

    #[test]
    fn no_name_is_given_twice() {
        let rows = SECTIONS.iter().flat_map(|section| section.rows);
        let mut all: Vec<_> = rows.flat_map(|row| row.names).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
