//! A listpack behaves like a vector of strings, and no bytes can make it panic.

use proptest::prelude::*;
use structs::listpack::{Check, Element, Listpack, ListpackBuf};

#[derive(Debug, Clone)]
enum Op {
    Append(Vec<u8>),
    Prepend(Vec<u8>),
    AppendPair(Vec<u8>, Vec<u8>),
    InsertBefore(isize, Vec<u8>),
    InsertAfter(isize, Vec<u8>),
    Replace(isize, Vec<u8>),
    Remove(isize, usize),
    SplitAndSwap(isize),
    Double,
    Find(Vec<u8>, usize),
    Clear,
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        // Few distinct ones, so that searches succeed.
        4 => (-20..20i64).prop_map(|n| n.to_string().into_bytes()),
        2 => any::<i64>().prop_flat_map(|n| (0..64u32).prop_map(move |shift| n >> shift))
            .prop_map(|n| n.to_string().into_bytes()),
        2 => "[-+0-9a]{0,4}".prop_map(String::into_bytes),
        2 => prop::collection::vec(any::<u8>(), 0..80),
        1 => (0..4usize, 4090..4100usize).prop_map(|(few, many)| vec![b'x'; few * many]),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let index = -12..12isize;
    prop_oneof![
        4 => text().prop_map(Op::Append),
        2 => text().prop_map(Op::Prepend),
        2 => (text(), text()).prop_map(|(a, b)| Op::AppendPair(a, b)),
        2 => (index.clone(), text()).prop_map(|(i, text)| Op::InsertBefore(i, text)),
        2 => (index.clone(), text()).prop_map(|(i, text)| Op::InsertAfter(i, text)),
        3 => (index.clone(), text()).prop_map(|(i, text)| Op::Replace(i, text)),
        3 => (index.clone(), 0..5usize).prop_map(|(i, count)| Op::Remove(i, count)),
        1 => index.prop_map(Op::SplitAndSwap),
        1 => Just(Op::Double),
        3 => (text(), 0..3usize).prop_map(|(text, skip)| Op::Find(text, skip)),
        1 => Just(Op::Clear),
    ]
}

fn place(index: isize, len: usize) -> Option<usize> {
    let place = if index < 0 { len.checked_sub(index.unsigned_abs())? } else { index as usize };
    (place < len).then_some(place)
}

fn texts(list: Listpack<'_>) -> Vec<Vec<u8>> {
    list.iter().map(Element::to_vec).collect()
}

fn run(buf: &mut ListpackBuf, model: &mut Vec<Vec<u8>>, op: Op) {
    let len = model.len();
    let located = |index| {
        let position = buf.view().position(index);
        assert_eq!(position.is_some(), place(index, len).is_some());
        position.zip(place(index, len))
    };
    match op {
        Op::Append(text) => {
            buf.append([&text[..]]);
            model.push(text);
        }
        Op::Prepend(text) => {
            buf.prepend([&text[..]]);
            model.insert(0, text);
        }
        Op::AppendPair(first, second) => {
            buf.append([&first[..], &second[..]]);
            model.extend([first, second]);
        }
        Op::InsertBefore(index, text) => {
            if let Some((at, place)) = located(index) {
                buf.insert_before(at, [&text[..]]);
                model.insert(place, text);
            }
        }
        Op::InsertAfter(index, text) => {
            if let Some((at, place)) = located(index) {
                buf.insert_after(at, [&text[..]]);
                model.insert(place + 1, text);
            }
        }
        Op::Replace(index, text) => {
            if let Some((at, place)) = located(index) {
                buf.replace(at, &text[..]);
                model[place] = text;
            }
        }
        Op::Remove(index, count) => {
            let place = place(index, len).unwrap_or(len);
            let end = (place + count).min(len);
            assert_eq!(buf.remove_range(index, count), end - place);
            model.drain(place..end);
        }
        Op::SplitAndSwap(index) => {
            if let Some((at, place)) = located(index) {
                let tail = buf.split_off(at);
                buf.view().assert_valid();
                tail.view().assert_valid();
                assert_eq!(texts(tail.view()), model[place..]);
                buf.prepend_all(tail.view());
                model.rotate_left(place);
            }
        }
        Op::Double => {
            if len < 100 {
                let copy = buf.clone();
                buf.append_all(copy.view());
                model.extend_from_within(..);
            }
        }
        Op::Find(text, skip) => {
            let found = buf.view().find(&text, skip);
            let expected = model.iter().step_by(skip + 1).position(|other| *other == text);
            let place = expected.map(|index| (index * (skip + 1)) as isize);
            assert_eq!(found, place.and_then(|place| buf.view().position(place)));
        }
        Op::Clear => {
            buf.clear();
            model.clear();
        }
    }
}

