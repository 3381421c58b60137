//! Collections that are structures of their own: one allocation each, counted.
//!
//! A key owns its collection. While a snapshot is made it holds collections, too: those that it has not finished, so that a key can be overwritten or removed without waiting for that; whoever lets go last frees. Holding is not reading: a snapshot looks into a collection only with the shard at hand ([`Shard`](crate::Shard) by `&mut`), when nobody else can be looking.

use std::cell::UnsafeCell;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering, fence};

use stdx::hash::KeyHasher;
use stdx::size_class::good_size;

use super::kind::Kind;
use crate::snapshot::Piece;

/// A big hash.
pub type LargeHash = structs::hash::Hash<KeyHasher>;
/// A big set.
pub type LargeSet = structs::set::Set<KeyHasher>;
/// A big sorted set.
pub type LargeSortedSet = structs::sorted_set::SortedSet<KeyHasher>;
/// A big list.
pub type LargeList = structs::list::List;

/// What a [`Large`] can hold.
pub(crate) trait Collection: Send {
    /// How an entry says that it is this, at first.
    const KIND: u8;

    /// Returns whether that is what an entry says.
    fn is_of(kind: u8) -> bool;

    /// Returns the memory of all it has allocated.
    fn memory(&self) -> usize;

    /// Returns a copy that shares nothing that changes.
    fn copy(&self) -> Self;

    /// Makes ready to be walked as it is now while it changes. Returns the copy to be walked instead, if it is made that way.
    fn cut(&mut self) -> Option<Self>
    where
        Self: Sized;

    /// Returns the number of elements that are walked.
    fn cut_len(&self) -> usize;

    /// Returns the next of what is walked, about so many bytes.
    fn cut_step(&mut self, bytes: usize) -> Option<Piece>;

    /// Returns the bytes that were kept for the walk because of changes.
    fn cut_kept(&self) -> usize;

    /// Ends the walk, complete or not.
    fn end_cut(&mut self);
}

struct Counted<C> {
    refs: AtomicU32,
    collection: UnsafeCell<C>,
}

/// A handle to a collection.
pub(crate) struct Large<C>(NonNull<Counted<C>>);

// SAFETY: the count is atomic; who may look at the collection is said in the module's head, and all of those are on one thread. The last one drops it, wherever that is, hence `C: Send`.
unsafe impl<C: Send> Send for Large<C> {}

impl<C: Collection> Large<C> {
    pub(crate) fn new(collection: C) -> Self {
        let counted = Counted { refs: AtomicU32::new(1), collection: UnsafeCell::new(collection) };
        Self(NonNull::from(Box::leak(Box::new(counted))))
    }

    pub(crate) fn into_raw(self) -> NonNull<u8> {
        ManuallyDrop::new(self).0.cast()
    }

    /// # Safety
    /// `raw` came from `into_raw` of the same type, and either is taken back once or never dropped.
    pub(crate) unsafe fn from_raw(raw: NonNull<u8>) -> Self {
        Self(raw.cast())
    }

    /// Returns a further handle.
    pub(crate) fn hold(&self) -> Self {
        // SAFETY: a handle keeps the allocation alive.
        let refs = unsafe { &self.0.as_ref().refs };
        refs.fetch_add(1, Ordering::Relaxed);
        Self(self.0)
    }

    /// # Safety
    /// Nobody else looks at the collection, for as long as the result lives, but by shared reference.
    #[inline]
    pub(crate) unsafe fn get<'a>(&self) -> &'a C {
        // SAFETY: alive by the handle, unaliased by the caller's word.
        unsafe { &*self.0.as_ref().collection.get() }
    }

    /// # Safety
    /// Nobody else looks at the collection for as long as the result lives.
    #[inline]
    pub(crate) unsafe fn get_mut<'a>(&self) -> &'a mut C {
        // SAFETY: alive by the handle, unaliased by the caller's word.
        unsafe { &mut *self.0.as_ref().collection.get() }
    }

    /// Returns whether this is the only handle.
    pub(crate) fn is_unique(&self) -> bool {
        // SAFETY: a handle keeps the allocation alive.
        unsafe { &self.0.as_ref().refs }.load(Ordering::Acquire) == 1
    }

    /// Returns the size of the allocation and of all that the collection has allocated.
    ///
    /// # Safety
    /// As for [`Large::get`].
    pub(crate) unsafe fn memory(&self) -> usize {
        // SAFETY: by the caller's word.
        good_size(size_of::<Counted<C>>()) + unsafe { self.get() }.memory()
    }
}

impl<C> Drop for Large<C> {
    fn drop(&mut self) {
        // SAFETY: a handle keeps the allocation alive.
        let refs = unsafe { &self.0.as_ref().refs };
        if refs.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            // SAFETY: it came from a box, and this was the last handle.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}

impl Collection for LargeList {
    const KIND: u8 = Kind::LARGE_LIST.bits();

    #[inline]
    fn is_of(kind: u8) -> bool {
        kind == Self::KIND
    }

    fn memory(&self) -> usize {
        Self::memory(self)
    }

    fn copy(&self) -> Self {
        self.clone()
    }

    // The nodes of a list are shared until they are written to.
    fn cut(&mut self) -> Option<Self> {
        Some(self.clone())
    }

    fn cut_len(&self) -> usize {
        self.len()
    }

    fn cut_step(&mut self, bytes: usize) -> Option<Piece> {
        let (mut nodes, mut taken) = (Vec::new(), 0);
        while taken < bytes
            && let Some(node) = self.take_first_node()
        {
            taken += node.memory();
            nodes.push(node);
        }
        (!nodes.is_empty()).then_some(Piece::Nodes(nodes))
    }

    fn cut_kept(&self) -> usize {
        0
    }

    fn end_cut(&mut self) {}
}

macro_rules! tables {
    ($($name:ty = $kind:ident $(| $other:ident)?;)*) => { $(
        impl Collection for $name {
            const KIND: u8 = Kind::$kind.bits();

            #[inline]
            fn is_of(kind: u8) -> bool {
                matches!(Kind::from_bits(kind), Kind::$kind $(| Kind::$other)?)
            }

            fn memory(&self) -> usize {
                <$name>::memory(self)
            }

            fn copy(&self) -> Self {
                self.clone()
            }

            fn cut(&mut self) -> Option<Self> {
                self.begin_cut();
                None
            }

            fn cut_len(&self) -> usize {
                <$name>::cut_len(self).unwrap_or(0)
            }

            fn cut_step(&mut self, bytes: usize) -> Option<Piece> {
                <$name>::cut_step(self, bytes).map(Piece::Elements)
            }

            fn cut_kept(&self) -> usize {
                <$name>::cut_kept(self)
            }

            fn end_cut(&mut self) {
                <$name>::end_cut(self);
            }
        }
    )* };
}

tables! {
    LargeHash = LARGE_HASH | LARGE_TIMED_HASH;
    LargeSet = LARGE_SET;
    LargeSortedSet = LARGE_SORTED_SET;
}
