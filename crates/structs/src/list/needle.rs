//! Comparing elements with a string.

use stdx::number::parse_i64;

use crate::listpack::Element;

/// A string to be looked for. Whether it is an integer is found out once.
#[derive(Debug, Clone, Copy)]
pub struct Needle<'n> {
    bytes: &'n [u8],
    integer: Option<i64>,
}

impl<'n> Needle<'n> {
    /// Looks for a string.
    pub fn new(bytes: &'n [u8]) -> Self {
        Self { bytes, integer: parse_i64(bytes) }
    }

    /// Is the element, as a string, that one?
    #[inline]
    pub fn matches(&self, element: Element<'_>) -> bool {
        match element {
            Element::Bytes(bytes) => bytes == self.bytes,
            Element::Int(value) => self.integer == Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_match_in_their_one_spelling() {
        assert!(Needle::new(b"12").matches(Element::Int(12)));
        assert!(Needle::new(b"12").matches(Element::Bytes(b"12")));
        assert!(!Needle::new(b"012").matches(Element::Int(12)));
        assert!(!Needle::new(b"x").matches(Element::Bytes(b"y")));
    }
}
