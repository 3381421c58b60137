//! The same invocations of redis-cli and of this program, against the same server, must have the
//! same output to the byte and the same exit code. Where redis-cli is wrong or has nothing to say,
//! the difference is listed in [`INTENDED`].

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and uses real time"
)]

mod support;

use std::path::Path;
use std::time::Duration;

use connector::{Address, Connection, Family, Timeouts};
use support::{Output, Server, find, run};

const OURS: &str = env!("CARGO_BIN_EXE_sinter-cli");
const LIMIT: Duration = Duration::from_millis(700);

/// Replies of every shape, run in every notation.
const COMMANDS: &[&str] = &[
    "ping",
    "ping hello",
    "echo \u{e9}",
    "get str",
    "get nope",
    "get bin",
    "get int",
    "incr counter",
    "set s v",
    "lrange list 0 -1",
    "lrange nope 0 -1",
    "smembers set1",
    "hgetall hash",
    "hgetall nope",
    "zrange zset 0 -1 withscores",
    "zscore zset b",
    "zscore zset nope",
    "zrange zset 0 -1",
    "mget str nope int",
    "type list",
    "nosuchcommand a b",
    "get",
    "lpush str x",
    "debug protocol string",
    "debug protocol integer",
    "debug protocol double",
    "debug protocol null",
    "debug protocol array",
    "debug protocol set",
    "debug protocol map",
    "debug protocol push",
    "debug protocol verbatim",
    "debug protocol true",
    "debug protocol false",
    "command info get set",
    "command count",
    "xrange stream - +",
    "xinfo stream stream",
    "lrange long 0 -1",
    "config get maxmemory*",
    "config get nope",
    "cluster info",
    "client setname x",
    "client getname",
    "object encoding list",
    "exists str",
    "ttl str",
    "multi",
    "exec",
    "discard",
    "select 3",
    "select 99",
    "memory doctor",
    "latency doctor",
    "lolwut version 1",
    "quit",
    "debug foo",
    "client kill nope",
    "auth x",
    "dbsize",
    "randomkey x",
    "scan 0 match nothing*",
    "object help",
    "time x",
    "wait 0 0",
    "geopos nope x",
    "function list",
    "sort list",
    "lpos list b",
    "bitcount str",
    "script exists a b",
    "acl whoami",
    "acl list",
    "module list",
    "role",
    "latency latest",
];

/// The notations.
const STYLES: &[&[&str]] = &[
    &[],
    &["--no-raw"],
    &["--raw"],
    &["--csv"],
    &["--json"],
    &["--quoted-json"],
    &["-3"],
    &["-3", "--no-raw"],
    &["-3", "--csv"],
    &["-2", "--json"],
    &["-d", ";", "-D", "|"],
    &["-e"],
];

