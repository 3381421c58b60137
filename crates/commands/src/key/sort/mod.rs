//! Sorting: SORT, SORT_RO.
//!
//! Elements are taken out of their list, set or sorted set, weighed (by themselves, or by what a pattern finds for them), put into order, and answered or stored (as themselves, or as what patterns find for them).
//!
//! ```text
//! options.rs     what is asked for
//! elements.rs    elements that were taken out
//! pattern.rs     what belongs to an element
//! order.rs       the order of elements
//! ```

mod elements;
mod options;
mod order;
mod pattern;

use std::ops::{ControlFlow, Range};

use keyspace::{Entry, Key, Type};
use resp::reply::Reply;
use structs::list::End;
use structs::listpack::Element;

use self::elements::Elements;
use self::options::Options;
use self::order::Ranked;
use crate::{Args, CmdResult, CommandError, Cx, EventClass, answer, list};

/// SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA] [STORE destination]
pub(super) fn sort(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    run(cx, args, Options::read(args, true)?)
}

/// SORT_RO key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA]
pub(super) fn sort_ro(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    run(cx, args, Options::read(args, false)?)
}

fn run(cx: &mut Cx<'_>, args: &Args<'_>, mut options: Options<'_>) -> CmdResult {
    let key = args.key(1);
    let mut elements = Elements::default();
    let mut wanted = 0..0;
    match cx.db.find(key) {
        Some(entry) => {
            // What is stored must not depend on the order that a set happens to have.
            if options.unsorted && options.store.is_some() && entry.data_type() == Type::Set {
                (options.unsorted, options.by, options.alpha) = (false, None, true);
            }
            (elements, wanted) = gather(&entry, &options)?;
        }
        None => cx.missed(key.bytes),
    }
    if options.unsorted {
        give(cx, args, &options, elements.iter())?;
    } else {
        let ranked = arrange(cx, &options, &elements, wanted)?;
        give(cx, args, &options, ranked.iter().map(|ranked| elements.get(ranked.index)))?;
    }
    Ok(())
}

/// Takes the elements out, and says which of them in order are wanted. If they stay as they are, only those are taken.
fn gather(entry: &Entry, options: &Options<'_>) -> Result<(Elements, Range<usize>), CommandError> {
    let len = match entry.data_type() {
        Type::List => entry.as_list()?.len(),
        Type::Set => entry.as_set()?.len(),
        Type::SortedSet => entry.as_sorted_set()?.len(),
        Type::String | Type::Hash => return Err(CommandError::WrongType),
    };
    let wanted = options.wanted(len);
    let backwards = options.unsorted && options.descending;
    let taken = match () {
        () if !options.unsorted => 0..len,
        // A set has no order that could be turned round.
        () if backwards && entry.data_type() != Type::Set => len - wanted.end..len - wanted.start,
        () => wanted.clone(),
    };
    let as_text = options.alpha && options.by.is_none();
    let mut elements = Elements::with_capacity(taken.len());
    let mut take = |element: Element<'_>| {
        if as_text {
            elements.push_text(element);
        } else {
            elements.push(element);
        }
    };
    match entry.data_type() {
        Type::List if backwards => entry.as_list()?.walk(taken, End::Back, |_, element| {
            take(element);
            ControlFlow::Continue(())
        }),
        Type::List => entry.as_list()?.for_each(taken, take),
        Type::SortedSet => {
            let members = entry.as_sorted_set()?.range(taken, backwards);
            members.for_each(|(member, _)| take(member));
        }
        _ => entry.as_set()?.iter().skip(taken.start).take(taken.len()).for_each(take),
    }
    Ok((elements, wanted))
}

/// Returns the wanted elements in order.
fn arrange(
    cx: &mut Cx<'_>,
    options: &Options<'_>,
    elements: &Elements,
    wanted: Range<usize>,
) -> Result<Vec<Ranked>, CommandError> {
    let descending = options.descending;
    let (db, effects) = (&mut cx.db, &mut *cx.effects);
    let Some(by) = &options.by else {
        if options.alpha {
            return Ok(order::by_text(elements, wanted, descending));
        }
        let scores = elements.iter().map(score).collect::<Option<Vec<_>>>();
        let scores = scores.ok_or_else(no_score)?;
        return Ok(order::by_score(elements, &scores, wanted, descending));
    };
    let by = std::slice::from_ref(by);
    if options.alpha {
        let mut foreign = Elements::with_capacity(elements.len());
        let mut missing = Vec::with_capacity(elements.len());
        pattern::look_up(db, effects, by, elements.iter(), |found| {
            missing.push(found.is_none());
            foreign.push_text(found.unwrap_or(Element::Bytes(b"")));
        });
        return Ok(order::by_foreign_text(&foreign, &missing, wanted, descending));
    }
    let mut scores = Vec::with_capacity(elements.len());
    pattern::look_up(db, effects, by, elements.iter(), |found| {
        scores.push(found.map_or(Some(0.0), score));
    });
    let scores = scores.into_iter().collect::<Option<Vec<_>>>().ok_or_else(no_score)?;
    Ok(order::by_score(elements, &scores, wanted, descending))
}

