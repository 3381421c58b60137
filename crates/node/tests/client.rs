//! CLIENT: one's own connection and those of others.

mod support;

use node::Peer;
use support::{START_S, Talk};

/// Somebody on this machine.
fn local() -> Peer {
    Peer { local: true, ..Peer::default() }
}

#[test]
fn a_line_tells_everything_in_the_order_that_tools_know() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "CLIENT SETINFO LIB-NAME redis-rs");
    talk.ask(&me, "CLIENT SETINFO lib-ver 1.2");
    talk.wait_ms(2500);
    let line = talk.text(&me, "CLIENT LIST");
    let fields: Vec<&str> =
        line.trim_end().split(' ').map(|field| field.split_once('=').expect("a pair").0).collect();
    assert_eq!(
        fields.join(" "),
        "id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem \
         multi-mem rbs rbp obl oll omem tot-mem events cmd user redir resp lib-name lib-ver"
    );
    for (name, value) in [
        ("age", "2"),
        ("flags", "N"),
        ("argv-mem", "10"),
        ("cmd", "client|info"),
        ("user", "default"),
        ("redir", "-1"),
        ("lib-name", "redis-rs"),
        ("lib-ver", "1.2"),
    ] {
        assert_eq!(talk.field(&me, name), value, "{name}");
    }
}

#[test]
fn the_bytes_being_run_count_as_the_query_buffer() {
    let mut talk = Talk::new();
    let node = talk.engine.node();
    let me = node.connect(local()).expect("there is room");
    node.receive(me, b"*2\r\n$6\r\nCLIENT\r\n$4\r\nINFO\r\n");
    let output = &node.clients.get(me).expect("connected").output;
    let text: Vec<u8> = output.pieces().flatten().copied().collect();
    let text = String::from_utf8(text).expect("text");
    assert!(text.contains(" qbuf=26 "), "{text}");
}

#[test]
fn list_selects_by_type_and_number() {
    let mut talk = Talk::new();
    let (one, two) = (talk.engine.open(), talk.engine.open());
    talk.ask(&two, "SUBSCRIBE a b");
    talk.ask(&two, "PSUBSCRIBE c*");
    let lines = |talk: &mut Talk, line: &str| talk.text(&one, line).lines().count();
    assert_eq!(lines(&mut talk, "CLIENT LIST"), 2);
    assert_eq!(lines(&mut talk, "CLIENT LIST TYPE normal"), 1);
    assert_eq!(lines(&mut talk, "CLIENT LIST TYPE replica"), 0);
    assert_eq!(lines(&mut talk, "CLIENT LIST ID 2 1 99 -1"), 2);
    let line = talk.text(&one, "CLIENT LIST TYPE PUBSUB");
    assert!(line.contains("flags=P db=0 sub=2 psub=1 ssub=0 "), "{line}");
    for (line, error) in [
        ("CLIENT LIST foo", "-ERR syntax error"),
        ("CLIENT LIST TYPE", "-ERR syntax error"),
        ("CLIENT LIST TYPE foo", "-ERR Unknown client type 'foo'"),
        ("CLIENT LIST ID", "-ERR syntax error"),
        ("CLIENT LIST ID x", "-ERR Invalid client ID"),
    ] {
        assert_eq!(talk.ask(&one, line), error, "{line}");
    }
}

#[test]
fn list_is_text_to_be_shown_in_resp3() {
    let mut talk = Talk::new();
    let me = talk.open_resp3();
    assert!(talk.raw(&me, "CLIENT LIST").starts_with('='));
    assert!(talk.raw(&me, "CLIENT LIST ID 99").starts_with("=4 txt:"));
}

#[test]
fn kill_by_address_takes_one_and_by_properties_all_that_have_them() {
    let mut talk = Talk::new();
    let peer = |addr: &str| Peer { addr: addr.to_owned(), ..local() };
    let me = talk.engine.open();
    for addr in ["10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3"] {
        talk.engine.node().connect(peer(addr)).expect("there is room");
    }
    assert_eq!(talk.ask(&me, "CLIENT KILL 10.0.0.1:9"), "-ERR No such client");
    assert_eq!(talk.ask(&me, "CLIENT KILL 10.0.0.1:2"), "OK");
    assert_eq!(talk.ask(&me, "CLIENT KILL ADDR 10.0.0.1:2"), "0");
    assert_eq!(talk.ask(&me, "CLIENT KILL ID 2 ADDR 10.0.0.1:1"), "1");
    assert_eq!(talk.ask(&me, "CLIENT KILL USER default TYPE normal"), "1", "but not me");
    assert_eq!(talk.engine.node().clients.len(), 1);
    assert_eq!(talk.ask(&me, "CLIENT KILL SKIPME no TYPE normal"), "1");
    assert_eq!(talk.engine.node().clients.len(), 0);
}

