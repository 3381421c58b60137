//! Whatever happens, against a shard to which the same happens without a snapshot.

use keyspace::{DatabaseSize, Lazy, Shard, SnapshotMemory, Type};
use proptest::prelude::*;

use crate::allocations::{live, shards_leave};
use crate::contents::{Contents, Told, read};
use crate::world::{Op, World, op};

/// A snapshot in the making: what there was at its start, and what it has told.
struct Making {
    sizes: Vec<DatabaseSize>,
    then: Contents,
    told: Told,
}

/// Returns the memory of tables, elements and records of all large collections. Lists are left out: what was copied because it was shared has another capacity.
fn memory(shard: &mut Shard) -> usize {
    let mut bytes = 0;
    for db in 0..shard.databases() {
        bytes += shard.database(db).overhead();
        shard.db(db).for_each(&mut |entry| {
            if !matches!(entry.data_type(), Type::String | Type::List) && entry.effort() > 1 {
                bytes += entry.memory();
            }
        });
    }
    bytes
}

struct Pair {
    world: World,
    /// What happens there happens here.
    twin: World,
    making: Option<Making>,
}

impl Pair {
    fn apply(&mut self, op: &Op) {
        match *op {
            Op::Begin if self.making.is_none() => {
                // What is past its time belongs to a snapshot as well; but it is not read.
                self.world.expire();
                self.twin.expire();
                let then = read(&mut self.world.shard);
                let sizes = self.world.shard.begin_snapshot();
                self.making = Some(Making { sizes, then, told: Told::default() });
            }
            Op::Step(budget) => self.step(budget),
            Op::Abort => {
                self.world.shard.end_snapshot();
                if self.making.take().is_some() {
                    self.check_end();
                }
            }
            _ => {
                self.world.apply(op);
                self.twin.apply(op);
            }
        }
        drop(self.twin.shard.take_garbage());
        drop(self.world.shard.take_garbage());
    }

    fn step(&mut self, budget: usize) {
        let Some(making) = &mut self.making else { return };
        making.told.budget = budget;
        let finished = self.world.shard.step_snapshot(&mut making.told);
        assert_eq!(self.world.shard.has_snapshot(), !finished);
        if finished {
            making.told.check_sizes(&making.sizes);
            assert_eq!(making.told.contents, making.then, "the state of the start");
            self.making = None;
            self.check_end();
        }
    }

    fn check_end(&mut self) {
        assert_eq!(self.world.shard.snapshot_memory(), SnapshotMemory::default());
        assert_eq!(memory(&mut self.world.shard), memory(&mut self.twin.shard));
    }
}

fn check(ops: &[Op], seed: u64, lazy: bool) {
    let mut pair = Pair { world: World::new(seed), twin: World::new(seed), making: None };
    let lazy = Lazy { expire: lazy, eviction: lazy, server_del: lazy };
    pair.world.shard.set_lazy(lazy);
    pair.twin.shard.set_lazy(lazy);
    for op in ops {
        pair.apply(op);
    }
    assert_eq!(read(&mut pair.world.shard), read(&mut pair.twin.shard));
    pair.step(usize::MAX);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_is_the_state_of_its_start_and_changes_nothing(
        ops in prop::collection::vec(op(), 1..700),
        seed: u64,
        lazy: bool,
    ) {
        let before = shards_leave(2) + live();
        check(&ops, seed, lazy);
        prop_assert_eq!(live(), before, "nothing leaks");
    }
}
