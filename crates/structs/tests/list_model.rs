//! A list behaves like a deque of strings, whatever its limits, and its clones stay as they were.

use std::collections::VecDeque;
use std::ops::Range;

use proptest::prelude::*;
use structs::blob::Blob;
use structs::list::{Container, Content, End, Limits, List, Needle};
use structs::listpack::{Check, Element, Listpack};

type Model = VecDeque<Vec<u8>>;

#[derive(Debug, Clone)]
enum Op {
    Push(End, Vec<u8>),
    PushMany(End, usize, Vec<u8>),
    Pop(End),
    PopMany(End, usize),
    Rotate(End),
    Set(usize, Vec<u8>),
    Insert(usize, Vec<u8>),
    RemoveRange(usize, usize),
    Trim(usize, usize),
    RemoveMatching(End, usize, Vec<u8>),
    Walk(usize, usize, End),
    Reload,
    Clone,
}

fn element() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        // Few distinct ones, so that searches succeed.
        6 => (-3..6i64).prop_map(|n| n.to_string().into_bytes()),
        2 => any::<i64>().prop_map(|n| n.to_string().into_bytes()),
        3 => prop::collection::vec(any::<u8>(), 0..40),
        // Some that compress, around the size of nodes and beyond.
        3 => (1..2000usize).prop_map(|len| vec![b'x'; len]),
        1 => (4000..4200usize).prop_map(|len| vec![b'y'; len]),
        1 => (8100..9000usize).prop_map(|len| vec![b'z'; len]),
    ]
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Front), Just(End::Back)]
}

fn op() -> impl Strategy<Value = Op> {
    let index = 0..60usize;
    prop_oneof![
        8 => (end(), element()).prop_map(|(end, element)| Op::Push(end, element)),
        3 => (end(), 1..40usize, element()).prop_map(|(end, n, element)| Op::PushMany(end, n, element)),
        4 => end().prop_map(Op::Pop),
        1 => (end(), 0..30usize).prop_map(|(end, count)| Op::PopMany(end, count)),
        2 => end().prop_map(Op::Rotate),
        4 => (index.clone(), element()).prop_map(|(at, element)| Op::Set(at, element)),
        6 => (index.clone(), element()).prop_map(|(at, element)| Op::Insert(at, element)),
        2 => (index.clone(), 0..12usize).prop_map(|(at, len)| Op::RemoveRange(at, len)),
        1 => (0..10usize, 20..120usize).prop_map(|(from, len)| Op::Trim(from, len)),
        2 => (end(), 1..50usize, element()).prop_map(|(from, max, e)| Op::RemoveMatching(from, max, e)),
        3 => (index, 0..60usize, end()).prop_map(|(at, len, from)| Op::Walk(at, len, from)),
        1 => Just(Op::Reload),
        2 => Just(Op::Clone),
    ]
}

fn limits() -> impl Strategy<Value = Limits> {
    let large_from = prop_oneof![3 => Just(None), 1 => (1..50usize).prop_map(Some)];
    (prop_oneof![Just(1), Just(2), Just(3), Just(8), Just(-1), Just(-2)], 0..3u32, large_from)
        .prop_map(|(fill, depth, large_from)| {
            let limits = Limits::new(fill, depth);
            large_from.map_or(limits, |bytes| limits.with_large_from(bytes))
        })
}

fn text(element: Element<'_>) -> Vec<u8> {
    element.to_vec()
}

fn walk(list: &List, range: Range<usize>, from: End) -> Vec<Vec<u8>> {
    let mut walked = Vec::new();
    list.iter(range.clone(), from).for_each(|element| walked.push(element.to_vec()));
    let (mut stepped, mut iter) = (Vec::new(), list.iter(range, from));
    while let Some(element) = iter.next() {
        stepped.push(element.to_vec());
    }
    assert!(iter.is_empty());
    assert!(walked == stepped, "both ways of walking see the same");
    walked
}

/// Writes the nodes down and reads them back.
fn reload(list: &List, limits: Limits) -> List {
    let mut copy = List::new();
    for node in list.nodes() {
        let bytes = match node.content {
            Content::Raw(bytes) => bytes.to_vec(),
            Content::Lzf { compressed, raw_len } => {
                stdx::lzf::decompress(compressed, raw_len).expect("nodes expand")
            }
        };
        match node.container {
            Container::Plain => copy.push_plain(Blob::from_slice(&bytes), limits),
            Container::Packed => {
                let len = Listpack::from_untrusted(&bytes, Check::Whole).map(Listpack::len);
                assert_eq!(len, Ok(node.len));
                copy.push_listpack(Blob::from_slice(&bytes), limits);
            }
        }
    }
    copy
}

