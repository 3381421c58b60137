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
//! The top bit of `kind` says whether an expiry is there. A key length of 255 means that the real one follows in four bytes. The value is, by kind: an integer (8 bytes), a short string (a length byte and its bytes), or a pointer to something larger (8 bytes).
//!
//! # Sizes
//!
//! Every block is allocated at the full size of its allocator class, so that a value may grow and shrink within the class without moving, and so that its size for freeing follows from its content.

#![expect(unsafe_code, reason = "fields of varying size in one allocation have no safe spelling")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use stdx::size_class::good_size;
use structs::blob::Blob;
use structs::hashtable::Element;

/// Blocks up to this size keep their string inside: three cache lines.
const INLINE_MAX: usize = 192;

const HAS_EXPIRY: u8 = 0x80;
const LONG_KEY: u8 = 255;
const EXPIRY_LEN: usize = 6;

/// The latest time that a key can expire at, a little before the year 10,900. Later ones become this one.
pub const EXPIRY_MAX: u64 = (1 << (8 * EXPIRY_LEN)) - 1;

/// How the value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Int = 0,
    /// A short string.
    Short = 1,
    /// A short string that has been edited in place; clients are told so (`raw`).
    ShortRaw = 2,
    /// A string in an allocation of its own.
    Long = 3,
    /// A short string in an allocation of its own, because the key leaves no room for it; clients are told what they are told of any short one (`embstr`).
    ShortApart = 4,
}

impl Kind {
    /// Returns whether the value is a pointer to something that the entry owns.
    fn is_apart(self) -> bool {
        matches!(self, Self::Long | Self::ShortApart)
    }
}

/// The data types that a key can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Bytes, or a number.
    String,
}

impl Type {
    /// Returns the name that TYPE answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
        }
    }
}

/// How a value is represented, as OBJECT ENCODING tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// A number.
    Int,
    /// A string so short that clients expect it to lie beside its header.
    Embstr,
    /// Any other string.
    Raw,
}

impl Encoding {
    /// Returns the name that OBJECT ENCODING answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Embstr => "embstr",
            Self::Raw => "raw",
        }
    }
}

/// Up to this length a fresh string is called `embstr`.
const EMBSTR_MAX: usize = 44;

/// A string to be stored.
#[derive(Debug)]
pub enum NewString<'a> {
    /// A number; it is kept as one.
    Int(i64),
    /// Bytes as they are.
    Bytes(&'a [u8]),
    /// Bytes that an edit produced: never shown as `embstr`.
    Edited(&'a [u8]),
    /// Bytes in an allocation of their own, which becomes the value.
    Blob(Blob),
}

impl<'a> NewString<'a> {
    /// Chooses the number for bytes that are one.
    #[inline]
    pub fn from_bytes(bytes: &'a [u8]) -> Self {
        // No 64-bit number has more characters.
        match (bytes.len() <= 20).then(|| stdx::number::parse_i64(bytes)).flatten() {
            Some(value) => Self::Int(value),
            None => Self::Bytes(bytes),
        }
    }
}

/// A string value as it is stored.
#[derive(Debug)]
pub enum StringRef<'a> {
    /// A number.
    Int(i64),
    /// Bytes beside the key.
    Bytes(&'a [u8]),
    /// Bytes in an allocation of their own.
    Blob(BlobRef<'a>),
}

/// The value is of another type than the one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongType;

/// A borrowed [`Blob`].
#[derive(Debug)]
pub struct BlobRef<'a>(ManuallyDrop<Blob>, PhantomData<&'a Blob>);

impl Deref for BlobRef<'_> {
    type Target = Blob;

    fn deref(&self) -> &Blob {
        &self.0
    }
}

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
    Long(NonNull<u8>, Kind),
}

impl Value<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Short(bytes, _) => 1 + bytes.len(),
            Self::Int(_) | Self::Long(..) => 8,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Int(_) => Kind::Int,
            Self::Short(_, kind) | Self::Long(_, kind) => *kind,
        }
    }
}

impl Entry {
    /// Returns the address of the block, which stays the entry's own.
    pub(crate) fn address(&self) -> NonNull<u8> {
        self.0
    }

