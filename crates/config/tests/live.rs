//! `CONFIG GET` and `CONFIG SET`.

mod common;

use common::{matches, parse, value};
use config::{Caller, Concern, Config, SetError, later};

fn names(config: &Config, patterns: &[&str]) -> Vec<String> {
    let patterns: Vec<&[u8]> = patterns.iter().map(|pattern| pattern.as_bytes()).collect();
    let answer = config.get(&patterns, &matches);
    answer.iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect()
}

fn set(config: &mut Config, pairs: &[(&str, &str)], caller: Caller) -> Result<String, SetError> {
    let pairs: Vec<(&[u8], &[u8])> =
        pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    let changes = config.set(&pairs, caller)?;
    let names: Vec<&str> = changes.directives.iter().map(|(name, _)| *name).collect();
    Ok(names.join(" "))
}

#[test]
fn patterns_show_each_name_once_and_names_are_answered_as_written() {
    let config = Config::default();
    assert_eq!(names(&config, &["hz"]), ["hz"]);
    assert_eq!(names(&config, &["HZ"]), ["HZ"]);
    assert_eq!(names(&config, &["h*z", "hz", "H*z"]), ["hz"]);
    assert_eq!(names(&config, &["slave-priority"]), ["slave-priority"]);
    assert_eq!(names(&config, &["*PRIORITY"]), ["replica-priority", "slave-priority"]);
    assert_eq!(names(&config, &["nosuch", "no*such"]), Vec::<String>::new());
    assert_eq!(names(&config, &["primaryauth"]), ["primaryauth"]);
    assert_eq!(names(&config, &["*auth"]), ["masterauth"]);
}

#[test]
fn hidden_directives_are_answered_by_name_only() {
    let config = Config::default();
    assert_eq!(names(&config, &["watchdog-period"]), ["watchdog-period"]);
    assert_eq!(names(&config, &["watchdog-p*"]), Vec::<String>::new());
    assert_eq!(names(&config, &["*watch*", "Watchdog-Period"]), ["Watchdog-Period"]);
}

#[test]
fn what_stands_in_files_only_is_not_answered() {
    let config = parse("user a on\nrename-command get \"\"").expect("a good configuration");
    let file_only = ["include", "user", "rename-command", "loadmodule"];
    assert_eq!(names(&config, &file_only), Vec::<String>::new());
}

#[test]
fn setting_is_all_or_nothing() {
    let mut config = Config::default();
    let changed = set(
        &mut config,
        &[("hz", "50"), ("maxmemory", "1mb"), ("port", "6379")],
        Caller::default(),
    );
    assert_eq!(changed.as_deref(), Ok("hz maxmemory"), "the port is as it was");
    let before = config.clone();
    let error = set(&mut config, &[("hz", "60"), ("maxmemory", "x")], Caller::default());
    assert_eq!(
        error.expect_err("a bad value").to_string(),
        "ERR CONFIG SET failed (possibly related to argument 'maxmemory') - \
         argument must be a memory value"
    );
    assert_eq!(config, before);
}

/// Recorded from the reference: names are looked at first, from left to right.
#[test]
fn the_first_wrong_name_is_reported_and_only_then_wrong_values() {
    let check = |pairs: &[(&str, &str)], expected: &str| {
        let error = set(&mut Config::default(), pairs, Caller::default());
        assert_eq!(error.expect_err("a refusal").to_string(), expected, "{pairs:?}");
    };
    let failed = |name: &str, reason: &str| {
        format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {reason}")
    };
    let unknown = "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'";
    check(&[("hz", "1"), ("hz", "2")], &failed("hz", "duplicate parameter"));
    check(&[("hz", "1"), ("HZ", "2")], &failed("HZ", "duplicate parameter"));
    check(&[("hz", "1"), ("hz", "2"), ("nosuch", "1")], &failed("hz", "duplicate parameter"));
    check(&[("hz", "1"), ("nosuch", "1"), ("hz", "2")], unknown);
    check(&[("hz", "abc"), ("nosuch", "1")], unknown);
    check(
        &[("databases", "1"), ("nosuch", "z")],
        &failed("databases", "can't set immutable config"),
    );
    check(&[("hz", "abc"), ("Databases", "1")], &failed("Databases", "can't set immutable config"));
    check(&[("Dir", "x"), ("databases", "1")], &failed("Dir", "can't set protected config"));
    check(&[("HZ", "abc")], &failed("hz", "argument couldn't be parsed into an integer"));
    check(
        &[("slave-priority", "abc")],
        &failed("slave-priority", "argument couldn't be parsed into an integer"),
    );
}

