//! Several sets and sorted sets at once: ZUNION, ZINTER, ZDIFF, what stores their results, and ZINTERCARD.

use std::cmp::Reverse;
use std::ops::Range;

use keyspace::{Db, EntryRef, Member, NewSortedSet, Scored};
use stdx::hash::{KeyHasher, Map};
use structs::listpack::Element;

use super::order::{Pair, in_order};
use super::{answer_member, limits, store};
use crate::{Args, CmdResult, CommandError, Cx, Effects, EventClass};

/// What is made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

/// What becomes of the scores that one member has in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Aggregate {
    #[default]
    Sum,
    Min,
    Max,
}

impl Aggregate {
    fn of(self, one: f64, other: f64) -> f64 {
        match self {
            Self::Sum => number_or_zero(one + other),
            Self::Min if other < one => other,
            Self::Max if other > one => other,
            Self::Min | Self::Max => one,
        }
    }
}

/// Compat: where infinities leave no number, that is zero.
fn number_or_zero(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { score }
}

/// Which options a command has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// It answers with members, and their scores if asked.
    Answers,
    /// It stores.
    Stores,
    /// It counts, up to a limit.
    Counts,
}

#[derive(Debug)]
struct Options {
    weights: Vec<f64>,
    aggregate: Aggregate,
    with_scores: bool,
    limit: usize,
}

impl Options {
    /// Reads what comes behind the keys.
    fn parse(
        args: &Args<'_>,
        keys: &Range<usize>,
        operation: Operation,
        form: Form,
    ) -> Result<Self, CommandError> {
        let mut options = Self {
            weights: vec![1.0; keys.len()],
            aggregate: Aggregate::Sum,
            with_scores: false,
            limit: usize::MAX,
        };
        let combines = operation != Operation::Difference && form != Form::Counts;
        let mut index = keys.end;
        while index < args.len() {
            let left = args.len() - index;
            match () {
                () if combines && left > keys.len() && args.is(index, "WEIGHTS") => {
                    for (weight, given) in options.weights.iter_mut().zip(&args[index + 1..]) {
                        let refusal = || CommandError::other("ERR weight value is not a float");
                        *weight = stdx::number::parse_double(given).ok_or_else(refusal)?;
                    }
                    index += keys.len();
                }
                () if combines && left > 1 && args.is(index, "AGGREGATE") => {
                    options.aggregate = match () {
                        () if args.is(index + 1, "SUM") => Aggregate::Sum,
                        () if args.is(index + 1, "MIN") => Aggregate::Min,
                        () if args.is(index + 1, "MAX") => Aggregate::Max,
                        () => return Err(CommandError::Syntax),
                    };
                    index += 1;
                }
                () if form == Form::Answers && args.is(index, "WITHSCORES") => {
                    options.with_scores = true;
                }
                () if form == Form::Counts && left > 1 && args.is(index, "LIMIT") => {
                    let limit = args.integer(index + 1).ok();
                    let refusal = || CommandError::other("ERR LIMIT can't be negative");
                    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
                    options.limit = match limit.ok_or_else(refusal)? {
                        0 => usize::MAX,
                        limit => limit,
                    };
                    index += 1;
                }
                () => return Err(CommandError::Syntax),
            }
            index += 1;
        }
        Ok(options)
    }
}

/// ZUNION numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]
pub(super) fn zunion(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer(cx, args, Operation::Union, "zunion")
}

/// ZINTER numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]
pub(super) fn zinter(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer(cx, args, Operation::Intersection, "zinter")
}

/// ZDIFF numkeys key [key ...] [WITHSCORES]
pub(super) fn zdiff(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    answer(cx, args, Operation::Difference, "zdiff")
}

fn answer(cx: &mut Cx<'_>, args: &Args<'_>, operation: Operation, name: &str) -> CmdResult {
    let keys = keys(args, 1, name)?;
    let hasher = cx.db.hasher();
    let entries = find(&mut cx.db, cx.effects, args, keys.clone())?;
    let options = Options::parse(args, &keys, operation, Form::Answers)?;
    let result = combine(sources(&entries, &options)?, operation, &options, hasher);
    let flat = options.with_scores && !cx.reply.is_resp3();
    cx.reply.array(if flat { 2 * result.len() } else { result.len() });
    for (score, member) in result {
        answer_member(&mut cx.reply, member, options.with_scores.then_some(score));
    }
    Ok(())
}

