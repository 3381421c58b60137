//! Where the keys of a request are, and what the command does to them.
//!
//! A [`KeySpec`] finds one run of keys in two steps: where it begins (at a fixed word, or behind a
//! keyword) and how it goes on (to a given word, or for as many as a word says). Proxies and
//! cluster clients evaluate the same specs, which `COMMAND INFO` prints, so a spec may only say
//! what they understand. What it cannot say is left to a [`KeyFinder`](crate::KeyFinder).
//!
//! Most commands have their keys at fixed distances from both ends of the request. For them a
//! [`SimpleKeys`] of three bytes is computed once, and no spec is looked at again.

use crate::bits::bits;

bits! {
    /// A property of a run of keys.
    enum KeyFlag;
    /// A set of key flags.
    set KeyFlags;

    /// Reads the value, or facts about it, and changes nothing.
    Ro = "RO",
    /// Changes the value, and what it becomes depends on what it was.
    Rw = "RW",
    /// Replaces the value, whatever it was.
    Ow = "OW",
    /// Removes the key, whatever it was.
    Rm = "RM",
    /// The reply, or another key, depends on the data inside the value.
    Access = "access",
    /// Changes data inside the value.
    Update = "update",
    /// Adds data and leaves the existing as it is.
    Insert = "insert",
    /// Removes data, by its own decision and not as a side effect.
    Delete = "delete",
    /// Not a key, but routed like one: the channels of sharded pub/sub.
    NotKey = "not_key",
    /// There may be keys that the spec does not find.
    Incomplete = "incomplete",
    /// What happens to the keys depends on other arguments.
    VariableFlags = "variable_flags",
}

impl KeyFlags {
    /// May the command change the key? (What ACLs call writing.)
    #[inline]
    pub const fn writes(self) -> bool {
        self.intersects(Self::of(&[KeyFlag::Insert, KeyFlag::Delete, KeyFlag::Update]))
    }

    /// Can the command reveal what is inside the value? (What ACLs call reading.)
    #[inline]
    pub const fn reads(self) -> bool {
        self.has(KeyFlag::Access)
    }
}

/// Where a run of keys begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// At this word; the name of the command is word 0.
    Index(u8),
    /// Behind a keyword, which is matched in any case.
    Keyword {
        /// The keyword.
        word: &'static str,
        /// The first word that may be the keyword. A negative number counts from the end (-1 is
        /// the last word), and the search then goes backwards.
        from: i8,
    },
    /// Somewhere.
    Unknown,
}

/// How a run of keys goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Find {
    /// Up to a given word.
    Range {
        /// The last key: counted from the first if not negative, from the end (-1 is the last
        /// word) if negative.
        last: i8,
        /// The distance between keys.
        step: u8,
        /// If `last` is -1, the part of the remaining words that are keys: 2 stands for one half.
        /// 0 and 1 stand for all.
        limit: u8,
    },
    /// For as many keys as a word says.
    KeyNum {
        /// The word with the number, counted from the beginning.
        count: u8,
        /// The first key, counted from the beginning.
        first: u8,
        /// The distance between keys.
        step: u8,
    },
    /// Somehow.
    Unknown,
}

/// A run of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySpec {
    /// Where it begins.
    pub begin: Begin,
    /// How it goes on.
    pub find: Find,
    /// What the command does to these keys.
    pub flags: KeyFlags,
    /// What the flags cannot say; mostly empty.
    pub notes: &'static str,
}

impl KeySpec {
    /// One key at this word; the methods below make more of it.
    pub const fn at(index: u8, flags: &[KeyFlag]) -> Self {
        Self::new(Begin::Index(index), flags)
    }

    /// One key behind a keyword.
    pub const fn behind(word: &'static str, from: i8, flags: &[KeyFlag]) -> Self {
        Self::new(Begin::Keyword { word, from }, flags)
    }

    /// Keys that only the command itself can find.
    pub const fn unknown(flags: &[KeyFlag]) -> Self {
        let spec = Self::new(Begin::Unknown, flags);
        Self { find: Find::Unknown, ..spec }
    }

    const fn new(begin: Begin, flags: &[KeyFlag]) -> Self {
        let find = Find::Range { last: 0, step: 1, limit: 0 };
        Self { begin, find, flags: KeyFlags::of(flags), notes: "" }
    }

