//! What redis-server 7.0.15 answered, and that we answer the same.
//!
//! The files in `recorded/` hold what it was asked and what it said, separated by tabs, with bytes
//! escaped. Where 7.2 differs from 7.0, or we differ from both, a list here says so.

mod common;

use std::collections::BTreeMap;

use common::{matches, parse, value};
use config::{Caller, Config};

/// Undoes the escapes of the recorded files.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (kind, after) = rest.split_first().expect("an escape has a letter");
        rest = after;
        match kind {
            b'n' => bytes.push(b'\n'),
            b't' => bytes.push(b'\t'),
            b'r' => bytes.push(b'\r'),
            b'x' => {
                let (digits, after) = rest.split_at(2);
                let digits = std::str::from_utf8(digits).expect("digits are ASCII");
                bytes.push(u8::from_str_radix(digits, 16).expect("digits are hexadecimal"));
                rest = after;
            }
            other => bytes.push(*other),
        }
    }
    bytes
}

/// Splits a recorded file into its lines, and those at tabs.
fn records(file: &str) -> impl Iterator<Item = Vec<&str>> {
    file.lines().map(|line| line.split('\t').collect())
}

#[test]
fn defaults_are_those_of_the_reference() {
    let recorded: BTreeMap<&str, &str> = records(include_str!("recorded/defaults.txt"))
        .map(|record| (record[0], record[1]))
        .collect();
    let config = Config::default();
    for (name, expected) in &recorded {
        assert_eq!(value(&config, name), *expected, "{name}");
    }

    let listed = config.get(&[b"*"], &matches);
    let listed: Vec<&str> = listed
        .iter()
        .map(|(name, _)| std::str::from_utf8(name).expect("names are ASCII"))
        .collect();
    let new: Vec<&str> =
        listed.iter().copied().filter(|name| !recorded.contains_key(name)).collect();
    assert_eq!(
        new,
        [
            "locale-collate",
            "cluster-announce-human-nodename",
            "set-max-listpack-entries",
            "set-max-listpack-value",
        ],
        "added by 7.2"
    );
    let hidden: Vec<&&str> = recorded.keys().filter(|name| !listed.contains(name)).collect();
    assert_eq!(
        hidden,
        [
            &"aof-disable-auto-gc",
            &"key-load-delay",
            &"loading-process-events-interval-bytes",
            &"lua-enable-deprecated-api",
            &"rdb-key-save-delay",
            &"use-exit-on-panic",
            &"watchdog-period",
        ],
        "the first of them since 7.2"
    );
}

#[test]
fn config_set_answers_like_the_reference() {
    let mut base = parse("enable-protected-configs yes").expect("a good configuration");
    base.save.0.clear();
    for record in records(include_str!("recorded/set.txt")) {
        let [name, value_written, expected] = record[..] else { panic!("{record:?}") };
        let given = unescape(value_written);
        let expected = String::from_utf8_lossy(&unescape(expected)).into_owned();
        let mut config = base.clone();
        let outcome = config.set(&[(name.as_bytes(), &given)], Caller::default());
        let answer = match &outcome {
            Ok(_) => format!("={}", value(&config, &name.to_lowercase())),
            Err(error) => format!("-{error}"),
        };
        // Added by 7.2.
        let expected = expected.replace("notice, warning", "notice, warning, nothing");
        assert_eq!(answer, expected, "CONFIG SET {name} {value_written}");
        if outcome.is_err() {
            assert_eq!(config, base, "{name}: an error changes nothing");
        }
    }
}

#[test]
fn numbers_that_the_reference_mangles_are_refused_or_saturate() {
    let check = |name: &str, written: &str, expected: Option<&str>| {
        let mut config = Config::default();
        let outcome = config.set(&[(name.as_bytes(), written.as_bytes())], Caller::default());
        let answer = outcome.is_ok().then(|| value(&config, name));
        assert_eq!(answer.as_deref(), expected, "{name} {written}");
    };
    // There, these become 0, which is no limit at all.
    check("maxmemory", "17179869184gb", Some("18446744073709551615"));
    // There, these lose their upper bits.
    check("save", "60 2147483648", None);
    check("client-output-buffer-limit", "normal 0 0 4294967296", None);
    // There, this becomes 1%.
    check("maxmemory-clients", "18446744073709551615", Some("18446744073709551615"));
}

#[test]
fn configuration_files_are_refused_like_by_the_reference() {
    for record in records(include_str!("recorded/load.txt")) {
        let [text, expected] = record[..] else { panic!("{record:?}") };
        let given = unescape(text);
        let expected = String::from_utf8_lossy(&unescape(expected)).into_owned();
        let answer = parse(&given).err().map(|error| error.to_string()).unwrap_or_default();
        let expected = expected.replace("notice, warning", "notice, warning, nothing");
        if text.contains("user a on\\nuser") {
            // That a user stands there twice is for the host to say.
            continue;
        }
        assert_eq!(answer, expected, "{text}");
    }
}
