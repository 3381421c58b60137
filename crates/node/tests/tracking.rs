//! Client-side caching: who is told of which changes.

mod support;

use support::Talk;

/// Starts a server with somebody who tracks in RESP3 and somebody who writes.
fn talk(options: &str) -> (Talk, node::Session, node::Session) {
    let mut talk = Talk::new();
    let me = talk.open_resp3();
    let other = talk.engine.open();
    let line = format!("CLIENT TRACKING on {options}");
    assert_eq!(talk.ask(&me, line.trim_end()), "OK");
    (talk, me, other)
}

#[test]
fn a_reader_is_told_once_of_a_change() {
    let (mut talk, me, other) = talk("");
    talk.ask(&me, "MGET a b");
    talk.ask(&other, "SET a 1");
    assert_eq!(talk.hear(&me), ">[invalidate [a]]");
    talk.ask(&other, "SET a 2");
    assert_eq!(talk.hear(&me), "", "it has not read it again");
    assert_eq!(talk.ask(&me, "SET b 1"), "OK >[invalidate [b]]", "its own changes count as well");
    talk.ask(&me, "GET a");
    talk.ask(&other, "DEL a");
    assert_eq!(talk.hear(&me), ">[invalidate [a]]");
}

#[test]
fn within_a_transaction_one_is_told_after_the_answer() {
    let (mut talk, me, _) = talk("");
    talk.ask(&me, "GET k");
    for line in ["MULTI", "SET k 1", "SET k 2"] {
        talk.ask(&me, line);
    }
    assert_eq!(talk.ask(&me, "EXEC"), "[OK OK] >[invalidate [k]]");
}

#[test]
fn expiry_is_a_change() {
    let (mut talk, me, other) = talk("");
    talk.ask(&other, "SET e 1 PX 50");
    talk.ask(&me, "GET e");
    talk.wait_ms(150);
    assert_eq!(talk.hear(&me), ">[invalidate [e]]");
}

#[test]
fn emptying_a_database_tells_everybody_of_everything() {
    let (mut talk, me, other) = talk("");
    let broadcast = talk.open_resp3();
    talk.ask(&broadcast, "CLIENT TRACKING on BCAST PREFIX x");
    talk.ask(&me, "GET k");
    talk.ask(&other, "FLUSHALL");
    assert_eq!(talk.hear(&me), ">[invalidate nil]");
    assert_eq!(talk.hear(&broadcast), ">[invalidate nil]");
    assert_eq!(talk.ask(&me, "FLUSHDB"), "OK >[invalidate nil]");
    talk.ask(&other, "SET k 1");
    assert_eq!(talk.hear(&me), "", "it was told already");
}

#[test]
fn without_loops_one_is_not_told_of_own_changes() {
    let (mut talk, me, other) = talk("NOLOOP");
    talk.ask(&me, "GET k");
    assert_eq!(talk.ask(&me, "SET k 1"), "OK");
    talk.ask(&other, "SET k 2");
    assert_eq!(talk.hear(&me), "", "the change has ended the reading");
    talk.ask(&me, "GET k");
    talk.ask(&other, "SET k 3");
    assert_eq!(talk.hear(&me), ">[invalidate [k]]");
}

/// Somebody whose requests arrive as bytes, so that nothing but them happens in between.
struct Wire {
    talk: Talk,
    me: node::Token,
}

impl Wire {
    fn new(options: &str) -> Self {
        let mut talk = Talk::new();
        let peer = node::Peer { local: true, ..node::Peer::default() };
        let me = talk.engine.node().connect(peer).expect("there is room");
        let mut wire = Self { talk, me };
        wire.send(&format!("HELLO 3\r\nCLIENT TRACKING on {options}\r\n"));
        wire.hear();
        wire
    }

    fn send(&mut self, lines: &str) {
        self.talk.engine.node().receive(self.me, lines.as_bytes());
    }

    fn hear(&mut self) -> String {
        let node = self.talk.engine.node();
        node.take_write_queue();
        let output = &mut node.clients.get_mut(self.me).expect("connected").output;
        let bytes: Vec<u8> = output.pieces().flatten().copied().collect();
        output.clear();
        support::show(&bytes)
    }

