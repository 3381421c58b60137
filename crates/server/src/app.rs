//! Puts the server together, runs it, and takes it apart.
//!
//! The order of starting is that of what depends on what: the log, before anything can be said; the process (a daemon is another process); limits, before sockets; sockets, before anybody is told that they are there.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::rc::Rc;

use config::Config;
use node::{Action, Memory, Node, REDIS_VERSION, Start, VERSION};
use stdx::clock::{Clock, SystemClock};

use crate::background::Background;
use crate::daemon::{PidFile, Supervisor};
use crate::limits::OomScore;
use crate::listeners::Listeners;
use crate::log::Log;
use crate::machine::Process;
use crate::memory::ProcessMemory;
use crate::reactor::{Host, Reactor};
use crate::settings::Settings;
use crate::signals::Signals;
use crate::title::Title;
use crate::wake::Wake;
use crate::{banner, crash, daemon, limits, text};

/// Where the process id goes when a daemon was told no other place.
const PID_FILE: &[u8] = b"/var/run/redis.pid";

/// The start was given up; why is in the log.
#[derive(Debug)]
pub(crate) struct GaveUp;

/// What the program was told when it was called.
pub(crate) struct Call {
    /// The settings.
    pub(crate) settings: Settings,
    /// Whether there were no arguments at all.
    pub(crate) bare: bool,
    /// The program's path.
    pub(crate) executable: PathBuf,
    /// The memory that shows as the title.
    pub(crate) title: Title,
    /// Reads the environment.
    pub(crate) variable: fn(&str) -> Option<String>,
}

/// Runs the server until it is told to stop; returns the exit status.
pub(crate) fn run(call: Call, log: Rc<Log>) -> Result<i32, GaveUp> {
    let Settings { mut config, file } = call.settings;
    log.configure(&config);
    let supervisor = Supervisor::find(config.supervised, call.variable, &log);
    let detaches = config.daemonize && !supervisor.is_some();
    if detaches {
        daemon::detach().map_err(|error| give_up(&log, "Can't detach", &error))?;
    }
    greet(&config, call.bare, &log);
    supervisor.starting(&log);
    crash::report_to(log.file().as_deref());
    crash::follow(&config);
    log.set_role('M');
    refuse_modules(&config, &log)?;
    refuse_users(&config, &log)?;
    config.maxclients = limits::fit_open_files(config.maxclients, &log).map_err(|()| GaveUp)?;

    let failed = |what: &'static str| {
        let log = Rc::clone(&log);
        move |error: io::Error| give_up(&log, what, &error)
    };
    let memory = ProcessMemory::new();
    let wake = Wake::new().map_err(failed("Can't create a socket pair"))?;
    let signals = Signals::install(&wake).map_err(failed("Can't handle signals"))?;
    let waker = wake.waker().map_err(failed("Can't create a socket pair"))?;
    let background = Background::start(waker).map_err(failed("Can't start a thread"))?;
    let mut reactor =
        Reactor::new(wake.readable(), &log).map_err(failed("Can't create an event loop"))?;
    listen(&mut reactor.listeners().borrow_mut(), &config, &log)?;
    show_logo(&config, &log);
    let pid_file = write_pid_file(&mut config, detaches, &log);

    let mut process = Process {
        log: Rc::clone(&log),
        listeners: reactor.listeners(),
        title: call.title,
        oom_score: OomScore::default(),
        file,
    };
    if let Err(reason) = process.follow(&config) {
        log.warning(&reason);
    }
    let start = start(&process, &call.executable, supervisor.name(), memory.used())
        .map_err(failed("Can't draw random numbers"))?;
    let mut node = make_node(config, memory, start, &log)?;
    log.notice("Server initialized");
    announce(&node.config, &reactor.listeners().borrow(), &log);
    supervisor.ready(&log);
    node.attach(Box::new(process));

    let mut app = App { log: Rc::clone(&log), wake, signals, background, over: None };
    reactor.run(&mut node, &mut app).map_err(failed("The event loop failed"))?;
    supervisor.stopping(&log);
    if let Some(pid_file) = pid_file {
        pid_file.remove(&log);
    }
    if reactor.listeners().borrow().has(true) {
        log.notice("Removing the unix socket file.");
    }
    reactor.listeners().borrow_mut().close();
    log.warning("Sinter is now ready to exit, bye bye...");
    Ok(app.over.unwrap_or_default())
}

fn give_up(log: &Log, what: &str, error: &io::Error) -> GaveUp {
    log.warning(&format!("{what}: {}", text::reason(error)));
    GaveUp
}

fn greet(config: &Config, bare: bool, log: &Log) {
    let (pid, bits) = (std::process::id(), usize::BITS);
    log.notice("oO0OoO0OoO0Oo Sinter is starting oO0OoO0OoO0Oo");
    log.notice(&format!(
        "Sinter version={VERSION}, Redis version={REDIS_VERSION}, bits={bits}, pid={pid}, just started"
    ));
    if bare {
        log.warning(
            "Warning: no config file specified, using the default config. In order to specify a \
             config file use sinter-server /path/to/redis.conf",
        );
    } else {
        log.notice("Configuration loaded");
    }
    warn_of_idle_settings(config, log);
}

