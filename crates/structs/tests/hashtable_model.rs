//! The hash table behaves like a map.

mod support;

use std::cell::Cell;
use std::collections::HashMap;
use std::mem::{self, ManuallyDrop};
use std::rc::Rc;

use proptest::prelude::*;
use structs::hashtable::{Element, Hasher64, Table};
use support::{Counting, Item, Spread};

#[derive(Debug, Clone)]
enum Op {
    Insert { from: u32, len: u32, flag: bool },
    Upsert(u32),
    Change(u32),
    Replace(u32),
    Flag(u32, bool),
    Remove { from: u32, len: u32 },
    Take,
    Drain(usize),
    Maintain,
}

fn op() -> impl Strategy<Value = Op> {
    // A run of a thousand takes the table across the border between array and directory.
    let len = prop_oneof![3 => Just(1), 3 => 1..20u32, 1 => 1..1000u32];
    let key = 0..2000u32;
    prop_oneof![
        6 => (key.clone(), len.clone(), any::<bool>())
            .prop_map(|(from, len, flag)| Op::Insert { from, len, flag }),
        4 => (key.clone(), len).prop_map(|(from, len)| Op::Remove { from, len }),
        2 => key.clone().prop_map(Op::Upsert),
        2 => key.clone().prop_map(Op::Change),
        2 => key.clone().prop_map(Op::Replace),
        2 => (key, any::<bool>()).prop_map(|(key, flag)| Op::Flag(key, flag)),
        1 => Just(Op::Maintain),
        1 => (1..100usize).prop_map(Op::Drain),
        1 => Just(Op::Take),
    ]
}

fn spread() -> impl Strategy<Value = Spread> {
    prop_oneof![4 => Just(Spread::Even), 1 => Just(Spread::Colliding), 1 => Just(Spread::Constant)]
}

/// A table, and a map that does the same.
struct Pair {
    table: Table<Item, Spread>,
    model: HashMap<u32, (u64, bool)>,
    alive: Rc<()>,
    clock: u64,
}

impl Pair {
    fn new(spread: Spread) -> Self {
        Self { table: Table::new(spread), model: HashMap::new(), alive: Rc::new(()), clock: 0 }
    }

    fn run(&mut self, op: &Op) {
        self.clock += 1;
        let value = self.clock;
        match *op {
            Op::Insert { from, len, flag } => {
                (from..from + len).for_each(|key| self.insert(key, flag));
            }
            Op::Remove { from, len } => (from..from + len).for_each(|key| self.remove(key)),
            Op::Upsert(key) => {
                let item = Item::new(key, value, &self.alive);
                let hash = self.hash(key);
                let (mut found, new) =
                    self.table
                        .find_or_insert_with(hash, &key.to_le_bytes(), &mut (), || (item, true));
                found.set_value(value);
                let flag = found.flag();
                drop(found);
                assert_eq!(new, !self.model.contains_key(&key));
                self.model.insert(key, (value, flag));
            }
            Op::Change(key) => {
                let hash = self.hash(key);
                let found = self.table.find_mut(hash, &key.to_le_bytes(), &mut ());
                assert_eq!(found.is_some(), self.model.contains_key(&key));
                if let Some(mut item) = found {
                    item.set_value(value);
                    self.model.entry(key).and_modify(|entry| entry.0 = value);
                }
            }
            Op::Replace(key) => {
                let (hash, item) = (self.hash(key), Item::new(key, value, &self.alive));
                if let Some(mut old) = self.table.find_mut(hash, &key.to_le_bytes(), &mut ()) {
                    let before =
                        self.model.get_mut(&key).map(|entry| mem::replace(&mut entry.0, value));
                    assert_eq!(Some(old.replace(item).value()), before);
                    assert_eq!(old.value(), value);
                }
            }
            Op::Flag(key, flag) => {
                let hash = self.hash(key);
                if let Some(mut item) = self.table.find_mut(hash, &key.to_le_bytes(), &mut ()) {
                    item.set_flag(flag);
                    self.model.entry(key).and_modify(|entry| entry.1 = flag);
                }
            }
            Op::Take => {
                let taken = self.table.take();
                assert_eq!(taken.len(), mem::take(&mut self.model).len());
                assert_eq!(self.table.memory(), 0);
            }
            Op::Drain(buckets) => {
                let mut drained = Vec::new();
                self.table.drain_step(buckets, &mut |item: Item| drained.push(item.number()));
                assert!(drained.iter().all(|key| self.model.remove(key).is_some()));
            }
            Op::Maintain => {
                while self.table.maintain(10, &mut ()) {}
                assert!(
                    self.table.len() * 4 >= self.table.buckets() * 7 || self.table.buckets() < 2
                );
            }
        }
    }