    /// Goes on to `last`, which counts from the first key or, if negative, from the end.
    #[must_use]
    pub const fn to(self, last: i8) -> Self {
        Self { find: Find::Range { last, step: 1, limit: 0 }, ..self }
    }

    /// Goes on to the last word, every `step`th word being a key.
    #[must_use]
    pub const fn every(self, step: u8) -> Self {
        Self { find: Find::Range { last: -1, step, limit: 0 }, ..self }
    }

    /// Takes the first of `limit` equal parts of the remaining words.
    #[must_use]
    pub const fn part(self, limit: u8) -> Self {
        Self { find: Find::Range { last: -1, step: 1, limit }, ..self }
    }

    /// Begins with the number of keys, which follow at once.
    #[must_use]
    pub const fn counted(self) -> Self {
        Self { find: Find::KeyNum { count: 0, first: 1, step: 1 }, ..self }
    }

    /// Adds a note.
    #[must_use]
    pub const fn notes(self, notes: &'static str) -> Self {
        Self { notes, ..self }
    }

    /// May the command change these keys?
    pub const fn writes(&self) -> bool {
        self.flags.writes()
    }

    /// Are these keys, rather than channels that are routed like keys?
    pub const fn are_keys(&self) -> bool {
        !self.flags.has(KeyFlag::NotKey)
    }

    /// Must the request be searched for the keys of these specs?
    pub(crate) const fn are_movable(specs: &[Self]) -> bool {
        let mut index = 0;
        while index < specs.len() {
            match (specs[index].begin, specs[index].find) {
                (Begin::Index(_), Find::Range { .. }) => index += 1,
                _ => return true,
            }
        }
        false
    }

    /// What the specs come to in the older notation: first key, last key (negative if counted
    /// from the end), step; all zero if no key is at a fixed place.
    pub(crate) fn range_of(specs: &[Self]) -> (i64, i64, i64) {
        Self::merge(specs).0.unwrap_or_default()
    }

    /// Joins neighbouring runs (source, destination) at fixed places into one. Also tells whether
    /// that covers all of the specs.
    fn merge(specs: &[Self]) -> (Option<(i64, i64, i64)>, bool) {
        let mut whole = None;
        let mut complete = true;
        for spec in specs {
            let (Begin::Index(first), Find::Range { last, step, limit: 0 | 1 }) =
                (spec.begin, spec.find)
            else {
                complete = false;
                continue;
            };
            let (first, step) = (i64::from(first), i64::from(step));
            let last = if last < 0 { i64::from(last) } else { first + i64::from(last) };
            match &mut whole {
                None => whole = Some((first, last, step)),
                Some((_, end, 1)) if step == 1 && *end >= 0 && *end + 1 == first => *end = last,
                Some(_) => complete = false,
            }
        }
        (whole, complete)
    }
}

/// Keys at fixed distances from both ends of a request, all treated alike by those who ask for
/// positions only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimpleKeys {
    /// The first key; word 0 is the name of the command.
    pub first: u8,
    /// The last key; negative if counted from the end.
    pub last: i8,
    /// The distance between keys.
    pub step: u8,
}

impl SimpleKeys {
    /// The positions of the keys in a request of so many words.
    #[inline]
    pub fn positions(self, words: usize) -> impl Iterator<Item = usize> {
        let end = if self.last < 0 {
            // One behind the last key.
            (words + 1).saturating_sub(usize::from(self.last.unsigned_abs()))
        } else {
            words.min(usize::from(self.last.unsigned_abs()) + 1)
        };
        (usize::from(self.first)..end).step_by(usize::from(self.step.max(1)))
    }
}

/// How the keys of a command are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyLayout {
    /// It has none.
    None,
    /// At fixed places.
    Simple(SimpleKeys),
    /// By [`extract`](crate::extract).
    Search,
}

impl KeyLayout {
    pub(crate) fn of(specs: &[KeySpec]) -> Self {
        let (Some((first, last, step)), complete) = KeySpec::merge(specs) else {
            return if specs.is_empty() { Self::None } else { Self::Search };
        };
        // Channels are no keys, but whoever routes requests must see them: let them search.
        if !complete || !specs.iter().all(KeySpec::are_keys) {
            return Self::Search;
        }
        match (u8::try_from(first), i8::try_from(last), u8::try_from(step)) {
            (Ok(first), Ok(last), Ok(step)) => Self::Simple(SimpleKeys { first, last, step }),
            _ => Self::Search,
        }
    }
}