proptest! {
    #[test]
    fn agrees_with_a_vector(ops in prop::collection::vec(op(), 0..60)) {
        let (mut buf, mut model) = (ListpackBuf::new(), Vec::new());
        for op in ops {
            run(&mut buf, &mut model, op);
            buf.view().assert_valid();
            prop_assert_eq!(buf.view().len(), model.len());
            prop_assert_eq!(texts(buf.view()), &model[..]);
        }
    }

    #[test]
    fn both_ends_meet(
        texts in prop::collection::vec(text(), 0..20),
        sides in prop::collection::vec(any::<bool>(), 25),
    ) {
        let mut buf = ListpackBuf::new();
        for text in &texts {
            buf.append([&text[..]]);
        }
        let (mut elements, mut model) = (buf.view().iter(), texts.iter());
        for front in sides {
            let (element, expected) = if front {
                (elements.next(), model.next())
            } else {
                (elements.next_back(), model.next_back())
            };
            prop_assert_eq!(element.map(Element::to_vec), expected.cloned());
        }
    }

    #[test]
    fn hostile_bytes_are_refused_or_harmless(
        texts in prop::collection::vec(text(), 0..8),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        ops in prop::collection::vec(op(), 0..8),
    ) {
        let mut buf = ListpackBuf::new();
        for text in &texts {
            buf.append([&text[..]]);
        }
        let mut bytes = buf.into_inner();
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        exercise(bytes, ops);
    }

    #[test]
    fn random_bytes_are_refused_or_harmless(
        mut bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0xC0..=0xFFu8, 0..8u8], 0..60),
        ops in prop::collection::vec(op(), 0..8),
    ) {
        let total = bytes.len() as u32;
        if let [a, b, c, d, _, _, .., last] = &mut bytes[..] {
            [*a, *b, *c, *d] = total.to_le_bytes();
            *last = 0xFF;
        }
        exercise(bytes, ops);
    }
}

/// Does everything to bytes that may be no listpack.
fn exercise(bytes: Vec<u8>, ops: Vec<Op>) {
    let whole = Listpack::from_untrusted(&bytes, Check::Whole).is_ok();
    let Ok(list) = Listpack::from_untrusted(&bytes, Check::Frame) else {
        assert!(!whole);
        return;
    };
    if whole {
        list.assert_valid();
    }
    let (forward, backward) = (list.iter().count(), list.iter().rev().count());
    assert!(!whole || forward == backward && forward == list.len());
    for index in -70..70 {
        let _in_bounds = (list.get(index), list.iter().nth(index.unsigned_abs()));
    }
    let mut buf = ListpackBuf::from(list);
    for op in ops {
        edit(&mut buf, op);
        if whole {
            buf.view().assert_valid();
        }
    }
}

/// Edits without expectations.
fn edit(buf: &mut ListpackBuf, op: Op) {
    let at = |index| buf.view().position(index);
    match op {
        Op::Append(text) => buf.append([&text[..]]),
        Op::Prepend(text) => buf.prepend([&text[..]]),
        Op::AppendPair(first, second) => buf.append([&first[..], &second[..]]),
        Op::InsertBefore(index, text) => {
            if let Some(at) = at(index) {
                buf.insert_before(at, [&text[..]]);
            }
        }
        Op::InsertAfter(index, text) => {
            if let Some(at) = at(index) {
                buf.insert_after(at, [&text[..]]);
            }
        }
        Op::Replace(index, text) => {
            if let Some(at) = at(index) {
                buf.replace(at, &text[..]);
            }
        }
        Op::Remove(index, count) => {
            buf.remove_range(index, count);
        }
        Op::SplitAndSwap(index) => {
            if let Some(at) = at(index) {
                let tail = buf.split_off(at);
                buf.prepend_all(tail.view());
            }
        }
        Op::Double => {
            let copy = buf.clone();
            buf.append_all(copy.view());
        }
        Op::Find(text, skip) => {
            let _found = buf.view().find(&text, skip);
        }
        Op::Clear => buf.clear(),
    }
}
