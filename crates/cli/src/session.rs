//! A conversation with a server: connecting, saying who we are, and remembering what state the
//! connection is in.

use std::os::fd::AsFd;
use std::rc::Rc;

use connector::{Address, Connection, Error, Timeouts};
use resp::value::Value;

use crate::interrupt::{Interrupt, Woken, wait};
use crate::options::{Mode, Options};
use crate::out::{complain, say};

/// Why there is no reply.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection failed.
    Connection(Error),
    /// There is none, and the user has been told why.
    NotConnected,
    /// Ctrl-C.
    Interrupted,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Connection(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connection(error) => error.fmt(f),
            Self::NotConnected => f.write_str("not connected"),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

/// Redirections followed for one command. A cluster that sends a client round in circles is being
/// reconfigured; it should be asked again later.
const REDIRECTIONS_MAX: usize = 32;

/// A conversation with a server.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) options: Rc<Options>,
    /// Whom we talk to; redirections change it.
    pub(crate) address: Address,
    /// The database we want, also after the next connect.
    pub(crate) db: i64,
    /// The database before MULTI, to which DISCARD goes back.
    db_before_multi: i64,
    /// Whether a transaction is open.
    pub(crate) in_multi: bool,
    /// Channels and patterns subscribed to.
    pub(crate) subscriptions: i64,
    /// Whether to speak RESP3.
    pub(crate) resp3: bool,
    /// Who we are, as AUTH was last told.
    credentials: Option<(Option<Vec<u8>>, Vec<u8>)>,
    pub(crate) interrupt: Option<Rc<Interrupt>>,
    /// Whether a failed command is told on standard error and ends the program.
    pub(crate) errors_by_exit_code: bool,
    /// Replies with more lines are shown in pages; 0: none are.
    pub(crate) page_lines: usize,
    connection: Option<Connection>,
}

impl Session {
    /// Creates a session that is not connected yet.
    pub(crate) fn new(options: Rc<Options>) -> Self {
        Self {
            address: options.address(),
            db: options.db,
            db_before_multi: options.db,
            in_multi: false,
            subscriptions: 0,
            resp3: options.resp3,
            credentials: options.password.clone().map(|password| (options.user.clone(), password)),
            interrupt: None,
            errors_by_exit_code: false,
            page_lines: 0,
            connection: None,
            options,
        }
    }

    /// Returns whether there is a connection.
    pub(crate) fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Drops the connection and what was bound to it.
    pub(crate) fn disconnect(&mut self) {
        self.connection = None;
        self.in_multi = false;
        self.subscriptions = 0;
    }

    /// Connects if there is no connection. What goes wrong is reported here.
    pub(crate) fn connect(&mut self) -> Result<(), Failure> {
        if self.connection.is_some() {
            return Ok(());
        }
        self.disconnect();
        let timeouts = Timeouts { connect: self.options.timeout, io: None };
        match open(&self.address, &self.options, timeouts) {
            Ok(connection) => self.connection = Some(connection),
            Err(error) => {
                complain!("Could not connect to Redis at {}: {error}", self.address);
                return Err(Failure::NotConnected);
            }
        }
        self.introduce()
    }

    /// Connects like [`connect`](Self::connect), but without complaint if nobody is there.
    pub(crate) fn try_connect(&mut self) -> Result<(), Failure> {
        let timeouts = Timeouts { connect: self.options.timeout, io: None };
        self.connection = Some(open(&self.address, &self.options, timeouts)?);
        self.introduce()
    }

    /// Says who we are, which database we want, and which protocol.
    fn introduce(&mut self) -> Result<(), Failure> {
        if let Some((user, password)) = self.credentials.clone() {
            let mut auth: Vec<&[u8]> = vec![b"AUTH"];
            auth.extend(user.as_deref());
            auth.push(&password);
            if let Some(text) = self.call(&auth)?.as_error() {
                complain!("AUTH failed: {}", String::from_utf8_lossy(text));
                return self.go_on_regardless();
            }
        }
        if self.db != 0 {
            let db = self.db.to_string();
            let reply = self.call(&["SELECT", &db])?;
            if let Some(text) = reply.as_error() {
                complain!("SELECT {db} failed: {}", String::from_utf8_lossy(text));
                self.db = 0;
                return self.go_on_regardless();
            }
        }
        if self.resp3 {
            let reply = self.call(&["HELLO", "3"])?;
            if let Some(text) = reply.as_error() {
                self.resp3 = false;
                // RESP3 that only an output format asked for is a wish, not a demand.
                if self.options.resp3_demanded() {
                    complain!("HELLO 3 failed: {}", String::from_utf8_lossy(text));
                }
            }
        }
        Ok(())
    }

