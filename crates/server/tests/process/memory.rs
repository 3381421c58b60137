//! Limits of memory, with real memory.

use testkit::Server;

use crate::{server, setting};

fn number(server: &Server, field: &str) -> u64 {
    server.info(field).parse().expect("a number")
}

#[test]
fn keys_make_room_although_it_is_told_that_they_do() {
    let server = server("--notify-keyspace-events KEA --maxmemory-policy allkeys-lru");
    let mut connection = server.connect();
    let limit = number(&server, "used_memory") + 100_000;
    connection.request(&["CONFIG", "SET", "maxmemory", &limit.to_string()]).expect("an answer");
    for key in 0..5000 {
        let key = format!("a key of some length, number {key}");
        let reply = connection.request(&["SET", &key, "v"]).expect("an answer");
        assert!(!reply.is_error(), "{key}: {reply:?}");
    }
    assert!(number(&server, "evicted_keys") > 1000);
    assert!(number(&server, "used_memory") < limit + 20_000);
}

#[test]
fn clients_that_use_too_much_go_before_keys_do() {
    let server = server("--maxmemory 11mb --maxmemory-policy allkeys-lru --maxmemory-clients 3mb");
    let mut connection = server.connect();
    connection.request(&["CLIENT", "NO-EVICT", "on"]).expect("an answer");
    for key in 0..50 {
        let request = ["SETRANGE", &key.to_string(), "100000", "x"];
        connection.request(&request).expect("an answer");
    }
    assert!(number(&server, "used_memory") < 7 << 20, "strings begin at their size");
    assert_eq!(setting(&server, "maxmemory-clients"), "3145728");
    let mut greedy: Vec<_> = (0..40).map(|_| server.connect()).collect();
    for client in &mut greedy {
        // Most of a request: it is kept until the rest comes. Whoever is evicted notices.
        let head = format!("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$400000\r\n{}", "x".repeat(300_000));
        let _ = client.write_raw(head.as_bytes());
    }
    testkit::eventually("clients to be evicted", || number(&server, "evicted_clients") > 0);
    assert_eq!(number(&server, "evicted_keys"), 0);
    assert_eq!(connection.request(&["DBSIZE"]).expect("an answer").as_integer(), Some(50));
}

#[test]
fn buffers_of_clients_that_were_told_of_evictions_evict_nothing() {
    let server = server("--maxmemory-policy allkeys-lru --maxmemory-eviction-tenacity 100");
    let mut connection = server.connect();
    let mut trackers: Vec<_> = (0..10).map(|_| server.connect()).collect();
    for tracker in &mut trackers {
        tracker.request(&["HELLO", "3"]).expect("an answer");
        tracker.request(&["CLIENT", "TRACKING", "on"]).expect("an answer");
    }
    for key in 0..300 {
        let key = format!("{key}{}", "x".repeat(1000));
        connection.request(&["SET", &key, "v"]).expect("an answer");
        for tracker in &mut trackers {
            tracker.request(&["GET", &key]).expect("an answer");
        }
    }
    let limit = number(&server, "used_memory") - 20_000;
    connection.request(&["CONFIG", "SET", "maxmemory", &limit.to_string()]).expect("an answer");
    let evicted = number(&server, "evicted_keys");
    assert!((10..100).contains(&evicted), "{evicted}");
}

#[test]
fn clients_that_want_to_know_of_many_prefixes_are_evicted_for_it() {
    let server = server("--maxmemory-clients 200000");
    let mut connection = server.connect();
    let is_refused = |prefix: u32| {
        let prefix = format!("{prefix:012}");
        let request = ["CLIENT", "TRACKING", "on", "BCAST", "PREFIX", &prefix];
        connection.request(&request).is_err()
    };
    assert!((0..10_000).any(is_refused));
    assert_eq!(number(&server, "evicted_clients"), 1);
}