    fn wait_ms(&self, ms: u64) {
        self.talk.clock.advance(std::time::Duration::from_millis(ms));
    }
}

#[test]
fn a_key_that_expires_under_ones_own_eyes_is_no_own_change() {
    let mut wire = Wire::new("NOLOOP");
    wire.send("SET e 1 PX 5\r\nGET e\r\n");
    wire.wait_ms(10);
    wire.send("GET e\r\n");
    assert_eq!(wire.hear(), "OK 1 nil >[invalidate [e]]");
    let keys = wire.talk.engine.node().tracking.keys();
    assert_eq!(keys, 1, "that there is nothing may be kept until it changes");
}

#[test]
fn opting_in_concerns_the_next_command_only() {
    let (mut talk, me, other) = talk("OPTIN");
    talk.ask(&me, "GET k");
    talk.ask(&other, "SET k 1");
    assert_eq!(talk.hear(&me), "");
    talk.ask(&me, "CLIENT CACHING yes");
    talk.ask(&me, "GET k");
    talk.ask(&me, "GET j");
    talk.ask(&other, "MSET k 1 j 1");
    assert_eq!(talk.hear(&me), ">[invalidate [k]]");
    for line in ["CLIENT CACHING yes", "MULTI", "GET k", "GET j", "EXEC", "GET l"] {
        talk.ask(&me, line);
    }
    talk.ask(&other, "MSET k 1 j 1 l 1");
    assert_eq!(talk.hear(&me), ">[invalidate [k]] >[invalidate [j]]", "or the next transaction");
}

#[test]
fn opting_out_concerns_the_next_command_only() {
    let (mut talk, me, other) = talk("OPTOUT");
    talk.ask(&me, "CLIENT CACHING no");
    talk.ask(&me, "GET k");
    talk.ask(&me, "GET j");
    talk.ask(&other, "MSET k 1 j 1");
    assert_eq!(talk.hear(&me), ">[invalidate [j]]");
}

#[test]
fn broadcasts_gather_the_changes_below_each_prefix() {
    let (mut talk, me, other) = talk("BCAST PREFIX u: PREFIX v:");
    talk.ask(&other, "MSET u:1 a u:2 b v:1 c w:1 d");
    assert_eq!(talk.hear(&me), ">[invalidate [u:1 u:2]] >[invalidate [v:1]]");
    assert_eq!(talk.ask(&me, "SET u:1 a"), "OK >[invalidate [u:1]]");
    talk.ask(&me, "CLIENT TRACKING on BCAST NOLOOP PREFIX t:");
    assert_eq!(talk.ask(&me, "SET u:1 a"), "OK");
    talk.ask(&other, "SET u:1 a");
    assert_eq!(talk.hear(&me), ">[invalidate [u:1]]");
    assert_eq!(talk.engine.node().tracking.prefixes(), 3);
    talk.ask(&me, "CLIENT TRACKING off");
    assert_eq!(talk.engine.node().tracking.prefixes(), 0);
}

#[test]
fn broadcasts_tell_of_a_key_that_expires_right_after_its_own_change() {
    let mut wire = Wire::new("BCAST NOLOOP");
    wire.send("SET a 1 PX 1\r\nSET b 1\r\n");
    wire.wait_ms(10);
    wire.send("GET a\r\n");
    assert_eq!(wire.hear(), "OK OK nil >[invalidate [a]]");
}

#[test]
fn without_a_prefix_broadcasts_tell_of_every_change() {
    let (mut talk, me, other) = talk("BCAST");
    talk.ask(&other, "SET anything 1");
    assert_eq!(talk.hear(&me), ">[invalidate [anything]]");
}

