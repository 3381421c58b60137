//! A scan returns what was there throughout, however the table grows and shrinks meanwhile.

#![no_main]

use std::collections::BTreeSet;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use node::Engine;

#[derive(Debug, Arbitrary)]
enum Op {
    Insert(u16),
    Remove(u16),
    InsertMany(u8),
    RemoveMany(u8),
    Scan,
}

fuzz_target!(|ops: Vec<Op>| {
    let mut engine = Engine::new();
    let shard = &mut engine.node().shard;
    let mut db = shard.db(0);
    let mut now: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut throughout = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut cursor = 0;
    for op in ops.iter().take(500) {
        let keys: Vec<u32> = match *op {
            Op::Insert(key) | Op::Remove(key) => vec![u32::from(key)],
            Op::InsertMany(n) | Op::RemoveMany(n) => (0..u32::from(n) * 8).map(|k| k * 7).collect(),
            Op::Scan => Vec::new(),
        };
        for key in keys {
            let name = key.to_be_bytes().to_vec();
            let key = db.key(&name);
            match op {
                Op::Insert(_) | Op::InsertMany(_) => {
                    db.set(key, keyspace::NewString::Int(1), keyspace::Expiry::None);
                    now.insert(name);
                }
                _ => {
                    db.remove(key);
                    throughout.remove(&name);
                    now.remove(&name);
                }
            }
        }
        if matches!(op, Op::Scan) {
            if cursor == 0 {
                throughout.clone_from(&now);
                seen.clear();
            }
            cursor = db.scan(cursor, &mut |entry| {
                seen.insert(structs::hashtable::Element::key(entry).to_vec());
            });
            if cursor == 0 {
                assert!(throughout.is_subset(&seen), "something was there throughout and missed");
            }
        }
    }
});
