//! A server of our own on a free port, which ends with us.

use std::io::{self, BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// A server process.
pub(crate) struct Server {
    process: Child,
    port: u16,
    // Its folder goes when it goes.
    _folder: tempfile::TempDir,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub(crate) fn start(program: &str) -> io::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let folder = tempfile::tempdir()?;
        let mut process = Command::new(program)
            .args(["--port", &port.to_string(), "--save", "", "--bind", "127.0.0.1"])
            .args(["--enable-debug-command", "yes"])
            .arg("--dir")
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()?;
        let log = process.stdout.take().map(BufReader::new);
        let mut lines = log.into_iter().flat_map(BufRead::lines);
        let ready = lines.any(|line| line.is_ok_and(|line| line.contains("Ready to accept")));
        if !ready {
            return Err(io::Error::other(format!("{program} did not become ready")));
        }
        // What it logs from now on must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { process, port, _folder: folder })
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
