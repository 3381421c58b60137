//! Interactive sessions on a pseudo-terminal.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and uses real time"
)]

mod support;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use support::{Server, find, run};
use tempfile::TempDir;

const UP: &str = "\x1b[A";
const TAB: &str = "\t";
const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";

/// A client on a terminal of its own.
struct Terminal {
    keyboard: File,
    screen: Arc<Mutex<String>>,
    seen: usize,
    child: Child,
    home: TempDir,
}

impl Terminal {
    fn open(args: &[&str], home: TempDir) -> Option<Self> {
        // The signal of Ctrl-C goes to whoever has the terminal as its controlling one.
        let setsid = find("setsid")?;
        let controller: OwnedFd =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let size = Winsize { ws_row: 24, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&controller, size).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let terminal =
            || File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let child = Command::new(setsid)
            .args(["--ctty", "--wait", env!("CARGO_BIN_EXE_sinter-cli")])
            .args(args)
            .env("HOME", home.path())
            .env("TERM", "xterm")
            .env_remove("REDISCLI_HISTFILE")
            .stdin(terminal())
            .stdout(terminal())
            .stderr(terminal())
            .spawn()
            .unwrap();
        let keyboard = File::from(controller);
        let screen = Arc::new(Mutex::new(String::new()));
        let mut reader = keyboard.try_clone().unwrap();
        let shared = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buf = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buf) {
                shared.lock().unwrap().push_str(&String::from_utf8_lossy(&buf[..count]));
            }
        });
        Some(Self { keyboard, screen, seen: 0, child, home })
    }

    fn start(server: &Server) -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let mut terminal = Self::open(&["-p", &server.port.to_string()], home)?;
        terminal.expect(&format!("127.0.0.1:{}> ", server.port));
        Some(terminal)
    }

    /// Types keys.
    fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line.
    fn line(&mut self, line: &str) {
        self.keys(&format!("{line}\r"));
    }

    /// Waits until a text appears behind what has been seen.
    fn expect(&mut self, text: &str) {
        let started = Instant::now();
        loop {
            let screen = self.screen.lock().unwrap();
            if let Some(at) = screen.get(self.seen..).and_then(|new| new.find(text)) {
                self.seen += at + text.len();
                return;
            }
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "no {text:?} in {:?}",
                screen.get(self.seen..)
            );
            drop(screen);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end, and returns the exit code.
    fn end(&mut self) -> Option<i32> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(started.elapsed() < Duration::from_secs(20), "still running");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A session that goes on would outlive the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call(server: &Server, line: &str) -> String {
    let mut args = vec!["-p".to_owned(), server.port.to_string()];
    args.extend(line.split(' ').map(str::to_owned));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let program = Path::new(env!("CARGO_BIN_EXE_sinter-cli"));
    run(program, &args, b"", &[], Duration::from_secs(10)).stdout
}

#[test]
fn prompts_follow_the_state_of_the_connection() {
    let Some(server) = Server::start(&[]) else { return };
    let Some(mut terminal) = Terminal::start(&server) else { return };
    terminal.line("select 3");
    terminal.expect(&format!("127.0.0.1:{}[3]> ", server.port));
    terminal.line("multi");
    terminal.expect("[3](TX)> ");
    terminal.line("select 5");
    terminal.expect("QUEUED");
    terminal.line("discard");
    terminal.expect("[3]> ");
    terminal.line("connect 127.0.0.1 1");
    terminal.expect("Connection refused");
    terminal.expect("not connected> ");
    terminal.line(&format!("connect 127.0.0.1 {}", server.port));
    terminal.expect("[3]> ");
    terminal.line("client kill type normal skipme no");
    terminal.expect("[3]> ");
    terminal.line("ping again");
    terminal.expect("\"again\"");
    terminal.line("quit");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn arguments_are_hinted_while_one_types() {
    let Some(server) = Server::start(&[]) else { return };
    let Some(mut terminal) = Terminal::start(&server) else { return };
    terminal.keys("set ");
    terminal.expect("\x1b[90mkey value [NX | XX]");
    terminal.keys("k v ex ");
    terminal.expect("\x1b[90m[NX | XX] [GET] seconds");
    terminal.keys(CTRL_C);
    terminal.expect("> ");
    terminal.line(":set nohints");
    terminal.expect(":set nohints");
    terminal.expect("> ");
    let without = terminal.seen;
    terminal.keys("get ");
    terminal.keys("x\r");
    terminal.expect("(nil)");
    assert!(terminal.screen.lock().unwrap().rfind("\x1b[90m").unwrap() < without);
}

#[test]
fn commands_subcommands_topics_and_keys_are_completed() {
    let Some(server) = Server::start(&[]) else { return };
    call(&server, "set user:1000:name v");
    call(&server, "hset lonely field v");
    let Some(mut terminal) = Terminal::start(&server) else { return };
    terminal.keys(&format!("hgeta{TAB}"));
    terminal.expect("hgetall");
    terminal.keys(&format!(" lon{TAB}\r"));
    terminal.expect("1) \"field\"");
    terminal.keys(&format!("CLIENT GETN{TAB}\r"));
    terminal.expect("(nil)");
    terminal.keys(&format!("get user:{TAB}\r"));
    terminal.expect("\"v\"");
    terminal.keys(&format!("help @hyper{TAB}\r"));
    terminal.expect("PFCOUNT");
}

#[test]
fn history_is_kept_without_secrets() {
    let Some(server) = Server::start(&[]) else { return };
    let Some(mut terminal) = Terminal::start(&server) else { return };
    terminal.line("echo first");
    terminal.expect("\"first\"");
    terminal.line("auth secret");
    terminal.expect("(error)");
    terminal.line("echo second");
    terminal.expect("\"second\"");
    terminal.keys(&format!("{UP}{UP}\r"));
    terminal.expect("\"first\"");
    terminal.keys(CTRL_D);
    assert_eq!(terminal.end(), Some(0));
    let kept = std::fs::read_to_string(terminal.home.path().join(".rediscli_history")).unwrap();
    assert_eq!(kept, "echo first\necho second\necho first\n");
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".rediscli_history"), kept).unwrap();
    let mut again = Terminal::open(&["-p", &server.port.to_string()], home).unwrap();
    again.expect("> ");
    again.keys(&format!("{UP}{UP}\r"));
    again.expect("\"second\"");
}

