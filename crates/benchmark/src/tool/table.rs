//! Every option of the tool, once, and what there is to say of it.
//!
//! A row says how the option is written, what it takes, what it means and what it does. Nothing
//! else in the program names an option.

use std::str::FromStr;

use connector::Address;
use manual::{Program, Takes};

use super::failure::Failure;
use super::options::{Form, Mode, Options, sizes};

/// What is wrong with an option: all of it, or something that can be said.
type Refusal = Option<Failure>;
/// What an option does, with its value if it takes one.
pub(super) type Apply = fn(&mut Options, &str) -> Result<(), Refusal>;
type Row = manual::Row<Apply>;
type Section = manual::Section<Apply>;

/// More threads than this help nobody.
const THREADS_MAX: usize = 500;

/// Returns what there is to say, of the program under the name it was called by.
pub(super) fn program(name: &str) -> Program<'_, Apply> {
    Program {
        name,
        version: env!("CARGO_PKG_VERSION"),
        purpose: "load for servers that speak the Redis protocol",
        synopsis: "[OPTIONS] [COMMAND ARGS...]",
        description: "Puts load on a server and shows how fast it answers. Without a command, a \
                      number of built-in tests are run one after the other.",
        sections: SECTIONS,
        environment: &[],
        examples: EXAMPLES,
    }
}

const EXAMPLES: &[(&str, &str)] = &[
    ("Some tests in short", "% -t set,get -n 1000000 -r 1000000 -P 16 -q"),
    (
        "A cache's load on schedule, a minute long",
        "% -r 100000 --mix get=90,set=10 --keys zipf --rate 20000 --warmup 5 --duration 60",
    ),
    ("A command of one's own", "% -r 10000 lpush list:__rand_int__ __data__"),
    ("Two servers side by side", "% -t get -r 1000000 --vs 127.0.0.1:6380 --html compared.html"),
];

/// Every option, in the order of the help text.
pub(super) const SECTIONS: &[Section] = &[
    Section { title: "Server", rows: SERVER },
    Section { title: "Load", rows: LOAD },
    Section { title: "Requests", rows: REQUESTS },
    Section { title: "Output", rows: OUTPUT },
    Section { title: "TLS", rows: TLS },
    Section { title: "About this program", rows: ABOUT },
];

const SERVER: &[Row] = &[
    Row {
        names: &["-h"],
        takes: Takes::One("hostname"),
        help: "Where the server runs (default 127.0.0.1).",
        apply: |o, v| {
            v.clone_into(&mut o.host);
            Ok(())
        },
    },
    Row {
        names: &["-p"],
        takes: Takes::One("port"),
        help: "Its port (default 6379).",
        apply: |o, v| set(&mut o.port, number(v)),
    },
    Row {
        names: &["-s"],
        takes: Takes::One("socket"),
        help: "Its Unix socket, instead of host and port.",
        apply: |o, v| set(&mut o.socket, Ok(Some(v.into()))),
    },
    Row {
        names: &["-u"],
        takes: Takes::One("uri"),
        help: "All in one: redis://user:password@host:port/db, or rediss:// for TLS.",
        apply: |o, v| o.uri(v).map_err(Some),
    },
    Row {
        names: &["-a"],
        takes: Takes::One("password"),
        help: "Password.",
        apply: |o, v| set(&mut o.introduction.password, Ok(Some(v.to_owned()))),
    },
    Row {
        names: &["--user"],
        takes: Takes::One("username"),
        help: "User, together with -a.",
        apply: |o, v| set(&mut o.introduction.user, Ok(Some(v.to_owned()))),
    },
    Row {
        names: &["--dbnum"],
        takes: Takes::One("db"),
        help: "Database (default 0).",
        apply: |o, v| set(&mut o.introduction.db, number(v)),
    },
    Row {
        names: &["-3"],
        takes: Takes::Nothing,
        help: "Speak RESP3.",
        apply: |o, _| set(&mut o.introduction.is_resp3, Ok(true)),
    },
    Row {
        names: &["--enable-tracking"],
        takes: Takes::Nothing,
        help: "Turn client tracking on.",
        apply: |o, _| set(&mut o.introduction.tracks, Ok(true)),
    },
    Row {
        names: &["--cluster"],
        takes: Takes::Nothing,
        help: "Load all primaries of the cluster that the server is in; {tag} in a \
               command's keys becomes a tag that leads to the node at hand.",
        apply: |o, _| set(&mut o.is_cluster, Ok(true)),
    },
];

