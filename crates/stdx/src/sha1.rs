//! SHA-1, by which scripts are named.
//!
//! As a name it is protocol, and good enough: who can make two scripts collide could as well just
//! call the one he wants. For secrets there is [`crate::sha256`].

use ::sha1::{Digest, Sha1};

use crate::hex;

/// Returns the digest.
pub fn digest(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

/// Returns the digest in lower-case hexadecimal.
pub fn hex_digest(bytes: &[u8]) -> [u8; 40] {
    hex::array(&Sha1::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(&hex_digest(b"abc"), b"a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(&hex_digest(b""), b"da39a3ee5e6b4b0d3255bfef95601890afd80709");
    }
}