#[test]
fn two_names_of_one_directive_are_not_the_same_parameter() {
    let mut config = Config::default();
    let pairs = [("replica-priority", "1"), ("slave-priority", "2")];
    set(&mut config, &pairs, Caller::default()).expect("the reference allows it");
    assert_eq!(config.replica_priority, 2);
}

#[test]
fn protected_settings_follow_their_permission() {
    let check = |permission: &str, local: bool, permitted: bool| {
        let mut config = parse(format!("enable-protected-configs {permission}")).expect(permission);
        let caller = Caller { local, ..Caller::default() };
        let outcome = set(&mut config, &[("dbfilename", "x.rdb")], caller);
        assert_eq!(outcome.is_ok(), permitted, "{permission} {local}");
    };
    check("no", true, false);
    check("local", false, false);
    check("local", true, true);
    check("yes", false, true);
}

#[test]
fn some_settings_wait_until_the_data_set_is_loaded() {
    let mut config = Config::default();
    let caller = Caller { loading: true, ..Caller::default() };
    let mut refusal = |pairs: &[(&str, &str)]| {
        set(&mut config, pairs, caller).expect_err("a refusal").to_string()
    };
    let loading = "LOADING Redis is loading the dataset in memory";
    assert_eq!(refusal(&[("appendonly", "zzz"), ("nosuch", "1")]), loading);
    assert_eq!(refusal(&[("hz", "abc"), ("repl-diskless-load", "swapdb")]), loading);
    assert!(refusal(&[("databases", "1"), ("appendonly", "yes")]).contains("immutable"));
    assert_eq!(set(&mut config, &[("hz", "20")], caller).as_deref(), Ok("hz"));
}

#[test]
fn changes_name_who_must_act_and_on_account_of_what() {
    let mut config = Config::default();
    let pairs: [(&[u8], &[u8]); 4] =
        [(b"timeout", b"5"), (b"port", b"7000"), (b"bind", b"127.0.0.1"), (b"maxmemory", b"0")];
    let changes = config.set(&pairs, Caller::default()).expect("good values");
    assert!(changes.concerns().contains(Concern::Listeners));
    assert!(!changes.concerns().contains(Concern::Eviction), "maxmemory is what it was");
    assert_eq!(changes.cause(Concern::Listeners), Some("port"));
    assert_eq!(
        SetError::apply_failed("port", "Unable to listen on this port. Check server logs.")
            .to_string(),
        "ERR CONFIG SET failed (possibly related to argument 'port') - \
         Unable to listen on this port. Check server logs."
    );
}

#[test]
fn only_what_was_set_is_warned_about() {
    assert_eq!(later(&Config::default()), Vec::<&str>::new());
    let config = parse("maxmemory 1mb\nappendonly yes\nsave \"\"\nuser a on\nactiverehashing no");
    assert_eq!(later(&config.expect("a good configuration")), ["save", "appendonly", "user"]);
}

#[test]
fn settings_arrive_in_their_fields() {
    let text = "maxmemory 1gb\nmaxmemory-clients 5%\nunixsocketperm 0700\nloglevel DEBUG\n\
                notify-keyspace-events KA\nslowlog-log-slower-than -1\nbind 127.0.0.1 -::1";
    let config = parse(text).expect("a good configuration");
    assert_eq!(config.maxmemory, 1 << 30);
    assert_eq!(config.maxmemory_clients, config::MemoryShare::Percent(5));
    assert_eq!(config.unixsocketperm, 0o700);
    assert_eq!(value(&config, "unixsocketperm"), "700");
    assert_eq!(config.loglevel, config::LogLevel::Debug);
    assert!(config.notify_keyspace_events.contains(config::NotifyKeyspaceEvents::ALL));
    assert_eq!(config.slowlog_log_slower_than, -1);
    assert_eq!(config.bind.0, [b"127.0.0.1".to_vec(), b"-::1".to_vec()]);
}
