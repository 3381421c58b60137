//! Hashes through their view, packed and not, against a sorted map.

use std::collections::BTreeMap;

use keyspace::{Form, HashLimits, Shard};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Op {
    Insert(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
}

/// Few fields, integers among them, and now and then a long one.
fn word() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        5 => (-4..8_i64).prop_map(|number| number.to_string().into_bytes()),
        3 => prop::sample::select(vec![b"a".to_vec(), b"bb".to_vec(), b"007".to_vec(), Vec::new()]),
        1 => (10..300_usize).prop_map(|len| vec![b'x'; len]),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        3 => (word(), word()).prop_map(|(field, value)| Op::Insert(field, value)),
        2 => word().prop_map(Op::Remove),
    ];
    prop::collection::vec(op, 0..150)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn agrees_with_a_sorted_map(
        ops in ops(),
        entries in prop::sample::select(vec![3, 8, 512]),
        value in prop::sample::select(vec![8, 64, 1000]),
    ) {
        let limits = HashLimits { entries, value };
        let mut shard = Shard::new(1, 7);
        let mut model = BTreeMap::<Vec<u8>, Vec<u8>>::new();
        let mut db = shard.db(0);
        let key = db.key(b"h");
        let mut draw = 0_u64;
        for op in ops {
            let (entry, created) = db.open_or_create(key, Form::Hash);
            prop_assert_eq!(created, model.is_empty());
            let mut hash = entry.into_hash(limits).expect("a hash");
            match op {
                Op::Insert(field, value) => {
                    let is_new = hash.insert(&field, &value);
                    prop_assert_eq!(is_new, model.insert(field, value).is_none());
                }
                Op::Remove(field) => {
                    prop_assert_eq!(hash.remove(&field), model.remove(&field).is_some());
                }
            }
            let view = hash.view();
            prop_assert_eq!(view.len(), model.len());
            let mut found = BTreeMap::new();
            view.for_each(|field, value| {
                found.insert(field.text(&mut None).to_vec(), value.text(&mut None).to_vec());
            });
            prop_assert_eq!(&found, &model);
            for (field, value) in &model {
                let found = view.get(field).map(|value| value.text(&mut None).to_vec());
                prop_assert_eq!(found.as_ref(), Some(value));
            }
            prop_assert!(view.get(b"nothing").is_none());
            let mut below = |n| {
                draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (draw >> 33) % n
            };
            let mut sampled = Vec::new();
            view.sample(2, &mut below, |field, _| sampled.push(field.text(&mut None).to_vec()));
            prop_assert_eq!(sampled.len(), model.len().min(2));
            prop_assert!(sampled.iter().all(|field| model.contains_key(field)));
            let drawn = view.random(&mut below).map(|(field, _)| field.text(&mut None).to_vec());
            prop_assert_eq!(drawn.is_some(), !model.is_empty());
            drop(hash);
            if model.is_empty() {
                db.remove(key);
            }
        }
    }
}
