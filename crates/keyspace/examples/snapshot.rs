//! Measures what a snapshot costs those who write meanwhile: two million keys and four collections of a million elements, 40,000 random writes a second, a tenth of a thread's time for the snapshot, a helper that reads what is told.
//! `cargo run --profile quick -p keyspace --example snapshot`.
#![expect(clippy::print_stdout, reason = "a report is what this is for")]
#![expect(clippy::disallowed_methods, reason = "measuring takes a clock")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use keyspace::{
    Expiry, Form, HashLimits, NewString, Piece, Policy, SetLimits, Shard, SortedSetLimits, Taker,
};
use rustix::time::{ClockId, clock_gettime};
use stdx::rng::{Rng, SeededRng};
use structs::list::{End, Limits};
use tikv_jemalloc_ctl::{epoch, stats};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const KEYS: u64 = 2_000_000;
const ELEMENTS: u64 = 1_000_000;
/// Writes in each millisecond.
const WRITES: u64 = 40;
const SLICE: Duration = Duration::from_micros(100);
/// What may wait for the helper.
const RING: usize = 4 << 20;
const HASH: HashLimits = HashLimits { entries: 128, value: 64 };
const SET: SetLimits = SetLimits { intset_entries: 512, listpack_entries: 128, listpack_value: 64 };
const SORTED_SET: SortedSetLimits = SortedSetLimits { entries: 128, value: 64 };

/// The time that this thread has run: others on the machine do not count.
fn run_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn allocated() -> usize {
    epoch::advance().expect("jemalloc tells");
    stats::allocated::read().expect("jemalloc tells")
}

fn set(shard: &mut Shard, number: u64, seed: u64) {
    let mut value = [0; 64];
    value[..8].copy_from_slice(&seed.to_le_bytes());
    let key = format!("key:{number:012}");
    let mut db = shard.db(0);
    db.set(db.key(key.as_bytes()), NewString::Bytes(&value), Expiry::None);
}

/// Writes to one of the collections.
fn write_element(shard: &mut Shard, which: u64, number: u64, seed: u64) {
    let element = format!("element:{number}");
    let element = element.as_bytes();
    let mut db = shard.db(0);
    match which {
        0 => {
            let (entry, _) = db.open_or_create(db.key(b"hash"), Form::Hash);
            let mut hash = entry.into_hash(HASH).expect("a hash");
            hash.insert(element, &seed.to_le_bytes(), Expiry::None);
        }
        1 => {
            let (entry, _) = db.open_or_create(db.key(b"sorted set"), Form::SortedSet);
            let mut set = entry.into_sorted_set(SORTED_SET).expect("a sorted set");
            set.update(element, |_| Some((seed % 1000) as f64));
        }
        2 => {
            let (entry, _) = db.open_or_create(db.key(b"set"), Form::Set);
            let mut set = entry.into_set(SET).expect("a set");
            if !set.insert(element) {
                set.remove(element);
            }
        }
        _ => {
            let (mut entry, _) = db.open_or_create(db.key(b"list"), Form::List);
            let mut list = entry.list_mut().expect("a list");
            if list.len() < ELEMENTS as usize {
                list.push(End::Back, element, Limits::new(-2, 0));
            } else {
                list.set(number as usize, element, Limits::new(-2, 0));
            }
        }
    }
}

fn write(shard: &mut Shard, rng: &mut SeededRng) {
    let seed = rng.next_u64();
    if seed.is_multiple_of(10) {
        let (which, number) = (rng.below(4), rng.below(ELEMENTS));
        write_element(shard, which, number, seed);
    } else {
        let number = rng.below(KEYS);
        set(shard, number, seed);
    }
}

/// Hands pieces to the helper, within a slice of time and as long as the ring has room.
struct Ring {
    sender: mpsc::Sender<Piece>,
    waiting: Arc<AtomicUsize>,
    until: Duration,
    most: usize,
}

impl Taker for Ring {
    fn wants_more(&mut self) -> bool {
        self.waiting.load(Ordering::Relaxed) < RING && run_time() < self.until
    }

    fn take(&mut self, piece: Piece) {
        let waiting = self.waiting.fetch_add(piece.memory(), Ordering::Relaxed);
        self.most = self.most.max(waiting);
        self.sender.send(piece).expect("the helper is there");
    }
}

