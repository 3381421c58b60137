//! Lists through their view, in both forms and from one to the other, against a deque.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use keyspace::{Form, Shard};
use proptest::prelude::*;
use structs::list::{End, Limits};

#[derive(Debug, Clone)]
enum Op {
    Push(bool, Vec<u8>),
    Pop(bool, usize),
    Set(usize, Vec<u8>),
    Insert(usize, Vec<u8>),
    RemoveEqual(bool, usize, Vec<u8>),
    Keep(usize, usize),
}

/// Elements that meet each other again, integers among them, and now and then a large one.
fn element() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => (0..6_i64).prop_map(|number| number.to_string().into_bytes()),
        3 => prop::sample::select(vec![b"a".to_vec(), b"bb".to_vec(), b"007".to_vec(), Vec::new()]),
        1 => (50..400_usize).prop_map(|len| vec![b'x'; len]),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        6 => (any::<bool>(), element()).prop_map(|(front, e)| Op::Push(front, e)),
        2 => (any::<bool>(), 0..4_usize).prop_map(|(front, count)| Op::Pop(front, count)),
        1 => (any::<usize>(), element()).prop_map(|(at, e)| Op::Set(at, e)),
        1 => (any::<usize>(), element()).prop_map(|(at, e)| Op::Insert(at, e)),
        1 => (any::<bool>(), 0..3_usize, element()).prop_map(|(f, max, e)| Op::RemoveEqual(f, max, e)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Op::Keep(from, to)),
    ];
    prop::collection::vec(op, 0..120)
}

fn end(front: bool) -> End {
    if front { End::Front } else { End::Back }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn agrees_with_a_deque(ops in ops(), fill in prop::sample::select(vec![4, 16, -1]), depth in 0..2_u32) {
        let limits = Limits::new(fill, depth);
        let mut shard = Shard::new(1, 7);
        let mut model = VecDeque::<Vec<u8>>::new();
        let mut db = shard.db(0);
        let key = db.key(b"l");
        for op in ops {
            let (mut entry, created) = db.open_or_create(key, Form::List);
            prop_assert_eq!(created, model.is_empty());
            let mut list = entry.list_mut().expect("a list");
            match op {
                Op::Push(front, element) => {
                    list.push(end(front), &element, limits);
                    if front { model.push_front(element) } else { model.push_back(element) }
                }
                Op::Pop(front, count) => {
                    let mut taken = Vec::new();
                    list.pop(end(front), count, limits, |element| {
                        taken.push(element.text(&mut None).to_vec());
                    });
                    let next = |_| if front { model.pop_front() } else { model.pop_back() };
                    let expected: Vec<_> = (0..count).map_while(next).collect();
                    prop_assert_eq!(taken, expected);
                }
                Op::Set(at, element) if !model.is_empty() => {
                    let at = at % model.len();
                    list.set(at, &element, limits);
                    model[at] = element;
                }
                Op::Set(..) => (),
                Op::Insert(at, element) => {
                    let at = at % (model.len() + 1);
                    list.insert(at, &element, limits);
                    model.insert(at, element);
                }
                Op::RemoveEqual(front, max, element) => {
                    let removed = list.remove_equal(end(front), max, &element, limits);
                    let mut found: Vec<_> =
                        (0..model.len()).filter(|&at| model[at] == element).collect();
                    if !front {
                        found.reverse();
                    }
                    found.truncate(max);
                    found.sort_unstable();
                    prop_assert_eq!(removed, found.len());
                    for at in found.into_iter().rev() {
                        model.remove(at);
                    }
                }
                Op::Keep(from, to) => {
                    let from = from % (model.len() + 1);
                    let to = from + to % (model.len() + 1 - from);
                    list.keep(from..to, limits);
                    model = model.drain(from..to).collect();
                }
            }
            prop_assert_eq!(list.len(), model.len());
            let view = list.view();
            for from in [End::Front, End::Back] {
                let mut found = vec![None; model.len()];
                view.walk(0..model.len(), from, |at, element| {
                    found[at] = Some(element.text(&mut None).to_vec());
                    ControlFlow::Continue(())
                });
                prop_assert!(found.iter().flatten().eq(&model));
            }
            let middle = model.len() / 3..model.len();
            let mut found = Vec::new();
            view.for_each(middle.clone(), |element| found.push(element.text(&mut None).to_vec()));
            prop_assert!(found.iter().eq(model.range(middle)));
            drop(entry);
            if model.is_empty() {
                db.remove(key);
            }
        }
    }
}
