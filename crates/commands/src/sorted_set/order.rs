//! Putting members in order that have none yet.

use std::cmp::Ordering;

use keyspace::text_order;
use structs::listpack::Element;

/// A member with its score.
pub(super) type Pair<'e> = (f64, Element<'e>);

/// A member on its way to its place.
struct Item<'e> {
    score: f64,
    /// The beginning of the text as a number of the same order. Members of equal score are often many, and their texts lie anywhere in memory: most are told apart without going there again.
    prefix: u128,
    member: Element<'e>,
}

impl<'e> Item<'e> {
    fn new(score: f64, member: Element<'e>) -> Self {
        let mut digits = None;
        let text = member.text(&mut digits);
        let mut bytes = [0; size_of::<u128>()];
        let len = text.len().min(bytes.len());
        bytes[..len].copy_from_slice(&text[..len]);
        Self { score, prefix: u128::from_be_bytes(bytes), member }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.score
            .partial_cmp(&other.score)
            .unwrap_or(Ordering::Equal)
            .then_with(|| self.prefix.cmp(&other.prefix))
            .then_with(|| text_order(self.member, other.member))
    }
}

/// Returns members in order: of scores, then of texts.
pub(super) fn in_order(pairs: Vec<Pair<'_>>) -> Vec<Pair<'_>> {
    if pairs.is_sorted_by(|one, other| one.0 < other.0) {
        return pairs;
    }
    let items = pairs.into_iter().map(|(score, member)| Item::new(score, member));
    let mut items: Vec<_> = items.collect();
    items.sort_unstable_by(Item::order);
    items.into_iter().map(|item| (item.score, item.member)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_in_the_order_of_texts_whatever_they_begin_with() {
        let long = |last: u8| [&b"the same first bytes "[..], &[last]].concat();
        let (b, a) = (long(b'b'), long(b'a'));
        let members = [
            (1.0, Element::Bytes(&b)),
            (1.0, Element::Bytes(&a)),
            (-0.0, Element::Bytes(b"x")),
            (0.0, Element::Bytes(b"w")),
            (1.0, Element::Int(-5)),
            (1.0, Element::Bytes(b"\0")),
            (1.0, Element::Bytes(b"")),
        ];
        let sorted: Vec<_> =
            in_order(members.to_vec()).into_iter().map(|(_, member)| member.to_vec()).collect();
        assert_eq!(sorted, [&b"w"[..], b"x", b"", b"\0", b"-5", &a, &b]);
    }
}
