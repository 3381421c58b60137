//! SLOWLOG, LATENCY, MEMORY, MONITOR: what operators look at.

mod support;

use node::Engine;
use resp::value::Value;
use stdx::clock::Clock;
use support::{START_S, Talk, show};

/// A clock on which every look takes a while.
#[derive(Debug)]
struct Slow {
    ns: std::cell::Cell<u64>,
    step_ns: u64,
}

impl Clock for Slow {
    fn unix_us(&self) -> u64 {
        START_S * 1_000_000 + self.ns.get() / 1000
    }

    fn mono_ns(&self) -> u64 {
        self.ns.set(self.ns.get() + self.step_ns);
        self.ns.get()
    }
}

/// A server on which every command takes so long.
fn slow(step_ms: u64, change: impl FnOnce(&mut config::Config)) -> Engine {
    let mut config = config::Config::default();
    change(&mut config);
    let clock = Slow { ns: std::cell::Cell::new(1), step_ns: step_ms * 1_000_000 };
    Engine::with(config, Box::new(clock), 7)
}

fn ask(engine: &mut Engine, who: &node::Session, line: &str) -> String {
    let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    show(&engine.execute(who, &words))
}

#[test]
fn flushing_everything_leaves_no_changes_to_be_saved() {
    let mut engine = slow(0, |_| ());
    let me = engine.open();
    let mut changes_after = |lines: &[&str]| {
        for line in lines {
            ask(&mut engine, &me, line);
        }
        let text = ask(&mut engine, &me, "INFO persistence");
        let line = text.lines().find_map(|line| line.strip_prefix("rdb_changes_since_last_save:"));
        line.expect("a field").to_owned()
    };
    assert_eq!(changes_after(&["SET a 1", "SET b 1", "FLUSHDB"]), "4");
    assert_eq!(changes_after(&["SET a 1", "FLUSHALL"]), "0");
    // Where no snapshots are taken, it is a change as any other.
    assert_eq!(changes_after(&["CONFIG SET save ", "SET a 1", "FLUSHALL"]), "2");
}

#[test]
fn slow_commands_are_logged_newest_first() {
    let mut engine = slow(20, |config| config.slowlog_max_len = 3);
    let me = engine.open();
    assert_eq!(ask(&mut engine, &me, "SLOWLOG LEN"), "0");
    for line in ["CLIENT SETNAME me", "SET a 1", "GET a"] {
        ask(&mut engine, &me, line);
    }
    let log = ask(&mut engine, &me, "SLOWLOG GET 2");
    assert_eq!(log, format!("[[3 {START_S} 20000 [GET a]  me] [2 {START_S} 20000 [SET a 1]  me]]"));
    assert_eq!(ask(&mut engine, &me, "SLOWLOG LEN"), "3", "older ones are gone");
    assert_eq!(ask(&mut engine, &me, "SLOWLOG RESET"), "OK");
    assert_eq!(ask(&mut engine, &me, "SLOWLOG LEN"), "1", "the reset itself was slow");
    for line in ["SLOWLOG GET -2", "SLOWLOG GET x"] {
        let error = "-ERR count should be greater than or equal to -1";
        assert_eq!(ask(&mut engine, &me, line), error);
    }
    assert_eq!(ask(&mut engine, &me, "SLOWLOG GET 0"), "[]");
}

#[test]
fn the_slow_log_keeps_no_secrets_and_no_masses() {
    let mut engine = slow(20, |_| ());
    let me = engine.open();
    ask(&mut engine, &me, "AUTH default sesame");
    ask(&mut engine, &me, "HELLO 2 SETNAME AUTH AUTH default sesame");
    ask(&mut engine, &me, "CONFIG SET requirepass sesame maxmemory 0");
    let keys: Vec<String> = (0..40).map(|index| format!("k{index}")).collect();
    ask(&mut engine, &me, &format!("MGET {}", keys.join(" ")));
    ask(&mut engine, &me, &format!("GET {}", "x".repeat(200)));
    let log = ask(&mut engine, &me, "SLOWLOG GET");
    assert!(!log.contains("sesame"), "{log}");
    assert!(log.contains("[AUTH (redacted) (redacted)]"), "{log}");
    assert!(log.contains("[HELLO 2 SETNAME AUTH AUTH (redacted) (redacted)]"), "{log}");
    assert!(
        log.contains("k29 k30 ... (10 more arguments)]")
            || log.contains("k29 ... (10 more arguments)]"),
        "{log}"
    );
    assert!(log.contains(&format!("[GET {}... (72 more bytes)]", "x".repeat(128))), "{log}");
}

