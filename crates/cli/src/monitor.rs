//! What servers do, as MONITOR tells it, but only what is of interest.
//!
//! A server reports every command of every client, and cannot be asked for less; so the choice is
//! made here. On a cluster all nodes that hold keys are listened to, and each line says whose it
//! is.

use std::collections::VecDeque;
use std::os::fd::AsFd;

use connector::Connection;
use resp::value::Value;
use rustix::event::{PollFd, PollFlags, poll};
use stdx::glob::{Case, matches};

use crate::options::{MonitorFilter, Options, Output};
use crate::out::{self, complain};
use crate::quoting::split;
use crate::session::Session;
use crate::{format, keyspace};

/// A command that a server has run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Seconds since 1970, as the server writes them.
    pub(crate) time: Vec<u8>,
    pub(crate) db: i64,
    /// Address of the client, or what stands for one: `lua`, say.
    pub(crate) client: Vec<u8>,
    pub(crate) args: Vec<Vec<u8>>,
}

impl Seen {
    /// Reads a line of MONITOR: `TIME [DB CLIENT] "WORD" "WORD"…`.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let open = line.iter().position(|byte| *byte == b'[')?;
        let close = open + line[open..].windows(2).position(|pair| pair == b"] ")?;
        let space = open + line[open..close].iter().position(|byte| *byte == b' ')?;
        Some(Self {
            time: line[..open].trim_ascii().to_vec(),
            db: std::str::from_utf8(&line[open + 1..space]).ok()?.parse().ok()?,
            client: line[space + 1..close].to_vec(),
            args: split(&line[close + 1..])?,
        })
    }

    fn is_wanted(&self, filter: &MonitorFilter, pattern: Option<&[u8]>) -> bool {
        let name = self.args.first().map(Vec::as_slice).unwrap_or_default();
        let is_named = filter.commands.is_empty()
            || filter.commands.iter().any(|wanted| matches(wanted, name, Case::Insensitive));
        let from = |wanted: &[u8]| matches(wanted, &self.client, Case::Sensitive);
        let some = |wanted: &[u8]| {
            self.args.iter().skip(1).any(|arg| matches(wanted, arg, Case::Sensitive))
        };
        is_named
            && filter.db.is_none_or(|db| db == self.db)
            && filter.client.as_deref().is_none_or(from)
            && pattern.is_none_or(some)
    }

    /// Returns the line of one node.
    fn show(self, line: &[u8], node: Option<&str>, options: &Options) -> Vec<u8> {
        if matches!(options.output, Output::Standard | Output::Raw) {
            let node = node.map(|node| format!("{node} ")).unwrap_or_default();
            return [node.as_bytes(), line, b"\n"].concat();
        }
        let text = |text: &str| Value::Bulk(text.into());
        let mut fields = vec![(text("time"), Value::Bulk(self.time))];
        fields.extend(node.map(|node| (text("node"), text(node))));
        fields.extend([
            (text("db"), Value::Integer(self.db)),
            (text("client"), Value::Bulk(self.client)),
            (text("command"), Value::Array(self.args.into_iter().map(Value::Bulk).collect())),
        ]);
        format::reply(&Value::Map(fields), options)
    }
}

/// Shows commands until the servers are gone, or as many as `-r` says.
pub(crate) fn run(session: &mut Session) -> bool {
    match listen(session) {
        Ok(()) => true,
        Err(message) => {
            complain!("Error: {message}");
            false
        }
    }
}

fn listen(session: &mut Session) -> Result<(), String> {
    let mut nodes = keyspace::nodes(session)?;
    let names: Vec<Option<String>> =
        nodes.iter().map(|node| (nodes.len() > 1).then(|| node.address.to_string())).collect();
    for node in &mut nodes {
        begin(node)?;
    }
    let options = &session.options;
    let (pattern, count) = (options.pattern.as_deref(), options.repeat);
    let mut shown = 0;
    loop {
        for (node, name) in nodes.iter_mut().zip(&names) {
            for line in take(node)? {
                let Some(seen) = Seen::parse(&line) else { continue };
                if !seen.is_wanted(&options.monitor, pattern) {
                    continue;
                }
                out::bytes(&seen.show(&line, name.as_deref(), options));
                shown += 1;
                if count > 1 && shown >= count {
                    return Ok(());
                }
            }
        }
        let mut fds = Vec::with_capacity(nodes.len());
        for node in &mut nodes {
            let connection: &Connection =
                node.connection().map_err(|failure| failure.to_string())?;
            fds.push(PollFd::from_borrowed_fd(connection.as_fd(), PollFlags::IN));
        }
        // Whoever is interrupted by a signal looks again.
        let _ = poll(&mut fds, None);
    }
}

/// Has a server tell what it does from now on.
pub(crate) fn begin(session: &mut Session) -> Result<(), String> {
    let reply = session.call(&["MONITOR"]).map_err(|failure| failure.to_string())?;
    match reply.as_error() {
        Some(text) => Err(String::from_utf8_lossy(text).into_owned()),
        None => Ok(()),
    }
}

/// Takes the lines that have arrived.
pub(crate) fn take(session: &mut Session) -> Result<VecDeque<Vec<u8>>, String> {
    let connection = session.connection().map_err(|failure| failure.to_string())?;
    let mut lines = VecDeque::new();
    while let Some(value) = connection.try_receive().map_err(|error| error.to_string())? {
        if let Value::Simple(line) = value {
            lines.push_back(line);
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::{MonitorFilter, Seen};

    const LINE: &[u8] = br#"1795438667.989723 [3 127.0.0.1:60642] "SET" "a\"] b\x00" "v""#;

    #[test]
    fn lines_are_taken_apart() {
        let seen = Seen::parse(LINE).unwrap();
        assert_eq!((seen.time.as_slice(), seen.db), (&b"1795438667.989723"[..], 3));
        assert_eq!(seen.client, b"127.0.0.1:60642");
        assert_eq!(seen.args, [&b"SET"[..], b"a\"] b\0", b"v"]);
        let unix = Seen::parse(br#"1.2 [0 unix:/tmp/a b.sock] "PING""#).unwrap();
        assert_eq!(unix.client, b"unix:/tmp/a b.sock");
        for wrong in [&b"OK"[..], b"1 [x y] \"a\"", b"1 [0 y \"a\"", b"1 [0 y] \"a"] {
            assert_eq!(Seen::parse(wrong), None);
        }
    }

    #[test]
    fn a_command_is_shown_if_nothing_speaks_against_it() {
        let seen = Seen::parse(LINE).unwrap();
        let none = MonitorFilter::default();
        let commands =
            |list: &[&str]| list.iter().map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>();
        assert!(seen.is_wanted(&none, None));
        for (filter, pattern, expected) in [
            (MonitorFilter { commands: commands(&["get", "s*"]), ..none.clone() }, None, true),
            (MonitorFilter { commands: commands(&["get"]), ..none.clone() }, None, false),
            (MonitorFilter { db: Some(3), ..none.clone() }, Some(&b"v"[..]), true),
            (MonitorFilter { db: Some(0), ..none.clone() }, None, false),
            (MonitorFilter { client: Some(b"127.*".to_vec()), ..none.clone() }, None, true),
            (MonitorFilter { client: Some(b"10.*".to_vec()), ..none.clone() }, None, false),
            // The name of the command is not one of its arguments.
            (none, Some(b"SET"), false),
        ] {
            assert_eq!(seen.is_wanted(&filter, pattern), expected, "{filter:?} {pattern:?}");
        }
    }
}
