//! Which commands change a key, in the eyes of those who watch it.

mod support;

use support::Talk;

/// Runs a transaction that watches `k` while somebody else sends `line`; returns whether it ran.
fn survives(setup: &[&str], line: &str) -> bool {
    let mut talk = Talk::new();
    let (me, other) = (talk.engine.open(), talk.engine.open());
    for line in setup {
        talk.ask(&other, line);
    }
    talk.ask(&me, "WATCH k");
    talk.ask(&other, line);
    talk.ask(&me, "MULTI");
    talk.ask(&me, "PING");
    talk.ask(&me, "EXEC") == "[PONG]"
}

#[test]
fn every_change_spoils_a_transaction_that_watches_the_key() {
    for line in [
        "SET k v",
        "SET k v EX 5",
        "SET k v GET",
        "SETEX k 5 v",
        "GETSET k v",
        "GETDEL k",
        "GETEX k EX 5",
        "GETEX k PERSIST",
        "GETEX k PXAT 1",
        "MSET a 1 k 2",
        "INCR k",
        "INCRBYFLOAT k 1",
        "APPEND k v",
        "SETRANGE k 0 v",
        "DEL a k",
        "UNLINK k",
        "EXPIRE k 5",
        "PEXPIREAT k 1",
        "PERSIST k",
        "RENAME k a",
        "RENAME other k",
        "COPY other k REPLACE",
        "MOVE k 1",
    ] {
        assert!(!survives(&["SET k 1 EX 100", "SET other v"], line), "{line}");
    }
    for line in
        ["SET k v NX", "SETNX k v", "MSETNX a 1 k 2", "INCR k", "APPEND k v", "COPY other k"]
    {
        assert!(!survives(&["SET other v"], line), "{line} creates it");
    }
}

#[test]
fn trimming_a_list_counts_as_a_change_even_if_nothing_goes() {
    assert!(!survives(&["RPUSH k a b"], "LTRIM k 0 0"));
    assert!(!survives(&["RPUSH k a b"], "LTRIM k 0 -1"));
}

#[test]
fn what_changes_nothing_spoils_nothing() {
    for line in [
        "GET k",
        "SET k v NX",
        "SET other v XX",
        "SETNX k v",
        "MSETNX other v k v",
        "GETEX k",
        "GETEX k PERSIST",
        "SETRANGE k 5 ",
        "INCRBY k x",
        "SET k v EX 0",
        "EXPIRE k 5 XX",
        "PERSIST k",
        "RENAME k k",
        "RENAMENX a k",
        "COPY k a",
        "COPY a k",
        "MOVE a 1",
        "DEL other",
        "TOUCH k",
        "OBJECT ENCODING k",
    ] {
        assert!(survives(&["SET k 1", "SET a 1"], line), "{line}");
    }
}
