//! Packed collections: beside the key while the block is small, in a blob when it is not.

use std::ops::Range;

use stdx::size_class::good_size;
use structs::blob::Blob;
use structs::listpack::Listpack;
use structs::packed::Buffer;

use super::kind::{Form, Kind};
use super::{Entry, INLINE_MAX, Value, head_len};

impl Entry {
    /// Returns a new entry that holds a packed collection.
    ///
    /// # Panics
    /// When the key is longer than 4 GiB, which the border does not let in.
    pub fn new_packed(
        key: &[u8],
        form: Form,
        bytes: &[u8],
        expiry: Option<u64>,
        access: u32,
    ) -> Self {
        let head = head_len(key.len(), expiry.is_some());
        Self::build(key, place(head + key.len(), form, bytes), expiry, access)
    }

    /// Returns what the packed collection is, if the value is one.
    #[inline]
    pub(crate) fn form(&self) -> Option<Form> {
        self.kind().form()
    }

    /// Returns the listpack, if the value is one.
    pub fn as_listpack(&self) -> Option<Listpack<'_>> {
        match self.form()? {
            Form::Intset => None,
            _ => Some(Listpack::new(self.packed())),
        }
    }

    /// Returns how many bytes the packed collection has, if the value is one.
    pub fn packed_bytes(&self) -> Option<usize> {
        self.form().map(|_| self.packed().len())
    }

    /// Returns the bytes of the packed collection, or none if the value is something else.
    #[inline]
    pub(crate) fn packed(&self) -> &[u8] {
        let (kind, at) = (self.kind(), self.value_at());
        if kind.is_packed_inside() {
            return self.packed_inside(at);
        }
        if kind.form().is_none() {
            return &[];
        }
        let blob = self.blob_ref(at);
        let (start, len) = (blob.as_ptr(), blob.len());
        // SAFETY: the bytes are the entry's for as long as it is borrowed; the handle that they were reached by is another one to the same.
        unsafe { std::slice::from_raw_parts(start, len) }
    }

    /// Returns the packed collection for editing.
    ///
    /// # Panics
    /// Edits panic if the value is something else.
    pub(crate) fn packed_mut(&mut self) -> PackedMut<'_> {
        PackedMut { entry: self }
    }

    /// Puts a packed collection in the place of the value.
    pub(crate) fn set_packed(&mut self, form: Form, bytes: &[u8]) {
        self.put(place(self.value_at(), form, bytes));
    }

    /// Returns the bytes of the packed collection that is stored at `at`.
    #[inline]
    pub(super) fn packed_inside(&self, at: usize) -> &[u8] {
        let len = self.packed_len(at);
        // SAFETY: a packed collection states its own length, and is within the block.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().add(at), len) }
    }

    /// Returns the length of the packed collection that is stored at `at`.
    #[inline]
    pub(super) fn packed_len(&self, at: usize) -> usize {
        let word = |at| {
            let bytes = [self.byte(at), self.byte(at + 1), self.byte(at + 2), self.byte(at + 3)];
            u32::from_le_bytes(bytes) as usize
        };
        match self.kind().form() {
            // The width of an element, and how many there are.
            Some(Form::Intset) => 8 + word(at) * word(at + 4),
            _ => word(at),
        }
    }
}

/// Decides where packed bytes go when `before` bytes precede them in their block.
fn place(before: usize, form: Form, bytes: &[u8]) -> Value<'_> {
    if before + bytes.len() <= INLINE_MAX {
        return Value::Packed(bytes, Kind::packed(form));
    }
    let mut blob = Blob::with_capacity(0);
    reserve(&mut blob, bytes.len());
    blob.extend(bytes);
    Value::Apart(blob.into_raw(), Kind::packed_apart(form))
}

/// Makes room for so many bytes in all, and for what the allocator would give on top.
fn reserve(blob: &mut Blob, len: usize) {
    if len > blob.capacity() {
        let header = blob.allocation_size() - blob.capacity();
        blob.reserve_exact(good_size(header + len) - header - blob.len());
    }
}