#[test]
fn in_resp2_another_connection_is_told_as_if_by_a_message() {
    let mut talk = Talk::new();
    let (me, ear, other) = (talk.engine.open(), talk.engine.open(), talk.engine.open());
    let id = talk.id(&ear);
    talk.ask(&me, &format!("CLIENT TRACKING on REDIRECT {id}"));
    assert_eq!(talk.ask(&me, "CLIENT GETREDIR"), id);
    talk.ask(&me, "GET k");
    talk.ask(&other, "SET k 1");
    assert_eq!(talk.hear(&ear), "", "it does not listen");
    talk.ask(&ear, "SUBSCRIBE __redis__:invalidate");
    talk.ask(&me, "GET k");
    talk.ask(&other, "SET k 1");
    assert_eq!(talk.hear(&ear), "[message __redis__:invalidate [k]]");
    talk.ask(&other, "FLUSHALL");
    assert_eq!(talk.hear(&ear), "[message __redis__:invalidate nil]");
    assert_eq!(talk.hear(&me), "");
}

#[test]
fn in_resp3_another_connection_gets_the_push() {
    let (mut talk, me, other) = talk("");
    let ear = talk.open_resp3();
    let id = talk.id(&ear);
    talk.ask(&me, &format!("CLIENT TRACKING on REDIRECT {id}"));
    talk.ask(&me, "GET k");
    talk.ask(&other, "SET k 1");
    assert_eq!(talk.hear(&ear), ">[invalidate [k]]");
    assert_eq!(talk.hear(&me), "");
}

#[test]
fn a_redirection_to_nobody_is_reported() {
    let (mut talk, me, other) = talk("");
    let ear = talk.engine.open();
    let id = talk.id(&ear);
    talk.ask(&me, &format!("CLIENT TRACKING on REDIRECT {id}"));
    talk.ask(&me, "GET k");
    talk.engine.close(ear);
    talk.ask(&other, "SET k 1");
    assert_eq!(talk.hear(&me), format!(">[tracking-redir-broken {id}]"));
    assert_eq!(
        talk.ask(&me, "CLIENT TRACKINGINFO"),
        format!("{{flags ~[on broken_redirect] redirect {id} prefixes []}}")
    );
    assert_eq!(talk.field(&me, "flags"), "tR");
    talk.ask(&me, "CLIENT TRACKING on");
    assert_eq!(talk.field(&me, "flags"), "t");
}

#[test]
fn the_state_is_told_in_both_protocols() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(talk.ask(&me, "CLIENT TRACKINGINFO"), "[flags [off] redirect -1 prefixes []]");
    assert_eq!(talk.ask(&me, "CLIENT GETREDIR"), "-1");
    talk.ask(&me, "HELLO 3");
    let mut check = |line: &str, info: &str| {
        assert_eq!(talk.ask(&me, line), "OK", "{line}");
        assert_eq!(talk.ask(&me, "CLIENT TRACKINGINFO"), info, "{line}");
    };
    check("CLIENT TRACKING on", "{flags ~[on] redirect 0 prefixes []}");
    check("CLIENT TRACKING on OPTIN NOLOOP", "{flags ~[on optin noloop] redirect 0 prefixes []}");
    check("CLIENT CACHING yes", "{flags ~[on optin caching-yes noloop] redirect 0 prefixes []}");
    check("CLIENT TRACKING off", "{flags ~[off] redirect -1 prefixes []}");
    check("CLIENT TRACKING on OPTOUT", "{flags ~[on optout] redirect 0 prefixes []}");
    check("CLIENT CACHING no", "{flags ~[on optout caching-no] redirect 0 prefixes []}");
    check("CLIENT TRACKING off", "{flags ~[off] redirect -1 prefixes []}");
    check(
        "CLIENT TRACKING on BCAST PREFIX b PREFIX a",
        "{flags ~[on bcast] redirect 0 prefixes [a b]}",
    );
    assert_eq!(talk.field(&me, "flags"), "tB");
}

