//! What the commands on sets tell the log, and those who are subscribed to keys.

use crate::stage::Stage;

#[track_caller]
fn check(stage: &mut Stage, line: &str, told: &str) {
    assert_eq!(stage.told(line), told, "{line}");
}

#[test]
fn adding_and_removing_is_logged_as_it_was_asked_for_if_anything_was_done() {
    let stage = &mut Stage::new();
    check(stage, "SADD s a b a", "2 | 0:new s, 0:sadd s | SADD s a b a");
    check(stage, "SADD s a b", "0 |  | ");
    check(stage, "SADD s c 1", "2 | 0:sadd s | SADD s c 1");
    check(stage, "SREM s x", "0 |  | ");
    check(stage, "SREM s a x b", "2 | 0:srem s | SREM s a x b");
    check(stage, "SREM s c 1 a", "2 | 0:srem s, 0:del s | SREM s c 1 a");
    check(stage, "SREM s c", "0 |  | ");
    assert_eq!(stage.reply("EXISTS s"), ":0");
}

#[test]
fn moving_is_two_changes_if_the_destination_did_not_have_the_member() {
    let stage = &mut Stage::new();
    stage.told("SADD from a b");
    stage.told("SADD to b");
    check(stage, "SMOVE from to x", "0 |  | ");
    check(stage, "SMOVE from from a", "0 |  | ");
    check(stage, "SMOVE from to b", "1 | 0:srem from | SMOVE from to b");
    check(
        stage,
        "SMOVE from other a",
        "2 | 0:srem from, 0:del from, 0:new other, 0:sadd other | SMOVE from other a",
    );
    check(stage, "SMOVE from to a", "0 |  | ");
}

#[test]
fn reading_tells_of_misses_only() {
    let stage = &mut Stage::new();
    stage.told("SADD s 1 2 a");
    stage.told("SET string v");
    for line in ["SCARD no", "SMEMBERS no", "SISMEMBER no a", "SMISMEMBER no a b", "SSCAN no 0"] {
        check(stage, line, "0 | 0:keymiss no | ");
    }
    check(stage, "SRANDMEMBER no", "0 | 0:keymiss no | ");
    check(stage, "SRANDMEMBER no 5", "0 | 0:keymiss no | ");
    check(stage, "SINTER no s also", "0 | 0:keymiss no, 0:keymiss also | ");
    check(stage, "SUNION s no", "0 | 0:keymiss no | ");
    check(stage, "SDIFF no string also", "0 | 0:keymiss no | ");
    check(stage, "SPOP no", "0 |  | ");
    check(stage, "SMEMBERS s", "0 |  | ");
}

#[test]
fn storing_is_one_change_and_an_empty_result_removes_the_destination() {
    let stage = &mut Stage::new();
    stage.told("SADD a 1 2 3");
    stage.told("SADD b 3 4");
    check(stage, "SINTERSTORE to a b", "1 | 0:new to, 0:sinterstore to | SINTERSTORE to a b");
    check(stage, "SUNIONSTORE to a b", "1 | 0:sunionstore to | SUNIONSTORE to a b");
    check(stage, "SDIFFSTORE to a b", "1 | 0:sdiffstore to | SDIFFSTORE to a b");
    check(stage, "SDIFFSTORE to a a", "1 | 0:del to | SDIFFSTORE to a a");
    check(stage, "SDIFFSTORE to a a", "0 |  | ");
    check(stage, "SINTERSTORE a a b", "1 | 0:sinterstore a | SINTERSTORE a a b");
    assert_eq!(stage.reply("SMEMBERS a"), "*1 $1 3");
    stage.told("SET to string EX 100");
    check(stage, "SUNIONSTORE to b", "1 | 0:sunionstore to | SUNIONSTORE to b");
    assert_eq!(stage.reply("TTL to"), ":-1");
}

