//! DBSIZE, FLUSHALL, FLUSHDB, SWAPDB, LOLWUT: databases as a whole, and a picture.

mod support;

use support::Talk;

fn changes(talk: &mut Talk) -> String {
    let bytes = talk.engine.take_changes();
    support::show(&bytes)
}

#[test]
fn flushing_empties_one_database_or_all() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.engine.record_changes();
    talk.ask(&me, "SET a 1");
    talk.ask(&me, "SELECT 1");
    talk.ask(&me, "MSET a 1 b 2");
    assert_eq!(talk.ask(&me, "DBSIZE"), "2");
    changes(&mut talk);
    assert_eq!(talk.ask(&me, "FLUSHDB"), "OK");
    assert_eq!(talk.ask(&me, "DBSIZE"), "0");
    assert_eq!(changes(&mut talk), "[FLUSHDB]");
    talk.ask(&me, "SELECT 0");
    assert_eq!(talk.ask(&me, "DBSIZE"), "1");
    assert_eq!(talk.ask(&me, "FLUSHALL ASYNC"), "OK");
    assert_eq!(talk.ask(&me, "DBSIZE"), "0");
    assert_eq!(changes(&mut talk), "[SELECT 0] [FLUSHALL ASYNC]");
    assert_eq!(talk.ask(&me, "FLUSHALL SYNC"), "OK");
    assert_eq!(changes(&mut talk), "[FLUSHALL SYNC]", "even if nothing was there");
    for line in ["FLUSHDB foo", "FLUSHALL ASYNC x"] {
        assert_eq!(talk.ask(&me, line), "-ERR syntax error");
    }
}

#[test]
fn flushing_spoils_transactions_that_watch_a_key_that_was_there() {
    let mut talk = Talk::new();
    let (me, other) = (talk.engine.open(), talk.engine.open());
    talk.ask(&other, "SET a 1");
    talk.ask(&me, "WATCH nothing");
    talk.ask(&other, "FLUSHALL");
    talk.ask(&me, "MULTI");
    assert_eq!(talk.ask(&me, "EXEC"), "[]", "that key is as it was");
    talk.ask(&other, "SET a 1");
    talk.ask(&me, "WATCH a");
    talk.ask(&other, "FLUSHDB");
    talk.ask(&me, "MULTI");
    assert_eq!(talk.ask(&me, "EXEC"), "nil[]");
}

#[test]
fn swapping_exchanges_contents() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.engine.record_changes();
    talk.ask(&me, "SET a 1");
    changes(&mut talk);
    assert_eq!(talk.ask(&me, "SWAPDB 0 1"), "OK");
    assert_eq!(changes(&mut talk), "[SWAPDB 0 1]");
    assert_eq!(talk.ask(&me, "GET a"), "nil");
    talk.ask(&me, "SELECT 1");
    assert_eq!(talk.ask(&me, "GET a"), "1");
    assert_eq!(talk.ask(&me, "SWAPDB 1 1"), "OK");
    for (line, error) in [
        ("SWAPDB x 1", "-ERR invalid first DB index"),
        ("SWAPDB 0 99999999999", "-ERR invalid second DB index"),
        ("SWAPDB 0 99", "-ERR DB index is out of range"),
        ("SWAPDB -1 0", "-ERR DB index is out of range"),
    ] {
        assert_eq!(talk.ask(&me, line), error, "{line}");
    }
}

#[test]
fn a_key_past_its_time_that_is_swapped_in_is_no_change_to_who_watched_nothing() {
    let mut talk = Talk::new();
    let me = talk.engine.node().connect(node::Peer { local: true, ..node::Peer::default() });
    let me = me.expect("there is room");
    let node = talk.engine.node();
    node.receive(me, b"SET x 1 PX 1\r\n");
    talk.clock.advance(std::time::Duration::from_millis(5));
    let node = talk.engine.node();
    node.receive(me, b"SELECT 1\r\nWATCH x\r\nSWAPDB 0 1\r\nMULTI\r\nPING\r\nEXEC\r\n");
    let output = &node.clients.get(me).expect("connected").output;
    let bytes: Vec<u8> = output.pieces().flatten().copied().collect();
    assert_eq!(support::show(&bytes), "OK OK OK OK OK QUEUED [PONG]");
}

#[test]
fn the_picture_is_signed_with_the_version() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    let end = format!("Sinter ver. {}\n", node::VERSION);
    for line in ["LOLWUT", "LOLWUT VERSION", "LOLWUT foo", "LOLWUT VERSION 5 10 2"] {
        let text = talk.text(&me, line);
        assert!(text.ends_with(&end), "{text}");
    }
    assert_eq!(talk.text(&me, "LOLWUT VERSION 6 10 2").lines().count(), 4);
    let largest = talk.text(&me, "LOLWUT VERSION 5 999999999 999999999");
    assert_eq!(largest.lines().count(), 102, "sizes from outside are bounded");
    assert_eq!(talk.ask(&me, "LOLWUT VERSION x"), "-ERR value is not an integer or out of range");
}

#[test]
fn a_short_expiry_is_known_even_after_a_long_time_without_any() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.wait_ms(3_600_000);
    talk.ask(&me, "SET a 1 PX 20");
    talk.wait_ms(20);
    assert_eq!(talk.ask(&me, "DBSIZE"), "0", "nobody had to ask for it");
}

#[test]
fn a_key_that_was_removed_before_its_time_keeps_nobody_awake() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "SET a 1 PX 20");
    talk.ask(&me, "DEL a");
    talk.wait_ms(30);
    assert!(talk.engine.node().wait_ms() > 0);
}
