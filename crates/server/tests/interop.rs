//! Programs written with other people's client libraries find a server they know.
//!
//! The libraries are installed below `target/interop` by `cargo xtask test`. Without them (a plain `cargo test`) python3 and node of the system are tried, and what is missing is said.

use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::Server;

const SERVER: &str = env!("CARGO_BIN_EXE_sinter-server");

fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).expect("a crate lies two levels below the root").to_path_buf()
}

fn or_system(ours: PathBuf, system: &str) -> PathBuf {
    if ours.exists() { ours } else { PathBuf::from(system) }
}

fn run(mut command: Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success() && output.stdout.ends_with(b"ok\n"),
        "{command:?}\n{}{}\nrun `cargo xtask test` once to install the client libraries",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

#[test]
fn redis_py_finds_a_server_it_knows() {
    let server = Server::spawn(SERVER, &[]);
    let python = or_system(root().join("target/interop/python/bin/python"), "python3");
    let mut command = Command::new(python);
    command.arg(root().join("tests/interop/clients.py")).arg(server.address());
    run(command);
}

#[test]
fn ioredis_finds_a_server_it_knows() {
    let server = Server::spawn(SERVER, &[]);
    let mut command = Command::new("node");
    command.arg(root().join("tests/interop/clients.js")).arg(server.address());
    command.env("NODE_PATH", root().join("target/interop/node/node_modules"));
    run(command);
}

#[test]
fn the_redis_crate_finds_a_server_it_knows() {
    let server = Server::spawn(SERVER, &[]);
    let client = redis::Client::open(format!("redis://{}/", server.address())).expect("an address");
    let mut connection = client.get_connection().expect("a connection");
    let mut run = |words: &[&str]| -> redis::RedisResult<redis::Value> {
        let mut command = redis::cmd(words[0]);
        for word in &words[1..] {
            command.arg(word);
        }
        command.query(&mut connection)
    };
    assert_eq!(run(&["SET", "greeting", "hello"]), Ok(redis::Value::Okay));
    assert_eq!(run(&["GET", "greeting"]), Ok(redis::Value::BulkString(b"hello".to_vec())));
    assert_eq!(run(&["INCRBY", "visits", "42"]), Ok(redis::Value::Int(42)));
    assert_eq!(run(&["GET", "nobody"]), Ok(redis::Value::Nil));
    let refused = run(&["INCR", "greeting"]).expect_err("not a number");
    assert_eq!(refused.code(), Some("ERR"));
}

#[test]
fn redis_cli_and_redis_benchmark_work_unmodified() {
    let server = Server::spawn(SERVER, &[]);
    let port = server.port().to_string();
    let cli = |words: &[&str]| {
        let output = Command::new("redis-cli").args(["-p", &port]).args(words).output();
        let output = output.expect("redis-cli is installed by `cargo xtask test`");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(cli(&["SET", "k", "v"]), "OK\n");
    assert_eq!(cli(&["--raw", "GET", "k"]), "v\n");
    assert!(cli(&["--scan"]).contains("k\n"));
    assert!(cli(&["--bigkeys"]).contains("summary"));
    let output = Command::new("redis-benchmark")
        .args(["-p", &port, "-q", "-n", "2000", "-P", "8", "-t", "ping,set,get,incr,mset"])
        .output()
        .expect("redis-benchmark is installed by `cargo xtask test`");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for name in ["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET (10 keys)"] {
        assert!(text.contains(&format!("{name}: ")), "{name} in {text}");
    }
    assert!(output.status.success());
}