const LOAD: &[Row] = &[
    Row {
        names: &["-c"],
        takes: Takes::One("clients"),
        help: "Connections (default 50).",
        apply: |o, v| set(&mut o.clients, number::<usize>(v).map(|number| number.max(1))),
    },
    Row {
        names: &["-n"],
        takes: Takes::One("requests"),
        help: "Requests of each test (default 100000).",
        apply: |o, v| set(&mut o.requests, number(v).map(Some)),
    },
    Row {
        names: &["-P"],
        takes: Takes::One("requests"),
        help: "Requests sent together on each connection (default 1).",
        apply: |o, v| set(&mut o.pipeline, number::<usize>(v).map(|number| number.max(1))),
    },
    Row {
        names: &["-k"],
        takes: Takes::One("boolean"),
        help: "1: connections stay; 0: a new one each time (default 1).",
        apply: |o, v| set(&mut o.keeps_alive, number::<i64>(v).map(|number| number != 0)),
    },
    Row {
        names: &["--threads"],
        takes: Takes::One("number"),
        help: "Threads that ask.",
        apply: |o, v| set(&mut o.threads, number(v).map(threads)),
    },
    Row {
        names: &["--rate"],
        takes: Takes::One("requests"),
        help: "Send so many requests per second on schedule, however long replies take, \
               and measure latency from when each request was planned.",
        apply: |o, v| set(&mut o.rate, positive(v).map(Some)),
    },
    Row {
        names: &["--duration"],
        takes: Takes::One("seconds"),
        help: "Ask for so long, whatever the number.",
        apply: |o, v| set(&mut o.duration_s, positive(v).map(Some)),
    },
    Row {
        names: &["--warmup"],
        takes: Takes::One("seconds"),
        help: "Ask for so long before anything is measured.",
        apply: |o, v| set(&mut o.warmup_s, positive(v)),
    },
    Row {
        names: &["-l"],
        takes: Takes::Nothing,
        help: "Run the tests again and again.",
        apply: |o, _| set(&mut o.repeats, Ok(true)),
    },
    Row {
        names: &["-I"],
        takes: Takes::Nothing,
        help: "Only open the connections, and hold them.",
        apply: |o, _| set(&mut o.is_idle, Ok(true)),
    },
];

const REQUESTS: &[Row] = &[
    Row {
        names: &["-t"],
        takes: Takes::One("names"),
        help: "Only these built-in tests, with commas between: ping, ping_inline, \
               ping_mbulk, set, get, incr, lpush, rpush, lpop, rpop, sadd, hset, spop, \
               zadd, zpopmin, lrange, lrange_100, lrange_300, lrange_500, lrange_600, \
               mset.",
        apply: |o, v| set(&mut o.tests, Ok(Some(v.split(',').map(str::to_owned).collect()))),
    },
    Row {
        names: &["--mix"],
        takes: Takes::One("weights"),
        help: "Several of them together: get=80,set=20.",
        apply: |o, v| set(&mut o.mix, Ok(Some(v.to_owned()))),
    },
    Row {
        names: &["--replay"],
        takes: Takes::One("file"),
        help: "What a file says that MONITOR wrote, once or as -n says.",
        apply: |o, v| set(&mut o.replay, Ok(Some(v.into()))),
    },
    Row {
        names: &["-r"],
        takes: Takes::One("keys"),
        help: "__rand_int__ in a command, and the keys, members and scores of the \
               tests, become numbers of twelve digits below this one; without, they are \
               always the same.",
        apply: |o, v| set(&mut o.keys, number::<u64>(v).map(|keys| Some(keys.max(1)))),
    },
    Row {
        names: &["--keys"],
        takes: Takes::One("order"),
        help: "How these are drawn: uniform, sequential, zipf or zipf:<exponent> \
               (default uniform).",
        apply: |o, v| set(&mut o.order, Ok(v.to_owned())),
    },
    Row {
        names: &["-d"],
        takes: Takes::One("sizes"),
        help: "Bytes of a value, in the tests and wherever a command says __data__: 64, \
               or 10-1000, or several with weights, 64:90,1000-4000:10 (default 3).",
        apply: |o, v| set(&mut o.sizes, sizes(v).ok_or(None)),
    },
    Row {
        names: &["-x"],
        takes: Takes::Nothing,
        help: "Read the command's last argument from standard input.",
        apply: |o, _| set(&mut o.reads_last, Ok(true)),
    },
    Row {
        names: &["--seed"],
        takes: Takes::One("number"),
        help: "Other random numbers; the same for the same seed.",
        apply: |o, v| set(&mut o.seed, number(v)),
    },
];