    /// Goes on although the server does not let us in, where the user sees what it says to each
    /// command. Anything else would end in confusion, or do its work in the wrong place.
    fn go_on_regardless(&mut self) -> Result<(), Failure> {
        if self.options.mode == Mode::Command {
            return Ok(());
        }
        self.disconnect();
        Err(Failure::NotConnected)
    }

    /// Notices a connection that the server closed while nothing was asked, so that the next
    /// command can be sent on a fresh one.
    pub(crate) fn drop_if_stale(&mut self) {
        if let Some(connection) = &mut self.connection
            && self.subscriptions == 0
        {
            loop {
                match connection.try_receive() {
                    Ok(Some(push @ Value::Push(_))) => show_push(&self.options, &push),
                    Ok(None) => return,
                    // A reply that nobody asked for puts all that follow out of step.
                    Ok(Some(_)) | Err(_) => return self.disconnect(),
                }
            }
        }
    }

    /// Sends a request without waiting for the reply.
    pub(crate) fn send<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Result<(), Failure> {
        let connection = self.connection.as_mut().ok_or(Failure::NotConnected)?;
        connection.queue(args);
        connection.flush().map_err(Failure::Connection)
    }

    /// Returns the next thing the server says, or that Ctrl-C was pressed.
    pub(crate) fn receive(&mut self) -> Result<Value, Failure> {
        let connection = self.connection.as_mut().ok_or(Failure::NotConnected)?;
        let Some(interrupt) = &self.interrupt else { return Ok(connection.receive()?) };
        loop {
            if let Some(value) = connection.try_receive()? {
                return Ok(value);
            }
            if wait(Some(connection.as_fd()), None, Some(interrupt), None) == Woken::Interrupt {
                interrupt.take();
                return Err(Failure::Interrupted);
            }
        }
    }

    /// Returns the next reply; pushes before it are shown if they are to be.
    pub(crate) fn reply(&mut self) -> Result<Value, Failure> {
        loop {
            match self.receive()? {
                push @ Value::Push(_) if self.subscriptions > 0 => {
                    crate::out::bytes(&crate::format::push(&push, &self.options));
                }
                push @ Value::Push(_) => show_push(&self.options, &push),
                reply => return Ok(reply),
            }
        }
    }

    /// Sends a request and returns its reply, without following redirections.
    pub(crate) fn call<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Result<Value, Failure> {
        self.send(args)?;
        self.reply()
    }

    /// Like [`call`](Self::call), following redirections if the options say so.
    pub(crate) fn call_anywhere<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Result<Value, Failure> {
        let mut reply = self.call(args)?;
        if !self.options.follow_redirections {
            return Ok(reply);
        }
        for _ in 0..REDIRECTIONS_MAX {
            let Some(redirection) = Redirection::from_reply(&reply, &self.address) else { break };
            if self.options.output == crate::options::Output::Standard {
                say!(
                    "-> Redirected to slot [{}] located at {}\n",
                    redirection.slot,
                    redirection.address
                );
            }
            self.address = redirection.address;
            self.disconnect();
            self.connect()?;
            if redirection.ask {
                let asking = self.call(&["ASKING"])?;
                if asking.is_error() {
                    return Ok(asking);
                }
            }
            reply = self.call(args)?;
        }
        Ok(reply)
    }

