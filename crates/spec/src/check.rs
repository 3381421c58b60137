//! What must hold of every row.
//!
//! A row states the same things more than once, for different readers: the number of words as an
//! arity and as a usage line, the keys as key specs and in the usage line, what happens to them as
//! flags of the command and of its keys. The crates that have rows call [`rows`] in a test, so
//! that the statements cannot contradict each other.
//!
//! Keys are compared by experiment: requests are generated from the usage line, with the keys
//! marked, and the key specs must find exactly these.

use crate::category::{Categories, Category};
use crate::command::{Arity, Command, Facts};
use crate::extract::{Want, extract};
use crate::flag::{Flag, Flags};
use crate::key::{KeyFlag, KeySpec};
use crate::usage::{Arg, Kind, Usage, ValueSource, generate, is_version};

/// What proxies and client libraries understand.
const TIPS: &[&str] = &[
    "nondeterministic_output",
    "nondeterministic_output_order",
    "request_policy:all_nodes",
    "request_policy:all_shards",
    "request_policy:multi_shard",
    "request_policy:special",
    "response_policy:agg_logical_and",
    "response_policy:agg_logical_or",
    "response_policy:agg_max",
    "response_policy:agg_min",
    "response_policy:agg_sum",
    "response_policy:all_succeeded",
    "response_policy:one_succeeded",
    "response_policy:special",
];

/// Requests per row that are generated to compare keys.
const EXPERIMENTS: u64 = 100;

/// Returns what is wrong with these rows and their subcommands; each line begins with a name.
pub fn rows<H: Copy>(commands: &[Command<H>]) -> Vec<String> {
    let mut problems: Vec<String> = commands.iter().flat_map(row).collect();
    problems
        .extend(repeated(commands).iter().map(|name| format!("{name}: two rows have this name")));
    problems
}

/// Returns what is wrong with this row and its subcommands; each line begins with a name.
pub fn row<H: Copy>(command: &Command<H>) -> Vec<String> {
    let name = command.facts.name;
    let is_container = !command.subcommands.is_empty();
    let mut problems = facts(&[name], &command.facts, is_container);
    for sub in command.subcommands {
        let path = [name, sub.facts.name];
        problems.extend(facts(&path, &sub.facts, false));
        if !sub.subcommands.is_empty() {
            problems.push(format!("{name} {}: a subcommand has subcommands", sub.facts.name));
        }
    }
    let repeated = repeated(command.subcommands);
    problems.extend(repeated.iter().map(|sub| format!("{name} {sub}: two rows have this name")));
    problems
}

fn repeated<H: Copy>(commands: &[Command<H>]) -> Vec<&'static str> {
    let names: Vec<&'static str> = commands.iter().map(|command| command.facts.name).collect();
    (0..names.len()).filter(|&at| names[..at].contains(&names[at])).map(|at| names[at]).collect()
}

fn facts(path: &[&str], facts: &Facts, is_container: bool) -> Vec<String> {
    let mut problems = Vec::new();
    properties(facts, &mut problems);
    texts(facts, &mut problems);
    match Usage::parse(facts.usage) {
        Err(error) => problems.push(format!("the usage does not parse: {error}")),
        Ok(usage) => {
            if usage.to_string() != facts.usage {
                problems.push(format!("the usage should be written `{usage}`"));
            }
            // Nothing is said about the arguments of a container, and of some internal commands.
            let silent = is_container || facts.internal && usage.args.is_empty();
            if !silent {
                words(path, facts, &usage, &mut problems);
                keys(path, facts, &usage, &mut problems);
            }
        }
    }
    let name = path.join(" ");
    problems.iter().map(|problem| format!("{name}: {problem}")).collect()
}

