//! Commands that wait for keys: who is served, when, and in which order.

mod support;

use node::Session;
use support::Talk;

/// Returns what a session has been sent since it was last asked, line ends shown as blanks.
fn got(talk: &mut Talk, who: &Session) -> String {
    let bytes = talk.engine.take_output(who);
    String::from_utf8_lossy(&bytes).replace("\r\n", " ").trim_end().to_owned()
}

#[test]
fn a_push_serves_those_who_wait_in_the_order_in_which_they_came() {
    let mut talk = Talk::new();
    let (first, second, pusher) = (talk.engine.open(), talk.engine.open(), talk.engine.open());
    assert_eq!(talk.raw(&first, "BLPOP l 0"), "");
    assert_eq!(talk.raw(&second, "BRPOP k l 0"), "");
    assert_eq!(talk.raw(&pusher, "RPUSH l a b c"), ":3");
    assert_eq!(got(&mut talk, &first), "*2 $1 l $1 a");
    assert_eq!(got(&mut talk, &second), "*2 $1 l $1 c");
    assert_eq!(talk.raw(&pusher, "LRANGE l 0 -1"), "*1 $1 b");
    assert_eq!(talk.raw(&first, "PING"), "+PONG");
}

#[test]
fn what_is_served_may_serve_others() {
    let mut talk = Talk::new();
    let (one, two, three) = (talk.engine.open(), talk.engine.open(), talk.engine.open());
    let pusher = talk.engine.open();
    talk.raw(&one, "BLMOVE a b LEFT RIGHT 0");
    talk.raw(&two, "BRPOPLPUSH b c 0");
    talk.raw(&three, "BLMPOP 0 1 c LEFT COUNT 3");
    assert_eq!(talk.raw(&pusher, "RPUSH a x"), ":1");
    assert_eq!(got(&mut talk, &one), "$1 x");
    assert_eq!(got(&mut talk, &two), "$1 x");
    assert_eq!(got(&mut talk, &three), "*2 $1 c *1 $1 x");
    assert_eq!(talk.raw(&pusher, "DBSIZE"), ":0");
}

#[test]
fn sorted_sets_serve_from_both_ends() {
    let mut talk = Talk::new();
    let (low, high, some) = (talk.engine.open(), talk.engine.open(), talk.engine.open());
    let other = talk.engine.open();
    talk.raw(&low, "BZPOPMIN z 0");
    talk.raw(&high, "BZPOPMAX none z 0");
    talk.raw(&some, "BZMPOP 0 2 none z MIN COUNT 5");
    assert_eq!(talk.raw(&other, "RPUSH z a"), ":1");
    assert_eq!(got(&mut talk, &low), "", "a list is no sorted set");
    talk.raw(&other, "DEL z");
    assert_eq!(talk.raw(&other, "ZADD z 1 a 2 b 3 c 4 d"), ":4");
    assert_eq!(got(&mut talk, &low), "*3 $1 z $1 a $1 1");
    assert_eq!(got(&mut talk, &high), "*3 $1 z $1 d $1 4");
    assert_eq!(got(&mut talk, &some), "*2 $1 z *2 *2 $1 b $1 2 *2 $1 c $1 3");
    assert_eq!(talk.raw(&other, "DBSIZE"), ":0");
    talk.raw(&low, "BZPOPMIN z 0");
    talk.raw(&other, "SADD s m");
    talk.raw(&other, "ZUNIONSTORE z 1 s");
    assert_eq!(got(&mut talk, &low), "*3 $1 z $1 m $1 1");
}

#[test]
fn a_transaction_is_over_before_anybody_is_served() {
    let mut talk = Talk::new();
    let (waiter, other) = (talk.engine.open(), talk.engine.open());
    talk.raw(&waiter, "BLPOP l 0");
    talk.raw(&other, "MULTI");
    talk.raw(&other, "RPUSH l a");
    talk.raw(&other, "DEL l");
    talk.raw(&other, "RPUSH l b");
    assert_eq!(talk.raw(&other, "EXEC"), "*3 :1 :1 :1");
    assert_eq!(got(&mut talk, &waiter), "*2 $1 l $1 b");
}

#[test]
fn a_key_of_another_type_serves_nobody() {
    let mut talk = Talk::new();
    let (waiter, other) = (talk.engine.open(), talk.engine.open());
    talk.raw(&waiter, "BLPOP l 0");
    talk.raw(&other, "SET l x");
    assert_eq!(got(&mut talk, &waiter), "");
    talk.raw(&other, "DEL l");
    talk.raw(&other, "RPUSH other a");
    talk.raw(&other, "RENAME other l");
    assert_eq!(got(&mut talk, &waiter), "*2 $1 l $1 a");
}

#[test]
fn databases_that_are_swapped_bring_what_is_waited_for() {
    let mut talk = Talk::new();
    let (waiter, other) = (talk.engine.open(), talk.engine.open());
    talk.raw(&waiter, "BLPOP l 0");
    talk.raw(&other, "SELECT 1");
    talk.raw(&other, "RPUSH l a");
    assert_eq!(got(&mut talk, &waiter), "");
    assert_eq!(talk.raw(&other, "SWAPDB 0 1"), "+OK");
    assert_eq!(got(&mut talk, &waiter), "*2 $1 l $1 a");
}

