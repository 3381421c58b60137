//! A server process on a port of its own, which ends with the test.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use connector::{Address, Connection, Family, Timeouts};
use resp::value::Value;

use crate::eventually;

/// A server process.
#[derive(Debug)]
pub struct Server {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

/// Returns a port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has free ports");
    listener.local_addr().expect("a bound socket has an address").port()
}

impl Server {
    /// Starts `program` with these arguments behind its port and folder, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready; its log is shown.
    pub fn spawn(program: impl AsRef<Path>, args: &[&str]) -> Self {
        // Another test may take the port between finding it free and using it.
        for _ in 0..5 {
            if let Some(server) = Self::try_spawn(program.as_ref(), args) {
                return server;
            }
        }
        panic!("{} finds no free port", program.as_ref().display());
    }

    fn try_spawn(program: &Path, args: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder for the server");
        let port = free_port();
        let log = fs::File::create(folder.path().join("log")).expect("a log for the server");
        let process = Command::new(program)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .arg("--dir")
            .arg(folder.path())
            .args(args)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("a log for the server"))
            .stdout(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut server = Self { process, port, folder };
        let mut taken = false;
        eventually("the server to be ready", || {
            let log = server.log();
            taken = log.contains("Failed listening on port");
            let ended = server.process.try_wait().expect("a child can be waited for").is_some();
            assert!(taken || !ended, "the server has ended: {log}");
            taken || log.contains("Ready to accept connections")
        });
        (!taken).then_some(server)
    }

    /// Returns the port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Returns `host:port`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Returns the folder that it runs in.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// Returns what it has written to its log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Opens a connection to it.
    pub fn connect(&self) -> Connection {
        let address = Address::tcp("127.0.0.1", self.port);
        Connection::connect(&address, Family::Any, Timeouts::default())
            .unwrap_or_else(|error| panic!("connecting to {}: {error}", self.address()))
    }

    /// Runs one command, given as one would type it, on a connection of its own.
    pub fn run(&self, line: &str) -> Value {
        let words = stdx::text::split_args(line.as_bytes()).expect("balanced quotes");
        self.connect().request(&words).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// Returns one field of INFO.
    pub fn info(&self, field: &str) -> String {
        let reply = self.run("INFO everything");
        let text = String::from_utf8_lossy(reply.as_bytes().unwrap_or_default()).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("INFO has no field {field}")).to_owned()
    }

    /// Sends the process a signal by its name, such as `TERM`.
    pub fn signal(&self, name: &str) -> io::Result<ExitStatus> {
        Command::new("kill").args([format!("-{name}"), self.pid().to_string()]).status()
    }

    /// Waits until the process has ended, and returns how.
    pub fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        eventually("the server to end", || {
            status = self.process.try_wait().expect("a child can be waited for");
            status.is_some()
        });
        status.expect("just seen")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
