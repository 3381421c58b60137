//! The table is sound, and the files made from it are up to date.

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{parse, value};
use config::{
    Config, Directive, Field, InEffect, Mutable, directives, find_directive, reference_markdown,
    sample,
};

/// Beyond some bounds, a value is accepted and silently moved.
const KEPT_WITHIN_BOUNDS: &[&str] = &["hz", "repl-backlog-size"];

fn is_setting(directive: &&Directive) -> bool {
    directive.mutable != Mutable::FileOnly
}

#[test]
fn every_name_is_written_small_and_belongs_to_one_directive() {
    let mut seen = BTreeSet::new();
    for directive in directives() {
        let others = directive.aliases.iter().chain(directive.understood);
        for name in std::iter::once(&directive.name).chain(others) {
            let good = |byte: u8| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_';
            assert!(!name.is_empty() && name.bytes().all(good), "{name}");
            assert!(seen.insert(*name), "{name} occurs twice");
        }
    }
}

#[test]
fn every_directive_is_described_in_sentences() {
    for Directive { name, doc, .. } in directives() {
        assert!(doc.ends_with('.') || doc.contains('\n'), "{name}: {doc}");
        assert!(!doc.contains("  "), "{name}: {doc}");
    }
}

#[test]
fn every_directive_of_the_reference_is_there() {
    let hidden = directives().filter(|directive| directive.hidden);
    let hidden: Vec<&str> = hidden.map(|directive| directive.name).collect();
    let ours = directives().filter(is_setting).count();
    // 185 entries with all of TLS; what is newer, older or our own is hidden.
    let newer = [
        "unixsocketgroup",
        "hide-user-data-from-log",
        "rdb-version",
        "dual-channel-replication-enabled",
        "cluster-slot-stats-enabled",
        "lua-enable-deprecated-api",
        "extended-redis-compatibility",
        "events-per-io-thread",
        "enable-debug-assert",
    ];
    assert!(newer.iter().all(|name| hidden.contains(name)));
    assert_eq!(hidden.len() - newer.len(), 9);
    assert_eq!(ours - newer.len(), REFERENCE_COUNT);
}

/// Directives of 7.2.
const REFERENCE_COUNT: usize = 185;

#[test]
fn bounds_fit_the_fields_they_bound() {
    let check = |name: &str, bound: String| {
        let config = parse(format!("{name} {bound}")).expect(name);
        assert_eq!(value(&config, name), bound, "{name}");
    };
    for directive in directives() {
        if KEPT_WITHIN_BOUNDS.contains(&directive.name) {
            continue;
        }
        match directive.field {
            Field::Integer { min, max, .. } => {
                check(directive.name, min.to_string());
                check(directive.name, max.to_string());
            }
            Field::Bytes { min, max, .. } => {
                check(directive.name, min.to_string());
                check(directive.name, max.to_string());
            }
            Field::Octal { max, .. } => check(directive.name, format!("{max:o}")),
            Field::Choice { names, .. } => {
                names.iter().for_each(|name| check(directive.name, (*name).to_owned()));
            }
            _ => {}
        }
    }
}

#[test]
fn every_row_reaches_a_field_of_its_own() {
    // Setting one directive changes what that one answers, and no other.
    let default = Config::default();
    for directive in directives().filter(is_setting) {
        let other = match directive.field {
            Field::Flag(_) if directive.text(&default) == b"yes" => "no".to_owned(),
            Field::Flag(_) => "yes".to_owned(),
            Field::Integer { min, max, .. } => {
                let now = String::from_utf8(directive.text(&default)).expect("digits");
                let bounds = [max, min].map(|bound| bound.to_string());
                bounds.into_iter().find(|bound| *bound != now).expect("two bounds")
            }
            Field::Octal { max, .. } => format!("{max:o}"),
            Field::Bytes { min, max, .. } => (max / 2).max(min).to_string(),
            Field::Choice { names, .. } => {
                let other = names.iter().find(|name| name.as_bytes() != directive.text(&default));
                (*other.expect("two words")).to_owned()
            }
            Field::Text { .. } => "other".to_owned(),
            _ => match directive.name {
                "bind" => "127.0.0.1".to_owned(),
                "maxmemory-clients" => "5%".to_owned(),
                "client-output-buffer-limit" => "pubsub 1 2 3".to_owned(),
                "save" => "7 7".to_owned(),
                "replicaof" => "a 7".to_owned(),
                "latency-tracking-info-percentiles" => "7".to_owned(),
                "notify-keyspace-events" => "KEA".to_owned(),
                "oom-score-adj-values" => "7 8 9".to_owned(),
                "shutdown-on-sigint" | "shutdown-on-sigterm" => "now".to_owned(),
                name => panic!("{name}: which other value does it take?"),
            },
        };
        let config = parse(format!("{} {other}", directive.name)).expect(directive.name);
        let changed = directives().filter(|row| row.text(&config) != row.text(&default));
        let changed: Vec<&str> = changed.map(|row| row.name).collect();
        assert_eq!(changed, [directive.name]);
        // Older names reach the same field.
        for alias in directive.aliases.iter().chain(directive.understood) {
            assert_eq!(parse(format!("{alias} {other}")).as_ref(), Ok(&config), "{alias}");
        }
    }
}

#[test]
fn a_default_is_what_its_line_sets() {
    let lines = directives().filter(is_setting);
    let lines: Vec<String> =
        lines.map(|directive| format!("{} {}\n", directive.name, directive.default)).collect();
    assert_eq!(parse(lines.concat()), Ok(Config::default()));
}

#[test]
fn secrets_are_texts_and_are_marked() {
    let marked = directives().filter(|directive| directive.sensitive);
    let marked: Vec<&str> = marked.map(|directive| directive.name).collect();
    for secret in ["requirepass", "masterauth", "tls-key-file-pass", "tls-client-key-file-pass"] {
        assert!(marked.contains(&secret), "{secret}");
    }
}

#[test]
fn what_concerns_nobody_yet_is_not_in_effect_or_read_when_needed() {
    // A directive without effect must not send the server looking for something to do.
    for directive in directives().filter(|directive| directive.effect == InEffect::Moot) {
        assert_eq!(directive.concerns, None, "{}", directive.name);
    }
}

#[test]
fn the_sample_sets_nothing_and_its_lines_set_the_defaults() {
    assert_eq!(parse(sample()), Ok(Config::default()));
    let settings: Vec<String> = sample()
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter(|line| {
            let name = line.split(' ').next().unwrap_or_default();
            find_directive(name.as_bytes()).is_some_and(|row| is_setting(&row))
        })
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(settings.len() > 150, "only {} settings", settings.len());
    assert_eq!(parse(settings.concat()), Ok(Config::default()));
}

/// With `UPDATE=1` in the environment, stale files are written anew.
fn check_generated(path: &str, expected: &str) {
    let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, expected).expect("the repository can be written to");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{path} is stale: run this test with UPDATE=1");
}

#[test]
fn the_sample_file_is_up_to_date() {
    check_generated("sinter.conf", &sample());
}

#[test]
fn the_reference_page_is_up_to_date() {
    check_generated("docs/configuration.md", &reference_markdown());
}