/// Other invocations: arguments (blanks separate, `_` stands for one, `''` for nothing) and standard input.
const OTHERS: &[(&str, &str)] = &[
    ("-r 3 ping", ""),
    ("-r 2 -i 0.01 incr counter2", ""),
    ("-r 0 ping", ""),
    ("-n 3 set a b", ""),
    ("-n 3 get a", ""),
    ("-n 99 ping", ""),
    ("-a bad ping", ""),
    ("-a bad --no-auth-warning ping", ""),
    ("--user u -a bad ping", ""),
    ("--pass bad ping", ""),
    ("--user u ping", ""),
    ("-a bad -n 3 client getname", ""),
    ("-x set k", "from stdin\n"),
    ("-x echo", "a\nb"),
    ("-X t mset t 1 k t", "v"),
    ("-X t set k x", "v"),
    ("-r 2 -x echo", "v"),
    ("-x -X a ping", ""),
    ("-2 -3 ping", ""),
    ("--foo", ""),
    ("-n", ""),
    ("--pattern", ""),
    ("--show-pushes maybe ping", ""),
    ("--quoted-input echo \"a\\x41\\n\"", ""),
    ("--quoted-input echo \"a", ""),
    ("--quoted-input echo 'a", ""),
    ("echo \"a\\x41\"", ""),
    ("--json --csv get str", ""),
    ("--csv --no-raw get str", ""),
    ("--verbose ping", ""),
    ("-i x ping", ""),
    ("'' a", ""),
    ("ping ''", ""),
    ("set e ''", ""),
    ("get e", ""),
    ("--no-raw get e", ""),
    ("--csv get e", ""),
    ("--eval SCRIPT a b , c d", ""),
    ("--eval SCRIPT a b,c d", ""),
    ("--eval SCRIPT", ""),
    ("--no-raw --eval SCRIPT a , ,", ""),
    ("--eval /nosuch", ""),
    ("-r 2 --eval SCRIPT a", ""),
    ("--json --eval SCRIPT a , b", ""),
    ("--cluster foo", ""),
    ("--cluster create", ""),
    ("--cluster create a:1", ""),
    ("--cluster check", ""),
    ("--cluster check a b c", ""),
    ("-u redis://127.0.0.1:PORT/3 get a", ""),
    ("-u redis://u:p@127.0.0.1:PORT ping", ""),
    ("-u http://a ping", ""),
    ("-s SOCKET ping", ""),
    ("-s /nosuch ping", ""),
    ("-h nosuch.invalid ping", ""),
    ("-p 1 ping", ""),
    ("-p 1", "ping\n"),
    ("--scan --pattern strea*", ""),
    ("--no-raw --scan --pattern strea*", ""),
    ("--csv --scan --pattern int", ""),
    ("--scan --pattern none", ""),
    ("--scan --quoted-pattern \"\\x73tr\"", ""),
    ("--scan --quoted-pattern \"x", ""),
    ("--pipe", ""),
    ("--pipe", "ping\r\nfoo\r\nset a\r\nget nn\r\n"),
    ("--pipe", "ping\r\nfoo"),
    ("--pipe", "*1\r\n$4\r\nPING\r\n"),
    (
        "",
        "get str\nget nope\n\n  \nfoo\n#c\nset \"x y\nlrange\n3 ping\nselect 4\nget a\nmulti\nset a b\nexec\ndel a\ndiscard\n",
    ),
    ("--no-raw", "get str\nget nope\nfoo\nset \"x y\nping"),
    ("-e", "get str\nfoo\nping"),
    ("--csv", "get str\nfoo\nping"),
    ("--json", "get str\nfoo\nping"),
    ("", "ping\nquit\nping"),
    ("", "ping\nexit\nping"),
    ("", "2 ping\n0 ping\n-1 ping\n2 \n"),
    ("-r 3", "ping\n"),
    ("", "clear\nrestart\n:foo\n:set\n:set foo\n:set hints\n:\n"),
    ("", "connect 127.0.0.1\nconnect 127.0.0.1 PORT\nping\n"),
    ("--no-raw", "multi\nget str\nincr str\nfoo\nexec\n"),
    ("--no-raw", "multi\nget str\nget list\nexec\n"),
    ("", "multi\nget str\nget list\nexec\n"),
    ("--no-raw", "get 'a b'\nset 'q\\'x' \"\\t\\n\\r\\a\\b\\\\\\\"\"\nget \"q'x\"\n"),
    ("--no-raw", "set key\"\" bar\nget \"\"key\nget \"key\"x\n"),
    ("-3 --no-raw", "client tracking on\nget str\nset str 1\nset str v\nping\n"),
    (
        "-3 --show-pushes yes --no-raw",
        "client tracking on\nget str\nset str v\nping\nflushall async x\n",
    ),
    ("-3 --show-pushes yes --csv", "client tracking on\nget str\nset str v\nping\n"),
    ("-3 --show-pushes yes", "client tracking on\nget str\nset str v\nping\ndebug protocol push\n"),
    ("-n 5", "get a\nselect 0\nget str\n"),
    ("", "ping"),
    ("", ""),
    ("-x", ""),
    ("subscribe ch1 ch2", ""),
    ("--csv psubscribe a*", ""),
    ("monitor x", ""),
    ("", "subscribe a\nping\n"),
    ("--latency-dist --foo", ""),
    ("quit", ""),
    ("-e get str", ""),
    ("-e foo", ""),
    ("-e --json foo", ""),
    ("sync x", ""),
    ("rdb FILE", ""),
    ("--functions-rdb FILE", ""),
    ("--rdb /nosuch/x", ""),
    ("--bigkeys --pattern str", ""),
    ("--memkeys --pattern int", ""),
    ("--bigkeys --pattern none*", ""),
    ("--hotkeys --pattern str", ""),
    ("-c -s SOCKET ping", ""),
    ("-a bad --scan", ""),
    ("-a bad --pipe", "ping\r\n"),
    ("-a bad --bigkeys", ""),
    ("-a bad --eval SCRIPT", ""),
    ("-a bad --stat", ""),
    ("--user nobody --pass x --stat", ""),
    ("-n 99 --scan", ""),
    ("-u redis://u:%4@127.0.0.1:PORT ping", ""),
    ("-u redis://u:%@127.0.0.1:PORT ping", ""),
    ("-u redis://us%20er:p%40w@127.0.0.1:PORT/3 get a", ""),
    ("--bigkeys -i 0.01", ""),
];

/// Where we differ on purpose: the invocation, and why.
const INTENDED: &[(&str, &str)] = &[
    ("--quoted-json get bin", "a quotation mark is escaped so that the JSON is valid"),
    ("rdb FILE", "a snapshot tells how much memory was used, so its length differs"),
];

