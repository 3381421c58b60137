//! What the command line, the environment and the URI ask for.
//!
//! [`table`] lists every option once; parsing, `--help`, the manual page and the shell completions
//! all read that list.

mod parse;
mod table;
mod uri;
mod usage;

use std::path::PathBuf;
use std::time::Duration;

use connector::{Address, Family, TlsOptions};

pub(crate) use parse::{Environment, parse};
pub(crate) use usage::program;

/// The notations for replies.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Output {
    /// For people.
    #[default]
    Standard,
    /// Bare, for other programs.
    Raw,
    /// Comma-separated values.
    Csv,
    /// JSON with strings as they are.
    Json,
    /// JSON with strings escaped to ASCII.
    QuotedJson,
}

/// What the program is to do.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Mode {
    /// Run the command on the command line, or an interactive session if there is none.
    #[default]
    Command,
    /// Send a script.
    Eval(PathBuf),
    /// Send raw protocol from standard input.
    Pipe,
    /// List keys.
    Scan,
    /// Rolling statistics.
    Stat,
    /// Sample the latency of PING, until interrupted.
    Latency,
    /// Sample latency in intervals.
    LatencyHistory,
    /// Show latency as a spectrum.
    LatencyDist,
    /// Measure how long this machine keeps a process waiting.
    IntrinsicLatency(u64),
    /// Simulate a cache with that many keys.
    LruTest(u64),
    /// Show the command stream that replicas get.
    Replica,
    /// Save a snapshot.
    Rdb,
    /// Save the functions as a snapshot.
    FunctionsRdb,
    /// Find keys with many elements.
    BigKeys,
    /// Find keys that take much memory.
    MemKeys,
    /// Both, with distributions.
    KeyStats,
    /// Find keys that are used often.
    HotKeys,
    /// The full-screen dashboard.
    Top,
    /// Show the commands that a server runs.
    Monitor,
    /// Manage a cluster: the command and its arguments.
    Cluster(Vec<Vec<u8>>),
    /// Print the help text.
    Help,
    /// Print the version.
    Version,
    /// Print the man page.
    ManPage,
    /// Print completions for the named shell.
    Completions(String),
}

/// Which commands are of interest.
#[derive(Clone, Debug, Default)]
pub(crate) struct MonitorFilter {
    /// Patterns for their names; none: all are.
    pub(crate) commands: Vec<Vec<u8>>,
    /// A pattern for the client's address.
    pub(crate) client: Option<Vec<u8>>,
    pub(crate) db: Option<i64>,
}

/// Options of the cluster manager.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterOptions {
    pub(crate) replicas: usize,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) from_user: Option<String>,
    pub(crate) from_pass: Option<Vec<u8>>,
    pub(crate) from_askpass: bool,
    pub(crate) slots: Option<usize>,
    pub(crate) yes: bool,
    pub(crate) timeout_ms: Option<u64>,
    pub(crate) pipeline: usize,
    pub(crate) replace: bool,
    pub(crate) copy: bool,
    pub(crate) weights: Vec<String>,
    pub(crate) use_empty_masters: bool,
    pub(crate) simulate: bool,
    pub(crate) threshold: f64,
    pub(crate) replica: bool,
    pub(crate) master_id: Option<String>,
    pub(crate) search_multiple_owners: bool,
    pub(crate) fix_with_unreachable_masters: bool,
    pub(crate) only_masters: bool,
    pub(crate) only_replicas: bool,
}

/// Everything that can be asked for.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
    pub(crate) args: Vec<Vec<u8>>,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) socket: Option<PathBuf>,
    pub(crate) family: Family,
    pub(crate) timeout: Option<Duration>,
    pub(crate) user: Option<Vec<u8>>,
    pub(crate) password: Option<Vec<u8>>,
    pub(crate) password_on_command_line: bool,
    pub(crate) askpass: bool,
    pub(crate) auth_warning: bool,
    pub(crate) db: i64,
    pub(crate) resp2: bool,
    pub(crate) resp3: bool,
    pub(crate) output: Output,
    pub(crate) output_chosen: bool,
    pub(crate) element_delimiter: Vec<u8>,
    pub(crate) reply_delimiter: Vec<u8>,
    pub(crate) repeat: i64,
    pub(crate) interval: Option<Duration>,
    pub(crate) last_arg_from_stdin: bool,
    pub(crate) stdin_tag: Option<Vec<u8>>,
    pub(crate) quoted_input: bool,
    pub(crate) follow_redirections: bool,
    pub(crate) error_exit_code: bool,
    pub(crate) show_pushes: Option<bool>,
    pub(crate) verbose: bool,
    pub(crate) dry_run: bool,
    pub(crate) debugger: bool,
    pub(crate) pipe_timeout: Duration,
    pub(crate) pattern: Option<Vec<u8>>,
    pub(crate) scan_count: Option<u64>,
    pub(crate) scan_type: Option<Vec<u8>>,
    pub(crate) cursor: u64,
    pub(crate) memory_samples: Option<u64>,
    pub(crate) rdb_file: Option<PathBuf>,
    pub(crate) top: Option<usize>,
    pub(crate) tls: bool,
    pub(crate) tls_options: TlsOptions,
    pub(crate) cluster: ClusterOptions,
    pub(crate) monitor: MonitorFilter,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Command,
            args: Vec::new(),
            host: "127.0.0.1".to_owned(),
            port: 6379,
            socket: None,
            family: Family::Any,
            timeout: None,
            user: None,
            password: None,
            password_on_command_line: false,
            askpass: false,
            auth_warning: true,
            db: 0,
            resp2: false,
            resp3: false,
            output: Output::Standard,
            output_chosen: false,
            element_delimiter: b"\n".to_vec(),
            reply_delimiter: b"\n".to_vec(),
            repeat: 1,
            interval: None,
            last_arg_from_stdin: false,
            stdin_tag: None,
            quoted_input: false,
            follow_redirections: false,
            error_exit_code: false,
            show_pushes: None,
            verbose: false,
            dry_run: false,
            debugger: false,
            pipe_timeout: Duration::from_secs(30),
            pattern: None,
            scan_count: None,
            scan_type: None,
            cursor: 0,
            memory_samples: None,
            rdb_file: None,
            top: None,
            tls: false,
            tls_options: TlsOptions::default(),
            monitor: MonitorFilter::default(),
            cluster: ClusterOptions { pipeline: 10, threshold: 2.0, ..ClusterOptions::default() },
        }
    }
}

impl Options {
    /// Returns where to connect to.
    pub(crate) fn address(&self) -> Address {
        match &self.socket {
            Some(path) => Address::Unix(path.clone()),
            None => Address::tcp(self.host.clone(), self.port),
        }
    }

    /// Returns whether RESP3 was asked for by name, and not just by an output format.
    pub(crate) fn resp3_demanded(&self) -> bool {
        !matches!(self.output, Output::Json | Output::QuotedJson)
    }

    /// Returns the interval asked for, or `default`.
    pub(crate) fn interval_or(&self, default: Duration) -> Duration {
        match self.interval {
            Some(interval) if !interval.is_zero() => interval,
            _ => default,
        }
    }
}
