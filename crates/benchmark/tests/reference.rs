//! The tool against a real `redis-server`, where there is one: TLS, clusters, and every test of
//! the suite.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use testkit::{Server, eventually};

/// Finds a program in PATH.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.exists())
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    listener.local_addr().expect("bound").port().to_string()
}

/// Runs the tool, which must succeed, and returns what it prints.
fn run(port: &str, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_sinter-benchmark"))
        .args(["-p", port])
        .args(args)
        .output()
        .expect("the program runs");
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{args:?}: {}", shown(&output.stderr));
    shown(&output.stdout)
}

/// Returns how often the server has run a command.
fn calls(server: &Server, command: &str) -> u64 {
    let stats = server.run("INFO commandstats");
    let name = format!("cmdstat_{command}:calls=");
    let line =
        stats.as_str().and_then(|text| text.lines().find_map(|line| line.strip_prefix(&name)));
    let count = line.and_then(|line| line.split(',').next()?.parse().ok());
    count.unwrap_or_default()
}

/// Makes a certificate for localhost that trusts itself; the key lies beside it.
fn certificate(folder: &Path) -> Option<(String, String)> {
    let place = |name: &str| folder.join(name).to_str().expect("text").to_owned();
    let (cert, key) = (place("cert.pem"), place("key.pem"));
    let made = Command::new(find("openssl")?)
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=CA:FALSE", "-keyout", &key, "-out", &cert])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    made.is_ok_and(|status| status.success()).then_some((cert, key))
}

#[test]
fn every_test_of_the_suite_runs() {
    let Some(program) = find("redis-server") else { return };
    let server = Server::spawn(program, &[]);
    let port = server.port().to_string();
    let lines = run(&port, &["-n", "100", "-c", "10", "-P", "3", "-r", "50", "--csv"]);
    assert_eq!(lines.lines().count(), 21, "{lines}");
    for (command, count) in
        [("ping", 200), ("lpush", 200), ("lrange", 400), ("mset", 100), ("zpopmin", 100)]
    {
        assert_eq!(calls(&server, command), count, "{command}");
    }
}

#[test]
fn tls_is_spoken_with_whom_is_trusted() {
    let Some(program) = find("redis-server") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let Some((cert, key)) = certificate(folder.path()) else { return };
    let port = free_port();
    let files = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &cert];
    let server = Server::spawn(program, &[&["--tls-port", &port], &files[..]].concat());
    let identity = ["--tls", "--cacert", &cert, "--cert", &cert, "--key", &key];
    for load in [
        &["-n", "1000", "-P", "7"][..],
        &["-n", "1000", "-d", "50000", "-c", "3", "-P", "4"],
        &["-n", "50", "-k", "0"],
        &["-n", "200", "--rate", "2000"],
        &["-n", "1000", "--threads", "2", "--vs", &format!("127.0.0.1:{port}"), "--rounds", "1"],
    ] {
        let before = calls(&server, "set");
        let shown = run(&port, &[&identity[..], &["-t", "set,get", "-q"], load].concat());
        let asked: u64 = load[1].parse().expect("a number");
        let servers = 1 + load.iter().filter(|word| **word == "--vs").count() as u64;
        assert_eq!(calls(&server, "set") - before, asked * servers, "{load:?}: {shown}");
    }
    let uri = format!("rediss://127.0.0.1:{port}");
    run(&port, &[&["-u", &uri], &identity[1..], &["-n", "10", "-t", "get"]].concat());
    let stranger = Command::new(env!("CARGO_BIN_EXE_sinter-benchmark"))
        .args(["-p", &port, "--tls", "-n", "10", "-t", "get"])
        .output()
        .expect("the program runs");
    assert_eq!(stranger.status.code(), Some(1));
    let said = String::from_utf8_lossy(&stranger.stderr);
    assert!(said.starts_with("Could not connect to Redis at"), "{said}");
}

#[test]
fn a_cluster_is_loaded_on_all_its_primaries() {
    let Some(program) = find("redis-server") else { return };
    let nodes: Vec<(Server, String)> = (0..2)
        .map(|_| {
            let bus = free_port();
            let args = ["--cluster-enabled", "yes", "--cluster-port", &bus];
            (Server::spawn(&program, &args), bus)
        })
        .collect();
    nodes[0].0.run("CLUSTER ADDSLOTSRANGE 0 8191");
    nodes[1].0.run("CLUSTER ADDSLOTSRANGE 8192 16383");
    nodes[1].0.run("CLUSTER SET-CONFIG-EPOCH 2");
    let met = format!("CLUSTER MEET 127.0.0.1 {} {}", nodes[1].0.port(), nodes[1].1);
    nodes[0].0.run(&met);
    eventually("the cluster to be up", || {
        nodes.iter().all(|(node, _)| {
            let info = node.run("CLUSTER INFO");
            info.as_str().is_some_and(|text| text.contains("cluster_state:ok"))
        })
    });
    let port = nodes[0].0.port().to_string();
    let shown = run(&port, &["--cluster", "-n", "2000", "-r", "500", "-t", "set", "-c", "8"]);
    assert!(shown.contains("Cluster has 2 master nodes:"), "{shown}");
    run(&port, &["--cluster", "-n", "2000", "-r", "500", "-q", "incr", "own:{tag}:__rand_int__"]);
    for command in ["set", "incr"] {
        let counts = nodes.iter().map(|(node, _)| calls(node, command));
        let counts: Vec<_> = counts.collect();
        assert_eq!(counts.iter().sum::<u64>(), 2000, "{command}");
        assert!(counts.iter().all(|count| *count > 500), "{command}: {counts:?}");
    }
}
