//! Hashes through their view, packed and not, with fields that expire and without, against a sorted map.

use std::collections::BTreeMap;

use keyspace::{Expiry, Form, HashLimits, HashRef, Policy, Shard};
use proptest::prelude::*;
use structs::listpack::Element;

#[derive(Debug, Clone)]
enum Op {
    Insert(Vec<u8>, Vec<u8>, Life),
    SetExpiry(Vec<u8>, Option<u64>),
    Remove(Vec<u8>),
    /// The key takes another name, as a copy whose original goes.
    Rename,
    Pass(u64),
    ExpireSome,
}

/// What becomes of an expiry: none, kept, or in so many milliseconds.
#[derive(Debug, Clone, Copy)]
enum Life {
    None,
    Keep,
    In(u64),
}

fn life() -> impl Strategy<Value = Life> {
    prop_oneof![3 => Just(Life::None), 1 => Just(Life::Keep), 2 => (1..50_u64).prop_map(Life::In)]
}

/// Few fields, integers among them, and now and then a long one.
fn word() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        5 => (-4..8_i64).prop_map(|number| number.to_string().into_bytes()),
        3 => prop::sample::select(vec![b"a".to_vec(), b"bb".to_vec(), b"007".to_vec(), Vec::new()]),
        1 => (10..300_usize).prop_map(|len| vec![b'x'; len]),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        6 => (word(), word(), life()).prop_map(|(f, v, life)| Op::Insert(f, v, life)),
        2 => (word(), prop::option::of(1..50_u64)).prop_map(|(f, ms)| Op::SetExpiry(f, ms)),
        4 => word().prop_map(Op::Remove),
        1 => Just(Op::Rename),
        2 => (0..20_u64).prop_map(Op::Pass),
        1 => Just(Op::ExpireSome),
    ];
    prop::collection::vec(op, 0..150)
}

type Model = BTreeMap<Vec<u8>, (Vec<u8>, Option<u64>)>;

struct World {
    shard: Shard,
    model: Model,
    limits: HashLimits,
    now: u64,
    draw: u64,
    name: &'static [u8],
    /// Fields were hidden, and may be there or not.
    gone: usize,
}

impl World {
    fn tell_time(&mut self) {
        self.shard.set_now(self.now, Policy::default());
        let (now, before) = (self.now, self.model.len());
        self.model.retain(|_, (_, expiry)| expiry.is_none_or(|when| when > now));
        self.gone += before - self.model.len();
    }

    fn apply(&mut self, op: Op) {
        let mut db = self.shard.db(0);
        let key = db.key(self.name);
        match op {
            Op::Pass(ms) => self.now += ms,
            Op::ExpireSome => {
                self.shard.expire(false, || true);
                assert_eq!(self.shard.stats().expired_fields as usize, self.gone);
            }
            Op::Rename => {
                let other: &[u8] = if self.name == b"h" { b"a longer name" } else { b"h" };
                if let Some(entry) = db.find(key).map(|entry| entry.duplicate(other, None)) {
                    // What was hidden goes to the copy, and with the original.
                    db.insert_entry(db.key(other), entry);
                    drop(db.remove(key));
                    self.name = other;
                }
            }
            Op::Insert(field, value, life) => {
                let (entry, created) = db.open_or_create(key, Form::Hash);
                assert_eq!(created, self.model.is_empty());
                let mut hash = entry.into_hash(self.limits).expect("a hash");
                let old = self.model.get(&field).and_then(|(_, expiry)| *expiry);
                let (expiry, new) = match life {
                    Life::None => (Expiry::None, None),
                    Life::Keep => (Expiry::Keep, old),
                    Life::In(ms) => (Expiry::At(self.now + ms), Some(self.now + ms)),
                };
                let is_new = hash.insert(&field, &value, expiry);
                assert_eq!(is_new, self.model.insert(field, (value, new)).is_none());
            }
            Op::SetExpiry(field, ms) => {
                let Some(entry) = db.open_mut(key) else { return };
                let mut hash = entry.into_hash(self.limits).expect("a hash");
                let expiry = ms.map(|ms| self.now + ms);
                let known = self.model.get_mut(&field).map(|(_, old)| *old = expiry);
                assert_eq!(hash.view().expiry(&field).is_some(), known.is_some());
                if known.is_some() {
                    hash.set_expiry(&field, expiry);
                }
            }
            Op::Remove(field) => {
                let Some(entry) = db.open_mut(key) else { return };
                let mut hash = entry.into_hash(self.limits).expect("a hash");
                assert_eq!(hash.remove(&field), self.model.remove(&field).is_some());
                let is_empty = hash.view().is_empty();
                assert_eq!(is_empty, self.model.is_empty());
                drop(hash);
                if is_empty {
                    // Hidden ones go untold.
                    db.remove_emptied(key);
                    self.gone = self.shard.stats().expired_fields as usize;
                }
            }
        }
    }

