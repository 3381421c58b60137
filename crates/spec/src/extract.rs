//! The keys of one request.

use smallvec::SmallVec;

use crate::command::Facts;
use crate::key::{Begin, Find, KeyFlag, KeyFlags, KeySpec};

/// The words of a request, wherever and however they are stored.
pub trait Words {
    /// How many there are, the name of the command included.
    fn count(&self) -> usize;

    /// The word at `index`, which is below [`count`](Self::count).
    fn word(&self, index: usize) -> &[u8];
}

impl<T: AsRef<[u8]>> Words for [T] {
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
/// [`Flag::NoMandatoryKeys`](crate::Flag::NoMandatoryKeys).
pub fn extract(facts: &Facts, words: &dyn Words, want: Want) -> Result<Keys, KeyError> {
    if let Some(find) = facts.key_finder {
        return find(words);
    }
    let mut keys = Keys::new();
    for spec in facts.keys {
        if spec.are_keys() || want == Want::KeysAndChannels {
            run(spec, words, &mut keys)?;
        }
    }
    Ok(keys)
}

/// Appends the run of keys that one spec describes.
fn run(spec: &KeySpec, words: &dyn Words, keys: &mut Keys) -> Result<(), KeyError> {
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
            let wanted = number(words.word(at)).ok_or(bad)?;
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
