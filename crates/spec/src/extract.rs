//! The keys of one request.

use smallvec::SmallVec;

use crate::command::Facts;
use crate::flag::Flag;
use crate::key::{Begin, Find, KeyFlag, KeyFlags, KeySpec};

/// The words of a request, wherever and however they are stored.
pub trait Words {
    /// How many there are, the name of the command included.
    fn count(&self) -> usize;

    /// The word at `index`, which is below [`count`](Self::count).
    fn word(&self, index: usize) -> &[u8];
}

impl<T: AsRef<[u8]>> Words for &[T] {
    fn count(&self) -> usize {
        self.len()
    }

    fn word(&self, index: usize) -> &[u8] {
        self[index].as_ref()
    }
}

impl<T: AsRef<[u8]>> Words for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn word(&self, index: usize) -> &[u8] {
        self[index].as_ref()
    }
}

/// A key of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRef {
    /// Which word it is.
    pub index: usize,
    /// What the command does to it.
    pub flags: KeyFlags,
}

/// The keys of a request, in the order of the key specs.
pub type Keys = SmallVec<[KeyRef; 6]>;

/// Finds the keys of a request where key specs cannot.
pub type KeyFinder = fn(&dyn Words) -> Result<Keys, KeyError>;

/// Why the keys of a request cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A word that says how many keys there are is not a number, or more than there are words.
    #[error("word {index} is not the number of keys that follow")]
    BadCount {
        /// The word.
        index: usize,
    },
    /// The words do not add up to a request of this command.
    #[error("the arguments leave open which of them are keys")]
    BadArguments,
}

/// What the caller of [`extract`] is after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Keys.
    Keys,
    /// Keys, and the channels that are routed like keys.
    KeysAndChannels,
}

/// Finds the keys of a request of this command.
///
/// A request that is too short for its command's arity has the keys that are there. None found
/// is no error here, although to `COMMAND GETKEYS` it is unless the command has
/// [`Flag::NoMandatoryKeys`]. A number of keys is read as strictly as the command itself reads it,
/// so that an error here means that the command fails, too, and touches nothing.
pub fn extract(facts: &Facts, words: &dyn Words, want: Want) -> Result<Keys, KeyError> {
    if let Some(find) = facts.key_finder {
        return find(words);
    }
    let least = usize::from(!facts.flags.contains(&Flag::NoMandatoryKeys));
    let mut keys = Keys::new();
    for spec in facts.keys {
        if spec.are_keys() || want == Want::KeysAndChannels {
            run(spec, words, least, &mut keys)?;
        }
    }
    Ok(keys)
}

/// Appends the run of keys that one spec describes; if it is counted, at least so many.
fn run(spec: &KeySpec, words: &dyn Words, least: usize, keys: &mut Keys) -> Result<(), KeyError> {
    let count = words.count();
    let Some(begin) = beginning(spec.begin, words).filter(|&begin| begin < count) else {
        return Ok(());
    };
    let (first, end, step) = match spec.find {
        Find::Range { last, step, limit } => (begin, range_end(begin, last, limit, count), step),
        Find::KeyNum { count: at, first, step } => {
            let at = begin + usize::from(at);
            let bad = KeyError::BadCount { index: at };
            if at >= count {
                return Err(bad);
            }
            let wanted = number(words.word(at)).filter(|&wanted| wanted >= least).ok_or(bad)?;
            let first = begin + usize::from(first);
            let span = wanted.saturating_sub(1).saturating_mul(usize::from(step));
            if wanted > 0 && span >= count.saturating_sub(first) {
                return Err(bad);
            }
            (first, if wanted > 0 { first + span + 1 } else { first }, step)
        }
        Find::Unknown => return Ok(()),
    };
    let flags = spec.flags;
    let positions = (first..end.min(count)).step_by(usize::from(step.max(1)));
    keys.extend(positions.map(|index| KeyRef { index, flags }));
    Ok(())
}

/// The word at which a run begins; nothing if its keyword is not there.
fn beginning(begin: Begin, words: &dyn Words) -> Option<usize> {
    match begin {
        Begin::Index(index) => Some(usize::from(index)),
        Begin::Keyword { word, from } => {
            let is_keyword =
                |&index: &usize| words.word(index).eq_ignore_ascii_case(word.as_bytes());
            // The last word introduces nothing, and the first is the command.
            let end = words.count().saturating_sub(1);
            let distance = usize::from(from.unsigned_abs());
            let found = if from >= 0 {
                (distance..end).find(is_keyword)
            } else {
                let start = words.count().saturating_sub(distance);
                (1..=start).rev().filter(|&index| index < end).find(is_keyword)
            };
            found.map(|index| index + 1)
        }
        Begin::Unknown => None,
    }
}

