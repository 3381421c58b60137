//! Strings through the whole engine: both protocols, long values, transactions, events.

mod support;

use support::Talk;

#[test]
fn what_is_not_there_looks_as_the_protocol_has_it() {
    let mut talk = Talk::new();
    let (old, new) = (talk.engine.open(), talk.open_resp3());
    for line in ["GET no", "GETDEL no", "GETEX no", "SET no v XX", "GETSET no v", "OBJECT FREQ x"] {
        assert_eq!(talk.raw(&old, line), "$-1", "{line}");
        talk.raw(&old, "DEL no");
        assert_eq!(talk.raw(&new, line), "_", "{line}");
        talk.raw(&old, "DEL no");
    }
    assert_eq!(talk.raw(&old, "MGET a b"), "*2 $-1 $-1");
    assert_eq!(talk.raw(&new, "MGET a b"), "*2 _ _");
    assert_eq!(talk.raw(&old, "RANDOMKEY"), "$-1");
    assert_eq!(talk.raw(&new, "RANDOMKEY"), "_");
}

#[test]
fn lcs_answers_with_a_map_where_there_are_maps() {
    let mut talk = Talk::new();
    let (old, new) = (talk.engine.open(), talk.open_resp3());
    talk.ask(&old, "MSET a ohmytext b mynewtext");
    let matches = "[[[4 7] [5 8] 4] [[2 3] [0 1] 2]]";
    let line = "LCS a b IDX WITHMATCHLEN";
    assert_eq!(talk.ask(&old, line), format!("[matches {matches} len 6]"));
    assert_eq!(talk.ask(&new, line), format!("{{matches {matches} len 6}}"));
    assert_eq!(talk.raw(&new, "LCS a no IDX"), "%2 $7 matches *0 $3 len :0");
}

#[test]
fn a_long_value_is_whole_after_its_key_was_changed() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    let long = vec![b'x'; 1 << 20];
    talk.ask_words(&me, &[b"SET", b"k", &long]);
    let reply = talk.engine.execute(&me, &[b"GET", b"k"]);
    assert!(reply == [b"$1048576\r\n", &long[..], b"\r\n"].concat());
    talk.ask(&me, "COPY k copy");
    assert_eq!(talk.ask(&me, "SETRANGE k 5 ABC"), "1048576");
    assert_eq!(talk.ask(&me, "APPEND k END"), "1048579");
    assert_eq!(talk.ask(&me, "GETRANGE k 3 9"), "xxABCxx");
    assert_eq!(talk.ask(&me, "GETRANGE k -5 -1"), "xxEND");
    assert_eq!(talk.ask(&me, "GETRANGE copy 3 9"), "xxxxxxx", "the copy is on its own");
    assert_eq!(talk.ask(&me, "STRLEN copy"), "1048576");
    assert_eq!(
        talk.ask(&me, "LCS k copy LEN"),
        "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"
    );
}

#[test]
fn a_transaction_is_logged_as_one_with_what_it_came_to() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.engine.record_changes();
    talk.ask(&me, "MULTI");
    for line in ["SET k 1 PX 5", "INCRBYFLOAT k 0.5", "GETDEL k", "GET k"] {
        assert_eq!(talk.ask(&me, line), "QUEUED");
    }
    assert_eq!(talk.ask(&me, "EXEC"), "[OK 1.5 1.5 nil]");
    let now_ms = support::START_S * 1000;
    let log = support::show(&talk.engine.take_changes());
    let expected = format!(
        "[SELECT 0] [MULTI] [SET k 1 PXAT {}] [SET k 1.5 KEEPTTL] [DEL k] [EXEC]",
        now_ms + 5
    );
    assert_eq!(log, expected);
}

#[test]
fn subscribers_hear_of_a_value_before_they_hear_of_its_expiry() {
    let mut talk = Talk::new();
    let (me, other) = (talk.engine.open(), talk.engine.open());
    talk.ask(&me, "CONFIG SET notify-keyspace-events EAnm");
    talk.ask(&other, "PSUBSCRIBE __keyevent@0__:*");
    talk.ask(&me, "SET k v EX 100");
    let message = |event: &str| format!("[pmessage __keyevent@0__:* __keyevent@0__:{event} k]");
    let heard = ["new", "set", "expire"].map(message).join(" ");
    assert_eq!(talk.hear(&other), heard);
    talk.ask(&me, "GETDEL k");
    talk.ask(&me, "GET k");
    assert_eq!(talk.hear(&other), ["del", "keymiss"].map(message).join(" "));
}

#[test]
fn encodings_show_how_a_value_came_to_be() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    let long_key = "k".repeat(250);
    for key in ["k", &long_key] {
        for (line, encoding) in [
            ("SET K 12", "int"),
            ("INCR K", "int"),
            ("APPEND K 4", "raw"),
            ("INCRBY K 1", "int"),
            ("INCRBYFLOAT K 1", "embstr"),
            ("SETRANGE K 0 9", "raw"),
            ("GETSET K 77", "int"),
            ("SET K short", "embstr"),
            ("EXPIRE K 100", "embstr"),
            ("APPEND K er", "raw"),
            ("PERSIST K", "raw"),
            ("COPY K other", "raw"),
            ("RENAME other K", "raw"),
            ("SET K 12345678901234567890123456789012345678901234", "embstr"),
            ("SET K 123456789012345678901234567890123456789012345", "raw"),
        ] {
            talk.ask(&me, &line.replace('K', key));
            let found = talk.ask(&me, &format!("OBJECT ENCODING {key}"));
            assert_eq!(found, encoding, "after {line}");
        }
    }
}
