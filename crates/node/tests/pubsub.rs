//! Publishing, subscribing, and events of keys.

mod support;

use config::NotifyKeyspaceEvents;
use support::Talk;

#[test]
fn subscriptions_are_counted_in_their_confirmations() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for (line, reply) in [
        ("SUBSCRIBE x y", "[subscribe x 1] [subscribe y 2]"),
        ("PSUBSCRIBE x* x*", "[psubscribe x* 3] [psubscribe x* 3]"),
        ("SSUBSCRIBE s", "[ssubscribe s 1]"),
        ("UNSUBSCRIBE", "[unsubscribe x 2] [unsubscribe y 1]"),
        ("UNSUBSCRIBE", "[unsubscribe nil 1]"),
        ("PUNSUBSCRIBE z", "[punsubscribe z 1]"),
        ("PUNSUBSCRIBE", "[punsubscribe x* 0]"),
        ("SUNSUBSCRIBE q s", "[sunsubscribe q 1] [sunsubscribe s 0]"),
        ("SUNSUBSCRIBE", "[sunsubscribe nil 0]"),
    ] {
        assert_eq!(talk.ask(&me, line), reply, "{line}");
    }
    let me = talk.open_resp3();
    assert_eq!(talk.ask(&me, "SUBSCRIBE x"), ">[subscribe x 1]");
    assert_eq!(talk.ask(&me, "UNSUBSCRIBE x"), ">[unsubscribe x 0]");
}

#[test]
fn in_resp2_subscribers_do_nothing_else() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "SUBSCRIBE x");
    assert_eq!(
        talk.ask(&me, "GET a"),
        "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET \
         are allowed in this context"
    );
    assert_eq!(talk.ask(&me, "PING"), "[pong ]");
    assert_eq!(talk.ask(&me, "PING hi"), "[pong hi]");
    talk.ask(&me, "UNSUBSCRIBE");
    assert_eq!(talk.ask(&me, "PING"), "PONG");
    let other = talk.open_resp3();
    talk.ask(&other, "SUBSCRIBE x");
    assert_eq!(talk.ask(&other, "PING"), "PONG");
    assert_eq!(talk.ask(&other, "GET a"), "nil");
}

#[test]
fn messages_reach_those_who_listen_by_name_or_by_pattern() {
    let mut talk = Talk::new();
    let (speaker, old, new) = (talk.engine.open(), talk.engine.open(), talk.open_resp3());
    talk.ask(&old, "SUBSCRIBE news");
    talk.ask(&old, "PSUBSCRIBE n?ws");
    talk.ask(&new, "SSUBSCRIBE news");
    talk.ask(&new, "PSUBSCRIBE ne* other*");
    assert_eq!(talk.ask(&speaker, "PUBLISH news hi"), "3");
    assert_eq!(talk.hear(&old), "[message news hi] [pmessage n?ws news hi]");
    assert_eq!(talk.hear(&new), ">[pmessage ne* news hi]");
    assert_eq!(talk.ask(&speaker, "SPUBLISH news yo"), "1");
    assert_eq!(talk.hear(&new), ">[smessage news yo]");
    assert_eq!(talk.hear(&old), "");
    assert_eq!(talk.ask(&speaker, "PUBLISH nobody hi"), "0");
}

#[test]
fn one_hears_oneself_after_the_answer() {
    let mut talk = Talk::new();
    let me = talk.open_resp3();
    talk.ask(&me, "SUBSCRIBE foo");
    assert_eq!(talk.ask(&me, "PUBLISH foo bar"), "1 >[message foo bar]");
    for line in ["MULTI", "PING abc", "PUBLISH foo bar", "PUBLISH foo vaz", "PING def"] {
        talk.ask(&me, line);
    }
    assert_eq!(talk.ask(&me, "EXEC"), "[abc 1 1 def] >[message foo bar] >[message foo vaz]");
}

#[test]
fn confirmations_within_a_transaction_are_its_replies() {
    let mut talk = Talk::new();
    let me = talk.open_resp3();
    for line in ["MULTI", "SUBSCRIBE foo", "UNSUBSCRIBE foo", "PING"] {
        talk.ask(&me, line);
    }
    assert_eq!(talk.ask(&me, "EXEC"), "[>[subscribe foo 1] >[unsubscribe foo 0] PONG]");
}

#[test]
fn messages_reach_even_those_who_want_no_replies() {
    let mut talk = Talk::new();
    let (speaker, me) = (talk.engine.open(), talk.engine.open());
    talk.ask(&me, "CLIENT REPLY OFF");
    assert_eq!(talk.ask(&me, "SUBSCRIBE x"), "[subscribe x 1]");
    talk.ask(&speaker, "PUBLISH x m");
    assert_eq!(talk.hear(&me), "[message x m]");
}