    /// Draws the conclusions from a command and its reply.
    pub(crate) fn observe(&mut self, args: &[Vec<u8>], reply: &Value) {
        let Some(name) = args.first() else { return };
        let failed = reply.is_error();
        match name.to_ascii_lowercase().as_slice() {
            b"exec" => self.in_multi = self.in_multi && failed && !aborts(reply),
            _ if failed => {}
            b"select" if !matches!(reply.as_bytes(), Some(b"QUEUED")) && args.len() == 2 => {
                if let Some(db) = std::str::from_utf8(&args[1]).ok().and_then(|db| db.parse().ok())
                {
                    self.db = db;
                }
            }
            b"multi" => {
                self.in_multi = true;
                self.db_before_multi = self.db;
            }
            b"discard" => {
                self.in_multi = false;
                self.db = self.db_before_multi;
            }
            b"auth" => {
                self.credentials = match &args[1..] {
                    [password] => Some((None, password.clone())),
                    [user, password] => Some((Some(user.clone()), password.clone())),
                    _ => self.credentials.take(),
                };
            }
            b"hello" => {
                if let Some(version) = reply.field("proto").and_then(Value::as_integer) {
                    self.resp3 = version == 3;
                }
            }
            b"reset" => {
                self.in_multi = false;
                self.subscriptions = 0;
                self.db = 0;
                self.resp3 = false;
                self.credentials = None;
            }
            _ => {}
        }
    }

    /// Returns user and password, if there are any.
    pub(crate) fn credentials(&self) -> Option<&(Option<Vec<u8>>, Vec<u8>)> {
        self.credentials.as_ref()
    }

    /// Changes who we are at the next connect.
    pub(crate) fn log_in_as(&mut self, user: Option<Vec<u8>>, password: Option<Vec<u8>>) {
        self.credentials = password.map(|password| (user, password));
    }

    /// Returns the connection below, for those who stop speaking RESP on it.
    pub(crate) fn connection(&mut self) -> Result<&mut Connection, Failure> {
        self.connection.as_mut().ok_or(Failure::NotConnected)
    }

    /// Opens a session of its own to another node, with the same credentials.
    pub(crate) fn sibling(&self, address: Address) -> Self {
        let mut sibling = Self::new(Rc::clone(&self.options));
        sibling.address = address;
        sibling.credentials.clone_from(&self.credentials);
        sibling.interrupt.clone_from(&self.interrupt);
        sibling
    }
}

/// Shows a message that answers no request, if such are wanted.
fn show_push(options: &Options, push: &Value) {
    if options.show_pushes == Some(true) {
        crate::out::bytes(&crate::format::push(push, options));
    }
}

/// An EXEC that fails because the transaction was aborted ends it; other failures do not.
fn aborts(reply: &Value) -> bool {
    reply.as_error().is_some_and(|text| text.starts_with(b"EXECABORT"))
}

fn open(address: &Address, options: &Options, timeouts: Timeouts) -> Result<Connection, Error> {
    if options.tls {
        Connection::connect_tls(address, options.family, timeouts, &options.tls_options)
    } else {
        Connection::connect(address, options.family, timeouts)
    }
}

/// Where a cluster sends us.
#[derive(Debug)]
struct Redirection {
    slot: u32,
    address: Address,
    ask: bool,
}

impl Redirection {
    /// Reads `MOVED slot host:port` or `ASK slot host:port`. Without a host, it is the one we asked.
    fn from_reply(reply: &Value, asked: &Address) -> Option<Self> {
        let text = std::str::from_utf8(reply.as_error()?).ok()?;
        let mut words = text.split(' ');
        let ask = match words.next()? {
            "MOVED" => false,
            "ASK" => true,
            _ => return None,
        };
        let slot = words.next()?.parse().ok()?;
        let place = words.next()?;
        let address = match (Address::parse(place), place.strip_prefix(':'), asked) {
            (Some(address), _, _) => address,
            (None, Some(port), Address::Tcp { host, .. }) => {
                Address::tcp(host.clone(), port.parse().ok()?)
            }
            _ => return None,
        };
        Some(Self { slot, address, ask })
    }
}

#[cfg(test)]
mod tests {
    use super::Redirection;
    use connector::Address;
    use resp::value::Value;

    #[test]
    fn redirections_name_slot_and_node() {
        let here = Address::tcp("here", 1);
        let read = |text: &str| Redirection::from_reply(&Value::Error(text.into()), &here);
        let moved = read("MOVED 12182 127.0.0.1:7001").unwrap();
        assert_eq!((moved.slot, moved.ask), (12182, false));
        assert_eq!(moved.address, Address::tcp("127.0.0.1", 7001));
        let ask = read("ASK 1 :7002").unwrap();
        assert_eq!((ask.address, ask.ask), (Address::tcp("here", 7002), true));
        assert!(read("ERR MOVED").is_none());
        assert!(read("MOVED x y").is_none());
    }
}
