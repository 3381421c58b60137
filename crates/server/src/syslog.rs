//! Lines to the system log: one datagram each to its socket.

use std::os::unix::net::UnixDatagram;

use config::{Config, SyslogFacility};
use node::LogLevel;

/// Where the system's log listens.
const SOCKET: &str = "/dev/log";

/// A connection to the system log.
#[derive(Debug)]
pub(crate) struct Syslog {
    socket: Option<UnixDatagram>,
    facility: u8,
    ident: String,
}

impl Syslog {
    /// Returns a log with the facility and name that the settings ask for.
    pub(crate) fn new(config: &Config) -> Self {
        let socket = UnixDatagram::unbound().and_then(|socket| {
            // A log daemon that does not keep up must not hold up the server.
            socket.set_nonblocking(true)?;
            Ok(socket)
        });
        Self {
            socket: socket.ok(),
            facility: code(config.syslog_facility),
            ident: String::from_utf8_lossy(&config.syslog_ident).into_owned(),
        }
    }

    /// Sends a line, if somebody is there to take it.
    pub(crate) fn send(&self, level: LogLevel, text: &str) {
        if let Some(socket) = &self.socket {
            let line = self.line(level, text);
            let _ = socket.send_to(line.as_bytes(), SOCKET);
        }
    }

    fn line(&self, level: LogLevel, text: &str) -> String {
        let priority = self.facility * 8 + severity(level);
        // The daemon stamps what comes without a time.
        format!("<{priority}>{}[{}]: {text}", self.ident, std::process::id())
    }
}

/// The number of a facility, as RFC 3164 lists them.
fn code(facility: SyslogFacility) -> u8 {
    match facility {
        SyslogFacility::User => 1,
        SyslogFacility::Local0 => 16,
        SyslogFacility::Local1 => 17,
        SyslogFacility::Local2 => 18,
        SyslogFacility::Local3 => 19,
        SyslogFacility::Local4 => 20,
        SyslogFacility::Local5 => 21,
        SyslogFacility::Local6 => 22,
        SyslogFacility::Local7 => 23,
    }
}

/// The severity of a level, as RFC 3164 numbers them.
fn severity(level: LogLevel) -> u8 {
    match level {
        LogLevel::Debug => 7,
        LogLevel::Verbose => 6,
        LogLevel::Notice => 5,
        LogLevel::Warning => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priority_is_made_of_facility_and_severity() {
        let syslog = Syslog { socket: None, facility: 16, ident: "redis".to_owned() };
        let line = syslog.line(LogLevel::Warning, "text");
        assert_eq!(line, format!("<132>redis[{}]: text", std::process::id()));
    }
}
