//! COMMAND: what clients are told about commands.

mod support;

use support::Talk;

const GET: &str = "*10 $3 get :2 *2 +readonly +fast :1 :1 :1 *3 +@read +@string +@fast *0 *1 *6 \
                   $5 flags *2 +RO +access $12 begin_search *4 $4 type $5 index $4 spec *2 $5 index \
                   :1 $9 find_keys *4 $4 type $5 range $4 spec *6 $7 lastkey :0 $7 keystep :1 $5 \
                   limit :0 *0";

const GET_RESP3: &str = "*10 $3 get :2 ~2 +readonly +fast :1 :1 :1 ~3 +@read +@string +@fast ~0 \
                         ~1 %3 $5 flags ~2 +RO +access $12 begin_search %2 $4 type $5 index $4 \
                         spec %1 $5 index :1 $9 find_keys %2 $4 type $5 range $4 spec %3 $7 \
                         lastkey :0 $7 keystep :1 $5 limit :0 ~0";

#[test]
fn info_is_what_the_reference_answers_byte_by_byte() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(talk.raw(&me, "COMMAND INFO get nope"), format!("*2 {GET} $-1"));
    talk.ask(&me, "HELLO 3");
    assert_eq!(talk.raw(&me, "COMMAND INFO GET nope"), format!("*2 {GET_RESP3} _"));
}

#[test]
fn subcommands_are_described_under_their_full_names() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(
        talk.ask(&me, "COMMAND INFO slowlog|reset"),
        "[[slowlog|reset 2 [admin loading stale] 0 0 0 [@admin @slow @dangerous] \
         [request_policy:all_nodes response_policy:all_succeeded] [] []]]"
    );
    let whole = talk.ask(&me, "COMMAND INFO slowlog");
    assert!(whole.starts_with("[[slowlog -2 [] 0 0 0 [@slow] [] [] [[slowlog|get -2 "), "{whole}");
    assert_eq!(talk.ask(&me, "COMMAND INFO slowlog|nope"), "[nil]");
}

#[test]
fn all_commands_are_counted_listed_and_described_alike() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    let count = talk.ask(&me, "COMMAND COUNT");
    let all = talk.raw(&me, "COMMAND");
    assert!(all.starts_with(&format!("*{count} ")));
    assert_eq!(talk.raw(&me, "COMMAND INFO"), all);
    let list = talk.ask(&me, "COMMAND LIST");
    let names: Vec<&str> = list.trim_matches(['[', ']']).split(' ').collect();
    let commands = names.iter().filter(|name| !name.contains('|')).count();
    assert_eq!(commands.to_string(), count);
    assert!(names.contains(&"client|no-touch"), "subcommands are listed, too");
}

#[test]
fn list_filters() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for (filter, reply) in [
        ("PATTERN SLOWLOG|*", "[slowlog|get slowlog|help slowlog|len slowlog|reset]"),
        ("ACLCAT transaction", "[discard exec multi unwatch watch]"),
        ("ACLCAT nope", "[]"),
        ("MODULE any", "[]"),
        ("foo bar", "-ERR syntax error"),
    ] {
        assert_eq!(talk.ask(&me, &format!("COMMAND LIST FILTERBY {filter}")), reply, "{filter}");
    }
    for line in ["COMMAND LIST FILTERBY", "COMMAND LIST foo", "COMMAND LIST FILTERBY PATTERN a b"] {
        assert_eq!(talk.ask(&me, line), "-ERR syntax error", "{line}");
    }
}

#[test]
fn docs_are_maps_of_what_there_is_to_say() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    assert_eq!(talk.ask(&me, "COMMAND DOCS nope"), "[]");
    assert_eq!(
        talk.ask(&me, "COMMAND DOCS quit"),
        "[quit [summary Closes this connection. since 1.0.0 group connection complexity O(1). \
         doc_flags [deprecated] deprecated_since 7.2.0 replaced_by closing the connection]]"
    );
    talk.ask(&me, "HELLO 3");
    assert_eq!(talk.ask(&me, "COMMAND DOCS nope"), "{}");
    assert_eq!(
        talk.ask(&me, "COMMAND DOCS client|reply slowlog|get nope"),
        "{client|reply {summary Decides whether this connection gets replies. since 3.2.0 group \
         connection complexity O(1). arguments [{name action type oneof arguments [{name on type \
         pure-token display_text on token ON} {name off type pure-token display_text off token \
         OFF} {name skip type pure-token display_text skip token SKIP}]}]} slowlog|get {summary \
         Returns the latest slow commands. since 2.2.12 group server complexity O(N) for N \
         commands returned. history ~[[4.0.0 Shows the address and the name of the client.]] \
         arguments [{name count type integer display_text count flags ~[optional]}]}}"
    );
    let watch = talk.ask(&me, "COMMAND DOCS watch");
    assert!(
        watch.ends_with(
            "arguments [{name key type key display_text key key_spec_index 0 flags ~[multiple]}]}}"
        ),
        "{watch}"
    );
    let container = talk.value(&me, "COMMAND DOCS slowlog");
    let subcommands = container.field("slowlog").and_then(|docs| docs.field("subcommands"));
    assert!(subcommands.and_then(|subs| subs.field("slowlog|len")).is_some());
}

#[test]
fn every_command_documents_itself() {
    let mut talk = Talk::new();
    let me = talk.open_resp3();
    let count = talk.ask(&me, "COMMAND COUNT");
    let docs = talk.value(&me, "COMMAND DOCS");
    let pairs = docs.pairs().expect("a map");
    assert_eq!(pairs.len().to_string(), count);
    for (name, docs) in pairs {
        for field in ["summary", "since", "group", "complexity"] {
            let text = docs.field(field).and_then(|value| value.as_str());
            assert!(text.is_some_and(|text| !text.is_empty()), "{field} of {name:?}");
        }
    }
}

#[test]
fn the_keys_of_a_request_are_found() {
    let mut talk = Talk::new();
    let me = talk.engine.open();
    for (request, keys) in [
        ("GET a", "[a]"),
        ("mset a b c d", "[a c]"),
        ("memory usage foo", "[foo]"),
        ("WATCH a b", "[a b]"),
        ("nope a", "-ERR Invalid command specified"),
        ("client nope", "-ERR Invalid command specified"),
        ("ping", "-ERR The command has no key arguments"),
        ("slowlog get", "-ERR The command has no key arguments"),
        ("spublish a b", "-ERR The command has no key arguments"),
        ("GET", "-ERR Invalid number of arguments specified for command"),
    ] {
        assert_eq!(talk.ask(&me, &format!("COMMAND GETKEYS {request}")), keys, "{request}");
    }
    assert_eq!(talk.ask(&me, "COMMAND GETKEYSANDFLAGS SET a b"), "[[a [OW update]]]");
    talk.ask(&me, "HELLO 3");
    assert_eq!(talk.ask(&me, "COMMAND GETKEYSANDFLAGS SET a b get"), "[[a ~[RW access update]]]");
}
