//! The tool from the outside, against a server that answers everything.

mod peer;

use std::process::{Command, Output};

use peer::Peer;

fn run(peer: &Peer, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sinter-benchmark"))
        .args(["-p", &peer.port().to_string()])
        .args(args)
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[test]
fn exactly_as_many_requests_are_sent_as_were_asked_for() {
    for args in [
        &["-n", "1000", "-c", "7", "-P", "3", "-t", "set,get"][..],
        &["-n", "1000", "-c", "7", "--threads", "3", "-t", "set,get"],
        &["-n", "100", "-c", "7", "-P", "2", "-k", "0", "-t", "set,get"],
        &["-n", "200", "-c", "7", "--rate", "5000", "-t", "set,get"],
    ] {
        let peer = Peer::start();
        let output = run(&peer, args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        let expected: usize = args[1].parse().expect("a number");
        assert_eq!((peer.count("SET"), peer.count("GET")), (expected, expected), "{args:?}");
    }
}

#[test]
fn connections_introduce_themselves_before_they_ask() {
    let peer = Peer::start();
    let options = ["-a", "secret", "--user", "bob", "--dbnum", "3", "-3", "--enable-tracking"];
    let output = run(&peer, &[&options[..], &["-n", "10", "-c", "2", "-q", "ping"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    for command in ["SELECT", "CLIENT"] {
        assert_eq!(peer.count(command), 2, "{command} once on each connection");
    }
    // The connection that asks for the settings says who it is as well.
    assert_eq!((peer.count("AUTH"), peer.count("HELLO")), (3, 2));
    assert_eq!(peer.count("PING"), 10);
}

#[test]
fn an_error_ends_the_tool_and_is_shown() {
    let peer = Peer::start();
    let output = run(&peer, &["-n", "100", "-q", "fail", "x"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "Error from server: ERR as you wish\n");
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let port = Peer::start().port();
    let output = Command::new(env!("CARGO_BIN_EXE_sinter-benchmark"))
        .args(["-p", &port.to_string(), "-t", "get"])
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let expected = format!("Could not connect to Redis at 127.0.0.1:{port}: Connection refused\n");
    assert_eq!(text(&output.stderr), expected);
}

/// Runs the tool and returns percentiles in milliseconds.
fn percentiles(peer: &Peer, args: &[&str]) -> impl Fn(&str) -> f64 + use<> {
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("out.json");
    let output = run(peer, &[&["--csv", "--json", json.to_str().expect("text")], args].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let document = std::fs::read_to_string(json).expect("it was written");
    let document: serde_json::Value = serde_json::from_str(&document).expect("valid");
    let latency = document["tests"][0]["latency_ms"].clone();
    move |name| latency[name].as_f64().unwrap_or_else(|| panic!("{name} is in {latency}"))
}

/// A busy machine makes everything later, the tails most, and nothing earlier.
#[track_caller]
fn assert_near(found: f64, expected: f64) {
    let is_near = found >= expected - 2.0 && found <= expected * 1.2 + 50.0;
    assert!(is_near, "{found} ms, not about {expected} ms");
}

#[test]
fn a_stall_is_seen_by_all_requests_that_were_planned_meanwhile() {
    let peer = Peer::start();
    let closed = percentiles(&peer, &["-c", "4", "-n", "1000", "stall_once"]);
    // Each connection met the stall once, and what it did not ask meanwhile nobody misses.
    assert!(closed("p99") < 20.0, "whoever waits for replies hardly notices: {}", closed("p99"));
    assert!(closed("max") >= 200.0);

    // 2000 requests per second: the one planned t after the first one waits for the rest of the
    // stall, and the 1000 of them cover half a second.
    let peer = Peer::start();
    let open = percentiles(&peer, &["-c", "4", "-n", "1000", "--rate", "2000", "stall_once"]);
    let stall_ms = peer.stall().as_secs_f64() * 1e3;
    for (name, part) in [("max", 1.0), ("p99", 0.99), ("p95", 0.95), ("p90", 0.9)] {
        assert_near(open(name), stall_ms - (1.0 - part) * 500.0);
    }
}

#[test]
fn an_open_loop_shows_the_queue_in_front_of_a_server_that_is_too_slow() {
    // A reply takes 10 ms, so that whoever waits for it sees 10 ms.
    let service_ms = peer::SERVICE.as_secs_f64() * 1e3;
    let peer = Peer::start();
    let closed = percentiles(&peer, &["-c", "1", "-n", "50", "slow"]);
    assert_near(closed("p50"), service_ms);
    // At half of what the server can do there is no queue.
    let idle = percentiles(&peer, &["-c", "1", "-n", "25", "--rate", "50", "slow"]);
    assert_near(idle("p50"), service_ms);
    // At twice what it can do each request is half a service later than the one before.
    let overload = percentiles(&peer, &["-c", "1", "-n", "100", "--rate", "200", "slow"]);
    for (name, request) in [("min", 0.0), ("p50", 49.0), ("p90", 89.0), ("max", 99.0)] {
        assert_near(overload(name), service_ms + request * service_ms / 2.0);
    }
}

#[test]
fn mixes_and_recorded_loads_are_told_apart_by_command() {
    let peer = Peer::start();
    let output = run(&peer, &["-n", "1000", "--csv", "--mix", "get=3,set=1", "-r", "100"]);
    let lines = text(&output.stdout);
    assert!(
        lines.contains("\"get=3,set=1\",\"") && lines.contains("\"get=3,set=1: SET\",\""),
        "{lines}"
    );
    assert_eq!(peer.count("GET") + peer.count("SET"), 1000);
    assert!((650..850).contains(&peer.count("GET")), "{}", peer.count("GET"));

    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("monitor.log");
    let lines = "1.5 [0 a:1] \"INCR\" \"x\"\n1.6 [2 b:1] \"LPUSH\" \"l\" \"1\"\n1.7 [0 a:1] \"INCR\" \"x\"\n";
    std::fs::write(&log, lines).expect("written");
    let output = run(&peer, &["-q", "--replay", log.to_str().expect("text")]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!((peer.count("INCR"), peer.count("LPUSH"), peer.count("SELECT")), (2, 1, 1));
}

#[test]
fn servers_are_compared_and_charts_are_drawn() {
    let (first, second) = (Peer::start(), Peer::start());
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let other = format!("127.0.0.1:{}", second.port());
    let page_name = page.to_str().expect("text");
    let args = ["-n", "300", "-t", "get", "--vs", &other, "--rounds", "3", "--html", page_name];
    let output = run(&first, &args);
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(shown.contains("requests per second") && shown.contains(&other), "{shown}");
    assert_eq!((first.count("GET"), second.count("GET")), (300, 300));
    let page = std::fs::read_to_string(page).expect("it was written");
    assert!(page.contains("<svg") && page.contains(&other));
}

#[test]
fn called_by_its_old_name_it_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let old_name = folder.path().join("redis-benchmark");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_sinter-benchmark"), &old_name).expect("linked");
    let output = Command::new(&old_name).arg("--version").output().expect("the program runs");
    assert!(text(&output.stdout).starts_with("redis-benchmark 7."));
    let output = Command::new(&old_name).arg("--help").output().expect("the program runs");
    assert!(text(&output.stdout).starts_with("Usage: redis-benchmark [OPTIONS]"));
}