#[test]
fn a_wait_ends_when_its_time_is_over() {
    let mut talk = Talk::new();
    let waiter = talk.engine.open();
    talk.raw(&waiter, "BLPOP l 0.25");
    talk.wait_ms(249);
    assert_eq!(got(&mut talk, &waiter), "");
    talk.wait_ms(1);
    assert_eq!(got(&mut talk, &waiter), "*-1");
    assert_eq!(talk.raw(&waiter, "LLEN l"), ":0");
}

#[test]
fn others_can_end_a_wait() {
    let mut talk = Talk::new();
    let (waiter, other) = (talk.engine.open(), talk.engine.open());
    let id = talk.raw(&waiter, "CLIENT ID").trim_start_matches(':').to_owned();
    assert_eq!(talk.raw(&other, &format!("CLIENT UNBLOCK {id}")), ":0");
    talk.raw(&waiter, "BLPOP l 0");
    assert_eq!(talk.raw(&other, &format!("CLIENT UNBLOCK {id} TIMEOUT")), ":1");
    assert_eq!(got(&mut talk, &waiter), "*-1");
    talk.raw(&waiter, "BLPOP l 0");
    assert_eq!(talk.raw(&other, &format!("CLIENT UNBLOCK {id} ERROR")), ":1");
    assert_eq!(got(&mut talk, &waiter), "-UNBLOCKED client unblocked via CLIENT UNBLOCK");
    // Nothing is left of the wait.
    talk.raw(&other, "RPUSH l a");
    assert_eq!(got(&mut talk, &waiter), "");
    assert_eq!(talk.raw(&other, "LLEN l"), ":1");
}

#[test]
fn who_is_gone_is_not_served() {
    let mut talk = Talk::new();
    let (gone, stays, other) = (talk.engine.open(), talk.engine.open(), talk.engine.open());
    talk.raw(&gone, "BLPOP l 0");
    talk.raw(&stays, "BLPOP l 0");
    talk.engine.close(gone);
    talk.raw(&other, "RPUSH l a");
    assert_eq!(got(&mut talk, &stays), "*2 $1 l $1 a");
}

#[test]
fn the_log_is_told_what_was_done_and_not_that_there_was_a_wait() {
    let mut talk = Talk::new();
    let (waiter, mover, other) = (talk.engine.open(), talk.engine.open(), talk.engine.open());
    talk.engine.record_changes();
    talk.raw(&waiter, "BLPOP l 0");
    talk.raw(&mover, "BLMOVE k m LEFT RIGHT 0");
    talk.raw(&other, "RPUSH l a");
    talk.raw(&other, "RPUSH k b");
    let changes = String::from_utf8(talk.engine.take_changes()).expect("text");
    let words: Vec<&str> = changes.lines().filter(|line| !line.starts_with(['*', '$'])).collect();
    let expected = "SELECT 0 RPUSH l a LPOP l RPUSH k b LMOVE k m LEFT RIGHT";
    assert_eq!(words.join(" "), expected);
}

#[test]
fn what_a_wait_finds_past_its_time_is_told_at_once() {
    let mut talk = Talk::new();
    let (me, watcher, waiter) = (talk.engine.open(), talk.engine.open(), talk.engine.open());
    talk.ask(&me, "DEBUG SET-ACTIVE-EXPIRE 0");
    talk.ask(&me, "SET k v PX 50");
    talk.ask(&watcher, "WATCH k");
    talk.ask(&watcher, "MULTI");
    talk.ask(&watcher, "PING");
    talk.engine.record_changes();
    talk.wait_ms(100);
    assert_eq!(talk.raw(&waiter, "BLPOP k 0"), "");
    assert_eq!(support::show(&talk.engine.take_changes()), "[SELECT 0] [DEL k]");
    assert_eq!(talk.ask(&watcher, "EXEC"), "nil[]");
}

#[test]
fn a_timeout_is_read_last() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for (line, reply) in [
        ("BLMPOP x 0 k LEFT", "-ERR numkeys should be greater than 0"),
        ("BLMPOP -1 1 k UP", "-ERR syntax error"),
        ("BLMPOP -1 1 k LEFT", "-ERR timeout is negative"),
        ("BZMPOP x 0 k MIN", "-ERR numkeys should be greater than 0"),
        ("BZMPOP x 1 k MIN", "-ERR timeout is not a float or out of range"),
    ] {
        assert_eq!(talk.ask(&me, line), reply, "{line}");
    }
}

#[test]
fn a_command_that_changes_many_awaited_keys_looks_for_each_once() {
    let mut talk = Talk::new();
    let (waiter, me) = (talk.engine.open(), talk.engine.open());
    let keys: Vec<String> = (0..50_000).map(|key| format!("k{key}")).collect();
    talk.raw(&waiter, &format!("BLPOP {} 0", keys.join(" ")));
    let pairs: Vec<String> = keys.iter().map(|key| format!("{key} v")).collect();
    assert_eq!(talk.ask(&me, &format!("MSET {}", pairs.join(" "))), "OK");
    assert_eq!(talk.raw(&me, "LPUSH list x"), ":1");
    assert_eq!(got(&mut talk, &waiter), "");
}
