//! What the commands on sorted sets tell the log, and those who are subscribed to keys.

use crate::stage::Stage;

#[track_caller]
fn check(stage: &mut Stage, line: &str, told: &str) {
    assert_eq!(stage.told(line), told, "{line}");
}

#[test]
fn adding_and_changing_is_logged_as_it_was_asked_for_if_anything_was_done() {
    let stage = &mut Stage::new();
    check(stage, "ZADD z XX 1 a", "0 |  | ");
    check(stage, "ZADD z 1 a 2 b", "2 | 0:new z, 0:zadd z | ZADD z 1 a 2 b");
    check(stage, "ZADD z 1 a 2 b", "0 |  | ");
    check(stage, "ZADD z NX 5 a", "0 |  | ");
    check(stage, "ZADD z GT 0 a 3 b", "1 | 0:zadd z | ZADD z GT 0 a 3 b");
    check(stage, "ZADD z INCR 2 a", "1 | 0:zincr z | ZADD z INCR 2 a");
    check(stage, "ZADD z INCR 0 a", "0 |  | ");
    check(stage, "ZINCRBY z 1.5 new", "1 | 0:zincr z | ZINCRBY z 1.5 new");
    check(stage, "ZINCRBY fresh 1 a", "1 | 0:new fresh, 0:zincr fresh | ZINCRBY fresh 1 a");
}

#[test]
fn removing_the_last_member_removes_the_key() {
    let stage = &mut Stage::new();
    stage.told("ZADD z 1 a 2 b 3 c 4 d 5 e");
    check(stage, "ZREM z x", "0 |  | ");
    check(stage, "ZREM z a x", "1 | 0:zrem z | ZREM z a x");
    check(stage, "ZREMRANGEBYRANK z 0 0", "1 | 0:zremrangebyrank z | ZREMRANGEBYRANK z 0 0");
    check(stage, "ZREMRANGEBYSCORE z 9 10", "0 |  | ");
    check(stage, "ZREMRANGEBYLEX z [e +", "1 | 0:zremrangebylex z | ZREMRANGEBYLEX z [e +");
    check(
        stage,
        "ZREMRANGEBYSCORE z 0 10",
        "2 | 0:zremrangebyscore z, 0:del z | ZREMRANGEBYSCORE z 0 10",
    );
    assert_eq!(stage.reply("EXISTS z"), ":0");
}

#[test]
fn popping_from_several_is_logged_as_popping_from_one() {
    let stage = &mut Stage::new();
    stage.told("ZADD z 1 a 2 b 3 c 4 d 5 e 6 f");
    check(stage, "ZPOPMIN z", "1 | 0:zpopmin z | ZPOPMIN z");
    check(stage, "ZPOPMAX z 2", "2 | 0:zpopmax z | ZPOPMAX z 2");
    check(stage, "ZPOPMIN z 0", "0 |  | ");
    check(stage, "ZMPOP 2 no z MAX COUNT 1", "1 | 0:zpopmax z | ZPOPMAX z 1");
    check(stage, "BZPOPMIN no z 0", "1 | 0:zpopmin z | ZPOPMIN z");
    check(stage, "BZMPOP 0 2 no z MIN COUNT 9", "1 | 0:zpopmin z, 0:del z | ZPOPMIN z 1");
    check(stage, "ZMPOP 2 no z MAX", "0 |  | ");
}

#[test]
fn storing_is_one_change_and_an_empty_result_removes_the_destination() {
    let stage = &mut Stage::new();
    stage.told("ZADD a 1 x 2 y");
    stage.told("SADD s y z");
    check(stage, "ZUNIONSTORE d 2 a s", "1 | 0:new d, 0:zunionstore d | ZUNIONSTORE d 2 a s");
    check(stage, "ZINTERSTORE d 2 a s", "1 | 0:zinterstore d | ZINTERSTORE d 2 a s");
    check(stage, "ZDIFFSTORE d 2 a s", "1 | 0:zdiffstore d | ZDIFFSTORE d 2 a s");
    check(stage, "ZRANGESTORE d a 0 -1", "1 | 0:zrangestore d | ZRANGESTORE d a 0 -1");
    check(stage, "ZDIFFSTORE d 2 a a", "1 | 0:del d | ZDIFFSTORE d 2 a a");
    check(stage, "ZDIFFSTORE d 2 a a", "0 |  | ");
    check(stage, "ZRANGESTORE d no 0 -1", "0 | 0:keymiss no | ");
}

#[test]
fn reading_tells_of_misses_only() {
    let stage = &mut Stage::new();
    stage.told("ZADD z 1 a");
    for line in [
        "ZCARD no",
        "ZSCORE no a",
        "ZMSCORE no a b",
        "ZRANK no a",
        "ZREVRANK no a WITHSCORE",
        "ZCOUNT no 0 1",
        "ZLEXCOUNT no - +",
        "ZRANGE no 0 -1",
        "ZRANGEBYLEX no - +",
        "ZSCAN no 0",
        "ZRANDMEMBER no",
        "ZRANDMEMBER no 2",
        "ZUNION 2 z no",
        "ZINTERCARD 2 z no",
    ] {
        check(stage, line, "0 | 0:keymiss no | ");
    }
    check(stage, "ZSCORE z no", "0 |  | ");
    check(stage, "ZPOPMIN no", "0 |  | ");
}