#[test]
fn a_negative_threshold_logs_nothing() {
    let mut engine = slow(20, |config| config.slowlog_log_slower_than = -1);
    let me = engine.open();
    ask(&mut engine, &me, "SET a 1");
    assert_eq!(ask(&mut engine, &me, "SLOWLOG LEN"), "0");
}

#[test]
fn latency_spikes_are_kept_by_cause() {
    let mut engine = slow(2000, |config| config.latency_monitor_threshold = 100);
    let me = engine.open();
    ask(&mut engine, &me, "LATENCY RESET");
    ask(&mut engine, &me, "MGET a");
    let latest = ask(&mut engine, &me, "LATENCY LATEST");
    assert!(latest.contains("[command "), "{latest}");
    assert!(latest.contains("[fast-command "), "{latest}");
    assert!(latest.contains(" 2000 2000]"), "{latest}");
    let history = ask(&mut engine, &me, "LATENCY HISTORY fast-command");
    assert!(history.ends_with(" 2000]]"), "{history}");
    assert_eq!(ask(&mut engine, &me, "LATENCY HISTORY nothing"), "[]");
    let graph = ask(&mut engine, &me, "LATENCY GRAPH command");
    let head = "command - high 2000 ms, low 2000 ms (all time high 2000 ms)\n";
    assert!(graph.starts_with(head), "{graph}");
    assert_eq!(
        ask(&mut engine, &me, "LATENCY GRAPH nothing"),
        "-ERR No samples available for event 'nothing'"
    );
    let report = ask(&mut engine, &me, "LATENCY DOCTOR");
    assert!(report.contains("fast-command: 1 latency spikes (average 2000 ms"), "{report}");
    assert_eq!(ask(&mut engine, &me, "LATENCY RESET nothing fast-command"), "1");
    assert_ne!(ask(&mut engine, &me, "LATENCY RESET"), "0");
}

#[test]
fn without_a_threshold_nothing_is_monitored() {
    let mut engine = slow(2000, |_| ());
    let me = engine.open();
    ask(&mut engine, &me, "GET a");
    assert_eq!(ask(&mut engine, &me, "LATENCY LATEST"), "[]");
    let report = ask(&mut engine, &me, "LATENCY DOCTOR");
    assert!(report.contains("latency-monitor-threshold"), "{report}");
}

#[test]
fn histograms_accumulate_by_powers_of_two() {
    let mut engine = slow(1, |_| ());
    let me = engine.open();
    ask(&mut engine, &me, "GET a");
    ask(&mut engine, &me, "GET a");
    ask(&mut engine, &me, "CLIENT ID");
    assert_eq!(
        ask(&mut engine, &me, "LATENCY HISTOGRAM get nope client"),
        "[get [calls 2 histogram_usec [1056 2]] client|id [calls 1 histogram_usec [1056 1]]]"
    );
    ask(&mut engine, &me, "HELLO 3");
    assert_eq!(
        ask(&mut engine, &me, "LATENCY HISTOGRAM client|id"),
        "{client|id {calls 1 histogram_usec {1056 1}}}"
    );
    let all = ask(&mut engine, &me, "LATENCY HISTOGRAM");
    assert!(all.contains("hello {calls 1 "), "{all}");
}

