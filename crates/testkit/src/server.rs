//! A server process on a port of its own, which ends with the test.

use std::ffi::OsString;
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
    program: PathBuf,
    args: Vec<OsString>,
    port: u16,
    folder: tempfile::TempDir,
}

/// Returns a port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has free ports");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// The configuration file of [`Server::configured`], in the server's folder.
const FILE: &str = "sinter.conf";

impl Server {
    /// Starts `program` with these arguments behind its port and folder, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready; its log is shown.
    pub fn spawn(program: impl AsRef<Path>, args: &[&str]) -> Self {
        Self::find_port(program.as_ref(), |port, folder| {
            let mut all: Vec<OsString> =
                ["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]
                    .map(OsString::from)
                    .into();
            all.push(folder.into());
            all.extend(args.iter().map(OsString::from));
            all
        })
    }

    /// Starts `program` with a configuration file of these lines, below its port, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready; its log is shown.
    pub fn configured(program: impl AsRef<Path>, lines: &str) -> Self {
        Self::find_port(program.as_ref(), |port, folder| {
            let text = format!("port {port}\nbind 127.0.0.1\n{lines}\n");
            let file = folder.join(FILE);
            fs::write(&file, text).expect("a configuration for the server");
            vec![file.into()]
        })
    }

    fn find_port(program: &Path, args: impl Fn(u16, &Path) -> Vec<OsString>) -> Self {
        // Another test may take the port between finding it free and using it.
        for _ in 0..5 {
            let folder = tempfile::tempdir().expect("a folder for the server");
            let port = free_port();
            let args = args(port, folder.path());
            let process = start(program, &args, folder.path());
            let mut server = Self { process, program: program.to_owned(), args, port, folder };
            if server.is_ready(1) {
                return server;
            }
        }
        panic!("{} finds no free port", program.display());
    }

    /// Ends the process as an operator does, and starts it again with the same arguments.
    ///
    /// # Panics
    /// When it does not end well or does not become ready again.
    pub fn restart(&mut self) {
        self.signal("TERM").expect("a signal can be sent");
        assert!(self.wait().success(), "the server ends well: {}", self.log());
        let starts = self.log().matches(READY).count();
        self.process = start(&self.program, &self.args, self.folder.path());
        assert!(self.is_ready(starts + 1), "the port was taken");
    }

    /// Waits until the log has said so many times that the server is ready; returns false if its port is taken.
    fn is_ready(&mut self, times: usize) -> bool {
        let mut taken = false;
        eventually("the server to be ready", || {
            let log = self.log();
            taken = log.contains("Failed listening on port");
            let ended = self.process.try_wait().expect("a child can be waited for").is_some();
            assert!(taken || !ended, "the server has ended: {log}");
            taken || log.matches(READY).count() >= times
        });
        !taken
    }

    /// Returns the path of the configuration file, of a server that has one.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
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

    /// Returns how the process has ended, if it has.
    pub fn try_wait(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().expect("a child can be waited for")
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

/// What a server says when clients can connect.
const READY: &str = "Ready to accept connections";

fn start(program: &Path, args: &[OsString], folder: &Path) -> Child {
    let log = folder.join("log");
    let log = fs::OpenOptions::new().append(true).create(true).open(log);
    let log = log.expect("a log for the server");
    Command::new(program)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(log.try_clone().expect("a log for the server"))
        .stdout(log)
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
