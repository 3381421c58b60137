//! What sorting tells the log, and those who are subscribed to keys.

use crate::stage::Stage;

#[track_caller]
fn check(stage: &mut Stage, line: &str, told: &str) {
    assert_eq!(stage.told(line), told, "{line}");
}

#[test]
fn storing_is_a_change_for_each_element_and_an_empty_result_removes_the_destination() {
    let stage = &mut Stage::new();
    stage.told("RPUSH l 3 1 2");
    check(stage, "SORT l STORE to", "3 | 0:new to, 0:sortstore to | SORT l STORE to");
    stage.told("PEXPIRE to 1000");
    check(stage, "SORT l GET # GET # STORE to", "6 | 0:sortstore to | SORT l GET # GET # STORE to");
    assert_eq!(stage.reply("PTTL to"), ":-1");
    check(stage, "SORT l LIMIT 3 1 STORE to", "1 | 0:del to | SORT l LIMIT 3 1 STORE to");
    check(stage, "SORT l LIMIT 3 1 STORE to", "0 |  | ");
    check(stage, "SORT no STORE to", "0 | 0:keymiss no | ");
    stage.told("RPUSH l x");
    check(stage, "SORT l STORE l", "0 |  | ");
}

#[test]
fn looking_for_what_belongs_to_elements_tells_of_misses_only() {
    let stage = &mut Stage::new();
    stage.told("RPUSH l 2 1");
    stage.told("SET w_1 7");
    stage.told("HSET o_1 f v");
    check(stage, "SORT l", "0 |  | ");
    check(stage, "SORT l BY w_*", "0 | 0:keymiss w_2 | ");
    check(stage, "SORT_RO l GET o_*->f GET w_*", "0 | 0:keymiss o_2, 0:keymiss w_2 | ");
    check(stage, "SORT l BY constant GET x", "0 |  | ");
    check(stage, "SORT l BY l*", "0 | 0:keymiss l2, 0:keymiss l1 | ");
}

#[test]
fn what_is_missing_is_null_in_the_form_of_the_protocol() {
    let stage = &mut Stage::new();
    stage.told("RPUSH l 1");
    assert_eq!(stage.reply("SORT l GET x GET #"), "*2 $-1 $1 1");
    stage.protocol = resp::reply::Protocol::Resp3;
    assert_eq!(stage.reply("SORT l GET x GET #"), "*2 _ $1 1");
}

#[test]
fn more_elements_than_look_ups_are_on_their_way_keep_their_order() {
    let stage = &mut Stage::new();
    for number in 0..100 {
        stage.told(&format!("RPUSH l {number}"));
        stage.told(&format!("SET w_{number} {}", number * 37 % 100));
    }
    let expected: Vec<String> = (0..100)
        .map(|weight: u32| {
            let number = weight * 73 % 100;
            format!("${} {number} ${} {weight}", number.to_string().len(), weight.to_string().len())
        })
        .collect();
    assert_eq!(stage.reply("SORT l BY w_* GET # GET w_*"), format!("*200 {}", expected.join(" ")));
}
