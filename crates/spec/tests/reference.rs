//! Facts about the commands of the reference, against what we derive from lines and specs.
//!
//! `data/commands-7.2.json` states facts about all commands of Redis 7.2; `data/usage.txt` has a
//! line in the usage grammar for each.

#![expect(clippy::unwrap_used, reason = "facts that do not read as facts fail the test")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use spec::usage::Usage;
use spec::{Arity, Begin, Categories, Category, Command, Facts, Find, Flag, Flags, Group};
use spec::{Builder, KeyFlag, KeyFlags, KeyLayout, KeySpec, Mode};

fn commands() -> Vec<Value> {
    serde_json::from_str(include_str!("data/commands-7.2.json")).unwrap()
}

fn usages() -> BTreeMap<&'static str, &'static str> {
    let lines = include_str!("data/usage.txt").lines();
    let split = |line: &'static str| line.split_once(':').unwrap();
    lines.map(split).map(|(name, usage)| (name, usage.trim())).collect()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

fn list(value: &Value, field: &str) -> Vec<String> {
    let items = value[field].as_array().into_iter().flatten();
    items.map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn number<T: TryFrom<i64, Error: std::fmt::Debug>>(value: &Value) -> T {
    value.as_i64().unwrap().try_into().unwrap()
}

/// The numbers of a `range` or `keynum`.
fn triple(value: &Value) -> (&Value, &Value, &Value) {
    let [one, two, three] = &value.as_array().unwrap()[..] else { panic!("three numbers") };
    (one, two, three)
}

fn leak<T>(items: Vec<T>) -> &'static [T] {
    Vec::leak(items)
}

fn flags(command: &Value) -> &'static [Flag] {
    let names = [list(command, "flags"), list(command, "internal_flags")].concat();
    let known = |name: &String| Flag::ALL.iter().copied().find(|flag| flag.name() == name).unwrap();
    leak(names.iter().map(known).filter(|&flag| flag != Flag::MovableKeys).collect())
}

fn key_spec(spec: &Value) -> KeySpec {
    let known = |name: &String| {
        KeyFlag::ALL.iter().copied().find(|flag| flag.name().eq_ignore_ascii_case(name)).unwrap()
    };
    let flags: Vec<KeyFlag> = list(spec, "flags").iter().map(known).collect();
    let begin = &spec["begin"];
    let begin = match (begin.get("index"), begin.get("keyword")) {
        (Some(index), _) => Begin::Index(number(index)),
        (_, Some(word)) => Begin::Keyword {
            word: String::leak(word.as_str().unwrap().to_owned()),
            from: number(&begin["startfrom"]),
        },
        _ => Begin::Unknown,
    };
    let find = &spec["find"];
    let find = match (find.get("range"), find.get("keynum")) {
        (Some(range), _) => {
            let (last, step, limit) = triple(range);
            Find::Range { last: number(last), step: number(step), limit: number(limit) }
        }
        (_, Some(keynum)) => {
            let (count, first, step) = triple(keynum);
            Find::KeyNum { count: number(count), first: number(first), step: number(step) }
        }
        _ => Find::Unknown,
    };
    KeySpec { begin, find, flags: KeyFlags::of(&flags), notes: "" }
}

/// The categories that the flags of a command imply; rows do not state them.
const IMPLIED: [Category; 6] = [
    Category::Read,
    Category::Write,
    Category::PubSub,
    Category::Fast,
    Category::Slow,
    Category::Blocking,
];

fn facts(command: &Value) -> Facts {
    let categories = list(command, "acl_categories");
    let known = categories.iter().map(|name| Category::parse(name.as_bytes()).unwrap());
    let stated = known.filter(|category| !IMPLIED.contains(category)).collect();
    let specs = command["key_specs"].as_array().unwrap().iter().map(key_spec).collect();
    let arity = match number::<i64>(&command["arity"]) {
        least @ ..0 => Arity::AtLeast(least.unsigned_abs().try_into().unwrap()),
        exact => Arity::Exactly(exact.try_into().unwrap()),
    };
    let name = text(command, "name").rsplit(' ').next().unwrap();
    Command::new(String::leak(name.to_owned()), (), arity)
        .flags(flags(command))
        .categories(leak(stated))
        .keys(leak(specs))
        .facts
}

