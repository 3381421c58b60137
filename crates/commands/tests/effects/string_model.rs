//! Strings behave like byte vectors in a map, however they are stored.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::stage::{NOW, Stage};

#[derive(Debug, Clone)]
enum Op {
    Set(u8, Vec<u8>),
    Append(u8, Vec<u8>),
    SetRange(u8, usize, Vec<u8>),
    IncrBy(u8, i64),
    Rename(u8, u8),
    Del(u8),
}

fn op() -> impl Strategy<Value = Op> {
    // Lengths on both sides of what fits beside a key, and texts that are numbers.
    let lengths = prop_oneof![0..50_usize, 140..220_usize];
    let value = prop_oneof![
        (lengths, any::<u8>()).prop_map(|(len, byte)| vec![byte; len]),
        (-50..50_i64).prop_map(|number| number.to_string().into_bytes()),
        Just(i64::MAX.to_string().into_bytes()),
    ];
    prop_oneof![
        (0..3_u8, value.clone()).prop_map(|(key, value)| Op::Set(key, value)),
        (0..3_u8, value.clone()).prop_map(|(key, value)| Op::Append(key, value)),
        (0..3_u8, 0..230_usize, value).prop_map(|(key, at, value)| Op::SetRange(key, at, value)),
        (0..3_u8, -5..5_i64).prop_map(|(key, by)| Op::IncrBy(key, by)),
        (0..3_u8, 0..3_u8).prop_map(|(from, to)| Op::Rename(from, to)),
        (0..3_u8).prop_map(Op::Del),
    ]
}

/// Keys of very different lengths: they share the block with short values.
fn name(key: u8) -> Vec<u8> {
    vec![b'k'; [1, 100, 300][usize::from(key)]]
}

type Model = BTreeMap<Vec<u8>, (Vec<u8>, Option<u64>)>;

fn apply(model: &mut Model, op: &Op) -> Vec<Vec<u8>> {
    let word = |word: &str| word.as_bytes().to_vec();
    match op {
        Op::Set(key, value) => {
            model.insert(name(*key), (value.clone(), None));
            vec![word("SET"), name(*key), value.clone()]
        }
        Op::Append(key, value) => {
            model.entry(name(*key)).or_default().0.extend(value);
            vec![word("APPEND"), name(*key), value.clone()]
        }
        Op::SetRange(key, at, value) => {
            if !value.is_empty() {
                let text = &mut model.entry(name(*key)).or_default().0;
                text.resize(text.len().max(at + value.len()), 0);
                text[*at..at + value.len()].copy_from_slice(value);
            }
            vec![word("SETRANGE"), name(*key), word(&at.to_string()), value.clone()]
        }
        Op::IncrBy(key, by) => {
            let old = model.get(&name(*key)).map_or(&b"0"[..], |(text, _)| text);
            // What does not print as it was read is no number.
            let number = std::str::from_utf8(old).ok().and_then(|text| text.parse::<i64>().ok());
            let number = number.filter(|number| number.to_string().as_bytes() == old);
            if let Some(sum) = number.and_then(|number| number.checked_add(*by)) {
                model.insert(name(*key), (sum.to_string().into_bytes(), None));
            }
            vec![word("INCRBY"), name(*key), word(&by.to_string())]
        }
        Op::Rename(from, to) => {
            if let Some(value) = model.remove(&name(*from)) {
                model.insert(name(*to), value);
            }
            vec![word("RENAME"), name(*from), name(*to)]
        }
        Op::Del(key) => {
            model.remove(&name(*key));
            vec![word("DEL"), name(*key)]
        }
    }
}

proptest! {
    #[test]
    fn strings_agree_with_byte_vectors(ops in prop::collection::vec(op(), 1..60)) {
        let (mut stage, mut model) = (Stage::new(), Model::new());
        for op in &ops {
            let words = apply(&mut model, op);
            let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            stage.run(&words);
            stage.forget();
            prop_assert_eq!(&stage.keys(NOW), &model, "after {:?}", op);
        }
    }
}
