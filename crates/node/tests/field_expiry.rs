//! Fields of hashes that come to their end, as time passes.

mod support;

use config::Permission;
use support::{START_S, Talk, show};

#[test]
fn a_field_goes_at_its_time_with_an_event_and_a_removal_in_the_log_and_the_key_with_the_last() {
    for entries in [512, 0] {
        let mut talk = Talk::with(|config| config.hash_max_listpack_entries = entries);
        let (me, other) = (talk.engine.open(), talk.engine.open());
        talk.ask(&me, "CONFIG SET notify-keyspace-events Kgh");
        talk.ask(&me, "HSET h a 1 b 2");
        talk.ask(&me, "HPEXPIRE h 3000 FIELDS 1 a");
        talk.ask(&me, "HPEXPIRE h 5000 FIELDS 1 b");
        talk.ask(&other, "SUBSCRIBE __keyspace@0__:h");
        talk.engine.record_changes();
        talk.wait_ms(2999);
        assert_eq!(talk.ask(&me, "HPTTL h FIELDS 2 a b"), "[1 2001]");
        assert_eq!(talk.hear(&other), "");
        assert_eq!(talk.engine.node().wait_ms(), 1, "it wakes up for fields, too");
        talk.wait_ms(1);
        assert_eq!(talk.hear(&other), "[message __keyspace@0__:h hexpired]");
        assert_eq!(show(&talk.engine.take_changes()), "[SELECT 0] [HDEL h a]");
        assert!(talk.text(&me, "INFO keyspace").contains("avg_ttl=0,subexpiry=1"));
        talk.wait_ms(2000);
        let heard = talk.hear(&other);
        assert_eq!(heard, "[message __keyspace@0__:h hexpired] [message __keyspace@0__:h del]");
        assert_eq!(show(&talk.engine.take_changes()), "[HDEL h b]");
        assert_eq!(talk.ask(&me, "DBSIZE"), "0");
        assert!(talk.text(&me, "INFO stats").contains("expired_subkeys:2\r\n"));
    }
}

#[test]
fn thousands_of_fields_go_in_slices() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for field in 0..3000 {
        talk.ask(&me, &format!("HSETEX h PXAT {START_S}100 FIELDS 1 {field} v"));
    }
    talk.ask(&me, "HSET h rest v");
    talk.wait_ms(100);
    assert_eq!(talk.ask(&me, "HGETALL h"), "[rest v]");
    talk.wait_ms(1);
    assert_eq!(talk.ask(&me, "HLEN h"), "1");
    assert!(talk.text(&me, "INFO stats").contains("expired_subkeys:3000\r\n"));
}

#[test]
fn times_to_live_of_fields_go_where_their_key_goes() {
    let mut talk = Talk::with(|config| config.enable_debug_command = Permission::Yes);
    let me = talk.engine.open();
    talk.ask(&me, "HSETEX h PX 100 FIELDS 1 a 1");
    talk.ask(&me, "HSET h b 2");
    talk.ask(&me, "RENAME h i");
    talk.ask(&me, "COPY i j");
    talk.ask(&me, "MOVE j 1");
    talk.ask(&me, "SWAPDB 1 2");
    assert_eq!(talk.ask(&me, "HPTTL i FIELDS 2 a b"), "[100 -1]");
    assert_eq!(talk.ask(&me, "OBJECT ENCODING i"), "listpackex");
    let digest = talk.ask(&me, "DEBUG DIGEST-VALUE i");
    talk.ask(&me, "SELECT 2");
    assert_eq!(talk.ask(&me, "HPTTL j FIELDS 2 a b"), "[100 -1]");
    assert_eq!(talk.ask(&me, "DEBUG DIGEST-VALUE j"), digest);
    talk.ask(&me, "HPERSIST j FIELDS 1 a");
    assert_ne!(talk.ask(&me, "DEBUG DIGEST-VALUE j"), digest);
    talk.wait_ms(100);
    assert_eq!(talk.ask(&me, "HGETALL j"), "[a 1 b 2]");
    talk.ask(&me, "SELECT 0");
    assert_eq!(talk.ask(&me, "HGETALL i"), "[b 2]");
}

