//! Another value, key or expiry: in the same block where it fits, else in a new one.

use std::alloc::dealloc;
use std::mem::ManuallyDrop;

use stdx::size_class::good_size;
use structs::blob::Blob;

use super::kind::Kind;
use super::large::{Collection, Large};
use super::{Entry, LargeHash, LargeList, LargeSet, LargeSortedSet, Value, layout};

impl Entry {
    /// Returns whether a new value of that size can take the place of the present one.
    #[inline]
    pub(super) fn fits(&self, value_len: usize) -> bool {
        good_size(self.value_at() + value_len) == good_size(self.size())
    }

    /// Replaces the value; expiry and access stay.
    #[inline]
    pub(super) fn put(&mut self, value: Value<'_>) {
        let fits = self.fits(value.len());
        if self.kind().is_apart() {
            self.drop_apart();
            // Nothing below can fail before the dangling pointer is overwritten.
        }
        if fits {
            self.overwrite_value(self.value_at(), &value);
        } else {
            let new = Self::build(self.key(), value, self.expiry(), self.access());
            self.replace_block(new);
        }
    }

    /// Takes over `new`'s block and frees ours without what it points to.
    pub(super) fn replace_block(&mut self, new: Self) {
        let old = std::mem::replace(self, new);
        old.free_block();
    }

    pub(super) fn free_block(self) {
        let layout = layout(self.size());
        // SAFETY: allocated with this layout (the size follows from the content), and the handle ends here.
        unsafe { dealloc(ManuallyDrop::new(self).0.as_ptr(), layout) };
    }

    /// Returns the value for another block, which takes over what it points to.
    pub(super) fn moved_value(&self) -> Value<'_> {
        let (at, kind) = (self.value_at(), self.kind());
        match kind {
            Kind::INT => Value::Int(i64::from_le_bytes(self.bytes8(at))),
            Kind::SHORT | Kind::SHORT_RAW => Value::Short(self.short(at), kind),
            _ if kind.is_packed_inside() => Value::Packed(self.packed_inside(at), kind),
            _ => Value::Apart(self.pointer(at), kind),
        }
    }

    /// Sets, changes or removes the expiry.
    pub fn set_expiry(&mut self, expiry: Option<u64>) {
        match (self.expiry(), expiry) {
            (None, None) => (),
            (Some(_), Some(when)) => self.write_expiry(self.key_range().0, when),
            _ => {
                let new = Self::build(self.key(), self.moved_value(), expiry, self.access());
                self.replace_block(new);
            }
        }
    }

    /// Returns the same entry under another key and expiry.
    pub fn renamed(self, key: &[u8], expiry: Option<u64>) -> Self {
        let new = Self::build(key, self.moved_value(), expiry, self.access());
        self.free_block();
        new
    }

    /// Returns a copy. A long string and a packed collection are shared until one of the two changes.
    pub fn duplicate(&self, key: &[u8], expiry: Option<u64>) -> Self {
        let value = with_large!(
            self,
            // SAFETY: a shared look, while the entry is borrowed.
            large => Value::Apart(
                Large::new(unsafe { large.get() }.copy()).into_raw(),
                self.kind(),
            ),
            else self.shared_value()
        );
        Self::build(key, value, expiry, self.access())
    }

    /// Appends a copy of the entry's bytes, which is an entry that is not to be freed but whose [`Entry::drop_apart`] is to be called. Returns how much memory the two share.
    ///
    /// Not for large values.
    pub(crate) fn copy_into(&self, out: &mut Vec<u8>) -> usize {
        debug_assert!(!self.is_large(), "a large value is not read but with the shard at hand");
        // SAFETY: the block has so many bytes, all of them written.
        out.extend_from_slice(unsafe { std::slice::from_raw_parts(self.0.as_ptr(), self.size()) });
        if !self.kind().is_blob() {
            return 0;
        }
        let blob = self.blob_ref(self.value_at());
        // The pointer that was copied is this handle from now on.
        let _ = Blob::clone(&blob).into_raw();
        good_size(blob.allocation_size())
    }

    /// Returns the value, which is not a large collection, for another block beside this one.
    pub(super) fn shared_value(&self) -> Value<'_> {
        let kind = self.kind();
        if kind.is_blob() {
            let blob = self.blob_ref(self.value_at());
            return Value::Apart(Blob::clone(&blob).into_raw(), kind);
        }
        self.moved_value()
    }
}
