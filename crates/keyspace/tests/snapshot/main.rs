//! A snapshot is the state of its start, whatever happens meanwhile; what happens is what happens without one; and nothing of it is left.

mod allocations;
mod contents;
mod long;
mod model;
mod world;