    fn check(&mut self) {
        let (now, model) = (self.now, &self.model);
        let mut db = self.shard.db(0);
        let key = db.key(self.name);
        let found = db.find(key);
        assert_eq!(found.is_some(), !model.is_empty());
        if let Some(entry) = found {
            let first = entry.first_field_expiry();
            check_view(entry.as_hash(now).expect("a hash"), model, &mut self.draw);
            let listed = self.shard.next_expiry();
            assert_eq!(listed, first, "the list has the deadline of the one hash");
            assert_eq!(self.shard.database(0).timed_hashes(), usize::from(first.is_some()));
        } else {
            assert_eq!(self.shard.database(0).timed_hashes(), 0);
            self.gone = self.shard.stats().expired_fields as usize;
        }
    }
}

fn check_view(view: HashRef<'_>, model: &Model, draw: &mut u64) {
    assert_eq!(view.len(), model.len());
    let mut found = Model::new();
    view.for_each_timed(|field, value, expiry| {
        found.insert(field.to_vec(), (value.to_vec(), expiry));
    });
    assert_eq!(&found, model);
    let mut scanned = 0;
    let mut cursor = 0;
    loop {
        cursor = view.scan(cursor, &mut |field, _| {
            assert!(model.contains_key(&field.to_vec()));
            scanned += 1;
        });
        if cursor == 0 {
            break;
        }
    }
    assert_eq!(scanned, model.len());
    for (field, (value, expiry)) in model {
        assert_eq!(view.get(field).map(Element::to_vec).as_ref(), Some(value));
        assert_eq!(view.expiry(field), Some(*expiry));
    }
    assert!(view.get(b"nothing").is_none() && view.expiry(b"nothing").is_none());
    let mut below = |n| {
        *draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (*draw >> 33) % n
    };
    let mut sampled = Vec::new();
    view.sample(2, &mut below, |field, _| sampled.push(field.to_vec()));
    assert_eq!(sampled.len(), model.len().min(2));
    assert!(sampled.iter().all(|field| model.contains_key(field)));
    let drawn = view.random(&mut below).map(|(field, _)| field.to_vec());
    assert!(drawn.is_some_and(|field| model.contains_key(&field)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn agrees_with_a_sorted_map(
        ops in ops(),
        entries in prop::sample::select(vec![3, 8, 512]),
        value in prop::sample::select(vec![8, 64, 1000]),
    ) {
        let mut world = World {
            shard: Shard::new(1, 7),
            model: Model::new(),
            limits: HashLimits { entries, value },
            now: 1000,
            draw: 0,
            name: b"h",
            gone: 0,
        };
        for op in ops {
            world.tell_time();
            world.apply(op);
            world.tell_time();
            world.check();
        }
    }
}

#[test]
fn few_fields_of_many_are_drawn_without_reading_the_others() {
    const FIELDS: u64 = 50_000;

    let mut shard = Shard::new(1, 7);
    shard.set_now(1000, Policy::default());
    let mut db = shard.db(0);
    let (entry, _) = db.open_or_create(db.key(b"h"), Form::Hash);
    let limits = HashLimits { entries: 8, value: 64 };
    let mut hash = entry.into_hash(limits).expect("a hash");
    for field in 0..FIELDS {
        // Every third is past its time when it is looked at.
        let expiry = if field % 3 == 0 { Expiry::At(1500) } else { Expiry::None };
        hash.insert(field.to_string().as_bytes(), b"value", expiry);
    }
    drop(hash);
    let entry = db.find(db.key(b"h")).expect("the hash");
    let view = entry.as_hash(2000).expect("a hash");

    let (mut state, mut draws) = (1_u64, 0);
    let mut below = |n| {
        draws += 1;
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % n
    };
    let mut sampled = std::collections::BTreeSet::new();
    view.sample(10, &mut below, |field, _| {
        let field = field.integer().expect("a number");
        assert_ne!(field % 3, 0, "a field past its time");
        assert!(sampled.insert(field), "each field once");
    });
    assert_eq!(sampled.len(), 10);
    assert!(draws < 1000, "{draws} draws for ten fields");
}
