//! A capture is the table as it was when the capture began, whatever happens meanwhile.

mod support;

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use proptest::prelude::*;
use structs::hashtable::{Capture, Hasher64, Sweep, Table};
use support::{Item, Spread};

type State = HashMap<u32, (u64, bool)>;

#[derive(Default)]
struct Copies(State);

impl Capture<Item> for Copies {
    fn capture(&mut self, item: &Item, flag: bool) {
        let before = self.0.insert(item.number(), (item.value(), flag));
        assert_eq!(before, None, "captured twice");
    }
}

#[derive(Debug, Clone)]
enum Op {
    Walk(usize),
    Insert(Range<u32>, bool),
    Remove(Range<u32>),
    RemoveBy(u32),
    Change(Range<u32>),
    Replace(u32),
    Flag(u32, bool),
    Sweep(usize),
    Maintain,
}

fn run_of_keys() -> impl Strategy<Value = Range<u32>> {
    let len = prop_oneof![3 => 1..4u32, 1 => 1..4000u32];
    (0..4000u32, len).prop_map(|(from, len)| from..from + len)
}

fn op() -> impl Strategy<Value = Op> {
    let key = 0..4000u32;
    prop_oneof![
        6 => (0..60usize).prop_map(Op::Walk),
        4 => (run_of_keys(), any::<bool>()).prop_map(|(keys, flag)| Op::Insert(keys, flag)),
        4 => run_of_keys().prop_map(Op::Remove),
        3 => run_of_keys().prop_map(Op::Change),
        2 => key.clone().prop_map(Op::Replace),
        2 => key.clone().prop_map(Op::RemoveBy),
        2 => (key, any::<bool>()).prop_map(|(key, flag)| Op::Flag(key, flag)),
        1 => (0..12usize).prop_map(Op::Sweep),
        1 => Just(Op::Maintain),
    ]
}

struct Subject {
    table: Table<Item, Spread>,
    alive: Rc<()>,
    clock: u64,
}

impl Subject {
    fn run(&mut self, op: &Op, capture: &mut impl Capture<Item>) {
        self.clock += 1;
        let clock = self.clock;
        let spread = *self.table.hasher();
        let hash = |key: u32| spread.hash(&key.to_le_bytes());
        let table = &mut self.table;
        match op.clone() {
            Op::Walk(buckets) => {
                table.capture_step(buckets, capture);
            }
            Op::Insert(keys, flag) => keys.for_each(|key| {
                let make = || (Item::new(key, clock, &self.alive), flag);
                if key.is_multiple_of(2) {
                    table.find_or_insert_with(hash(key), &key.to_le_bytes(), capture, make);
                } else if table.find(hash(key), &key.to_le_bytes()).is_none() {
                    table.insert_new(hash(key), make().0, flag, capture);
                }
            }),
            Op::Remove(keys) => keys.for_each(|key| {
                table.remove(hash(key), &key.to_le_bytes(), capture);
            }),
            Op::RemoveBy(key) => {
                table.remove_by(hash(key), |item| item.number() == key, capture);
            }
            Op::Change(keys) => keys.for_each(|key| {
                if let Some(mut item) = table.find_mut(hash(key), &key.to_le_bytes(), capture) {
                    item.set_value(clock);
                }
            }),
            Op::Replace(key) => {
                if let Some(mut item) = table.find_mut(hash(key), &key.to_le_bytes(), capture) {
                    drop(item.replace(Item::new(key, clock, &self.alive)));
                }
            }
            Op::Flag(key, flag) => {
                if let Some(mut item) = table.find_mut(hash(key), &key.to_le_bytes(), capture) {
                    item.set_flag(flag);
                }
            }
            Op::Sweep(segment) => {
                let visit = |item: &Item| match item.number() % 2 {
                    0 => Sweep::Remove,
                    _ => Sweep::Keep(None),
                };
                table.sweep_segment(segment, capture, visit, drop);
            }
            Op::Maintain => {
                table.maintain(100, capture);
            }
        }
    }

    fn state(&self) -> State {
        self.table.iter().map(|item| (item.number(), (item.value(), item.flag()))).collect()
    }
}

fn subject(spread: Spread, before: &[Op]) -> Subject {
    let mut subject = Subject { table: Table::new(spread), alive: Rc::new(()), clock: 0 };
    before.iter().for_each(|op| subject.run(op, &mut ()));
    subject
}

fn ops(len: usize) -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 0..len)
}

fn spread() -> impl Strategy<Value = Spread> {
    prop_oneof![8 => Just(Spread::Even), 1 => Just(Spread::Colliding), 1 => Just(Spread::Constant)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 120 }))]

    #[test]
    fn is_the_state_at_its_beginning(spread in spread(), before in ops(12), during in ops(40)) {
        let mut subject = subject(spread, &before);
        let expected = subject.state();
        let mut copies = Copies::default();

        subject.table.begin_capture();
        for op in &during {
            subject.run(op, &mut copies);
            subject.table.assert_valid();
        }
        while !subject.table.capture_step(10, &mut copies) {}
        // Nothing is left to be captured, and nothing will be.
        before.iter().for_each(|op| subject.run(op, &mut copies));
        subject.table.end_capture();

        prop_assert_eq!(copies.0, expected);
        prop_assert!(!subject.table.is_capturing());
        subject.run(&Op::Insert(0..10, false), &mut ());
    }

    #[test]
    fn goes_on_in_a_table_that_has_been_taken(before in ops(12), during in ops(10)) {
        let mut subject = subject(Spread::Even, &before);
        let expected = subject.state();
        let mut copies = Copies::default();
        subject.table.begin_capture();
        during.iter().for_each(|op| subject.run(op, &mut copies));

        let mut taken = subject.table.take();
        before.iter().for_each(|op| subject.run(op, &mut ()));
        while !taken.capture_step(10, &mut copies) {}
        taken.end_capture();
        prop_assert_eq!(copies.0, expected);
        while !taken.drain_step(100, &mut drop) {}
    }
}

#[test]
#[should_panic(expected = "without a capture")]
fn a_table_that_is_being_captured_cannot_be_changed_without_a_capture() {
    let mut subject = subject(Spread::Even, &[Op::Insert(0..10, false)]);
    subject.table.begin_capture();
    subject.run(&Op::Change(0..1), &mut ());
}

#[test]
fn a_capture_can_begin_again_and_sees_what_the_first_one_did() {
    let mut subject = subject(Spread::Even, &[Op::Insert(0..1000, true)]);
    for _ in 0..2 {
        let expected = subject.state();
        let mut copies = Copies::default();
        subject.table.begin_capture();
        subject.run(&Op::Change(0..500), &mut copies);
        while !subject.table.capture_step(7, &mut copies) {}
        subject.table.end_capture();
        assert_eq!(copies.0, expected);
    }
}