#[test]
fn monitors_see_what_is_run_after_it_has_run() {
    let mut talk = Talk::new();
    let (me, eye) = (talk.engine.open(), talk.engine.open());
    assert_eq!(talk.ask(&eye, "MONITOR"), "OK");
    assert!(talk.text(&me, "CLIENT LIST").contains("flags=O "));
    talk.ask(&me, "SET a x");
    let stamp = format!("{START_S}.000000");
    assert_eq!(talk.hear(&eye), format!("{stamp} [0 ] \"SET\" \"a\" \"x\""));
    for line in ["MULTI", "GET a", "EXEC", "SELECT 3", "AUTH default sesame"] {
        talk.ask(&me, line);
    }
    let expected = [
        "[0 ] \"MULTI\"",
        "[0 ] \"GET\" \"a\"",
        "[0 ] \"EXEC\"",
        "[3 ] \"SELECT\" \"3\"",
        "[3 ] \"AUTH\" \"(redacted)\" \"(redacted)\"",
    ];
    let expected = expected.map(|line| format!("{stamp} {line}")).join(" ");
    assert_eq!(talk.hear(&eye), expected);
    for line in ["SLOWLOG LEN", "NOSUCH", "GET"] {
        talk.ask(&me, line);
    }
    assert_eq!(talk.hear(&eye), "", "neither what manages the server nor what was not run");
    assert_eq!(talk.ask(&eye, "GET a"), "-ERR Replica can't interact with the keyspace");
    assert_eq!(talk.ask(&eye, "PING"), format!("PONG {stamp} [0 ] \"PING\""));
    assert_eq!(talk.ask(&eye, "RESET"), format!("RESET"));
    talk.ask(&me, "PING");
    assert_eq!(talk.hear(&eye), "");
}

#[test]
fn monitor_is_not_for_transactions() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "MULTI");
    talk.ask(&me, "MONITOR");
    assert_eq!(talk.ask(&me, "EXEC"), "[-ERR MONITOR isn't allowed for DENY BLOCKING client]");
}

#[test]
fn memory_usage_counts_all_that_a_key_takes() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(talk.ask(&me, "MEMORY USAGE nothing"), "nil");
    talk.ask(&me, "SET a 1");
    let long = "x".repeat(10_000);
    talk.ask(&me, &format!("SET b {long}"));
    let number = |text: String| text.parse::<usize>().expect("a number");
    let small = number(talk.ask(&me, "MEMORY USAGE a"));
    assert!((16..=40).contains(&small), "{small}");
    let large = number(talk.ask(&me, "MEMORY USAGE b SAMPLES 0"));
    assert!((10_000..=11_000).contains(&large), "{large}");
    for (options, error) in [
        ("SAMPLES", "-ERR syntax error"),
        ("SAMPLES -1", "-ERR syntax error"),
        ("SAMPLES x", "-ERR value is not an integer or out of range"),
        ("foo 1", "-ERR syntax error"),
    ] {
        assert_eq!(talk.ask(&me, &format!("MEMORY USAGE a {options}")), error, "{options}");
    }
}

#[test]
fn memory_stats_has_all_fields_in_order() {
    let mut talk = Talk::new();
    let me = talk.open_resp3();
    talk.ask(&me, "SELECT 4");
    talk.ask(&me, "SET a 1");
    let stats = talk.value(&me, "MEMORY STATS");
    let pairs = stats.pairs().expect("a map");
    let names: Vec<&str> = pairs.iter().filter_map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names.join(" "),
        "peak.allocated total.allocated startup.allocated replication.backlog clients.slaves \
         clients.normal cluster.links aof.buffer lua.caches functions.caches db.4 overhead.total \
         keys.count keys.bytes-per-key dataset.bytes dataset.percentage peak.percentage \
         allocator.allocated allocator.active allocator.resident allocator-fragmentation.ratio \
         allocator-fragmentation.bytes allocator-rss.ratio allocator-rss.bytes \
         rss-overhead.ratio rss-overhead.bytes fragmentation fragmentation.bytes"
    );
    let db = stats.field("db.4").and_then(Value::pairs).expect("a map");
    let names: Vec<&str> = db.iter().filter_map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names.join(" "),
        "overhead.hashtable.main overhead.hashtable.expires overhead.hashtable.slot-to-keys"
    );
    assert_eq!(stats.field("keys.count").and_then(Value::as_integer), Some(1));
}

#[test]
fn the_other_memory_commands_answer_where_nobody_measures() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(talk.ask(&me, "MEMORY PURGE"), "OK");
    assert_eq!(
        talk.ask(&me, "MEMORY MALLOC-STATS"),
        "Stats not supported for the current allocator"
    );
    assert!(talk.ask(&me, "MEMORY DOCTOR").contains("next to nothing"));
}
