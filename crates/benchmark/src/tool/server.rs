//! What the tool asks of a server before and after a load.

use std::time::Duration;

use connector::{Address, Connection, Family, Timeouts, TlsClient, TlsOptions};
use resp::value::Value;

use super::failure::Failure;
use super::options::{Introduction, Options};
use crate::engine::Target;
use crate::measure::cpu::Spent;
use crate::request::encode;

/// How long a server may take to answer a question.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server to be loaded.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: Address,
    pub(super) target: Target,
    introduction: Introduction,
    tls: Option<TlsOptions>,
}

/// The settings that the output shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) save: String,
    pub(super) appendonly: String,
}

impl Introduction {
    /// Returns the requests of which it consists.
    fn requests(&self) -> Vec<Vec<&str>> {
        let mut requests = Vec::new();
        if let Some(password) = &self.password {
            let mut auth = vec!["AUTH"];
            auth.extend(self.user.as_deref());
            auth.push(password);
            requests.push(auth);
        }
        if self.is_resp3 {
            requests.push(vec!["HELLO", "3"]);
        }
        if self.tracks {
            requests.push(vec!["CLIENT", "TRACKING", "on"]);
        }
        requests
    }

    /// Returns the requests as they are sent.
    pub(super) fn encoded(&self) -> Vec<Vec<u8>> {
        let mut encoded: Vec<Vec<u8>> =
            self.requests().iter().map(|request| encode(request)).collect();
        if self.db != 0 {
            encoded.push(encode(&["SELECT", &self.db.to_string()]));
        }
        encoded
    }
}

impl Server {
    /// Finds the server that the options name.
    pub(super) fn of(options: &Options) -> Result<Self, Failure> {
        let address = match &options.socket {
            Some(path) => Address::Unix(path.clone()),
            None => Address::tcp(&*options.host, options.port),
        };
        Self::at(address, options)
    }

    /// Finds a server by its address.
    pub(super) fn at(address: Address, options: &Options) -> Result<Self, Failure> {
        let (host, target) = match &address {
            Address::Tcp { host, port } => (host.as_str(), Target::tcp(host, *port)),
            Address::Unix(path) => ("localhost", Ok(Target::unix(path.clone()))),
        };
        let secured = target.and_then(|target| match options.is_tls {
            true => TlsClient::new(host, &options.tls).map(|client| target.secured(client)),
            false => Ok(target),
        });
        let target = secured
            .map_err(|error| Failure::Connect(address.to_string(), connector::reason(&error)))?;
        let tls = options.is_tls.then(|| options.tls.clone());
        let introduction = options.introduction.clone();
        Ok(Self { address, target, introduction, tls })
    }

    /// Opens a connection for questions.
    pub(super) fn connect(&self) -> Result<Connection, Failure> {
        let timeouts = Timeouts { connect: Some(PATIENCE), io: Some(PATIENCE) };
        let connection = match &self.tls {
            Some(tls) => Connection::connect_tls(&self.address, Family::Any, timeouts, tls),
            None => Connection::connect(&self.address, Family::Any, timeouts),
        };
        let mut connection = connection.map_err(|error| self.unreachable(&error))?;
        let introduction =
            Introduction { tracks: false, is_resp3: false, ..self.introduction.clone() };
        for request in introduction.requests() {
            self.ask(&mut connection, &request)?;
        }
        Ok(connection)
    }

    /// Asks something; a connection that fails or an error ends the tool.
    pub(super) fn ask(
        &self,
        connection: &mut Connection,
        request: &[&str],
    ) -> Result<Value, Failure> {
        let reply = connection.request(request).map_err(|error| self.unreachable(&error))?;
        match reply.as_error() {
            None => Ok(reply),
            Some(text) => {
                let text = String::from_utf8_lossy(text).into_owned();
                Err(Failure::Node(self.address.to_string(), text))
            }
        }
    }

    fn unreachable(&self, error: &connector::Error) -> Failure {
        Failure::Connect(self.address.to_string(), error.to_string())
    }

    /// Asks for the settings that the output shows; a server may keep them to itself.
    pub(super) fn settings(&self) -> Result<Option<Settings>, Failure> {
        let mut connection = self.connect()?;
        let mut setting = |name: &str| match self.ask(&mut connection, &["CONFIG", "GET", name]) {
            Ok(reply) => Ok(reply.field(name).and_then(Value::as_str).map(str::to_owned)),
            Err(Failure::Node(address, text)) if lets_nobody_in(&text) => {
                Err(Failure::Node(address, text))
            }
            Err(Failure::Node(..)) => Ok(None),
            Err(other) => Err(other),
        };
        let (save, appendonly) = (setting("save")?, setting("appendonly")?);
        Ok(save.zip(appendonly).map(|(save, appendonly)| Settings { save, appendonly }))
    }

    /// Returns the process that serves, if it is on this machine and may be watched.
    pub(super) fn local_pid(&self) -> Option<u32> {
        if !self.target.is_local() {
            return None;
        }
        let mut connection = self.connect().ok()?;
        let info = self.ask(&mut connection, &["INFO", "server"]).ok()?;
        let line = info.as_str()?.lines().find_map(|line| line.strip_prefix("process_id:"))?;
        let pid = line.trim().parse().ok()?;
        Spent::of(pid).map(|_| pid)
    }
}

/// Returns whether an error means that nothing else will be answered either: the client has to log
/// in first, or may not come from where it does.
fn lets_nobody_in(error: &str) -> bool {
    ["NOAUTH", "DENIED"].iter().any(|code| error.starts_with(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_introduce_themselves_in_an_order_that_works() {
        let introduction = Introduction {
            user: Some("u".to_owned()),
            password: Some("p".to_owned()),
            db: 3,
            is_resp3: true,
            tracks: true,
        };
        let shown: Vec<String> = introduction
            .encoded()
            .iter()
            .map(|request| String::from_utf8_lossy(request).replace("\r\n", " "))
            .collect();
        assert_eq!(
            shown,
            [
                "*3 $4 AUTH $1 u $1 p ",
                "*2 $5 HELLO $1 3 ",
                "*3 $6 CLIENT $8 TRACKING $2 on ",
                "*2 $6 SELECT $1 3 ",
            ]
        );
        assert_eq!(Introduction::default().encoded().len(), 0);
    }
}
