//! Values by the bytes that a text begins with.
//!
//! "Which of these prefixes does the text have?" is asked of every published message (the literal beginnings of patterns) and of every changed key (what clients that cache have registered for). Looking at each prefix would make either as slow as there are subscribers. Instead the text's own beginnings are looked up, one for each length that occurs among the prefixes: in practice a handful, however many prefixes there are.

use std::collections::BTreeMap;

/// Values by prefix.
#[derive(Debug, Clone)]
pub(crate) struct PrefixMap<V> {
    values: BTreeMap<Box<[u8]>, V>,
    /// How many prefixes have which length.
    lengths: BTreeMap<usize, usize>,
}

impl<V> Default for PrefixMap<V> {
    fn default() -> Self {
        Self { values: BTreeMap::new(), lengths: BTreeMap::new() }
    }
}

impl<V> PrefixMap<V> {
    /// Returns the number of prefixes.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns the value of a prefix.
    pub(crate) fn get_mut(&mut self, prefix: &[u8]) -> Option<&mut V> {
        self.values.get_mut(prefix)
    }

    /// Returns the value of a prefix, which is created if it is not there.
    pub(crate) fn open(&mut self, prefix: &[u8]) -> &mut V
    where
        V: Default,
    {
        let lengths = &mut self.lengths;
        self.values.entry(prefix.into()).or_insert_with(|| {
            *lengths.entry(prefix.len()).or_default() += 1;
            V::default()
        })
    }

    /// Forgets a prefix.
    pub(crate) fn remove(&mut self, prefix: &[u8]) {
        if self.values.remove(prefix).is_none() {
            return;
        }
        if let Some(count) = self.lengths.get_mut(&prefix.len()) {
            *count -= 1;
            if *count == 0 {
                self.lengths.remove(&prefix.len());
            }
        }
    }

    /// Visits the values of all prefixes that `text` has, the shortest first.
    pub(crate) fn matches(&self, text: &[u8]) -> impl Iterator<Item = &V> {
        self.lengths.range(..=text.len()).filter_map(|(&len, _)| self.values.get(&text[..len]))
    }

    /// Visits the values of all prefixes that `text` has, the shortest first, for changing them.
    pub(crate) fn each_match(&mut self, text: &[u8], mut visit: impl FnMut(&mut V)) {
        for &len in self.lengths.range(..=text.len()).map(|(len, _)| len) {
            if let Some(value) = self.values.get_mut(&text[..len]) {
                visit(value);
            }
        }
    }

    /// Visits all values in the order of their prefixes, for changing them.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.values_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_matches_its_own_beginnings_only() {
        let mut map = PrefixMap::<Vec<u32>>::default();
        for (number, prefix) in [b"".as_slice(), b"a", b"ab", b"ac", b"abcd"].iter().enumerate() {
            map.open(prefix).push(number as u32);
        }
        let found = |map: &PrefixMap<Vec<u32>>, text: &[u8]| -> Vec<u32> {
            map.matches(text).flatten().copied().collect()
        };
        assert_eq!(found(&map, b"abc"), [0, 1, 2]);
        assert_eq!(found(&map, b"abcd"), [0, 1, 2, 4]);
        assert_eq!(found(&map, b""), [0]);
        assert_eq!(found(&map, b"x"), [0]);
        map.remove(b"ab");
        map.remove(b"ab");
        assert_eq!(found(&map, b"ab"), [0, 1]);
        assert_eq!(found(&map, b"ac"), [0, 1, 3], "another prefix has the removed one's length");
        assert_eq!(map.len(), 4);
    }
}
