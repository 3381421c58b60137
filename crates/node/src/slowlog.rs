//! SLOWLOG: the commands that took longest lately.

use std::collections::VecDeque;

use crate::redact::Secrets;

/// Arguments of one entry beyond this many are only counted.
const ARGUMENTS_MAX: usize = 32;

/// Arguments longer than this are cut.
const ARGUMENT_MAX: usize = 128;

/// A command that took long.
#[derive(Debug, Clone)]
pub(crate) struct SlowEntry {
    /// Its number, which goes up and is never used again.
    pub(crate) id: u64,
    /// When it ran, in seconds of Unix time.
    pub(crate) unix_s: u64,
    /// How long it took.
    pub(crate) micros: u64,
    /// Its arguments, shortened.
    pub(crate) args: Vec<Vec<u8>>,
    /// The client's address.
    pub(crate) addr: String,
    /// The client's name.
    pub(crate) name: Vec<u8>,
}

/// The latest slow commands, newest first.
#[derive(Debug, Default)]
pub(crate) struct SlowLog {
    entries: VecDeque<SlowEntry>,
    next_id: u64,
}

impl SlowLog {
    pub(crate) fn push(&mut self, entry: SlowEntry, max: usize) {
        let id = self.next_id;
        self.next_id += 1;
        self.entries.push_front(SlowEntry { id, ..entry });
        self.entries.truncate(max);
    }

    pub(crate) fn entries(&self) -> impl ExactSizeIterator<Item = &SlowEntry> {
        self.entries.iter()
    }

    /// Forgets what is beyond a new, smaller bound.
    pub(crate) fn truncate(&mut self, max: usize) {
        self.entries.truncate(max);
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// Returns the arguments as they are kept: not too many, not too long, no secrets.
pub(crate) fn shorten(args: &[&[u8]], secrets: &Secrets) -> Vec<Vec<u8>> {
    let shown = if args.len() > ARGUMENTS_MAX { ARGUMENTS_MAX - 1 } else { args.len() };
    let mut kept: Vec<Vec<u8>> = args[..shown]
        .iter()
        .enumerate()
        .map(|(index, arg)| {
            let arg = secrets.show(index, arg);
            let mut kept = arg[..arg.len().min(ARGUMENT_MAX)].to_vec();
            if arg.len() > ARGUMENT_MAX {
                kept.extend_from_slice(
                    format!("... ({} more bytes)", arg.len() - ARGUMENT_MAX).as_bytes(),
                );
            }
            kept
        })
        .collect();
    if shown < args.len() {
        kept.push(format!("... ({} more arguments)", args.len() - shown).into_bytes());
    }
    kept
}
