//! Measures lists of a million elements of sixteen bytes:
//! `cargo run --profile quick -p structs --example list`.
#![expect(clippy::print_stdout, reason = "a report is what this is for")]
#![expect(clippy::disallowed_methods, reason = "measuring takes a clock")]

use std::hint::black_box;
use std::time::Instant;

use structs::list::{End, Limits, List, Needle};
use structs::listpack::Element;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const LEN: usize = 1_000_000;
const PROBES: usize = 1000;

fn main() {
    for (label, limits) in [
        ("8 KiB", Limits::new(-2, 0)),
        ("64 KiB", Limits::new(-5, 0)),
        ("128 elements", Limits::new(128, 0)),
        ("8 KiB, compressed", Limits::new(-2, 1)),
    ] {
        println!("nodes of {label}");
        ends(limits);
        let mut list = filled(limits);
        println!("  {:38} {:9.2}", "bytes per element", list.memory() as f64 / LEN as f64);
        ranges(&list);
        inside(&mut list, limits);
        clones(&mut list, limits);
    }
}

fn texts() -> Vec<Vec<u8>> {
    (0..LEN).map(|index| format!("element-{index:08}").into_bytes()).collect()
}

fn filled(limits: Limits) -> List {
    let mut list = List::new();
    texts().iter().for_each(|text| list.push(End::Back, &text[..], limits));
    list
}

/// Prints how long each of `count` operations took.
fn measure(label: &str, count: usize, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    let each = start.elapsed().as_nanos() as f64 / count as f64;
    println!("  {label:38} {each:9.1} ns");
}

fn ends(limits: Limits) {
    let texts = texts();
    for (push, pop) in [
        (End::Back, End::Front),
        (End::Front, End::Back),
        (End::Back, End::Back),
        (End::Front, End::Front),
    ] {
        let mut list = List::new();
        measure(&format!("push to the {push:?}"), LEN, || {
            texts.iter().for_each(|text| list.push(push, &text[..], limits));
        });
        measure(&format!("pop from the {pop:?}"), LEN, || {
            while list.pop(pop, limits, |element| _ = black_box(element)).is_some() {}
        });
    }
    let mut queue = List::new();
    texts[..1000].iter().for_each(|text| queue.push(End::Back, &text[..], limits));
    measure("push and pop, queue of 1000", LEN, || {
        for text in &texts {
            queue.push(End::Back, &text[..], limits);
            queue.pop(End::Front, limits, |element| _ = black_box(element));
        }
    });
}

fn ranges(list: &List) {
    let mut reply = Vec::<u8>::with_capacity(64 << 10);
    for (label, first) in [("the front", 0), ("the middle", LEN / 2)] {
        for from in [End::Front, End::Back] {
            measure(&format!("1000 elements at {label}, from {from:?}"), PROBES, || {
                for _ in 0..PROBES {
                    reply.clear();
                    list.iter(first..first + 1000, from).for_each(|element: Element<'_>| {
                        reply.extend_from_slice(element.text(&mut None));
                    });
                    black_box(&reply);
                }
            });
        }
    }
    let needle = Needle::new(b"element-99999999");
    measure("search, each element", LEN, || {
        let mut elements = list.iter(0..LEN, End::Front);
        while let Some(element) = elements.next() {
            assert!(!needle.matches(element));
        }
    });
}

fn inside(list: &mut List, limits: Limits) {
    let mut rng = fastrand::Rng::with_seed(7);
    measure("element by index", PROBES, || {
        for _ in 0..PROBES {
            list.get(rng.usize(..LEN), |element| _ = black_box(element));
        }
    });
    measure("replace by index", PROBES, || {
        for _ in 0..PROBES {
            list.set(rng.usize(..LEN), b"replaced-0123456", limits);
        }
    });
    measure("insert at index", PROBES, || {
        for _ in 0..PROBES {
            list.insert(rng.usize(..LEN), b"inserted-0123456", limits);
        }
    });
    measure("remove at index", PROBES, || {
        for _ in 0..PROBES {
            let index = rng.usize(..LEN);
            list.remove_range(index..index + 1, limits);
        }
    });
}

fn clones(list: &mut List, limits: Limits) {
    let nodes = list.nodes().len();
    let mut snapshot = List::new();
    measure(&format!("clone, {nodes} nodes"), 1, || snapshot = list.clone());
    measure("first push after a clone", 1, || list.push(End::Back, b"x", limits));
    measure("drop of the clone", 1, || drop(snapshot));
}
