//! The matcher goes back to the last star only. The model goes back to every one of them.

use proptest::prelude::*;
use stdx::glob::{Case, is_literal, literal_prefix, matches};

/// One element of a pattern.
enum Element {
    Star,
    /// The bytes that match.
    One(Box<dyn Fn(u8) -> bool>),
}

fn elements(mut pattern: &[u8], fold: bool) -> Vec<Element> {
    let lower = move |byte: u8| if fold { byte.to_ascii_lowercase() } else { byte };
    let literal = move |a: u8| Element::One(Box::new(move |b| lower(a) == lower(b)));
    let mut elements = Vec::new();
    while let Some((&first, rest)) = pattern.split_first() {
        pattern = rest;
        elements.push(match (first, rest) {
            (b'*', _) => Element::Star,
            (b'?', _) => Element::One(Box::new(|_| true)),
            (b'\\', [escaped, rest @ ..]) => {
                pattern = rest;
                literal(*escaped)
            }
            (b'[', _) => {
                let negated = rest.first() == Some(&b'^');
                let (members, rest) = class(&rest[usize::from(negated)..]);
                pattern = rest;
                Element::One(Box::new(move |byte| {
                    negated
                        != members.iter().any(|member| match *member {
                            Member::Escaped(escaped) => escaped == byte,
                            Member::Range(a, b) => {
                                let (low, high) = ((a as i8).min(b as i8), (a as i8).max(b as i8));
                                let byte = lower(byte) as i8;
                                lower(low as u8) as i8 <= byte && byte <= lower(high as u8) as i8
                            }
                        })
                }))
            }
            _ => literal(first),
        });
    }
    elements
}

enum Member {
    Escaped(u8),
    Range(u8, u8),
}

fn class(mut pattern: &[u8]) -> (Vec<Member>, &[u8]) {
    let mut members = Vec::new();
    loop {
        let (member, rest) = match pattern {
            [] => return (members, pattern),
            [b']', rest @ ..] => return (members, rest),
            [b'\\', escaped, rest @ ..] => (Member::Escaped(*escaped), rest),
            [first, b'-', last, rest @ ..] => (Member::Range(*first, *last), rest),
            [literal, rest @ ..] => (Member::Range(*literal, *literal), rest),
        };
        members.push(member);
        pattern = rest;
    }
}

fn tries_everything(elements: &[Element], text: &[u8]) -> bool {
    match elements.split_first() {
        None => text.is_empty(),
        Some((Element::Star, rest)) => {
            (0..=text.len()).any(|skipped| tries_everything(rest, &text[skipped..]))
        }
        Some((Element::One(accepts), rest)) => text
            .split_first()
            .is_some_and(|(&byte, text)| accepts(byte) && tries_everything(rest, text)),
    }
}

fn model(pattern: &[u8], text: &[u8], fold: bool) -> bool {
    if text.is_empty() {
        return pattern.is_empty();
    }
    tries_everything(&elements(pattern, fold), text)
}

fn pattern() -> impl Strategy<Value = Vec<u8>> {
    // Stars are frequent, but not so many that the model takes forever.
    let byte = prop::sample::select(&b"***??[[]]^--\\aaabbbABcz_\x7f\x80\xff"[..]);
    prop::collection::vec(byte, 0..12)
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(&b"aaaabbbbABcz_-^]\\*\x7f\x80\xff"[..]), 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn agrees_with_a_matcher_that_tries_everything(pattern in pattern(), text in text()) {
        for (case, fold) in [(Case::Sensitive, false), (Case::Insensitive, true)] {
            prop_assert_eq!(matches(&pattern, &text, case), model(&pattern, &text, fold));
        }
        if matches(&pattern, &text, Case::Sensitive) {
            prop_assert!(text.starts_with(literal_prefix(&pattern)));
            prop_assert!(!is_literal(&pattern) || pattern == text);
        }
    }

    #[test]
    fn agrees_where_stars_and_two_letters_make_many_near_misses(
        pattern in "[ab*?]{0,14}",
        text in "[ab]{0,16}",
    ) {
        let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
        prop_assert_eq!(matches(pattern, text, Case::Sensitive), model(pattern, text, false));
    }
}
