//! Changing a sorted set, in the form that the limits ask for.

use std::ops::Range;

use stdx::hash::KeyHasher;
use structs::listpack::{Element, Listpack, ListpackBuf};

use crate::db::EntryMut;
use crate::entry::{Entry, LargeSortedSet, WrongType};

use super::packed::{self, Pairs, with_stored};
use super::{SortedSetLimits, SortedSetRef, unpacked};

/// How many members are looked up at once.
const AHEAD: usize = 8;

/// A sorted set to be changed. Those who watch the key are told when this goes out of scope, if anything was changed.
#[derive(Debug)]
pub struct SortedSetMut<'a> {
    opened: EntryMut<'a>,
    limits: SortedSetLimits,
    changed: bool,
}

impl<'a> EntryMut<'a> {
    /// Returns the value as a sorted set to be changed.
    #[inline]
    pub fn into_sorted_set(self, limits: SortedSetLimits) -> Result<SortedSetMut<'a>, WrongType> {
        self.as_sorted_set()?;
        Ok(SortedSetMut { opened: self, limits, changed: false })
    }
}

impl SortedSetMut<'_> {
    /// Returns the sorted set to be read.
    #[inline]
    pub fn view(&self) -> SortedSetRef<'_> {
        self.opened.as_sorted_set().unwrap_or(SortedSetRef::Packed(Listpack::EMPTY))
    }

    /// Makes ready for so many members, of which nobody knows yet whether they are new.
    ///
    /// Compat: that alone can make a big one of a packed sorted set.
    pub fn expect(&mut self, members: usize) {
        if members > self.limits.entries {
            self.editor().make_large();
        }
    }

    /// Gives each of some members the score that `decide` says when it is told the number of the member and its present score; nothing means that it is left alone. The look-ups of a big sorted set overlap.
    pub fn update_all<'m>(
        &mut self,
        mut members: impl ExactSizeIterator<Item = &'m [u8]>,
        mut decide: impl FnMut(usize, Option<f64>) -> Option<f64>,
    ) {
        let count = members.len();
        if count == 1 {
            members.for_each(|member| self.update(member, |old| decide(0, old)));
            return;
        }
        let mut batch = [b"".as_slice(); AHEAD];
        for start in (0..count).step_by(AHEAD) {
            let len = AHEAD.min(count - start);
            batch.iter_mut().zip(&mut members).take(len).for_each(|(slot, member)| *slot = member);
            if let SortedSetRef::Large(set) = self.view() {
                let hashes = batch.map(|member| set.hash(member));
                self.view().prefetch(&hashes[..len]);
            }
            for (index, member) in batch[..len].iter().enumerate() {
                self.update(member, |old| decide(start + index, old));
            }
        }
    }

    /// Gives a member the score that `decide` says when it is told the present one; nothing means that it is left alone.
    #[inline]
    pub fn update(&mut self, member: &[u8], decide: impl FnOnce(Option<f64>) -> Option<f64>) {
        let mut changed = false;
        self.editor().update(member, |old| {
            let new = decide(old);
            changed = new.is_some() && new != old;
            new
        });
        self.changed |= changed;
    }

    /// Removes a member; returns whether it was there.
    pub fn remove(&mut self, member: &[u8]) -> bool {
        let entry = self.opened.entry();
        let removed = match entry.as_large_mut::<LargeSortedSet>() {
            Some(set) => set.remove(set.hash(member), member).is_some(),
            None => {
                let found = packed::find(Listpack::new(entry.packed()), member);
                let mut pairs = ListpackBuf::over(entry.packed_mut());
                found.is_some_and(|(at, _)| pairs.remove(at, 2) == 2)
            }
        };
        self.changed |= removed;
        removed
    }

    /// Removes the members with these ranks, as far as there are any, and visits each with its score: in order, or the last first.
    pub fn take(
        &mut self,
        ranks: Range<usize>,
        backwards: bool,
        mut visit: impl FnMut(Element<'_>, f64),
    ) {
        let (start, end) = (ranks.start, ranks.end.min(self.view().len()));
        if start >= end {
            return;
        }
        self.changed = true;
        let in_order = !backwards || end - start == 1;
        if !in_order {
            self.view().range(start..end, true).for_each(|(member, score)| visit(member, score));
        }
        let entry = self.opened.entry();
        if let Some(set) = entry.as_large_mut::<LargeSortedSet>() {
            set.remove_range(start..end, |member, score| {
                if in_order {
                    visit(Element::Bytes(member), score);
                }
            });
            return;
        }
        let pairs = Listpack::new(entry.packed());
        if in_order {
            Pairs::new(pairs, start..end, false).for_each(|(member, score)| visit(member, score));
        }
        ListpackBuf::over(entry.packed_mut())
            .remove_range(2 * start.cast_signed(), 2 * (end - start));
    }

    fn editor(&mut self) -> Editor<'_> {
        let hasher = self.opened.hasher();
        Editor { entry: self.opened.entry(), hasher, limits: self.limits }
    }
}

