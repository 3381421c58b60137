//! Arguments that nobody may read over a client's shoulder: passwords, in the slow log and under MONITOR.

use std::ops::Range;

use commands::Args;

use crate::table::Row;

/// What is shown instead.
pub(crate) const SHOWN: &[u8] = b"(redacted)";

/// The secret arguments of one request.
#[derive(Debug, Default)]
pub(crate) struct Secrets(Vec<Range<usize>>);

/// Everything from `first` on is secret.
fn options_from(first: usize, count: usize) -> Vec<Range<usize>> {
    std::iter::once(first.min(count)..count).collect()
}

impl Secrets {
    /// Finds the secrets of a request; the row is that of the command it resolves to.
    pub(crate) fn of(row: &Row, args: &Args<'_>) -> Self {
        let count = args.len();
        Self(match &*row.full_name {
            "auth" => options_from(1, count),
            "hello" => options(args, 2, &[("AUTH", 2, true), ("SETNAME", 1, false)]),
            "migrate" => options(args, 6, &[("AUTH", 1, true), ("AUTH2", 2, true)]),
            "acl|setuser" => options_from(2, count),
            "config|set" => (2..count)
                .step_by(2)
                .filter(|&name| config::find_directive(args[name]).is_some_and(|row| row.sensitive))
                .map(|name| name + 1..name + 2)
                .collect(),
            _ => Vec::new(),
        })
    }

    /// Returns the argument as it may be shown.
    pub(crate) fn show<'a>(&self, index: usize, arg: &'a [u8]) -> &'a [u8] {
        if self.0.iter().any(|range| range.contains(&index)) { SHOWN } else { arg }
    }
}

/// Returns the places of the arguments of secret options. An option is a keyword, the number of its arguments, and whether they are secret.
fn options(args: &Args<'_>, from: usize, known: &[(&str, usize, bool)]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut index = from;
    while index < args.len() {
        let option = known.iter().find(|(keyword, ..)| args.is(index, keyword));
        let &(_, count, secret) = option.unwrap_or(&("", 0, false));
        if secret {
            ranges.push(index + 1..index + 1 + count);
        }
        index += 1 + count;
    }
    ranges
}
