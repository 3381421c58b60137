//! Values, databases, and the one door to them.
//!
//! A [`Shard`] owns everything that belongs to keys, in every database. Nobody touches its tables: a command asks for a [`Db`], the door, and all that must happen when a key is read, written or removed happens there: lazy expiry, hits and misses, the access clocks, the pre-images that a snapshot needs, and the word to those who watch.
//!
//! The crate knows no protocol, reads no clock and draws no randomness of its own.

mod access;
mod database;
mod db;
mod entry;
mod evict;
mod expire;
mod observe;
mod shard;
mod snapshot;
mod value;

pub use access::{AccessClock, Policy};
pub use database::Database;
pub use db::{Db, EntryMut, EntryRef, Expiry, Key};
pub use entry::{
    BlobRef, EXPIRY_MAX, Encoding, Entry, Form, LargeHash, LargeList, LargeSet, LargeSortedSet,
    NewString, StringRef, Type, WrongType,
};
pub use evict::{Eviction, Rank};
pub use observe::{Change, ClientId, Gone, Observers, Reason};
pub use shard::{Garbage, KeyStats, Lazy, Shard};
pub use snapshot::{Block, DatabaseSize, Head, Piece, SnapshotMemory, Taker};
pub use value::{
    HashLimits, HashMut, HashRef, Keep, ListMut, ListRef, Member, NewSet, NewSortedSet, ScoreRange,
    Scored, SetDraws, SetIter, SetLimits, SetMut, SetRef, SortedSetIter, SortedSetLimits,
    SortedSetMut, SortedSetRef, TextBound, TextRange, text_order,
};

use stdx::hash::KeyHasher;
use structs::hashtable::Table;

/// The table of a database.
type Keys = Table<Entry, KeyHasher>;
