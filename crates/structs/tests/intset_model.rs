//! An intset behaves like an ordered set of integers, and no bytes can make it panic.

use std::collections::BTreeSet;

use proptest::prelude::*;
use structs::intset::{Check, Intset, IntsetBuf};

#[derive(Debug, Clone)]
enum Op {
    Insert(i64),
    Remove(i64),
    RemoveAt(usize),
}

fn integer() -> impl Strategy<Value = i64> {
    let edges = [i16::MIN.into(), i16::MAX.into(), i32::MIN.into(), i32::MAX.into(), 0_i64];
    prop_oneof![
        20 => -30..30i64,
        2 => (prop::sample::select(edges.to_vec()), -1..=1i64).prop_map(|(edge, by)| edge + by),
        1 => any::<i64>().prop_flat_map(|n| (0..64u32).prop_map(move |shift| n >> shift)),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => integer().prop_map(Op::Insert),
        2 => integer().prop_map(Op::Remove),
        1 => (0..40usize).prop_map(Op::RemoveAt),
    ]
}

proptest! {
    #[test]
    fn agrees_with_an_ordered_set(ops in prop::collection::vec(op(), 0..150)) {
        let (mut buf, mut model) = (IntsetBuf::new(), BTreeSet::new());
        for op in ops {
            match op {
                Op::Insert(integer) => prop_assert_eq!(buf.insert(integer), model.insert(integer)),
                Op::Remove(integer) => prop_assert_eq!(buf.remove(integer), model.remove(&integer)),
                Op::RemoveAt(index) => {
                    let expected = model.iter().nth(index).copied();
                    expected.map(|integer| model.remove(&integer));
                    prop_assert_eq!(buf.remove_at(index), expected);
                }
            }
            let set = buf.view();
            set.assert_valid();
            prop_assert_eq!(set.len(), model.len());
            prop_assert!(set.iter().eq(model.iter().copied()));
            prop_assert!(set.iter().rev().eq(model.iter().rev().copied()));
            prop_assert_eq!((set.first(), set.last()), (model.first().copied(), model.last().copied()));
            prop_assert!(model.iter().all(|&integer| set.contains(integer)));
            prop_assert_eq!(set.contains(7), model.contains(&7));
        }
    }

    #[test]
    fn hostile_bytes_are_refused_or_harmless(
        width in prop::sample::select(vec![0u32, 1, 2, 4, 8, 9, u32::MAX]),
        len in prop_oneof![4 => 0..6u32, 1 => any::<u32>()],
        integers in prop::collection::vec(any::<u8>(), 0..40),
        ops in prop::collection::vec(op(), 0..10),
    ) {
        let mut bytes = [width.to_le_bytes(), len.to_le_bytes()].concat();
        bytes.extend(integers);
        if len < 6 {
            bytes.truncate(8 + (width % 9 * len) as usize);
        }
        let whole = Intset::from_untrusted(&bytes, Check::Whole).is_ok();
        let Ok(set) = Intset::from_untrusted(&bytes, Check::Frame) else {
            prop_assert!(!whole);
            return Ok(());
        };
        let mut buf = IntsetBuf::from(set);
        for op in ops {
            match op {
                Op::Insert(integer) => buf.insert(integer),
                Op::Remove(integer) => buf.remove(integer),
                Op::RemoveAt(index) => buf.remove_at(index).is_some(),
            };
            prop_assert_eq!(buf.view().iter().count(), buf.view().len());
            if whole {
                buf.view().assert_valid();
            }
        }
    }
}
