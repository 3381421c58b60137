//! Elements that were taken out of where they are kept.

use structs::listpack::Element;

/// One of them: a number, or a range of the bytes of all.
#[derive(Debug, Clone, Copy)]
enum Item {
    Int(i64),
    Bytes { start: usize, end: usize },
}

/// Elements in some order, with their bytes in one piece.
///
/// While they are here the keyspace can be asked for what belongs to them.
#[derive(Debug, Default)]
pub(super) struct Elements {
    bytes: Vec<u8>,
    items: Vec<Item>,
}

impl Elements {
    /// The bytes that each takes besides its own.
    pub(super) const ITEM: usize = size_of::<Item>();

    /// Returns the memory of all.
    pub(super) fn memory(&self) -> usize {
        self.bytes.capacity() + self.items.capacity() * Self::ITEM
    }

    /// Makes room for so many.
    pub(super) fn with_capacity(len: usize) -> Self {
        Self { bytes: Vec::new(), items: Vec::with_capacity(len) }
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Adds an element as it is.
    #[inline]
    pub(super) fn push(&mut self, element: Element<'_>) {
        match element {
            Element::Int(value) => self.items.push(Item::Int(value)),
            Element::Bytes(bytes) => self.push_bytes(bytes),
        }
    }

    /// Adds an element as the text that it is.
    #[inline]
    pub(super) fn push_text(&mut self, element: Element<'_>) {
        self.push_bytes(element.text(&mut None));
    }

    fn push_bytes(&mut self, bytes: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.items.push(Item::Bytes { start, end: self.bytes.len() });
    }

    /// Returns an element.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Element<'_> {
        match self.items[index] {
            Item::Int(value) => Element::Int(value),
            Item::Bytes { start, end } => Element::Bytes(&self.bytes[start..end]),
        }
    }

    /// Returns all elements.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Element<'_>> {
        (0..self.len()).map(|index| self.get(index))
    }
}
