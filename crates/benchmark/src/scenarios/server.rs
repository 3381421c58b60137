//! The servers that are compared.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use connector::{Address, Connection, Family, Timeouts};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use stdx::clock::{Clock, SystemClock};
use tempfile::TempDir;

use super::failure::Failure;
use crate::engine::Target;

/// How long a server may take to start, and to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server as named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Peer {
    pub(super) name: String,
    pub(super) program: PathBuf,
    pub(super) args: Vec<String>,
}

impl Peer {
    /// Reads `NAME=PROGRAM` or `NAME=PROGRAM:ARGUMENTS`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('=')?;
        let (program, args) = rest.split_once(':').unwrap_or((rest, ""));
        (!name.is_empty() && !program.is_empty()).then(|| Self {
            name: name.to_owned(),
            program: PathBuf::from(program),
            args: args.split_whitespace().map(str::to_owned).collect(),
        })
    }
}

/// A running server, without persistence, in a folder of its own. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) peer: Peer,
    pub(super) target: Target,
    child: Child,
    control: Option<Connection>,
    address: Address,
    port: u16,
    /// Held for its end, which removes the folder.
    _folder: TempDir,
}

impl Server {
    /// Starts a server on one core and waits until it answers.
    pub(super) fn start(peer: &Peer, core: Option<usize>, more: &[&str]) -> Result<Self, Failure> {
        let folder =
            TempDir::with_prefix("scenario-").map_err(Failure::io("a temporary folder"))?;
        let port = free_port().map_err(Failure::io("a port"))?;
        let log_path = folder.path().join("server.log");
        let log = File::create(&log_path).map_err(Failure::io("the server's log"))?;
        let errors = log.try_clone().map_err(Failure::io("the server's log"))?;
        let mut command = Command::new(&peer.program);
        command
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--dir"])
            .arg(folder.path())
            .args(["--save", "", "--appendonly", "no"])
            .args(more)
            .args(&peer.args)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        let child = on_core(core, || command.spawn())
            .map_err(Failure::io(&peer.program.display().to_string()))?;
        let mut server = Self {
            peer: peer.clone(),
            target: Target::tcp("127.0.0.1", port).map_err(Failure::io("an address"))?,
            child,
            control: None,
            address: Address::tcp("127.0.0.1", port),
            port,
            _folder: folder,
        };
        server.wait_until_it_answers(&log_path)?;
        Ok(server)
    }

    fn wait_until_it_answers(&mut self, log: &Path) -> Result<(), Failure> {
        let clock = SystemClock::new();
        let end = clock.mono_ns() + PATIENCE.as_nanos() as u64;
        loop {
            if let Ok(mut connection) = self.connect()
                && let Ok(reply) = connection.request(&["PING"])
                && !reply.is_error()
            {
                self.control = Some(connection);
                return Ok(());
            }
            let has_ended = self.child.try_wait().is_ok_and(|status| status.is_some());
            if has_ended || clock.mono_ns() > end {
                let log = std::fs::read_to_string(log).unwrap_or_default();
                let last = log.lines().rev().take(3).collect::<Vec<_>>().join(" / ");
                return Err(Failure::NoServer { name: self.peer.name.clone(), log: last });
            }
            super::pause(Duration::from_millis(5));
        }
    }

    /// Opens another connection.
    pub(super) fn connect(&self) -> Result<Connection, connector::Error> {
        let timeouts = Timeouts { connect: Some(PATIENCE), io: Some(PATIENCE) };
        Connection::connect(&self.address, Family::V4, timeouts)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks something; an error, or no answer, is none.
    pub(super) fn ask<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Option<resp::value::Value> {
        let reply = self.control.as_mut()?.request(args).ok()?;
        (!reply.is_error()).then_some(reply)
    }

    /// Returns a number that `INFO` shows.
    pub(super) fn info(&mut self, section: &str, field: &str) -> Option<f64> {
        self.info_text(section, field)?.parse().ok()
    }

    /// Returns what `INFO` shows under a name.
    pub(super) fn info_text(&mut self, section: &str, field: &str) -> Option<String> {
        let reply = self.ask(&["INFO", section])?;
        let line = reply.as_str()?.lines().find_map(|line| line.strip_prefix(field));
        Some(line?.strip_prefix(':')?.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to save, so it need not be asked. That it has ended already is fine too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps this thread on a core.
pub(super) fn pin(core: usize) -> Result<(), Failure> {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).map_err(|error| Failure::io("pinning to a core")(error.into()))
}

/// Does something on another core. What it starts inherits that, down to the last thread.
fn on_core<T>(
    core: Option<usize>,
    action: impl FnOnce() -> std::io::Result<T>,
) -> std::io::Result<T> {
    let Some(core) = core else {
        return action();
    };
    let before = sched_getaffinity(None)?;
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set)?;
    let result = action();
    sched_setaffinity(None, &before)?;
    result
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_have_a_name_a_program_and_perhaps_arguments() {
        let peer = Peer::parse("ours=/bin/x:--a 1 --b").expect("valid");
        assert_eq!((peer.name.as_str(), peer.args.len()), ("ours", 3));
        assert_eq!(peer.program, Path::new("/bin/x"));
        assert_eq!(Peer::parse("r=redis-server").expect("valid").args.len(), 0);
        for wrong in ["x", "=x", "x="] {
            assert_eq!(Peer::parse(wrong), None);
        }
    }
}