#[test]
fn kill_by_age_spares_the_young() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    let old = talk.engine.open();
    talk.wait_ms(10_000);
    let young = talk.engine.open();
    assert_eq!(talk.ask(&me, "CLIENT KILL MAXAGE 11"), "0");
    assert_eq!(talk.ask(&me, "CLIENT KILL MAXAGE 10"), "1");
    assert_eq!(talk.ask(&young, "PING"), "PONG");
    assert_eq!(talk.engine.execute(&old, &[b"PING"]), b"");
}

#[test]
fn filters_are_checked() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for (filter, error) in [
        ("ID x", "-ERR client-id should be greater than 0"),
        ("ID 0", "-ERR client-id should be greater than 0"),
        ("TYPE foo", "-ERR Unknown client type 'foo'"),
        ("USER nobody", "-ERR No such user 'nobody'"),
        ("SKIPME maybe", "-ERR syntax error"),
        ("ID 9 SKIPME", "-ERR syntax error"),
        ("foo bar", "-ERR syntax error"),
        ("MAXAGE x", "-ERR maxage is not an integer or out of range"),
        ("MAXAGE -1", "-ERR maxage should be greater than 0"),
    ] {
        assert_eq!(talk.ask(&me, &format!("CLIENT KILL {filter}")), error, "{filter}");
    }
}

#[test]
fn whoever_wants_no_replies_gets_none() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for (line, reply) in [
        ("CLIENT REPLY foo", "-ERR syntax error"),
        ("CLIENT REPLY ON", "OK"),
        ("CLIENT REPLY SKIP", ""),
        ("SET a 1", ""),
        ("GET a", "1"),
        ("CLIENT REPLY OFF", ""),
        ("GET a", ""),
        ("CLIENT REPLY SKIP", ""),
        ("GET nothing more", ""),
        ("CLIENT REPLY ON", "OK"),
        ("GET a", "1"),
    ] {
        assert_eq!(talk.ask(&me, line), reply, "{line}");
    }
}

#[test]
fn names_and_libraries_are_noted_if_they_do_not_break_lines() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(talk.ask(&me, "CLIENT GETNAME"), "nil");
    assert_eq!(talk.ask(&me, "CLIENT SETNAME worker"), "OK");
    assert_eq!(talk.ask(&me, "CLIENT GETNAME"), "worker");
    assert_eq!(talk.ask(&me, "CLIENT SETNAME "), "OK");
    assert_eq!(talk.ask(&me, "CLIENT GETNAME"), "nil");
    assert_eq!(
        talk.ask(&me, "CLIENT SETNAME a\n"),
        "-ERR Client names cannot contain spaces, newlines or special characters."
    );
    assert_eq!(
        talk.ask(&me, "CLIENT SETINFO lib-name a\n"),
        "-ERR lib-name cannot contain spaces, newlines or special characters."
    );
    assert_eq!(talk.ask(&me, "CLIENT SETINFO foo a"), "-ERR Unrecognized option 'foo'");
}

#[test]
fn a_pause_holds_back_others_until_it_ends() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    let other = talk.engine.node().connect(local()).expect("there is room");
    let hear = |talk: &mut Talk| {
        let output = &mut talk.engine.node().clients.get_mut(other).expect("connected").output;
        let bytes: Vec<u8> = output.pieces().flatten().copied().collect();
        output.clear();
        support::show(&bytes)
    };
    for (line, error) in [
        ("CLIENT PAUSE x", "-ERR timeout is not an integer or out of range"),
        ("CLIENT PAUSE -1", "-ERR timeout is negative"),
        ("CLIENT PAUSE 9223372036854775807", "-ERR timeout is out of range"),
        ("CLIENT PAUSE 1 foo", "-ERR CLIENT PAUSE mode must be WRITE or ALL"),
        (
            "CLIENT PAUSE 1 ALL x",
            "-ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.",
        ),
    ] {
        assert_eq!(talk.ask(&me, line), error, "{line}");
    }
    assert_eq!(talk.ask(&me, "CLIENT PAUSE 1000 WRITE"), "OK");
    talk.engine.node().receive(other, b"GET a\r\nSET a 1\r\nGET a\r\n");
    assert_eq!(hear(&mut talk), "nil", "reads go on");
    talk.wait_ms(1100);
    talk.engine.node().resume();
    assert_eq!(hear(&mut talk), "OK 1");

    assert_eq!(talk.ask(&me, "CLIENT PAUSE 100000"), "OK");
    talk.engine.node().receive(other, b"GET a\r\n");
    assert_eq!(hear(&mut talk), "");
    assert_eq!(talk.ask(&me, "CLIENT UNPAUSE"), "OK");
    talk.engine.node().resume();
    assert_eq!(hear(&mut talk), "1");
}

