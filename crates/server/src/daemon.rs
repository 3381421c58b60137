//! What a server is to the system: a daemon, a file with its process id, a service.

#![expect(unsafe_code, reason = "fork, which only the C library has")]

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::{Path, PathBuf};

use config::Supervised;
use node::LogLevel;
use rustix::fs::{Mode, OFlags};
use rustix::process::Signal;

use crate::log::Log;
use crate::text;

/// Detaches from the terminal: the program goes on in a child, in a session of its own, with
/// nothing to read and nobody who reads what it prints.
///
/// To be called before there is a second thread.
pub(crate) fn detach() -> io::Result<()> {
    // SAFETY: there is one thread only, so the child is a whole copy of the program.
    match unsafe { libc::fork() } {
        -1 => return Err(io::Error::last_os_error()),
        0 => {}
        #[expect(clippy::exit, reason = "the parent has nothing to do or to clean up")]
        _ => std::process::exit(0),
    }
    rustix::process::setsid()?;
    let null = rustix::fs::open("/dev/null", OFlags::RDWR, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    Ok(())
}

/// The file that holds the process id, as long as the server runs.
#[derive(Debug)]
pub(crate) struct PidFile {
    path: PathBuf,
}

impl PidFile {
    /// Writes the file. That it cannot be written is no reason not to start.
    pub(crate) fn write(path: &Path, log: &Log) -> Option<Self> {
        match std::fs::write(path, format!("{}\n", std::process::id())) {
            Ok(()) => Some(Self { path: path.to_owned() }),
            Err(error) => {
                let reason = text::reason(&error);
                log.notice(&format!("Failed to write PID file: {reason}"));
                None
            }
        }
    }

    /// Removes the file.
    pub(crate) fn remove(self, log: &Log) {
        log.notice("Removing the pid file.");
        // Somebody may have removed it already.
        let _ = std::fs::remove_file(self.path);
    }
}

/// The service manager that wants to hear of the server's progress.
#[derive(Debug)]
pub(crate) enum Supervisor {
    /// Nobody.
    None,
    /// systemd: a datagram for each step.
    Systemd(SocketAddr),
    /// Upstart: the server stops itself once, and is told to go on.
    Upstart,
}

impl Supervisor {
    /// Finds the service manager that the setting names; `variable` reads the environment.
    pub(crate) fn find(
        setting: Supervised,
        variable: impl Fn(&str) -> Option<String>,
        log: &Log,
    ) -> Self {
        let systemd = || {
            let socket = variable("NOTIFY_SOCKET")?;
            let address = match socket.strip_prefix('@') {
                Some(name) => SocketAddr::from_abstract_name(name),
                None => SocketAddr::from_pathname(&socket),
            };
            address.ok().map(Self::Systemd)
        };
        let upstart = || variable("UPSTART_JOB").map(|_| Self::Upstart);
        let found = match setting {
            Supervised::No => return Self::None,
            Supervised::Systemd => systemd(),
            Supervised::Upstart => upstart(),
            Supervised::Auto => upstart().or_else(systemd),
        };
        match &found {
            Some(Self::Systemd(_)) => log.notice("supervised by systemd, will signal readiness"),
            Some(Self::Upstart) => {
                log.notice("supervised by upstart, will stop to signal readiness");
            }
            Some(Self::None) => {}
            None if setting == Supervised::Systemd => {
                log.warning(
                    "systemd supervision requested or auto-detected, but NOTIFY_SOCKET not found",
                );
            }
            None if setting == Supervised::Upstart => {
                log.warning("upstart supervision requested, but UPSTART_JOB not found");
            }
            None => {}
        }
        found.unwrap_or(Self::None)
    }

    /// Returns its name, as `INFO` shows it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::None => "no",
            Self::Systemd(_) => "systemd",
            Self::Upstart => "upstart",
        }
    }

    /// Returns whether a service manager looks after the process, which then must not detach.
    pub(crate) fn is_some(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Says that the server is being started.
    pub(crate) fn starting(&self, log: &Log) {
        self.notify("STATUS=Sinter is loading...\n", log);
        if let Self::Upstart = self {
            // Upstart waits for this, and sends SIGCONT.
            let _ = rustix::process::kill_process(rustix::process::getpid(), Signal::STOP);
        }
    }

    /// Says that clients can connect.
    pub(crate) fn ready(&self, log: &Log) {
        self.notify("STATUS=Ready to accept connections\nREADY=1\n", log);
    }

    /// Says that the server stops.
    pub(crate) fn stopping(&self, log: &Log) {
        self.notify("STOPPING=1\n", log);
    }

    fn notify(&self, message: &str, log: &Log) {
        let Self::Systemd(address) = self else { return };
        let sent = UnixDatagram::unbound()
            .and_then(|socket| socket.send_to_addr(message.as_bytes(), address));
        if let Err(error) = sent {
            let reason = text::reason(&error);
            log.write(LogLevel::Warning, &format!("Can't send to systemd socket: {reason}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemd_hears_of_every_step() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).expect("a socket");
        let socket = path.to_str().expect("text").to_owned();
        let variable = |name: &str| (name == "NOTIFY_SOCKET").then(|| socket.clone());
        let log = Log::new();
        let supervisor = Supervisor::find(Supervised::Auto, variable, &log);
        assert_eq!(supervisor.name(), "systemd");

        supervisor.ready(&log);
        supervisor.stopping(&log);
        let mut buffer = [0; 100];
        let mut read = || {
            let length = manager.recv(&mut buffer).expect("a message");
            String::from_utf8_lossy(&buffer[..length]).into_owned()
        };
        assert_eq!(read(), "STATUS=Ready to accept connections\nREADY=1\n");
        assert_eq!(read(), "STOPPING=1\n");
    }

    #[test]
    fn nobody_is_told_when_nobody_asked() {
        let log = Log::new();
        assert!(!Supervisor::find(Supervised::Auto, |_| None, &log).is_some());
        assert!(!Supervisor::find(Supervised::No, |_| Some("x".to_owned()), &log).is_some());
    }
}
