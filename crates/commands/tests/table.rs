//! The rows of all families: consistent in themselves, and with the facts of the reference.

#![expect(clippy::unwrap_used, reason = "facts that do not read as facts fail the test")]

use std::collections::BTreeMap;

use commands::FAMILIES;
use serde_json::{Value, json};
use spec::usage::Usage;
use spec::{Begin, Category, Facts, Find, Flag, KeyFlag, KeySpec};

/// All rows with their full names, subcommands behind their container.
fn rows() -> Vec<(String, &'static Facts, bool)> {
    let mut rows = Vec::new();
    for command in FAMILIES.iter().copied().flatten() {
        let name = command.facts.name;
        rows.push((name.to_owned(), &command.facts, !command.subcommands.is_empty()));
        for sub in command.subcommands {
            rows.push((format!("{name} {}", sub.facts.name), &sub.facts, false));
        }
    }
    rows
}

fn reference() -> BTreeMap<String, Value> {
    let commands: Vec<Value> =
        serde_json::from_str(include_str!("../../spec/tests/data/commands-7.2.json")).unwrap();
    commands.into_iter().map(|row| (row["name"].as_str().unwrap().to_owned(), row)).collect()
}

#[test]
fn every_row_is_consistent() {
    let problems: Vec<String> =
        FAMILIES.iter().flat_map(|family| spec::check::rows(family)).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn rows_are_in_the_order_of_their_names() {
    for family in FAMILIES {
        assert!(family.is_sorted_by_key(|command| command.facts.name));
        for command in *family {
            assert!(command.subcommands.is_sorted_by_key(|sub| sub.facts.name));
        }
    }
}

#[test]
fn no_name_is_used_twice() {
    let mut names: Vec<String> = rows().into_iter().map(|(name, ..)| name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}

fn texts(items: &[&str]) -> Value {
    items.iter().copied().collect()
}

fn key_spec(spec: &KeySpec) -> Value {
    let begin = match spec.begin {
        Begin::Index(index) => json!({ "index": index }),
        Begin::Keyword { word, from } => json!({ "keyword": word, "startfrom": from }),
        Begin::Unknown => json!("unknown"),
    };
    let find = match spec.find {
        Find::Range { last, step, limit } => json!({ "range": [last, step, limit] }),
        Find::KeyNum { count, first, step } => json!({ "keynum": [count, first, step] }),
        Find::Unknown => json!("unknown"),
    };
    let flags: Vec<String> =
        spec.flags.iter().map(|flag: KeyFlag| flag.name().to_ascii_uppercase()).collect();
    json!({ "flags": flags, "begin": begin, "find": find })
}

/// A row in the form of the reference's facts.
fn as_reference(name: &str, facts: &Facts, is_container: bool) -> Value {
    let (visible, internal): (Vec<Flag>, Vec<Flag>) =
        facts.flag_set().iter().partition(|flag| flag.is_visible());
    let names = |flags: &[Flag]| flags.iter().map(|flag| flag.name()).collect::<Value>();
    let (first, last, step) = facts.key_range();
    let mut row = json!({
        "name": name,
        "group": facts.group.name(),
        "arity": facts.arity.signed(),
        "flags": names(&visible),
        "since": facts.since,
        "acl_categories": facts.category_set().iter().map(Category::name).collect::<Value>(),
        "keys": [first, last, step],
        "key_specs": facts.keys.iter().map(key_spec).collect::<Value>(),
    });
    let synopsis =
        if is_container { String::new() } else { Usage::parse(facts.usage).unwrap().synopsis() };
    row["syntax"] = format!("{name} {synopsis}").trim_end().into();
    let mut add = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            row[field] = value;
        }
    };
    add("internal_flags", (!internal.is_empty()).then(|| names(&internal)));
    add("tips", (!facts.tips.is_empty()).then(|| texts(facts.tips)));
    // The reference has a function of its own wherever the keys are counted, too; the spec says it all.
    let counted = facts.keys.iter().any(|spec| matches!(spec.find, Find::KeyNum { .. }));
    add("has_getkeys_proc", (counted || facts.key_finder.is_some()).then_some(true.into()));
    add("deprecated_since", facts.deprecated.map(|deprecated| deprecated.since.into()));
    let doc_flags: Vec<&str> = facts.doc_flags().collect();
    add("doc_flags", (!doc_flags.is_empty()).then(|| texts(&doc_flags)));
    // What came after the reference, it does not know.
    let mut changed: Vec<&str> = facts.history.iter().map(|(since, _)| *since).collect();
    changed.retain(|since| !since.starts_with("7.4."));
    changed.dedup();
    add("changed_in", (!changed.is_empty()).then(|| texts(&changed)));
    row
}

/// Commands that are not in the reference, because later versions added them.
const LATER: &[&str] = &[
    "HEXPIRE",
    "HEXPIREAT",
    "HEXPIRETIME",
    "HGETDEL",
    "HGETEX",
    "HPERSIST",
    "HPEXPIRE",
    "HPEXPIREAT",
    "HPEXPIRETIME",
    "HPTTL",
    "HSETEX",
    "HTTL",
];

/// Options that are not in the reference, likewise.
const LATER_OPTIONS: &[(&str, &str)] = &[("HSCAN", " [NOVALUES]")];

/// Fields that are not ours to state, or that we state in another form.
const NOT_COMPARED: [&str; 3] = ["container", "subcommands", "replaced_by"];

#[test]
fn rows_state_the_facts_of_the_reference() {
    let reference = reference();
    let mut different = Vec::new();
    for (name, facts, is_container) in rows() {
        let Some(mut expected) = reference.get(&name).cloned() else {
            assert!(LATER.contains(&name.as_str()), "{name} is not in the reference");
            continue;
        };
        for field in NOT_COMPARED {
            expected.as_object_mut().unwrap().remove(field);
        }
        // The reference's own answers have a hyphen there.
        expected["group"] = expected["group"].as_str().unwrap().replace('_', "-").into();
        let mut row = as_reference(&name, facts, is_container);
        for (_, option) in LATER_OPTIONS.iter().filter(|(command, _)| *command == name) {
            let syntax = row["syntax"].as_str().unwrap();
            assert!(syntax.contains(option), "{name} has no{option}");
            row["syntax"] = syntax.replacen(option, "", 1).into();
        }
        if row != expected {
            different.push(format!("\nours      {row}\nreference {expected}"));
        }
    }
    assert!(different.is_empty(), "{}", different.concat());
}

#[test]
fn containers_have_the_subcommands_of_the_reference() {
    let reference = reference();
    for command in FAMILIES.iter().copied().flatten() {
        let Some(expected) = reference.get(command.facts.name) else { continue };
        let names: Vec<&str> = command.subcommands.iter().map(|sub| sub.facts.name).collect();
        let expected = expected.get("subcommands").cloned().unwrap_or_else(|| json!([]));
        assert_eq!(texts(&names), expected, "{}", command.facts.name);
    }
}