#[test]
fn messages_are_shown_until_a_key_or_ctrl_c() {
    let Some(server) = Server::start(&[]) else { return };
    let Some(mut terminal) = Terminal::start(&server) else { return };
    terminal.line("subscribe news");
    terminal.expect("Reading messages... (press Ctrl-C to quit or any key to type command)");
    terminal.expect("3) (integer) 1");
    assert_eq!(call(&server, "publish news hello"), "1\n");
    terminal.expect("\"hello\"");
    // The key that is pressed is the first of the line.
    terminal.keys("s");
    terminal.expect("(subscribed mode)> ");
    terminal.line("ubscribe more");
    terminal.expect("\"more\"");
    assert_eq!(call(&server, "publish more world"), "1\n");
    terminal.expect("\"world\"");
    terminal.keys("u");
    terminal.expect("(subscribed mode)> ");
    terminal.line("nsubscribe");
    terminal.expect("3) (integer) 0");
    terminal.expect(&format!("127.0.0.1:{}> ", server.port));
    terminal.line("subscribe news");
    terminal.expect("3) (integer) 1");
    terminal.keys(CTRL_C);
    terminal.expect(&format!("127.0.0.1:{}> ", server.port));
    terminal.line("echo back");
    terminal.expect("\"back\"");
    assert_eq!(call(&server, "publish news hello"), "0\n");
    terminal.line("monitor");
    terminal.expect("OK");
    call(&server, "echo watched");
    terminal.expect("\"watched\"");
    terminal.keys(CTRL_C);
    terminal.expect(&format!("127.0.0.1:{}> ", server.port));
}

