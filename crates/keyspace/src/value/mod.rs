//! Collections as commands see them: one type a folder, over all the ways in which it is kept.

mod set;

pub use set::{Keep, Member, NewSet, SetIter, SetLimits, SetMut, SetRef};