    /// Returns a new entry for `key`.
    ///
    /// # Panics
    /// When the key is longer than 4 GiB, which the border does not let in.
    pub fn new(key: &[u8], value: NewString<'_>, expiry: Option<u64>, access: u32) -> Self {
        let head = head_len(key.len(), expiry.is_some());
        Self::build(key, place(head + key.len(), value), expiry, access)
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
        entry.write(0, &[value.kind() as u8 | flag]);
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
            Value::Long(raw, _) => {
                self.write(at, &(raw.as_ptr().expose_provenance() as u64).to_le_bytes());
            }
        }
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
        match self.byte(0) & !HAS_EXPIRY {
            0 => Kind::Int,
            1 => Kind::Short,
            2 => Kind::ShortRaw,
            4 => Kind::ShortApart,
            _ => Kind::Long,
        }
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
    fn size(&self) -> usize {
        let at = self.value_at();
        match self.kind() {
            Kind::Short | Kind::ShortRaw => at + 1 + usize::from(self.byte(at)),
            Kind::Int | Kind::Long | Kind::ShortApart => at + 8,
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
        let beside = match self.string() {
            StringRef::Blob(blob) => good_size(blob.allocation_size()),
            StringRef::Int(_) | StringRef::Bytes(_) => 0,
        };
        good_size(self.size()) + beside
    }

    /// Returns the type of the value.
    pub fn data_type(&self) -> Type {
        Type::String
    }

    /// Returns how the value is represented.
    pub fn encoding(&self) -> Encoding {
        match self.kind() {
            Kind::Int => Encoding::Int,
            Kind::Short if usize::from(self.byte(self.value_at())) <= EMBSTR_MAX => {
                Encoding::Embstr
            }
            Kind::ShortApart => Encoding::Embstr,
            Kind::Short | Kind::ShortRaw | Kind::Long => Encoding::Raw,
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

    /// Returns the string, if the value is one.
    #[inline]
    pub fn as_string(&self) -> Result<StringRef<'_>, WrongType> {
        match self.data_type() {
            Type::String => Ok(self.string()),
        }
    }

    /// Returns the string.
    #[inline]
    pub fn string(&self) -> StringRef<'_> {
        let at = self.value_at();
        match self.kind() {
            Kind::Int => StringRef::Int(i64::from_le_bytes(self.bytes8(at))),
            Kind::Short | Kind::ShortRaw => {
                let len = usize::from(self.byte(at));
                // SAFETY: a short string's bytes follow its length within the block.
                StringRef::Bytes(unsafe {
                    std::slice::from_raw_parts(self.0.as_ptr().add(at + 1), len)
                })
            }
            Kind::Long | Kind::ShortApart => {
                StringRef::Blob(BlobRef(ManuallyDrop::new(self.blob(at)), PhantomData))
            }
        }
    }

    /// Returns the handle that is stored at `at`; whoever calls decides which of the two is dropped.
    fn blob(&self, at: usize) -> Blob {
        let address = u64::from_le_bytes(self.bytes8(at)) as usize;
        let raw = NonNull::new(std::ptr::with_exposed_provenance_mut(address));
        // SAFETY: a long value is what `Blob::into_raw` gave.
        unsafe { Blob::from_raw(raw.expect("a stored pointer is not null")) }
    }

    /// Returns whether a new value of that size can take the place of the present one.
    #[inline]
    fn fits(&self, value_len: usize) -> bool {
        good_size(self.value_at() + value_len) == good_size(self.size())
    }

    /// Replaces the string; expiry and access stay.
    #[inline]
    pub fn set_string(&mut self, value: NewString<'_>) {
        let at = self.value_at();
        if let (NewString::Int(number), Kind::Int) = (&value, self.kind()) {
            return self.write(at, &number.to_le_bytes());
        }
        let value = place(at, value);
        let fits = self.fits(value.len());
        if self.kind().is_apart() {
            drop(self.blob(at));
            // The pointer is dangling now; nothing below can fail before it is overwritten.
        }
        if fits {
            let flag = self.byte(0) & HAS_EXPIRY;
            self.write(0, &[value.kind() as u8 | flag]);
            self.write_value(at, &value);
        } else {
            let new = Self::build(self.key(), value, self.expiry(), self.access());
            self.replace_block(new);
        }
    }

    /// Takes over `new`'s block and frees ours without what it points to.
    fn replace_block(&mut self, new: Self) {
        let old = std::mem::replace(self, new);
        old.free_block();
    }

    fn free_block(self) {
        let layout = layout(self.size());
        // SAFETY: allocated with this layout (the size follows from the content), and the handle ends here.
        unsafe { dealloc(ManuallyDrop::new(self).0.as_ptr(), layout) };
    }

    /// Sets, changes or removes the expiry.
    pub fn set_expiry(&mut self, expiry: Option<u64>) {
        match (self.expiry(), expiry) {
            (None, None) => (),
            (Some(_), Some(when)) => self.write_expiry(self.key_range().0, when),
            _ => {
                let at = self.value_at();
                let value = match self.string() {
                    StringRef::Int(number) => Value::Int(number),
                    StringRef::Bytes(bytes) => Value::Short(bytes, self.kind()),
                    StringRef::Blob(_) => Value::Long(self.blob(at).into_raw(), self.kind()),
                };
                let new = Self::build(self.key(), value, expiry, self.access());
                self.replace_block(new);
            }
        }
    }

    /// Returns the same entry under another key and expiry.
    pub fn renamed(self, key: &[u8], expiry: Option<u64>) -> Self {
        let at = self.value_at();
        let value = match self.string() {
            StringRef::Int(number) => Value::Int(number),
            StringRef::Bytes(bytes) => Value::Short(bytes, self.kind()),
            StringRef::Blob(_) => Value::Long(self.blob(at).into_raw(), self.kind()),
        };
        let new = Self::build(key, value, expiry, self.access());
        self.free_block();
        new
    }

    /// Returns a copy; a long value is shared until one of the two changes.
    pub fn duplicate(&self, key: &[u8], expiry: Option<u64>) -> Self {
        let value = match self.string() {
            StringRef::Int(number) => Value::Int(number),
            StringRef::Bytes(bytes) => Value::Short(bytes, self.kind()),
            StringRef::Blob(blob) => Value::Long(Blob::clone(&blob).into_raw(), self.kind()),
        };
        Self::build(key, value, expiry, self.access())
    }

    /// Overwrites the string from `offset` on, after zeros where it was shorter, and lengthens it as far as is needed.
    ///
    /// A string that is short afterwards stays beside its key; a longer one gets room to grow.
    pub fn write_at(&mut self, offset: usize, bytes: &[u8]) {
        let digits;
        let old = match self.string() {
            StringRef::Blob(_) => None,
            StringRef::Bytes(bytes) => Some(bytes),
            StringRef::Int(number) => {
                digits = stdx::number::Digits::from_i64(number);
                Some(digits.as_bytes())
            }
        };
        let end = offset + bytes.len();
        if let Some(old) = old.filter(|_| end <= INLINE_MAX) {
            let mut room = [0; INLINE_MAX];
            room[..old.len()].copy_from_slice(old);
            room[offset..end].copy_from_slice(bytes);
            let len = old.len().max(end);
            return self.set_string(NewString::Edited(&room[..len]));
        }
        self.edit(|blob| {
            if offset >= blob.len() {
                blob.resize(offset);
                blob.extend(bytes);
            } else {
                blob.resize(blob.len().max(end));
                blob.as_mut_slice()[offset..end].copy_from_slice(bytes);
            }
        });
    }

    /// Edits the value as bytes in an allocation of their own, whatever it was before.
    pub fn edit<R>(&mut self, edit: impl FnOnce(&mut Blob) -> R) -> R {
        if self.kind() != Kind::Long {
            let mut digits = Vec::new();
            let blob = match self.string() {
                StringRef::Int(number) => {
                    stdx::number::push_i64(&mut digits, number);
                    Blob::from_slice(&digits)
                }
                StringRef::Bytes(bytes) => Blob::from_slice(bytes),
                StringRef::Blob(blob) => Blob::clone(&blob),
            };
            self.set_string(NewString::Blob(blob));
        }
        let at = self.value_at();
        let mut blob = ManuallyDrop::new(self.blob(at));
        let result = edit(&mut blob);
        // The edit may have moved it.
        let raw = ManuallyDrop::into_inner(blob).into_raw();
        self.write_value(at, &Value::Long(raw, Kind::Long));
        result
    }
}

/// Decides where a string goes when `before` bytes precede it in its block.
#[inline]
fn place(before: usize, value: NewString<'_>) -> Value<'_> {
    match value {
        NewString::Int(number) => Value::Int(number),
        NewString::Bytes(bytes) if before + 1 + bytes.len() <= INLINE_MAX => {
            Value::Short(bytes, Kind::Short)
        }
        NewString::Edited(bytes) if before + 1 + bytes.len() <= INLINE_MAX => {
            Value::Short(bytes, Kind::ShortRaw)
        }
        NewString::Bytes(bytes) if bytes.len() <= EMBSTR_MAX => {
            Value::Long(Blob::from_slice(bytes).into_raw(), Kind::ShortApart)
        }
        NewString::Bytes(bytes) | NewString::Edited(bytes) => {
            Value::Long(Blob::from_slice(bytes).into_raw(), Kind::Long)
        }
        NewString::Blob(blob) => Value::Long(blob.into_raw(), Kind::Long),
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.kind().is_apart() {
            drop(self.blob(self.value_at()));
        }
        Self(self.0).free_block();
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:?}: {:?})", self.key().escape_ascii().to_string(), self.string())
    }
}