#[test]
fn contradictions_are_refused() {
    let (mut talk, me, _) = talk("BCAST PREFIX a PREFIX b");
    let switch = "client, and then re-enabling it with a different mode.";
    for (options, error) in [
        ("foo", "-ERR syntax error".to_owned()),
        ("on foo", "-ERR syntax error".to_owned()),
        ("on REDIRECT", "-ERR syntax error".to_owned()),
        ("on REDIRECT x", "-ERR value is not an integer or out of range".to_owned()),
        ("on REDIRECT 99", "-ERR The client ID you want redirect to does not exist".to_owned()),
        (
            "on REDIRECT 1 REDIRECT 2",
            "-ERR A client can only redirect to a single other client".to_owned(),
        ),
        ("on PREFIX x", "-ERR PREFIX option requires BCAST mode to be enabled".to_owned()),
        (
            "on",
            format!(
                "-ERR You can't switch BCAST mode on/off before disabling tracking for this {switch}"
            ),
        ),
        ("on BCAST OPTIN", "-ERR OPTIN and OPTOUT are not compatible with BCAST".to_owned()),
        (
            "on BCAST PREFIX bc",
            "-ERR Prefix 'bc' overlaps with an existing prefix 'b'. Prefixes for a single client \
             must not overlap."
                .to_owned(),
        ),
        (
            "on BCAST PREFIX x PREFIX xy",
            "-ERR Prefix 'x' overlaps with another provided prefix 'xy'. Prefixes for a single \
             client must not overlap."
                .to_owned(),
        ),
    ] {
        assert_eq!(talk.ask(&me, &format!("CLIENT TRACKING {options}")), error, "{options}");
    }
    assert_eq!(
        talk.ask(&me, "CLIENT CACHING yes"),
        "-ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode."
    );
    talk.ask(&me, "CLIENT TRACKING off");
    assert_eq!(
        talk.ask(&me, "CLIENT CACHING yes"),
        "-ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or \
         OPTOUT mode enabled"
    );
    assert_eq!(
        talk.ask(&me, "CLIENT TRACKING on OPTIN OPTOUT"),
        "-ERR You can't specify both OPTIN mode and OPTOUT mode"
    );
    talk.ask(&me, "CLIENT TRACKING on OPTIN");
    assert_eq!(
        talk.ask(&me, "CLIENT TRACKING on OPTOUT"),
        format!(
            "-ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this {switch}"
        )
    );
    assert_eq!(
        talk.ask(&me, "CLIENT CACHING no"),
        "-ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode."
    );
}

#[test]
fn what_the_table_cannot_hold_is_invalidated() {
    let mut talk = Talk::with(|config| config.tracking_table_max_keys = 3);
    let (me, other) = (talk.open_resp3(), talk.engine.open());
    talk.ask(&me, "CLIENT TRACKING on");
    talk.ask(&me, "MGET a b c d e");
    talk.wait_ms(100);
    let told = talk.hear(&me);
    assert_eq!(told.matches(">[invalidate [").count(), 2, "{told}");
    let tracking = &talk.engine.node().tracking;
    assert_eq!((tracking.keys(), tracking.items(), tracking.clients()), (3, 3, 1));
    talk.ask(&other, "MSET a 1 b 1 c 1 d 1 e 1");
    assert_eq!(talk.hear(&me).matches("invalidate").count(), 3, "the others were told before");
    assert_eq!(talk.engine.node().tracking.items(), 0);
}

#[test]
fn nothing_is_remembered_when_nobody_tracks() {
    let (mut talk, me, other) = talk("");
    talk.ask(&me, "GET a");
    talk.ask(&me, "CLIENT TRACKING off");
    talk.ask(&me, "GET b");
    let tracking = &talk.engine.node().tracking;
    assert_eq!((tracking.keys(), tracking.items(), tracking.clients()), (0, 0, 0));
    talk.ask(&me, "CLIENT TRACKING on");
    talk.ask(&me, "GET a");
    talk.engine.close(me);
    assert_eq!(talk.engine.node().tracking.clients(), 0);
    talk.ask(&other, "SET a 1");
}

/// Tells of too much memory once, when it has been armed.
#[derive(Debug)]
struct Scarce(std::rc::Rc<std::cell::Cell<bool>>);

impl node::Memory for Scarce {
    fn used(&self) -> u64 {
        if self.0.replace(false) { 200 } else { 50 }
    }

    fn rss(&self) -> u64 {
        0
    }

