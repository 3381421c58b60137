//! The server as a process: how it starts, what it says, how it is changed and how it ends.
//!
//! `start`: the command line, files, and the first lines of the log. `signals`: how it ends, well or badly. `settings`: CONFIG, as far as sockets, files and the process are concerned. `info`: figures that are real. `memory`: its limits. `network`: many clients, and too many. `abuse`: what nobody should send.

mod abuse;
mod info;
mod memory;
mod network;
mod settings;
mod signals;
mod start;

use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

use connector::{Address, Connection, Family, Timeouts};
use testkit::Server;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_sinter-server");

/// Starts a server with these arguments, which are separated by blanks.
fn server(args: &str) -> Server {
    let args: Vec<&str> = args.split_whitespace().collect();
    Server::spawn(PROGRAM, &args)
}

/// Runs the program, which is expected to end by itself.
fn run<A: AsRef<OsStr>>(args: &[A]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(args).stdin(Stdio::null()).output().expect("the program can be run")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command and returns the text of its answer, a refusal included.
fn ask(server: &Server, line: &str) -> String {
    let reply = server.run(line);
    if let Some(number) = reply.as_integer() {
        return number.to_string();
    }
    let error = reply.as_error().map(text);
    error.or_else(|| reply.as_bytes().map(text)).unwrap_or_default()
}

/// Returns the value of a setting.
fn setting(server: &Server, name: &str) -> String {
    let reply = server.run(&format!("CONFIG GET {name}"));
    let value = reply.field(name).and_then(|value| value.as_bytes());
    text(value.unwrap_or_else(|| panic!("there is no setting {name}")))
}

/// Tries to connect.
fn connect(address: &Address) -> Result<Connection, connector::Error> {
    Connection::connect(address, Family::Any, Timeouts::default())
}
