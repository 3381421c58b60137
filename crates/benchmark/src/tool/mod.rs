//! The benchmark tool: what `redis-benchmark` does, in its forms, and what one misses there.
//!
//! Latency from the planned time (`--rate`), mixed loads and recorded ones (`--mix`, `--replay`),
//! skewed keys and values of all sizes, servers side by side (`--vs`), results for programs and as
//! a page with charts. [`run`] is the load itself, [`print`] the output, [`options`] the command
//! line; the rest is one file for each thing one can ask for.

mod cluster;
mod failure;
mod html;
mod json;
mod options;
mod print;
mod replay;
mod run;
mod server;
mod source;
mod suite;
mod table;
mod versus;
mod workload;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use self::cluster::Node;
use self::failure::Failure;
use self::json::Entry;
use self::options::{Form, Mode, Options};
use self::print::{Circumstances, Printer};
use self::replay::Log;
use self::run::{Amount, Plan};
use self::server::Server;
use self::source::{Mix, Source};
use self::suite::TESTS;
use crate::engine::{Engine, Pace, Target};
use crate::request::{Fill, Tags, Template};

/// Requests of a test, if nothing else is said.
const REQUESTS: u64 = 100_000;
/// The release of Redis whose `redis-benchmark` this is, when it is called by that name.
const REDIS_VERSION: &str = "7.2.7";