/// Reads all that comes; returns the keys and bytes.
fn helper(pieces: &mpsc::Receiver<Piece>, waiting: &AtomicUsize) -> (usize, usize) {
    let (mut keys, mut bytes) = (0, 0);
    for piece in pieces {
        let memory = piece.memory();
        match piece {
            Piece::Keys(mut block) => block.for_each(|entry| {
                keys += 1;
                bytes += entry.key().len() + usize::from(entry.as_string().is_ok());
            }),
            Piece::Elements(elements) => bytes += elements.len(),
            Piece::Begin(_) => keys += 1,
            Piece::Nodes(_) | Piece::End => (),
        }
        waiting.fetch_sub(memory, Ordering::Relaxed);
    }
    (keys, bytes)
}

/// The worst of some durations, and how many there were.
#[derive(Default)]
struct Worst {
    worst: Duration,
    sum: Duration,
    count: u32,
}

impl Worst {
    fn time<R>(&mut self, what: impl FnOnce() -> R) -> R {
        let start = run_time();
        let result = what();
        let took = run_time() - start;
        self.worst = self.worst.max(took);
        self.sum += took;
        self.count += 1;
        result
    }

    fn report(&self, label: &str) {
        let mean = self.sum / self.count.max(1);
        println!("{label:44} worst {:9.1?} mean {mean:9.1?}", self.worst);
    }
}

fn filled() -> Shard {
    let mut shard = Shard::new(1, 7);
    shard.set_now(1, Policy::default());
    for number in 0..KEYS {
        set(&mut shard, number, number);
    }
    for number in 0..4 * ELEMENTS {
        write_element(&mut shard, number % 4, number / 4, number);
    }
    shard
}

fn main() {
    let mut shard = filled();
    let mut rng = SeededRng::new(1);
    let before = allocated();
    println!("{:44} {:.1} MB", "data", before as f64 / 1e6);

    let mut alone = Worst::default();
    for _ in 0..2000 {
        (0..WRITES).for_each(|_| alone.time(|| write(&mut shard, &mut rng)));
    }
    alone.report("a write without a snapshot");

    let (sender, receiver) = mpsc::channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let reader = thread::spawn({
        let waiting = Arc::clone(&waiting);
        move || helper(&receiver, &waiting)
    });
    let mut ring = Ring { sender, waiting, until: Duration::ZERO, most: 0 };
    let (mut begin, mut writes, mut slices) =
        (Worst::default(), Worst::default(), Worst::default());
    let (mut kept, mut peak) = (0, 0);
    let start = Instant::now();
    begin.time(|| shard.begin_snapshot());
    for millisecond in 1.. {
        (0..WRITES).for_each(|_| writes.time(|| write(&mut shard, &mut rng)));
        let memory = shard.snapshot_memory();
        kept = kept.max(memory.copied);
        if millisecond % 20 == 0 {
            peak = peak.max(allocated());
        }
        ring.until = run_time() + SLICE;
        if slices.time(|| shard.step_snapshot(&mut ring)) {
            break;
        }
        let next = start + Duration::from_millis(millisecond);
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    let took = start.elapsed();
    let most = ring.most;
    drop(ring);
    let (keys, bytes) = reader.join().expect("the helper ends");
    begin.report("the start");
    writes.report("a write during the snapshot");
    slices.report("a slice of 100 µs");
    println!(
        "{:44} {:.2} s, {keys} keys, {:.1} MB",
        "the snapshot",
        took.as_secs_f64(),
        bytes as f64 / 1e6
    );
    println!("{:44} {:.2} MB", "kept because of writes, at most", kept as f64 / 1e6);
    println!("{:44} {:.2} MB", "waiting for the helper, at most", most as f64 / 1e6);
    let extra = peak.saturating_sub(before);
    println!(
        "{:44} {:.1} MB, {:.1} % of the data",
        "memory at most above that before",
        extra as f64 / 1e6,
        extra as f64 / before as f64 * 100.0
    );
    println!("{:44} {:.1} MB", "and afterwards", allocated().saturating_sub(before) as f64 / 1e6);
}
