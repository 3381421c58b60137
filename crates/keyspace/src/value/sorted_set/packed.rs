//! A small sorted set: a listpack of members and scores, in order.
//!
//! A whole number is stored as an integer, whatever its sign if it is zero; other scores as the digits that a reply has.

use std::cmp::Ordering;
use std::ops::Range;

use stdx::number::{parse_double, push_double};
use structs::listpack::{Element, Iter, Listpack, Position};

/// Orders two members as their texts.
pub fn text_order(one: Element<'_>, other: Element<'_>) -> Ordering {
    match (one, other) {
        (Element::Bytes(one), Element::Bytes(other)) => one.cmp(other),
        _ => one.text(&mut None).cmp(other.text(&mut None)),
    }
}

/// Reads a stored score.
#[inline]
fn score(element: Element<'_>) -> f64 {
    match element {
        Element::Int(value) => value as f64,
        // Damage that nobody has looked for is a score, too.
        Element::Bytes(text) => parse_double(text).unwrap_or(0.0),
    }
}

/// Calls `then` with a score as it is stored.
#[inline]
pub(super) fn with_stored<T>(score: f64, then: impl FnOnce(Element<'_>) -> T) -> T {
    /// Up to here a whole number is an integer exactly.
    const EXACT: f64 = (1_i64 << 53) as f64;

    if score.abs() <= EXACT && score as i64 as f64 == score {
        return then(Element::Int(score as i64));
    }
    let mut text = Vec::with_capacity(32);
    push_double(&mut text, score);
    then(Element::Bytes(&text))
}

/// Returns where a member is, and its score.
#[inline]
pub(super) fn find(pairs: Listpack<'_>, member: &[u8]) -> Option<(Position, f64)> {
    let at = pairs.find(member, 1)?;
    Some((at, score(pairs.at(pairs.next(at)?)?)))
}

/// Returns how many members are before a member, and its score.
pub(super) fn rank(pairs: Listpack<'_>, member: &[u8]) -> Option<(usize, f64)> {
    let (at, score) = find(pairs, member)?;
    Some((pairs.iter_to(at).count() / 2, score))
}

/// Returns where a member belongs that is not there.
pub(super) fn place(pairs: Listpack<'_>, member: &[u8], at_score: f64) -> Position {
    let mut at = pairs.first();
    while let Some(position) = at {
        let Some(score_at) = pairs.next(position) else { break };
        let present = pairs.at(score_at).map_or(0.0, score);
        let is_after = match present.partial_cmp(&at_score) {
            Some(Ordering::Equal) => {
                pairs.at(position).is_some_and(|other| other.text(&mut None) > member)
            }
            order => order == Some(Ordering::Greater),
        };
        if is_after {
            return position;
        }
        at = pairs.next(score_at);
    }
    pairs.end()
}

/// Members with their scores, in order or backwards.
#[derive(Debug)]
pub struct Pairs<'a> {
    elements: Iter<'a>,
    left: usize,
    backwards: bool,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(pairs: Listpack<'a>, ranks: Range<usize>, backwards: bool) -> Self {
        let end = ranks.end.min(pairs.len() / 2);
        let left = end.saturating_sub(ranks.start);
        let place =
            |rank: usize| pairs.position(2 * rank.cast_signed()).unwrap_or_else(|| pairs.end());
        let elements = match (left, backwards) {
            (0, _) => Listpack::EMPTY.iter(),
            (_, true) => pairs.iter_to(place(end)),
            (_, false) => pairs.iter_from(place(ranks.start)),
        };
        Self { elements, left, backwards }
    }

    pub(super) fn all(pairs: Listpack<'a>) -> Self {
        Self { elements: pairs.iter(), left: usize::MAX, backwards: false }
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (Element<'a>, f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        if self.backwards {
            let stored = self.elements.next_back()?;
            return Some((self.elements.next_back()?, score(stored)));
        }
        let (member, stored) = self.elements.next_pair()?;
        Some((member, score(stored)))
    }
}
