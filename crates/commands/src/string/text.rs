//! A string value as bytes, however it is stored.

use std::ops::Deref;

use keyspace::{BlobRef, StringRef};
use resp::reply::Reply;
use stdx::number::{Digits, parse_i64};

/// A string value as bytes: a number is printed, everything else stays where it is.
#[derive(Debug)]
pub(crate) enum Text<'a> {
    Digits(Digits),
    Bytes(&'a [u8]),
    Blob(BlobRef<'a>),
}

impl<'a> From<StringRef<'a>> for Text<'a> {
    fn from(value: StringRef<'a>) -> Self {
        match value {
            StringRef::Int(number) => Self::Digits(Digits::from_i64(number)),
            StringRef::Bytes(bytes) => Self::Bytes(bytes),
            StringRef::Blob(blob) => Self::Blob(blob),
        }
    }
}

impl Deref for Text<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Digits(digits) => digits.as_bytes(),
            Self::Bytes(bytes) => bytes,
            Self::Blob(blob) => blob,
        }
    }
}

/// Answers with a string value; a long one is not copied.
#[inline]
pub(super) fn answer(reply: &mut Reply<'_>, value: StringRef<'_>) {
    match value {
        StringRef::Int(number) => reply.bulk_integer(number),
        StringRef::Bytes(bytes) => reply.bulk(bytes),
        StringRef::Blob(blob) => reply.bulk_blob(&blob),
    }
}

/// Returns the number that a string value is, if it is one.
#[inline]
pub(super) fn number(value: &StringRef<'_>) -> Option<i64> {
    match value {
        StringRef::Int(number) => Some(*number),
        StringRef::Bytes(bytes) => parse_i64(bytes),
        StringRef::Blob(blob) => parse_i64(blob),
    }
}
