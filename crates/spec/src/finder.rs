//! The commands whose keys no key spec describes.
//!
//! What `SET` and `BITFIELD` do to their key depends on their options; `SORT` may have its `STORE`
//! anywhere, and the last one counts; `MIGRATE` has its key at one of two places.

use crate::extract::{KeyError, Keys, Words, key};
use crate::key::KeyFlag::{Access, Delete, Ow, Ro, Rw, Update};

/// The key of `SET`, which is read under `GET` only.
pub fn set(words: &dyn Words) -> Result<Keys, KeyError> {
    let gets = (3..words.count()).any(|index| is(words, index, "GET"));
    let key = if gets { key(1, &[Rw, Access, Update]) } else { key(1, &[Ow, Update]) };
    Ok([key].into_iter().filter(|key| key.index < words.count()).collect())
}

/// The key of `BITFIELD`, which is written by everything but `GET`.
pub fn bitfield(words: &dyn Words) -> Result<Keys, KeyError> {
    let count = words.count();
    let mut index = 2;
    let mut writes = false;
    while index < count && !writes {
        // A subcommand with too few arguments, or an unknown one, is an error of the command
        // itself; until then the worst is assumed.
        if is(words, index, "GET") && index + 2 < count {
            index += 3;
        } else if is(words, index, "OVERFLOW") && index + 1 < count {
            index += 2;
        } else {
            writes = true;
        }
    }
    let key = if writes { key(1, &[Rw, Access, Update]) } else { key(1, &[Ro, Access]) };
    Ok([key].into_iter().filter(|key| key.index < count).collect())
}

/// The keys of `SORT`: the one that is sorted, and the one that the last `STORE` names.
///
/// The keys that `BY` and `GET` build from what they find in the first cannot be told from the
/// request.
pub fn sort(words: &dyn Words) -> Result<Keys, KeyError> {
    let count = words.count();
    let mut target = None;
    let mut index = 2;
    while index < count {
        if is(words, index, "LIMIT") {
            index += 2;
        } else if is(words, index, "GET") || is(words, index, "BY") {
            index += 1;
        } else if is(words, index, "STORE") && index + 1 < count {
            index += 1;
            target = Some(key(index, &[Ow, Update]));
        }
        index += 1;
    }
    let source = (count > 1).then(|| key(1, &[Ro, Access]));
    Ok(source.into_iter().chain(target).collect())
}

/// The key of `SORT_RO`, which has no `STORE`.
pub fn sort_ro(words: &dyn Words) -> Result<Keys, KeyError> {
    Ok((words.count() > 1).then(|| key(1, &[Ro, Access])).into_iter().collect())
}

/// The keys of `MIGRATE`: one among the positional arguments, or, if that is empty, those behind
/// `KEYS`.
pub fn migrate(words: &dyn Words) -> Result<Keys, KeyError> {
    let count = words.count();
    let mut index = 6;
    while index < count {
        if is(words, index, "KEYS") && index + 1 < count {
            if !words.word(3).is_empty() {
                return Err(KeyError::BadArguments);
            }
            return Ok((index + 1..count).map(|at| key(at, &[Rw, Access, Delete])).collect());
        }
        // Passwords and user names may look like keywords.
        if is(words, index, "AUTH") {
            index += 1;
        } else if is(words, index, "AUTH2") {
            index += 2;
        }
        index += 1;
    }
    Ok((count > 3).then(|| key(3, &[Rw, Access, Delete])).into_iter().collect())
}

/// Is this word the keyword, in whatever case?
fn is(words: &dyn Words, index: usize, keyword: &str) -> bool {
    words.word(index).eq_ignore_ascii_case(keyword.as_bytes())
}
