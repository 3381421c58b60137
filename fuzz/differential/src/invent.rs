//! Invents requests.

use spec::Command;
use spec::usage::{Arg, Kind, Usage, ValueSource, generate, mutate};
use stdx::rng::{Rng, SeededRng};

use crate::admin;
use crate::compare::FIELD_EXPIRY;

/// Answers that follow from chance, or from how memory is laid out; nothing can be compared.
const INCOMPARABLE: &[&str] = &[
    "RANDOMKEY",
    "SPOP",
    "OBJECT FREQ",
    "OBJECT IDLETIME",
    "OBJECT REFCOUNT",
    "OBJECT HELP",
    // They would wait.
    "BLMOVE",
    "BLMPOP",
    "BLPOP",
    "BRPOP",
    "BRPOPLPUSH",
    "BZMPOP",
    "BZPOPMAX",
    "BZPOPMIN",
];

/// A command that can be asked for.
struct Known {
    name: Vec<Vec<u8>>,
    usage: Usage,
    /// Whether it is over the server itself.
    admin: bool,
}

impl Known {
    fn full_name(&self) -> String {
        String::from_utf8_lossy(&self.name.join(&b' ')).into_owned()
    }
}

/// Invents requests from a seed.
pub(crate) struct Inventor {
    known: Vec<Known>,
    rng: SeededRng,
    /// What comes next, since it needs the one before it.
    next: Option<Vec<Vec<u8>>>,
    /// Whether events are compared.
    pub(crate) events: bool,
    /// Whether the servers queue requests.
    pub(crate) in_transaction: bool,
}

impl Inventor {
    /// Returns an inventor for all commands that can be compared, or only for those whose name begins with a word of `only`, which has commas between.
    pub(crate) fn new(seed: u64, only: Option<&str>) -> Self {
        let mut known = Vec::new();
        for command in commands::FAMILIES.iter().flat_map(|family| family.iter()) {
            add(&mut known, &[], command, false);
        }
        known.retain(|command| !INCOMPARABLE.contains(&&*command.full_name()));
        let mut over_the_server = Vec::new();
        for command in node::admin::FAMILIES.iter().flat_map(|family| family.iter()) {
            add(&mut over_the_server, &[], command, true);
        }
        over_the_server.retain(|command| admin::COMPARABLE.contains(&&*command.full_name()));
        known.append(&mut over_the_server);
        known.retain(|command| {
            let name = command.full_name();
            only.is_none_or(|only| only.split(',').any(|only| name.starts_with(only)))
        });
        Self { known, rng: SeededRng::new(seed), next: None, events: false, in_transaction: false }
    }

    /// Leaves out the commands that `is_known` does not know by their name, in which a bar stands before a subcommand.
    pub(crate) fn retain(&mut self, mut is_known: impl FnMut(&[u8]) -> bool) {
        self.known.retain(|command| is_known(&command.name.join(&b'|')));
    }

    /// Returns the next request.
    pub(crate) fn request(&mut self) -> Vec<Vec<u8>> {
        if let Some(request) = self.next.take() {
            return request;
        }
        // Keys come and go, or everything would be there and nothing ever missing. (Not DBSIZE: it counts what is past its time until it is removed, which we do sooner.)
        match self.rng.below(200) {
            0 => return words(&["FLUSHALL"]),
            1 => return words(&["SELECT", ["0", "1", "9"][self.rng.below(3) as usize]]),
            // What is begun should mostly end soon.
            2..10 if self.in_transaction => return words(&["EXEC"]),
            _ => (),
        }
        let command = &self.known[self.rng.below(self.known.len() as u64) as usize];
        let rng = &mut self.rng;
        let mut dice = |below: u64| rng.below(below.max(1));
        let mut args = generate(&command.usage, &mut dice, &mut Values { admin: command.admin });
        // What is wrong with one of fields that expire, the reference for these takes more lightly.
        if dice(8) == 0 && !FIELD_EXPIRY.contains(&&*command.name[0]) {
            mutate(&mut args, &mut dice);
        }
        let mut request: Vec<_> = command.name.iter().cloned().chain(args).collect();
        // A version behind, it does not know the option.
        request.retain(|word| !word.eq_ignore_ascii_case(b"NOVALUES"));
        by_text_where_it_is_defined(&mut request, &mut dice);
        sort_what_can_be_sorted(&mut request, &mut dice);
        admin::avoid_news(&mut request);
        keep_while_asked(&mut request, self.events);
        if request[0].eq_ignore_ascii_case(b"LPOS") {
            // The reference has looked for the key before it refuses this one, and only this one.
            request.retain(|word| word != b"-9223372036854775808");
        }
        if request[0].starts_with(b"SORT") {
            // The reference takes a number for one that is too large if another one was, until it reads a score.
            self.next = Some(request);
            return words(&["ZADD", "nobody", "XX", "1.5", "x"]);
        }
        request
    }
}

