//! Strings: numbers, short ones beside the key, long ones in blobs.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;

use structs::blob::Blob;

use super::kind::Kind;
use super::{EMBSTR_MAX, Entry, INLINE_MAX, Value, WrongType, head_len};

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

/// A borrowed [`Blob`].
#[derive(Debug)]
pub struct BlobRef<'a>(ManuallyDrop<Blob>, PhantomData<&'a Blob>);

impl BlobRef<'_> {
    /// Lends a blob, of which another handle exists for as long.
    pub(super) fn new(blob: Blob) -> Self {
        Self(ManuallyDrop::new(blob), PhantomData)
    }
}

impl Deref for BlobRef<'_> {
    type Target = Blob;

    fn deref(&self) -> &Blob {
        &self.0
    }
}

/// Decides where a string goes when `before` bytes precede it in its block.
#[inline]
fn place(before: usize, value: NewString<'_>) -> Value<'_> {
    match value {
        NewString::Int(number) => Value::Int(number),
        NewString::Bytes(bytes) if before + 1 + bytes.len() <= INLINE_MAX => {
            Value::Short(bytes, Kind::SHORT)
        }
        NewString::Edited(bytes) if before + 1 + bytes.len() <= INLINE_MAX => {
            Value::Short(bytes, Kind::SHORT_RAW)
        }
        NewString::Bytes(bytes) if bytes.len() <= EMBSTR_MAX => {
            Value::Apart(Blob::from_slice(bytes).into_raw(), Kind::SHORT_APART)
        }
        NewString::Bytes(bytes) | NewString::Edited(bytes) => {
            Value::Apart(Blob::from_slice(bytes).into_raw(), Kind::LONG)
        }
        NewString::Blob(blob) => Value::Apart(blob.into_raw(), Kind::LONG),
    }
}

impl Entry {
    /// Returns a new entry for `key`.
    ///
    /// # Panics
    /// When the key is longer than 4 GiB, which the border does not let in.
    pub fn new(key: &[u8], value: NewString<'_>, expiry: Option<u64>, access: u32) -> Self {
        let head = head_len(key.len(), expiry.is_some());
        Self::build(key, place(head + key.len(), value), expiry, access)
    }

    /// Returns the string, if the value is one.
    #[inline]
    pub fn as_string(&self) -> Result<StringRef<'_>, WrongType> {
        let kind = self.kind();
        if kind.is_string() { Ok(self.string_of(kind)) } else { Err(WrongType) }
    }

    #[inline]
    fn string_of(&self, kind: Kind) -> StringRef<'_> {
        let at = self.value_at();
        match kind {
            Kind::INT => StringRef::Int(i64::from_le_bytes(self.bytes8(at))),
            Kind::SHORT | Kind::SHORT_RAW => StringRef::Bytes(self.short(at)),
            _ => StringRef::Blob(self.blob_ref(at)),
        }
    }

    /// Returns the short string that is stored at `at`.
    #[inline]
    pub(super) fn short(&self, at: usize) -> &[u8] {
        let len = usize::from(self.byte(at));
        // SAFETY: a short string's bytes follow its length within the block.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().add(at + 1), len) }
    }

    /// Replaces the value by a string; expiry and access stay.
    #[inline]
    pub fn set_string(&mut self, value: NewString<'_>) {
        let at = self.value_at();
        if let (NewString::Int(number), Kind::INT) = (&value, self.kind()) {
            return self.write(at, &number.to_le_bytes());
        }
        self.put(place(at, value));
    }

    /// Overwrites a part of the string from `offset` on, after zeros where it was shorter, and lengthens it as far as is needed.
    ///
    /// A string that is short afterwards stays beside its key; a longer one gets room to grow.
    ///
    /// # Panics
    /// If the value is not a string.
    pub fn write_at(&mut self, offset: usize, bytes: &[u8]) {
        let digits;
        let old = match self.as_string().expect("a string is edited") {
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
            // A string that begins gets what it needs. One that grows may grow again.
            if blob.is_empty() && u32::try_from(end).is_ok() {
                blob.reserve_exact(end);
            }
            if offset >= blob.len() {
                blob.resize(offset);
                blob.extend(bytes);
            } else {
                blob.resize(blob.len().max(end));
                blob.as_mut_slice()[offset..end].copy_from_slice(bytes);
            }
        });
    }

    /// Edits the string as bytes in an allocation of their own, whatever it was before.
    ///
    /// # Panics
    /// If the value is not a string.
    pub fn edit<R>(&mut self, edit: impl FnOnce(&mut Blob) -> R) -> R {
        if self.kind() != Kind::LONG {
            let blob = match self.as_string().expect("a string is edited") {
                StringRef::Int(number) => {
                    Blob::from_slice(stdx::number::Digits::from_i64(number).as_bytes())
                }
                StringRef::Bytes(bytes) => Blob::from_slice(bytes),
                StringRef::Blob(blob) => Blob::clone(&blob),
            };
            self.set_string(NewString::Blob(blob));
        }
        self.edit_blob(edit)
    }

    /// Edits the blob that is the value.
    pub(super) fn edit_blob<R>(&mut self, edit: impl FnOnce(&mut Blob) -> R) -> R {
        let (at, kind) = (self.value_at(), self.kind());
        let mut blob = ManuallyDrop::new(self.blob(at));
        let result = edit(&mut blob);
        // The edit may have moved it.
        let raw = ManuallyDrop::into_inner(blob).into_raw();
        self.write_value(at, &Value::Apart(raw, kind));
        result
    }
}
