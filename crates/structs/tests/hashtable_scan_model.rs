//! A scan misses nothing that stays, whatever happens between its calls.

mod support;

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use proptest::prelude::*;
use structs::hashtable::{Hasher64, Table};
use support::{Item, Spread};

#[derive(Debug, Clone)]
enum Between {
    Nothing,
    Insert(Range<u32>),
    Remove(Range<u32>),
    Maintain,
}

/// Keys below this one stay throughout.
const STAYING: u32 = 3000;

fn between() -> impl Strategy<Value = Between> {
    // Long runs, because it is growing and shrinking that a scan has to survive.
    let run = (STAYING..9000u32, 1..3000u32).prop_map(|(from, len)| from..from + len);
    prop_oneof![
        2 => Just(Between::Nothing),
        3 => run.clone().prop_map(Between::Insert),
        3 => run.prop_map(Between::Remove),
        1 => Just(Between::Maintain),
    ]
}

fn change(table: &mut Table<Item, Spread>, alive: &Rc<()>, what: &Between) {
    match what {
        Between::Nothing => (),
        Between::Insert(keys) => keys.clone().for_each(|key| {
            let (bytes, hash) = (key.to_le_bytes(), table.hasher().hash(&key.to_le_bytes()));
            let make = || (Item::new(key, 0, alive), false);
            table.find_or_insert_with(hash, &bytes, &mut (), make);
        }),
        Between::Remove(keys) => keys.clone().for_each(|key| {
            let hash = table.hasher().hash(&key.to_le_bytes());
            table.remove(hash, &key.to_le_bytes(), &mut ());
        }),
        Between::Maintain => while table.maintain(64, &mut ()) {},
    }
}

/// Scans to the end, a change after each call while there are changes.
fn scan(
    table: &mut Table<Item, Spread>,
    alive: &Rc<()>,
    changes: &[(u8, Between)],
) -> (BTreeSet<u32>, usize) {
    let (mut seen, mut visits, mut cursor) = (BTreeSet::new(), 0, 0);
    let mut changes = changes.iter();
    let mut pause = 0;
    loop {
        cursor = table.scan(cursor, &mut |item| {
            visits += 1;
            seen.insert(item.number());
        });
        if cursor == 0 {
            return (seen, visits);
        }
        if pause > 0 {
            pause -= 1;
        } else if let Some((calls, what)) = changes.next() {
            change(table, alive, what);
            pause = *calls;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 200 }))]

    #[test]
    fn every_element_present_throughout_is_returned(
        spread in prop_oneof![8 => Just(Spread::Even), 1 => Just(Spread::Colliding)],
        staying in 0..STAYING,
        before in prop::collection::vec(between(), 0..3),
        changes in prop::collection::vec((0..100u8, between()), 0..30),
    ) {
        let alive = Rc::new(());
        let mut table = Table::new(spread);
        change(&mut table, &alive, &Between::Insert(0..staying));
        for what in &before {
            change(&mut table, &alive, what);
        }
        let (seen, _) = scan(&mut table, &alive, &changes);
        let missed: Vec<_> = (0..staying).filter(|key| !seen.contains(key)).collect();
        prop_assert!(missed.is_empty(), "missed {missed:?}");
    }

    #[test]
    fn a_table_at_rest_is_scanned_once(len in 0..2000u32) {
        let alive = Rc::new(());
        let mut table = Table::new(Spread::Even);
        change(&mut table, &alive, &Between::Insert(0..len));
        let (seen, visits) = scan(&mut table, &alive, &[]);
        prop_assert!(seen.into_iter().eq(0..len));
        prop_assert_eq!(visits, len as usize);
    }

    #[test]
    fn any_cursor_is_valid_and_leads_to_the_end(len in 0..2000u32, start: u64) {
        let alive = Rc::new(());
        let mut table = Table::new(Spread::Even);
        change(&mut table, &alive, &Between::Insert(0..len));
        let (mut cursor, mut calls) = (start, 0);
        loop {
            cursor = table.scan(cursor, &mut |_| ());
            calls += 1;
            if cursor == 0 {
                break;
            }
        }
        prop_assert!(calls <= table.buckets() + 1);
    }
}
