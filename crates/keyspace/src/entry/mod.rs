//! One key with all that belongs to it, in one allocation.
//!
//! The table holds a pointer per key; behind it lies this block: what kind of value, when it was used, when it expires, the key, and the value itself if it is small. Reading a small value therefore touches the table's bucket and one or two neighbouring lines, nothing else.
//!
//! # Layout
//!
//! ```text
//! +------+-----------+---------+-----------+------------+-----+-------+
//! | kind | access    | key len | (key len) | (expiry)   | key | value |
//! | 1    | 3, LE     | 1       | 4, LE     | 6, LE, ms  |     |       |
//! +------+-----------+---------+-----------+------------+-----+-------+
//! ```
//!
//! The top bit of `kind` says whether an expiry is there. A key length of 255 means that the real one follows in four bytes. The value is, by kind: an integer (8 bytes), a short string (a length byte and its bytes), a packed collection (a listpack or intset, which knows its length), or a pointer to something larger (8 bytes): a blob with a long string or a packed collection, or a collection that is a structure of its own.
//!
//! # Sizes
//!
//! Every block is allocated at the full size of its allocator class, so that a value may grow and shrink within the class without moving, and so that its size for freeing follows from its content.
//!
//! ```text
//! kind.rs     what there is: types, encodings, packed forms
//! string.rs   strings
//! packed.rs   packed collections, edited in place
//! large.rs    the others: counted, since a snapshot holds them too
//! replace.rs  another value, key or expiry
//! cut.rs      how a snapshot walks those
//! ```

#![expect(unsafe_code, reason = "fields of varying size in one allocation have no safe spelling")]

mod kind;
mod large;
mod packed;
mod string;

use std::alloc::{Layout, alloc, handle_alloc_error};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use stdx::size_class::good_size;
use structs::blob::Blob;
use structs::hashtable::Element;

use self::kind::Kind;
use self::large::{Collection, Large};

pub use self::kind::{Encoding, Form, Type};
pub use self::large::{LargeHash, LargeList, LargeSet, LargeSortedSet};
pub(crate) use self::packed::PackedMut;
pub use self::string::{BlobRef, NewString, StringRef};

/// Blocks up to this size keep their value inside: three cache lines.
const INLINE_MAX: usize = 192;

const HAS_EXPIRY: u8 = 0x80;
const LONG_KEY: u8 = 255;
const EXPIRY_LEN: usize = 6;

/// The latest time that a key can expire at, a little before the year 10,900. Later ones become this one.
pub const EXPIRY_MAX: u64 = (1 << (8 * EXPIRY_LEN)) - 1;

/// Up to this length a fresh string is called `embstr`.
const EMBSTR_MAX: usize = 44;

/// The value is of another type than the one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongType;

/// A key with its value.
#[repr(transparent)]
pub struct Entry(NonNull<u8>);

// SAFETY: the block is owned by this handle alone.
unsafe impl Send for Entry {}

// SAFETY: blocks are allocated with an alignment of eight by an allocator of user addresses, and the conversions are the identity.
unsafe impl Element for Entry {
    fn into_raw(self) -> NonNull<u8> {
        ManuallyDrop::new(self).0
    }

    unsafe fn from_raw(raw: NonNull<u8>) -> Self {
        Self(raw)
    }

    #[inline]
    fn key(&self) -> &[u8] {
        Self::key(self)
    }
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(good_size(size), 8).expect("a block fits the address space")
}

fn head_len(key: usize, expiry: bool) -> usize {
    let len = if key < usize::from(LONG_KEY) { 5 } else { 9 };
    len + if expiry { EXPIRY_LEN } else { 0 }
}

/// The value part of a block, ready to be written.
enum Value<'a> {
    Int(i64),
    Short(&'a [u8], Kind),
    Packed(&'a [u8], Kind),
    Apart(NonNull<u8>, Kind),
}

impl Value<'_> {
    fn large<C: Collection>(collection: C) -> Self {
        Self::Apart(Large::new(collection).into_raw(), Kind::from_bits(C::KIND))
    }

    fn len(&self) -> usize {
        match self {
            Self::Short(bytes, _) => 1 + bytes.len(),
            Self::Packed(bytes, _) => bytes.len(),
            Self::Int(_) | Self::Apart(..) => 8,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Int(_) => Kind::INT,
            Self::Short(_, kind) | Self::Packed(_, kind) | Self::Apart(_, kind) => *kind,
        }
    }
}

