//! Bounds find everything that is due, and sampling finds everything at all.

mod support;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;

use proptest::prelude::*;
use structs::hashtable::{Hasher64, Sweep, Table};
use support::{Item, Spread};

#[derive(Debug, Clone)]
enum Op {
    Insert(Range<u32>, Option<u64>),
    Remove(Range<u32>),
    SetDeadline(Range<u32>, Option<u64>),
    Sweep(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let keys = (0..3000u32, prop_oneof![2 => 1..4u32, 1 => 1..1500u32])
        .prop_map(|(from, len)| from..from + len);
    let deadline = prop::option::of(0..1000u64);
    prop_oneof![
        3 => (keys.clone(), deadline.clone()).prop_map(|(keys, when)| Op::Insert(keys, when)),
        2 => keys.clone().prop_map(Op::Remove),
        2 => (keys, deadline).prop_map(|(keys, when)| Op::SetDeadline(keys, when)),
        2 => (0..1000u64).prop_map(Op::Sweep),
    ]
}

/// Elements whose value is a deadline, if they are flagged.
struct Pair {
    table: Table<Item, Spread>,
    model: HashMap<u32, Option<u64>>,
    alive: Rc<()>,
}

impl Pair {
    fn new(spread: Spread) -> Self {
        Self { table: Table::new(spread), model: HashMap::new(), alive: Rc::new(()) }
    }

    fn run(&mut self, op: &Op) {
        match op.clone() {
            Op::Insert(keys, when) => keys.for_each(|key| self.put(key, when)),
            Op::Remove(keys) => keys.for_each(|key| {
                let hash = self.table.hasher().hash(&key.to_le_bytes());
                self.table.remove(hash, &key.to_le_bytes(), &mut ());
                self.model.remove(&key);
            }),
            Op::SetDeadline(keys, when) => keys.for_each(|key| {
                if self.model.contains_key(&key) {
                    self.put(key, when);
                }
            }),
            Op::Sweep(now) => self.sweep(now),
        }
    }

    fn put(&mut self, key: u32, when: Option<u64>) {
        let hash = self.table.hasher().hash(&key.to_le_bytes());
        let make = || (Item::new(key, 0, &self.alive), false);
        let (mut item, _) = self.table.find_or_insert_with(hash, &key.to_le_bytes(), &mut (), make);
        item.set_flag(when.is_some());
        item.set_value(when.unwrap_or(0));
        drop(item);
        if let Some(when) = when {
            self.table.note_bound(hash, when);
        }
        self.model.insert(key, when);
    }

    /// As a server would do it: sweep what may be due, and expect nothing else to be.
    fn sweep(&mut self, now: u64) {
        let (mut from, mut removed) = (0, BTreeSet::new());
        while let Some(segment) = self.table.next_due(from, now) {
            assert!(segment >= from && segment < self.table.segments());
            let visit = |item: &Item| match item.value() {
                when if when <= now => Sweep::Remove,
                when => Sweep::Keep(Some(when)),
            };
            let mut count = 0;
            let swept = self.table.sweep_segment(segment, &mut (), visit, |item| {
                count += 1;
                assert!(removed.insert(item.number()), "removed twice");
            });
            assert!(swept.removed == count && swept.visited >= count);
            // A merge may have brought something due into a segment that was passed.
            from = if swept.removed > 0 { 0 } else { segment + 1 };
        }
        let due = |when: Option<u64>| when.is_some_and(|when| when <= now);
        let expected: BTreeSet<_> =
            self.model.iter().filter(|&(_, &when)| due(when)).map(|(&key, _)| key).collect();
        assert_eq!(removed, expected);
        self.model.retain(|_, when| !due(*when));
        assert_eq!(self.table.next_due(0, now), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 200 }))]

    #[test]
    fn exactly_what_is_due_is_swept(
        spread in prop_oneof![6 => Just(Spread::Even), 1 => Just(Spread::Colliding), 1 => Just(Spread::Constant)],
        ops in prop::collection::vec(op(), 0..40),
    ) {
        let mut pair = Pair::new(spread);
        for op in &ops {
            pair.run(op);
            pair.table.assert_valid();
            prop_assert_eq!(pair.table.flagged_len(), pair.model.values().flatten().count());
        }
        pair.sweep(u64::MAX - 1);
        prop_assert_eq!(pair.table.flagged_len(), 0);
        prop_assert_eq!(pair.table.len(), pair.model.len());
    }
}

#[test]
fn a_sweep_renews_a_bound_that_was_too_low() {
    let mut pair = Pair::new(Spread::Even);
    pair.put(1, Some(10));
    pair.put(1, Some(50));
    assert_eq!(pair.table.next_due(0, 9), None);
    assert_eq!(pair.table.next_due(0, 10), Some(0), "the table does not know that it was lifted");
    pair.sweep(10);
    assert_eq!(pair.table.next_due(0, 49), None);
    assert_eq!(pair.table.next_due(0, 50), Some(0));
    pair.put(1, None);
    pair.sweep(50);
    assert_eq!(pair.table.next_due(0, u64::MAX), None);
}

#[test]
fn every_element_is_as_likely_as_any_other() {
    let mut rng = fastrand::Rng::with_seed(1);
    for len in [1, 7, 100, 1000] {
        let mut pair = Pair::new(Spread::Even);
        (0..len).for_each(|key| pair.put(key, None));
        let mut counts = vec![0; len as usize];
        for _ in 0..200 * len {
            let item = pair.table.random(&mut |n| rng.u64(..n)).unwrap();
            counts[item.number() as usize] += 1;
        }
        // The standard deviation is 14.
        assert!(counts.iter().all(|count| (130..270).contains(count)), "{len}: {counts:?}");
    }
}

#[test]
fn random_elements_are_found_in_odd_tables_by_odd_generators() {
    let mut pair = Pair::new(Spread::Constant);
    assert!(pair.table.random(&mut |_| 0).is_none());
    (0..500).for_each(|key| pair.put(key, None));
    let mut rng = fastrand::Rng::with_seed(1);
    let mut seen = BTreeSet::new();
    for _ in 0..20_000 {
        seen.extend(pair.table.random(&mut |n| rng.u64(..n)).map(|item| item.number()));
    }
    assert_eq!(seen.len(), 500);
    assert!(pair.table.random(&mut |_| u64::MAX).is_some(), "out of range is not out of bounds");
    assert!(pair.table.random(&mut |_| 0).is_some());
}

#[test]
fn sampling_a_bucket_visits_its_elements_and_sampling_flagged_ones_finds_the_few() {
    let mut rng = fastrand::Rng::with_seed(1);
    let mut below = |n| rng.u64(..n);
    let mut pair = Pair::new(Spread::Even);
    assert_eq!(pair.table.sample_bucket(&mut below, &mut |_| ()), 0);
    assert_eq!(pair.table.sample_flagged(&mut below, 100, &mut |_| ()), 0);
    (0..20_000).for_each(|key| pair.put(key, (key % 5000 == 0).then_some(7)));

    let mut visits = 0;
    let total: usize =
        (0..1000).map(|_| pair.table.sample_bucket(&mut below, &mut |_| visits += 1)).sum();
    assert!(total == visits && (4000..8000).contains(&total), "{total}");

    let mut seen = BTreeSet::new();
    for _ in 0..100 {
        let visited = pair.table.sample_flagged(&mut below, 1024, &mut |item| {
            assert!(item.flag());
            seen.insert(item.number());
        });
        assert!(visited > 0);
    }
    assert_eq!(seen, BTreeSet::from([0, 5000, 10_000, 15_000]));
}
