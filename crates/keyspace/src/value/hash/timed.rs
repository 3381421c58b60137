//! A listpack of fields, values and expiries; an expiry of zero stands for none.

use structs::listpack::{Element, Listpack, ListpackBuf, Position};
use structs::packed::Buffer;

/// A small hash with fields that expire, to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timed<'a>(Listpack<'a>);

fn expiry(element: Element<'_>) -> Option<u64> {
    element.integer().and_then(|when| u64::try_from(when).ok()).filter(|&when| when > 0)
}

impl<'a> Timed<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(Listpack::new(bytes))
    }

    pub(super) fn len(self) -> usize {
        self.0.len() / 3
    }

    /// Returns the fields with their values and expiries.
    pub(super) fn iter(
        self,
    ) -> impl Iterator<Item = (Element<'a>, Element<'a>, Option<u64>)> + use<'a> {
        let mut elements = self.0.iter();
        std::iter::from_fn(move || {
            let (field, value) = elements.next_pair()?;
            Some((field, value, expiry(elements.next()?)))
        })
    }

    pub(super) fn get(self, field: &[u8]) -> Option<(Element<'a>, Option<u64>)> {
        let value = self.0.next(self.0.find(field, 2)?)?;
        Some((self.0.at(value)?, expiry(self.0.at(self.0.next(value)?)?)))
    }

    pub(super) fn first_expiry(self) -> Option<u64> {
        self.iter().filter_map(|(.., expiry)| expiry).min()
    }

    /// Returns whether there are fields and all of them expire up to `now`.
    pub(super) fn is_due(self, now: u64) -> bool {
        !self.0.is_empty() && self.iter().all(|(.., expiry)| expiry.is_some_and(|when| when <= now))
    }
}

/// Returns fields and values that do not expire in a form in which they can.
pub(super) fn from_pairs(pairs: Listpack<'_>) -> ListpackBuf {
    let mut timed = ListpackBuf::with_capacity(pairs.as_bytes().len() + 2 * pairs.len());
    let mut elements = pairs.iter();
    while let Some((field, value)) = elements.next_pair() {
        timed.append([field, value, Element::Int(0)]);
    }
    timed
}

/// A small hash with fields that expire, to be changed.
pub(super) struct TimedMut<B: Buffer>(ListpackBuf<B>);

impl<B: Buffer> TimedMut<B> {
    pub(super) fn over(buffer: B) -> Self {
        Self(ListpackBuf::over(buffer))
    }

    /// Sets a field, and unless `keep` says to let it be its expiry; returns whether it is new.
    pub(super) fn insert(
        &mut self,
        field: &[u8],
        value: &[u8],
        expiry: Option<u64>,
        keep: bool,
    ) -> bool {
        let Some(at) = self.value_of(field) else {
            self.0.append([Element::Bytes(field), Element::Bytes(value), element(expiry)]);
            return true;
        };
        self.0.replace(at, value);
        if !keep {
            self.set_expiry_at(at, expiry);
        }
        false
    }

    pub(super) fn set_expiry(&mut self, field: &[u8], expiry: Option<u64>) {
        if let Some(at) = self.value_of(field) {
            self.set_expiry_at(at, expiry);
        }
    }

    /// Removes a field; returns whether it was there.
    pub(super) fn remove(&mut self, field: &[u8]) -> bool {
        let found = self.0.view().find(field, 2);
        found.is_some_and(|at| self.0.remove(at, 3) > 0)
    }

    fn value_of(&self, field: &[u8]) -> Option<Position> {
        let view = self.0.view();
        view.next(view.find(field, 2)?)
    }

    fn set_expiry_at(&mut self, value: Position, expiry: Option<u64>) {
        if let Some(at) = self.0.view().next(value) {
            self.0.replace(at, element(expiry));
        }
    }
}

/// Returns an expiry as it is stored.
pub(super) fn element(expiry: Option<u64>) -> Element<'static> {
    Element::Int(expiry.map_or(0, |when| i64::try_from(when).unwrap_or(i64::MAX)))
}