    fn insert(&mut self, key: u32, flag: bool) {
        let hash = self.hash(key);
        if let std::collections::hash_map::Entry::Vacant(entry) = self.model.entry(key) {
            let item = Item::new(key, self.clock, &self.alive);
            let inserted = self.table.insert_new(hash, item, flag, &mut ());
            assert_eq!((inserted.number(), inserted.flag()), (key, flag));
            entry.insert((self.clock, flag));
        }
    }

    fn remove(&mut self, key: u32) {
        let removed = self.table.remove(self.hash(key), &key.to_le_bytes(), &mut ());
        let removed = removed.map(|(item, flag)| (item.value(), flag));
        assert_eq!(removed, self.model.remove(&key));
    }

    fn hash(&self, key: u32) -> u64 {
        self.table.hasher().hash(&key.to_le_bytes())
    }

    fn assert_same(&self) {
        self.table.assert_valid();
        assert_eq!(self.table.len(), self.model.len());
        assert_eq!(Rc::strong_count(&self.alive), self.model.len() + 1, "leaked or dropped twice");
        let all: HashMap<_, _> =
            self.table.iter().map(|item| (item.number(), (item.value(), item.flag()))).collect();
        assert_eq!(all, self.model);
        for key in 0..3000 {
            let hash = self.hash(key);
            self.table.prefetch_bucket(hash);
            self.table.prefetch_entry(hash);
            let found = self.table.find(hash, &key.to_le_bytes());
            let found = found.map(|item| (item.value(), item.flag()));
            assert_eq!(found, self.model.get(&key).copied());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 96 }))]

    #[test]
    fn agrees_with_a_hash_map(spread in spread(), ops in prop::collection::vec(op(), 1..60)) {
        let mut pair = Pair::new(spread);
        for op in &ops {
            pair.run(op);
            pair.assert_same();
        }
        let alive = Rc::clone(&pair.alive);
        drop(pair);
        prop_assert_eq!(Rc::strong_count(&alive), 1, "dropping a table drops its elements");
    }
}

fn filled(len: u32, alive: &Rc<()>) -> Table<Item, Spread> {
    let mut table = Table::new(Spread::Even);
    for key in 0..len {
        let hash = Spread::Even.hash(&key.to_le_bytes());
        table.insert_new(hash, Item::new(key, 0, alive), false, &mut ());
    }
    table
}

#[test]
fn a_new_table_has_allocated_nothing_and_the_first_element_costs_one_line() {
    let alive = Rc::new(());
    assert_eq!(filled(0, &alive).memory(), 0);
    for len in 1..=5 {
        assert_eq!(filled(len, &alive).memory(), 64);
    }
    assert_eq!(size_of::<Table<Item, Spread>>(), 64);
}

/// A table goes to another thread if its elements do. That this compiles is the test.
const fn _tables_are_send_and_sync<E: Element + Send + Sync>() {
    const fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Table<E, Spread>>();
}

