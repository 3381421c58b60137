//! A sorted set against a sorted map, and its cuts against copies.

use std::collections::BTreeMap;

use proptest::prelude::*;
use stdx::hash::KeyHasher;
use structs::sorted_set::{Key, SortedSet, take_scored};

#[derive(Debug, Clone)]
enum Op {
    Set(u16, i8),
    Add(u16, i8),
    Remove(u16),
    RemoveRange(usize, usize),
    BeginCut,
    Step(usize),
    EndCut,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        8 => (0..400_u16, any::<i8>()).prop_map(|(member, score)| Op::Set(member, score)),
        2 => (0..400_u16, any::<i8>()).prop_map(|(member, by)| Op::Add(member, by)),
        3 => (0..400_u16).prop_map(Op::Remove),
        1 => (0..300_usize, 0..30_usize).prop_map(|(rank, count)| Op::RemoveRange(rank, count)),
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

/// Scores are few, so that many are equal; they are kept as integers, which have an order.
type Map = BTreeMap<Vec<u8>, i32>;

fn in_order(model: &Map) -> Vec<(Vec<u8>, f64)> {
    let mut members: Vec<_> = model.iter().map(|(member, &score)| (score, member)).collect();
    members.sort();
    members.into_iter().map(|(score, member)| (member.clone(), f64::from(score))).collect()
}

fn owned((member, score): (&[u8], f64)) -> (Vec<u8>, f64) {
    (member.to_vec(), score)
}

/// Goes on with a cut; checks it if that was all.
fn step(set: &mut SortedSet<KeyHasher>, cut: &mut Option<(Map, Map)>, bytes: usize) {
    let Some((then, told)) = cut else { return };
    assert_eq!(set.cut_len(), Some(then.len()));
    if let Some(piece) = set.cut_step(bytes) {
        let mut rest = &piece[..];
        while let Some((member, score)) = take_scored(&mut rest) {
            assert!(told.insert(member.to_vec(), score as i32).is_none(), "each member once");
        }
        assert!(rest.is_empty());
    } else {
        set.end_cut();
        assert_eq!(then, told);
        *cut = None;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_a_sorted_map_and_so_do_its_cuts(ops in ops()) {
        let mut set = SortedSet::new(KeyHasher::new(7));
        let mut model = Map::new();
        let mut cut = None;
        for op in ops {
            match op {
                Op::Set(member, score) => {
                    let (member, score) = (text(member), i32::from(score / 8));
                    let mut seen = None;
                    set.update(set.hash(&member), &member, |old| {
                        seen = old;
                        Some(f64::from(score))
                    });
                    prop_assert_eq!(seen, model.insert(member, score).map(f64::from));
                }
                Op::Add(member, by) => {
                    let (member, by) = (text(member), i32::from(by));
                    set.update(set.hash(&member), &member, |old| Some(old? + f64::from(by)));
                    if let Some(score) = model.get_mut(&member) {
                        *score += by;
                    }
                }
                Op::Remove(member) => {
                    let member = text(member);
                    let removed = set.remove(set.hash(&member), &member);
                    prop_assert_eq!(removed, model.remove(&member).map(f64::from));
                }
                Op::RemoveRange(rank, count) => {
                    let mut removed = Vec::new();
                    set.remove_range(rank..rank + count, |member, score| {
                        removed.push((member.to_vec(), score));
                    });
                    let expected: Vec<_> =
                        in_order(&model).into_iter().skip(rank).take(count).collect();
                    model.retain(|member, _| expected.iter().all(|(removed, _)| removed != member));
                    prop_assert_eq!(removed, expected);
                }
                Op::BeginCut => {
                    set.begin_cut();
                    cut = Some((model.clone(), Map::new()));
                }
                Op::Step(bytes) => step(&mut set, &mut cut, bytes),
                Op::EndCut => {
                    set.end_cut();
                    cut = None;
                }
            }
            prop_assert_eq!(set.len(), model.len());
        }
        while cut.is_some() {
            step(&mut set, &mut cut, 300);
        }
        set.assert_valid();
        let mut copy = set.clone();
        let expected = in_order(&model);
        prop_assert_eq!(copy.iter().map(owned).collect::<Vec<_>>(), &expected[..]);
        let backwards: Vec<_> = copy.range(3..usize::MAX, true).map(owned).collect();
        prop_assert!(backwards.iter().eq(expected.iter().skip(3).rev()));
        for (rank, (member, score)) in expected.iter().enumerate() {
            prop_assert_eq!(set.rank(set.hash(member), member), Some((rank, *score)));
            prop_assert_eq!(set.count_before(Key::Entry(*score, member)), rank);
        }
        copy.remove_range(0..usize::MAX, |_, _| ());
        prop_assert!(copy.is_empty() && !set.is_empty() || model.is_empty());
        copy.assert_valid();
        let empty = SortedSet::new(KeyHasher::new(7)).memory();
        prop_assert!(copy.memory() <= empty + 4096 + 64 * 65, "{} bytes", copy.memory());
    }
}

#[test]
fn zero_keeps_its_sign() {
    let mut set = SortedSet::new(KeyHasher::new(7));
    set.insert_new(set.hash(b"a"), b"a", -0.0);
    set.update(set.hash(b"a"), b"a", |_| Some(0.0));
    let score = set.iter().map(|(_, score)| score.to_bits()).next();
    assert_eq!(score, Some((-0.0_f64).to_bits()), "what is equal is not written");
}
