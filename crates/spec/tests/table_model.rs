//! The table against a sorted map.

use std::collections::BTreeMap;

use proptest::prelude::*;
use spec::{Arity, Builder, Command, Mode};

/// Names of few letters, so that many are nearly equal, and of every length that matters.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[A-B_]{1,20}", "[A-C-]{1,4}", "[A-B]{7,9}", "[A-B]{15,17}"]
}

/// The name with some of its letters small.
fn any_case(name: &str, flips: u32) -> Vec<u8> {
    let flip = |(index, byte): (usize, u8)| {
        let small = flips >> (index % 32) & 1 == 1;
        if small { byte.to_ascii_lowercase() } else { byte }
    };
    name.bytes().enumerate().map(flip).collect()
}

proptest! {
    #[test]
    fn agrees_with_a_sorted_map(
        names in prop::collection::btree_set(name(), 0..60),
        asked in prop::collection::vec((name(), any::<u32>(), any::<bool>()), 0..60),
    ) {
        let row = |name: &String| {
            Command::new(String::leak(name.clone()), name.clone().leak() as &str, Arity::AtLeast(1))
        };
        let commands: &'static [_] = Vec::leak(names.iter().map(row).collect());
        let table = Builder::new(Mode::Server).commands(commands, |name| name).build().unwrap();
        let model: BTreeMap<&str, usize> =
            commands.iter().enumerate().map(|(id, row)| (row.facts.name, id)).collect();

        for (id, name) in names.iter().enumerate() {
            let found = table.lookup(&any_case(name, id as u32 * 0x9E37)).unwrap();
            prop_assert_eq!((found.handler, found.id.index()), (name.as_str(), id));
        }
        for (name, flips, spoil) in asked {
            let mut bytes = any_case(&name, flips);
            if spoil {
                // Not a letter any more, but in the same place up to one bit.
                let place = flips as usize % bytes.len();
                bytes[place] ^= 0x80;
            }
            let expected = if spoil { None } else { model.get(name.as_str()).copied() };
            prop_assert_eq!(table.lookup(&bytes).map(|row| row.id.index()), expected);
        }
    }
}