/// A packed collection being edited, wherever it lies.
#[derive(Debug)]
pub(crate) struct PackedMut<'a> {
    entry: &'a mut Entry,
}

impl Buffer for PackedMut<'_> {
    #[inline]
    fn as_slice(&self) -> &[u8] {
        self.entry.packed()
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        let (kind, at) = (self.entry.kind(), self.entry.value_at());
        if kind.is_packed_inside() {
            let len = self.entry.packed_len(at);
            // SAFETY: within the block, which is borrowed mutably.
            return unsafe { std::slice::from_raw_parts_mut(self.entry.0.as_ptr().add(at), len) };
        }
        let (start, len) = self.entry.edit_blob(|blob| {
            let bytes = blob.as_mut_slice();
            (bytes.as_mut_ptr(), bytes.len())
        });
        // SAFETY: the blob is ours alone since `as_mut_slice`, and borrowed mutably with the entry.
        unsafe { std::slice::from_raw_parts_mut(start, len) }
    }

    fn resize_range(&mut self, range: Range<usize>, len: usize) {
        let form = self.entry.form().expect("a packed collection is edited");
        let old_len = self.as_slice().len();
        let new_len = old_len - range.len() + len;
        if !self.entry.kind().is_packed_inside() {
            self.entry.edit_blob(|blob| resize_blob(blob, range, len));
            return;
        }
        let at = self.entry.value_at();
        if at + new_len > INLINE_MAX {
            let old = self.as_slice();
            let mut blob = Blob::with_capacity(0);
            reserve(&mut blob, new_len);
            blob.extend(&old[..range.start]);
            blob.resize(range.start + len);
            blob.extend(&old[range.end..]);
            self.entry.put(Value::Apart(blob.into_raw(), Kind::packed_apart(form)));
        } else if good_size(at + old_len) == good_size(at + new_len) {
            // SAFETY: both ends are within the class that the block was allocated at.
            unsafe {
                let start = self.entry.0.as_ptr().add(at);
                let (from, to) = (start.add(range.end), start.add(range.start + len));
                from.copy_to(to, old_len - range.end);
            }
            self.state_len(form, at, new_len);
        } else {
            let mut room = [0; INLINE_MAX];
            let old = self.as_slice();
            room[..range.start].copy_from_slice(&old[..range.start]);
            room[range.start + len..new_len].copy_from_slice(&old[range.end..]);
            let value = Value::Packed(&room[..new_len], Kind::packed(form));
            let entry = &*self.entry;
            let new = Entry::build(entry.key(), value, entry.expiry(), entry.access());
            self.entry.replace_block(new);
            self.state_len(form, at, new_len);
        }
    }
}

impl PackedMut<'_> {
    /// Has the block that is stored at `at`, beside the key, state its new length, before the edit writes the rest of its header.
    fn state_len(&mut self, form: Form, at: usize, len: usize) {
        let word = |len: usize| (len as u32).to_le_bytes();
        if form == Form::Intset {
            let width = usize::from(self.entry.byte(at));
            self.entry.write(at + 4, &word((len - 8) / width));
        } else {
            self.entry.write(at, &word(len));
        }
    }
}

fn resize_blob(blob: &mut Blob, range: Range<usize>, len: usize) {
    let old_len = blob.len();
    let (end, new_len) = (range.start + len, old_len - range.len() + len);
    if new_len > old_len {
        reserve(blob, new_len);
        blob.resize(new_len);
    }
    blob.as_mut_slice().copy_within(range.end..old_len, end);
    if new_len < old_len {
        blob.resize(new_len);
        if blob.capacity() > 2 * new_len {
            let mut smaller = Blob::with_capacity(0);
            reserve(&mut smaller, new_len);
            smaller.extend(blob);
            *blob = smaller;
        }
    }
}
