//! What the hash table costs, beside hashbrown: `cargo run --profile quick --example hashtable_bench [keys…]`.
//!
//! Keys have 16 bytes, values 32; both tables hold pointers to the same kind of entry, one
//! allocation of 56 bytes each, so that what is compared is the way to them. Figures are
//! nanoseconds an operation, the best of three runs, unless they say otherwise.
#![expect(unsafe_code, reason = "a table's element is a pointer")]
#![expect(clippy::print_stdout, reason = "it is a program that reports")]

use std::alloc::{Layout, alloc, dealloc};
use std::hint::black_box;
use std::ptr::NonNull;
use std::slice;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use structs::hashtable::{Capture, Element, Hasher64, Table};

/// What the server uses.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const KEY: usize = 16;
const LAYOUT: Layout = Layout::new::<[u64; 7]>();
/// How many lookups are under way at a time.
const PIPELINE: usize = 16;

/// 8 bytes of header, 16 of key, 32 of value, in one allocation.
struct Entry(NonNull<u8>);

impl Entry {
    fn new(key: &[u8; KEY], value: u64) -> Self {
        // SAFETY: The layout's size is not 0.
        let entry = NonNull::new(unsafe { alloc(LAYOUT) }).expect("out of memory");
        // SAFETY: The allocation has 56 bytes.
        unsafe {
            entry.cast::<u64>().write(value);
            entry.add(8).cast::<[u8; KEY]>().write(*key);
            entry.add(24).write_bytes(value as u8, 32);
        }
        Self(entry)
    }

    fn value(&self) -> u64 {
        // SAFETY: The first 8 bytes are the value.
        unsafe { self.0.cast::<u64>().read() }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // SAFETY: It was allocated by `new`.
        unsafe { dealloc(self.0.as_ptr(), LAYOUT) }
    }
}

// SAFETY: Allocations of words are 8-aligned and in user space; an entry is nothing but its
// pointer.
unsafe impl Element for Entry {
    // Header and key.
    const PREFETCH_BYTES: usize = 24;

    fn into_raw(self) -> NonNull<u8> {
        std::mem::ManuallyDrop::new(self).0
    }

    unsafe fn from_raw(raw: NonNull<u8>) -> Self {
        Self(raw)
    }

    fn key(&self) -> &[u8] {
        // SAFETY: The key is at offset 8.
        unsafe { slice::from_raw_parts(self.0.as_ptr().add(8), KEY) }
    }
}

/// Two rounds of folded multiplication: as quick as the hash of a server, and as good.
#[derive(Clone, Copy)]
struct Folded;

