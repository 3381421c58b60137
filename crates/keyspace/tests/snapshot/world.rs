//! What can happen to keys.

use keyspace::{
    Entry, EntryMut, Eviction, Expiry, Form, HashLimits, Key, NewString, Policy, Rank, SetLimits,
    Shard, SortedSetLimits, Type,
};
use proptest::prelude::*;
use stdx::rng::SeededRng;
use structs::list::{End, Limits};

pub(crate) const DATABASES: usize = 3;
const HASH: HashLimits = HashLimits { entries: 4, value: 64 };
const SET: SetLimits = SetLimits { intset_entries: 4, listpack_entries: 4, listpack_value: 64 };
const SORTED_SET: SortedSetLimits = SortedSetLimits { entries: 4, value: 64 };

/// A key: its database and its number.
pub(crate) type Name = (usize, u16);

#[derive(Debug, Clone)]
pub(crate) enum Op {
    SetString(Name, u8, Option<u16>),
    Append(Name, u8),
    /// Adds elements from a number on, to what is there or to something new.
    Add(Name, u8, u16, u16),
    /// Removes elements from a number on.
    Take(Name, u16, u16),
    /// Takes so many elements at random or from an end.
    Pop(Name, u16),
    ExpireField(Name, u16, Option<u16>),
    Remove(Name, bool),
    Rename(Name, Name),
    Copy(Name, Name),
    Move(Name, usize),
    SetExpiry(Name, Option<u16>),
    Find(Name),
    Evict(bool),
    Pass(u16),
    Expire,
    Clear(Option<usize>, bool),
    Swap(usize, usize),
    Begin,
    Step(usize),
    Abort,
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let db = || 0..DATABASES;
    // Few keys, so that operations meet; enough of them that the tables grow and shrink.
    let name = || (prop_oneof![4 => Just(0), 1 => db()], 0..120_u16);
    let life = || prop::option::of(1..3000_u16);
    // Now and then so many elements that a collection is told in pieces.
    let many = || prop_oneof![3 => 1..8_u16, 3 => 8..40_u16, 1 => 200..400_u16];
    let number = || 0..500_u16;
    prop_oneof![
        8 => (name(), any::<u8>(), life()).prop_map(|(n, v, e)| Op::SetString(n, v, e)),
        2 => (name(), any::<u8>()).prop_map(|(n, v)| Op::Append(n, v)),
        16 => (name(), 0..4_u8, number(), many()).prop_map(|(n, t, f, c)| Op::Add(n, t, f, c)),
        6 => (name(), number(), many()).prop_map(|(n, f, c)| Op::Take(n, f, c)),
        3 => (name(), many()).prop_map(|(n, c)| Op::Pop(n, c)),
        4 => (name(), number(), life()).prop_map(|(n, f, e)| Op::ExpireField(n, f, e)),
        3 => (name(), any::<bool>()).prop_map(|(n, lazy)| Op::Remove(n, lazy)),
        2 => (name(), name()).prop_map(|(n, m)| Op::Rename(n, m)),
        1 => (name(), name()).prop_map(|(n, m)| Op::Copy(n, m)),
        1 => (name(), db()).prop_map(|(n, db)| Op::Move(n, db)),
        3 => (name(), life()).prop_map(|(n, e)| Op::SetExpiry(n, e)),
        2 => name().prop_map(Op::Find),
        1 => any::<bool>().prop_map(Op::Evict),
        1 => (0..800_u16).prop_map(Op::Pass),
        1 => Just(Op::Expire),
        1 => (prop::option::weighted(0.8, db()), any::<bool>()).prop_map(|(db, lazy)| Op::Clear(db, lazy)),
        1 => (db(), db()).prop_map(|(one, other)| Op::Swap(one, other)),
        3 => Just(Op::Begin),
        20 => (1..12_usize).prop_map(Op::Step),
        1 => Just(Op::Abort),
    ]
}

fn bytes_of(name: u16) -> Vec<u8> {
    // Some names are longer than one byte can tell.
    format!("key:{name}").into_bytes().repeat(if name.is_multiple_of(40) { 60 } else { 1 })
}

/// Values of all kinds: numbers, short strings, long strings.
fn string(seed: u8) -> Vec<u8> {
    match seed % 4 {
        0 => seed.to_string().into_bytes(),
        1 => vec![seed; 10],
        2 => vec![seed; 170 + usize::from(seed)],
        _ => vec![seed; 1000],
    }
}

/// Integers, short and long ones.
fn element(number: u16) -> Vec<u8> {
    let mut bytes = number.to_string().into_bytes();
    if number.is_multiple_of(2) {
        bytes.resize(usize::from(number % 150) + 5, b'.');
    }
    bytes
}

