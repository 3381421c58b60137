use config::{Config, Permission};
use stdx::clock::ManualClock;

use crate::{Engine, Session};

struct Server {
    engine: Engine,
    session: Session,
}

impl Server {
    fn new() -> Self {
        let config = Config { enable_debug_command: Permission::Local, ..Config::default() };
        let clock = ManualClock::new(1_700_000_000_000_000);
        let mut engine = Engine::with(config, Box::new(clock), 1);
        let session = engine.open();
        Self { engine, session }
    }

    fn ask(&mut self, words: &str) -> String {
        let argv: Vec<&[u8]> = words.split(' ').map(str::as_bytes).collect();
        String::from_utf8(self.engine.execute(&self.session, &argv)).expect("text")
    }
}

#[test]
fn nothing_is_to_be_seen_unless_the_settings_permit_it() {
    let mut engine = Engine::new();
    let session = engine.open();
    let reply = engine.execute(&session, &[b"DEBUG", b"DIGEST"]);
    assert!(reply.starts_with(b"-ERR DEBUG command not allowed. If the enable-debug-command"));
    engine.execute(&session, &[b"MULTI"]);
    let reply = engine.execute(&session, &[b"DEBUG", b"DIGEST"]);
    assert!(reply.starts_with(b"-ERR DEBUG command not allowed."));
    assert!(engine.execute(&session, &[b"EXEC"]).starts_with(b"-EXECABORT"));
}

#[test]
fn unknown_subcommands_and_wrong_numbers_of_arguments_get_the_same_answer() {
    let mut server = Server::new();
    let expected = "-ERR unknown subcommand or wrong number of arguments for";
    assert_eq!(server.ask("debug foo"), format!("{expected} 'foo'. Try DEBUG HELP.\r\n"));
    assert_eq!(server.ask("debug sleep"), format!("{expected} 'sleep'. Try DEBUG HELP.\r\n"));
    assert!(server.ask("debug help").contains("SLEEP <seconds>"));
}

