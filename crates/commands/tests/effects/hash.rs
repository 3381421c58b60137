//! What the commands on hashes tell the log, and those who are subscribed to keys.

use crate::stage::{NOW, Stage};

#[track_caller]
fn check(stage: &mut Stage, line: &str, told: &str) {
    assert_eq!(stage.told(line), told, "{line}");
}

#[test]
fn times_to_live_of_fields_are_logged_as_instants_for_those_fields_that_got_one() {
    let stage = &mut Stage::new();
    stage.told("HSET h a 1 b 2 c 3");
    check(
        stage,
        "HPEXPIRE h 500 FIELDS 2 a x",
        "1 | 0:hexpire h | HPEXPIREAT h 1000500 FIELDS 1 a",
    );
    check(
        stage,
        "HEXPIRE h 2 NX FIELDS 3 a b c",
        "2 | 0:hexpire h | HPEXPIREAT h 1002000 FIELDS 2 b c",
    );
    check(stage, "HEXPIREAT h 1001 XX FIELDS 1 x", "0 |  | ");
    check(stage, "HPERSIST h FIELDS 2 b x", "1 | 0:hpersist h | HPERSIST h FIELDS 2 b x");
    check(stage, "HPERSIST h FIELDS 1 b", "0 |  | ");
    check(stage, "HPERSIST no FIELDS 1 b", "0 |  | ");
}

#[test]
fn a_field_that_gets_a_time_in_the_past_is_removed_and_the_key_with_the_last() {
    let stage = &mut Stage::new();
    stage.told("HSET h a 1 b 2");
    assert_eq!(stage.reply("HPEXPIRE h 0 FIELDS 2 x a"), "*2 :-2 :2");
    check(stage, "HEXPIREAT h 1 FIELDS 2 a b", "1 | 0:hdel h, 0:del h | HDEL h b");
    assert_eq!(stage.reply("EXISTS h"), ":0");
}

#[test]
fn reading_with_a_time_to_live_is_logged_as_what_it_does_to_that() {
    let stage = &mut Stage::new();
    stage.told("HSET h a 1 b 2 c 3");
    check(stage, "HGETEX h FIELDS 2 a b", "0 |  | ");
    check(stage, "HGETEX h PX 5 FIELDS 2 x b", "1 | 0:hexpire h | HPEXPIREAT h 1000005 FIELDS 1 b");
    check(stage, "HGETEX h PERSIST FIELDS 2 a b", "1 | 0:hpersist h | HPERSIST h FIELDS 1 b");
    check(stage, "HGETEX h PERSIST FIELDS 2 a b", "0 |  | ");
    check(stage, "HGETEX h PXAT 1 FIELDS 1 b", "1 | 0:hdel h | HDEL h b");
    check(stage, "HGETDEL h FIELDS 3 a b c", "2 | 0:hdel h, 0:del h | HDEL h a c");
    check(stage, "HGETDEL h FIELDS 1 a", "0 | 0:keymiss h | ");
    check(stage, "HTTL h FIELDS 1 a", "0 | 0:keymiss h | ");
}

#[test]
fn setting_with_a_time_to_live_is_logged_with_the_instant() {
    let stage = &mut Stage::new();
    check(
        stage,
        "HSETEX h FNX EX 2 FIELDS 1 a 1",
        "1 | 0:new h, 0:hset h, 0:hexpire h | HSETEX h PXAT 1002000 FIELDS 1 a 1",
    );
    check(stage, "HSETEX h FNX FIELDS 2 b 2 a 1", "0 |  | ");
    check(stage, "HSETEX h FXX FIELDS 2 b 2 a 1", "0 |  | ");
    check(
        stage,
        "HSETEX h KEEPTTL FIELDS 2 b 2 a 3",
        "2 | 0:hset h | HSETEX h KEEPTTL FIELDS 2 b 2 a 3",
    );
    assert_eq!(stage.reply("HPTTL h FIELDS 2 a b"), "*2 :2000 :-1");
    // The log must not lose the time to live.
    check(stage, "HINCRBYFLOAT h a 1.5", "1 | 0:hincrbyfloat h | HSETEX h KEEPTTL FIELDS 1 a 4.5");
    check(stage, "HINCRBYFLOAT h b 1.5", "1 | 0:hincrbyfloat h | HSET h b 3.5");
    check(stage, "HSETEX h PX 0 FIELDS 2 b 2 c 3", "2 | 0:hset h, 0:hdel h | HDEL h b c");
    assert_eq!(stage.reply("HKEYS h"), "*1 $1 a");
    check(stage, "HSET h a 1", "1 | 0:hset h | HSET h a 1");
    assert_eq!(stage.reply("HPTTL h FIELDS 1 a"), "*1 :-1");
}

#[test]
fn what_is_past_its_time_is_not_there_and_goes_before_it_is_written_to() {
    let stage = &mut Stage::new();
    for entries in [512, 0] {
        stage.config.hash_max_listpack_entries = entries;
        stage.set_now(NOW);
        stage.told("HSET h a 1 b 2 c 3");
        stage.told("HPEXPIRE h 10 FIELDS 2 a b");
        stage.set_now(NOW + 10);
        assert_eq!(stage.reply("HGETALL h"), "*2 $1 c $1 3");
        assert_eq!(stage.reply("HLEN h"), ":1");
        assert_eq!(stage.reply("HMGET h a c"), "*2 $-1 $1 3");
        assert_eq!(stage.reply("HRANDFIELD h 5"), "*1 $1 c");
        assert_eq!(stage.reply("HSCAN h 0"), "*2 $1 0 *2 $1 c $1 3");
        assert_eq!(stage.reply("HTTL h FIELDS 2 a c"), "*2 :-2 :-1");
        check(stage, "HDEL h b x", "0 | 0:expired h b | ");
        check(stage, "HINCRBY h a 5", "1 | 0:expired h a, 0:hincrby h | HINCRBY h a 5");
        assert_eq!(stage.reply("HTTL h FIELDS 1 a"), "*1 :-1");
        stage.told("HPEXPIRE h 10 FIELDS 2 a c");
        stage.set_now(NOW + 20);
        check(stage, "EXISTS h", "0 | 0:expired h, 0:keymiss h | ");
        check(stage, "HSET h a 1", "1 | 0:new h, 0:hset h | HSET h a 1");
        stage.told("DEL h");
    }
}

#[test]
fn where_nothing_may_expire_fields_are_hidden_but_there_for_what_the_primary_says() {
    let stage = &mut Stage::new();
    stage.told("HSET h a 1 b 2");
    stage.told("HPEXPIRE h 10 FIELDS 1 a");
    stage.shard.set_may_expire(false);
    stage.set_now(NOW + 10);
    assert_eq!(stage.reply("HGETALL h"), "*2 $1 b $1 2");
    assert!(stage.shard.expire(true, || true));
    check(stage, "HDEL h a", "1 | 0:hdel h | HDEL h a");
    assert_eq!(stage.reply("HPEXPIREAT h 5 FIELDS 1 b"), "*1 :1");
    assert_eq!(stage.reply("EXISTS h"), ":0");
    check(stage, "HDEL h b", "1 | 0:hdel h, 0:del h | HDEL h b");
}
