//! How the server ends, well or badly.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use testkit::{Server, eventually};

use crate::{ask, server};

const DEBUG: &str = "--enable-debug-command yes";

#[test]
fn signals_that_ask_for_it_end_the_server_well() {
    for name in ["TERM", "INT"] {
        let mut server = server("");
        ask(&server, "SET key value");
        server.signal(name).expect("a signal can be sent");
        assert_eq!(server.wait().code(), Some(0));
        let log = server.log();
        let expected = [
            &*format!("# Received SIG{name} scheduling shutdown...\n"),
            "# User requested shutdown...\n",
            "# Sinter is now ready to exit, bye bye...\n",
        ];
        for line in expected {
            assert!(log.contains(line), "{line:?} in {log}");
        }
    }
}

#[test]
fn end_of_the_terminal_is_not_the_end_of_the_server() {
    let server = server("");
    server.signal("HUP").expect("a signal can be sent");
    assert_eq!(ask(&server, "PING"), "PONG");
}

#[test]
fn who_asks_twice_does_not_wait() {
    let mut server = server(DEBUG);
    let mut busy = server.connect();
    busy.queue(&["DEBUG", "SLEEP", "60"]);
    busy.flush().expect("it takes requests");
    eventually("the server to be asleep", || {
        let mut other = server.connect();
        other.set_io_timeout(Some(Duration::from_millis(300))).expect("a limit can be set");
        other.request(&["PING"]).is_err()
    });
    // The kernel merges signals that are pending, so one is sent until the server is gone.
    let mut status = None;
    eventually("the server to end", || {
        let _ = server.signal("TERM");
        status = server.try_wait();
        status.is_some()
    });
    assert_eq!(status.and_then(|status| status.code()), Some(1));
}

#[test]
fn shutdown_ends_all_connections_without_an_answer() {
    let mut server = server("");
    let mut other = server.connect();
    let mut one = server.connect();
    assert_eq!(ask(&server, "SHUTDOWN nonsense"), "ERR syntax error");
    assert!(one.request(&["SHUTDOWN", "NOSAVE"]).is_err());
    assert_eq!(server.wait().code(), Some(0));
    assert!(other.request(&["PING"]).is_err());
}

/// Crashes a server and returns its log.
fn crash(mut server: Server, how: &str, signal: i32) -> String {
    let mut connection = server.connect();
    let words: Vec<&str> = how.split(' ').collect();
    assert!(connection.request(&words).is_err(), "{how} has no answer");
    assert_eq!(server.wait().signal(), Some(signal), "{how}: {}", server.log());
    server.log()
}

#[test]
fn crash_is_reported_with_what_is_needed_to_find_out_why() {
    let log = crash(server(DEBUG), "DEBUG SEGFAULT", libc::SIGSEGV);
    for words in [
        "=== REDIS BUG REPORT START: Cut & paste starting from here ===\n",
        "crashed by signal: 11, si_code: ",
        "Accessing address: 0x8\n",
        "------ STACK TRACE ------\n",
        "------ REGISTERS ------\n",
        "------ MEMORY MAP ------\n",
        "sinter-server",
        "=== REDIS BUG REPORT END ===\n",
    ] {
        assert!(log.contains(words), "{words:?} in {log}");
    }
    assert_eq!(log.matches("BUG REPORT START").count(), 1, "{log}");
}

#[test]
fn broken_assumptions_and_lack_of_memory_are_crashes_with_a_reason() {
    for (how, words) in [
        ("DEBUG ASSERT", "=== ASSERTION FAILED ===\n==> "),
        ("DEBUG PANIC", "Guru Meditation: DEBUG PANIC was called\n"),
        ("DEBUG OOM", "Out Of Memory allocating "),
    ] {
        let log = crash(server(DEBUG), how, libc::SIGABRT);
        assert!(log.contains(words), "{how}: {log}");
        assert!(log.contains("crashed by signal: 6"), "{how}: {log}");
    }
}

#[test]
fn reports_go_to_the_log_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.log");
    let mut process = std::process::Command::new(crate::PROGRAM)
        .args(["--port", "0", "--enable-debug-command", "yes", "--unixsocket"])
        .arg(folder.path().join("socket"))
        .arg("--logfile")
        .arg(&path)
        .spawn()
        .expect("the program can be run");
    let read = || std::fs::read_to_string(&path).unwrap_or_default();
    eventually("the server to be ready", || read().contains("Ready to accept connections unix"));
    let address = connector::Address::Unix(folder.path().join("socket"));
    let mut connection = crate::connect(&address).expect("a connection");
    assert!(connection.request(&["DEBUG", "SEGFAULT"]).is_err());
    assert_eq!(process.wait().expect("it ends").signal(), Some(libc::SIGSEGV));
    assert!(read().contains("crashed by signal: 11"));
}

#[test]
fn there_is_no_report_where_none_is_wanted() {
    let quiet = server(&format!("{DEBUG} --crash-log-enabled no"));
    assert!(!crash(quiet, "DEBUG SEGFAULT", libc::SIGSEGV).contains("BUG REPORT"));

    let later = server(DEBUG);
    assert_eq!(ask(&later, "CONFIG SET crash-log-enabled no"), "OK");
    assert!(!crash(later, "DEBUG SEGFAULT", libc::SIGSEGV).contains("BUG REPORT"));
}

#[test]
fn panics_can_end_the_server_without_a_core() {
    let mut server = server(&format!("{DEBUG} --use-exit-on-panic yes"));
    let mut connection = server.connect();
    assert!(connection.request(&["DEBUG", "PANIC"]).is_err());
    assert_eq!(server.wait().code(), Some(1));
}
