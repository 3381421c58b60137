//! What the commands on strings tell the log, and those who are subscribed to keys.

use crate::stage::Stage;

#[track_caller]
fn check(stage: &mut Stage, line: &str, told: &str) {
    assert_eq!(stage.told(line), told, "{line}");
}

#[test]
fn storing_tells_of_new_keys_and_of_every_value() {
    let stage = &mut Stage::new();
    check(stage, "SET k v", "1 | 0:new k, 0:set k | SET k v");
    check(stage, "SET k w", "1 | 0:set k | SET k w");
    check(stage, "SET k w NX", "0 |  | ");
    check(stage, "SET other w XX", "0 |  | ");
    check(stage, "SETNX k w", "0 |  | ");
    check(stage, "SETNX n w", "1 | 0:new n, 0:set n | SETNX n w");
    let told = "3 | 0:set k, 0:new a, 0:set a, 0:set k | MSET k 1 a 2 k 3";
    check(stage, "MSET k 1 a 2 k 3", told);
    check(stage, "MSETNX b 1 a 2", "0 |  | ");
    check(stage, "MSETNX b 1 c 2", "2 | 0:new b, 0:set b, 0:new c, 0:set c | MSETNX b 1 c 2");
}

#[test]
fn a_time_to_live_is_logged_as_the_instant_at_which_it_ends() {
    let stage = &mut Stage::new();
    let events = "0:new k, 0:set k, 0:expire k";
    check(stage, "SET k v EX 100", &format!("1 | {events} | SET k v PXAT 1100000"));
    let events = "0:set k, 0:expire k";
    check(stage, "SET k v PX 100", &format!("1 | {events} | SET k v PXAT 1000100"));
    check(stage, "SET k v EXAT 5000", &format!("1 | {events} | SET k v PXAT 5000000"));
    check(stage, "SET k v pxat 5000000", &format!("1 | {events} | SET k v PXAT 5000000"));
    check(stage, "SET k v XX GET EX 1", &format!("1 | {events} | SET k v PXAT 1001000"));
    check(stage, "SETEX k 7 v", &format!("1 | {events} | SET k v PXAT 1007000"));
    check(stage, "PSETEX k 7 v", &format!("1 | {events} | SET k v PXAT 1000007"));
    check(stage, "SET k v keepttl", "1 | 0:set k | SET k v keepttl");
}

#[test]
fn an_expiry_in_the_past_is_stored_and_then_seen_by_nobody() {
    let stage = &mut Stage::new();
    let told = "1 | 0:new k, 0:set k, 0:expire k | SET k v PXAT 5";
    check(stage, "SET k v PXAT 5", told);
    check(stage, "GET k", "0 | 0:expired k, 0:keymiss k | ");
    check(stage, "SET k v PXAT 5", told);
    check(stage, "SET k v", "1 | 0:expired k, 0:new k, 0:set k | SET k v");
    stage.told("SET k 5 PXAT 5");
    check(stage, "INCR k", "1 | 0:expired k, 0:new k, 0:incrby k | INCR k");
    stage.told("SET k 5 PXAT 5");
    check(stage, "DEL k", "0 | 0:expired k | ");
}

#[test]
fn the_log_hears_nothing_of_what_was_asked_besides() {
    let stage = &mut Stage::new();
    check(stage, "SET k v GET NX", "1 | 0:keymiss k, 0:new k, 0:set k | SET k v NX");
    check(stage, "SET k w get KEEPTTL GET", "1 | 0:set k | SET k w KEEPTTL");
    check(stage, "SET GET GET GET", "1 | 0:keymiss GET, 0:new GET, 0:set GET | SET GET GET");
    check(stage, "GETSET k x", "1 | 0:set k | SET k x");
    check(stage, "GETDEL k", "1 | 0:del k | DEL k");
    check(stage, "GETDEL k", "0 | 0:keymiss k | ");
    stage.told("SET k v");
    stage.config.lazyfree_lazy_user_del = true;
    check(stage, "GETDEL k", "1 | 0:del k | UNLINK k");
}

#[test]
fn reading_with_getex_is_logged_as_what_became_of_the_time_to_live() {
    let stage = &mut Stage::new();
    stage.told("SET k v");
    check(stage, "GETEX k", "0 |  | ");
    check(stage, "GETEX k PERSIST", "0 |  | ");
    check(stage, "GETEX k EX 1", "1 | 0:expire k | PEXPIREAT k 1001000");
    check(stage, "GETEX k PXAT 5000000", "1 | 0:expire k | PEXPIREAT k 5000000");
    check(stage, "GETEX k PERSIST", "1 | 0:persist k | PERSIST k");
    check(stage, "GETEX k EXAT 1", "1 | 0:del k | DEL k");
    check(stage, "GETEX k EXAT 1", "0 | 0:keymiss k | ");
    stage.told("SET k v");
    stage.config.lazyfree_lazy_expire = true;
    check(stage, "GETEX k PXAT 1000000", "1 | 0:del k | UNLINK k");
}

#[test]
fn counting_is_logged_as_it_was_asked_for_unless_it_rounds() {
    let stage = &mut Stage::new();
    check(stage, "INCR n", "1 | 0:new n, 0:incrby n | INCR n");
    check(stage, "DECRBY n 5", "1 | 0:incrby n | DECRBY n 5");
    check(stage, "INCRBY n 0", "1 | 0:incrby n | INCRBY n 0");
    check(stage, "INCRBYFLOAT n 0.5", "1 | 0:incrbyfloat n | SET n -3.5 KEEPTTL");
    check(stage, "INCRBYFLOAT f 1", "1 | 0:new f, 0:incrbyfloat f | SET f 1 KEEPTTL");
    check(stage, "INCR n", "0 |  | ");
}

#[test]
fn editing_tells_even_if_nothing_was_appended_but_not_if_nothing_was_overwritten() {
    let stage = &mut Stage::new();
    check(stage, "APPEND k v", "1 | 0:new k, 0:append k | APPEND k v");
    check(stage, "APPEND k ", "1 | 0:append k | APPEND k ");
    check(stage, "SETRANGE k 3 v", "1 | 0:setrange k | SETRANGE k 3 v");
    check(stage, "SETRANGE k 9 ", "0 |  | ");
    check(stage, "SETRANGE r 1 v", "1 | 0:new r, 0:setrange r | SETRANGE r 1 v");
}

#[test]
fn reading_what_is_not_there_is_an_event() {
    let stage = &mut Stage::new();
    stage.told("SET k v");
    for (line, told) in [
        ("GET no", "0 | 0:keymiss no | "),
        ("MGET no k nor", "0 | 0:keymiss no, 0:keymiss nor | "),
        ("STRLEN no", "0 | 0:keymiss no | "),
        ("GETRANGE no 0 1", "0 | 0:keymiss no | "),
        ("GETEX no EX 0", "0 | 0:keymiss no | "),
        ("LCS no k", "0 | 0:keymiss no | "),
    ] {
        check(stage, line, told);
    }
}