/// Runs an expression with the entry's [`Large`] of whatever type; an expression for other values.
macro_rules! with_large {
    ($entry:expr, $large:ident => $then:expr, else $otherwise:expr) => {
        match $entry.kind() {
            Kind::LARGE_LIST => {
                let $large = $entry.large::<LargeList>();
                $then
            }
            Kind::LARGE_HASH | Kind::LARGE_TIMED_HASH => {
                let $large = $entry.large::<LargeHash>();
                $then
            }
            Kind::LARGE_SET => {
                let $large = $entry.large::<LargeSet>();
                $then
            }
            Kind::LARGE_SORTED_SET => {
                let $large = $entry.large::<LargeSortedSet>();
                $then
            }
            _ => $otherwise,
        }
    };
}

// Here, since they use the macro.
mod cut;
mod replace;

impl Entry {
    /// Returns the address of the block, which stays the entry's own.
    pub(crate) fn address(&self) -> NonNull<u8> {
        self.0
    }

    fn build(key: &[u8], value: Value<'_>, expiry: Option<u64>, access: u32) -> Self {
        let at = head_len(key.len(), expiry.is_some());
        let size = at + key.len() + value.len();
        let layout = layout(size);
        // SAFETY: the size is not zero.
        let raw = unsafe { alloc(layout) };
        let Some(block) = NonNull::new(raw) else { handle_alloc_error(layout) };
        let mut entry = Self(block);
        let flag = if expiry.is_some() { HAS_EXPIRY } else { 0 };
        entry.write(0, &[value.kind().bits() | flag]);
        entry.set_access(access);
        if key.len() < usize::from(LONG_KEY) {
            entry.write(4, &[key.len() as u8]);
        } else {
            let len = u32::try_from(key.len()).expect("keys are shorter than 4 GiB");
            entry.write(4, &[LONG_KEY]);
            entry.write(5, &len.to_le_bytes());
        }
        if let Some(when) = expiry {
            entry.write_expiry(at, when);
        }
        entry.write(at, key);
        entry.write_value(at + key.len(), &value);
        entry
    }

