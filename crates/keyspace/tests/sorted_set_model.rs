//! A sorted set behaves like a sorted map with an order beside it, in both its forms and between them.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::{Bound, Range};

use keyspace::{
    Encoding, Form, NewSortedSet, Policy, ScoreRange, Shard, SortedSetLimits, SortedSetRef,
    TextBound, TextRange,
};
use proptest::prelude::*;
use stdx::rng::{Rng, SeededRng};
use structs::listpack::Element;

const LIMITS: SortedSetLimits = SortedSetLimits { entries: 8, value: 5 };

#[derive(Debug, Clone)]
enum Operation {
    Set(Vec<(Vec<u8>, f64)>),
    Add(Vec<u8>, f64),
    Remove(Vec<u8>),
    Take(usize, usize, bool),
    Copy,
}

fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => (0..12_i64).prop_map(|number| number.to_string().into_bytes()),
        3 => "[a-d]{0,2}".prop_map(String::into_bytes),
        1 => "[a-c]{6,7}".prop_map(String::into_bytes),
    ]
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3..4_i8).prop_map(f64::from),
        2 => (-30..30_i8).prop_map(|tenth| f64::from(tenth) / 10.0),
        1 => prop_oneof![Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(1e300), Just(2_f64.powi(60))],
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        6 => prop::collection::vec((member(), score()), 1..4).prop_map(Operation::Set),
        1 => prop::collection::vec((member(), score()), 9..20).prop_map(Operation::Set),
        2 => (member(), (-3..4_i8).prop_map(f64::from)).prop_map(|(m, s)| Operation::Add(m, s)),
        4 => member().prop_map(Operation::Remove),
        1 => (0..12_usize, 0..4_usize, any::<bool>())
            .prop_map(|(rank, count, backwards)| Operation::Take(rank, count, backwards)),
        1 => Just(Operation::Copy),
    ]
}

type Map = BTreeMap<Vec<u8>, f64>;
type Pair = (Vec<u8>, f64);

fn in_order(model: &Map) -> Vec<Pair> {
    let mut pairs: Vec<_> = model.iter().map(|(member, &score)| (member.clone(), score)).collect();
    pairs.sort_by(|one, other| one.1.partial_cmp(&other.1).unwrap_or(Ordering::Equal));
    pairs
}

