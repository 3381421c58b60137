//! AUTH, HELLO, PING, QUIT, RESET, SELECT.

mod support;

use node::{Action, LogLevel, Peer, Token};
use support::{Talk, show};

const WRONG: &str = "-WRONGPASS invalid username-password pair or user is disabled.";

/// Connects somebody who has to log in where that is demanded.
fn connect(talk: &mut Talk) -> Token {
    let peer = Peer { addr: "127.0.0.1:5".to_owned(), local: true, ..Peer::default() };
    talk.engine.node().connect(peer).expect("there is room")
}

fn ask(talk: &mut Talk, who: Token, line: &str) -> String {
    let node = talk.engine.node();
    node.receive(who, format!("{line}\r\n").as_bytes());
    node.take_write_queue();
    let output = &mut node.clients.get_mut(who).expect("a connected client").output;
    let bytes: Vec<u8> = output.pieces().flatten().copied().collect();
    output.clear();
    show(&bytes)
}

#[test]
fn without_a_password_everybody_is_the_default_user() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(
        talk.ask(&me, "AUTH x"),
        "-ERR AUTH <password> called without any password configured for the default user. Are \
         you sure your configuration is correct?"
    );
    assert_eq!(talk.ask(&me, "AUTH default x"), "OK");
    assert_eq!(talk.ask(&me, "AUTH nobody x"), WRONG);
    assert_eq!(talk.ask(&me, "AUTH a b c"), "-ERR syntax error");
}

#[test]
fn with_a_password_nothing_is_done_before_it_is_told() {
    let mut talk = Talk::with(|config| config.requirepass = b"sesame".to_vec());
    let me = connect(&mut talk);
    assert_eq!(ask(&mut talk, me, "GET a"), "-NOAUTH Authentication required.");
    assert!(ask(&mut talk, me, "HELLO 3").starts_with("-NOAUTH HELLO must be called"));
    assert_eq!(ask(&mut talk, me, "AUTH sesam"), WRONG);
    assert_eq!(ask(&mut talk, me, "AUTH sesame"), "OK");
    assert_eq!(ask(&mut talk, me, "GET a"), "nil");
    assert_eq!(ask(&mut talk, me, "RESET"), "RESET");
    assert_eq!(ask(&mut talk, me, "GET a"), "-NOAUTH Authentication required.");
    let other = connect(&mut talk);
    let hello = ask(&mut talk, other, "HELLO 3 AUTH default sesame SETNAME bob");
    assert!(hello.starts_with("{server redis"), "{hello}");
    assert_eq!(ask(&mut talk, other, "CLIENT GETNAME"), "bob");
    assert_eq!(talk.engine.node().stats.auth_denied, 1);
}

#[test]
fn hello_tells_the_same_facts_in_both_protocols() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    let facts = "server redis version 7.2.7 proto 2 id 1 mode standalone role master modules []";
    assert_eq!(talk.ask(&me, "HELLO"), format!("[{facts}]"));
    let facts = facts.replace("proto 2", "proto 3");
    assert_eq!(talk.ask(&me, "HELLO 3"), format!("{{{facts}}}"));
    assert_eq!(talk.ask(&me, "HELLO"), format!("{{{facts}}}"));
}

#[test]
fn hello_that_fails_changes_nothing() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for (line, error) in [
        ("HELLO x", "-ERR Protocol version is not an integer or out of range"),
        ("HELLO 4", "-NOPROTO unsupported protocol version"),
        ("HELLO 3 FOO", "-ERR Syntax error in HELLO option 'FOO'"),
        ("HELLO 3 AUTH x", "-ERR Syntax error in HELLO option 'AUTH'"),
        ("HELLO 3 SETNAME", "-ERR Syntax error in HELLO option 'SETNAME'"),
        ("HELLO 3 SETNAME joe AUTH nobody x", WRONG),
        (
            "HELLO 3 SETNAME a\n",
            "-ERR Client names cannot contain spaces, newlines or special characters.",
        ),
    ] {
        assert_eq!(talk.ask(&me, line), error, "{line}");
    }
    assert_eq!(talk.ask(&me, "CLIENT GETNAME"), "nil");
    assert_eq!(talk.field(&me, "resp"), "2");
}

