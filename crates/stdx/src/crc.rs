//! Two checksums that are part of formats.
//!
//! [`crc16`] maps keys to the slots of a cluster: CRC-16/XMODEM, polynomial 0x1021. Keys are short,
//! so what counts is that no byte waits for the one before it: eight tables, 4 KiB in all, say what
//! a byte contributes from each of eight places, and eight lookups are done at once.
//!
//! [`crc64`] guards whole files and dumped values: CRC-64/Jones, polynomial 0xad93d23594c935a9,
//! bits reflected, no inversion. Gigabytes go through it, hence carry-less multiplication over wide
//! registers, which is in the crate `crc-fast`.

use crc_fast::{CrcAlgorithm, Digest};

/// `TABLES[k][b]` is the checksum of the byte `b` followed by `k` zeros.
static TABLES: [[u16; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = crc << 1 ^ if crc >> 15 == 1 { 0x1021 } else { 0 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut zeros = 1;
    while zeros < 8 {
        let mut byte = 0;
        while byte < 256 {
            let shorter = tables[zeros - 1][byte];
            tables[zeros][byte] = shorter << 8 ^ tables[0][(shorter >> 8) as usize];
            byte += 1;
        }
        zeros += 1;
    }
    tables
};

/// Returns the CRC-16/XMODEM of the bytes.
#[inline]
pub fn crc16(bytes: &[u8]) -> u16 {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut crc = 0_u16;
    for chunk in chunks {
        // The checksum so far is combined with the first two bytes, as a shift register would.
        let [high, low] = crc.to_be_bytes();
        crc = TABLES[7][usize::from(chunk[0] ^ high)]
            ^ TABLES[6][usize::from(chunk[1] ^ low)]
            ^ TABLES[5][usize::from(chunk[2])]
            ^ TABLES[4][usize::from(chunk[3])]
            ^ TABLES[3][usize::from(chunk[4])]
            ^ TABLES[2][usize::from(chunk[5])]
            ^ TABLES[1][usize::from(chunk[6])]
            ^ TABLES[0][usize::from(chunk[7])];
    }
    for &byte in rest {
        let [high, low] = crc.to_be_bytes();
        crc = u16::from(low) << 8 ^ TABLES[0][usize::from(byte ^ high)];
    }
    crc
}

/// Returns the CRC-64/Jones of bytes that follow others whose checksum is given; of the bytes
/// alone, if that is zero.
#[inline]
pub fn crc64(before: u64, bytes: &[u8]) -> u64 {
    let mut digest = Digest::new_with_init_state(CrcAlgorithm::Crc64Redis, before);
    digest.update(bytes);
    digest.finalize()
}

/// A CRC-64/Jones of bytes that come in pieces.
#[derive(Debug, Clone)]
pub struct Crc64 {
    digest: Digest,
}

impl Crc64 {
    /// Starts with no bytes, whose checksum is zero.
    pub fn new() -> Self {
        Self::resume(0)
    }

    /// Goes on after bytes whose checksum is known.
    pub fn resume(value: u64) -> Self {
        Self { digest: Digest::new_with_init_state(CrcAlgorithm::Crc64Redis, value) }
    }

    /// Takes in the next bytes.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
    }

    /// Returns the checksum of the bytes so far.
    #[inline]
    pub fn value(&self) -> u64 {
        self.digest.finalize()
    }
}

impl Default for Crc64 {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough bytes, without pattern, for every way that depends on the length.
    fn bytes() -> Vec<u8> {
        (0_u32..2000).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
    }

    #[test]
    fn check_values_are_those_of_the_catalogue() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!(crc64(0, b"123456789"), 0xE9C6_D914_C4B8_D9CA);
        assert_eq!((crc16(b""), crc64(0, b"")), (0, 0));
    }

    #[test]
    fn checksums_of_every_length_agree_with_another_implementation() {
        let xmodem = crc::Crc::<u16>::new(&crc::CRC_16_XMODEM);
        let jones = crc::Crc::<u64>::new(&crc::CRC_64_REDIS);
        let bytes = bytes();
        for len in (0..300).chain([511, 512, 1000, 1023, 1024, 2000]) {
            for start in [0, 1, 3] {
                let piece = &bytes[start.min(len)..len];
                assert_eq!(crc16(piece), xmodem.checksum(piece), "{len}");
                assert_eq!(crc64(0, piece), jones.checksum(piece), "{len}");
            }
        }
    }

    #[test]
    fn checksum_does_not_depend_on_the_pieces() {
        let bytes = bytes();
        let whole = crc64(0, &bytes);
        for at in [0, 1, 7, 16, 100, 255, 256, 1999, 2000] {
            let (head, tail) = bytes.split_at(at);
            assert_eq!(crc64(crc64(0, head), tail), whole, "{at}");
            let mut resumed = Crc64::resume(crc64(0, head));
            resumed.update(tail);
            assert_eq!(resumed.value(), whole, "{at}");
        }
        let mut crc = Crc64::new();
        for piece in bytes.chunks(13) {
            crc.update(piece);
        }
        assert_eq!(crc.value(), whole);
    }
}
