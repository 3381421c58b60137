//! What commands cause beyond their replies: changes, events, the log, and allocations.

mod allocations;
mod hash;
mod key;
mod replay;
mod set;
mod sort;
mod sorted_set;
mod stage;
mod string;
mod string_model;
