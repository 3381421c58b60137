//! The client: one-shot commands, interactive sessions, diagnostics, cluster management.
//!
//! [`options`] says what is wanted, [`session`] talks to the server, [`command`] runs one command
//! and shows the reply in one of the notations of [`format`]. Around that: [`oneshot`] for the
//! command on the command line, [`repl`] for sessions, and one module for each of the other things
//! the program can do. It uses nothing of the server but the protocol crates.

mod clock;
mod cluster;
mod command;
mod diagnostics;
mod format;
mod interrupt;
mod keyspace;
mod monitor;
mod oneshot;
mod options;
mod out;
mod pager;
mod pipe;
mod progress;
mod quoting;
mod repl;
mod replica;
mod session;
mod terminal;

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;

use diagnostics::Measure;
use options::{Environment, Mode, Options};
use out::{complain, say};
use session::Session;

/// The release of Redis whose `redis-cli` this is, when it is called by that name.
const REDIS_VERSION: &str = "7.2.7";

fn main() -> ExitCode {
    let environment = environment();
    let mut arguments = std::env::args_os();
    let called = arguments.next().unwrap_or_default();
    let is_redis = Path::new(&called)
        .file_name()
        .is_some_and(|name| name.as_bytes().starts_with(b"redis-cli"));
    let arguments = arguments.map(OsStringExt::into_vec);
    match options::parse(arguments, &environment, out::is_terminal()) {
        Ok(options) => {
            if run(options, &environment, is_redis) {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(message) => {
            complain!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn environment() -> Environment {
    let bytes = |name: &str| std::env::var_os(name).map(|value| value.as_bytes().to_vec());
    let text = |name: &str| bytes(name).and_then(|value| String::from_utf8(value).ok());
    Environment {
        auth: bytes("REDISCLI_AUTH"),
        history_file: text("REDISCLI_HISTFILE"),
        preferences_file: text("REDISCLI_RCFILE"),
        cluster_yes: text("REDISCLI_CLUSTER_YES"),
        fake_tty: bytes("FAKETTY").is_some(),
        home: text("HOME"),
    }
}

/// Does what the options ask for and returns whether it succeeded.
fn run(mut options: Options, environment: &Environment, is_redis: bool) -> bool {
    if let Some(text) = text_only(&options.mode, is_redis) {
        return match text {
            Ok(text) => {
                say!("{text}");
                true
            }
            Err(message) => {
                complain!("{message}");
                false
            }
        };
    }
    if options.askpass {
        match ask_password("Please input password: ") {
            Ok(password) => options.password = Some(password),
            Err(message) => {
                complain!("{message}");
                return false;
            }
        }
    } else if options.password_on_command_line && options.auth_warning {
        complain!(
            "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe."
        );
    }
    let options = Rc::new(options);
    let mut session = Session::new(Rc::clone(&options));
    if looks_around(&options.mode) && session.connect().is_err() {
        return false;
    }
    match &options.mode {
        Mode::Eval(file) => oneshot::eval(&mut session, file),
        Mode::Pipe => pipe::run(&mut session),
        Mode::Scan => keyspace::list(&mut session),
        Mode::Replica => replica::run(&mut session),
        Mode::Rdb => replica::save(&mut session, false),
        Mode::FunctionsRdb => replica::save(&mut session, true),
        Mode::Stat => diagnostics::stat(&mut session),
        Mode::Latency => diagnostics::latency(&mut session),
        Mode::LatencyHistory => diagnostics::latency_history(&mut session),
        Mode::LatencyDist => diagnostics::latency_distribution(&mut session),
        Mode::IntrinsicLatency(seconds) => diagnostics::intrinsic_latency(*seconds),
        Mode::LruTest(keys) => diagnostics::lru_test(&mut session, *keys),
        Mode::BigKeys => diagnostics::key_sizes(&mut session, Measure::Elements),
        Mode::MemKeys => diagnostics::key_sizes(&mut session, Measure::Memory),
        Mode::KeyStats => diagnostics::key_stats(&mut session),
        Mode::HotKeys => diagnostics::hot_keys(&mut session),
        Mode::Monitor => monitor::run(&mut session),
        Mode::Top => diagnostics::dashboard(&mut session),
        Mode::Cluster(command) => cluster::run(&session, command),
        _ if options.args.is_empty() => repl::run(&mut session, environment),
        _ if is_help(&options.args[0]) => {
            repl::help_once(&mut session, &options.args[1..]);
            true
        }
        _ => oneshot::run(&mut session),
    }
}

/// Returns whether a mode is pointless, down to its first line of output, without a server.
fn looks_around(mode: &Mode) -> bool {
    let walks =
        matches!(mode, Mode::Scan | Mode::BigKeys | Mode::MemKeys | Mode::KeyStats | Mode::HotKeys);
    let watches = matches!(
        mode,
        Mode::Stat
            | Mode::Top
            | Mode::Monitor
            | Mode::Latency
            | Mode::LatencyHistory
            | Mode::LatencyDist
    );
    walks || watches || matches!(mode, Mode::Eval(_))
}

/// Returns the text for modes that only print one.
fn text_only(mode: &Mode, is_redis: bool) -> Option<Result<String, String>> {
    let (name, version) = if is_redis {
        ("redis-cli", REDIS_VERSION)
    } else {
        ("sinter-cli", env!("CARGO_PKG_VERSION"))
    };
    let program = options::program(name);
    Some(match mode {
        Mode::Help => Ok(format!("{name} {version}\n\n{}", program.help())),
        Mode::Version => Ok(format!("{name} {version}\n")),
        Mode::ManPage => Ok(program.man_page()),
        Mode::Completions(shell) => program.completions(shell),
        _ => return None,
    })
}

/// Reads a password from the terminal, showing asterisks.
fn ask_password(prompt: &str) -> Result<Vec<u8>, String> {
    terminal::read_password(prompt).map_err(|error| format!("No password: {error}"))
}

fn is_help(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"help") || word == b"?"
}