/// One behind the last key of a range.
fn range_end(begin: usize, last: i8, limit: u8, count: usize) -> usize {
    let distance = usize::from(last.unsigned_abs());
    if last >= 0 {
        begin + distance + 1
    } else if last == -1 && limit > 1 {
        begin + (count - begin) / usize::from(limit)
    } else {
        (count + 1).saturating_sub(distance)
    }
}

/// A number of keys: decimal digits and nothing else.
fn number(word: &[u8]) -> Option<usize> {
    let canonical = !word.is_empty()
        && word.iter().all(u8::is_ascii_digit)
        && (word.len() == 1 || word[0] != b'0');
    if !canonical {
        return None;
    }
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// A key at `index` that the command treats like this.
pub(crate) const fn key(index: usize, flags: &[KeyFlag]) -> KeyRef {
    KeyRef { index, flags: KeyFlags::of(flags) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyFlag::*;
    use crate::{Arity, Command, finder};

    const fn command(keys: &'static [KeySpec]) -> Command<()> {
        Command::new("", (), Arity::AtLeast(1)).keys(keys)
    }

    /// Positions of the keys in a request that is written as a line, `""` being an empty word.
    #[track_caller]
    fn check(command: Command<()>, request: &str, expected: &[usize]) {
        assert_eq!(positions(&command, request).unwrap(), expected, "{request}");
    }

    fn positions(command: &Command<()>, request: &str) -> Result<Vec<usize>, KeyError> {
        let words: Vec<&str> = request.split(' ').map(|word| word.trim_matches('"')).collect();
        let keys = extract(&command.facts, &words, Want::KeysAndChannels)?;
        if let crate::KeyLayout::Simple(simple) = command.facts.key_layout() {
            let fast: Vec<usize> = simple.positions(words.len()).collect();
            assert!(keys.iter().map(|key| key.index).eq(fast), "{request}");
        }
        Ok(keys.iter().map(|key| key.index).collect())
    }

    /// What a command does to its keys, as `COMMAND GETKEYSANDFLAGS` prints it.
    fn flags(find: KeyFinder, request: &str) -> Vec<String> {
        let words: Vec<&str> = request.split(' ').map(|word| word.trim_matches('"')).collect();
        let facts = command(&[]).key_finder(find).facts;
        let keys = extract(&facts, &words, Want::Keys).unwrap();
        let flags =
            |key: &KeyRef| key.flags.iter().map(KeyFlag::name).collect::<Vec<_>>().join(" ");
        keys.iter().map(|key| format!("{}: {}", words[key.index], flags(key))).collect()
    }

    const GET: Command<()> = command(&[KeySpec::at(1, &[Ro])]);
    const MSET: Command<()> = command(&[KeySpec::at(1, &[Ow]).every(2)]);
    const BLPOP: Command<()> = command(&[KeySpec::at(1, &[Rw]).to(-2)]);
    const RENAME: Command<()> = command(&[KeySpec::at(1, &[Rw]), KeySpec::at(2, &[Ow])]);
    const STORE: Command<()> = command(&[KeySpec::at(1, &[Ow]), KeySpec::at(2, &[Ro]).to(-1)]);
    const ZUNIONSTORE: Command<()> =
        command(&[KeySpec::at(1, &[Ow]), KeySpec::at(2, &[Ro]).counted()]);
    const EVAL: Command<()> =
        command(&[KeySpec::at(2, &[Rw]).counted()]).flags(&[Flag::NoMandatoryKeys]);
    const XREAD: Command<()> = command(&[KeySpec::behind("STREAMS", 1, &[Ro]).part(2)]);
    const GEORADIUS: Command<()> = command(&[
        KeySpec::at(1, &[Ro]),
        KeySpec::behind("STORE", 6, &[Ow]),
        KeySpec::behind("STOREDIST", 6, &[Ow]),
    ]);

    #[test]
    fn ranges_count_from_the_first_key_or_from_the_end() {
        check(GET, "get a", &[1]);
        check(GET, "get", &[]);
        check(MSET, "mset a 1 b 2", &[1, 3]);
        check(MSET, "mset a 1 b", &[1, 3]);
        check(BLPOP, "blpop a b 0", &[1, 2]);
        check(BLPOP, "blpop a", &[]);
        check(BLPOP, "blpop", &[]);
        check(RENAME, "rename a b", &[1, 2]);
        check(STORE, "sdiffstore a b c", &[1, 2, 3]);
        check(STORE, "sdiffstore a", &[1]);
    }

    #[test]
    fn keywords_are_found_in_any_case_and_the_last_word_is_none() {
        check(XREAD, "xread count 1 Streams a b c d 1 2 3", &[4, 5, 6]);
        check(XREAD, "xread count 1 streams a b c 1 2", &[4, 5]);
        check(XREAD, "xread streams streams a b c", &[2, 3]);
        check(XREAD, "xread count 1 a b", &[]);
        check(XREAD, "xread streams", &[]);
        check(GEORADIUS, "georadius k 1 2 3 m store a storedist b store c", &[1, 7, 9]);
        check(GEORADIUS, "georadius k 1 2 3 m withdist store", &[1]);
        check(GEORADIUS, "georadius k 1 2 3 m store store b", &[1, 7]);
    }

    #[test]
    fn keyword_is_searched_backwards_from_a_negative_place() {
        const MIGRATE: Command<()> = command(&[KeySpec::behind("KEYS", -2, &[Rw]).to(-1)]);
        check(MIGRATE, "migrate keys keys a b", &[3, 4]);
        check(MIGRATE, "migrate a b keys", &[]);
        check(MIGRATE, "keys a", &[]);
        check(MIGRATE, "keys", &[]);
    }

    #[test]
    fn number_of_keys_must_be_one_and_must_fit() {
        check(EVAL, "eval s 0", &[]);
        check(EVAL, "eval s 0 a", &[]);
        check(EVAL, "eval s 2 a b c", &[3, 4]);
        check(EVAL, "eval s", &[]);
        check(ZUNIONSTORE, "zunionstore d 2 a b weights 1 2", &[1, 3, 4]);
        let none = positions(&ZUNIONSTORE, "zunionstore d 0 a");
        assert_eq!(none, Err(KeyError::BadCount { index: 2 }));
        for count in ["3", "-1", "+1", "01", "x", "", "9223372036854775807", "18446744073709551616"]
        {
            let error = positions(&EVAL, &format!("eval s {count} a b")).unwrap_err();
            assert_eq!(error, KeyError::BadCount { index: 2 }, "{count}");
        }
    }

    #[test]
    fn channels_are_no_keys_unless_wanted() {
        const SSUBSCRIBE: Command<()> = command(&[KeySpec::at(1, &[NotKey]).to(-1)]);
        let words = vec!["ssubscribe", "a", "b"];
        assert_eq!(extract(&SSUBSCRIBE.facts, &words, Want::Keys).unwrap().len(), 0);
        check(SSUBSCRIBE, "ssubscribe a b", &[1, 2]);
    }

    #[test]
    fn options_decide_what_happens_to_the_key() {
        assert_eq!(flags(finder::set, "set a b"), ["a: OW update"]);
        assert_eq!(flags(finder::set, "set a get"), ["a: OW update"]);
        assert_eq!(flags(finder::set, "set a b nx Get"), ["a: RW access update"]);
        assert_eq!(flags(finder::bitfield, "bitfield a"), ["a: RO access"]);
        assert_eq!(flags(finder::bitfield, "bitfield a get u8 0 GET u8 1"), ["a: RO access"]);
        assert_eq!(flags(finder::bitfield, "bitfield a overflow sat"), ["a: RO access"]);
        let writing = ["overflow sat set u8 0 1", "get u8", "get u8 0 overflow", "nonsense"];
        for rest in writing {
            let flags = flags(finder::bitfield, &format!("bitfield a {rest}"));
            assert_eq!(flags, ["a: RW access update"], "{rest}");
        }
    }

    #[test]
    fn sort_stores_where_the_last_store_says() {
        assert_eq!(flags(finder::sort, "sort k"), ["k: RO access"]);
        assert_eq!(flags(finder::sort, "sort k store"), ["k: RO access"]);
        for request in ["sort k limit store 2 store x", "sort k by store get store store y store x"]
        {
            assert_eq!(flags(finder::sort, request), ["k: RO access", "x: OW update"]);
        }
        assert_eq!(flags(finder::sort, "sort"), [""; 0]);
        assert_eq!(flags(finder::sort_ro, "sort_ro k store x"), ["k: RO access"]);
    }

    #[test]
    fn migrate_has_one_key_or_those_behind_keys() {
        let moved = |key: &str| format!("{key}: RW access delete");
        assert_eq!(flags(finder::migrate, "migrate h p k 0 1"), [moved("k")]);
        let several = [moved("a"), moved("b")];
        assert_eq!(flags(finder::migrate, "migrate h p \"\" 0 1 keys a b"), several);
        assert_eq!(flags(finder::migrate, "migrate h p \"\" 0 1 auth keys keys a b"), several);
        assert_eq!(flags(finder::migrate, "migrate h p \"\" 0 1 auth2 u keys keys a b"), several);
        let both = ["migrate", "h", "p", "k", "0", "1", "keys", "a"];
        assert_eq!(finder::migrate(&both.to_vec()), Err(KeyError::BadArguments));
    }
}
