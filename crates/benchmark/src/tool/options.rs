//! The tool's command line.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;

use connector::{Address, TlsOptions};
use manual::Takes;

use super::failure::Failure;
use super::table::SECTIONS;
use crate::request::{KeyOrder, ValueSizes};

/// What the command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    #[default]
    Run,
    Help,
    Version,
    /// The manual page.
    ManPage,
    /// Completions for the named shell.
    Completions(String),
}

/// How a connection introduces itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Introduction {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) db: u64,
    pub(super) is_resp3: bool,
    pub(super) tracks: bool,
}

/// What comes out of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Full,
    Quiet,
    Csv,
}

#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) mode: Mode,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) socket: Option<PathBuf>,
    pub(super) introduction: Introduction,
    pub(super) is_tls: bool,
    pub(super) tls: TlsOptions,
    pub(super) clients: usize,
    /// How many; without, it depends on what is asked.
    pub(super) requests: Option<u64>,
    pub(super) threads: Option<usize>,
    pub(super) is_cluster: bool,
    pub(super) keeps_alive: bool,
    /// The range of `__rand_int__`, if that is to be filled in.
    pub(super) keys: Option<u64>,
    pub(super) order: String,
    pub(super) sizes: ValueSizes,
    pub(super) pipeline: usize,
    pub(super) form: Form,
    /// Significant digits of latencies.
    pub(super) precision: u8,
    pub(super) repeats: bool,
    pub(super) is_idle: bool,
    pub(super) tests: Option<Vec<String>>,
    pub(super) seed: u64,
    pub(super) command: Vec<Vec<u8>>,
    /// The command's last argument comes from standard input.
    pub(super) reads_last: bool,
    /// The command's last argument, which is not part of its title.
    pub(super) last_argument: Option<Vec<u8>>,
    pub(super) rate: Option<f64>,
    pub(super) warmup_s: f64,
    pub(super) duration_s: Option<f64>,
    pub(super) mix: Option<String>,
    pub(super) replay: Option<PathBuf>,
    pub(super) others: Vec<Address>,
    pub(super) rounds: usize,
    pub(super) json: Option<PathBuf>,
    pub(super) html: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Run,
            host: "127.0.0.1".to_owned(),
            port: 6379,
            socket: None,
            introduction: Introduction::default(),
            is_tls: false,
            tls: TlsOptions::default(),
            clients: 50,
            requests: None,
            threads: None,
            is_cluster: false,
            keeps_alive: true,
            keys: None,
            order: "uniform".to_owned(),
            sizes: ValueSizes::fixed(3),
            pipeline: 1,
            form: Form::Full,
            precision: 3,
            repeats: false,
            is_idle: false,
            tests: None,
            seed: 12_345,
            command: Vec::new(),
            reads_last: false,
            last_argument: None,
            rate: None,
            warmup_s: 0.0,
            duration_s: None,
            mix: None,
            replay: None,
            others: Vec::new(),
            rounds: 5,
            json: None,
            html: None,
        }
    }
}

impl Options {
    /// Reads the command line. `stdin` is what `-x` reads.
    pub(super) fn parse(args: Vec<OsString>, stdin: &mut impl Read) -> Result<Self, Failure> {
        let mut options = Self::default();
        let args: Vec<Vec<u8>> = args.into_iter().map(OsString::into_encoded_bytes).collect();
        let mut rest = args.as_slice();
        while let Some((arg, tail)) = rest.split_first() {
            if arg.first() != Some(&b'-') || arg.len() == 1 {
                break;
            }
            rest = tail;
            if arg == b"--" {
                break;
            }
            rest = options.take(arg, tail)?;
        }
        options.command = rest.to_vec();
        if options.reads_last && options.mode == Mode::Run {
            let mut last = Vec::new();
            stdin.read_to_end(&mut last).map_err(|error| Failure::Io("stdin".to_owned(), error))?;
            options.last_argument = Some(last);
        }
        options.check()?;
        Ok(options)
    }