#[test]
fn what_was_popped_by_chance_is_logged_as_removed_by_name() {
    let stage = &mut Stage::new();
    stage.told("SADD s only");
    check(stage, "SPOP s", "1 | 0:spop s, 0:del s | SREM s only");
    stage.told("SADD s a b");
    check(stage, "SPOP s 0", "0 |  | ");
    check(stage, "SPOP s 2", "2 | 0:spop s, 0:del s | DEL s");
    stage.told("SADD s a b");
    stage.config.lazyfree_lazy_server_del = true;
    check(stage, "SPOP s 5", "2 | 0:spop s, 0:del s | UNLINK s");
    for members in ["1 2 3", "a b 3"] {
        stage.told(&format!("SADD s {members}"));
        let told = stage.told("SPOP s 1");
        assert!(told.starts_with("1 | 0:spop s | SREM s "), "{told}");
        let popped = told.rsplit(' ').next().expect("a member");
        assert_eq!(stage.reply(&format!("SISMEMBER s {popped}")), ":0");
        assert_eq!(stage.reply("SCARD s"), ":2");
        stage.told("DEL s");
    }
}

#[test]
fn a_log_line_removes_no_more_than_a_thousand_members() {
    let stage = &mut Stage::new();
    let members: Vec<String> = (0..3000).map(|index| format!("m{index}")).collect();
    for count in [1500, 2900] {
        stage.told("DEL s");
        stage.told(&format!("SADD s {}", members.join(" ")));
        let told = stage.told(&format!("SPOP s {count}"));
        let lines: Vec<usize> = told
            .split(" | ")
            .nth(2)
            .expect("a log")
            .split(", ")
            .map(|line| line.split(' ').count() - 2)
            .collect();
        assert_eq!(lines.iter().sum::<usize>(), count);
        assert!(lines.iter().rev().skip(1).all(|&len| len == 1024) && lines.len() > 1);
        assert_eq!(stage.reply("SCARD s"), format!(":{}", 3000 - count));
    }
}

#[test]
fn results_are_stored_in_the_encoding_that_their_members_ask_for() {
    let stage = &mut Stage::new();
    let numbers = |range: std::ops::Range<usize>| {
        range.map(|number| number.to_string()).collect::<Vec<_>>().join(" ")
    };
    stage.told(&format!("SADD small {}", numbers(0..10)));
    stage.told(&format!("SADD large {} a", numbers(0..1000)));
    stage.told(&format!("SADD half {}", numbers(0..400)));
    stage.told("SADD words a b 1");
    for (line, encoding) in [
        ("SUNIONSTORE to small", "intset"),
        ("SUNIONSTORE to small words", "listpack"),
        ("SUNIONSTORE to words small", "listpack"),
        ("SUNIONSTORE to half words", "hashtable"),
        ("SUNIONSTORE to small large", "hashtable"),
        ("SINTERSTORE to large small", "intset"),
        ("SINTERSTORE to large half", "intset"),
        ("SINTERSTORE to large large", "hashtable"),
        ("SINTERSTORE to large words", "listpack"),
        ("SDIFFSTORE to large half", "hashtable"),
        ("SDIFFSTORE to large half half half half small small", "hashtable"),
        ("SDIFFSTORE to words large", "listpack"),
        ("SDIFFSTORE to half small", "intset"),
    ] {
        stage.told(line);
        let reply = stage.reply("OBJECT ENCODING to");
        assert!(reply.ends_with(encoding), "{line}: {reply}");
    }
    for (line, reply) in [
        ("SUNIONSTORE to small words half", ":402"),
        ("SUNIONSTORE to half large words", ":1002"),
        ("SINTERSTORE to large half", ":400"),
        ("SDIFFSTORE to large half small small small small", ":601"),
        ("SDIFFSTORE to large small words", ":990"),
        ("SINTERCARD 2 large half", ":400"),
        ("SINTERCARD 2 large half LIMIT 7", ":7"),
    ] {
        assert_eq!(stage.reply(line), reply, "{line}");
    }
    let count = |reply: String| reply.split(' ').next().map(str::to_owned);
    let union = stage.reply("SUNION words small large half small words words");
    assert_eq!(count(union), Some("*1002".to_owned()));
    assert_eq!(count(stage.reply("SUNION words small large")), Some("*1002".to_owned()));
    assert_eq!(count(stage.reply("SDIFF large half words")), Some("*600".to_owned()));
}
