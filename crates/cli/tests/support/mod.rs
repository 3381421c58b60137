//! A reference server of one's own, and running programs against it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running redis-server, stopped when dropped.
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) dir: TempDir,
    child: Child,
}

/// Finds a program in PATH.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|dir| dir.join(name))
        .find(|path| path.exists())
}

/// Waits until a condition holds.
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Server {
    /// Starts a server with further arguments, or returns `None` if there is no redis-server here.
    pub(crate) fn start(extra: &[&str]) -> Option<Self> {
        let program = find("redis-server")?;
        let dir = tempfile::tempdir().unwrap();
        let mut last = String::new();
        for _ in 0..20 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            // The cluster bus listens ten thousand further up.
            if port > 50_000 && extra.contains(&"--cluster-enabled") {
                continue;
            }
            let child = Command::new(&program)
                .args(["--port", &port.to_string(), "--save", "", "--bind", "127.0.0.1"])
                .args(["--enable-debug-command", "yes", "--repl-diskless-sync-delay", "0"])
                .args(["--dir", dir.path().to_str().unwrap()])
                .args(["--unixsocket", dir.path().join("sock").to_str().unwrap()])
                .args(extra)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut server = Self { port, dir: tempfile::tempdir().unwrap(), child };
            let mut dead = false;
            let socket = dir.path().join("sock");
            eventually("the server answers", || {
                dead = server.child.try_wait().unwrap().is_some();
                // At the port somebody else's may answer; the socket comes after the port.
                dead || std::os::unix::net::UnixStream::connect(&socket).is_ok()
            });
            if dead {
                last = format!("redis-server ended at once on port {port}");
                continue;
            }
            server.dir = dir;
            return Some(server);
        }
        panic!("no server could be started: {last}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program had to say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

/// Runs a program with standard input, an environment, and a limit on its time.
pub(crate) fn run(
    program: &Path,
    args: &[&str],
    stdin: &[u8],
    env: &[(&str, &str)],
    limit: Duration,
) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(program)
        .args(args)
        .env_remove("REDISCLI_AUTH")
        .env("HOME", home.path())
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = stdin.to_vec();
    let writer = std::thread::spawn(move || drop(input.write_all(&bytes)));
    let stdout = child.stdout.take().unwrap();
    let stderr = child.stderr.take().unwrap();
    let read = |mut from: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut all = Vec::new();
            let _ = from.read_to_end(&mut all);
            all.escape_ascii().to_string().replace("\\n", "\n")
        })
    };
    let stdout = read(Box::new(stdout));
    let stderr = read(Box::new(stderr));
    let started = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if started.elapsed() > limit {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    writer.join().unwrap();
    Output { stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap(), code }
}
