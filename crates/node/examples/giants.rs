//! How long single commands on collections of ten million elements keep everybody else waiting: `cargo run --profile quick -p node --example giants [elements]`.
//!
//! On a machine that is shared with others, a command may take long for reasons that are not its own. So the same history is run three times, and of each command the shortest time counts: what has its reason in the history comes back each time, and what has not does not.
#![expect(clippy::print_stdout, reason = "a report is what this is for")]
#![expect(clippy::disallowed_methods, reason = "measuring takes a clock")]

use std::time::Instant;

use config::Config;
use node::{Action, Node, Peer, Start, Token, Unmeasured};
use stdx::clock::ManualClock;
use stdx::rng::{Rng, SeededRng};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const ELEMENTS: u64 = 10_000_000;
const RUNS: usize = 3;

/// What is done to the collection, and how often, as a part of its elements. `*` is a number: where it is filled each one once, in no order, and else one of these by chance.
struct Phase(&'static str, u64);

/// Returns the number of an element.
fn number(index: u64) -> u64 {
    // The second one is a prime, so no two are equal.
    index * 387_420_489 % 1_000_000_007
}

const PHASES: &[Phase] = &[
    Phase("SADD giant m:*", 1),
    Phase("SREM giant m:*", 10),
    Phase("SPOP giant", 10),
    Phase("SRANDMEMBER giant 10", 100),
    Phase("SSCAN giant * COUNT 10", 100),
    Phase("SMOVE giant other m:*", 100),
    Phase("MEMORY USAGE giant", 1000),
    Phase("RENAME giant giant", 1000),
    Phase("UNLINK giant", 0),
    Phase("HSET giant f:* value", 1),
    Phase("HGET giant f:*", 10),
    Phase("HDEL giant f:*", 10),
    Phase("HINCRBY giant n:* 1", 100),
    Phase("HEXPIRE giant 1000 FIELDS 1 f:*", 100),
    Phase("HRANDFIELD giant 10 WITHVALUES", 100),
    Phase("HSCAN giant * COUNT 10", 100),
    Phase("UNLINK giant", 0),
    Phase("ZADD giant * m:*", 1),
    Phase("ZINCRBY giant 1 m:*", 10),
    Phase("ZREM giant m:*", 10),
    Phase("ZRANK giant m:*", 10),
    Phase("ZPOPMIN giant", 10),
    Phase("ZRANGE giant 4000000 4000009", 100),
    Phase("ZRANGEBYSCORE giant * inf LIMIT 0 10", 100),
    Phase("ZCOUNT giant * inf", 100),
    Phase("ZREMRANGEBYRANK giant 1000000 1000009", 100),
    Phase("ZRANDMEMBER giant 10", 100),
    Phase("ZSCAN giant * COUNT 10", 100),
    Phase("UNLINK giant", 0),
    Phase("RPUSH giant *", 1),
    Phase("LPUSH giant *", 10),
    Phase("LPOP giant", 10),
    Phase("LRANGE giant -10 -1", 100),
    Phase("LMOVE giant giant LEFT RIGHT", 100),
    Phase("UNLINK giant", 0),
];

/// A node, and one who asks.
struct Talk {
    node: Node,
    token: Token,
}

impl Talk {
    fn new() -> Self {
        let clock = Box::new(ManualClock::new(1_700_000_000_000_000));
        let node = Node::new(Config::default(), clock, Box::new(Unmeasured), 1, Start::default());
        let mut node = node.expect("the settings are the default ones");
        let peer = Peer { internal: true, local: true, ..Peer::default() };
        let token = node.connect(peer).expect("there is room");
        Self { node, token }
    }

    /// Runs a command and returns the nanoseconds that everybody had to wait for it.
    fn time(&mut self, words: &[&str], index: u64) -> u32 {
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            let word = word.replace('*', &number(index).to_string());
            request += &format!("${}\r\n{word}\r\n", word.len());
        }
        let start = Instant::now();
        self.node.receive(self.token, request.as_bytes());
        let actions = self.node.take_actions();
        let ns = start.elapsed().as_nanos();
        let output = &mut self.node.clients[self.token].output;
        let refused = output.pieces().next().is_some_and(|piece| piece.starts_with(b"-"));
        assert!(!refused, "{words:?} is refused");
        output.clear();
        self.node.take_write_queue();
        // The server has another thread for that.
        drop(actions.into_iter().filter(|action| matches!(action, Action::Free(_))));
        u32::try_from(ns).unwrap_or(u32::MAX)
    }
}

fn main() {
    let given = std::env::args().nth(1);
    let elements = given.map_or(ELEMENTS, |text| text.parse().expect("a number of elements"));
    let counts: Vec<u64> =
        PHASES.iter().map(|Phase(_, part)| elements.checked_div(*part).unwrap_or(1)).collect();
    let mut least: Vec<Vec<u32>> =
        counts.iter().map(|&count| vec![u32::MAX; count as usize]).collect();
    for _ in 0..RUNS {
        let (mut talk, mut rng) = (Talk::new(), SeededRng::new(1));
        for (Phase(line, part), least) in PHASES.iter().zip(&mut least) {
            let words: Vec<&str> = line.split(' ').collect();
            for (index, least) in (0..).zip(least) {
                let index = if *part == 1 { index } else { rng.below(elements) };
                *least = talk.time(&words, index).min(*least);
            }
        }
    }
    println!("{elements} elements; µs    median     p99.99      worst");
    for (Phase(line, _), times) in PHASES.iter().zip(&mut least) {
        times.sort_unstable();
        let at = |part: f64| f64::from(times[((times.len() - 1) as f64 * part) as usize]) / 1e3;
        println!("{line:<42} {:>8.2} {:>10.2} {:>10.2}", at(0.5), at(0.9999), at(1.0));
    }
}
