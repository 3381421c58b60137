//! A set behaves like a set of the standard library, in all its forms and between them.

use std::collections::BTreeSet;

use keyspace::{Encoding, Policy, SetLimits, Shard};
use proptest::prelude::*;
use stdx::rng::SeededRng;
use structs::listpack::Element;

const LIMITS: SetLimits = SetLimits { intset_entries: 6, listpack_entries: 8, listpack_value: 5 };

#[derive(Debug, Clone)]
enum Operation {
    Insert(Vec<Vec<u8>>),
    Remove(Vec<u8>),
    Pop(usize),
    Sample(usize),
}

fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => (0..12_i64).prop_map(|number| number.to_string().into_bytes()),
        2 => any::<i64>().prop_map(|number| number.to_string().into_bytes()),
        3 => "[a-d]{0,2}".prop_map(String::into_bytes),
        1 => "[a-c]{6,7}".prop_map(String::into_bytes),
        1 => Just(b"07".to_vec()),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        6 => prop::collection::vec(member(), 1..4).prop_map(Operation::Insert),
        1 => prop::collection::vec(member(), 9..12).prop_map(Operation::Insert),
        4 => member().prop_map(Operation::Remove),
        1 => (0..12_usize).prop_map(Operation::Pop),
        1 => (0..20_usize).prop_map(Operation::Sample),
    ]
}

/// Checks that members may be kept as they are.
fn check_encoding(encoding: Encoding, model: &BTreeSet<Vec<u8>>) {
    let integers = model.iter().all(|member| stdx::number::parse_i64(member).is_some());
    match encoding {
        Encoding::Intset => assert!(integers && model.len() <= LIMITS.intset_entries),
        Encoding::Listpack => {
            assert!(model.len() <= LIMITS.listpack_entries);
            assert!(model.iter().all(|member| member.len() <= LIMITS.listpack_value));
        }
        encoding => assert_eq!(encoding, Encoding::Hashtable),
    }
}

fn check(operations: Vec<Operation>) {
    let mut shard = Shard::new(1, 7);
    shard.set_now(1, Policy::default());
    let mut rng = SeededRng::new(7);
    let mut model = BTreeSet::new();
    for operation in operations {
        let mut db = shard.db(0);
        let key = db.key(b"set");
        match operation {
            Operation::Insert(members) => {
                let members: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
                let form = LIMITS.form_for(members[0], members.len());
                let (entry, created) = db.open_or_create(key, form);
                assert_eq!(created, model.is_empty());
                let mut set = entry.into_set(LIMITS).expect("a set");
                set.expect(members.len());
                let new = members.iter().filter(|member| model.insert(member.to_vec())).count();
                assert_eq!(set.insert_all(&members), new);
            }
            Operation::Remove(member) => {
                let Some(entry) = db.open_mut(key) else { continue };
                let mut set = entry.into_set(LIMITS).expect("a set");
                assert_eq!(set.remove(&member), model.remove(&member));
            }
            Operation::Pop(count) if count < model.len() => {
                let mut set = db.open_mut(key).expect("a key").into_set(LIMITS).expect("a set");
                let mut popped = 0;
                let rest = set.pop_random(&mut rng, count, &mut |element| {
                    assert!(model.remove(&element.to_vec()), "a member is popped once");
                    popped += 1;
                });
                assert_eq!(popped, count);
                drop(set);
                db.discard_overwritten(rest);
            }
            Operation::Pop(_) => (),
            Operation::Sample(count) => {
                let Some(entry) = db.find(key) else { continue };
                let mut seen = BTreeSet::new();
                entry.as_set().expect("a set").sample(&mut rng, count, &mut |element| {
                    assert!(seen.insert(element.to_vec()), "members of a sample differ");
                });
                assert_eq!(seen.len(), count.min(model.len()));
                assert!(seen.is_subset(&model));
            }
        }
        if model.is_empty() {
            drop(db.remove(key));
            continue;
        }
        let entry = db.find(key).expect("a key");
        check_encoding(entry.encoding(), &model);
        let set = entry.as_set().expect("a set");
        assert_eq!(set.len(), model.len());
        let members: Vec<_> = set.iter().map(Element::to_vec).collect();
        assert_eq!(members.len(), model.len(), "each member comes once");
        assert_eq!(members.into_iter().collect::<BTreeSet<_>>(), model);
        let asked: Vec<Vec<u8>> = (0..12).map(|number| number.to_string().into_bytes()).collect();
        let asked: Vec<&[u8]> = asked.iter().map(Vec::as_slice).collect();
        let mut there = Vec::new();
        set.contains_each(&asked, &mut |answer| there.push(answer));
        for (member, there) in asked.into_iter().zip(there) {
            assert_eq!(there, model.contains(member));
            assert_eq!(set.contains(member), there);
        }
        let mut scanned = BTreeSet::new();
        let mut cursor = 0;
        loop {
            cursor = set.scan(cursor, &mut |element| {
                scanned.insert(element.to_vec());
            });
            if cursor == 0 {
                break;
            }
        }
        assert_eq!(scanned, model);
    }
}