fn words(line: &str, server: &Server) -> Vec<String> {
    let script = server.dir.path().join("script.lua");
    let file = server.dir.path().join("saved.rdb");
    line.split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| match word {
            "''" => String::new(),
            _ => word
                .replace("SCRIPT", script.to_str().unwrap())
                .replace("FILE", file.to_str().unwrap())
                .replace("SOCKET", server.dir.path().join("sock").to_str().unwrap())
                .replace("PORT", &server.port.to_string()),
        })
        .collect()
}

fn invoke(
    program: &Path,
    server: &Server,
    line: &str,
    stdin: &str,
    env: &[(&str, &str)],
) -> Output {
    let port = server.port.to_string();
    let own = words(line, server);
    let mut args: Vec<&str> = vec!["-p", &port];
    args.extend(own.iter().map(String::as_str));
    let stdin = stdin.replace("PORT", &port);
    let mut output = run(program, &args, stdin.as_bytes(), env, LIMIT);
    // 7.2 tells how to leave.
    output.stdout = output.stdout.replace(" or any key to type command", "");
    // How far a scan has come when it finds something depends on the order of the hash table.
    output.stdout = mask_percentages(&output.stdout);
    if line.contains("keys") {
        // The order of types is that of a hash table.
        let mut lines: Vec<_> = output.stdout.lines().collect();
        lines.sort_unstable();
        output.stdout = lines.join("\n");
    }
    output
}

fn mask_percentages(text: &str) -> String {
    text.lines()
        .map(|line| match line.strip_prefix('[').and_then(|line| line.split_once("%] ")) {
            Some((_, rest)) => format!("[..%] {rest}\n"),
            None => format!("{line}\n"),
        })
        .collect()
}

/// Puts the same data into the server before each invocation.
fn prepare(server: &mut Connection) {
    let commands: [&[&[u8]]; 12] = [
        &[b"FLUSHALL"],
        &[b"SELECT", b"3"],
        &[b"SET", b"a", b"in three"],
        &[b"SELECT", b"0"],
        &[b"SET", b"str", b"v"],
        &[b"SET", b"int", b"12"],
        &[b"SET", b"bin", b"a\"b\\\n\t\x01\xe9\xc3\xa9\x7f/"],
        &[b"RPUSH", b"list", b"a", b"b", b"c"],
        &[b"HSET", b"hash", b"f1", b"v1", b"f2", b"v2"],
        &[b"ZADD", b"zset", b"1", b"a", b"2.5", b"b", b"inf", b"c"],
        &[b"XADD", b"stream", b"1-1", b"f", b"v"],
        &[b"RPUSH", b"long", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9", b"10", b"11"],
    ];
    commands.iter().for_each(|command| server.queue(command));
    server.queue(&["SADD", "set1", "one"]);
    server.flush().unwrap();
    for _ in 0..=commands.len() {
        assert!(!server.reply().unwrap().is_error());
    }
}

/// Things that change from one call to the next.
fn is_volatile(line: &str) -> bool {
    ["incr", "lpush", "hello", "role", "acl list"].iter().any(|word| line.starts_with(word))
        || line.contains("lolwut")
}

/// Arguments, standard input, environment.
type Case = (String, String, Vec<(&'static str, &'static str)>);

fn compare(cases: &[Case]) {
    let (Some(reference), Some(server)) = (find("redis-cli"), Server::start(&[])) else { return };
    std::fs::write(server.dir.path().join("script.lua"), "return {KEYS,ARGV}").unwrap();
    let address = Address::tcp("127.0.0.1", server.port);
    let mut connection = Connection::connect(&address, Family::Any, Timeouts::default()).unwrap();
    let mut differences = Vec::new();
    for (line, stdin, env) in cases {
        if INTENDED.iter().any(|(known, _)| line.contains(known)) {
            continue;
        }
        prepare(&mut connection);
        let theirs = invoke(&reference, &server, line, stdin, env);
        prepare(&mut connection);
        let ours = invoke(Path::new(OURS), &server, line, stdin, env);
        if ours != theirs {
            differences.push(format!(
                "{line}\n< {stdin:?} {env:?}\n  reference {theirs:?}\n  ours      {ours:?}"
            ));
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n\n"));
}

#[test]
fn replies_are_shown_as_the_reference_shows_them() {
    let mut cases = Vec::new();
    for command in COMMANDS {
        for style in STYLES {
            if is_volatile(command) && style.len() > 1 {
                continue;
            }
            cases.push((format!("{} {command}", style.join(" ")), String::new(), Vec::new()));
        }
        cases.push(((*command).to_owned(), String::new(), vec![("FAKETTY", "1")]));
    }
    compare(&cases);
}

#[test]
fn everything_else_is_said_as_the_reference_says_it() {
    let mut cases: Vec<_> = OTHERS
        .iter()
        .map(|(line, stdin)| ((*line).to_owned(), (*stdin).to_owned(), Vec::new()))
        .collect();
    cases.push(("ping".to_owned(), String::new(), vec![("REDISCLI_AUTH", "zz")]));
    compare(&cases);
}
