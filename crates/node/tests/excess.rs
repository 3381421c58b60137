//! INFO tells for how long more memory was used than may be.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use config::{Config, MaxmemoryPolicy};
use node::{Memory, Node, Peer, Start, Token};
use stdx::clock::ManualClock;

/// Memory of which as much is used as the test says.
struct Pretended(Rc<Cell<u64>>);

impl Memory for Pretended {
    fn used(&self) -> u64 {
        self.0.get()
    }

    fn rss(&self) -> u64 {
        0
    }

    fn active(&self) -> u64 {
        0
    }

    fn resident(&self) -> u64 {
        0
    }

    fn allocator(&self) -> &'static str {
        "pretended"
    }

    fn report(&self) -> String {
        String::new()
    }

    fn purge(&mut self) {}
}

/// Sends a request, or several, and returns what comes back.
fn ask(node: &mut Node, client: Token, request: &[u8]) -> String {
    node.receive(client, request);
    let output = &mut node.clients[client].output;
    let reply: Vec<u8> = output.pieces().flatten().copied().collect();
    output.clear();
    String::from_utf8(reply).expect("text")
}

#[test]
fn time_above_the_limit_is_added_up_until_there_is_memory_again() {
    let (used, clock) = (Rc::new(Cell::new(50)), ManualClock::new(1_700_000_000_000_000));
    let config = Config { maxmemory: 100, ..Config::default() };
    let memory = Box::new(Pretended(Rc::clone(&used)));
    let mut node =
        Node::new(config, Box::new(clock.clone()), memory, 1, Start::default()).expect("a node");
    let peer = Peer { local: true, ..Peer::default() };
    let client = node.connect(peer).expect("a client");
    let mut ask = |request: &[u8]| ask(&mut node, client, request);
    let mut check = |total: &str, current: &str| {
        let text = ask(b"INFO stats\r\n");
        let line = |name: &str, value: &str| text.contains(&format!("{name}:{value}\r\n"));
        assert!(line("total_eviction_exceeded_time", total), "{text}");
        assert!(line("current_eviction_exceeded_time", current), "{text}");
        ask(b"SET key value\r\n")
    };
    assert_eq!(check("0", "0"), "+OK\r\n");

    used.set(200);
    assert!(check("0", "0").starts_with("-OOM "));
    clock.advance(Duration::from_secs(2));
    assert!(check("2000", "2000").starts_with("-OOM "));

    used.set(50);
    clock.advance(Duration::from_secs(1));
    assert_eq!(check("3000", "0"), "+OK\r\n");
    clock.advance(Duration::from_secs(5));
    assert_eq!(check("3000", "0"), "+OK\r\n");

    used.set(200);
    assert!(check("3000", "0").starts_with("-OOM "));
    clock.advance(Duration::from_secs(1));
    assert!(check("4000", "1000").starts_with("-OOM "));
}

#[test]
fn in_a_pause_nothing_is_evicted() {
    let (used, clock) = (Rc::new(Cell::new(50)), ManualClock::new(1_700_000_000_000_000));
    let config = Config {
        maxmemory: 100,
        maxmemory_policy: MaxmemoryPolicy::AllkeysRandom,
        ..Config::default()
    };
    let memory = Box::new(Pretended(Rc::clone(&used)));
    let mut node = Node::new(config, Box::new(clock), memory, 1, Start::default()).expect("a node");
    let client = node.connect(Peer { local: true, ..Peer::default() }).expect("a client");
    let mut ask = |request: &[u8]| ask(&mut node, client, request);
    assert_eq!(ask(b"SET key value\r\nCLIENT PAUSE 1000 WRITE\r\n"), "+OK\r\n+OK\r\n");
    used.set(200);
    assert_eq!(ask(b"DBSIZE\r\nDBSIZE\r\n"), ":1\r\n:1\r\n");
    assert_eq!(ask(b"CLIENT UNPAUSE\r\nPING\r\nDBSIZE\r\n"), "+OK\r\n+PONG\r\n:0\r\n");
}
