//! From a name to a number, in a few nanoseconds and in any case.
//!
//! Every request passes here once. Nearly all names have at most 16 bytes, so a name is read as
//! two words, folded to capitals in registers, and compared as two words; nothing is hashed byte
//! by byte and no string is looked at. Only longer names (few commands, but administrators rename
//! commands to long secrets) are compared in full as well.
//!
//! # Layout
//!
//! An open-addressed array of 24-byte slots, a power of two and at most an eighth full, searched
//! linearly. It is built once and never changes.
//!
//! ```text
//! name of 1..=3 bytes    head: first, middle and last byte            tail: 0
//! name of 4..=8 bytes    head: first four and last four bytes         tail: 0
//! longer                 head: first eight bytes                      tail: last eight
//! ```
//!
//! Together with the length, which is compared too, head and tail determine a name of up to 16
//! bytes: where the pieces overlap they agree, and where they do not they cover everything.

/// A name as two folded words and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Digest {
    head: u64,
    tail: u64,
    len: u32,
}

impl Digest {
    /// Names longer than this are not determined by their digest.
    const EXACT: usize = 16;

    #[inline]
    fn of(name: &[u8]) -> Self {
        let (head, tail) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
            (Some(&first), Some(&last)) if name.len() > 8 => {
                (u64::from_le_bytes(first), u64::from_le_bytes(last))
            }
            _ => (short(name), 0),
        };
        // Names beyond four gigabytes do not occur; if they did, they would be compared in full.
        Self { head: to_capitals(head), tail: to_capitals(tail), len: name.len() as u32 }
    }

    /// Spreads the digest over the upper bits.
    #[inline]
    fn hash(self) -> u64 {
        // An odd number with bits everywhere: 2^64 divided by the golden ratio.
        const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
        (self.head ^ self.tail.rotate_left(29) ^ u64::from(self.len)).wrapping_mul(SPREAD)
    }
}

/// The head of a name of at most eight bytes.
#[inline]
fn short(name: &[u8]) -> u64 {
    if let (Some(&first), Some(&last)) = (name.first_chunk::<4>(), name.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(first)) | u64::from(u32::from_le_bytes(last)) << 32
    } else {
        match *name {
            [] => 0,
            [only] => u64::from_le_bytes([only, only, only, 0, 0, 0, 0, 0]),
            [first, last] => u64::from_le_bytes([first, last, last, 0, 0, 0, 0, 0]),
            [first, middle, last, ..] => u64::from_le_bytes([first, middle, last, 0, 0, 0, 0, 0]),
        }
    }
}

/// Turns the lower-case ASCII letters among eight bytes into capitals.
#[inline]
const fn to_capitals(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    // The sums stay below 256 per byte, since the high bit of each is cleared before.
    let low = bytes & !HIGH;
    let from_a = low + (0x80 - b'a' as u64) * EACH;
    let beyond_z = low + (0x7f - b'z' as u64) * EACH;
    let lower = from_a & !beyond_z & !bytes & HIGH;
    bytes ^ lower >> 2
}

/// One place of the array.
#[derive(Debug, Clone, Copy)]
struct Slot {
    digest: Digest,
    value: u16,
    /// Where the whole name is, if it is too long for the digest.
    long: u16,
}

/// The slot in which nothing is: no name that is looked up has the length 0.
const EMPTY: Slot = Slot { digest: Digest { head: 0, tail: 0, len: 0 }, value: 0, long: 0 };

/// A fixed map from names to numbers that ignores the case of ASCII letters.
#[derive(Debug)]
pub(crate) struct Index {
    slots: Box<[Slot]>,
    /// How far a hash is shifted to become a place in `slots`.
    shift: u32,
    long: Vec<Box<[u8]>>,
}

impl Index {
    /// Builds the map. Of two equal names the first wins.
    pub(crate) fn new<N: AsRef<[u8]>>(entries: &[(N, u16)]) -> Self {
        let size = (8 * entries.len()).next_power_of_two().max(4);
        let mut index = Self {
            slots: vec![EMPTY; size].into_boxed_slice(),
            shift: 64 - size.trailing_zeros(),
            long: Vec::new(),
        };
        for (name, value) in entries {
            index.insert(name.as_ref(), *value);
        }
        index
    }

    fn insert(&mut self, name: &[u8], value: u16) {
        let digest = Digest::of(name);
        if name.is_empty() || self.find(name).is_some() {
            return;
        }
        let long = self.long.len() as u16;
        if name.len() > Digest::EXACT {
            self.long.push(name.into());
        }
        let mut place = self.home(digest);
        while self.slots[place].digest.len != 0 {
            place = self.next(place);
        }
        self.slots[place] = Slot { digest, value, long };
    }

    /// The number of this name.
    #[inline]
    pub(crate) fn find(&self, name: &[u8]) -> Option<u16> {
        let digest = Digest::of(name);
        let mut place = self.home(digest);
        loop {
            let slot = &self.slots[place];
            if slot.digest.len == 0 {
                return None;
            }
            if slot.digest == digest && (name.len() <= Digest::EXACT || self.agrees(slot, name)) {
                return Some(slot.value);
            }
            place = self.next(place);
        }
    }

    /// Is this the name in the slot, given that their digests are equal?
    #[cold]
    fn agrees(&self, slot: &Slot, name: &[u8]) -> bool {
        self.long[usize::from(slot.long)].eq_ignore_ascii_case(name)
    }

    #[inline]
    fn home(&self, digest: Digest) -> usize {
        (digest.hash() >> self.shift) as usize
    }

    #[inline]
    fn next(&self, place: usize) -> usize {
        (place + 1) & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_capitals_and_nothing_else_changes() {
        for byte in 0..=u8::MAX {
            for neighbour in [0, b'a', b'z', 0x7f, 0x80, 0xff] {
                let mut bytes = [neighbour; 8];
                bytes[3] = byte;
                let folded = to_capitals(u64::from_le_bytes(bytes)).to_le_bytes();
                assert_eq!(folded, bytes.map(|byte| byte.to_ascii_uppercase()), "{byte}");
            }
        }
    }

    #[test]
    fn every_prefix_of_a_long_name_is_a_name_of_its_own() {
        let whole = b"IS-MASTER-DOWN-BY-ADDR-AND-WHATEVER-ELSE";
        let entries: Vec<_> =
            (1..=whole.len()).map(|len| (&whole[..len], u16::try_from(len).unwrap())).collect();
        let index = Index::new(&entries);
        for (name, len) in entries {
            assert_eq!(index.find(name), Some(len));
            assert_eq!(index.find(&name.to_ascii_lowercase()), Some(len));
        }
    }

    #[test]
    fn a_name_that_differs_in_one_byte_is_unknown() {
        for name in ["A", "GE", "GET", "MGET", "HGETALL", "SINTERCARD", "GEORADIUSBYMEMBER_RO"] {
            let index = Index::new(&[(name, 7)]);
            for position in 0..name.len() {
                let mut other = name.as_bytes().to_vec();
                other[position] ^= 1;
                assert_eq!(index.find(&other), None, "{name} at {position}");
                other[position] ^= 0x81;
                assert_eq!(index.find(&other), None, "{name} at {position}");
            }
            assert_eq!(index.find(b""), None);
            assert_eq!(index.find(format!("{name}\0").as_bytes()), None);
        }
    }

    #[test]
    fn of_two_equal_names_the_first_wins() {
        let index = Index::new(&[("get", 1), ("GET", 2), ("", 3)]);
        assert_eq!(index.find(b"Get"), Some(1));
        assert_eq!(index.find(b""), None);
    }
}