    /// Applies one option, and returns the arguments behind it.
    fn take<'a>(&mut self, arg: &[u8], tail: &'a [Vec<u8>]) -> Result<&'a [Vec<u8>], Failure> {
        let bad = || Failure::BadOption(String::from_utf8_lossy(arg).into_owned());
        let (name, inline) = match arg.iter().position(|byte| *byte == b'=') {
            Some(at) if arg.starts_with(b"--") => (&arg[..at], Some(&arg[at + 1..])),
            _ => (arg, None),
        };
        let row = manual::find(SECTIONS, name).ok_or_else(bad)?;
        let (value, tail) = match (row.takes, inline) {
            (Takes::Nothing, None) => (&b""[..], tail),
            (Takes::Nothing, Some(_)) => return Err(bad()),
            (_, Some(value)) => (value, tail),
            (_, None) => {
                let (value, tail) = tail.split_first().ok_or_else(bad)?;
                (value.as_slice(), tail)
            }
        };
        let value = std::str::from_utf8(value).map_err(|_| bad())?;
        (row.apply)(self, value).map_err(|refusal| refusal.unwrap_or_else(bad))?;
        Ok(tail)
    }

    /// Takes apart `redis://[[user]:password@][host][:port][/db]`.
    pub(super) fn uri(&mut self, uri: &str) -> Result<(), Failure> {
        let bad = |what: &str| Failure::Usage(what.to_owned());
        let rest = match (uri.strip_prefix("redis://"), uri.strip_prefix("rediss://")) {
            (Some(rest), _) => rest,
            (None, Some(rest)) => {
                self.is_tls = true;
                rest
            }
            (None, None) => return Err(bad("Invalid URI scheme")),
        };
        let (authority, db) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, authority),
        };
        if let Some(credentials) = credentials {
            let (user, password) = match credentials.split_once(':') {
                Some((user, password)) => (user, password),
                None => ("", credentials),
            };
            self.introduction.user = Some(unescape(user)).filter(|user| !user.is_empty());
            self.introduction.password = Some(unescape(password));
        }
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (place, None),
        };
        if !host.is_empty() {
            let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
            bare.unwrap_or(host).clone_into(&mut self.host);
        }
        if let Some(port) = port {
            self.port = port.parse().map_err(|_| bad("Invalid port in the URI"))?;
        }
        if !db.is_empty() {
            self.introduction.db = db.parse().map_err(|_| bad("Invalid database in the URI"))?;
        }
        Ok(())
    }

    /// Refuses what cannot be meant together.
    fn check(&self) -> Result<(), Failure> {
        let sources = [!self.command.is_empty(), self.mix.is_some(), self.replay.is_some()];
        let refusal = if sources.iter().filter(|is_given| **is_given).count() > 1 {
            "a command, --mix and --replay exclude each other"
        } else if self.key_order().is_none() {
            "--keys is uniform, sequential, zipf or zipf:EXPONENT"
        } else if self.order != "uniform" && self.keys.is_none() {
            "--keys needs -r, the number of keys"
        } else if self.rate.is_some() && !self.keeps_alive {
            "--rate and -k 0 exclude each other"
        } else if !self.others.is_empty() && (self.is_cluster || self.is_idle || self.repeats) {
            "--vs excludes --cluster, -I and -l"
        } else if self.replay.is_some() && self.is_cluster {
            "--replay and --cluster exclude each other"
        } else {
            return Ok(());
        };
        Err(Failure::Usage(refusal.to_owned()))
    }

    /// Returns the order in which keys are chosen.
    pub(super) fn key_order(&self) -> Option<KeyOrder> {
        KeyOrder::parse(&self.order, self.keys.unwrap_or(1))
    }
}

/// The greatest value of `-d`, as in `redis-benchmark`.
const SIZE_MAX: usize = 1 << 30;

