//! Sessions: commands line by line.
//!
//! On a terminal lines come from an editor with history, completion and hints; else they are just
//! read. Everything else is the same for both.

mod docs;
mod editor;
mod help;
mod hint;
mod history;
mod listen;

use std::cell::{Cell, RefCell};
use std::io::BufRead;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use connector::Address;
use rustyline::error::ReadlineError;
use rustyline::history::{History as _, MemHistory};
use rustyline::{CompletionType, Config, Editor};

use self::docs::Docs;
use self::editor::Assistant;
use self::history::{History, is_sensitive};
use self::listen::Attentive;
use crate::clock;
use crate::command::{self, Forever, Listener, Outcome};
use crate::interrupt::Interrupt;
use crate::options::{Environment, Output};
use crate::out::{complain, say};
use crate::quoting::split;
use crate::session::Session;
use crate::terminal::stdin_is_terminal;

/// Replies with more lines than this are shown in pages.
const PAGER_LINES: usize = 1000;
/// Commands that take longer have their time shown.
const SLOW: Duration = Duration::from_millis(500);

/// What to do after a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Next {
    Continue,
    Quit,
    /// The rest of the input cannot be answered either.
    GiveUp,
}

/// A session in progress.
struct Repl {
    session: Rc<RefCell<Session>>,
    docs: Rc<RefCell<Docs>>,
    docs_loaded: bool,
    hints: Rc<Cell<bool>>,
    interactive: bool,
}

/// Runs a session and returns whether it ended well.
pub(crate) fn run(session: &mut Session, environment: &Environment) -> bool {
    let interactive = stdin_is_terminal();
    let mut own = session.sibling(session.address.clone());
    // A failure has been reported, and a later command tries again.
    let _ = own.connect();
    let mut repl = Repl {
        session: Rc::new(RefCell::new(own)),
        docs: Rc::new(RefCell::new(Docs::offline())),
        docs_loaded: false,
        hints: Rc::new(Cell::new(true)),
        interactive,
    };
    repl.session.borrow_mut().page_lines = if interactive { PAGER_LINES } else { 0 };
    repl.load_preferences(environment);
    if interactive { repl.edit(environment) } else { repl.read() }
}

