//! Patterns: where to look for what belongs to an element.
//!
//! A pattern names a key, or a field of a key, for each element: the first `*` stands for the element. Look-ups go over the keyspace at random, so that several of them are on the way to the processor at a time.

use std::ops::Range;

use keyspace::{Db, Entry, Key, StringRef};
use structs::listpack::Element;

use crate::{Effects, EventClass};

/// How many look-ups are on their way at a time.
const AHEAD: usize = 32;

/// Where to find something for an element.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pattern<'a> {
    /// `#`: it is the element itself.
    Element,
    /// There is no place for the element: nothing will be found.
    Nothing,
    /// A key, or one of its fields.
    Key { before: &'a [u8], after: &'a [u8], field: Option<&'a [u8]> },
}

impl<'a> Pattern<'a> {
    /// Reads a pattern, such as `weight_*` or `object_*->field`.
    pub(super) fn new(text: &'a [u8]) -> Self {
        if text == b"#" {
            return Self::Element;
        }
        let Some(star) = text.iter().position(|&byte| byte == b'*') else { return Self::Nothing };
        let (before, after) = (&text[..star], &text[star + 1..]);
        match after.windows(2).position(|pair| pair == b"->") {
            // An arrow that leads nowhere is a part of the name.
            Some(arrow) if arrow + 2 < after.len() => {
                Self::Key { before, after: &after[..arrow], field: Some(&after[arrow + 2..]) }
            }
            _ => Self::Key { before, after, field: None },
        }
    }

    /// Returns whether it is the same for all elements, so that sorting by it is not sorting.
    pub(super) fn is_constant(&self) -> bool {
        !matches!(self, Self::Key { .. })
    }
}

/// A look-up on its way.
struct Pending<'e, 'p> {
    element: Element<'e>,
    pattern: &'p Pattern<'p>,
    /// Where the key's name is.
    name: Range<usize>,
    hash: u64,
}

/// Calls `visit` with what the patterns find for each element: all of an element's, then all of the next one's.
pub(super) fn look_up<'e>(
    db: &mut Db<'_>,
    effects: &mut Effects,
    patterns: &[Pattern<'_>],
    elements: impl Iterator<Item = Element<'e>>,
    mut visit: impl FnMut(Option<Element<'_>>),
) {
    let hasher = db.hasher();
    let mut names = Vec::new();
    let mut pending = Vec::with_capacity(AHEAD);
    for element in elements {
        for pattern in patterns {
            let start = names.len();
            let mut hash = 0;
            if let Pattern::Key { before, after, .. } = pattern {
                names.extend_from_slice(before);
                names.extend_from_slice(element.text(&mut None));
                names.extend_from_slice(after);
                hash = hasher.hash(&names[start..]);
                db.prefetch_bucket(hash);
            }
            pending.push(Pending { element, pattern, name: start..names.len(), hash });
            if pending.len() == AHEAD {
                arrive(db, effects, &names, &pending, &mut visit);
                names.clear();
                pending.clear();
            }
        }
    }
    arrive(db, effects, &names, &pending, &mut visit);
}

/// Ends the look-ups that are on their way.
fn arrive(
    db: &mut Db<'_>,
    effects: &mut Effects,
    names: &[u8],
    pending: &[Pending<'_, '_>],
    visit: &mut impl FnMut(Option<Element<'_>>),
) {
    for look_up in pending {
        if !look_up.pattern.is_constant() {
            db.prefetch_entry(look_up.hash);
        }
    }
    let (index, now_ms) = (db.index(), db.now_ms());
    for look_up in pending {
        let field = match look_up.pattern {
            Pattern::Element => {
                visit(Some(look_up.element));
                continue;
            }
            Pattern::Nothing => {
                visit(None);
                continue;
            }
            Pattern::Key { field, .. } => *field,
        };
        let key = Key { bytes: &names[look_up.name.clone()], hash: look_up.hash };
        match db.find(key) {
            Some(entry) => read(&entry, field, now_ms, visit),
            None => {
                effects.event(EventClass::KeyMiss, "keymiss", index, key.bytes);
                visit(None);
            }
        }
    }
}

/// Calls `visit` with a field, or with the string. A value of another type is as good as none.
fn read(
    entry: &Entry,
    field: Option<&[u8]>,
    now_ms: u64,
    visit: &mut impl FnMut(Option<Element<'_>>),
) {
    match field {
        Some(field) => visit(entry.as_hash(now_ms).ok().and_then(|hash| hash.get(field))),
        None => match entry.as_string() {
            Ok(StringRef::Int(value)) => visit(Some(Element::Int(value))),
            Ok(StringRef::Bytes(bytes)) => visit(Some(Element::Bytes(bytes))),
            Ok(StringRef::Blob(blob)) => visit(Some(Element::Bytes(&blob))),
            Err(_) => visit(None),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match Pattern::new(text.as_bytes()) {
            Pattern::Element => "the element".to_owned(),
            Pattern::Nothing => "nothing".to_owned(),
            Pattern::Key { before, after, field } => {
                format!(
                    "{}|{}|{}",
                    show(before),
                    show(after),
                    field.map_or_else(|| "-".into(), show)
                )
            }
        }
    }

    #[test]
    fn a_pattern_has_one_star_and_may_have_a_field() {
        assert_eq!(shown("#"), "the element");
        assert_eq!(shown("nosort"), "nothing");
        assert_eq!(shown("a->b"), "nothing");
        assert_eq!(shown("w_*"), "w_||-");
        assert_eq!(shown("*_w_*"), "|_w_*|-");
        assert_eq!(shown("o_*->f"), "o_||f");
        assert_eq!(shown("o_*_x->f->g"), "o_|_x|f->g");
        assert_eq!(shown("o_*->"), "o_|->|-");
        assert_eq!(shown("x->*"), "x->||-");
    }
}
