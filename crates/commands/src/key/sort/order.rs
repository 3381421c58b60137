//! The order of elements.
//!
//! What an element is sorted by becomes a *weight*, a whole number, once; nearly all comparisons compare two of these. Weights of numbers are all there is to them, so that elements of equal weight are compared as texts. A weight of texts are the eight bytes that come after what all of them begin with.
//!
//! If only a part is wanted, the rest is not sorted, only parted from it.

use std::cmp::Ordering;
use std::ops::Range;

use structs::listpack::Element;

use super::elements::Elements;

/// An element, and what it weighs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked {
    weight: u64,
    pub(super) index: usize,
}

/// Returns the wanted ones of elements that have scores, in order.
pub(super) fn by_score(
    elements: &Elements,
    scores: &[f64],
    wanted: Range<usize>,
    descending: bool,
) -> Vec<Ranked> {
    let weighed = scores.iter().enumerate().map(|(index, &score)| {
        let weight = weight_of(score);
        Ranked { weight: if descending { !weight } else { weight }, index }
    });
    arrange(weighed.collect(), wanted, |a, b| {
        let order = texts(elements.get(a.index), elements.get(b.index));
        if descending { order.reverse() } else { order }
    })
}

/// Returns the wanted ones of elements in the order of the texts that they are.
pub(super) fn by_text(elements: &Elements, wanted: Range<usize>, descending: bool) -> Vec<Ranked> {
    let text = |index| bytes(elements, index);
    by_texts(elements.len(), |index| Some(text(index)), wanted, descending)
}

/// Returns the wanted ones of elements in the order of texts that they have, those without a text being less than all others. Elements of equal texts stay as they were.
pub(super) fn by_foreign_text(
    foreign: &Elements,
    missing: &[bool],
    wanted: Range<usize>,
    descending: bool,
) -> Vec<Ranked> {
    let text = |index: usize| (!missing[index]).then(|| bytes(foreign, index));
    by_texts(foreign.len(), text, wanted, descending)
}

/// Returns an element that was gathered as text.
fn bytes(elements: &Elements, index: usize) -> &[u8] {
    match elements.get(index) {
        Element::Bytes(bytes) => bytes,
        Element::Int(_) => unreachable!("these were gathered as texts"),
    }
}

fn by_texts<'e>(
    len: usize,
    text: impl Fn(usize) -> Option<&'e [u8]>,
    wanted: Range<usize>,
    descending: bool,
) -> Vec<Ranked> {
    let common = common_prefix((0..len).filter_map(&text));
    let weighed = (0..len).map(|index| {
        let weight = text(index).map_or(0, |text| first_bytes(&text[common..]));
        Ranked { weight: if descending { !weight } else { weight }, index }
    });
    arrange(weighed.collect(), wanted, |a, b| {
        let order = text(a.index).cmp(&text(b.index));
        if descending { order.reverse() } else { order }
    })
}

/// Returns the length of what all texts begin with.
fn common_prefix<'e>(mut texts: impl Iterator<Item = &'e [u8]>) -> usize {
    let Some(mut common) = texts.next() else { return 0 };
    for text in texts {
        let same = common.iter().zip(text).take_while(|(a, b)| a == b).count();
        common = &common[..same];
        if same == 0 {
            break;
        }
    }
    common.len()
}

/// Returns the first eight bytes as a number of the same order.
fn first_bytes(text: &[u8]) -> u64 {
    let mut first = [0; 8];
    let len = text.len().min(8);
    first[..len].copy_from_slice(&text[..len]);
    u64::from_be_bytes(first)
}

/// Returns a number of the same order as scores, of which none is NaN.
fn weight_of(score: f64) -> u64 {
    // Of two zeros none is less.
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// Compares elements as texts.
fn texts(a: Element<'_>, b: Element<'_>) -> Ordering {
    match (a, b) {
        (Element::Int(a), Element::Int(b)) if a == b => Ordering::Equal,
        _ => a.text(&mut None).cmp(b.text(&mut None)),
    }
}

/// Puts the wanted part into order and returns it. What weighs the same is compared by `tie`, and what is equal then stays as it was.
fn arrange(
    mut ranked: Vec<Ranked>,
    wanted: Range<usize>,
    tie: impl Fn(&Ranked, &Ranked) -> Ordering,
) -> Vec<Ranked> {
    let compare = |a: &Ranked, b: &Ranked| match a.weight.cmp(&b.weight) {
        Ordering::Equal => tie(a, b).then(a.index.cmp(&b.index)),
        different => different,
    };
    if wanted.end < ranked.len() {
        ranked.select_nth_unstable_by(wanted.end, compare);
        ranked.truncate(wanted.end);
    }
    if wanted.start > 0 && !wanted.is_empty() {
        ranked.select_nth_unstable_by(wanted.start, compare);
    }
    ranked.drain(..wanted.start);
    ranked.sort_unstable_by(compare);
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(texts: &[&str]) -> Elements {
        let mut elements = Elements::default();
        texts.iter().for_each(|text| elements.push_text(text.as_bytes().into()));
        elements
    }

    fn indexes(ranked: &[Ranked]) -> Vec<usize> {
        ranked.iter().map(|ranked| ranked.index).collect()
    }

    #[test]
    fn weights_have_the_order_of_scores() {
        let scores = [f64::NEG_INFINITY, -1e300, -1.5, -1e-300, 0.0, 1e-300, 2.0, f64::INFINITY];
        assert!(scores.windows(2).all(|pair| weight_of(pair[0]) < weight_of(pair[1])));
        assert_eq!(weight_of(0.0), weight_of(-0.0));
    }

    #[test]
    fn any_part_is_what_sorting_all_has_there() {
        let texts: Vec<String> = (0..200_u32).map(|i| format!("t{}", i * 7919 % 101)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let elements = gathered(&texts);
        let scores: Vec<f64> = (0..200_u32).map(|i| f64::from(i * 31 % 17)).collect();
        for descending in [false, true] {
            let all = indexes(&by_text(&elements, 0..200, descending));
            let all_by_score = indexes(&by_score(&elements, &scores, 0..200, descending));
            for wanted in [0..0, 0..1, 5..5, 3..50, 199..200, 150..200, 200..200] {
                let part = by_text(&elements, wanted.clone(), descending);
                assert_eq!(indexes(&part), all[wanted.clone()]);
                let part = by_score(&elements, &scores, wanted.clone(), descending);
                assert_eq!(indexes(&part), all_by_score[wanted]);
            }
        }
    }

    #[test]
    fn equal_texts_stay_as_they_were_and_missing_ones_come_first() {
        let texts = gathered(&["same", "", "same", "", "sam", "samet"]);
        let missing = [false, false, false, true, false, false];
        assert_eq!(indexes(&by_foreign_text(&texts, &missing, 0..6, false)), [3, 1, 4, 0, 2, 5]);
        assert_eq!(indexes(&by_foreign_text(&texts, &missing, 0..6, true)), [5, 0, 2, 4, 1, 3]);
    }
}