/// ZUNIONSTORE destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]
pub(super) fn zunionstore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    store_result(cx, args, Operation::Union, "zunionstore")
}

/// ZINTERSTORE destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]
pub(super) fn zinterstore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    store_result(cx, args, Operation::Intersection, "zinterstore")
}

/// ZDIFFSTORE destination numkeys key [key ...]
pub(super) fn zdiffstore(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    store_result(cx, args, Operation::Difference, "zdiffstore")
}

fn store_result(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    operation: Operation,
    name: &'static str,
) -> CmdResult {
    let keys = keys(args, 2, name)?;
    let hasher = cx.db.hasher();
    let destination = args.key(1);
    let mut new = NewSortedSet::new(&cx.db, destination.bytes, limits(cx.config));
    let entries = find(&mut cx.db, cx.effects, args, keys.clone())?;
    let options = Options::parse(args, &keys, operation, Form::Stores)?;
    let result = combine(sources(&entries, &options)?, operation, &options, hasher);
    new.expect(result.len());
    result.into_iter().for_each(|(score, member)| new.append(member, score));
    drop(entries);
    store(cx, destination, new, name);
    Ok(())
}

/// ZINTERCARD numkeys key [key ...] [LIMIT limit]
pub(super) fn zintercard(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let keys = keys(args, 1, "zintercard")?;
    let hasher = cx.db.hasher();
    let entries = find(&mut cx.db, cx.effects, args, keys.clone())?;
    let options = Options::parse(args, &keys, Operation::Intersection, Form::Counts)?;
    let mut found = 0;
    intersect(sources(&entries, &options)?, options.aggregate, hasher, &mut |_, _| {
        found += 1;
        found < options.limit
    });
    cx.reply.size(found);
    Ok(())
}

/// Reads the number of keys at `at`; returns where they are.
fn keys(args: &Args<'_>, at: usize, name: &str) -> Result<Range<usize>, CommandError> {
    let count = args.integer(at)?;
    if count < 1 {
        let text = format!("ERR at least 1 input key is needed for '{name}' command");
        return Err(CommandError::other(text));
    }
    let first = at + 1;
    let count = usize::try_from(count).ok().filter(|&count| count <= args.len() - first);
    Ok(first..first + count.ok_or(CommandError::Syntax)?)
}

/// Finds keys. Types are looked at before anything else is, options included.
fn find<'db>(
    db: &'db mut Db<'_>,
    effects: &mut Effects,
    args: &Args<'_>,
    keys: Range<usize>,
) -> Result<Vec<Option<EntryRef<'db>>>, CommandError> {
    let index = db.index();
    let keys = keys.map(|index| args.key(index));
    let entries = db.find_all(keys.clone());
    for (key, entry) in keys.zip(&entries) {
        match entry {
            Some(entry) => {
                entry.as_scored()?;
            }
            None => effects.event(EventClass::KeyMiss, "keymiss", index, key.bytes),
        }
    }
    Ok(entries)
}

/// Members with scores, and what the scores are multiplied by.
type Source<'e> = (Option<Scored<'e>>, f64);

/// Returns what is under the keys, with the weights, in the order of the keys.
fn sources<'e>(
    entries: &'e [Option<EntryRef<'_>>],
    options: &Options,
) -> Result<Vec<Source<'e>>, CommandError> {
    entries
        .iter()
        .zip(&options.weights)
        .map(|(entry, &weight)| {
            let source = entry.as_ref().map(|entry| entry.as_scored()).transpose()?;
            Ok((source, weight))
        })
        .collect()
}