#[test]
fn pubsub_reports_who_listens_to_what() {
    let mut talk = Talk::new();
    let (me, one, two) = (talk.engine.open(), talk.engine.open(), talk.engine.open());
    talk.ask(&one, "SUBSCRIBE b a");
    talk.ask(&one, "PSUBSCRIBE p* q*");
    talk.ask(&two, "SUBSCRIBE a");
    talk.ask(&two, "PSUBSCRIBE p*");
    talk.ask(&two, "SSUBSCRIBE s");
    for (line, reply) in [
        ("PUBSUB CHANNELS", "[a b]"),
        ("PUBSUB CHANNELS b*", "[b]"),
        ("PUBSUB NUMSUB", "[]"),
        ("PUBSUB NUMSUB a nope b", "[a 2 nope 0 b 1]"),
        ("PUBSUB NUMPAT", "2"),
        ("PUBSUB SHARDCHANNELS", "[s]"),
        ("PUBSUB SHARDNUMSUB s a", "[s 1 a 0]"),
        (
            "PUBSUB CHANNELS a b",
            "-ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.",
        ),
    ] {
        assert_eq!(talk.ask(&me, line), reply, "{line}");
    }
    talk.engine.close(one);
    talk.ask(&two, "RESET");
    assert_eq!(talk.ask(&me, "PUBSUB CHANNELS"), "[]");
    assert_eq!(talk.ask(&me, "PUBSUB NUMPAT"), "0");
    assert_eq!(talk.ask(&me, "PUBSUB SHARDCHANNELS"), "[]");
}

#[test]
fn killed_subscribers_are_forgotten_at_once() {
    let mut talk = Talk::new();
    let (me, other) = (talk.engine.open(), talk.engine.open());
    talk.ask(&other, "SUBSCRIBE a");
    talk.ask(&me, "MULTI");
    talk.ask(&me, "CLIENT KILL TYPE pubsub");
    talk.ask(&me, "PUBSUB NUMSUB a");
    talk.ask(&me, "CLIENT LIST TYPE pubsub");
    assert_eq!(talk.ask(&me, "EXEC"), "[1 [a 0] ]");
}

fn notifying(letters: &str) -> Talk {
    let events = NotifyKeyspaceEvents::from_letters(letters.as_bytes()).expect("letters");
    Talk::with(|config| config.notify_keyspace_events = events)
}

#[test]
fn events_of_keys_are_published_by_key_and_by_name() {
    let mut talk = notifying("KEA");
    let (me, ear) = (talk.engine.open(), talk.engine.open());
    talk.ask(&ear, "PSUBSCRIBE __key*");
    talk.ask(&me, "SELECT 2");
    talk.ask(&me, "SET foo bar");
    assert_eq!(
        talk.hear(&ear),
        "[pmessage __key* __keyspace@2__:foo set] [pmessage __key* __keyevent@2__:set foo]"
    );
    talk.ask(&me, "DEL foo nothing");
    assert_eq!(
        talk.hear(&ear),
        "[pmessage __key* __keyspace@2__:foo del] [pmessage __key* __keyevent@2__:del foo]"
    );
}

#[test]
fn only_the_classes_that_are_asked_for_are_published() {
    let mut talk = notifying("Kg");
    let (me, ear) = (talk.engine.open(), talk.engine.open());
    talk.ask(&ear, "PSUBSCRIBE *");
    talk.ask(&me, "SET foo bar");
    assert_eq!(talk.hear(&ear), "");
    talk.ask(&me, "DEL foo");
    assert_eq!(talk.hear(&ear), "[pmessage * __keyspace@0__:foo del]");
}

#[test]
fn new_keys_and_misses_are_noticed_by_the_door() {
    let mut talk = notifying("Enm");
    let (me, ear) = (talk.engine.open(), talk.engine.open());
    talk.ask(&ear, "PSUBSCRIBE *");
    talk.ask(&me, "GET foo");
    assert_eq!(talk.hear(&ear), "[pmessage * __keyevent@0__:keymiss foo]");
    talk.ask(&me, "SET foo bar");
    assert_eq!(talk.hear(&ear), "[pmessage * __keyevent@0__:new foo]");
    talk.ask(&me, "SET foo bar");
    talk.ask(&me, "GET foo");
    assert_eq!(talk.hear(&ear), "", "it is neither new nor missed");
}

#[test]
fn keys_that_expire_say_so_without_being_asked_for() {
    let mut talk = notifying("Ex");
    let (me, ear) = (talk.engine.open(), talk.engine.open());
    talk.ask(&ear, "PSUBSCRIBE *");
    talk.ask(&me, "SET foo bar PX 20");
    talk.wait_ms(150);
    assert_eq!(talk.hear(&ear), "[pmessage * __keyevent@0__:expired foo]");
}
