//! Keys for a cluster: `{tag}` becomes a tag whose slot the addressed node serves.

use stdx::crc::crc16;

/// Number of slots.
pub const SLOTS: usize = 16_384;

/// A tag for each slot, three characters long, so that it fits where `{tag}` stands.
#[derive(Clone, Debug)]
pub struct Tags {
    tags: Vec<[u8; 3]>,
}

impl Tags {
    /// Finds them; this takes some milliseconds.
    pub fn new() -> Self {
        const LETTERS: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut tags = vec![[0; 3]; SLOTS];
        for first in LETTERS {
            for second in LETTERS {
                for third in LETTERS {
                    let tag = [*first, *second, *third];
                    let place = &mut tags[usize::from(crc16(&tag)) % SLOTS];
                    if *place == [0; 3] {
                        *place = tag;
                    }
                }
            }
        }
        Self { tags }
    }

    /// Returns the tag of a slot.
    pub fn tag(&self, slot: u16) -> [u8; 3] {
        self.tags[usize::from(slot) % SLOTS]
    }
}

impl Default for Tags {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_has_a_tag() {
        let tags = Tags::new();
        for slot in 0..SLOTS as u16 {
            let tag = tags.tag(slot);
            assert!(tag.is_ascii() && tag[0] != 0, "{slot}");
            assert_eq!(crc16(&tag) % SLOTS as u16, slot);
        }
    }
}
