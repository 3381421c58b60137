//! Which changes of keys are published.

use super::{Mode, Rewriting, Setting};
use crate::error::ValueError;

/// A set of event classes, and of channels to publish them on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NotifyKeyspaceEvents(u16);

/// The classes and their letters, in the order in which they are written. `A` stands for the first
/// ten together.
const LETTERS: &[(char, NotifyKeyspaceEvents)] = &[
    ('g', NotifyKeyspaceEvents::GENERIC),
    ('$', NotifyKeyspaceEvents::STRING),
    ('l', NotifyKeyspaceEvents::LIST),
    ('s', NotifyKeyspaceEvents::SET),
    ('h', NotifyKeyspaceEvents::HASH),
    ('z', NotifyKeyspaceEvents::SORTED_SET),
    ('x', NotifyKeyspaceEvents::EXPIRED),
    ('e', NotifyKeyspaceEvents::EVICTED),
    ('t', NotifyKeyspaceEvents::STREAM),
    ('d', NotifyKeyspaceEvents::MODULE),
    ('n', NotifyKeyspaceEvents::NEW),
    ('K', NotifyKeyspaceEvents::KEYSPACE),
    ('E', NotifyKeyspaceEvents::KEYEVENT),
    ('m', NotifyKeyspaceEvents::KEY_MISS),
];

impl NotifyKeyspaceEvents {
    /// Nothing is published.
    pub const NONE: Self = Self(0);
    /// On a channel for each key.
    pub const KEYSPACE: Self = Self(1 << 0);
    /// On a channel for each event.
    pub const KEYEVENT: Self = Self(1 << 1);
    /// Events of every type, such as `DEL` and `RENAME`.
    pub const GENERIC: Self = Self(1 << 2);
    /// Events of strings.
    pub const STRING: Self = Self(1 << 3);
    /// Events of lists.
    pub const LIST: Self = Self(1 << 4);
    /// Events of sets.
    pub const SET: Self = Self(1 << 5);
    /// Events of hashes.
    pub const HASH: Self = Self(1 << 6);
    /// Events of sorted sets.
    pub const SORTED_SET: Self = Self(1 << 7);
    /// A key has expired.
    pub const EXPIRED: Self = Self(1 << 8);
    /// A key was evicted.
    pub const EVICTED: Self = Self(1 << 9);
    /// Events of streams.
    pub const STREAM: Self = Self(1 << 10);
    /// A key was looked for in vain.
    pub const KEY_MISS: Self = Self(1 << 11);
    /// Events of module types.
    pub const MODULE: Self = Self(1 << 12);
    /// A key has come into being.
    pub const NEW: Self = Self(1 << 13);
    /// What `A` stands for: all classes but misses and new keys.
    pub const ALL: Self = Self(
        Self::GENERIC.0
            | Self::STRING.0
            | Self::LIST.0
            | Self::SET.0
            | Self::HASH.0
            | Self::SORTED_SET.0
            | Self::EXPIRED.0
            | Self::EVICTED.0
            | Self::STREAM.0
            | Self::MODULE.0,
    );

    /// Returns both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Tells whether all of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Tells whether anything of `other` is in this set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Reads a set from its letters, in any order.
    pub fn from_letters(letters: &[u8]) -> Option<Self> {
        letters.iter().try_fold(Self::NONE, |set, letter| {
            if *letter == b'A' {
                return Some(set.union(Self::ALL));
            }
            let class = LETTERS.iter().find(|(known, _)| *known == char::from(*letter));
            class.map(|(_, class)| set.union(*class))
        })
    }

    /// Writes the set in letters, in the one order that clients see.
    ///
    /// Unlike the reference, `A` does not swallow `n`: the set survives being written and read.
    pub fn letters(self) -> String {
        let mut letters = String::new();
        let all = self.contains(Self::ALL);
        if all {
            letters.push('A');
        }
        for (letter, class) in LETTERS {
            if self.contains(*class) && !(all && Self::ALL.contains(*class)) {
                letters.push(*letter);
            }
        }
        letters
    }
}

impl Setting for NotifyKeyspaceEvents {
    fn parse(&mut self, words: &[&[u8]], _mode: Mode) -> Result<(), ValueError> {
        const INVALID: ValueError =
            ValueError::Invalid("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
        let [letters] = words else { return Err(ValueError::WordCount) };
        *self = Self::from_letters(letters).ok_or(INVALID)?;
        Ok(())
    }

    fn text(&self) -> Vec<u8> {
        self.letters().into_bytes()
    }

    fn lines(&self, _: &Rewriting<'_>) -> Vec<String> {
        vec![format!("\"{}\"", self.letters())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_back_in_the_order_that_clients_know() {
        let check = |letters: &str, expected: &str| {
            let set = NotifyKeyspaceEvents::from_letters(letters.as_bytes()).expect(letters);
            assert_eq!(set.letters(), expected, "{letters:?}");
            assert_eq!(NotifyKeyspaceEvents::from_letters(expected.as_bytes()), Some(set));
        };
        // Recorded from the reference.
        check("", "");
        check("KEA", "AKE");
        check("g$lshztxed", "A");
        check("KA", "AK");
        check("nm", "nm");
        check("KEnmd", "dnKEm");
        check("Kn", "nK");
        check("g$lshzt", "g$lshzt");
        check("g$lshztxedm", "Am");
        check("xx", "x");
        check("KEg$lshzxet", "g$lshzxetKE");
        // Here the reference forgets the n.
        check("AKEnm", "AnKEm");
        assert_eq!(NotifyKeyspaceEvents::from_letters(b"Q"), None);
        assert_eq!(NotifyKeyspaceEvents::from_letters(b"K E"), None);
    }
}