/// Says what was asked for and is not there. Above all that nothing is saved, which is the default.
fn warn_of_idle_settings(config: &Config, log: &Log) {
    if config.appendonly || !config.save.0.is_empty() {
        log.warning(
            "WARNING: nothing is saved yet. All data is in memory only, and is gone when the server \
             ends.",
        );
    }
    for name in config::later(config).into_iter().filter(|name| *name != "save") {
        log.warning(&format!("'{name}' is set, but has no effect yet"));
    }
}

/// Shows the logo where somebody sees it; elsewhere, what it says.
fn show_logo(config: &Config, log: &Log) {
    if config.always_show_logo || (log.is_on_stdout() && io::stdout().is_terminal()) {
        log.write_raw(&banner::logo(config.port));
    } else {
        log.notice(&format!("Running mode=standalone, port={}.", config.port));
    }
}

/// There are no modules. Whoever needs one must not get a server without it.
fn refuse_modules(config: &Config, log: &Log) -> Result<(), GaveUp> {
    let Some(module) = config.loadmodule.iter().find_map(|words| words.first()) else {
        return Ok(());
    };
    let path = String::from_utf8_lossy(module);
    log.warning(&format!("Module {path} failed to load: there are no modules in Sinter"));
    log.warning(&format!("Can't load module from {path}: server aborting"));
    Err(GaveUp)
}

/// There are no access control lists yet. Whoever relies on them must not get a server that lets everybody do everything.
fn refuse_users(config: &Config, log: &Log) -> Result<(), GaveUp> {
    // What holds anyway.
    const OPEN: [&[u8]; 6] = [b"on", b"nopass", b"~*", b"&*", b"+@all", b"sanitize-payload"];
    let is_open = |words: &Vec<Vec<u8>>| {
        words.first().is_some_and(|name| name == b"default")
            && words[1..].iter().all(|word| OPEN.contains(&&**word))
    };
    let asked = match () {
        () if !config.aclfile.is_empty() => "aclfile",
        () if !config.user.iter().all(is_open) => "user",
        () => return Ok(()),
    };
    log.warning(&format!(
        "'{asked}' is set, but there are no access control lists in Sinter yet, and everybody \
         could do everything. Remove it (requirepass sets a password for all) to start."
    ));
    Err(GaveUp)
}

fn listen(listeners: &mut Listeners, config: &Config, log: &Log) -> Result<(), GaveUp> {
    listeners.open_tcp(config).map_err(|()| {
        log.warning(&format!("Failed listening on port {} (tcp), aborting.", config.port));
        GaveUp
    })?;
    listeners.open_unix(config).map_err(|reason| {
        log.warning(&format!("Failed opening Unix socket: {reason}"));
        GaveUp
    })?;
    if listeners.is_empty() {
        log.warning("Configured to not listen anywhere, exiting.");
        return Err(GaveUp);
    }
    Ok(())
}

fn write_pid_file(config: &mut Config, detached: bool, log: &Log) -> Option<PidFile> {
    if config.pidfile.is_empty() && detached {
        config.pidfile = PID_FILE.to_vec();
    }
    let wanted = !config.pidfile.is_empty();
    wanted.then(|| PidFile::write(&text::path(&config.pidfile), log)).flatten()
}

/// Gathers what does not change while the server runs.
fn start(
    process: &Process,
    executable: &std::path::Path,
    supervised: &'static str,
    memory: u64,
) -> io::Result<Start> {
    let system = rustix::system::uname();
    let part = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let os = [system.sysname(), system.release(), system.machine()].map(part).join(" ");
    let file = process.file.as_ref().map(|path| path.display().to_string());
    Ok(Start {
        run_id: random_id()?,
        replication_id: random_id()?,
        pid: std::process::id(),
        supervised,
        unix_us: SystemClock::new().unix_us(),
        executable: executable.display().to_string(),
        config_file: file.unwrap_or_default(),
        os,
        memory,
    })
}

/// Draws forty hexadecimal digits.
fn random_id() -> io::Result<String> {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn make_node(
    config: Config,
    memory: ProcessMemory,
    start: Start,
    log: &Log,
) -> Result<Node, GaveUp> {
    let seed =
        getrandom::u64().map_err(|error| give_up(log, "Can't draw a seed", &error.into()))?;
    let clock = Box::new(SystemClock::new());
    Node::new(config, clock, Box::new(memory), seed, start).map_err(|error| {
        log.warning(&format!("rename-command: {error}"));
        GaveUp
    })
}

/// Says that clients can come, after what an operator should know before.
fn announce(config: &Config, listeners: &Listeners, log: &Log) {
    limits::check_backlog(config, log);
    if listeners.has(false) {
        log.notice("Ready to accept connections tcp");
    }
    if listeners.has(true) {
        log.notice("Ready to accept connections unix");
    }
}

/// What the event loop and the node cannot do themselves.
struct App {
    log: Rc<Log>,
    wake: Wake,
    signals: Signals,
    background: Background,
    /// The exit status, once the end has come.
    over: Option<i32>,
}

impl Host for App {
    fn act(&mut self, action: Action) {
        match action {
            Action::Log(level, text) => self.log.write(level, &text),
            Action::Free(garbage) => self.background.free(garbage),
            Action::Exit(status) => self.over = Some(status),
            // The loop has its connections itself.
            Action::Close(_) => {}
        }
    }

    fn woken(&mut self, node: &mut Node) {
        self.wake.clear();
        if let Some(signal) = self.signals.take() {
            node.stop_by_signal(signal.name());
        }
        node.freed(self.background.take_freed());
    }

    fn is_over(&self) -> bool {
        self.over.is_some()
    }
}