#[test]
fn every_command_has_a_line_that_reads_like_its_synopsis() {
    let usages = usages();
    let mut wrong = Vec::new();
    for command in commands() {
        let name = text(&command, "name");
        let usage = Usage::parse(usages[name]).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(usage.to_string(), usages[name], "{name}");
        let synopsis = format!("{name} {}", usage.synopsis());
        if synopsis.trim_end() != text(&command, "syntax") {
            wrong.push((synopsis, text(&command, "syntax").to_owned()));
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn arity_follows_from_the_line() {
    let usages = usages();
    let mut exceptions = Vec::new();
    for command in commands() {
        let (name, facts) = (text(&command, "name"), facts(&command));
        if !command["subcommands"].is_null() {
            continue;
        }
        let usage = Usage::parse(usages[name]).unwrap();
        let words = name.split(' ').count();
        let least = words + usage.least_words();
        let most = usage.most_words().map(|most| words + most);
        let exact = matches!(facts.arity, Arity::Exactly(_));
        if least != facts.arity.least() || exact && most != Some(least) {
            exceptions.push(format!("{name} {}", facts.arity.signed()));
        }
    }
    // The one is not documented, the other accepts less than its arity does.
    assert_eq!(exceptions, ["DEBUG -2", "SENTINEL SIMULATE-FAILURE -3"]);
}

#[test]
fn flags_are_printed_in_the_order_of_the_reference() {
    for command in commands() {
        let visible = facts(&command).flag_set().iter().filter(|flag| flag.is_visible());
        let names: Vec<&str> = visible.map(Flag::name).collect();
        assert_eq!(names, list(&command, "flags"), "{}", text(&command, "name"));
    }
}

#[test]
fn categories_follow_from_the_flags_and_are_printed_in_the_order_of_the_reference() {
    for command in commands() {
        let names: Vec<&str> = facts(&command).category_set().iter().map(Category::name).collect();
        assert_eq!(names, list(&command, "acl_categories"), "{}", text(&command, "name"));
    }
}

#[test]
fn admin_commands_are_dangerous_without_saying_so() {
    let categories = Categories::effective(Categories::EMPTY, Flags::of(&[Flag::Admin]));
    let names: Vec<&str> = categories.iter().map(Category::name).collect();
    assert_eq!(names, ["admin", "slow", "dangerous"]);
}

#[test]
fn key_specs_come_to_the_range_of_the_older_notation() {
    for command in commands() {
        let (first, last, step) = facts(&command).key_range();
        let expected: Vec<i64> = command["keys"].as_array().unwrap().iter().map(number).collect();
        assert_eq!([first, last, step], expected[..], "{}", text(&command, "name"));
    }
}

#[test]
fn keys_are_searched_for_only_where_they_move_or_are_channels() {
    for command in commands() {
        let (name, facts) = (text(&command, "name"), facts(&command));
        let searched = facts.key_layout() == KeyLayout::Search;
        let channels = ["SPUBLISH", "SSUBSCRIBE", "SUNSUBSCRIBE"].contains(&name);
        assert_eq!(searched, facts.flag_set().has(Flag::MovableKeys) || channels, "{name}");
    }
}

#[test]
fn groups_have_the_names_of_the_reference() {
    use Group::{Bitmap, Cluster, Connection, Generic, Geo, Hash, HyperLogLog, List, PubSub};
    use Group::{Scripting, Sentinel, Server, Set, SortedSet, Stream, Transactions};
    let groups = [
        [Bitmap, Cluster, Connection, Generic, Geo, Hash, HyperLogLog, List, PubSub].as_slice(),
        [Scripting, Sentinel, Server, Set, SortedSet, Stream, Group::String, Transactions]
            .as_slice(),
    ];
    let ours: BTreeSet<String> =
        groups.concat().iter().map(|group| group.name().replace('-', "_")).collect();
    let theirs = commands().iter().map(|command| text(command, "group").to_owned()).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn all_commands_are_found_by_their_names() {
    let all = commands();
    let rows = |container: Option<&str>| -> Vec<Command<()>> {
        let inside = all.iter().filter(|row| row["container"].as_str() == container);
        inside.map(|row| Command { facts: facts(row), handler: (), subcommands: &[] }).collect()
    };
    let mut table = Vec::new();
    for command in rows(None) {
        let subcommands = leak(rows(Some(command.facts.name)));
        table.push(command.subcommands(subcommands));
    }
    let commands = leak(table);

    let table = Builder::new(Mode::Server).commands(commands, |()| ()).build().unwrap();
    assert_eq!(table.commands().count(), 241);
    for row in &all {
        let path = text(row, "name").to_lowercase().replace(' ', "|");
        let found = table.find(path.to_uppercase().as_bytes());
        let expected = (!path.starts_with("sentinel")).then_some(&*path);
        assert_eq!(found.map(|row| &*row.full_name), expected, "{path}");
    }
    let sentinel = Builder::new(Mode::Sentinel).commands(commands, |()| ()).build().unwrap();
    assert!(sentinel.find(b"sentinel|master").is_some());
    assert!(sentinel.find(b"get").is_none());
}
