//! Keys that come to their end, as time passes.

mod support;

use support::{START_S, Talk, show};

#[test]
fn a_key_goes_at_its_time_with_an_event_and_a_removal_in_the_log() {
    let mut talk = Talk::new();
    let (me, other) = (talk.engine.open(), talk.engine.open());
    talk.ask(&me, "CONFIG SET notify-keyspace-events Ex");
    talk.ask(&other, "SUBSCRIBE __keyevent@0__:expired");
    talk.ask(&me, "SET k v PX 300");
    talk.engine.record_changes();
    talk.wait_ms(299);
    assert_eq!(talk.ask(&me, "PTTL k"), "1");
    assert_eq!(talk.hear(&other), "");
    talk.wait_ms(1);
    assert_eq!(talk.hear(&other), "[message __keyevent@0__:expired k]");
    assert_eq!(talk.ask(&me, "EXISTS k"), "0");
    assert_eq!(show(&talk.engine.take_changes()), "[SELECT 0] [DEL k]");
}

#[test]
fn the_time_that_is_left_is_rounded_to_the_nearest_second() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "SET k v EX 10");
    for (wait, ttl) in [(0, "10"), (499, "10"), (2, "9"), (9000, "0"), (498, "0"), (1, "-2")] {
        talk.wait_ms(wait);
        assert_eq!(talk.ask(&me, "TTL k"), ttl);
    }
    let at = START_S + 20;
    talk.ask(&me, &format!("SET k v PXAT {at}500"));
    assert_eq!(talk.ask(&me, "EXPIRETIME k"), (at + 1).to_string());
    assert_eq!(talk.ask(&me, "PEXPIRETIME k"), format!("{at}500"));
}

#[test]
fn times_beyond_48_bits_are_the_last_one_that_fits() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "SET k v PXAT 9223372036854775807");
    assert_eq!(talk.ask(&me, "PEXPIRETIME k"), "281474976710655");
    talk.wait_ms(1_000_000_000);
    assert_eq!(talk.ask(&me, "GET k"), "v");
}

#[test]
fn nobody_removes_keys_past_their_time_while_clients_are_paused() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "SET k v PX 10");
    talk.ask(&me, "SET other v PX 10");
    talk.ask(&me, "CLIENT PAUSE 10000 WRITE");
    talk.engine.record_changes();
    talk.wait_ms(500);
    for (line, reply) in [("GET k", "nil"), ("EXISTS other", "0"), ("KEYS *", "[]")] {
        assert_eq!(talk.ask(&me, line), reply);
    }
    assert_eq!(talk.ask(&me, "DBSIZE"), "2");
    assert!(talk.text(&me, "INFO stats").contains("expired_keys:0\r\n"));
    assert_eq!(show(&talk.engine.take_changes()), "");
    // A write that is not held back finds the key gone.
    assert_eq!(talk.ask(&me, "SET k w NX"), "OK");
    assert_eq!(show(&talk.engine.take_changes()), "[SELECT 0] [DEL k] [SET k w NX]");
    talk.ask(&me, "CLIENT UNPAUSE");
    assert_eq!(talk.ask(&me, "EXISTS other"), "0");
    assert_eq!(show(&talk.engine.take_changes()), "[DEL other]");
}

#[test]
fn walking_over_keys_passes_those_that_are_past_their_time() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "MSET a 1 b 2");
    talk.ask(&me, "PEXPIRE a 5");
    talk.ask(&me, "DEBUG SET-ACTIVE-EXPIRE 0");
    talk.wait_ms(5);
    assert_eq!(talk.ask(&me, "KEYS *"), "[b]");
    assert_eq!(talk.ask(&me, "KEYS a"), "[]");
    assert_eq!(talk.ask(&me, "SCAN 0 COUNT 100"), "[0 [b]]");
    assert_eq!(talk.ask(&me, "DBSIZE"), "1", "the walk has removed it");
    assert_eq!(talk.ask(&me, "RANDOMKEY"), "b");
}

#[test]
fn a_scan_in_small_steps_visits_every_key_that_stays() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for index in 0..2000 {
        talk.ask(&me, &format!("SET key:{index} v"));
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut cursor = "0".to_owned();
    let mut calls = 0;
    loop {
        let reply = talk.value(&me, &format!("SCAN {cursor} MATCH key:* COUNT 7"));
        let parts = reply.as_array().expect("a pair");
        cursor = String::from_utf8_lossy(parts[0].as_bytes().expect("a cursor")).into_owned();
        for key in parts[1].as_array().expect("keys") {
            seen.insert(key.as_bytes().expect("a key").to_vec());
        }
        // Others come and go meanwhile.
        talk.ask(&me, &format!("SET other:{calls} v"));
        talk.ask(&me, &format!("DEL other:{}", calls / 2));
        calls += 1;
        if cursor == "0" {
            break;
        }
    }
    assert_eq!(seen.len(), 2000);
    assert!(calls > 100, "{calls} calls of about seven keys");
}