/// A shard, and what is done to it.
pub(crate) struct World {
    pub(crate) shard: Shard,
    now: u64,
    rng: SeededRng,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let (shard, now) = (Shard::new(DATABASES, seed), 1_000_000);
        let mut world = Self { shard, now, rng: SeededRng::new(seed) };
        world.tell_time();
        world
    }

    fn tell_time(&mut self) {
        self.shard.set_now(self.now, Policy::default());
    }

    /// Removes all that is past its time.
    pub(crate) fn expire(&mut self) {
        self.shard.expire(true, || true);
        self.shard.expire(false, || true);
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        match *op {
            Op::SetString((db, name), seed, life) => {
                let (key, value) = (bytes_of(name), string(seed));
                let expiry = life.map_or(Expiry::Keep, |ms| Expiry::At(self.now + u64::from(ms)));
                let mut db = self.shard.db(db);
                db.set(db.key(&key), NewString::from_bytes(&value), expiry);
            }
            Op::Append((db, name), seed) => {
                let (key, mut db) = (bytes_of(name), self.shard.db(db));
                if let Some(mut entry) = db.open_mut(db.key(&key))
                    && entry.data_type() == Type::String
                {
                    entry.edit(|blob| blob.extend(&[seed, seed]));
                }
            }
            Op::Add(name, kind, from, count) => self.add(name, kind, from, count),
            Op::Take(name, from, count) => self.take(name, from, count),
            Op::Pop(name, count) => self.pop(name, usize::from(count)),
            Op::ExpireField((db, name), field, life) => {
                let (key, expiry) = (bytes_of(name), life.map(|ms| self.now + u64::from(ms)));
                let mut db = self.shard.db(db);
                if let Some(entry) = db.open_mut(db.key(&key))
                    && let Ok(mut hash) = entry.into_hash(HASH)
                {
                    let fields = (field..field + 40).map(element);
                    for field in fields.filter(|field| !field.len().is_multiple_of(3)) {
                        if hash.view().expiry(&field).is_some() {
                            hash.set_expiry(&field, expiry);
                        }
                    }
                }
            }
            Op::Remove((db, name), lazy) => {
                let (key, mut db) = (bytes_of(name), self.shard.db(db));
                if let Some(entry) = db.remove(db.key(&key)) {
                    db.discard(entry, lazy);
                }
            }
            Op::Rename((from_db, from), (_, to)) => {
                self.transfer((from_db, from), (from_db, to), false);
            }
            Op::Copy(from, to) => self.transfer(from, to, true),
            Op::Move((db, name), to) => self.transfer((db, name), (to, name), false),
            Op::SetExpiry((db, name), life) => {
                let key = bytes_of(name);
                let expiry = life.map(|ms| self.now + u64::from(ms));
                let mut db = self.shard.db(db);
                db.set_expiry(db.key(&key), expiry);
            }
            Op::Find((db, name)) => {
                let (key, mut db) = (bytes_of(name), self.shard.db(db));
                db.find(db.key(&key));
            }
            Op::Evict(volatile_only) => {
                let rank = if volatile_only { Rank::SoonestExpiry } else { Rank::Random };
                self.shard.evict(Eviction { rank, volatile_only, samples: 5 });
            }
            Op::Pass(ms) => {
                self.now += u64::from(ms);
                self.tell_time();
            }
            Op::Expire => self.expire(),
            Op::Clear(db, lazy) => {
                self.shard.clear(db, lazy);
            }
            Op::Swap(one, other) => self.shard.swap(one, other),
            Op::Begin | Op::Step(_) | Op::Abort => (),
        }
    }

    fn add(&mut self, (db, name): Name, kind: u8, from: u16, count: u16) {
        let (key, elements) = (bytes_of(name), from..from + count);
        let mut db = self.shard.db(db);
        let key = db.key(&key);
        let there = db.peek(key).map(|entry| entry.data_type());
        if there == Some(Type::String) {
            let old = db.remove(key);
            db.discard_overwritten(old);
        }
        let kind = match there {
            None | Some(Type::String) => {
                [Type::List, Type::Set, Type::SortedSet, Type::Hash][usize::from(kind)]
            }
            Some(kind) => kind,
        };
        let elements = elements.map(element);
        match kind {
            Type::List => {
                let limits = Limits::new(4, 0);
                let (mut entry, _) = db.open_or_create(key, Form::List);
                let mut list = entry.list_mut().expect("a list");
                for (at, element) in elements.enumerate() {
                    let end = if at % 2 == 0 { End::Back } else { End::Front };
                    list.push(end, &element, limits);
                }
            }
            Type::Set => {
                let form = SET.form_for(&element(from), usize::from(count));
                let (entry, _) = db.open_or_create(key, form);
                let mut set = entry.into_set(SET).expect("a set");
                elements.for_each(|element| {
                    set.insert(&element);
                });
            }
            Type::SortedSet => {
                let (entry, _) = db.open_or_create(key, Form::SortedSet);
                let mut set = entry.into_sorted_set(SORTED_SET).expect("a sorted set");
                elements.for_each(|element| {
                    set.update(&element, |old| {
                        Some(old.map_or_else(|| f64::from(count), |old| old + 1.5))
                    });
                });
            }
            Type::Hash | Type::String => {
                let (entry, _) = db.open_or_create(key, Form::Hash);
                let mut hash = entry.into_hash(HASH).expect("a hash");
                let value = element(count);
                elements.for_each(|element| {
                    hash.insert(&element, &value, Expiry::Keep);
                });
            }
        }
    }

    /// Removes the key if nothing is left of its value.
    fn take(&mut self, (db, name): Name, from: u16, count: u16) {
        let (key, mut db) = (bytes_of(name), self.shard.db(db));
        let key = db.key(&key);
        let emptied = db.open_mut(key).is_some_and(|entry| take_from(entry, from, count));
        if emptied {
            db.remove_emptied(key);
        }
    }

    fn pop(&mut self, (db, name): Name, count: usize) {
        let (key, mut db) = (bytes_of(name), self.shard.db(db));
        let key = db.key(&key);
        let Some(entry) = db.open_mut(key) else { return };
        let (emptied, old) = pop_from(entry, count, &mut self.rng);
        db.discard_overwritten(old);
        if emptied {
            let removed = db.remove(key);
            db.discard_overwritten(removed);
        }
    }

    /// Puts an entry, or a copy of it, under another name or into another database.
    fn transfer(&mut self, (from_db, from): Name, (to_db, to): Name, is_copy: bool) {
        if (from_db, from) == (to_db, to) {
            return;
        }
        let (from, to) = (bytes_of(from), bytes_of(to));
        let mut db = self.shard.db(from_db);
        let key = db.key(&from);
        let entry = if is_copy {
            db.peek(key).map(|entry| entry.duplicate(&to, entry.expiry()))
        } else {
            db.remove(key).map(|entry| {
                let expiry = entry.expiry();
                entry.renamed(&to, expiry)
            })
        };
        let Some(entry) = entry else { return };
        let mut db = self.shard.db(to_db);
        let key: Key<'_> = db.key(&to);
        let old = db.remove(key);
        db.discard_overwritten(old);
        db.insert_entry(key, entry);
    }
}

