//! Which keys go when there is no room, where few may.

use keyspace::{Eviction, Expiry, NewString, Policy, Rank, Shard};

const KEYS: u64 = 200_000;
/// Of so many keys one expires, in the order of their numbers.
const STRIDE: u64 = 500;
const START_MS: u64 = 1_700_000_000_000;

fn shard() -> Shard {
    let mut shard = Shard::new(1, 1);
    shard.set_now(START_MS, Policy::default());
    let mut db = shard.db(0);
    for number in 0..KEYS {
        let expiry = match number % STRIDE {
            0 => Expiry::At(START_MS + 1_000_000 + number * 1000),
            _ => Expiry::None,
        };
        db.set(db.key(number.to_string().as_bytes()), NewString::Bytes(b"v"), expiry);
    }
    shard
}

/// Evicts some keys; returns the numbers of those that are gone of all that expire.
fn gone_after(shard: &mut Shard, rank: Rank, count: usize) -> Vec<u64> {
    let eviction = Eviction { rank, volatile_only: true, samples: 5 };
    for _ in 0..count {
        assert!(shard.evict(eviction).is_some());
    }
    let mut db = shard.db(0);
    assert_eq!(db.len() as u64, KEYS - count as u64);
    (0..KEYS)
        .step_by(STRIDE as usize)
        .filter(|number| db.peek(db.key(number.to_string().as_bytes())).is_none())
        .collect()
}

#[test]
fn among_few_keys_that_expire_the_next_ones_to_do_so_go() {
    let gone = gone_after(&mut shard(), Rank::SoonestExpiry, 100);
    assert_eq!(gone.len(), 100, "no key that does not expire");
    let mean = gone.iter().sum::<u64>() / 100;
    assert!(mean < KEYS / 3, "a quarter of them, and {mean} is their mean");
}

#[test]
fn all_keys_that_expire_may_go_and_no_others() {
    let mut shard = shard();
    let all = (KEYS / STRIDE) as usize;
    assert_eq!(gone_after(&mut shard, Rank::Random, all).len(), all);
    let eviction = Eviction { rank: Rank::Random, volatile_only: true, samples: 5 };
    assert_eq!(shard.evict(eviction), None);
}
