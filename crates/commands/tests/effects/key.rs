//! What the commands on keys tell the log, and those who are subscribed to keys.

use crate::stage::{NOW, Stage};

#[track_caller]
fn check(stage: &mut Stage, line: &str, told: &str) {
    assert_eq!(stage.told(line), told, "{line}");
}

#[test]
fn removing_is_logged_as_it_was_asked_for_if_anything_was_removed() {
    let stage = &mut Stage::new();
    stage.told("MSET a 1 b 2 c 3");
    check(stage, "DEL a no b a", "2 | 0:del a, 0:del b | DEL a no b a");
    check(stage, "UNLINK c", "1 | 0:del c | UNLINK c");
    check(stage, "DEL c", "0 |  | ");
}

#[test]
fn a_time_to_live_is_logged_as_an_instant_with_the_conditions_it_met() {
    let stage = &mut Stage::new();
    stage.told("SET k v");
    check(stage, "EXPIRE k 100 XX", "0 |  | ");
    check(stage, "EXPIRE k 100", "1 | 0:expire k | PEXPIREAT k 1100000");
    check(stage, "expire k 200 xx gt", "1 | 0:expire k | PEXPIREAT k 1200000 xx gt");
    check(stage, "PEXPIRE k 5", "1 | 0:expire k | PEXPIREAT k 1000005");
    check(stage, "EXPIREAT k 5000", "1 | 0:expire k | PEXPIREAT k 5000000");
    check(stage, "PEXPIREAT k 5000000 XX", "1 | 0:expire k | PEXPIREAT k 5000000 XX");
    check(stage, "PERSIST k", "1 | 0:persist k | PERSIST k");
    check(stage, "PERSIST k", "0 |  | ");
    check(stage, "EXPIRE no 1", "0 |  | ");
}

#[test]
fn an_expiry_in_the_past_is_a_removal() {
    let stage = &mut Stage::new();
    for line in ["EXPIRE k 0", "PEXPIRE k -5 NX", "EXPIREAT k 1000", "PEXPIREAT k -1"] {
        stage.told("SET k v");
        check(stage, line, "1 | 0:del k | DEL k");
        check(stage, "PERSIST k", "0 |  | ");
    }
    stage.config.lazyfree_lazy_expire = true;
    stage.told("SET k v");
    check(stage, "EXPIRE k -1", "1 | 0:del k | UNLINK k");
}

#[test]
fn where_the_primary_decides_nothing_expires_by_itself() {
    let stage = &mut Stage::new();
    stage.told("SET k v");
    stage.shard.set_may_expire(false);
    check(stage, "PEXPIREAT k 5", "1 | 0:expire k | PEXPIREAT k 5");
    check(stage, "GET k", "0 | 0:keymiss k | ");
    check(stage, "APPEND k w", "1 | 0:append k | APPEND k w");
    check(stage, "PERSIST k", "1 | 0:persist k | PERSIST k");
    assert_eq!(stage.reply("GET k"), "$2 vw");
    stage.told("GETEX k PXAT 5");
    check(stage, "DEL k", "1 | 0:del k | DEL k");
}

#[test]
fn transfers_tell_of_both_names() {
    let stage = &mut Stage::new();
    stage.told("MSET a 1 b 2");
    let told = "1 | 0:new b, 0:rename_from a, 0:rename_to b | RENAME a b";
    check(stage, "RENAME a b", told);
    check(stage, "RENAME b b", "0 |  | ");
    check(stage, "RENAMENX b b", "0 |  | ");
    let told = "1 | 0:new a, 0:rename_from b, 0:rename_to a | RENAMENX b a";
    check(stage, "RENAMENX b a", told);
    check(stage, "COPY a b", "1 | 0:new b, 0:copy_to b | COPY a b");
    check(stage, "COPY a b", "0 |  | ");
    check(stage, "COPY a b REPLACE", "1 | 0:new b, 0:copy_to b | COPY a b REPLACE");
    check(stage, "COPY a b DB 3", "1 | 3:new b, 3:copy_to b | COPY a b DB 3");
    check(stage, "COPY no b", "0 | 0:keymiss no | ");
    check(stage, "MOVE b 3", "0 |  | ");
    check(stage, "MOVE b 4", "1 | 4:new b, 0:move_from b, 4:move_to b | MOVE b 4");
    check(stage, "MOVE b 4", "0 |  | ");
}

