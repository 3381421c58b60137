//! Arguments from dice: valid ones, and nearly valid ones.
//!
//! A fuzzer that compares two servers wants requests that get past the argument parser most of
//! the time and fail in it some of the time. [`generate`] follows the grammar and [`mutate`] then
//! breaks the result in one place. What the words are (which keys, how large the numbers) is up to
//! a [`ValueSource`], and all chance comes from the caller, so that a seed replays.

use super::{Arg, Kind, Times, Usage};

/// Returns a number below its argument, which is at least 1.
type Dice<'a> = &'a mut dyn FnMut(u64) -> u64;

/// More repetitions than this show nothing new.
const MAX_TIMES: u64 = 4;

/// Where the words come from that are not keywords.
pub trait ValueSource {
    /// Returns a word for this argument, which is neither a keyword nor a group.
    fn value(&mut self, arg: &Arg, dice: &mut dyn FnMut(u64) -> u64) -> Vec<u8>;
}

/// Few keys and members, so that commands meet, and numbers around the usual limits.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainValues;

impl ValueSource for PlainValues {
    fn value(&mut self, arg: &Arg, dice: &mut dyn FnMut(u64) -> u64) -> Vec<u8> {
        const KEYS: &[&str] = &["a", "b", "c", "{a}1", "{a}2"];
        const STRINGS: &[&str] =
            &["", "x", "y", "z", "10", "-7", "3.5", "inf", "0", "\r\n\0\u{ff}"];
        const INTEGERS: &[&str] = &["0", "1", "2", "3", "-1", "-2", "100", "9223372036854775807"];
        const DOUBLES: &[&str] = &["0", "1", "-1", "0.1", "2.5", "1e3", "inf", "-inf"];
        const PATTERNS: &[&str] = &["*", "a*", "?", "[ab]", "\\a", "x", ""];
        const TIMES: &[&str] = &["1", "1000", "32503680000", "32503680000000"];
        let pool = match arg.kind {
            Kind::Key => KEYS,
            Kind::Integer => INTEGERS,
            Kind::Double => DOUBLES,
            Kind::Pattern => PATTERNS,
            Kind::UnixTime => TIMES,
            _ => STRINGS,
        };
        pick(pool, dice).as_bytes().to_vec()
    }
}

fn pick<'a, T>(pool: &'a [T], dice: Dice<'_>) -> &'a T {
    &pool[dice(pool.len() as u64) as usize]
}

/// Invents the words of a request, without the name of the command.
///
/// Where the grammar leaves a number to another argument it is right: `numkeys` is the number of
/// the keys that follow, `numfields` that of the fields, and lists side by side (keys and ids of
/// `XREAD`) are equally long.
pub fn generate(
    usage: &Usage,
    dice: &mut impl FnMut(u64) -> u64,
    values: &mut dyn ValueSource,
) -> Vec<Vec<u8>> {
    let mut generator = Generator { dice, values, words: Vec::new() };
    generator.sequence(&usage.args);
    generator.words
}

struct Generator<'a> {
    dice: Dice<'a>,
    values: &'a mut dyn ValueSource,
    words: Vec<Vec<u8>>,
}

impl Generator<'_> {
    fn sequence(&mut self, args: &[Arg]) {
        let mut times = None;
        for (arg, next) in self.arrange(args) {
            let is_count = ["numkeys", "numfields"].contains(&arg.name.as_str());
            if is_count && next.is_some_and(|next| next.times != Times::Once) {
                // `EVAL` can do without keys, `ZUNION` cannot.
                let least = u64::from(next.is_some_and(|next| !next.optional));
                let count = least + (self.dice)(MAX_TIMES);
                self.words.push(count.to_string().into_bytes());
                times = Some(count);
                continue;
            }
            let together = arg.times != Times::Once
                && next.is_some_and(|next| next.times != Times::Once && !next.optional);
            let count = match times.take() {
                Some(count) => count,
                None if arg.optional && (self.dice)(2) == 0 => 0,
                None if arg.times == Times::Once => 1,
                None => 1 + (self.dice)(MAX_TIMES),
            };
            times = together.then_some(count);
            self.repeat(arg, count);
        }
    }

    /// Options that a keyword introduces may stand in any order; each argument is paired with the
    /// one that the grammar has behind it.
    fn arrange<'a>(&mut self, args: &'a [Arg]) -> Vec<(&'a Arg, Option<&'a Arg>)> {
        let mut pairs: Vec<_> =
            args.iter().enumerate().map(|(index, arg)| (arg, args.get(index + 1))).collect();
        let movable = |arg: &Arg| arg.optional && begins_with_keyword(arg);
        for run in pairs.chunk_by_mut(|(one, _), (other, _)| movable(one) && movable(other)) {
            for end in (1..run.len()).rev() {
                run.swap(end, (self.dice)(end as u64 + 1) as usize);
            }
        }
        pairs
    }

    fn repeat(&mut self, arg: &Arg, count: u64) {
        for round in 0..count {
            if round == 0 || arg.times == Times::RepeatedWithToken {
                self.keyword(arg);
            }
            match &arg.kind {
                Kind::PureToken => (),
                Kind::Block(args) => self.sequence(args),
                Kind::OneOf(args) => {
                    let chosen = pick(args, self.dice);
                    let count = match chosen.times {
                        Times::Once => 1,
                        _ => 1 + (self.dice)(MAX_TIMES),
                    };
                    self.repeat(chosen, count);
                }
                _ => {
                    let word = self.values.value(arg, self.dice);
                    self.words.push(word);
                }
            }
        }
    }

    fn keyword(&mut self, arg: &Arg) {
        if let Some(token) = &arg.token {
            let small = (self.dice)(4) == 0;
            let word = if small { token.to_ascii_lowercase() } else { token.clone() };
            self.words.push(word.into_bytes());
        }
    }
}

fn begins_with_keyword(arg: &Arg) -> bool {
    arg.token.is_some()
        || match &arg.kind {
            Kind::OneOf(args) => args.iter().all(begins_with_keyword),
            Kind::Block(args) => args.first().is_some_and(begins_with_keyword),
            _ => false,
        }
}

/// Changes the words of a request in one place: what a careless or malicious client might send.
pub fn mutate(words: &mut Vec<Vec<u8>>, dice: &mut impl FnMut(u64) -> u64) {
    const ODD: &[&str] = &[
        "",
        "0",
        "-1",
        "+1",
        "01",
        " 1",
        "1.0",
        "1e400",
        "nan",
        "-inf",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551616",
        "*",
        "$",
        "NX",
        "GET",
        "COUNT",
        "LIMIT",
        "STORE",
    ];
    let odd = pick(ODD, dice).as_bytes().to_vec();
    if words.is_empty() {
        words.push(odd);
        return;
    }
    let place = dice(words.len() as u64) as usize;
    match dice(6) {
        0 => {
            words.remove(place);
        }
        1 => words.insert(place, words[place].clone()),
        2 => words[place] = odd,
        3 => words.insert(place, odd),
        4 => {
            let other = dice(words.len() as u64) as usize;
            words.swap(place, other);
        }
        _ => words.truncate(place),
    }
}
