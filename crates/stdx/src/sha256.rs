//! SHA-256, as which passwords are stored.

use sha2::{Digest, Sha256};

use crate::hex;

/// Returns the digest in lower-case hexadecimal.
pub fn hex_digest(bytes: &[u8]) -> [u8; 64] {
    hex::array(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(
            &hex_digest(b"abc"),
            b"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            &hex_digest(b""),
            b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