fn owned((member, score): (Element<'_>, f64)) -> Pair {
    (member.to_vec(), score)
}

fn check_ranges(set: SortedSetRef<'_>, expected: &[Pair]) {
    let ends = [f64::NEG_INFINITY, -1.0, 0.5, 2.0, f64::INFINITY];
    for (min, max) in ends.iter().flat_map(|min| ends.iter().map(move |max| (*min, *max))) {
        let ranks_of = |is_in: &dyn Fn(f64) -> bool| -> Vec<usize> {
            let ranks = expected.iter().enumerate().filter(|(_, (_, score))| is_in(*score));
            ranks.map(|(rank, _)| rank).collect()
        };
        let range = ScoreRange { min: Bound::Included(min), max: Bound::Excluded(max) };
        let found: Vec<_> = set.by_score(&range).collect();
        assert_eq!(found, ranks_of(&|score| score >= min && score < max), "{range:?}");
        let range = ScoreRange { min: Bound::Excluded(min), max: Bound::Included(max) };
        let found: Vec<_> = set.by_score(&range).collect();
        assert_eq!(found, ranks_of(&|score| score > min && score <= max), "{range:?}");
    }
}

fn check(operations: Vec<Operation>) {
    let mut shard = Shard::new(1, 7);
    shard.set_now(1, Policy::default());
    let mut rng = SeededRng::new(7);
    let mut model = Map::new();
    for operation in operations {
        let mut db = shard.db(0);
        let key = db.key(b"set");
        match operation {
            Operation::Set(pairs) => {
                let (entry, created) = db.open_or_create(key, Form::SortedSet);
                assert_eq!(created, model.is_empty());
                let mut set = entry.into_sorted_set(LIMITS).expect("a sorted set");
                set.expect(pairs.len());
                let members = pairs.iter().map(|(member, _)| member.as_slice());
                set.update_all(members, |index, old| {
                    let (member, score) = &pairs[index];
                    assert_eq!(old, model.insert(member.clone(), *score));
                    Some(*score)
                });
            }
            Operation::Add(member, by) => {
                let Some(entry) = db.open_mut(key) else { continue };
                let mut set = entry.into_sorted_set(LIMITS).expect("a sorted set");
                set.update(&member, |old| Some(old? + by));
                model.entry(member).and_modify(|score| *score += by);
            }
            Operation::Remove(member) => {
                let Some(entry) = db.open_mut(key) else { continue };
                let mut set = entry.into_sorted_set(LIMITS).expect("a sorted set");
                assert_eq!(set.remove(&member), model.remove(&member).is_some());
            }
            Operation::Take(rank, count, backwards) => {
                let Some(entry) = db.open_mut(key) else { continue };
                let mut set = entry.into_sorted_set(LIMITS).expect("a sorted set");
                let mut taken = Vec::new();
                set.take(rank..rank + count, backwards, |member, score| {
                    taken.push(owned((member, score)));
                });
                let mut expected: Vec<_> =
                    in_order(&model).into_iter().skip(rank).take(count).collect();
                model.retain(|member, _| expected.iter().all(|(taken, _)| taken != member));
                if backwards {
                    expected.reverse();
                }
                assert_eq!(taken, expected);
            }
            Operation::Copy => {
                let mut copy = NewSortedSet::new(&db, b"set", LIMITS);
                let Some(entry) = db.find(key) else { continue };
                entry
                    .as_sorted_set()
                    .expect("a sorted set")
                    .iter()
                    .for_each(|(member, score)| copy.append(member, score));
                assert_eq!(copy.len(), model.len());
                drop(db.remove(key));
                db.insert_entry(key, copy.into_entry());
            }
        }
        if model.is_empty() {
            drop(db.remove(key));
            continue;
        }
        let entry = db.find(key).expect("a key");
        if entry.encoding() == Encoding::Listpack {
            assert!(model.len() <= LIMITS.entries);
            assert!(model.keys().all(|member| member.len() <= LIMITS.value));
        } else {
            assert_eq!(entry.encoding(), Encoding::Skiplist);
        }
        let set = entry.as_sorted_set().expect("a sorted set");
        let expected = in_order(&model);
        assert_eq!(set.len(), expected.len());
        assert_eq!(set.iter().map(owned).collect::<Vec<_>>(), expected);
        let ranks: Range<usize> = 2..5;
        let backwards: Vec<_> = set.range(ranks.clone(), true).map(owned).collect();
        let middle: Vec<_> = expected.iter().skip(ranks.start).take(ranks.len()).collect();
        assert!(backwards.iter().rev().eq(middle));
        for (rank, (member, score)) in expected.iter().enumerate() {
            assert_eq!(set.rank(member), Some((rank, *score)));
            assert_eq!(set.score(member), Some(*score));
        }
        assert_eq!(set.score(b"not there"), None);
        assert_eq!(set.rank(b"not there"), None);
        check_ranges(set, &expected);
        let mut scanned = Map::new();
        let mut cursor = 0;
        loop {
            cursor = set.scan(cursor, &mut |member, score| {
                scanned.insert(member.to_vec(), score);
            });
            if cursor == 0 {
                break;
            }
        }
        assert_eq!(scanned, model);
        for count in [0, 1, 3, 100] {
            let mut sample = Map::new();
            set.sample(count, &mut |n| rng.below(n), |member, score| {
                assert_eq!(sample.insert(member.to_vec(), score), None, "each member once");
            });
            assert_eq!(sample.len(), count.min(model.len()));
            assert!(sample.iter().all(|(member, score)| model.get(member) == Some(score)));
        }
    }
}

proptest! {
    #[test]
    fn a_sorted_set_is_a_map_with_an_order(operations in prop::collection::vec(operation(), 1..60)) {
        check(operations);
    }

    #[test]
    fn ranges_of_texts_are_those_of_the_members(
        members in prop::collection::btree_set("[a-c]{0,3}", 1..14),
        min in "[a-c]{0,3}",
        max in "[a-c]{0,3}",
    ) {
        let mut shard = Shard::new(1, 7);
        shard.set_now(1, Policy::default());
        let db = shard.db(0);
        let mut new = NewSortedSet::new(&db, b"key", LIMITS);
        members.iter().for_each(|member| new.append(Element::Bytes(member.as_bytes()), 1.0));
        let entry = new.into_entry();
        let set = entry.as_sorted_set().expect("a sorted set");
        let find = |min, max| {
            let ranks = set.by_text(&TextRange { min, max });
            set.range(ranks, false).map(|(member, _)| member.to_vec()).collect::<Vec<_>>()
        };
        let expected = |is_in: &dyn Fn(&str) -> bool| {
            let members = members.iter().filter(|member| is_in(member));
            members.map(|member| member.clone().into_bytes()).collect::<Vec<_>>()
        };
        let (low, high) = (min.as_bytes(), max.as_bytes());
        let found = find(TextBound::Included(low), TextBound::Excluded(high));
        prop_assert_eq!(found, expected(&|member| member >= &*min && member < &*max));
        let found = find(TextBound::Excluded(low), TextBound::Included(high));
        prop_assert_eq!(found, expected(&|member| member > &*min && member <= &*max));
        let found = find(TextBound::Lowest, TextBound::Included(high));
        prop_assert_eq!(found, expected(&|member| member <= &*max));
        let found = find(TextBound::Included(low), TextBound::Highest);
        prop_assert_eq!(found, expected(&|member| member >= &*min));
        prop_assert_eq!(find(TextBound::Highest, TextBound::Lowest), expected(&|_| false));
    }
}