/// Removes elements from a number on; returns whether nothing is left.
fn take_from(mut entry: EntryMut<'_>, from: u16, count: u16) -> bool {
    let elements = (from..from + count).map(element);
    match entry.data_type() {
        Type::String => false,
        Type::List => {
            let limits = Limits::new(4, 0);
            let mut list = entry.list_mut().expect("a list");
            elements.take(20).for_each(|element| {
                list.remove_equal(End::Front, 1, &element, limits);
            });
            list.is_empty()
        }
        Type::Set => {
            let mut set = entry.into_set(SET).expect("a set");
            elements.for_each(|element| {
                set.remove(&element);
            });
            set.view().is_empty()
        }
        Type::SortedSet => {
            let mut set = entry.into_sorted_set(SORTED_SET).expect("a sorted set");
            elements.for_each(|element| {
                set.remove(&element);
            });
            set.view().is_empty()
        }
        Type::Hash => {
            let mut hash = entry.into_hash(HASH).expect("a hash");
            elements.for_each(|element| {
                hash.remove(&element);
            });
            hash.view().is_empty()
        }
    }
}

/// Removes so many elements; returns whether nothing would be left, and what is to be discarded.
fn pop_from(mut entry: EntryMut<'_>, count: usize, rng: &mut SeededRng) -> (bool, Option<Entry>) {
    match entry.data_type() {
        Type::String | Type::Hash => (false, None),
        Type::List => {
            let mut list = entry.list_mut().expect("a list");
            list.pop(End::Front, count, Limits::new(4, 0), |_| ());
            (list.is_empty(), None)
        }
        Type::Set => {
            let mut set = entry.into_set(SET).expect("a set");
            if count >= set.view().len() {
                return (true, None);
            }
            (false, set.pop_random(rng, count, &mut |_| ()))
        }
        Type::SortedSet => {
            let mut set = entry.into_sorted_set(SORTED_SET).expect("a sorted set");
            set.take(0..count, false, |_, _| ());
            (set.view().is_empty(), None)
        }
    }
}