/// A sorted set all of whose scores are equal: what ranges by text are of others is not defined.
const EQUAL_SCORES: &[u8] = b"equal";

/// Has requests for ranges by text go to the sorted set for them, which some of them fill instead.
fn by_text_where_it_is_defined(request: &mut Vec<Vec<u8>>, dice: &mut dyn FnMut(u64) -> u64) {
    let is_by_text =
        |word: &Vec<u8>| word.to_ascii_uppercase().windows(3).any(|part| part == b"LEX");
    if !request[0].starts_with(b"Z") || !request.iter().any(is_by_text) {
        return;
    }
    if dice(2) == 0 {
        *request = words(&["ZADD", "", "0", "", "0", "", "0", ""]);
        for at in [3, 5, 7] {
            request[at] = vec![b"abx"[dice(3) as usize]; dice(5) as usize];
        }
    }
    let key = if request[0] == b"ZRANGESTORE" { 2 } else { 1 };
    if let Some(key) = request.get_mut(key) {
        *key = EQUAL_SCORES.to_vec();
    }
}

/// Has requests for sorting meet collections of few elements, and what these are sorted by; some of the requests fill them instead. No order is left open.
fn sort_what_can_be_sorted(request: &mut Vec<Vec<u8>>, dice: &mut dyn FnMut(u64) -> u64) {
    const ELEMENTS: [&str; 10] = ["1", "2", "3", "10", "-5", "0.5", "x", "abc", "", "007"];
    const NUMBERS: usize = 6;
    if !request[0].starts_with(b"SORT") {
        return;
    }
    // Mostly numbers, or nearly every answer would be that something is none.
    let element = |dice: &mut dyn FnMut(u64) -> u64| {
        let among = if dice(8) == 0 { ELEMENTS.len() } else { NUMBERS };
        ELEMENTS[dice(among as u64) as usize]
    };
    let (one, two, three) = (element(dice), element(dice), element(dice));
    let made = match dice(8) {
        0 => vec!["RPUSH", "sortable:list", one, two, three],
        1 => vec!["SADD", "sortable:set", one, two, three],
        2 => vec!["ZADD", "sortable:zset", "1", one, "2", two, "3", three],
        3 => vec!["SET", "w_", two],
        4 => vec!["HSET", "o_", "f", two, "g", three],
        5 if dice(4) == 0 => vec!["DEL", "sortable:list", "sortable:set", "sortable:zset"],
        _ => {
            const KEYS: [&str; 3] = ["sortable:list", "sortable:zset", "sortable:set"];
            let is = |word: &Vec<u8>, name: &str| word.eq_ignore_ascii_case(name.as_bytes());
            let has = |name| request.iter().any(|word| is(word, name));
            let (by, limited) = (has("BY"), has("LIMIT"));
            // The order of a set is each server's own, and so is that of some out of those with equal texts; of all with equal texts, it is that of the list.
            // Nor does a text end at a zero byte here, which a value below any name may have.
            if by && (limited || has("*")) {
                request.retain(|word| !is(word, "ALPHA"));
            }
            let keys = match by {
                true if request.iter().any(|word| is(word, "ALPHA")) => 1,
                true => 2,
                false => 3,
            };
            let key = KEYS[dice(keys) as usize];
            if let Some(place) = request.get_mut(1).filter(|_| by || dice(10) > 0) {
                *place = key.as_bytes().to_vec();
            }
            return;
        }
    };
    *request = words(&made);
    if matches!(made[0], "SET" | "HSET") {
        request[1].extend_from_slice(one.as_bytes());
    }
}

