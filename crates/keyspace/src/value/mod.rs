//! Collections as commands see them: one view over the packed and the large form of each type.
//!
//! A view for reading is made from an [`Entry`](crate::Entry), one for changing from an entry that was opened for that ([`EntryMut`](crate::EntryMut)). Views that change convert between forms as the limits demand, and tell those who watch.
//!
//! Elements are [`Element`](structs::listpack::Element)s: packed forms keep integers as such.

mod hash;
mod list;
mod set;
mod sorted_set;

pub(crate) use hash::take_due;
pub use hash::{HashLimits, HashMut, HashRef};
pub use list::{ListMut, ListRef};
pub use set::{Keep, Member, NewSet, SetDraws, SetIter, SetLimits, SetMut, SetRef};
pub use sorted_set::{
    NewSortedSet, ScoreRange, Scored, SortedSetIter, SortedSetLimits, SortedSetMut, SortedSetRef,
    TextBound, TextRange, text_order,
};
