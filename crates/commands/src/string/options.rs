//! The options of SET and GETEX.
//!
//! Both take an expiry in the same four forms. What contradicts itself is refused, and so is a second expiry of another form; of two in the same form the last one holds.

use crate::expiry::Form;
use crate::{Args, CommandError};

/// Whose options they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Set,
    GetEx,
}

/// When SET does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// Unless the key is missing: `NX`.
    Missing,
    /// Unless the key is present: `XX`.
    Present,
}

/// What is to become of the key's expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// Nothing was said.
    Unsaid,
    /// It stays: `KEEPTTL`.
    Keep,
    /// It is removed: `PERSIST`.
    Forever,
    /// The argument with this index says it, in this form.
    Until(Form, usize),
}

impl Lifetime {
    /// Returns the expiry, if one was given.
    pub(super) fn instant(
        self,
        args: &Args<'_>,
        now_ms: u64,
        command: &'static str,
    ) -> Result<Option<u64>, CommandError> {
        let Self::Until(form, index) = self else { return Ok(None) };
        form.positive_instant(args.integer(index)?, now_ms, command).map(Some)
    }

    /// Returns whether `self` may follow what was said before.
    fn agrees_with(self, before: Self) -> bool {
        match (before, self) {
            (Self::Unsaid, _) => true,
            (Self::Until(one, _), Self::Until(other, _)) => one == other,
            (before, after) => before == after,
        }
    }
}

/// The options of one request.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) condition: Option<Condition>,
    /// Whether the old value is the answer: `GET`.
    pub(super) get: bool,
    pub(super) lifetime: Lifetime,
}

impl Options {
    /// Reads the options, which begin at `index`. The expiry's number is not looked at yet.
    pub(super) fn parse(
        args: &Args<'_>,
        mut index: usize,
        verb: Verb,
    ) -> Result<Self, CommandError> {
        let mut options = Self { condition: None, get: false, lifetime: Lifetime::Unsaid };
        while let Some(word) = args.get(index) {
            let is = |option: &[u8], of: Verb| verb == of && word.eq_ignore_ascii_case(option);
            if is(b"NX", Verb::Set) {
                options.require(Condition::Missing)?;
            } else if is(b"XX", Verb::Set) {
                options.require(Condition::Present)?;
            } else if is(b"GET", Verb::Set) {
                options.get = true;
            } else if is(b"KEEPTTL", Verb::Set) {
                options.live(Lifetime::Keep)?;
            } else if is(b"PERSIST", Verb::GetEx) {
                options.live(Lifetime::Forever)?;
            } else if let Some(form) = Form::of_option(word) {
                index += 1;
                if index >= args.len() {
                    return Err(CommandError::Syntax);
                }
                options.live(Lifetime::Until(form, index))?;
            } else {
                return Err(CommandError::Syntax);
            }
            index += 1;
        }
        Ok(options)
    }

    fn require(&mut self, condition: Condition) -> Result<(), CommandError> {
        if self.condition.is_some_and(|before| before != condition) {
            return Err(CommandError::Syntax);
        }
        self.condition = Some(condition);
        Ok(())
    }

    fn live(&mut self, lifetime: Lifetime) -> Result<(), CommandError> {
        if !lifetime.agrees_with(self.lifetime) {
            return Err(CommandError::Syntax);
        }
        self.lifetime = lifetime;
        Ok(())
    }
}