impl Repl {
    /// Reads lines from a file or pipe.
    fn read(&mut self) -> bool {
        let mut input = std::io::stdin().lock();
        let mut line = Vec::new();
        loop {
            line.clear();
            match input.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return true,
                Ok(_) => {}
            }
            match self.line(&line) {
                Next::Continue => {}
                Next::Quit => return true,
                Next::GiveUp => return false,
            }
        }
    }

    /// Edits lines on the terminal.
    fn edit(&mut self, environment: &Environment) -> bool {
        match Interrupt::install() {
            Ok(interrupt) => self.session.borrow_mut().interrupt = Some(Rc::new(interrupt)),
            Err(error) => complain!("Ctrl-C will end the program: {error}"),
        }
        self.load_docs();
        let config =
            Config::builder().completion_type(CompletionType::List).auto_add_history(false);
        let mut editor = match Editor::with_history(config.build(), MemHistory::new()) {
            Ok(editor) => editor,
            Err(error) => {
                complain!("No line editor: {error}");
                return self.read();
            }
        };
        editor.set_helper(Some(Assistant {
            docs: Rc::clone(&self.docs),
            session: Rc::clone(&self.session),
            hints: Rc::clone(&self.hints),
        }));
        let history = History::new(environment);
        for line in history.load() {
            // A line the editor does not want (a repetition) is simply not there.
            let _ = editor.history_mut().add(&line);
        }
        let mut interrupted = false;
        loop {
            let prompt = self.prompt();
            match editor.readline(&prompt) {
                Ok(line) => {
                    interrupted = false;
                    if !line.trim().is_empty()
                        && !is_sensitive(&line)
                        && editor.history_mut().add(&line).unwrap_or(false)
                    {
                        history.append(&line);
                    }
                    match self.line(line.as_bytes()) {
                        Next::Continue | Next::GiveUp => {}
                        Next::Quit => return true,
                    }
                    self.listen_on();
                }
                // The first Ctrl-C drops the line, the second ends the session.
                Err(ReadlineError::Interrupted) if !interrupted => interrupted = true,
                Err(ReadlineError::Interrupted | ReadlineError::Eof) => return true,
                Err(error) => {
                    complain!("{error}");
                    return false;
                }
            }
        }
    }

    fn prompt(&self) -> String {
        let session = self.session.borrow();
        if !session.is_connected() {
            return "not connected> ".to_owned();
        }
        let mut prompt = match &session.address {
            Address::Unix(path) => format!("redis {}", path.display()),
            Address::Tcp { host, port } if host.contains(':') => format!("[{host}]:{port}"),
            Address::Tcp { host, port } => format!("{host}:{port}"),
        };
        if session.db != 0 {
            prompt.push_str(&format!("[{}]", session.db));
        }
        if session.in_multi {
            prompt.push_str("(TX)");
        }
        if session.subscriptions > 0 {
            prompt.push_str("(subscribed mode)");
        }
        prompt.push_str("> ");
        prompt
    }

    /// Goes on showing messages after a line in subscribed mode.
    fn listen_on(&self) {
        let mut session = self.session.borrow_mut();
        if session.subscriptions > 0 && Attentive.listen(&mut session) == Outcome::Interrupted {
            let _ = session.connect();
        }
    }

    /// Does what a line says.
    fn line(&mut self, line: &[u8]) -> Next {
        let Some(args) = split(line) else {
            say!("Invalid argument(s)\n");
            return Next::Continue;
        };
        let Some(first) = args.first() else { return Next::Continue };
        match first.to_ascii_lowercase().as_slice() {
            b"quit" | b"exit" if args.len() == 1 => return Next::Quit,
            b"help" | b"?" => self.help(&args[1..]),
            b"clear" if args.len() == 1 => say!("\x1b[H\x1b[2J"),
            b"connect" if args.len() == 3 => self.connect(&args[1], &args[2]),
            b"restart" if args.len() == 1 => say!("Use 'restart' only in Lua debugging mode.\n"),
            [b':', ..] => self.preference(&args, ""),
            _ => return self.command(&args),
        }
        Next::Continue
    }

    /// Runs a command, as often as a number before it says.
    fn command(&mut self, args: &[Vec<u8>]) -> Next {
        let mut repeat = 1;
        let mut args = args;
        if let [count, rest @ ..] = args
            && let Some(number) =
                std::str::from_utf8(count).ok().and_then(|text| text.parse::<i64>().ok())
            && !rest.is_empty()
        {
            if number <= 0 {
                say!("Invalid redis-cli repeat command option value.\n");
                return Next::Continue;
            }
            repeat = number;
            args = rest;
        }
        let mut session = self.session.borrow_mut();
        session.drop_if_stale();
        let could_connect = session.is_connected() || session.connect().is_ok();
        if !could_connect {
            return Next::Continue;
        }
        let rest = session.options.interval.unwrap_or_default();
        let started = clock::now();
        let listener: &mut dyn Listener =
            if self.interactive { &mut Attentive } else { &mut Forever };
        let outcome = command::run(&mut session, args, repeat, rest, listener);
        let took = started.elapsed();
        let streams = matches!(outcome, Outcome::Interrupted | Outcome::KeyPressed);
        if took >= SLOW && !streams && session.options.output == Output::Standard {
            say!("({:.2}s)\n", took.as_secs_f64());
        }
        match outcome {
            Outcome::Interrupted => {
                let _ = session.connect();
                Next::Continue
            }
            Outcome::Failed if self.interactive => {
                let _ = session.connect();
                Next::Continue
            }
            Outcome::Failed => Next::GiveUp,
            Outcome::Done | Outcome::Refused | Outcome::KeyPressed => Next::Continue,
        }
    }

    fn help(&mut self, topic: &[Vec<u8>]) {
        self.load_docs();
        say!("{}", help::text(&self.docs.borrow(), topic));
    }

    /// Asks the server about its commands, once.
    fn load_docs(&mut self) {
        let mut session = self.session.borrow_mut();
        if self.docs_loaded
            || session.in_multi
            || session.subscriptions > 0
            || !session.is_connected()
        {
            return;
        }
        self.docs_loaded = true;
        if let Some(docs) = server_docs(&mut session) {
            *self.docs.borrow_mut() = docs;
        }
    }

    fn connect(&mut self, host: &[u8], port: &[u8]) {
        let mut session = self.session.borrow_mut();
        let port = String::from_utf8_lossy(port).parse();
        let Ok(port) = port else {
            say!("Invalid server port.\n");
            return;
        };
        session.address = Address::tcp(String::from_utf8_lossy(host), port);
        session.disconnect();
        if session.connect().is_ok() {
            self.docs_loaded = false;
        }
    }

    /// Obeys a line that begins with a colon; `place` says where it stands.
    fn preference(&mut self, args: &[Vec<u8>], place: &str) {
        let words: Vec<_> = args.iter().map(|arg| String::from_utf8_lossy(arg)).collect();
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        match words.as_slice() {
            [":set", "hints", ..] => self.hints.set(true),
            [":set", "nohints", ..] => self.hints.set(false),
            [":set", "pager", lines] if lines.parse::<usize>().is_ok() => {
                self.session.borrow_mut().page_lines = lines.parse().unwrap_or_default();
            }
            [":set", name, ..] => say!("{place}unknown redis-cli preference '{name}'\n"),
            [name, ..] => say!("{place}unknown redis-cli internal command '{name}'\n"),
            [] => {}
        }
    }

    fn load_preferences(&mut self, environment: &Environment) {
        let chosen = environment.preferences_file.clone().map(PathBuf::from);
        let usual =
            || environment.home.as_ref().map(|home| PathBuf::from(home).join(".redisclirc"));
        let Some(file) = chosen.or_else(usual) else { return };
        let Ok(text) = std::fs::read(file) else { return };
        for line in text.split(|byte| *byte == b'\n') {
            if let Some(args) = split(line)
                && !args.is_empty()
            {
                self.preference(&args, ".redisclirc: ");
            }
        }
    }
}

/// Asks the server about its commands.
fn server_docs(session: &mut Session) -> Option<Docs> {
    let reply = session.call(&["COMMAND", "DOCS"]).ok()?;
    Docs::from_reply(&reply)
}

/// Shows help without a session: from the server if it can be reached, else what is built in.
pub(crate) fn help_once(session: &mut Session, topic: &[Vec<u8>]) {
    let docs = if topic.is_empty() || session.try_connect().is_err() {
        None
    } else {
        server_docs(session)
    };
    say!("{}", help::text(&docs.unwrap_or_else(Docs::offline), topic));
}
