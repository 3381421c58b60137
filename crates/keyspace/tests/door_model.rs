//! The door behaves like a sorted map with deadlines.

use std::collections::BTreeMap;

use keyspace::{Expiry, NewString, Policy, Shard, StringRef};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Op {
    Set(u16, u8, Option<u16>),
    KeepSet(u16, u8),
    Append(u16, u8),
    Remove(u16),
    SetExpiry(u16, Option<u16>),
    Find(u16),
    Pass(u16),
    Expire,
    Clear(u8),
    Swap,
}

fn op() -> impl Strategy<Value = Op> {
    // Few keys, so that operations meet; enough of them that the table grows and shrinks.
    let key = 0..300_u16;
    prop_oneof![
        6 => (key.clone(), any::<u8>(), prop::option::of(0..3000_u16)).prop_map(|(k, v, e)| Op::Set(k, v, e)),
        1 => (key.clone(), any::<u8>()).prop_map(|(k, v)| Op::KeepSet(k, v)),
        2 => (key.clone(), any::<u8>()).prop_map(|(k, v)| Op::Append(k, v)),
        3 => key.clone().prop_map(Op::Remove),
        2 => (key.clone(), prop::option::of(0..3000_u16)).prop_map(|(k, e)| Op::SetExpiry(k, e)),
        2 => key.prop_map(Op::Find),
        1 => (0..800_u16).prop_map(Op::Pass),
        1 => Just(Op::Expire),
        1 => (0..100_u8).prop_map(Op::Clear),
        1 => Just(Op::Swap),
    ]
}

type Model = BTreeMap<Vec<u8>, (Vec<u8>, Option<u64>)>;

fn name(key: u16) -> Vec<u8> {
    // Some names are longer than one byte can tell.
    format!("key:{key}").into_bytes().repeat(if key.is_multiple_of(50) { 60 } else { 1 })
}

/// Values of all kinds: numbers, short strings, long strings.
fn value(seed: u8) -> Vec<u8> {
    match seed % 4 {
        0 => seed.to_string().into_bytes(),
        1 => vec![seed; 10],
        2 => vec![seed; 170 + usize::from(seed)],
        _ => vec![seed; 1000],
    }
}

fn text(string: &StringRef<'_>) -> Vec<u8> {
    match string {
        StringRef::Int(number) => number.to_string().into_bytes(),
        StringRef::Bytes(bytes) => bytes.to_vec(),
        StringRef::Blob(blob) => blob.to_vec(),
    }
}

fn all(shard: &mut Shard, db: usize) -> Model {
    let mut found = Model::new();
    shard.db(db).for_each(&mut |entry| {
        found.insert(
            entry.key().to_vec(),
            (text(&entry.as_string().expect("a string")), entry.expiry()),
        );
    });
    found
}

struct World {
    shard: Shard,
    model: Model,
    now: u64,
}

impl World {
    fn tell_time(&mut self) {
        self.shard.set_now(self.now, Policy::default());
        let now = self.now;
        self.model.retain(|_, (_, expiry)| expiry.is_none_or(|when| when > now));
    }

    fn apply(&mut self, op: &Op) {
        let mut door = self.shard.db(0);
        match *op {
            Op::Set(key, seed, life) => {
                let (key, bytes) = (name(key), value(seed));
                let expiry = life.map(|ms| self.now + u64::from(ms) + 1);
                door.set(
                    door.key(&key),
                    NewString::from_bytes(&bytes),
                    expiry.map_or(Expiry::None, Expiry::At),
                );
                self.model.insert(key, (bytes, expiry));
            }
            Op::KeepSet(key, seed) => {
                let (key, bytes) = (name(key), value(seed));
                door.set(door.key(&key), NewString::from_bytes(&bytes), Expiry::Keep);
                let expiry = self.model.get(&key).and_then(|(_, expiry)| *expiry);
                self.model.insert(key, (bytes, expiry));
            }
            Op::Append(key, seed) => {
                let key = name(key);
                let found = door.open_mut(door.key(&key));
                assert_eq!(found.is_some(), self.model.contains_key(&key));
                if let Some(mut entry) = found {
                    entry.edit(|blob| blob.extend(&[seed, seed]));
                    self.model.get_mut(&key).expect("there").0.extend([seed, seed]);
                }
            }
            Op::Remove(key) => {
                let key = name(key);
                let removed = door
                    .remove(door.key(&key))
                    .map(|entry| text(&entry.as_string().expect("a string")));
                assert_eq!(removed, self.model.remove(&key).map(|(value, _)| value));
            }
            Op::SetExpiry(key, life) => {
                let key = name(key);
                let expiry = life.map(|ms| self.now + u64::from(ms) + 1);
                let there = door.set_expiry(door.key(&key), expiry);
                assert_eq!(there, self.model.contains_key(&key));
                if let Some((_, old)) = self.model.get_mut(&key) {
                    *old = expiry;
                }
            }
            Op::Find(key) => {
                let key = name(key);
                let found = door
                    .find(door.key(&key))
                    .map(|entry| text(&entry.as_string().expect("a string")));
                assert_eq!(found.as_ref(), self.model.get(&key).map(|(value, _)| value));
            }
            Op::Pass(ms) => self.now += u64::from(ms),
            Op::Expire => {
                self.shard.expire(true, || true);
                self.shard.expire(false, || true);
                assert_eq!(self.shard.database(0).len(), self.model.len(), "what is due is gone");
            }
            Op::Clear(chance) => {
                if chance == 0 {
                    self.shard.clear(Some(0), false);
                    self.model.clear();
                }
            }
            Op::Swap => {
                self.shard.swap(0, 1);
                self.shard.swap(0, 1);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_a_sorted_map(ops in prop::collection::vec(op(), 1..600), seed: u64) {
        let mut world = World {
            shard: Shard::new(2, seed),
            model: Model::new(),
            now: 1_000_000,
        };
        for op in &ops {
            world.tell_time();
            world.apply(op);
        }
        world.tell_time();
        prop_assert_eq!(all(&mut world.shard, 0), world.model.clone());
    }
}