fn properties(facts: &Facts, problems: &mut Vec<String>) {
    let (flags, stated) = (Flags::of(facts.flags), Categories::of(facts.categories));
    let mut say = |problem: String| problems.push(problem);
    if facts.name.is_empty() || facts.name != facts.name.to_ascii_uppercase() {
        say("the name is not in capitals".into());
    }
    if flags.iter().count() != facts.flags.len() {
        say("a flag is repeated".into());
    }
    if stated.iter().count() != facts.categories.len() {
        say("a category is repeated".into());
    }
    if flags.has(Flag::MovableKeys) {
        say("`MovableKeys` is derived from the key specs".into());
    }
    if flags.has(Flag::Write) && flags.has(Flag::ReadOnly) {
        say("it cannot be both `Write` and `ReadOnly`".into());
    }
    let is_script = stated.has(Category::Scripting);
    let writes_keys = facts.keys.iter().any(KeySpec::writes);
    if writes_keys && !flags.has(Flag::Write) && !is_script {
        say("it changes keys and is not `Write`".into());
    }
    for spec in facts.keys {
        let ways = [KeyFlag::Ro, KeyFlag::Rw, KeyFlag::Ow, KeyFlag::Rm, KeyFlag::NotKey];
        if ways.into_iter().filter(|&way| spec.flags.has(way)).count() != 1 {
            say(format!("{:?}: which of {ways:?}?", spec.flags));
        }
        if spec.flags.has(KeyFlag::Ro) && spec.writes() {
            say(format!("{:?}: it cannot be read only and change", spec.flags));
        }
    }
    let derived = Categories::effective(Categories::EMPTY, flags);
    for category in stated.iter().filter(|&category| derived.has(category)) {
        say(format!("the category {category:?} follows from the flags"));
    }
    for tip in facts.tips.iter().filter(|tip| !TIPS.contains(tip)) {
        say(format!("there is no tip {tip:?}"));
    }
}

fn texts(facts: &Facts, problems: &mut Vec<String>) {
    let mut sentence = |what: &str, text: &str| {
        let begins = text.chars().next().is_some_and(char::is_uppercase);
        if !begins || !text.ends_with('.') || text.contains(['\n', '\t']) || text.contains("  ") {
            problems.push(format!("the {what} is not a sentence: {text:?}"));
        }
    };
    sentence("summary", facts.summary);
    sentence("complexity", facts.complexity);
    for (_, change) in facts.history {
        sentence("history", change);
    }
    version("first version", facts.since, problems);
    // The history of ZREVRANGEBYSCORE begins before there was such a command.
    let mut last = Vec::new();
    for (since, _) in facts.history {
        let changed = version("version in the history", since, problems);
        if changed < last {
            problems.push(format!("the history goes back in time at {since}"));
        }
        last = changed;
    }
    if let Some(deprecated) = facts.deprecated {
        version("version of the deprecation", deprecated.since, problems);
        if deprecated.replaced_by.is_empty() {
            problems.push("nothing is said to replace it".into());
        }
    }
}

/// Reads a version as something that can be compared.
fn version(what: &str, text: &str, problems: &mut Vec<String>) -> Vec<u32> {
    if !is_version(text) {
        problems.push(format!("the {what} is not one: {text:?}"));
    }
    text.split('.').filter_map(|part| part.parse().ok()).collect()
}

fn words(path: &[&str], facts: &Facts, usage: &Usage, problems: &mut Vec<String>) {
    let least = path.len() + usage.least_words();
    if least != facts.arity.least() {
        let arity = facts.arity;
        problems.push(format!("the usage has {least} words or more, the arity is {arity:?}"));
    }
    let most = usage.most_words().map(|most| path.len() + most);
    if matches!(facts.arity, Arity::Exactly(_)) && most != Some(least) {
        problems.push("the arity is exact, and the usage is not".into());
    }
    let mut names = Vec::new();
    for arg in &usage.args {
        if names.contains(&&arg.name) {
            problems.push(format!("two arguments are called {:?}", arg.name));
        }
        names.push(&arg.name);
    }
}

