//! A hash against a sorted map, and its cuts against copies.

use std::collections::BTreeMap;

use proptest::prelude::*;
use stdx::hash::KeyHasher;
use structs::hash::{FieldRef, Hash};

#[derive(Debug, Clone)]
enum Op {
    Insert(u16, u16, Option<u64>),
    SetExpiry(u16, Option<u64>),
    PopDue(u64),
    Remove(u16),
    BeginCut,
    Step(usize),
    EndCut,
}

/// Times that meet.
fn expiry() -> impl Strategy<Value = Option<u64>> {
    prop::option::of(0..100_u64)
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        6 => (0..400_u16, any::<u16>(), expiry()).prop_map(|(f, v, e)| Op::Insert(f, v, e)),
        3 => (0..400_u16, expiry()).prop_map(|(f, e)| Op::SetExpiry(f, e)),
        2 => (0..100_u64).prop_map(Op::PopDue),
        3 => (0..400_u16).prop_map(Op::Remove),
        1 => Just(Op::BeginCut),
        2 => (1..800_usize).prop_map(Op::Step),
        1 => Just(Op::EndCut),
    ];
    prop::collection::vec(op, 0..1200)
}

/// Bytes of many lengths.
fn text(number: u16) -> Vec<u8> {
    let len = if number.is_multiple_of(97) { 300 } else { usize::from(number % 40) };
    let mut bytes = vec![b'.'; len];
    bytes.extend_from_slice(number.to_string().as_bytes());
    bytes
}

type Map = BTreeMap<Vec<u8>, (Vec<u8>, Option<u64>)>;

/// Goes on with a cut; checks it if that was all.
fn step(hash: &mut Hash<KeyHasher>, cut: &mut Option<(Map, Map)>, bytes: usize) {
    let Some((then, told)) = cut else { return };
    assert_eq!(hash.cut_len(), Some(then.len()));
    if let Some(piece) = hash.cut_step(bytes) {
        let mut rest = &piece[..];
        while let Some(field) = FieldRef::take_from(&mut rest) {
            let facts = (field.value.to_vec(), field.expiry);
            assert!(told.insert(field.name.to_vec(), facts).is_none(), "each field once");
        }
        assert!(rest.is_empty());
    } else {
        hash.end_cut();
        assert_eq!(then, told);
        *cut = None;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_a_sorted_map_and_so_do_its_cuts(ops in ops()) {
        let mut hash = Hash::new(KeyHasher::new(7));
        let mut model = Map::new();
        let mut cut = None;
        for op in ops {
            match op {
                Op::Insert(field, value, expiry) => {
                    let (field, value) = (text(field), text(value));
                    let is_new = hash.insert(&field, &value, expiry);
                    prop_assert_eq!(is_new, model.insert(field, (value, expiry)).is_none());
                }
                Op::SetExpiry(field, expiry) => {
                    let field = text(field);
                    let known = model.get_mut(&field).map(|(_, old)| *old = expiry);
                    prop_assert_eq!(hash.set_expiry(&field, expiry), known.is_some());
                }
                Op::PopDue(now) => {
                    let first = model.values().filter_map(|(_, expiry)| *expiry).min();
                    let popped = hash.pop_due(now);
                    prop_assert_eq!(popped.is_some(), first.is_some_and(|first| first <= now));
                    if let Some(field) = popped {
                        let (_, expiry) = model.remove(&field[..]).expect("it was there");
                        prop_assert_eq!(expiry, first, "the first first");
                    }
                }
                Op::Remove(field) => {
                    let field = text(field);
                    prop_assert_eq!(hash.remove(&field), model.remove(&field).is_some());
                }
                Op::BeginCut => {
                    hash.begin_cut();
                    cut = Some((model.clone(), Map::new()));
                }
                Op::Step(bytes) => step(&mut hash, &mut cut, bytes),
                Op::EndCut => {
                    hash.end_cut();
                    cut = None;
                }
            }
            prop_assert_eq!(hash.len(), model.len());
            let expiries = || model.values().filter_map(|(_, expiry)| *expiry);
            prop_assert_eq!(hash.first_expiry(), expiries().min());
            prop_assert_eq!(hash.timed_len(), expiries().count());
            prop_assert_eq!(hash.due_len(50), expiries().filter(|&when| when <= 50).count());
            prop_assert_eq!(hash.is_due(50), !model.is_empty() && hash.due_len(50) == model.len());
        }
        while cut.is_some() {
            step(&mut hash, &mut cut, 300);
        }
        let copy = hash.clone();
        for (field, (value, expiry)) in &model {
            let found = FieldRef { name: field, value, expiry: *expiry };
            prop_assert_eq!(hash.get(field), Some(found));
            prop_assert!(hash.remove(field));
        }
        prop_assert!(hash.is_empty());
        let empty = Hash::new(KeyHasher::new(7)).memory();
        prop_assert!(hash.memory() <= empty + 4096 + 64 * 65, "{} bytes", hash.memory());
        let facts = |field: FieldRef<'_>| (field.name.to_vec(), (field.value.to_vec(), field.expiry));
        prop_assert_eq!(copy.iter().map(facts).collect::<Map>(), model);
    }
}