impl Hasher64 for Folded {
    #[inline]
    fn hash(&self, key: &[u8]) -> u64 {
        let Some((a, rest)) = key.split_first_chunk::<8>() else { return 0 };
        let Some((b, _)) = rest.split_first_chunk::<8>() else { return 0 };
        let a = u64::from_le_bytes(*a) ^ 0x243f_6a88_85a3_08d3;
        let b = u64::from_le_bytes(*b) ^ 0x1319_8a2e_0370_7344;
        fold(fold(a, b), 0x9e37_79b9_7f4a_7c15)
    }
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

fn key(number: u64) -> [u8; KEY] {
    let mut key = *b"key:000000000000";
    let mut rest = number;
    for digit in key.iter_mut().rev().take(12) {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    key
}

/// Processor time of this thread, which other programs hardly disturb.
#[derive(Clone, Copy)]
struct Instant(Duration);

impl Instant {
    fn now() -> Self {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Self(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
    }

    fn elapsed(self) -> Duration {
        Self::now().0 - self.0
    }
}

/// The nanoseconds an operation, best of three.
fn best(operations: usize, mut run: impl FnMut()) -> f64 {
    (0..3)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_nanos() as f64 / operations as f64
        })
        .fold(f64::INFINITY, f64::min)
}

fn main() {
    let mut sizes: Vec<u64> = std::env::args().skip(1).filter_map(|n| n.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![1_000_000, 10_000_000];
    }
    for n in sizes {
        println!("== {n} keys");
        let lookups = lookups(n);
        ours(n, &lookups);
        theirs(n, &lookups);
    }
}

struct Lookups {
    hits: Vec<[u8; KEY]>,
    misses: Vec<[u8; KEY]>,
}

fn lookups(n: u64) -> Lookups {
    let mut rng = fastrand::Rng::with_seed(7);
    let count = 2_000_000;
    Lookups {
        hits: (0..count).map(|_| key(rng.u64(..n))).collect(),
        misses: (0..count).map(|_| key(n + rng.u64(..n))).collect(),
    }
}

fn ours(n: u64, lookups: &Lookups) {
    let mut table = Table::new(Folded);
    let (mut bytes, mut samples) = (0.0, 0_u64);
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    let start = Instant::now();
    for number in 0..n {
        let key = key(number);
        table.insert_new(Folded.hash(&key), Entry::new(&key, number), false, &mut ());
        // Over the last doubling.
        if number * 2 > n && number.is_multiple_of(4096) {
            let per_key = table.memory() as f64 / table.len() as f64;
            (least, most) = (least.min(per_key), most.max(per_key));
            (bytes, samples) = (bytes + per_key, samples + 1);
        }
    }
    let insert = start.elapsed().as_nanos() as f64 / n as f64;
    println!("ours: insert {insert:.1}, with allocation of the entry");
    let mean = bytes / samples as f64;
    println!("ours: {mean:.2} B a key, mean over a doubling ({least:.2} to {most:.2})");

    for (name, keys) in [("hit", &lookups.hits), ("miss", &lookups.misses)] {
        let one_by_one = best(keys.len(), || {
            black_box(find_each(&table, keys));
        });
        let pipelined = best(keys.len(), || {
            black_box(find_in_pipelines(&table, keys));
        });
        println!("ours: find, {name}: {one_by_one:.1}, in pipelines of 16 {pipelined:.1}");
    }
    let change = best(lookups.hits.len(), || {
        for key in &lookups.hits {
            if let Some(mut entry) = table.find_mut(Folded.hash(key), key, &mut ()) {
                let new = Entry::new(key, 1);
                drop(entry.replace(new));
            }
        }
    });
    println!("ours: find_mut and replace {change:.1}");
    capture(&mut table);

    let start = Instant::now();
    for number in 0..n {
        let key = key(number);
        black_box(table.remove(Folded.hash(&key), &key, &mut ()));
    }
    let remove = start.elapsed().as_nanos() as f64 / n as f64;
    println!("ours: remove {remove:.1}, to {} buckets and {} B", table.buckets(), table.memory());
    worst_insertions(n);
}

#[inline(never)]
fn find_each(table: &Table<Entry, Folded>, keys: &[[u8; KEY]]) -> u64 {
    let mut sum = 0;
    for key in keys {
        sum += table.find(Folded.hash(key), key).map_or(1, |entry| entry.value());
    }
    sum
}

#[inline(never)]
fn find_in_pipelines(table: &Table<Entry, Folded>, keys: &[[u8; KEY]]) -> u64 {
    let mut sum = 0;
    for batch in keys.chunks(PIPELINE) {
        let mut hashes = [0; PIPELINE];
        for (hash, key) in hashes.iter_mut().zip(batch) {
            *hash = Folded.hash(key);
            table.prefetch_bucket(*hash);
        }
        for &hash in &hashes[..batch.len()] {
            table.prefetch_entry(hash);
        }
        for (&hash, key) in hashes.iter().zip(batch) {
            sum += table.find(hash, key).map_or(1, |entry| entry.value());
        }
    }
    sum
}

/// How long the slowest insertions take, without the allocation of the entry.
fn worst_insertions(n: u64) {
    let mut table = Table::new(Folded);
    let mut worst = [Duration::ZERO; 8];
    for number in 0..n {
        let key = key(number);
        let (hash, entry) = (Folded.hash(&key), Entry::new(&key, number));
        let start = Instant::now();
        table.insert_new(hash, entry, false, &mut ());
        let took = start.elapsed();
        if took > worst[0] {
            worst[0] = took;
            worst.sort_unstable();
        }
    }
    println!("ours: slowest insertions {worst:?}");
    let (mut slices, mut slowest) = (0, Duration::ZERO);
    loop {
        let start = Instant::now();
        let done = table.drain_step(128, &mut drop);
        slowest = slowest.max(start.elapsed());
        slices += 1;
        if done {
            break;
        }
    }
    println!("ours: dropped in {slices} slices of 128 buckets, the slowest {slowest:?}");
}

struct Sum(u64);

impl Capture<Entry> for Sum {
    fn capture(&mut self, entry: &Entry, _: bool) {
        self.0 += entry.value();
    }
}

fn capture(table: &mut Table<Entry, Folded>) {
    let mut sum = Sum(0);
    let start = Instant::now();
    table.begin_capture();
    let begin = start.elapsed();
    let walk = Instant::now();
    while !table.capture_step(256, &mut sum) {}
    let per_key = walk.elapsed().as_nanos() as f64 / table.len() as f64;
    table.end_capture();
    black_box(sum.0);
    println!("ours: capture begins in {begin:?}, then {per_key:.1} a key");
    let each = best(table.len(), || {
        black_box(table.iter().map(|entry| entry.value()).sum::<u64>());
    });
    println!("ours: iteration {each:.1} a key");
}

fn theirs(n: u64, lookups: &Lookups) {
    let mut table = hashbrown::HashTable::new();
    let hash_of = |entry: &Entry| Folded.hash(entry.key());
    let start = Instant::now();
    for number in 0..n {
        let key = key(number);
        table.insert_unique(Folded.hash(&key), Entry::new(&key, number), hash_of);
    }
    let insert = start.elapsed().as_nanos() as f64 / n as f64;
    let bytes = table.allocation_size() as f64 / n as f64;
    println!("hashbrown: insert {insert:.1}, {bytes:.2} B a key now");
    for (name, keys) in [("hit", &lookups.hits), ("miss", &lookups.misses)] {
        let one_by_one = best(keys.len(), || {
            let mut sum = 0;
            for key in keys {
                let found = table.find(Folded.hash(key), |entry| entry.key() == key);
                sum += found.map_or(1, Entry::value);
            }
            black_box(sum);
        });
        println!("hashbrown: find, {name}: {one_by_one:.1}");
    }
    let start = Instant::now();
    for number in 0..n {
        let key = key(number);
        if let Ok(entry) = table.find_entry(Folded.hash(&key), |entry| entry.key() == key) {
            black_box(entry.remove());
        }
    }
    println!("hashbrown: remove {:.1}", start.elapsed().as_nanos() as f64 / n as f64);
    drop(table);

    let mut table = hashbrown::HashTable::new();
    let mut slowest = Duration::ZERO;
    for number in 0..n {
        let key = key(number);
        let (hash, entry) = (Folded.hash(&key), Entry::new(&key, number));
        let start = Instant::now();
        table.insert_unique(hash, entry, hash_of);
        slowest = slowest.max(start.elapsed());
    }
    println!("hashbrown: slowest insertion {slowest:?}");
}
