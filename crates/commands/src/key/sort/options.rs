//! What a request for sorting asks for.

use std::ops::Range;

use super::pattern::Pattern;
use crate::{Args, CommandError};

/// The options of SORT.
#[derive(Debug)]
pub(super) struct Options<'a> {
    /// Where to find what elements are sorted by, if not by themselves.
    pub(super) by: Option<Pattern<'a>>,
    /// Whether elements stay in the order they have, since `BY` named the same for all.
    pub(super) unsorted: bool,
    /// What is answered for each element, if not itself.
    pub(super) gets: Vec<Pattern<'a>>,
    pub(super) descending: bool,
    /// Whether elements are compared as texts, not as numbers.
    pub(super) alpha: bool,
    /// Which argument is the key that gets the result.
    pub(super) store: Option<usize>,
    offset: i64,
    /// How many elements; all if negative.
    count: i64,
}

impl<'a> Options<'a> {
    /// Reads what comes after the key. `STORE` is for commands that write.
    pub(super) fn read(args: &Args<'a>, may_store: bool) -> Result<Self, CommandError> {
        let mut options = Self {
            by: None,
            unsorted: false,
            gets: Vec::new(),
            descending: false,
            alpha: false,
            store: None,
            offset: 0,
            count: -1,
        };
        let mut at = 2;
        while at < args.len() {
            let left = args.len() - at - 1;
            match () {
                () if args.is(at, "ASC") => options.descending = false,
                () if args.is(at, "DESC") => options.descending = true,
                () if args.is(at, "ALPHA") => options.alpha = true,
                () if args.is(at, "LIMIT") && left >= 2 => {
                    (options.offset, options.count) =
                        (args.integer(at + 1)?, args.integer(at + 2)?);
                    at += 2;
                }
                () if args.is(at, "STORE") && may_store && left >= 1 => {
                    at += 1;
                    options.store = Some(at);
                }
                () if args.is(at, "BY") && left >= 1 => {
                    at += 1;
                    let by = Pattern::new(args[at]);
                    options.unsorted |= by.is_constant();
                    options.by = Some(by);
                }
                () if args.is(at, "GET") && left >= 1 => {
                    at += 1;
                    options.gets.push(Pattern::new(args[at]));
                }
                () => return Err(CommandError::Syntax),
            }
            at += 1;
        }
        Ok(options)
    }

    /// Returns which of so many elements in order are wanted.
    pub(super) fn wanted(&self, len: usize) -> Range<usize> {
        let start = usize::try_from(self.offset.max(0)).unwrap_or(usize::MAX).min(len);
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        start..start + count.min(len - start)
    }
}