const OUTPUT: &[Row] = &[
    Row {
        names: &["-q"],
        takes: Takes::Nothing,
        help: "A line for each test.",
        apply: |o, _| set(&mut o.form, Ok(Form::Quiet)),
    },
    Row {
        names: &["--csv"],
        takes: Takes::Nothing,
        help: "The same for programs.",
        apply: |o, _| set(&mut o.form, Ok(Form::Csv)),
    },
    Row {
        names: &["--precision"],
        takes: Takes::One("digits"),
        help: "Significant digits of latencies, 1 to 5 (default 3).",
        apply: |o, v| set(&mut o.precision, number::<u8>(v).map(|digits| digits.clamp(1, 5))),
    },
    Row {
        names: &["--vs"],
        takes: Takes::One("host:port"),
        help: "Compare with another server, in turns; may be repeated.",
        apply: |o, v| {
            o.others.push(Address::parse(v).ok_or(None)?);
            Ok(())
        },
    },
    Row {
        names: &["--rounds"],
        takes: Takes::One("number"),
        help: "So many turns (default 5).",
        apply: |o, v| set(&mut o.rounds, number::<usize>(v).map(|number| number.max(1))),
    },
    Row {
        names: &["--json"],
        takes: Takes::One("file"),
        help: "Write everything that was found.",
        apply: |o, v| set(&mut o.json, Ok(Some(v.into()))),
    },
    Row {
        names: &["--html"],
        takes: Takes::One("file"),
        help: "Write a page with charts of it.",
        apply: |o, v| set(&mut o.html, Ok(Some(v.into()))),
    },
    Row {
        names: &["-e"],
        takes: Takes::Nothing,
        help: "Accepted for old scripts: errors end a run in any case.",
        apply: |_, _| Ok(()),
    },
];

const TLS: &[Row] = &[
    Row {
        names: &["--tls"],
        takes: Takes::Nothing,
        help: "Connect over TLS.",
        apply: |o, _| set(&mut o.is_tls, Ok(true)),
    },
    Row {
        names: &["--sni"],
        takes: Takes::One("host"),
        help: "Name to ask for, and to find in the server certificate.",
        apply: |o, v| set(&mut o.tls.server_name, Ok(Some(v.to_owned()))),
    },
    Row {
        names: &["--cacert"],
        takes: Takes::One("file"),
        help: "Certificates to trust, in PEM.",
        apply: |o, v| set(&mut o.tls.ca_file, Ok(Some(v.into()))),
    },
    Row {
        names: &["--cacertdir"],
        takes: Takes::One("dir"),
        help: "Folder of certificates to trust. Without these two options: those of the \
               system.",
        apply: |o, v| set(&mut o.tls.ca_directory, Ok(Some(v.into()))),
    },
    Row {
        names: &["--insecure"],
        takes: Takes::Nothing,
        help: "Trust any server certificate.",
        apply: |o, _| set(&mut o.tls.insecure, Ok(true)),
    },
    Row {
        names: &["--cert"],
        takes: Takes::One("file"),
        help: "Certificate to show to the server, in PEM.",
        apply: |o, v| set(&mut o.tls.certificate, Ok(Some(v.into()))),
    },
    Row {
        names: &["--key"],
        takes: Takes::One("file"),
        help: "Private key of that certificate.",
        apply: |o, v| set(&mut o.tls.key, Ok(Some(v.into()))),
    },
    Row {
        names: &["--tls-ciphers"],
        takes: Takes::One("list"),
        help: "Ciphers for TLS 1.2, best first, with colons between.",
        apply: |o, v| set(&mut o.tls.ciphers, Ok(Some(v.to_owned()))),
    },
    Row {
        names: &["--tls-ciphersuites"],
        takes: Takes::One("list"),
        help: "Cipher suites for TLS 1.3, best first, with colons between.",
        apply: |o, v| set(&mut o.tls.cipher_suites, Ok(Some(v.to_owned()))),
    },
];

const ABOUT: &[Row] = &[
    Row {
        names: &["--help"],
        takes: Takes::Nothing,
        help: "Show this text.",
        apply: |o, _| set(&mut o.mode, Ok(Mode::Help)),
    },
    Row {
        names: &["--version", "-v"],
        takes: Takes::Nothing,
        help: "Show the version.",
        apply: |o, _| set(&mut o.mode, Ok(Mode::Version)),
    },
    Row {
        names: &["--man-page"],
        takes: Takes::Nothing,
        help: "Write the manual page (roff).",
        apply: |o, _| set(&mut o.mode, Ok(Mode::ManPage)),
    },
    Row {
        names: &["--completions"],
        takes: Takes::One("shell"),
        help: "Write completions for bash, zsh or fish.",
        apply: |o, v| set(&mut o.mode, Ok(Mode::Completions(v.to_owned()))),
    },
];

fn set<T>(place: &mut T, value: Result<T, Refusal>) -> Result<(), Refusal> {
    *place = value?;
    Ok(())
}

fn number<T: FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| None)
}

fn positive(text: &str) -> Result<f64, Refusal> {
    let value: f64 = number(text)?;
    if value.is_finite() && value > 0.0 && value < 1e9 { Ok(value) } else { Err(None) }
}

fn threads(number: usize) -> Option<usize> {
    Some(number.min(THREADS_MAX)).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::{SECTIONS, program};

    #[test]
    fn no_name_is_given_twice() {
        let rows = SECTIONS.iter().flat_map(|section| section.rows);
        let mut all: Vec<_> = rows.flat_map(|row| row.names).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn the_help_of_redis_benchmark_has_its_usage_line() {
        let help = program("redis-benchmark").help();
        assert!(help.starts_with("Usage: redis-benchmark [OPTIONS] [COMMAND ARGS...]\n"), "{help}");
    }
}