    /// Writes within the block.
    #[inline]
    fn write(&mut self, at: usize, bytes: &[u8]) {
        // SAFETY: all callers compute `at` and the length from the layout that the block was allocated for; the source is borrowed from outside the block.
        unsafe { self.0.as_ptr().add(at).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }

    /// Writes the expiry in front of the key, which is at `key_at`.
    #[inline]
    fn write_expiry(&mut self, key_at: usize, when: u64) {
        let bytes = when.min(EXPIRY_MAX).to_le_bytes();
        self.write(key_at - EXPIRY_LEN, &bytes[..EXPIRY_LEN]);
    }

    fn write_value(&mut self, at: usize, value: &Value<'_>) {
        match value {
            Value::Int(number) => self.write(at, &number.to_le_bytes()),
            Value::Short(bytes, _) => {
                self.write(at, &[bytes.len() as u8]);
                self.write(at + 1, bytes);
            }
            Value::Packed(bytes, _) => self.write(at, bytes),
            Value::Apart(raw, _) => {
                self.write(at, &(raw.as_ptr().expose_provenance() as u64).to_le_bytes());
            }
        }
    }

    /// Puts a value of the same length class in the place of the present one, which is not dropped.
    fn overwrite_value(&mut self, at: usize, value: &Value<'_>) {
        let flag = self.byte(0) & HAS_EXPIRY;
        self.write(0, &[value.kind().bits() | flag]);
        self.write_value(at, value);
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        // SAFETY: the callers stay within the head, which every block has.
        unsafe { *self.0.as_ptr().add(at) }
    }

    #[inline]
    fn bytes8(&self, at: usize) -> [u8; 8] {
        // SAFETY: the callers read an eight-byte value that is there.
        unsafe { self.0.as_ptr().add(at).cast::<[u8; 8]>().read() }
    }

    #[inline]
    fn kind(&self) -> Kind {
        Kind::from_bits(self.byte(0) & !HAS_EXPIRY)
    }

    /// Returns where the key is, and how long.
    #[inline]
    fn key_range(&self) -> (usize, usize) {
        let expiry = if self.byte(0) & HAS_EXPIRY != 0 { EXPIRY_LEN } else { 0 };
        match self.byte(4) {
            LONG_KEY => {
                let len =
                    u32::from_le_bytes([self.byte(5), self.byte(6), self.byte(7), self.byte(8)]);
                (9 + expiry, len as usize)
            }
            len => (5 + expiry, usize::from(len)),
        }
    }

    #[inline]
    fn value_at(&self) -> usize {
        let (at, len) = self.key_range();
        at + len
    }

    /// Returns the size of the block before rounding to the allocator's class.
    pub(crate) fn size(&self) -> usize {
        let at = self.value_at();
        match self.kind() {
            Kind::SHORT | Kind::SHORT_RAW => at + 1 + usize::from(self.byte(at)),
            kind if kind.is_packed_inside() => at + self.packed_len(at),
            _ => at + 8,
        }
    }

    /// Returns the key.
    #[inline]
    pub fn key(&self) -> &[u8] {
        let (at, len) = self.key_range();
        // SAFETY: the key's bytes are within the block and initialised.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().add(at), len) }
    }

    /// Returns all the memory that the entry occupies.
    pub fn memory(&self) -> usize {
        let beside = if self.kind().is_blob() {
            good_size(self.blob_ref(self.value_at()).allocation_size())
        } else {
            // SAFETY: a shared look, while the entry is borrowed.
            with_large!(self, large => unsafe { large.memory() }, else 0)
        };
        good_size(self.size()) + beside
    }

    /// Returns whether the value is a structure of its own.
    #[inline]
    pub(crate) fn is_large(&self) -> bool {
        self.kind().is_large()
    }

    /// Returns whether the value is a hash.
    #[inline]
    pub(crate) fn is_hash(&self) -> bool {
        self.kind().is_hash()
    }

    /// Returns whether the value is a hash that has had fields which expire.
    #[inline]
    pub(crate) fn may_have_timed_fields(&self) -> bool {
        self.kind().may_have_timed_fields()
    }

    /// Notes that fields of the value, a large hash, expire.
    pub(crate) fn expect_timed_fields(&mut self) {
        debug_assert!(LargeHash::is_of(self.kind().bits()), "small ones have a form for it");
        let flag = self.byte(0) & HAS_EXPIRY;
        self.write(0, &[Kind::LARGE_TIMED_HASH.bits() | flag]);
    }

    /// Returns about how many allocations go with the entry: what freeing it takes.
    pub fn effort(&self) -> usize {
        // SAFETY: a shared look, while the entry is borrowed.
        with_large!(self, large => unsafe { large.get() }.len(), else 1)
    }

    /// Returns the number of buckets, if the value is a collection with a table.
    pub fn buckets(&self) -> Option<usize> {
        let hash = self.as_large::<LargeHash>().map(LargeHash::buckets);
        let set = || self.as_large::<LargeSet>().map(LargeSet::buckets);
        let sorted_set = || self.as_large::<LargeSortedSet>().map(LargeSortedSet::buckets);
        hash.or_else(set).or_else(sorted_set)
    }

    /// Returns the type of the value.
    #[inline]
    pub fn data_type(&self) -> Type {
        self.kind().data_type()
    }

    /// Returns how the value is represented.
    pub fn encoding(&self) -> Encoding {
        match self.kind() {
            Kind::INT => Encoding::Int,
            Kind::SHORT if usize::from(self.byte(self.value_at())) <= EMBSTR_MAX => {
                Encoding::Embstr
            }
            Kind::SHORT_APART => Encoding::Embstr,
            kind if kind.is_string() => Encoding::Raw,
            kind => kind.collection_encoding(),
        }
    }

    /// Returns the 24 bits of the LRU or LFU clock.
    #[inline]
    pub fn access(&self) -> u32 {
        u32::from_le_bytes([self.byte(1), self.byte(2), self.byte(3), 0])
    }

    /// Records an access. It is a mark on the value, not part of it, hence no `&mut`.
    #[inline]
    pub fn set_access(&self, access: u32) {
        let bytes = access.to_le_bytes();
        // SAFETY: the three bytes are in the head, no reference to them is ever given out, and an entry is not shared between threads.
        unsafe { self.0.as_ptr().add(1).cast::<[u8; 3]>().write([bytes[0], bytes[1], bytes[2]]) };
    }

    /// Returns when the entry expires, in milliseconds of Unix time.
    #[inline]
    pub fn expiry(&self) -> Option<u64> {
        if self.byte(0) & HAS_EXPIRY == 0 {
            return None;
        }
        let at = if self.byte(4) == LONG_KEY { 9 } else { 5 };
        let mut when = [0; 8];
        for (index, byte) in when[..EXPIRY_LEN].iter_mut().enumerate() {
            *byte = self.byte(at + index);
        }
        Some(u64::from_le_bytes(when))
    }

    /// Returns the pointer that is the value.
    #[inline]
    fn pointer(&self, at: usize) -> NonNull<u8> {
        let address = u64::from_le_bytes(self.bytes8(at)) as usize;
        NonNull::new(std::ptr::with_exposed_provenance_mut(address))
            .expect("a stored pointer is not null")
    }

    /// Returns the blob that is stored at `at`; whoever calls decides which of the two handles is dropped.
    #[inline]
    fn blob(&self, at: usize) -> Blob {
        // SAFETY: the callers know that the value is what `Blob::into_raw` gave.
        unsafe { Blob::from_raw(self.pointer(at)) }
    }

    #[inline]
    fn blob_ref(&self, at: usize) -> BlobRef<'_> {
        BlobRef::new(self.blob(at))
    }