/// Returns the members of the result, in order.
fn combine<'e>(
    mut sources: Vec<Source<'e>>,
    operation: Operation,
    options: &Options,
    hasher: KeyHasher,
) -> Vec<Pair<'e>> {
    let mut result = Vec::new();
    match operation {
        Operation::Intersection => {
            intersect(sources, options.aggregate, hasher, &mut |member, score| {
                result.push((score, member.element()));
                true
            });
        }
        Operation::Difference => subtract(&sources, hasher, &mut |member, score| {
            result.push((score, member.element()));
        }),
        Operation::Union => {
            // Compat: sums depend on the order of their parts.
            sources.sort_by_key(|(source, _)| source.map_or(0, Scored::len));
            result = unite(&sources, options.aggregate);
        }
    }
    in_order(result)
}

/// Visits what all have, with the aggregated scores, as long as `visit` returns true.
fn intersect<'e>(
    mut sources: Vec<Source<'e>>,
    aggregate: Aggregate,
    hasher: KeyHasher,
    visit: &mut dyn FnMut(&mut Member<'e>, f64) -> bool,
) {
    // Compat: sums depend on the order of their parts.
    sources.sort_by_key(|(source, _)| source.map_or(0, Scored::len));
    let (all, weights): (Vec<_>, Vec<_>) = sources.into_iter().unzip();
    let Some(all) = all.into_iter().collect::<Option<Vec<_>>>() else { return };
    let [first, others @ ..] = &all[..] else { return };
    first.walk(others, hasher, &mut |member, score| {
        let mut sum = number_or_zero(weights[0] * score);
        for (other, weight) in others.iter().zip(&weights[1..]) {
            let Some(score) = other.score(member, hasher) else { return true };
            sum = aggregate.of(sum, weight * score);
        }
        visit(member, sum)
    });
}

/// Visits what the first has and the others have not.
fn subtract<'e>(
    sources: &[Source<'e>],
    hasher: KeyHasher,
    visit: &mut dyn FnMut(&mut Member<'e>, f64),
) {
    let [(Some(first), _), others @ ..] = sources else { return };
    let mut others: Vec<_> = others.iter().filter_map(|(other, _)| *other).collect();
    // The largest is the most likely to have a member.
    others.sort_by_key(|other| Reverse(other.len()));
    first.walk(&others, hasher, &mut |member, score| {
        if !others.iter().any(|other| other.score(member, hasher).is_some()) {
            visit(member, score);
        }
        true
    });
}

/// A member as the key of a map: equal texts are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Name<'e> {
    Int(i64),
    Text(&'e [u8]),
}

impl<'e> From<Element<'e>> for Name<'e> {
    fn from(element: Element<'e>) -> Self {
        match (element.integer(), element) {
            (None, Element::Bytes(text)) => Self::Text(text),
            (integer, _) => Self::Int(integer.unwrap_or_default()),
        }
    }
}

impl<'e> From<Name<'e>> for Element<'e> {
    fn from(name: Name<'e>) -> Self {
        match name {
            Name::Int(value) => Self::Int(value),
            Name::Text(text) => Self::Bytes(text),
        }
    }
}

/// Returns all there is, with the aggregated scores.
fn unite<'e>(sources: &[Source<'e>], aggregate: Aggregate) -> Vec<Pair<'e>> {
    let present = || sources.iter().filter_map(|(source, weight)| Some(((*source)?, weight)));
    let weighted = |score: f64, weight: f64| number_or_zero(weight * score);
    let mut sources = present();
    if let (Some((only, weight)), None) = (sources.next(), sources.next()) {
        // One alone has no member twice.
        return only.iter().map(|(member, score)| (weighted(score, *weight), member)).collect();
    }
    let most = present().map(|(source, _)| source.len()).max().unwrap_or(0);
    let mut scores: Map<Name<'e>, f64> = Map::with_capacity_and_hasher(most, Default::default());
    for (source, weight) in present() {
        for (member, score) in source.iter() {
            let score = weighted(score, *weight);
            scores
                .entry(member.into())
                .and_modify(|sum| *sum = aggregate.of(*sum, score))
                .or_insert(score);
        }
    }
    scores.into_iter().map(|(name, score)| (score, name.into())).collect()
}
