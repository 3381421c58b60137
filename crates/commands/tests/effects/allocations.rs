//! The commands that most requests consist of allocate nothing once their key is there.

#![expect(unsafe_code, reason = "an allocator that counts is still an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::stage::Stage;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's word.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's word.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's word.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn the_hot_commands_allocate_nothing_for_a_key_that_is_there() {
    let mut stage = Stage::new();
    stage.want_nothing();
    let value = "v".repeat(64);
    let big_set = (0..1000).fold("SADD k b".to_owned(), |line, index| format!("{line} m{index}"));
    for (line, setup) in [
        ("GET k".to_owned(), "SET k v"),
        ("GET k".to_owned(), "SET k 12345"),
        ("GET k".to_owned(), "SET k v EX 100"),
        ("GET nobody".to_owned(), "SET k v"),
        (format!("SET k {value}"), &format!("SET k {}", "w".repeat(64))),
        ("SET k 12345".to_owned(), "SET k 54321"),
        ("SET k v NX".to_owned(), "SET k v"),
        ("SET k v EX 100".to_owned(), "SET k v EX 200"),
        ("INCR k".to_owned(), "SET k 1"),
        ("INCRBY k -7".to_owned(), "SET k 1 EX 100"),
        ("MGET k l m".to_owned(), "MSET k 1 l 2"),
        ("MSET k 5 l 6".to_owned(), "MSET k 1 l 2"),
        ("EXISTS k l m".to_owned(), "MSET k 1 l 2"),
        ("DEL k".to_owned(), "SET k v"),
        ("TTL k".to_owned(), "SET k v EX 100"),
        ("EXPIRE k 100".to_owned(), "SET k v EX 200"),
        ("GETRANGE k 1 5".to_owned(), &format!("SET k {value}")),
        ("APPEND k ww".to_owned(), "SET k 12345"),
        ("SETRANGE k 1 ww".to_owned(), "SET k 12345"),
        ("SADD k 3".to_owned(), "SADD k 1 2"),
        ("SADD k 2 b".to_owned(), "SADD k a b 2"),
        ("SADD k b".to_owned(), &big_set),
        ("SREM k 3".to_owned(), "SADD k 3 4 5"),
        ("SREM k c".to_owned(), "SADD k a b c d e"),
        ("SREM k m7".to_owned(), &big_set),
        ("SISMEMBER k m7".to_owned(), &big_set),
        ("SMISMEMBER k m7 m8 x".to_owned(), &big_set),
        ("SCARD k".to_owned(), "SADD k a b"),
    ] {
        // Once for the buffers that stay, once to count.
        for round in 0..2 {
            stage.reply("DEL k l m nobody");
            stage.reply(setup);
            let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            let before = ALLOCATIONS.get();
            stage.run(&words);
            let allocations = ALLOCATIONS.get() - before;
            stage.forget();
            assert!(round == 0 || allocations == 0, "{line} allocated {allocations} times");
        }
    }
}
