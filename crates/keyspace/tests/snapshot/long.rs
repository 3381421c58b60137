//! Long collections, which are told last.

use keyspace::{Expiry, Form, HashLimits, NewString, Piece, Policy, Shard, Taker};

use crate::allocations::{live, shards_leave};
use crate::contents::{Told, read};

const LIMITS: HashLimits = HashLimits { entries: 16, value: 64 };
const FIELDS: usize = 40_000;
const KEYS: usize = 3000;

fn set_fields(shard: &mut Shard, fields: std::ops::Range<usize>, value: &str) {
    let mut db = shard.db(0);
    let (entry, _) = db.open_or_create(db.key(b"long"), Form::Hash);
    let mut hash = entry.into_hash(LIMITS).expect("a hash");
    for field in fields {
        hash.insert(format!("field {field}").as_bytes(), value.as_bytes(), Expiry::Keep);
    }
}

fn filled() -> Shard {
    let mut shard = Shard::new(1, 7);
    shard.set_now(1, Policy::default());
    set_fields(&mut shard, 0..FIELDS, "before");
    for number in 0..KEYS {
        let mut db = shard.db(0);
        let key = format!("key {number}");
        db.set(db.key(key.as_bytes()), NewString::Bytes(b"value"), Expiry::None);
    }
    shard
}

/// Notes what comes when.
#[derive(Default)]
struct Order {
    keys: usize,
    keys_before_value: Option<usize>,
    largest: usize,
}

impl Taker for Order {
    fn wants_more(&mut self) -> bool {
        true
    }

    fn take(&mut self, piece: Piece) {
        self.largest = self.largest.max(piece.memory());
        match piece {
            Piece::Keys(block) => self.keys += block.len(),
            Piece::Begin(_) => self.keys_before_value = Some(self.keys),
            _ => (),
        }
    }
}

#[test]
fn a_long_collection_comes_after_all_keys_in_pieces() {
    let mut shard = filled();
    shard.begin_snapshot();
    let mut order = Order::default();
    assert!(shard.step_snapshot(&mut order));
    assert_eq!((order.keys, order.keys_before_value), (KEYS, Some(KEYS)));
    assert!(order.largest < 128 << 10, "{} bytes", order.largest);
}

#[test]
fn a_long_collection_that_is_written_to_and_removed_is_told_and_left_as_garbage() {
    let before = shards_leave(1) + live();
    let mut shard = filled();
    let (then, mut told) = (read(&mut shard), Told::default());
    let sizes = shard.begin_snapshot();
    set_fields(&mut shard, 0..2000, "after");
    let kept = shard.snapshot_memory();
    assert!(kept.copied > 2000 * 14, "what was overwritten is kept: {kept:?}");
    while told.large == 0 {
        told.budget = 1;
        assert!(!shard.step_snapshot(&mut told));
    }
    set_fields(&mut shard, 2000..FIELDS, "after");
    let mut db = shard.db(0);
    drop(db.remove(db.key(b"long")));
    assert!(shard.snapshot_memory().orphaned > FIELDS * 14);
    assert!(shard.take_garbage().is_empty(), "the snapshot has it");
    told.budget = usize::MAX;
    assert!(shard.step_snapshot(&mut told));
    told.check_sizes(&sizes);
    assert_eq!((told.contents == then, told.large), (true, 1));
    assert_eq!(shard.take_garbage().len(), 1, "the snapshot has let go of it");
    drop((told, then, sizes, shard));
    assert_eq!(live(), before, "nothing leaks");
}

#[test]
fn flushing_hands_the_database_over() {
    let mut shard = filled();
    let (then, mut told) = (read(&mut shard), Told::default());
    shard.begin_snapshot();
    assert_eq!(shard.clear(None, false), KEYS + 1);
    assert_eq!(shard.snapshot_memory().flushed_keys, KEYS + 1);
    assert_eq!(shard.snapshot_memory().copied, 0, "nothing was copied");
    assert!(shard.take_garbage().is_empty());
    told.budget = usize::MAX;
    assert!(shard.step_snapshot(&mut told));
    assert!(told.contents == then);
    assert_eq!(shard.take_garbage().len(), 1, "all the keys");
}