/// Runs the tool. The first argument is the name by which it was called.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut args = args.into_iter();
    let called = args.next().unwrap_or_default();
    let name = Path::new(&called).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_redis = name.starts_with("redis-benchmark");
    let program = if is_redis { "redis-benchmark" } else { "sinter-benchmark" };
    let args: Vec<OsString> = args.collect();
    let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let command = format!("{program} {}", words.join(" "));
    let about = table::program(program);

    let mut out = io::stdout();
    let outcome = match Options::parse(args, &mut io::stdin()) {
        Ok(options) => match &options.mode {
            Mode::Run => Tool { options: &options, command: &command }.run(),
            Mode::Help => out.write_all(about.help().as_bytes()).map_err(broken),
            Mode::Version => {
                let version = if is_redis { REDIS_VERSION } else { env!("CARGO_PKG_VERSION") };
                writeln!(out, "{program} {version}").map_err(broken)
            }
            Mode::ManPage => out.write_all(about.man_page().as_bytes()).map_err(broken),
            Mode::Completions(shell) => about
                .completions(shell)
                .map_err(Failure::Usage)
                .and_then(|text| out.write_all(text.as_bytes()).map_err(broken)),
        },
        Err(failure @ Failure::BadOption(_)) => {
            // Compat: this error and the help go to standard output.
            let _ = write!(out, "{failure}\n\n{}", about.help());
            return ExitCode::FAILURE;
        }
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has read enough.
        Err(Failure::Io(_, error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let _ = writeln!(io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

fn broken(error: io::Error) -> Failure {
    Failure::Io("standard output".to_owned(), error)
}

/// A call of the tool.
struct Tool<'a> {
    options: &'a Options,
    command: &'a str,
}

impl Tool<'_> {
    fn run(&self) -> Result<(), Failure> {
        let server = Server::of(self.options)?;
        if self.options.is_idle {
            return self.hold(&server);
        }
        let tests = self.tests()?;
        if self.options.others.is_empty() {
            self.alone(server, &tests)
        } else {
            self.versus(server, &tests)
        }
    }

    /// Returns what is to be asked, with titles.
    fn tests(&self) -> Result<Vec<(String, Source)>, Failure> {
        let options = self.options;
        let fill = Fill { numbers: options.keys.is_some(), tags: options.is_cluster };
        if let Some(path) = &options.replay {
            let title = path.display().to_string();
            let log = std::fs::read(path).map_err(|error| Failure::Io(title.clone(), error))?;
            let log = Log::parse(&log);
            if log.len() == 0 {
                return Err(Failure::Usage(format!("{title}: no request in it")));
            }
            if log.skipped > 0 {
                let _ = writeln!(io::stderr(), "{} lines of {title} are not played", log.skipped);
            }
            return Ok(vec![(title, Source::Log(log))]);
        }
        if let Some(mix) = &options.mix {
            let source = Mix::parse(mix, fill, &options.sizes)?;
            return Ok(vec![(mix.clone(), Source::Mix(source))]);
        }
        if !options.command.is_empty() {
            let words: Vec<_> =
                options.command.iter().map(|word| String::from_utf8_lossy(word)).collect();
            let mut args = options.command.clone();
            args.extend(options.last_argument.clone());
            let template = Template::new(&args, fill, &options.sizes);
            return Ok(vec![(words.join(" "), Source::one(template))]);
        }
        let is_wanted =
            |test: &&suite::Test| options.tests.as_ref().is_none_or(|names| test.is_among(names));
        Ok(TESTS
            .iter()
            .filter(is_wanted)
            .map(|test| (test.title.to_owned(), Source::one(test.template(fill, &options.sizes))))
            .collect())
    }

    fn amount(&self, source: &Source) -> Amount {
        match (self.options.duration_s, self.options.requests, source) {
            (Some(seconds), _, _) => Amount::Time((seconds * 1e9) as u64),
            (None, Some(count), _) => Amount::Requests(count),
            (None, None, Source::Log(_)) => Amount::Once,
            (None, None, Source::Mix(_)) => Amount::Requests(REQUESTS),
        }
    }

    fn plan<'p>(&self, targets: &'p [Target], source: &'p Source, threads: usize) -> Plan<'p> {
        let options = self.options;
        Plan {
            targets,
            introduction: options.introduction.encoded(),
            db: u32::try_from(options.introduction.db).unwrap_or(u32::MAX),
            clients: options.clients,
            threads,
            pipeline: options.pipeline,
            keeps_alive: options.keeps_alive,
            source,
            order: options.key_order().unwrap_or(crate::request::KeyOrder::Uniform { keys: 1 }),
            sizes: options.sizes.clone(),
            seed: options.seed,
            amount: self.amount(source),
            warmup_ns: (options.warmup_s * 1e9) as u64,
            rate: options.rate,
            precision: options.precision,
            slots: None,
        }
    }

    /// Loads one server, or the nodes of one cluster.
    fn alone(&self, server: Server, tests: &[(String, Source)]) -> Result<(), Failure> {
        let options = self.options;
        let mut printer = Printer::new(io::stdout(), options.form);
        let nodes = if options.is_cluster { cluster::nodes(&server, options)? } else { Vec::new() };
        let servers: Vec<&Server> = if nodes.is_empty() {
            vec![&server]
        } else {
            nodes.iter().map(|node| &node.server).collect()
        };
        if options.is_cluster {
            cluster::show(&nodes, &mut printer.out).map_err(broken)?;
        }
        let mut settings = Vec::new();
        for server in &servers {
            settings.push(server.settings()?);
        }
        if settings.contains(&None) {
            let _ = writeln!(io::stderr(), "WARNING: Could not fetch server CONFIG");
        }
        let targets: Vec<Target> = servers.iter().map(|server| server.target.clone()).collect();
        let threads = options.threads.or_else(|| options.is_cluster.then_some(nodes.len()));
        let circumstances = Circumstances { options, settings: &settings, threads };
        let tags = Tags::new();
        let slots = |node: &Node| node.slots.clone();
        let mut entries = Vec::new();
        printer.begin().map_err(broken)?;
        loop {
            for (title, source) in tests {
                let mut plan = self.plan(&targets, source, threads.unwrap_or(1));
                if options.is_cluster {
                    plan.slots = Some((&tags, nodes.iter().map(slots).collect()));
                }
                let found = run::run(&plan, |progress| {
                    // What cannot be shown now cannot be shown at the end either.
                    let _ = printer.progress(title, progress);
                })?;
                printer.result(title, &found, &circumstances).map_err(broken)?;
                let (title, server) = (title.clone(), server.address.to_string());
                entries.push(Entry { title, server, found });
            }
            if !options.repeats {
                break;
            }
            entries.clear();
        }
        // Compat: a command of one's own has no blank line behind it.
        printer.end(options.command.is_empty()).map_err(broken)?;
        self.write(&entries)
    }

    /// Loads several servers in turns.
    fn versus(&self, first: Server, tests: &[(String, Source)]) -> Result<(), Failure> {
        let options = self.options;
        let mut servers = vec![first];
        for other in &options.others {
            servers.push(Server::at(other.clone(), options)?);
        }
        let mut out = io::stdout();
        if options.form != Form::Csv {
            versus::explain(options.rounds, &mut out).map_err(broken)?;
        }
        let mut entries = Vec::new();
        for (title, source) in tests {
            let targets: Vec<[Target; 1]> =
                servers.iter().map(|server| [server.target.clone()]).collect();
            let plans: Vec<Plan<'_>> = targets
                .iter()
                .map(|target| {
                    let mut plan = self.plan(target, source, options.threads.unwrap_or(1));
                    plan.amount = versus::of_round(plan.amount, options.rounds);
                    plan
                })
                .collect();
            let comparison = versus::compare(title, &servers, &plans, options.rounds)?;
            let text = if options.form == Form::Csv {
                comparison.table.to_csv()
            } else {
                format!("{}\n", comparison.table.to_text())
            };
            out.write_all(text.as_bytes()).map_err(broken)?;
            let found = comparison.found.into_iter();
            entries.extend(found.map(|(server, found)| Entry {
                title: title.clone(),
                server,
                found,
            }));
        }
        self.write(&entries)
    }

    /// Writes the files that were asked for.
    fn write(&self, entries: &[Entry]) -> Result<(), Failure> {
        let write = |path: &Path, text: String| {
            std::fs::write(path, text)
                .map_err(|error| Failure::Io(path.display().to_string(), error))
        };
        if let Some(path) = &self.options.json {
            write(path, json::document(self.command, entries))?;
        }
        if let Some(path) = &self.options.html {
            write(path, html::page(self.command, entries))?;
        }
        Ok(())
    }

    /// Opens connections and holds them for ever.
    fn hold(&self, server: &Server) -> Result<(), Failure> {
        let clients = self.options.clients;
        let mut out = io::stdout();
        writeln!(out, "Creating {clients} idle connections and waiting forever (Ctrl+C when done)")
            .map_err(broken)?;
        let introduction = self.options.introduction.encoded();
        let mut engine = Engine::new(vec![server.target.clone()], introduction)?;
        for _ in 0..clients {
            engine.connect(0, 1, Pace::Batches)?;
        }
        loop {
            engine.idle(engine.now_ns() + 250_000_000)?;
            write!(out, "clients: {clients}\r").map_err(broken)?;
            out.flush().map_err(broken)?;
        }
    }
}