#[test]
fn asking_for_what_is_not_there_is_an_event_except_for_object() {
    let stage = &mut Stage::new();
    for name in ["EXISTS", "TOUCH", "TYPE", "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"] {
        check(stage, &format!("{name} no"), "0 | 0:keymiss no | ");
    }
    check(stage, "OBJECT ENCODING no", "0 |  | ");
    check(stage, "KEYS no", "0 |  | ");
}

#[test]
fn hits_and_misses_are_counted_by_whoever_reads() {
    let stage = &mut Stage::new();
    stage.told("MSET a 1 b 2");
    let mut counted = |line: &str| {
        stage.shard.reset_stats();
        stage.told(line);
        (stage.shard.stats().hits, stage.shard.stats().misses)
    };
    assert_eq!(counted("GET a"), (1, 0));
    assert_eq!(counted("MGET a no b"), (2, 1));
    assert_eq!(counted("EXISTS a no a"), (2, 1));
    assert_eq!(counted("TTL no"), (0, 1));
    assert_eq!(counted("OBJECT ENCODING a"), (1, 0));
    assert_eq!(counted("SET a 1 GET"), (1, 0));
    assert_eq!(counted("COPY no c"), (0, 1));
    for line in ["SET a 1 NX", "INCR a", "APPEND a 1", "EXPIRE a 1", "RENAME a c", "KEYS *"] {
        assert_eq!(counted(line), (0, 0), "{line}");
    }
}

#[test]
fn moving_and_copying_between_databases_is_refused_in_a_cluster() {
    let stage = &mut Stage::new();
    stage.config.cluster_enabled = true;
    stage.told("SET a 1");
    assert_eq!(stage.reply("MOVE a 1"), "-ERR MOVE is not allowed in cluster mode");
    let refusal = "-ERR Copying to another database is not allowed in cluster mode";
    assert_eq!(stage.reply("COPY a a DB 1"), refusal);
    assert_eq!(stage.reply("COPY a b DB 0"), ":1");
}

#[test]
fn object_freq_and_idletime_depend_on_what_is_counted() {
    let stage = &mut Stage::new();
    stage.told("SET k v");
    stage.set_now(NOW + 7_999);
    assert_eq!(stage.reply("OBJECT IDLETIME k"), ":7");
    assert_eq!(stage.reply("OBJECT IDLETIME k"), ":7", "asking is no use");
    for line in ["EXISTS k", "TTL k", "TYPE k"] {
        stage.told(line);
        assert_eq!(stage.reply("OBJECT IDLETIME k"), ":7", "nor is {line}");
    }
    stage.told("TOUCH k");
    assert_eq!(stage.reply("OBJECT IDLETIME k"), ":0");
    assert!(stage.reply("OBJECT FREQ k").starts_with("-ERR An LFU maxmemory policy is not selec"));
}

#[test]
fn small_integers_look_shared_unless_their_clocks_are_needed() {
    let stage = &mut Stage::new();
    stage.told("MSET small 9999 large 10000 negative -1 text abc");
    let mut count = |key: &str| stage.reply(&format!("OBJECT REFCOUNT {key}"));
    assert_eq!(count("small"), ":2147483647");
    for key in ["large", "negative", "text"] {
        assert_eq!(count(key), ":1");
    }
    stage.config.maxmemory = 1 << 30;
    stage.config.maxmemory_policy = config::MaxmemoryPolicy::AllkeysLru;
    assert_eq!(stage.reply("OBJECT REFCOUNT small"), ":1");
}
