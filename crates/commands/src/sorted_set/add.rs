//! Adding members and changing scores: ZADD, ZINCRBY.

use std::cmp::Ordering;

use keyspace::Form;
use smallvec::SmallVec;

use super::limits;
use crate::{Args, CmdResult, CommandError, Cx, EventClass};

/// What ZADD is told besides members and scores.
#[derive(Debug, Clone, Copy, Default)]
struct Options {
    /// Only members that are not there.
    only_new: bool,
    /// Only members that are there.
    only_present: bool,
    /// Only scores that compare like this with the present one.
    only_if: Option<Ordering>,
    /// Count members whose score changed, too.
    count_changed: bool,
    /// Scores are differences.
    add: bool,
}

impl Options {
    /// Reads the options; returns also where the scores and members begin.
    fn parse(args: &Args<'_>) -> Result<(Self, usize), CommandError> {
        let mut options = Self::default();
        let (mut greater, mut less) = (false, false);
        let mut index = 2;
        while index < args.len() {
            match () {
                // Most begin with a score.
                () if args[index].len() > 4 => break,
                () if args.is(index, "NX") => options.only_new = true,
                () if args.is(index, "XX") => options.only_present = true,
                () if args.is(index, "CH") => options.count_changed = true,
                () if args.is(index, "INCR") => options.add = true,
                () if args.is(index, "GT") => greater = true,
                () if args.is(index, "LT") => less = true,
                () => break,
            }
            index += 1;
        }
        let words = args.len() - index;
        if words == 0 || !words.is_multiple_of(2) {
            return Err(CommandError::Syntax);
        }
        if options.only_new && options.only_present {
            let text = "ERR XX and NX options at the same time are not compatible";
            return Err(CommandError::other(text));
        }
        if u8::from(greater) + u8::from(less) + u8::from(options.only_new) > 1 {
            let text = "ERR GT, LT, and/or NX options at the same time are not compatible";
            return Err(CommandError::other(text));
        }
        if options.add && words > 2 {
            let text = "ERR INCR option supports a single increment-element pair";
            return Err(CommandError::other(text));
        }
        options.only_if = match (greater, less) {
            (true, _) => Some(Ordering::Greater),
            (_, true) => Some(Ordering::Less),
            _ => None,
        };
        Ok((options, index))
    }

    /// Returns the score that a member gets which has the score `old`, or is not there. Nothing means that it is left alone.
    #[inline]
    fn decide(self, old: Option<f64>, given: f64) -> Result<Option<f64>, CommandError> {
        let Some(old) = old else {
            return Ok((!self.only_present).then_some(given));
        };
        if self.only_new {
            return Ok(None);
        }
        let new = if self.add { old + given } else { given };
        if new.is_nan() {
            return Err(CommandError::other("ERR resulting score is not a number (NaN)"));
        }
        let wanted = self.only_if.is_none_or(|order| new.partial_cmp(&old) == Some(order));
        Ok(wanted.then_some(new))
    }
}

/// What became of the members.
#[derive(Debug, Default)]
struct Outcome {
    added: usize,
    changed: usize,
    /// The score that the last one has now, unless it was left alone.
    score: Option<f64>,
}

/// ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]
pub(super) fn zadd(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (options, at) = Options::parse(args)?;
    let outcome = add(cx, args, options, at)?;
    match outcome.score {
        _ if !options.add => {
            let changed = if options.count_changed { outcome.changed } else { 0 };
            cx.reply.size(outcome.added + changed);
        }
        Some(score) => cx.reply.double(score),
        None => cx.reply.null(),
    }
    Ok(())
}

/// ZINCRBY key increment member
pub(super) fn zincrby(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    // Compat: a word that is an option of ZADD is one here, which leaves too few arguments.
    let (options, at) = Options::parse(args)?;
    let outcome = add(cx, args, Options { add: true, ..options }, at)?;
    cx.reply.double(outcome.score.unwrap_or(0.0));
    Ok(())
}

/// Does it for the scores and members from `at` on.
fn add(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    options: Options,
    at: usize,
) -> Result<Outcome, CommandError> {
    let pairs = &args[at..];
    let scores = pairs.chunks_exact(2).map(|pair| stdx::number::parse_double(pair[0]));
    let scores: Option<SmallVec<[f64; 8]>> = scores.collect();
    let scores = scores.ok_or(CommandError::NotAFloat)?;
    let members = pairs.chunks_exact(2).map(|pair| pair[1]);

    let key = args.key(1);
    let mut outcome = Outcome::default();
    let (entry, created) = if options.only_present {
        let Some(entry) = cx.db.open_mut(key) else { return Ok(outcome) };
        (entry, false)
    } else {
        cx.db.open_or_create(key, Form::SortedSet)
    };
    let mut set = entry.into_sorted_set(limits(cx.config))?;
    set.expect(scores.len());
    let mut refusal = None;
    set.update_all(members, |index, old| {
        let decision = options.decide(old, scores[index]);
        let new = decision.unwrap_or_else(|error| {
            refusal = Some(error);
            None
        });
        outcome.score = new;
        match (old, new) {
            (None, Some(_)) => outcome.added += 1,
            (Some(old), Some(new)) if old != new => outcome.changed += 1,
            _ => (),
        }
        new
    });
    drop(set);
    if let Some(error) = refusal {
        return Err(error);
    }
    if created {
        cx.created(key.bytes);
    }
    if outcome.added + outcome.changed > 0 {
        let event = if options.add { "zincr" } else { "zadd" };
        cx.event(EventClass::SortedSet, event, key.bytes);
        cx.effects.changed(outcome.added + outcome.changed);
    }
    Ok(outcome)
}
