//! Large values as a snapshot walks them: under a cut, or as a copy that shares what it can.
//!
//! All of this is for when nobody looks at the collection, which is so with the [`Shard`](crate::Shard) at hand by `&mut` (see `large`). Other values have no cut: they are walked as nothing.

use super::kind::Kind;
use super::large::Collection;
use super::{Entry, LargeHash, LargeList, LargeSet, LargeSortedSet, Value};
use crate::snapshot::Piece;

impl Entry {
    /// Begins a cut of the collection, and returns an entry that holds it, or of a list a copy. The time that it takes depends on the size only by a bit per bucket or by a count per node.
    pub(crate) fn cut(&self) -> Self {
        let value = with_large!(
            self,
            // SAFETY: nobody looks at the collection.
            large => match Collection::cut(unsafe { large.get_mut() }) {
                Some(copy) => Value::large(copy),
                None => Value::Apart(large.hold().into_raw(), self.kind()),
            },
            else self.shared_value()
        );
        Self::build(self.key(), value, self.expiry(), self.access())
    }

    /// Returns the number of elements that there were when the cut began, of a list that there are.
    pub(crate) fn cut_len(&self) -> usize {
        // SAFETY: nobody looks at the collection.
        with_large!(self, large => Collection::cut_len(unsafe { large.get() }), else 0)
    }

    /// Returns the number of nodes, if the value is a large list.
    pub(crate) fn nodes(&self) -> usize {
        self.as_large::<LargeList>().map_or(0, |list| list.nodes().len())
    }

    /// Returns the next piece of the cut, of about so many bytes; `None` is the end.
    pub(crate) fn cut_step(&mut self, bytes: usize) -> Option<Piece> {
        // SAFETY: nobody looks at the collection.
        with_large!(self, large => Collection::cut_step(unsafe { large.get_mut() }, bytes), else None)
    }

    /// Returns the bytes of the elements that were kept because they were about to change.
    pub(crate) fn cut_kept(&self) -> usize {
        // SAFETY: nobody looks at the collection.
        with_large!(self, large => Collection::cut_kept(unsafe { large.get() }), else 0)
    }

    /// Ends the cut, complete or not.
    pub(crate) fn end_cut(&mut self) {
        // SAFETY: nobody looks at the collection.
        with_large!(self, large => Collection::end_cut(unsafe { large.get_mut() }), else ());
    }

    /// Returns whether no other entry has the same collection.
    pub(crate) fn is_held_alone(&self) -> bool {
        with_large!(self, large => large.is_unique(), else true)
    }
}