#[test]
fn subcommands_are_in_order_and_explained() {
    let names: Vec<&str> = super::SUBCOMMANDS.iter().map(|sub| sub.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for sub in super::SUBCOMMANDS {
        assert!(sub.help[0].to_lowercase().starts_with(sub.name), "{}", sub.name);
        assert!(sub.help.iter().any(|line| line.starts_with("    ")), "{}", sub.name);
    }
}

#[test]
fn digest_depends_on_content_and_not_on_history() {
    let zeros = format!("+{}\r\n", "0".repeat(40));
    let mut one = Server::new();
    assert_eq!(one.ask("debug digest"), zeros);
    one.ask("set a 1");
    one.ask("set b two");
    let mut other = Server::new();
    for words in ["set b other", "set c 3", "set b two", "set a 0", "incr a"] {
        other.ask(words);
    }
    assert_ne!(one.ask("debug digest"), other.ask("debug digest"));
    one.ask("set c 3");
    assert_eq!(one.ask("debug digest"), other.ask("debug digest"));
    assert_ne!(one.ask("debug digest"), zeros);

    let values = one.ask("debug digest-value a b nothing");
    let parts: Vec<&str> = values.split("\r\n").collect();
    assert_eq!(parts.len(), 5);
    assert_ne!(parts[1], parts[2]);
    assert_eq!(parts[3], zeros.trim_end());
}

#[test]
fn populating_leaves_existing_keys_alone() {
    let mut server = Server::new();
    server.ask("set key:1 mine");
    assert_eq!(server.ask("debug populate 3"), "+OK\r\n");
    assert_eq!(server.ask("get key:0"), "$7\r\nvalue:0\r\n");
    assert_eq!(server.ask("get key:1"), "$4\r\nmine\r\n");
    assert_eq!(server.ask("debug populate 1 p 10"), "+OK\r\n");
    assert_eq!(server.ask("get p:0"), "$10\r\nvalue:0\0\0\0\r\n");
    assert_eq!(server.ask("debug populate 1 q 3"), "+OK\r\n");
    assert_eq!(server.ask("get q:0"), "$3\r\nval\r\n");
    let refused = "-ERR value is out of range, must be positive\r\n";
    assert_eq!(server.ask("debug populate -1"), refused);
    assert_eq!(server.ask("debug populate x"), refused);
}

#[test]
fn objects_are_described() {
    let mut server = Server::new();
    server.ask("set n 12");
    let text = server.ask("debug object n");
    assert!(text.contains(" refcount:1 encoding:int serializedlength:2 lru:"), "{text}");
    assert!(text.ends_with(" lru_seconds_idle:0\r\n"), "{text}");
    assert_eq!(server.ask("debug object nothing"), "-ERR no such key\r\n");
    assert_eq!(server.ask("debug sdslen n"), "-ERR Not an sds encoded string.\r\n");
    assert!(server.ask("debug htstats 0").contains(" number of elements: 1\n"));
    assert_eq!(server.ask("debug htstats 99"), "-ERR Out of range database\r\n");
    assert!(server.ask("debug htstats-key n").starts_with("-ERR The value stored at the"));
}

#[test]
fn every_type_has_an_example_in_both_protocols() {
    let mut server = Server::new();
    let types = [
        ("string", "$11\r\nHello World\r\n", "$11\r\nHello World\r\n"),
        ("integer", ":12345\r\n", ":12345\r\n"),
        ("double", "$5\r\n3.141\r\n", ",3.141\r\n"),
        ("null", "$-1\r\n", "_\r\n"),
        ("true", ":1\r\n", "#t\r\n"),
        ("false", ":0\r\n", "#f\r\n"),
        (
            "verbatim",
            "$25\r\nThis is a verbatim\nstring\r\n",
            "=29\r\ntxt:This is a verbatim\nstring\r\n",
        ),
        ("array", "*3\r\n:0\r\n:1\r\n:2\r\n", "*3\r\n:0\r\n:1\r\n:2\r\n"),
        ("set", "*3\r\n:0\r\n:1\r\n:2\r\n", "~3\r\n:0\r\n:1\r\n:2\r\n"),
        (
            "map",
            "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n",
            "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n",
        ),
        (
            "bignum",
            "$37\r\n1234567999999999999999999999999999999\r\n",
            "(1234567999999999999999999999999999999\r\n",
        ),
        (
            "attrib",
            "$39\r\nSome real reply following the attribute\r\n",
            "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n$39\r\nSome real reply following the attribute\r\n",
        ),
        (
            "push",
            "-ERR RESP2 is not supported by this command\r\n",
            ">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n$40\r\nSome real reply following the push reply\r\n",
        ),
    ];
    for (name, resp2, resp3) in types {
        let token = crate::Token(0);
        for (protocol, expected) in
            [(resp::reply::Protocol::Resp2, resp2), (resp::reply::Protocol::Resp3, resp3)]
        {
            server.engine.node().clients[token].protocol = protocol;
            assert_eq!(server.ask(&format!("debug protocol {name}")), expected, "{name}");
        }
    }
    assert!(server.ask("debug protocol x").starts_with("-ERR Wrong protocol type name."));
}

#[test]
fn small_switches_answer_ok() {
    let mut server = Server::new();
    for words in [
        "debug set-active-expire 0",
        "debug pause-cron 1",
        "debug pause-cron 0",
        "debug replybuffer peak-reset-time never",
        "debug replybuffer peak-reset-time reset",
        "debug replybuffer peak-reset-time 100",
        "debug replybuffer resizing 0",
        "debug log hello",
        "debug sleep 0.001",
        "debug sleep nonsense",
    ] {
        assert_eq!(server.ask(words), "+OK\r\n", "{words}");
    }
    assert!(server.engine.node().cron.expiry_off);
    assert_eq!(server.ask("debug error PREFIX"), "-PREFIX\r\n");
    assert_eq!(server.ask("debug mallctl no.such"), "-ERR No such file or directory\r\n");
    assert!(server.ask("debug stringmatch-test").starts_with("+Apparently"));
    assert_eq!(server.ask("debug client-eviction"), "-ERR maxmemory-clients is disabled.\r\n");
}

#[test]
fn lists_can_be_looked_into() {
    let mut server = Server::new();
    server.ask("rpush small 1 two");
    assert_eq!(
        server.ask("debug listpack small"),
        "$45\r\n14 bytes, 2 elements\ninteger 1\n3 bytes \"two\"\n\r\n"
    );
    assert!(server.ask("debug quicklist small").starts_with("-ERR Not a quicklist"));
    assert!(!server.ask("debug object small").contains("ql_nodes"));
    assert_eq!(server.ask("debug quicklist-packed-threshold 5b"), "+OK\r\n");
    server.ask("config set list-max-listpack-size 3");
    server.ask("rpush l 1 2 3 4 5 6 long-one");
    let object = server.ask("debug object l");
    let nodes = "ql_nodes:3 ql_avg_node:2.33 ql_listpack_max:3 ql_compressed:0";
    assert!(object.contains(nodes), "{object}");
    let nodes = server.ask("debug quicklist l");
    assert!(nodes.contains("7 elements, 3 nodes\npacked, 3 elements, "), "{nodes}");
    assert!(nodes.ends_with("plain, 1 elements, 8 bytes\n\r\n"), "{nodes}");
    let elements = server.ask("debug quicklist l 1");
    assert!(elements.contains("\n  integer 1\n  integer 2\n  integer 3\npacked"), "{elements}");
    assert!(elements.ends_with("  8 bytes \"long-one\"\n\r\n"), "{elements}");
    assert_eq!(server.ask("debug quicklist-packed-threshold 0"), "+OK\r\n");
    for wrong in ["4gb", "x"] {
        let reply = server.ask(&format!("debug quicklist-packed-threshold {wrong}"));
        assert!(reply.starts_with("-ERR argument must be a memory value bigger than 1"), "{reply}");
    }
}

#[test]
fn tables_of_collections_have_figures() {
    let mut server = Server::new();
    server.ask("sadd packed a b");
    let refusal = server.ask("debug htstats-key packed");
    assert!(refusal.starts_with("-ERR The value stored at the specified key is not"), "{refusal}");
    server.ask("config set set-max-listpack-entries 1 hash-max-listpack-entries 1");
    server.ask("config set zset-max-listpack-entries 1");
    for fill in ["sadd s a b c", "hset h a 1 b 2 c 3", "zadd z 1 a 2 b 3 c"] {
        server.ask(fill);
        let key = fill.split(' ').nth(1).expect("a key");
        let figures = server.ask(&format!("debug htstats-key {key}"));
        assert!(figures.contains(" table size: "), "{figures}");
        assert!(figures.contains(" number of elements: 3\n"), "{figures}");
    }
}

#[test]
fn serialized_lengths_are_those_of_what_is_saved() {
    let mut server = Server::new();
    let mut length = |fill: &str| {
        server.ask("del k");
        server.ask(fill);
        let object = server.ask("debug object k");
        let rest = object.split("serializedlength:").nth(1).expect("a length");
        rest.split(' ').next().expect("a number").parse::<usize>().expect("a number")
    };
    assert_eq!(length("set k 100"), 2);
    assert_eq!(length("set k 100000"), 5);
    assert_eq!(length("set k abc"), 4);
    assert_eq!(length("sadd k 1 2 3"), 1 + 8 + 6);
    // Six bytes of head, one of end, and two more for each element.
    assert_eq!(length("rpush k ab cd"), 2 + 1 + 7 + 8);
    assert_eq!(length("hset k ab cd"), 1 + 7 + 8);
}
