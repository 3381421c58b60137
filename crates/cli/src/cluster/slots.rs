//! Sets of slots, and the slot of a key.

use std::collections::BTreeSet;

use crc::{CRC_16_XMODEM, Crc};

/// The slots of a cluster.
pub(crate) const SLOTS: u16 = 16_384;

const CRC16: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);

/// Returns the slot of a key: of the part in the first braces, if that is not empty.
pub(crate) fn slot_of(key: &[u8]) -> u16 {
    let tag = key.iter().position(|byte| *byte == b'{').and_then(|open| {
        let inside = &key[open + 1..];
        let close = inside.iter().position(|byte| *byte == b'}')?;
        (close > 0).then(|| &inside[..close])
    });
    CRC16.checksum(tag.unwrap_or(key)) % SLOTS
}

/// Returns first and last of each run of slots.
pub(super) fn runs(slots: &BTreeSet<u16>) -> Vec<(u16, u16)> {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for &slot in slots {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == slot => *last = slot,
            _ => runs.push((slot, slot)),
        }
    }
    runs
}

/// Returns slots as people read them: `[0-5460],[7]`.
pub(super) fn shown(slots: &BTreeSet<u16>) -> String {
    let runs = runs(slots).into_iter().map(|(first, last)| {
        if first == last { format!("[{first}]") } else { format!("[{first}-{last}]") }
    });
    runs.collect::<Vec<_>>().join(",")
}

/// Reads `0-5460` or `7`.
pub(super) fn parse_run(text: &str) -> Option<std::ops::RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let run = first.parse().ok()?..=last.parse().ok()?;
    (*run.end() < SLOTS).then_some(run)
}

#[cfg(test)]
mod tests {
    use super::{parse_run, runs, shown, slot_of};

    #[test]
    fn keys_have_the_slots_that_servers_give_them() {
        for (key, slot) in
            [("foo", 12182), ("{foo}x", 12182), ("{}foo", 9500), ("", 0), ("123456789", 12739)]
        {
            assert_eq!(slot_of(key.as_bytes()), slot, "{key}");
        }
    }

    #[test]
    fn runs_are_written_and_read() {
        let slots = [0, 1, 2, 7, 9, 10].into_iter().collect();
        assert_eq!(runs(&slots), [(0, 2), (7, 7), (9, 10)]);
        assert_eq!(shown(&slots), "[0-2],[7],[9-10]");
        assert_eq!(parse_run("3-5"), Some(3..=5));
        assert_eq!(parse_run("16384"), None);
    }
}