pub(super) fn sizes(text: &str) -> Option<ValueSizes> {
    // Compat: a number out of range counts as the nearest one in range.
    if let Ok(size) = text.parse::<i64>() {
        let size = usize::try_from(size).unwrap_or(1).clamp(1, SIZE_MAX);
        return Some(ValueSizes::fixed(size));
    }
    ValueSizes::parse(text)
}

/// Replaces `%41` by `A`, as passwords in URIs are written.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.first_chunk::<2>().and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(code) if *byte == b'%' => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, Failure> {
        let args = line.split(' ').filter(|word| !word.is_empty()).map(OsString::from).collect();
        Options::parse(args, &mut &b"from stdin"[..])
    }

    #[test]
    fn options_of_redis_benchmark_are_understood() {
        let options =
            parse("-h h -p 1 -c 2 -n 3 -d 4 -k 0 -r 5 -P 6 -q -l -t set,get -3").expect("valid");
        assert_eq!((options.host.as_str(), options.port, options.clients), ("h", 1, 2));
        assert_eq!((options.requests, options.keys, options.pipeline), (Some(3), Some(5), 6));
        assert_eq!(options.sizes, ValueSizes::fixed(4));
        assert!(!options.keeps_alive && options.repeats && options.introduction.is_resp3);
        assert_eq!(options.form, Form::Quiet);
        assert_eq!(options.tests, Some(vec!["set".to_owned(), "get".to_owned()]));
        let options = parse(
            "--user u -a p --dbnum 7 --threads 8 --cluster --enable-tracking \
                             --precision 4 --csv -I --seed 9 -e",
        )
        .expect("valid");
        assert_eq!(options.introduction.user.as_deref(), Some("u"));
        assert_eq!((options.introduction.db, options.threads, options.seed), (7, Some(8), 9));
        assert!(options.is_cluster && options.is_idle && options.introduction.tracks);
        assert_eq!((options.form, options.precision), (Form::Csv, 4));
    }

    #[test]
    fn the_command_begins_with_the_first_word_that_is_no_option() {
        let options = parse("-n 5 set -n x").expect("valid");
        assert_eq!(options.command, [&b"set"[..], b"-n", b"x"]);
        assert_eq!(options.last_argument, None);
        let options = parse("-x set k").expect("valid");
        assert_eq!(options.last_argument.as_deref(), Some(&b"from stdin"[..]));
    }

    #[test]
    fn uris_name_everything() {
        let options = parse("-u redis://bob:p%40ss@h:1234/5").expect("valid");
        assert_eq!((options.host.as_str(), options.port), ("h", 1234));
        assert_eq!(
            options.introduction,
            Introduction {
                user: Some("bob".to_owned()),
                password: Some("p@ss".to_owned()),
                db: 5,
                ..Introduction::default()
            }
        );
        let options = parse("-u redis://secret@[::1]").expect("valid");
        assert_eq!((options.host.as_str(), options.port), ("::1", 6379));
        assert_eq!(options.introduction.password.as_deref(), Some("secret"));
        assert!(parse("-u http://h").is_err());
        assert!(parse("-u rediss://h").expect("valid").is_tls);
    }

    #[test]
    fn options_of_tls_say_how_and_only_one_says_whether() {
        let options = parse("--cacert ca --cert c --key k --sni n --insecure").expect("valid");
        assert!(!options.is_tls);
        let options = parse("--cacert ca --sni n --tls --insecure").expect("valid");
        assert!(options.is_tls && options.tls.insecure);
        assert_eq!(options.tls.server_name.as_deref(), Some("n"));
        assert_eq!(options.tls.ca_file, Some("ca".into()));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for wrong in ["--nosuch", "-c", "-c x", "--rate 0", "--rate nan", "--vs x", "-d 5-1", "-Z"]
        {
            assert!(matches!(parse(wrong), Err(Failure::BadOption(_))), "{wrong}");
        }
        for wrong in ["--keys zipf", "-r 5 --keys x", "--mix get=1 ping", "--rate 5 -k 0"] {
            assert!(matches!(parse(wrong), Err(Failure::Usage(_))), "{wrong}");
        }
    }
}