#[test]
fn a_refused_exec_drops_the_transaction() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    talk.ask(&me, "MULTI");
    assert_eq!(
        talk.ask(&me, "EXEC x"),
        "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command"
    );
    assert_eq!(talk.ask(&me, "EXEC"), "-ERR EXEC without MULTI");
}

#[test]
fn ping_and_echo_answer() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(talk.raw(&me, "PING"), "+PONG");
    assert_eq!(talk.raw(&me, "PING hi"), "$2 hi");
    assert_eq!(talk.ask(&me, "PING a b"), "-ERR wrong number of arguments for 'ping' command");
    assert_eq!(talk.raw(&me, "ECHO hi"), "$2 hi");
}

#[test]
fn select_changes_the_database_within_bounds() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for (index, error) in [
        ("x", "-ERR value is not an integer or out of range"),
        ("-1", "-ERR DB index is out of range"),
        ("16", "-ERR DB index is out of range"),
        (
            "99999999999",
            "-ERR value is out of range, value must between -2147483648 and 2147483647",
        ),
    ] {
        assert_eq!(talk.ask(&me, &format!("SELECT {index}")), error);
    }
    talk.ask(&me, "SET a 0");
    assert_eq!(talk.ask(&me, "SELECT 15"), "OK");
    assert_eq!(talk.ask(&me, "GET a"), "nil");
}

#[test]
fn reset_leaves_a_new_connection_with_its_number_and_its_library() {
    let mut talk = Talk::new();
    let me = talk.open_resp3();
    for line in [
        "SELECT 3",
        "CLIENT SETNAME me",
        "CLIENT SETINFO lib-name lib",
        "CLIENT NO-EVICT on",
        "CLIENT NO-TOUCH on",
        "CLIENT TRACKING on",
        "SUBSCRIBE a",
        "WATCH k",
        "MULTI",
    ] {
        talk.ask(&me, line);
    }
    assert_eq!(talk.ask(&me, "RESET"), "RESET");
    let line = talk.text(&me, "CLIENT INFO");
    for part in ["id=1 ", "name= ", "flags=N ", "db=0 ", "sub=0 ", "multi=-1 ", "redir=-1 resp=2 "]
    {
        assert!(line.contains(part), "{part} in {line}");
    }
    assert!(line.contains("lib-name=lib "), "{line}");
}

#[test]
fn after_quit_nothing_is_answered() {
    let mut talk = Talk::new();
    let me = connect(&mut talk);
    let node = talk.engine.node();
    node.receive(me, b"PING\r\nQUIT\r\nPING\r\n");
    node.take_write_queue();
    let output = &mut node.clients.get_mut(me).expect("not gone yet").output;
    assert_eq!(output.pieces().flatten().copied().collect::<Vec<_>>(), b"+PONG\r\n+OK\r\n");
    output.clear();
    assert!(node.is_finished(me));
}

#[test]
fn a_request_of_a_browser_ends_the_connection_before_its_body_is_run() {
    let mut talk = Talk::new();
    let mut warnings = 0;
    for head in ["POST / HTTP/1.1", "post /", "HOST: localhost"] {
        let browser = connect(&mut talk);
        let node = talk.engine.node();
        node.receive(browser, format!("{head}\r\nSET a b\r\n").as_bytes());
        let mut closed = false;
        for action in node.take_actions() {
            match action {
                Action::Close(token) => closed |= token == browser,
                Action::Log(LogLevel::Warning, text) => {
                    assert!(text.contains("127.0.0.1:5"), "{text}");
                    warnings += 1;
                }
                _ => (),
            }
        }
        assert!(closed, "{head}");
        node.disconnected(browser);
    }
    assert_eq!(warnings, 1, "the log is not flooded");
    let me = talk.engine.open();
    assert_eq!(talk.ask(&me, "GET a"), "nil");
    assert!(talk.ask(&me, "POSTS a").starts_with("-ERR unknown command 'POSTS'"));
}
