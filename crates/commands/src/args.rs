//! The arguments of one request, and reading them with the right errors.

use std::ops::{Index, RangeFrom};

use keyspace::{Key, NewString};
use stdx::hash::KeyHasher;
use structs::blob::Blob;

use crate::error::CommandError;

/// The arguments of one request; the first is the command's name.
///
/// They are slices of whatever they came in: a connection's read buffer, a queued transaction, a script's stack.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a> {
    argv: &'a [&'a [u8]],
    hasher: KeyHasher,
    hashes: &'a [u64],
    first_key: usize,
    step: usize,
    blobs: &'a [Blob],
}

impl<'a> Args<'a> {
    /// Returns arguments whose keys are hashed when they are asked for.
    pub fn new(argv: &'a [&'a [u8]], hasher: KeyHasher) -> Self {
        Self { argv, hasher, hashes: &[], first_key: 0, step: 1, blobs: &[] }
    }

    /// Brings along the hashes of the keys at `first_key`, `first_key + step`, and so on.
    #[must_use]
    pub fn with_hashes(self, hashes: &'a [u64], first_key: usize, step: usize) -> Self {
        Self { hashes, first_key, step, ..self }
    }

    /// Brings along the allocations that some of the arguments lie in.
    #[must_use]
    pub fn with_blobs(self, blobs: &'a [Blob]) -> Self {
        Self { blobs, ..self }
    }

    /// Returns the number of arguments, the name included.
    #[inline]
    pub fn len(&self) -> usize {
        self.argv.len()
    }

    /// Returns whether there are none, not even a name.
    pub fn is_empty(&self) -> bool {
        self.argv.is_empty()
    }

    /// Returns all arguments.
    pub fn all(&self) -> &'a [&'a [u8]] {
        self.argv
    }

    /// Returns an argument, if there are so many.
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        self.argv.get(index).copied()
    }

    /// Returns the key at `index` with its hash.
    #[inline]
    pub fn key(&self, index: usize) -> Key<'a> {
        let bytes = self.argv[index];
        // The usual step is one, and a division is dear here.
        let offset = index.wrapping_sub(self.first_key);
        let place = if self.step == 1 { offset } else { offset / self.step };
        let hash = match self.hashes.get(place) {
            Some(&hash) => hash,
            None => self.hasher.hash(bytes),
        };
        debug_assert_eq!(hash, self.hasher.hash(bytes), "the hash belongs to the key");
        Key { bytes, hash }
    }

    /// Returns the argument as a string to be stored: a number where it is one, the allocation it came in where it has its own.
    #[inline]
    pub fn value(&self, index: usize) -> NewString<'a> {
        let bytes = self.argv[index];
        if self.blobs.is_empty() {
            return NewString::from_bytes(bytes);
        }
        match self.blobs.iter().find(|blob| blob.as_ptr() == bytes.as_ptr()) {
            Some(blob) if blob.len() >= resp::limits::BIG_ARGUMENT => NewString::Blob(blob.clone()),
            _ => NewString::from_bytes(bytes),
        }
    }

    /// Returns the argument as a 64-bit integer.
    pub fn integer(&self, index: usize) -> Result<i64, CommandError> {
        stdx::number::parse_i64(self.argv[index]).ok_or(CommandError::NotAnInteger)
    }

    /// Returns the argument as the number of one of `databases` databases.
    pub fn database(&self, index: usize, databases: usize) -> Result<usize, CommandError> {
        let number = self.integer(index)?;
        let (min, max) = (i32::MIN.into(), i32::MAX.into());
        if !(min..=max).contains(&number) {
            return Err(CommandError::OutOfRange { min, max });
        }
        let database = usize::try_from(number).ok().filter(|&database| database < databases);
        database.ok_or(CommandError::DbIndex)
    }

    /// Returns whether the argument is `word`, in any case.
    pub fn is(&self, index: usize, word: &str) -> bool {
        stdx::text::eq_ignore_case(self.argv[index], word.as_bytes())
    }
}

impl<'a> Index<usize> for Args<'a> {
    type Output = &'a [u8];

    #[inline]
    fn index(&self, index: usize) -> &&'a [u8] {
        &self.argv[index]
    }
}

impl<'a> Index<RangeFrom<usize>> for Args<'a> {
    type Output = [&'a [u8]];

    fn index(&self, range: RangeFrom<usize>) -> &[&'a [u8]] {
        &self.argv[range]
    }
}