    fn active(&self) -> u64 {
        0
    }

    fn resident(&self) -> u64 {
        0
    }

    fn allocator(&self) -> &'static str {
        "none"
    }

    fn report(&self) -> String {
        String::new()
    }

    fn purge(&mut self) {}
}

#[test]
fn keys_that_make_room_for_a_command_are_told_before_its_answer() {
    let armed = std::rc::Rc::new(std::cell::Cell::new(false));
    let config = config::Config {
        maxmemory: 100,
        maxmemory_policy: config::MaxmemoryPolicy::AllkeysRandom,
        ..config::Config::default()
    };
    let clock = Box::new(stdx::clock::ManualClock::new(1_700_000_000_000_000));
    let memory = Box::new(Scarce(std::rc::Rc::clone(&armed)));
    let mut node = node::Node::new(config, clock, memory, 7, node::Start::default())
        .expect("nothing is renamed");
    let peer = node::Peer { local: true, ..node::Peer::default() };
    let me = node.connect(peer).expect("there is room");
    let mut ask = |lines: &str| {
        node.receive(me, lines.as_bytes());
        node.take_write_queue();
        let output = &mut node.clients.get_mut(me).expect("connected").output;
        let bytes: Vec<u8> = output.pieces().flatten().copied().collect();
        output.clear();
        support::show(&bytes)
    };
    ask("HELLO 3\r\nSET a 1\r\nCLIENT TRACKING on\r\nGET a\r\n");
    armed.set(true);
    assert_eq!(ask("SET b 1\r\n"), ">[invalidate [a]] OK");
    ask("SET a 1\r\nDEL b\r\nGET a\r\nCLIENT REPLY OFF\r\n");
    armed.set(true);
    assert_eq!(ask("SET b 1\r\n"), ">[invalidate [a]]", "even to those who want no replies");
}

#[test]
fn an_overlap_is_found_wherever_the_prefix_is_among_the_others() {
    let (mut talk, me, _) = talk("BCAST PREFIX aa PREFIX ab1 PREFIX ab2 PREFIX b PREFIX d");
    for (prefix, existing) in [
        ("a", Some("aa")),
        ("aa", Some("aa")),
        ("aaz", Some("aa")),
        ("ab", Some("ab1")),
        ("ab3", None),
        ("ab10", Some("ab1")),
        ("c", None),
        ("dd", Some("d")),
        ("e", None),
    ] {
        let line = format!("CLIENT TRACKING on BCAST PREFIX {prefix}");
        let expected = existing.map_or_else(|| "OK".to_owned(), |existing| {
            format!(
                "-ERR Prefix '{prefix}' overlaps with an existing prefix '{existing}'. Prefixes \
                 for a single client must not overlap."
            )
        });
        assert_eq!(talk.ask(&me, &line), expected);
    }
    // The empty one overlaps with all others, and is let in all the same.
    assert_eq!(talk.ask(&me, "CLIENT TRACKING on BCAST"), "OK");
    assert_eq!(
        talk.ask(&me, "CLIENT TRACKING on BCAST PREFIX z"),
        "-ERR Prefix 'z' overlaps with an existing prefix ''. Prefixes for a single client must \
         not overlap."
    );
    assert_eq!(
        talk.ask(&me, "CLIENT TRACKINGINFO"),
        "{flags ~[on bcast] redirect 0 prefixes [ aa ab1 ab2 ab3 b c d e]}"
    );
}

#[test]
fn prefixes_count_as_memory_of_their_client() {
    let (mut talk, me, _) = talk("BCAST PREFIX first");
    let memory =
        |talk: &mut Talk| -> usize { talk.field(&me, "tot-mem").parse().expect("a number") };
    let before = memory(&mut talk);
    for index in 0..1000 {
        talk.ask(&me, &format!("CLIENT TRACKING on BCAST PREFIX {index:012}"));
    }
    assert!(memory(&mut talk) > before + 1000 * 2 * 12);
    talk.ask(&me, "CLIENT TRACKING off");
    assert!(memory(&mut talk) <= before);
}
