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
        Self::sized(args, home, (24, 200))
    }

    /// Opens a terminal of so many rows and columns.
    fn sized(args: &[&str], home: TempDir, (rows, columns): (u16, u16)) -> Option<Self> {
        // The signal of Ctrl-C goes to whoever has the terminal as its controlling one.
        let setsid = find("setsid")?;
        let controller: OwnedFd =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
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
            let last = || screen.chars().rev().take(4000).collect::<Vec<_>>();
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "no {text:?} in {:?}",
                last().into_iter().rev().collect::<String>()
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
    // The prompt is drawn again with every key; the one behind the answer counts.
    terminal.expect("(integer) 1");
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

/// Returns the text of the last whole picture on the screen, line by line.
fn picture(screen: &str) -> Vec<String> {
    let pictures: Vec<&str> = screen.split("\x1b[H").collect();
    let last = pictures[pictures.len() - 2];
    let mut text = String::new();
    let mut rest = last.chars();
    while let Some(letter) = rest.next() {
        if letter == '\x1b' {
            // A sequence ends with a letter.
            let _ = rest.find(char::is_ascii_alphabetic);
        } else {
            text.push(letter);
        }
    }
    // The terminal makes one of the two return codes itself.
    text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect()
}

#[test]
fn the_dashboard_fits_on_screens_of_any_size() {
    let Some(server) = Server::start(&["--maxmemory-policy", "allkeys-lfu"]) else { return };
    let port = server.port.to_string();
    call(&server, "debug populate 500");
    for size in [(24, 80), (60, 200), (12, 40), (5, 20), (1, 1)] {
        let home = tempfile::tempdir().unwrap();
        let args = ["-p", &port, "--top", "-i", "0.02"];
        let Some(mut terminal) = Terminal::sized(&args, home, size) else { return };
        (0..4).for_each(|_| terminal.expect("\x1b[H"));
        let lines = picture(&terminal.screen.lock().unwrap());
        terminal.keys("q");
        assert_eq!(terminal.end(), Some(0));
        let (rows, columns) = size;
        assert!(lines.len() <= usize::from(rows), "{size:?}: {lines:?}");
        for line in &lines {
            assert_eq!(line.chars().count(), usize::from(columns), "{size:?}: {line:?}");
        }
        let has = |text: &str| lines.iter().any(|line| line.contains(text));
        if columns >= 80 {
            assert!(has("hot keys (") && has("  key:"), "{lines:?}");
            assert!(has("requests/s, at most") && has("us/call"), "{lines:?}");
        }
    }
}

#[test]
fn the_dashboard_watches_commands_when_told_and_waits_for_a_lost_server() {
    let Some(server) = Server::start(&[]) else { return };
    let port = server.port.to_string();
    let args = ["-p", &port, "--top", "-i", "0.02"];
    let home = tempfile::tempdir().unwrap();
    let Some(mut terminal) = Terminal::sized(&args, home, (40, 100)) else { return };
    terminal.expect("noeviction, which counts no uses of keys");
    terminal.keys("m");
    terminal.expect("commands watched so far");
    let reads = "get popular\n".repeat(20_000);
    let program = Path::new(env!("CARGO_BIN_EXE_sinter-cli"));
    let reader = std::thread::spawn({
        let port = port.clone();
        move || run(program, &["-p", &port], reads.as_bytes(), &[], Duration::from_secs(20))
    });
    terminal.expect("%  popular");
    reader.join().unwrap();
    drop(server);
    terminal.expect("no news: ");
    terminal.keys("q");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn commands_of_interest_are_picked_from_what_monitor_tells() {
    let Some(server) = Server::start(&[]) else { return };
    let port = server.port.to_string();
    let args =
        ["-p", &port, "--json", "--monitor", "--monitor-commands", "get,s*", "--pattern", "user:*"];
    let more = ["--monitor-db", "3", "--monitor-client", "127.0.0.1:*", "-r", "2"];
    let home = tempfile::tempdir().unwrap();
    let Some(mut terminal) = Terminal::open(&[&args[..], &more].concat(), home) else { return };
    support::eventually("it listens", || call(&server, "client list").contains("cmd=monitor"));
    for line in
        ["-n 3 get user:1", "-n 3 get other", "-n 3 incr user:2", "get user:3", "-n 3 SET user:4 x"]
    {
        call(&server, line);
    }
    terminal.expect(r#""db":3,"client":"127.0.0.1:"#);
    terminal.expect(r#""command":["get","user:1"]}"#);
    terminal.expect(r#""command":["SET","user:4","x"]}"#);
    assert_eq!(terminal.end(), Some(0));
    let screen = terminal.screen.lock().unwrap();
    assert!(!screen.contains("other") && !screen.contains("user:3"), "{screen}");
}

#[test]
fn what_takes_long_shows_how_far_it_is() {
    let Some(server) = Server::start(&[]) else { return };
    let port = server.port.to_string();
    call(&server, "debug populate 2000 key 2000");
    let home = tempfile::tempdir().unwrap();
    let args = ["-p", &port, "--bigkeys", "-i", "0.01"];
    let Some(mut terminal) = Terminal::open(&args, home) else { return };
    terminal.expect("of 2000 keys");
    // Wiped before anything else is written.
    terminal.expect("\r\x1b[K");
    terminal.expect("-------- summary -------");
    assert_eq!(terminal.end(), Some(0));
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("saved.rdb");
    let file = file.to_str().unwrap();
    let Some(mut terminal) = Terminal::open(&["-p", &port, "--rdb", file], home) else { return };
    terminal.expect("iB\x1b[K");
    terminal.expect("Transfer finished with success");
}