#[test]
fn ctrl_c_leaves_a_command_that_waits_and_then_the_session() {
    let Some(server) = Server::start(&[]) else { return };
    let Some(mut terminal) = Terminal::start(&server) else { return };
    terminal.line("blpop nothing 0");
    support::eventually("somebody waits", || {
        call(&server, "info clients").contains("blocked_clients:1")
    });
    terminal.keys(CTRL_C);
    terminal.expect("> ");
    terminal.line("echo here");
    terminal.expect("\"here\"");
    terminal.expect("> ");
    terminal.keys("half a line");
    terminal.keys(CTRL_C);
    terminal.expect("> ");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn a_password_is_asked_for_and_not_shown() {
    let Some(server) = Server::start(&["--requirepass", "open sesame"]) else { return };
    let port = server.port.to_string();
    for (args, shown) in [(&["--askpass", "ping"][..], "PONG"), (&["--askpass"], "> ")] {
        let home = tempfile::tempdir().unwrap();
        let args = [&["-p", &port], args].concat();
        let Some(mut terminal) = Terminal::open(&args, home) else { return };
        terminal.expect("Please input password: ");
        terminal.line("open sesame");
        terminal.expect("***********");
        terminal.expect(shown);
        assert!(!terminal.screen.lock().unwrap().contains("sesame"));
    }
}

#[test]
fn ctrl_c_ends_what_goes_on_for_ever() {
    let Some(server) = Server::start(&[]) else { return };
    let port = server.port.to_string();
    for (option, shown) in [
        ("--latency", "samples)"),
        ("--latency-history", "samples)"),
        ("--latency-dist", "From 0 to 100%"),
        ("--stat", "connections"),
        ("--replica", "SYNC with"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let args = ["-p", &port, option, "-i", "0.05"];
        let Some(mut terminal) = Terminal::open(&args, home) else { return };
        terminal.expect(shown);
        terminal.keys(CTRL_C);
        // By the signal, as other programs end by it.
        assert_ne!(terminal.end(), Some(0), "{option}");
    }
}

#[test]
fn preferences_and_huge_replies() {
    let Some(server) = Server::start(&[]) else { return };
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".redisclirc"), ":set nohints\n:set pager 30\n:set nonsense\n")
        .unwrap();
    let port = server.port.to_string();
    let Some(mut terminal) = Terminal::open(&["-p", &port], home) else { return };
    terminal.expect(".redisclirc: unknown redis-cli preference 'nonsense'");
    terminal.expect("> ");
    terminal.line("eval \"local t={} for i=1,100 do t[i]=i end return t\" 0");
    terminal.expect("-- 23 of 100 lines");
    terminal.keys(" ");
    terminal.expect(" 46) (integer) 46");
    terminal.expect("-- 46 of 100 lines");
    terminal.keys("q");
    terminal.line("3 echo thrice");
    for _ in 0..3 {
        terminal.expect("\"thrice\"");
    }
}

#[test]
fn the_dashboard_fills_the_screen_and_ends_with_q() {
    let Some(server) = Server::start(&[]) else { return };
    let home = tempfile::tempdir().unwrap();
    let port = server.port.to_string();
    let Some(mut terminal) = Terminal::open(&["-p", &port, "--top", "-i", "0.05"], home) else {
        return;
    };
    terminal.expect("\x1b[?1049h");
    terminal.expect("requests/s");
    terminal.expect("info");
    terminal.keys("q");
    terminal.expect("\x1b[?1049l");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn called_by_its_old_name_it_says_so() {
    let said = |program: &Path, args: &[&str]| {
        let output = run(program, args, b"", &[], Duration::from_secs(20));
        assert_eq!(output.code, Some(0), "{output:?}");
        output.stdout
    };
    let (folder, own) = (tempfile::tempdir().unwrap(), Path::new(env!("CARGO_BIN_EXE_sinter-cli")));
    let old = folder.path().join("redis-cli");
    std::os::unix::fs::symlink(own, &old).unwrap();
    assert!(said(&old, &["--version"]).starts_with("redis-cli 7."));
    assert!(said(&old, &["--help"]).contains("Usage: redis-cli [OPTIONS]"));
    assert!(said(&old, &["--completions", "bash"]).contains("_redis_cli redis-cli\n"));
    assert!(said(own, &["--version"]).starts_with("sinter-cli "));
    assert!(said(own, &["--man-page"]).contains("client for servers"));
}