impl Drop for SortedSetMut<'_> {
    fn drop(&mut self) {
        if self.changed {
            self.opened.changed();
        }
    }
}

/// The sorted set of an entry, wherever that is, with all that its changes depend on.
#[derive(Debug)]
pub(super) struct Editor<'e> {
    pub(super) entry: &'e mut Entry,
    pub(super) hasher: KeyHasher,
    pub(super) limits: SortedSetLimits,
}

impl Editor<'_> {
    #[inline]
    fn update(&mut self, member: &[u8], decide: impl FnOnce(Option<f64>) -> Option<f64>) {
        if let Some(set) = self.entry.as_large_mut::<LargeSortedSet>() {
            return set.update(set.hash(member), member, decide);
        }
        let pairs = Listpack::new(self.entry.packed());
        let Some((at, old)) = packed::find(pairs, member) else {
            if let Some(score) = decide(None) {
                self.insert_new(member, score);
            }
            return;
        };
        if let Some(new) = decide(Some(old))
            && new != old
        {
            ListpackBuf::over(self.entry.packed_mut()).remove(at, 2);
            let place = packed::place(Listpack::new(self.entry.packed()), member, new);
            with_stored(new, |score| {
                ListpackBuf::over(self.entry.packed_mut())
                    .insert_before(place, [Element::Bytes(member), score]);
            });
        }
    }

    /// Adds a member that is not there.
    fn insert_new(&mut self, member: &[u8], score: f64) {
        if !self.has_room(Element::Bytes(member), member.len()) {
            self.make_large();
            if let Some(set) = self.entry.as_large_mut::<LargeSortedSet>() {
                set.insert_new(set.hash(member), member, score);
            }
            return;
        }
        let place = packed::place(Listpack::new(self.entry.packed()), member, score);
        with_stored(score, |score| {
            ListpackBuf::over(self.entry.packed_mut())
                .insert_before(place, [Element::Bytes(member), score]);
        });
    }

    /// Adds a member that belongs behind all others.
    pub(super) fn append(&mut self, member: Element<'_>, score: f64) {
        let mut digits = None;
        let text = member.text(&mut digits);
        if !self.entry.is_large() && !self.has_room(member, text.len()) {
            self.make_large();
        }
        if let Some(set) = self.entry.as_large_mut::<LargeSortedSet>() {
            return set.append(set.hash(text), text, score);
        }
        with_stored(score, |score| {
            ListpackBuf::over(self.entry.packed_mut()).append([member, score]);
        });
    }

    /// Returns whether a listpack may take a member.
    fn has_room(&self, member: Element<'_>, len: usize) -> bool {
        /// The most that a stored score takes.
        const SCORE_MAX: usize = 40;

        let pairs = Listpack::new(self.entry.packed());
        pairs.len() / 2 < self.limits.entries
            && len <= self.limits.value
            && pairs.has_room_for(Listpack::size_of(member) + SCORE_MAX)
    }

    /// Makes a table with a tree of a packed sorted set.
    pub(super) fn make_large(&mut self) {
        if !self.entry.is_large() {
            let large = unpacked(Listpack::new(self.entry.packed()), self.hasher);
            self.entry.set_large(large);
        }
    }
}
