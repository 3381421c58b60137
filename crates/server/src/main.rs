//! The server: sockets, files and the process, around a [`node::Node`].
//!
//! ```text
//! main.rs       the command line, and what else the program can be asked
//! app.rs        puts everything together; the only file that knows all others
//! reactor.rs    the event loop: epoll, with connection.rs, listener.rs, listeners.rs, wake.rs
//! settings.rs   settings from files and the command line
//! machine.rs    what the node asks of the process and the machine
//! memory/       the allocator, and exact accounting
//! background.rs the thread that frees
//! log.rs        the log, with syslog.rs and banner.rs; crash.rs: its last words
//! daemon.rs     a daemon's life, with signals.rs, limits.rs and title.rs
//! ```

mod app;
mod background;
mod banner;
mod connection;
mod crash;
mod daemon;
mod limits;
mod listener;
mod listeners;
mod log;
mod machine;
mod memory;
mod reactor;
mod settings;
mod signals;
mod syslog;
mod text;
mod title;
mod wake;

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use config::CommandLine;
use node::{REDIS_VERSION, VERSION};

use app::Call;
use log::Log;
use settings::Fault;
use title::Title;

#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::Allocator;

const HELP: &str = "\
Usage: sinter-server [/path/to/redis.conf] [options] [-]
       sinter-server - (reads the configuration from standard input)
       sinter-server -v or --version
       sinter-server -h or --help

An option is a directive of the configuration with -- before it, and overrides the file.

Examples:
       sinter-server
       sinter-server /etc/redis/6379.conf
       sinter-server --port 7777 --maxmemory 1gb
       sinter-server /etc/redis/6379.conf --loglevel verbose
       echo 'maxmemory 128mb' | sinter-server -
";

/// What the program can be, by the name that it is called by.
#[derive(Debug, PartialEq, Eq)]
enum Role {
    Server,
    /// A program that does not exist yet.
    Missing(&'static str),
}

impl Role {
    fn of(program: &Path) -> Self {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let has = |word: &str| name.contains(word);
        match () {
            () if has("-sentinel") => Self::Missing("Sentinel"),
            () if has("-check-rdb") => Self::Missing("the checker of snapshots"),
            () if has("-check-aof") => Self::Missing("the checker of append-only files"),
            () if has("-benchmark") => Self::Missing("the benchmark"),
            () if has("-cli") => Self::Missing("the command line client"),
            () => Self::Server,
        }
    }
}

fn main() -> ExitCode {
    let mut args = std::env::args_os().map(OsString::into_vec).collect::<Vec<_>>().into_iter();
    let program = PathBuf::from(OsString::from_vec(args.next().unwrap_or_default()));
    let args: Vec<Vec<u8>> = args.collect();
    if let Role::Missing(what) = Role::of(&program) {
        return complain(&format!("{what} is not part of this program yet\n"));
    }
    let words: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
    match words[..] {
        [b"-v" | b"--version"] => return say(&version(&program)),
        [b"-h" | b"--help"] => return say(HELP),
        [b"--test-memory", ..] => {
            return complain(
                "Sinter has no memory test: use memtest86 or memtester, which test all of it\n",
            );
        }
        [b"--check-system"] => {
            return say("There is nothing about this system that Sinter minds.\n");
        }
        _ => {}
    }
    let line = CommandLine::parse(&args);
    if line.sentinel {
        return complain("Sentinel is not part of this program yet\n");
    }
    serve(&program, &line, args.is_empty())
}

fn serve(program: &Path, line: &CommandLine, bare: bool) -> ExitCode {
    let log = Rc::new(Log::new());
    // Before the working directory changes.
    let executable = executable(program);
    let settings = match settings::load(line) {
        Ok(settings) => settings,
        Err(Fault::Unreadable(line)) => {
            log.warning(&line);
            return ExitCode::FAILURE;
        }
        Err(Fault::Wrong(text)) => {
            return complain(&format!(
                "\n*** FATAL CONFIG FILE ERROR (Sinter {VERSION}, Redis {REDIS_VERSION}) ***\n{text}\n"
            ));
        }
    };
    crash::catch_panics();
    let title = Title::claim(program.display().to_string());
    let call = Call { settings, bare, executable, title, variable };
    match app::run(call, log) {
        Ok(status) => ExitCode::from(u8::try_from(status).unwrap_or(1)),
        Err(app::GaveUp) => ExitCode::FAILURE,
    }
}

/// Reads the environment.
fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    std::env::var(name).ok()
}

/// Returns the path of the program: the one that it was called by, if that says where it is.
fn executable(program: &Path) -> PathBuf {
    if program.components().count() > 1 {
        return std::path::absolute(program).unwrap_or_else(|_| program.to_owned());
    }
    std::env::current_exe().unwrap_or_else(|_| program.to_owned())
}

fn version(program: &Path) -> String {
    let (bits, malloc) = (usize::BITS, memory::allocator_name());
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    // Compat: scripts that call it by this name look for these very words.
    if name.starts_with("redis-server") {
        return format!(
            "Redis server v={REDIS_VERSION} sha=00000000:0 malloc={malloc} bits={bits} build=sinter-{VERSION}\n"
        );
    }
    format!("Sinter server v={VERSION} redis={REDIS_VERSION} malloc={malloc} bits={bits}\n")
}

/// Prints an answer.
fn say(text: &str) -> ExitCode {
    // Who does not listen is not told.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

/// Prints why nothing is done.
fn complain(text: &str) -> ExitCode {
    // Who does not listen is not told.
    let _ = std::io::stderr().write_all(text.as_bytes());
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_decides_what_the_program_is() {
        let check = |name: &str, role: Role| assert_eq!(Role::of(Path::new(name)), role, "{name}");
        check("redis-server", Role::Server);
        check("/usr/bin/redis-server", Role::Server);
        check("target/release/sinter-server", Role::Server);
        check("whatever", Role::Server);
        check("/usr/bin/redis-sentinel", Role::Missing("Sentinel"));
        check("redis-check-aof", Role::Missing("the checker of append-only files"));
    }

    #[test]
    fn version_has_the_form_that_scripts_look_for() {
        let text = version(Path::new("src/redis-server"));
        assert!(text.starts_with("Redis server v=7.2."), "{text}");
        assert!(text.contains(" malloc=jemalloc-5."), "{text}");
        assert!(version(Path::new("sinter-server")).starts_with("Sinter server v=0."));
    }
}
