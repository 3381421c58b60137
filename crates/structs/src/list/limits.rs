//! How full a node may be, and which nodes are compressed.

use super::node::BLOB_HEADER;
use crate::listpack::Element;

/// The bytes of a node when its elements are counted.
const COUNTED_BYTES_MAX: usize = 8 << 10;

/// The size of the smallest class of nodes that are measured in bytes.
const MEASURED_BYTES_MIN: usize = 4 << 10;

/// The class of the largest nodes.
const FILL_MIN: i32 = -5;

/// Elements of this size have a node of their own whatever is asked for: a listpack with a few of
/// them would come near to what listpacks can be.
const LARGE_ALWAYS: usize = 1 << 28;

/// The digits of an integer, and its sign.
const INT_TEXT_MAX: usize = 20;

/// The most that an element takes in addition to its bytes.
const OVERHEAD_MAX: usize = 10;

/// The settings that govern the nodes of a list.
///
/// They come with every operation, since they may change while lists live. A list does not adapt to
/// new ones at once, but node by node as it is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    bytes_max: usize,
    len_max: usize,
    large_from: usize,
    depth: usize,
}

impl Limits {
    /// Reads `list-max-listpack-size`, here `fill`, and `list-compress-depth`.
    ///
    /// A positive `fill` is the number of elements of a node, whose size then is limited to 8 KiB
    /// all the same; -1 to -5 limit a node to 4, 8, 16, 32 and 64 KiB. Beyond `depth` nodes from
    /// both ends, nodes are compressed; 0 means none.
    pub fn new(fill: i32, depth: u32) -> Self {
        let (bytes_max, len_max) = match fill {
            0.. => (COUNTED_BYTES_MAX, fill.max(1) as usize),
            ..0 => (MEASURED_BYTES_MIN << (-1 - fill.max(FILL_MIN)), usize::MAX),
        };
        Self { bytes_max, len_max, large_from: bytes_max + 1, depth: depth as usize }
    }

    /// Gives elements a node of their own from that many bytes on, not only if they are larger than
    /// a node may be: for tests.
    #[must_use]
    pub fn with_large_from(self, bytes: usize) -> Self {
        Self { large_from: bytes.min(LARGE_ALWAYS), ..self }
    }

    /// Is a listpack of `bytes` bytes and `len` elements too large to be the whole of a list?
    pub fn exceeded_by(self, bytes: usize, len: usize) -> bool {
        bytes > self.bytes_max || len > self.len_max
    }

    /// How many nodes at each end are not compressed; 0 if none is.
    #[inline]
    pub(super) fn depth(self) -> usize {
        self.depth
    }

    /// Does the element have a node of its own?
    #[inline]
    pub(super) fn is_large(self, element: Element<'_>) -> bool {
        match element {
            Element::Bytes(bytes) => bytes.len() >= self.large_from,
            Element::Int(_) if self.large_from > INT_TEXT_MAX => false,
            Element::Int(_) => element.text(&mut None).len() >= self.large_from,
        }
    }

    /// May a node be that large? What Redis lets the bytes of a listpack be is here the size of its
    /// allocation, header included, since that is a power of two.
    #[inline]
    pub(super) fn permit(self, bytes: usize, len: usize) -> bool {
        bytes + BLOB_HEADER <= self.bytes_max && len <= self.len_max
    }

    /// Is a node of that size at most half full? Nodes that together are become one. Were it more
    /// than half, a queue of the right length would merge and split its nodes all the time.
    #[inline]
    pub(super) fn permit_twice(self, bytes: usize, len: usize) -> bool {
        bytes <= self.bytes_max / 2 && len <= self.len_max / 2
    }

    /// Is a listpack of that size small enough for a list to become one again?
    ///
    /// Compat: what is halved is the limit that was set, not the other one.
    pub(super) fn permit_listpack(self, bytes: usize, len: usize) -> bool {
        match self.len_max {
            usize::MAX => bytes <= self.bytes_max / 2,
            len_max => len <= len_max / 2,
        }
    }
}

/// The most bytes that an element can take in a listpack. Finding out how many it does take is
/// nearly as much work as adding it.
#[inline]
pub(super) fn size_bound(element: Element<'_>) -> usize {
    match element {
        Element::Bytes(bytes) => bytes.len() + OVERHEAD_MAX,
        Element::Int(_) => OVERHEAD_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listpack::Listpack;

    #[test]
    fn negative_fills_are_classes_of_bytes() {
        for (fill, bytes) in [(-1, 4 << 10), (-2, 8 << 10), (-5, 64 << 10), (i32::MIN, 64 << 10)] {
            let limits = Limits::new(fill, 0);
            assert!(!limits.exceeded_by(bytes, usize::MAX), "{fill}");
            assert!(limits.exceeded_by(bytes + 1, 1), "{fill}");
        }
    }

    #[test]
    fn positive_fills_count_and_have_a_limit_of_bytes_too() {
        for (fill, len) in [(0, 1), (1, 1), (128, 128), (i32::MAX, i32::MAX as usize)] {
            let limits = Limits::new(fill, 0);
            assert!(!limits.exceeded_by(8 << 10, len), "{fill}");
            assert!(limits.exceeded_by((8 << 10) + 1, len), "{fill}");
            assert!(limits.exceeded_by(0, len + 1), "{fill}");
        }
    }

    #[test]
    fn large_is_what_exceeds_a_node_unless_told_otherwise() {
        let limits = Limits::new(-1, 0);
        assert!(!limits.is_large(Element::Bytes(&[0; 4 << 10])));
        assert!(limits.is_large(Element::Bytes(&[0; (4 << 10) + 1])));
        let limits = limits.with_large_from(3);
        assert!(!limits.is_large(Element::Int(99)));
        assert!(limits.is_large(Element::Int(100)));
        assert!(limits.is_large(Element::Bytes(b"abc")));
    }

    #[test]
    fn the_bound_of_the_size_holds() {
        for len in [0, 1, 63, 64, 4095, 4096, 20_000] {
            let bytes = vec![b'x'; len];
            assert!(Listpack::size_of(&bytes[..]) <= size_bound(Element::Bytes(&bytes)), "{len}");
        }
        for value in [0, -1, 4096, i64::MIN, i64::MAX] {
            assert!(Listpack::size_of(value) <= size_bound(Element::Int(value)), "{value}");
        }
    }
}