#[test]
fn slots_alone_decide_about_splits_of_large_tables() {
    let (alive, asked) = (Rc::new(()), Cell::new(0));
    let mut table = Table::new(Counting(&asked));
    let mut asked_when_large = 0;
    for key in 0..500_000_u32 {
        let hash = Spread::Even.hash(&key.to_le_bytes());
        let before = asked.get();
        table.insert_new(hash, Item::new(key, 0, &alive), false, &mut ());
        // The insertion that makes the 65 536 into one more is the first that reads no key.
        if table.buckets() > 1 << 16 {
            asked_when_large += asked.get() - before;
        }
    }
    assert!(table.buckets() > 1 << 16 && asked.get() > 0);
    assert_eq!(asked_when_large, 0);
    table.assert_valid();

    for key in 0..499_990_u32 {
        let hash = Spread::Even.hash(&key.to_le_bytes());
        assert!(table.remove(hash, &key.to_le_bytes(), &mut ()).is_some());
    }
    table.assert_valid();
    assert!(table.memory() <= 1024, "{} bytes for ten elements", table.memory());
}

#[test]
fn memory_stays_within_14_bytes_an_element_over_a_doubling() {
    let alive = Rc::new(());
    let mut table = filled(100_000, &alive);
    for key in 100_000..200_000_u32 {
        let hash = Spread::Even.hash(&key.to_le_bytes());
        table.insert_new(hash, Item::new(key, 0, &alive), false, &mut ());
        if key.is_multiple_of(5_000) {
            let per_element = table.memory() as f64 / table.len() as f64;
            assert!((13.3..14.3).contains(&per_element), "{per_element} at {}", table.len());
        }
    }
}

#[test]
fn elements_with_equal_hashes_are_told_apart_by_the_caller() {
    let alive = Rc::new(());
    let mut table = Table::new(Spread::Constant);
    let hash = Spread::Constant.hash(&[0; 4]);
    for key in 0..1000 {
        table.insert_new(hash, Item::new(key, u64::from(key), &alive), false, &mut ());
    }
    assert_eq!(table.find_by(hash, |item| item.value() == 777).unwrap().number(), 777);
    let removed = table.remove_by(hash, |item| item.value() == 500, &mut ());
    assert_eq!(removed.unwrap().0.number(), 500);
    assert!(table.find_by(hash, |item| item.value() == 500).is_none());
    assert!(table.find_by(!hash, |_| true).is_none());
    table.find_mut_by(hash, |item| item.value() == 501, &mut ()).unwrap().set_value(1);
    table.assert_valid();
}

#[test]
fn forgetting_a_guard_loses_the_element_and_nothing_else() {
    let alive = Rc::new(());
    let mut table = filled(100, &alive);
    let key = 42_u32.to_le_bytes();
    let hash = Spread::Even.hash(&key);
    let leaked = {
        let mut guard = table.find_mut(hash, &key, &mut ()).unwrap();
        // The old element is gone; the table must not go on pointing to it.
        *guard = Item::new(42, 1, &alive);
        ManuallyDrop::new(guard).address()
    };
    assert!(table.find(hash, &key).is_none());
    assert_eq!(table.iter().count(), 99);
    drop(table);
    assert_eq!(Rc::strong_count(&alive), 2, "one element was leaked");
    #[expect(unsafe_code, reason = "the leak checker would complain")]
    // SAFETY: The only handle was in the guard.
    unsafe {
        Item::reclaim(leaked);
    }
}

#[test]
fn draining_in_slices_hands_out_every_element_once() {
    let alive = Rc::new(());
    let mut table = filled(10_000, &alive);
    let mut seen = vec![false; 10_000];
    let mut slices = 0;
    while !table.drain_step(16, &mut |item: Item| {
        assert!(!mem::replace(&mut seen[item.number() as usize], true));
    }) {
        table.assert_valid();
        slices += 1;
    }
    assert!(seen.iter().all(|&seen| seen) && slices > 100);
    assert_eq!((table.len(), table.memory(), Rc::strong_count(&alive)), (0, 0, 1));
}
