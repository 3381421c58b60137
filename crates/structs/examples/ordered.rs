//! Measures the counted B+ tree with a million members beside the standard library's ordered set,
//! which knows no ranks: `cargo run --profile quick -p structs --example ordered`.
#![expect(clippy::print_stdout, reason = "a report is what this is for")]
#![expect(clippy::disallowed_methods, reason = "measuring takes a clock")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

use structs::ordered::{Key, Member, Tree};

const LEN: usize = 1_000_000;
const PROBES: usize = 200_000;

/// A member: sixteen bytes on the heap, with a length in front, as an entry of a member table is.
#[derive(Clone, Copy)]
struct Handle(&'static Entry);

struct Entry {
    len: u8,
    bytes: [u8; 24],
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Handle {}

impl Member for Handle {
    fn bytes(&self) -> &[u8] {
        &self.0.bytes[..usize::from(self.0.len)]
    }
}

fn handle(number: usize) -> Handle {
    let mut bytes = [0; 24];
    bytes[..16].copy_from_slice(format!("member:{number:09}").as_bytes());
    Handle(Box::leak(Box::new(Entry { len: 16, bytes })))
}

/// Does something for every element, and tells how long that took each. The member's entry is in the
/// cache, since whoever does this has just looked it up in the member table.
fn nanoseconds_each<T>(
    elements: &[T],
    touch: impl Fn(&T) -> usize,
    mut work: impl FnMut(&T),
) -> f64 {
    let mut total = 0;
    for chunk in elements.chunks(16) {
        black_box(chunk.iter().map(&touch).sum::<usize>());
        let start = Instant::now();
        chunk.iter().for_each(&mut work);
        total += start.elapsed().as_nanos();
    }
    total as f64 / elements.len() as f64
}

/// A member with its score.
type Pair = (f64, Handle);

fn touch(pair: &Pair) -> usize {
    pair.1.bytes().len()
}

fn main() {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut members: Vec<Handle> = (0..LEN).map(handle).collect();
    let with = |members: &[Handle], score: &mut dyn FnMut(usize) -> f64| -> Vec<Pair> {
        members.iter().enumerate().map(|(index, &member)| (score(index), member)).collect()
    };
    println!(
        "1M members, ns      insert    rank  by rank  range of 10  update  remove  bytes each"
    );
    measure("ascending scores", &with(&members, &mut |index| index as f64));
    measure("descending scores", &with(&members, &mut |index| -(index as f64)));
    measure("scattered scores", &with(&members, &mut |_| rng.f64() * 1e6));
    rng.shuffle(&mut members);
    measure("100 scores", &with(&members, &mut |_| f64::from(rng.u32(..100))));
    measure("one score", &with(&members, &mut |_| 0.0));
    measure_std(&with(&members, &mut |_| rng.f64() * 1e6));
}

fn measure(label: &str, pairs: &[Pair]) {
    let mut rng = fastrand::Rng::with_seed(9);
    let ranks: Vec<usize> = (0..PROBES).map(|_| rng.usize(..LEN)).collect();
    let probes: Vec<Pair> = ranks.iter().map(|&index| pairs[index]).collect();
    let mut tree = Tree::new();
    let insert = nanoseconds_each(pairs, touch, |&(score, member)| tree.insert(score, member));
    let bytes = tree.memory() as f64 / LEN as f64;
    let rank = nanoseconds_each(&probes, touch, |&(score, member)| {
        black_box(tree.rank_of(score, member));
    });
    let by_rank = nanoseconds_each(&ranks, |_| 0, |&rank| _ = black_box(tree.by_rank(rank)));
    let range = nanoseconds_each(&probes, touch, |&(score, _)| {
        let from = tree.count_before(Key::Score(score));
        tree.range(from..from + 10).for_each(|element| _ = black_box(element));
    });
    // Nobody is updated twice, so that scores are known.
    let (updated, removed) = pairs.split_at(PROBES);
    let update = nanoseconds_each(updated, touch, |&(score, member)| {
        assert!(tree.update(score, score + 0.25, member));
    });
    let remove = nanoseconds_each(removed, touch, |&(score, member)| {
        assert!(tree.remove(score, member));
    });
    println!(
        "{label:18} {insert:7.0} {rank:7.0} {by_rank:8.0} {range:12.0} {update:7.0} {remove:7.0} {bytes:11.2}"
    );
}

/// The same insertions and ranges, scores and handles only.
fn measure_std(pairs: &[Pair]) {
    let mut set = BTreeSet::new();
    let key = |&(score, member): &Pair| (score.to_bits(), std::ptr::from_ref(member.0));
    let insert = nanoseconds_each(pairs, touch, |pair| _ = set.insert(key(pair)));
    let range = nanoseconds_each(&pairs[..PROBES], touch, |pair| {
        set.range(key(pair)..).take(10).for_each(|element| _ = black_box(element));
    });
    println!("BTreeSet of pairs  {insert:7.0} {:>7} {:>8} {range:12.0}", "-", "-");
}