    /// Returns the collection's handle, which stays the entry's own.
    #[inline]
    fn large<C: Collection>(&self) -> ManuallyDrop<Large<C>> {
        debug_assert!(C::is_of(self.kind().bits()), "the value is of that type");
        // SAFETY: the value is what `Large::into_raw` gave, and this handle is not dropped.
        ManuallyDrop::new(unsafe { Large::from_raw(self.pointer(self.value_at())) })
    }

    /// Returns the collection, if the value is one of that type.
    #[inline]
    pub(crate) fn as_large<C: Collection>(&self) -> Option<&C> {
        if !C::is_of(self.kind().bits()) {
            return None;
        }
        // SAFETY: the entry is borrowed as long as the result, and a snapshot looks only when no entry is.
        Some(unsafe { self.large::<C>().get() })
    }

    /// Returns the collection to be changed, if the value is one of that type.
    #[inline]
    pub(crate) fn as_large_mut<C: Collection>(&mut self) -> Option<&mut C> {
        if !C::is_of(self.kind().bits()) {
            return None;
        }
        // SAFETY: as above, and the entry is borrowed mutably.
        Some(unsafe { self.large::<C>().get_mut() })
    }

    /// Puts a big collection in the place of the value.
    pub(crate) fn set_large<C: Collection>(&mut self, collection: C) {
        self.put(Value::large(collection));
    }

    /// Drops what the entry points to, if it does. The pointer dangles then.
    pub(crate) fn drop_apart(&mut self) {
        if self.kind().is_blob() {
            drop(self.blob(self.value_at()));
        } else {
            with_large!(self, large => drop(ManuallyDrop::into_inner(large)), else ());
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.kind().is_apart() {
            self.drop_apart();
        }
        Self(self.0).free_block();
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:?}: ", self.key().escape_ascii().to_string())?;
        match self.as_string() {
            Ok(string) => write!(f, "{string:?})"),
            Err(WrongType) => write!(f, "{}, {:?})", self.data_type().name(), self.encoding()),
        }
    }
}

#[cfg(test)]
mod tests;