proptest! {
    #[test]
    fn a_set_is_a_set(operations in prop::collection::vec(operation(), 1..60)) {
        check(operations);
    }
}

/// Returns a set of `len` members under `key`.
fn fill(shard: &mut Shard, key: &[u8], len: usize, prefix: &str, limits: SetLimits) {
    let mut db = shard.db(0);
    let key = db.key(key);
    let members: Vec<_> = (0..len).map(|index| format!("{prefix}{index}").into_bytes()).collect();
    let members: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    let (entry, _) = db.open_or_create(key, limits.form_for(members[0], len));
    let mut set = entry.into_set(limits).expect("a set");
    set.expect(len);
    assert_eq!(set.insert_all(&members), len);
}

/// The sum of squared deviations, by what is expected: about the number of counts if all is fair.
fn chi_square(counts: &[u64]) -> f64 {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum()
}

#[test]
fn all_members_are_equally_likely_in_every_form_and_by_every_strategy() {
    let limits = SetLimits { intset_entries: 512, listpack_entries: 128, listpack_value: 64 };
    let mut rng = SeededRng::new(3);
    // An intset, a listpack, a table.
    for (prefix, len) in [("", 100_usize), ("m", 100), ("m", 300)] {
        let mut shard = Shard::new(1, 7);
        shard.set_now(1, Policy::default());
        fill(&mut shard, b"set", len, prefix, limits);
        let number = |element: Element<'_>| {
            let text = String::from_utf8(element.to_vec()).unwrap();
            text.trim_start_matches(prefix).parse::<usize>().unwrap()
        };
        let key = shard.db(0).key(b"set");
        // Below a third, above it, and by ones.
        for count in [len / 10, len / 2, 1] {
            let (mut sampled, mut popped) = (vec![0; len], vec![0; len]);
            let (mut drawn, mut kept) = (vec![0; len], vec![0; len]);
            for _ in 0..200 * len / count {
                let mut db = shard.db(0);
                let entry = db.find(key).unwrap();
                let set = entry.as_set().unwrap();
                set.sample(&mut rng, count, &mut |element| sampled[number(element)] += 1);
                let mut draws = set.draws();
                (0..count).for_each(|_| drawn[number(draws.next(&mut rng).unwrap())] += 1);
                let copy = entry.duplicate(b"copy", None);
                let key = db.key(b"copy");
                db.insert_entry(key, copy);
                let mut set = db.open_mut(key).unwrap().into_set(limits).unwrap();
                drop(set.pop_random(&mut rng, count, &mut |element| popped[number(element)] += 1));
                // Nearly all of a table.
                if set.view().len() > 10 {
                    let others = set.view().len() - 10;
                    drop(set.pop_random(&mut rng, others, &mut |_| ()));
                }
                set.view().iter().for_each(|element| kept[number(element)] += 1);
                drop(set);
                drop(db.remove(key));
            }
            for (name, counts) in
                [("sample", sampled), ("draw", drawn), ("pop", popped), ("keep", kept)]
            {
                let (free, found) = ((len - 1) as f64, chi_square(&counts));
                // Without repetition, deviations are smaller; far larger ones are not chance.
                assert!(found < free + 5.0 * (2.0 * free).sqrt(), "{name} {prefix}{len}: {found}");
            }
        }
    }
}