#[test]
fn nobody_waits_so_nobody_is_woken() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(talk.ask(&me, "CLIENT UNBLOCK 1"), "0");
    assert_eq!(talk.ask(&me, "CLIENT UNBLOCK 1 error"), "0");
    assert_eq!(talk.ask(&me, "CLIENT UNBLOCK x"), "-ERR value is not an integer or out of range");
    assert_eq!(
        talk.ask(&me, "CLIENT UNBLOCK 1 foo"),
        "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"
    );
}

#[test]
fn reading_without_touching_leaves_access_times_alone() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "SET a 1");
    talk.wait_ms(20_000);
    talk.ask(&me, "CLIENT NO-TOUCH on");
    talk.ask(&me, "GET a");
    assert_eq!(talk.ask(&me, "OBJECT IDLETIME a"), "20");
    talk.ask(&me, "TOUCH a");
    assert_eq!(talk.ask(&me, "OBJECT IDLETIME a"), "0", "but TOUCH does touch");
    talk.wait_ms(20_000);
    talk.ask(&me, "CLIENT NO-TOUCH off");
    talk.ask(&me, "GET a");
    assert_eq!(talk.ask(&me, "OBJECT IDLETIME a"), "0");
    assert_eq!(talk.ask(&me, "CLIENT NO-TOUCH foo"), "-ERR syntax error");
    assert_eq!(talk.ask(&me, "CLIENT NO-EVICT foo"), "-ERR syntax error");
}

#[test]
fn help_lists_subcommands() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for container in ["CLIENT", "COMMAND", "LATENCY", "MEMORY", "PUBSUB", "SLOWLOG"] {
        let help = talk.ask(&me, &format!("{container} HELP"));
        let head = format!("[{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        assert!(help.starts_with(&head), "{help}");
        assert_eq!(
            talk.ask(&me, &format!("{container} foo")),
            format!("-ERR unknown subcommand 'foo'. Try {container} HELP.")
        );
        let short = container.to_ascii_lowercase();
        let error = format!("-ERR wrong number of arguments for '{short}|help' command");
        assert_eq!(talk.ask(&me, &format!("{container} HELP x")), error);
    }
    assert_eq!(talk.ask(&me, "TIME"), format!("[{START_S} 0]"));
}

#[test]
fn a_reply_of_any_length_ends_where_its_client_is_disconnected() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "HSET h a 1 b 2");
    talk.ask(&me, "SADD s a b");
    talk.ask(&me, "ZADD z 1 a 2 b");
    // Those who subscribe may have any amount, which is nothing to those who do not.
    let limits = "normal 100000 0 0 pubsub 0 0 0";
    let words = ["CONFIG", "SET", "client-output-buffer-limit", limits].map(str::as_bytes);
    assert_eq!(talk.ask_words(&me, &words), "OK");
    for line in [
        "HRANDFIELD h -9223372036854775807",
        "HRANDFIELD h -4611686018427387903 WITHVALUES",
        "SRANDMEMBER s -9223372036854775807",
        "ZRANDMEMBER z -9223372036854775807",
        "ZRANDMEMBER z -4611686018427387903 WITHSCORES",
    ] {
        let other = talk.engine.open();
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        assert!(talk.engine.execute(&other, &words).len() < 300_000, "{line}");
    }
    let stats = talk.text(&me, "INFO stats");
    assert!(stats.contains("client_output_buffer_limit_disconnections:5\r\n"), "{stats}");
}

#[test]
fn replies_that_are_not_wanted_do_not_pile_up() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    let limits = "normal 100000 0 0";
    let words = ["CONFIG", "SET", "client-output-buffer-limit", limits].map(str::as_bytes);
    assert_eq!(talk.ask_words(&me, &words), "OK");
    let value = "v".repeat(60_000);
    talk.ask(&me, &format!("RPUSH l {value} {value} {value}"));
    assert_eq!(talk.ask(&me, "CLIENT REPLY OFF"), "");
    assert_eq!(talk.ask(&me, "LRANGE l 0 -1"), "");
    assert_eq!(talk.ask(&me, "CLIENT REPLY ON"), "OK");
    assert_eq!(talk.ask(&me, "LLEN l"), "3");
}

#[test]
fn many_short_replies_of_unknown_length_are_not_much_output() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    let limits = "normal 20000 0 0";
    let words = ["CONFIG", "SET", "client-output-buffer-limit", limits].map(str::as_bytes);
    assert_eq!(talk.ask_words(&me, &words), "OK");
    let other = talk.engine.node().connect(local()).expect("there is room");
    talk.engine.node().receive(other, "SINTER a b\r\n".repeat(1000).as_bytes());
    let output = &talk.engine.node().clients.get_mut(other).expect("connected").output;
    assert_eq!(output.pieces().flatten().count(), 4000);
}