fn words(words: &[&str]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

fn add<H>(known: &mut Vec<Known>, parents: &[&str], command: &Command<H>, admin: bool) {
    let path = [parents, &[command.facts.name]].concat();
    for subcommand in command.subcommands {
        add(known, &path, subcommand, admin);
    }
    if command.subcommands.is_empty() {
        let usage = command.facts.usage;
        let usage = Usage::parse(usage).expect("a test of the table parses every usage");
        known.push(Known { name: words(&path), usage, admin });
    }
}

/// Makes times to live that have got so short by mistake that a key could go between two servers longer.
///
/// Where events are compared, no key gets a time to live that is over already: when such a key goes, and with which event, depends on who is asked for what.
fn keep_while_asked(request: &mut [Vec<u8>], events: bool) {
    const DURATIONS: [&[u8]; 5] = [b"PSETEX", b"SETEX", b"PEXPIRE", b"EXPIRE", b"HPEXPIRE"];
    let name = request[0].to_ascii_uppercase();
    for index in 1..request.len() {
        let before = request[index - 1].to_ascii_uppercase();
        let is_duration =
            matches!(&*before, b"EX" | b"PX") || (index == 2 && DURATIONS.contains(&&*name));
        let number = stdx::number::parse_i64(&request[index]).unwrap_or_default();
        if is_duration && (1..100_000).contains(&number) {
            request[index] = b"100000".to_vec();
        }
        let sets = [&b"SET"[..], b"GETEX"].contains(&&*name);
        if events && sets && matches!(&*before, b"EXAT" | b"PXAT") && number < 1 << 32 {
            request[index] = b"32503680000000".to_vec();
        }
    }
}

/// Few keys and values, chosen so that they matter to each other.
struct Values {
    /// For a command over the server itself.
    admin: bool,
}

impl ValueSource for Values {
    fn value(&mut self, arg: &Arg, dice: &mut dyn FnMut(u64) -> u64) -> Vec<u8> {
        const KEYS: &[&str] = &["a", "b", "c", "d", "key:with:a:longer:name", ""];
        const STRINGS: &[&str] = &[
            "",
            "x",
            "abc",
            "10",
            "-7",
            "3.5",
            "0",
            "007",
            " 1",
            "9223372036854775807",
            "-9223372036854775808",
            "1e3",
            "\r\n\0\u{ff}",
            "hello world",
            "a string of forty-four bytes, the embstr end",
            "a string of forty-five bytes, one beyond that",
        ];
        const INTEGERS: &[&str] = &[
            "0",
            "1",
            "2",
            "3",
            "7",
            "-1",
            "-2",
            "-5",
            "100",
            "1000",
            "9223372036854775807",
            "-9223372036854775808",
        ];
        const DOUBLES: &[&str] =
            &["0", "1", "-1", "0.1", "2.5", "1e3", "1e-5", "inf", "-inf", "3.0"];
        const PATTERNS: &[&str] = &["*", "a*", "?", "[ab]", "[^a]", "\\a", "*long*", ""];
        // Ends of ranges by text, and some of ranges by score or rank.
        const BOUNDS: &[&str] = &[
            "-", "+", "[", "[abc", "[x", "(0", "(abc", "(x", "[hello", "0", "-1", "(1", "2", "inf",
            "3",
        ];
        const DURATIONS: &[&str] = &["0", "-1", "-5", "9223372036854775807"];
        const TIMES: &[&str] = &["1", "0", "-1", "32503680000000", "42503680000000"];
        const TIMES_S: &[&str] =
            &["1", "0", "-1", "32503680000", "42503680000", "9223372036854775807"];
        // Where SORT looks: strings and hashes whose names end with what collections hold.
        const PLACES: &[&str] =
            &["w_*", "w_*", "o_*->f", "o_*->g", "#", "*", "nosort", "o_*", "w_*->f", "*->", ""];
        let in_seconds = arg.name.contains("seconds") && !arg.name.contains("milliseconds");
        let duration = ["seconds", "milliseconds"].contains(&arg.name.as_str());
        if duration && dice(3) > 0 {
            // Far enough that no key expires while both are asked, and so far from each other that GT and LT do not depend on when they are.
            return (100_000 + 100 * dice(10_000)).to_string().into_bytes();
        }
        let pool = match arg.kind {
            Kind::Key => KEYS,
            _ if self.admin
                && let Some(pool) = admin::values(arg) =>
            {
                pool
            }
            _ if duration => DURATIONS,
            Kind::Integer if arg.name == "cursor" => &["0", "0", "x", "-1"],
            Kind::Integer if arg.name.contains("db") => &["0", "1", "9", "15", "16", "-1", "x"],
            Kind::Integer => INTEGERS,
            Kind::Double => DOUBLES,
            Kind::String if ["min", "max", "start", "stop"].contains(&arg.name.as_str()) => BOUNDS,
            Kind::Pattern if ["by-pattern", "get-pattern"].contains(&arg.name.as_str()) => PLACES,
            Kind::Pattern => PATTERNS,
            Kind::UnixTime if in_seconds => TIMES_S,
            Kind::UnixTime => TIMES,
            _ if arg.name == "cursor" => &["0", "0", "x", "-1"],
            _ => STRINGS,
        };
        if matches!(arg.kind, Kind::String) && dice(20) == 0 {
            return vec![b'L'; [100, 192, 193, 1000, 40_000][dice(5) as usize]];
        }
        pool[dice(pool.len() as u64) as usize].as_bytes().to_vec()
    }
}