fn keys(path: &[&str], facts: &Facts, usage: &Usage, problems: &mut Vec<String>) {
    let mut used = vec![false; facts.keys.len()];
    usage.walk(&mut |arg| match arg.key_spec.map(|index| used.get_mut(index)) {
        Some(Some(used)) => *used = true,
        Some(None) => problems.push(format!("{:?} has no key spec", arg.name)),
        None => (),
    });
    let unused = facts.keys.iter().zip(used).filter(|(spec, used)| spec.are_keys() && !used);
    problems.extend(unused.map(|(spec, _)| format!("no argument is found by {spec:?}")));

    for seed in 1..=EXPERIMENTS {
        let mut state = seed;
        let mut dice = |below: u64| {
            // A linear congruential generator: its upper bits are random enough here.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        let mut request: Vec<Vec<u8>> = path.iter().map(|word| word.as_bytes().to_vec()).collect();
        request.extend(generate(usage, &mut dice, &mut Marked));
        let marked = |index: &usize| request[*index] == MARK;
        let expected: Vec<usize> = (0..request.len()).filter(marked).collect();
        // A usage line cannot say that two options exclude each other; a key finder can.
        let Ok(keys) = extract(facts, &request, Want::Keys) else {
            if facts.key_finder.is_none() {
                problems.push(format!("no keys in {}", shown(&request)));
                return;
            }
            continue;
        };
        let mut found: Vec<usize> = keys.iter().map(|key| key.index).collect();
        found.sort_unstable();
        if found != expected {
            problems.push(format!("keys at {found:?} in {}", shown(&request)));
            return;
        }
    }
}

fn shown(request: &[Vec<u8>]) -> String {
    String::from_utf8_lossy(&request.join(&b' ')).into_owned()
}

/// What stands for a key. No keyword looks like it.
const MARK: &[u8] = b"<key>";

/// Marks keys, and gives other arguments a word that is no keyword.
struct Marked;

impl ValueSource for Marked {
    fn value(&mut self, arg: &Arg, _: &mut dyn FnMut(u64) -> u64) -> Vec<u8> {
        if arg.kind == Kind::Key { MARK.to_vec() } else { b"<word>".to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flag::*, KeyFlag::*, finder};

    const GOOD: Command<()> = Command::new("ZUNIONSTORE", (), Arity::AtLeast(4))
        .flags(&[Write, DenyOom])
        .categories(&[Category::SortedSet])
        .keys(&[KeySpec::at(1, &[Ow, Update]), KeySpec::at(2, &[Ro, Access]).counted()])
        .usage("destination:key numkeys:integer key+ [WEIGHTS weight:integer+]")
        .summary("Stores the union.")
        .complexity("O(N).")
        .since("2.0.0");

    #[track_caller]
    fn check(command: Command<()>, problems: &[&str]) {
        assert_eq!(row(&command), problems);
    }

    #[test]
    fn row_that_agrees_with_itself_has_no_problems() {
        check(GOOD, &[]);
        const SORT: Command<()> = Command::new("SORT", (), Arity::AtLeast(2))
            .flags(&[Write])
            .keys(&[KeySpec::at(1, &[Ro]), KeySpec::unknown(&[Ow, Update])])
            .key_finder(finder::sort)
            .usage("key [ALPHA] [STORE destination:key]")
            .summary("Sorts.")
            .complexity("O(N).")
            .since("1.0.0");
        check(SORT, &[]);
    }

    #[test]
    fn contradictions_are_named() {
        check(
            GOOD.usage("destination:key numkeys:integer [key+]"),
            &[
                "ZUNIONSTORE: the usage has 3 words or more, the arity is AtLeast(4)",
                "ZUNIONSTORE: no keys in ZUNIONSTORE <key> 0",
            ],
        );
        check(
            GOOD.usage("destination key numkeys:integer"),
            &[
                "ZUNIONSTORE: no argument is found by KeySpec { begin: Index(2), find: KeyNum { \
                 count: 0, first: 1, step: 1 }, flags: {Ro, Access}, notes: \"\" }",
                "ZUNIONSTORE: no keys in ZUNIONSTORE <word> <key> <word>",
            ],
        );
        check(
            GOOD.flags(&[ReadOnly, DenyOom]),
            &["ZUNIONSTORE: it changes keys and is not `Write`"],
        );
        check(
            GOOD.categories(&[Category::Write]),
            &["ZUNIONSTORE: the category Write follows from the flags"],
        );
        check(
            GOOD.summary("stores the union").since("2.0"),
            &[
                "ZUNIONSTORE: the summary is not a sentence: \"stores the union\"",
                "ZUNIONSTORE: the first version is not one: \"2.0\"",
            ],
        );
        check(
            GOOD.history(&[("6.2.0", "Late."), ("3.0.0", "Early.")]),
            &["ZUNIONSTORE: the history goes back in time at 3.0.0"],
        );
        check(GOOD.tips(&["be nice"]), &["ZUNIONSTORE: there is no tip \"be nice\""]);
    }

    #[test]
    fn keys_that_specs_find_elsewhere_are_shown() {
        const GET: Command<()> =
            GOOD.keys(&[KeySpec::at(2, &[Rw, Update])]).usage("key field value");
        check(GET, &["ZUNIONSTORE: keys at [2] in ZUNIONSTORE <key> <word> <word>"]);
    }

    #[test]
    fn names_are_unique() {
        assert_eq!(rows(&[GOOD, GOOD]), ["ZUNIONSTORE: two rows have this name"]);
    }
}