fn pop_model(model: &mut Model, end: End) -> Option<Vec<u8>> {
    if end == End::Front { model.pop_front() } else { model.pop_back() }
}

fn push_model(model: &mut Model, end: End, element: Vec<u8>) {
    if end == End::Front { model.push_front(element) } else { model.push_back(element) }
}

fn remove_model(model: &mut Model, from: End, max: usize, needle: &[u8]) -> usize {
    let matching = |index: &usize| model[*index] == needle;
    let mut found: Vec<usize> = match from {
        End::Front => (0..model.len()).filter(matching).take(max).collect(),
        End::Back => (0..model.len()).rev().filter(matching).take(max).collect(),
    };
    found.sort_unstable();
    for &index in found.iter().rev() {
        model.remove(index);
    }
    found.len()
}

fn run(list: &mut List, model: &mut Model, limits: Limits, op: Op) {
    let clamp = |range: Range<usize>, len: usize| range.start.min(len)..range.end.min(len);
    match op {
        Op::Push(end, element) => {
            list.push(end, &element[..], limits);
            push_model(model, end, element);
        }
        Op::PushMany(end, times, element) => {
            for _ in 0..times {
                list.push(end, &element[..], limits);
                push_model(model, end, element.clone());
            }
        }
        Op::Pop(end) => {
            assert_eq!(list.pop(end, limits, text), pop_model(model, end));
        }
        Op::PopMany(end, count) => {
            let mut popped = Vec::new();
            list.pop_many(end, count, limits, |element| popped.push(element.to_vec()));
            let expected: Vec<_> = (0..count).map_while(|_| pop_model(model, end)).collect();
            assert_eq!(popped, expected);
        }
        Op::Rotate(end) => {
            let other = if end == End::Front { End::Back } else { End::Front };
            if let Some(element) = list.pop(end, limits, text) {
                list.push(other, &element[..], limits);
            }
            if let Some(element) = pop_model(model, end) {
                push_model(model, other, element);
            }
        }
        Op::Set(index, element) => {
            assert_eq!(list.set(index, &element[..], limits), index < model.len());
            if let Some(old) = model.get_mut(index) {
                *old = element;
            }
        }
        Op::Insert(index, element) => {
            list.insert(index, &element[..], limits);
            model.insert(index.min(model.len()), element);
        }
        Op::RemoveRange(from, len) => {
            list.remove_range(from..from + len, limits);
            model.drain(clamp(from..from + len, model.len()));
        }
        Op::Trim(from, len) => {
            list.remove_range(0..from, limits);
            list.remove_range(len..usize::MAX, limits);
            model.drain(..from.min(model.len()));
            model.truncate(len);
        }
        Op::RemoveMatching(from, max, element) => {
            let needle = Needle::new(&element);
            let removed = list.remove_matching(from, max, limits, |e| needle.matches(e));
            assert_eq!(removed, remove_model(model, from, max, &element));
        }
        Op::Walk(at, len, from) => {
            let range = clamp(at..at + len, model.len());
            let mut expected: Vec<_> = model.range(range).cloned().collect();
            if from == End::Back {
                expected.reverse();
            }
            assert_eq!(walk(list, at..at + len, from), expected);
            assert_eq!(list.get(at, text).as_ref(), model.get(at));
        }
        Op::Reload => *list = reload(list, limits),
        Op::Clone => (),
    }
}

fn assert_same(list: &List, model: &Model) {
    assert_eq!(list.len(), model.len());
    assert!(walk(list, 0..usize::MAX, End::Front).iter().eq(model));
    assert!(walk(list, 0..usize::MAX, End::Back).iter().eq(model.iter().rev()));
}

proptest! {
    #[test]
    fn agrees_with_a_deque(limits in limits(), ops in prop::collection::vec(op(), 0..80)) {
        let (mut list, mut model) = (List::new(), Model::new());
        let mut clones = Vec::new();
        for op in ops {
            if matches!(op, Op::Clone) {
                clones.push((list.clone(), model.clone()));
            }
            run(&mut list, &mut model, limits, op);
            list.assert_valid(limits);
            assert_same(&list, &model);
        }
        for (clone, model) in clones {
            clone.assert_valid(limits);
            assert_same(&clone, &model);
        }
    }

    /// Nodes written under other limits are still read and edited.
    #[test]
    fn agrees_with_a_deque_while_limits_change(
        ops in prop::collection::vec((limits(), op()), 0..80)
    ) {
        let (mut list, mut model) = (List::new(), Model::new());
        for (limits, op) in ops {
            run(&mut list, &mut model, limits, op);
            assert_same(&list, &model);
        }
    }
}