#[test]
fn nothing_is_left_to_expire_of_what_was_overwritten_removed_or_cleared() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for line in ["SET h v", "DEL h", "UNLINK h", "FLUSHALL", "RENAME other h", "HDEL h a"] {
        talk.ask(&me, "SADD other x");
        talk.ask(&me, "HSETEX h PX 1000 FIELDS 1 a 1");
        assert!(talk.text(&me, "INFO keyspace").contains("subexpiry=1"), "{line}");
        talk.ask(&me, line);
        assert!(!talk.text(&me, "INFO keyspace").contains("subexpiry"), "{line}");
        talk.ask(&me, "DEL h other");
    }
    talk.ask(&me, "HSETEX h PX 1000 FIELDS 1 a 1");
    talk.ask(&me, "PEXPIRE h 10");
    talk.wait_ms(10);
    assert_eq!(talk.text(&me, "INFO keyspace"), "# Keyspace\r\n");
}

#[test]
fn a_transaction_fails_if_a_field_of_a_watched_hash_went() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "HSETEX h PX 10 FIELDS 1 a 1");
    talk.ask(&me, "HSET h b 2");
    talk.ask(&me, "WATCH h");
    talk.wait_ms(10);
    talk.ask(&me, "MULTI");
    talk.ask(&me, "PING");
    assert_eq!(talk.ask(&me, "EXEC"), "nil[]");
}

#[test]
fn requests_that_make_no_sense_are_refused_in_the_words_of_the_reference() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "HSET h a 1");
    let missing = "-ERR Mandatory argument FIELDS is missing or not at the right position";
    let count = "-ERR The `numfields` parameter must match the number of arguments";
    let zero = "-ERR Parameter `numFields` should be greater than 0";
    let positive = "-ERR Number of fields must be a positive integer";
    let number = "-ERR value is not an integer or out of range";
    let negative = "-ERR invalid expire time, must be >= 0";
    let arity = "-ERR wrong number of arguments for 'hsetex' command";
    let once = "-ERR Only one of FXX or FNX arguments can be specified";
    let one = "-ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified";
    for (line, answer) in [
        ("HEXPIRE h 1 X 1 a b", missing),
        ("HEXPIRE h 1 NX XX FIELDS 1 a", missing),
        ("HEXPIRE h 1 FIELDS 0 a", zero),
        ("HEXPIRE h 1 FIELDS x a", zero),
        ("HEXPIRE h 1 FIELDS 2 a", count),
        ("HEXPIRE h x FIELDS 1 a", number),
        ("HEXPIRE h -1 FIELDS 1 a", negative),
        (
            "HPEXPIREAT h 70368744177664 FIELDS 1 a",
            "-ERR invalid expire time in 'hpexpireat' command",
        ),
        ("HPEXPIREAT h 70368744177663 FIELDS 1 a", "[1]"),
        ("HPEXPIRETIME h FIELDS 1 a", "[70368744177663]"),
        ("HTTL h FIELDS 0 a", positive),
        ("HTTL h FIELDS 2 a", count),
        ("HPERSIST h X 1 a", missing),
        ("HGETEX h PERSIST 1 FIELDS 1 a", missing),
        ("HGETEX h EX 1 PX 1 FIELDS 1 a", missing),
        ("HGETDEL h FIELDS 9223372036854775808 a", positive),
        ("HSETEX h FIELDS 2 a b c", arity),
        ("HSETEX h NX FIELDS 1 a b", "-ERR unknown argument: NX"),
        ("HSETEX h FXX FNX FIELDS 1 a b", once),
        ("HSETEX h EX 1 KEEPTTL FIELDS 1 a b", one),
        ("HSETEX h EXAT 281474976710656 1 a b", "-ERR invalid expire time in 'hsetex' command"),
        ("HSETEX h FIELDS 0 a b", "-ERR invalid number of fields"),
    ] {
        assert_eq!(talk.ask(&me, line), answer, "{line}");
    }
    talk.ask(&me, "SET s v");
    for line in [
        "HEXPIRE s x y z a",
        "HTTL s x y z",
        "HPERSIST s x y z",
        "HGETEX s x y z",
        "HGETDEL s x y z",
        "HSETEX s FIELDS 1 a b",
    ] {
        assert!(talk.ask(&me, line).starts_with("-WRONGTYPE"), "{line}");
    }
    for line in ["HEXPIRE no 5 FIELDS 2 a b", "HTTL no FIELDS 2 a b", "HPERSIST no FIELDS 2 a b"] {
        assert_eq!(talk.ask(&me, line), "[-2 -2]", "{line}");
    }
    assert_eq!(talk.ask(&me, "HGETEX no EX 5 FIELDS 2 a b"), "[nil nil]");
}