fn no_score() -> CommandError {
    CommandError::other("ERR One or more scores can't be converted into double")
}

/// Returns the number that an element is, as C reads one: after white space, and up to the end of the string or a zero byte. Nothing at all is zero.
fn score(element: Element<'_>) -> Option<f64> {
    let bytes = match element {
        Element::Int(value) => return Some(value as f64),
        Element::Bytes(bytes) => bytes,
    };
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    if end == 0 {
        return Some(0.0);
    }
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = bytes[..end].iter().take_while(|byte| is_space(byte)).count();
    // Numbers so small that a double has fewer digits for them are out of range.
    stdx::number::parse_double(&bytes[start..end]).filter(|score| !score.is_subnormal())
}

/// Answers elements, or stores them, or what belongs to them.
fn give<'e>(
    cx: &mut Cx<'_>,
    args: &Args<'_>,
    options: &Options<'_>,
    elements: impl ExactSizeIterator<Item = Element<'e>>,
) -> CmdResult {
    let len = elements.len().saturating_mul(options.gets.len().max(1));
    let room = answer::room();
    if len > room / Elements::ITEM {
        return Err(answer::too_much());
    }
    let mut is_too_much = false;
    if let Some(store) = options.store {
        let mut result = Elements::with_capacity(len);
        find(cx, options, elements, |_, found| {
            is_too_much |= result.memory() > room;
            if !is_too_much {
                result.push(found.unwrap_or(Element::Bytes(b"")));
            }
        });
        if is_too_much {
            return Err(answer::too_much());
        }
        write(cx, args.key(store), &result);
        cx.reply.size(len);
        return Ok(());
    }
    cx.reply.array(len);
    find(cx, options, elements, |reply, found| match found {
        _ if is_too_much => (),
        Some(element) => {
            answer::element(reply, element);
            is_too_much = reply.output().queued_memory() > room;
        }
        None => reply.null(),
    });
    if is_too_much { Err(answer::too_much()) } else { Ok(()) }
}

/// Calls `visit` with the elements, or with what belongs to them.
fn find<'e>(
    cx: &mut Cx<'_>,
    options: &Options<'_>,
    elements: impl Iterator<Item = Element<'e>>,
    mut visit: impl FnMut(&mut Reply<'_>, Option<Element<'_>>),
) {
    let Cx { db, effects, reply, .. } = cx;
    if options.gets.is_empty() {
        elements.for_each(|element| visit(reply, Some(element)));
    } else {
        pattern::look_up(db, effects, &options.gets, elements, |found| visit(reply, found));
    }
}

/// Makes a list of elements under a key, whatever it held.
fn write(cx: &mut Cx<'_>, key: Key<'_>, elements: &Elements) {
    let before = cx.db.remove(key);
    let existed = before.is_some();
    cx.db.discard_overwritten(before);
    if elements.len() == 0 {
        if existed {
            cx.event(EventClass::Generic, "del", key.bytes);
            cx.effects.changed(1);
        }
        return;
    }
    list::fill(&mut cx.db, cx.config, key, elements.iter());
    if !existed {
        cx.created(key.bytes);
    }
    cx.event(EventClass::List, "sortstore", key.bytes);
    cx.effects.changed(elements.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_read_as_c_reads_it() {
        let score = |text: &str| score(Element::Bytes(text.as_bytes()));
        for (text, expected) in [
            ("", 0.0),
            ("\0x", 0.0),
            ("1\0x", 1.0),
            (" \t\n1.5", 1.5),
            ("0x10", 16.0),
            ("+1e3", 1e3),
        ] {
            assert_eq!(score(text), Some(expected), "{text:?}");
        }
        assert_eq!(score("-inf"), Some(f64::NEG_INFINITY));
        for text in [" ", "1 ", "x", "nan", "1e400", "1e-400", "1e-320", "--1", "1e"] {
            assert_eq!(score(text), None, "{text:?}");
        }
    }
}
