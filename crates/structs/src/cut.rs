//! A collection as it was at an instant, while it goes on changing: what its table's
//! [capture](crate::hashtable) hands over, kept until it is asked for.
//!
//! The table calls before it changes a bucket that has not been walked; what it hands over then is
//! appended here, one element after the other. The walk takes that first, and goes on with the
//! buckets that nobody has touched.

use std::mem;

use crate::hashtable::{Capture, Element};

/// An element that can be copied out as bytes.
pub(crate) trait Record {
    /// Appends what has to be known of the element, in a form that says where it ends.
    fn append_to(&self, out: &mut Vec<u8>);
}

/// A cut under way: the elements that were captured and not asked for yet.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    /// The number of elements at the instant.
    pub(crate) len: usize,
    records: Vec<u8>,
}

impl Cut {
    pub(crate) fn begin(len: usize) -> Option<Box<Self>> {
        Some(Box::new(Self { len, records: Vec::new() }))
    }

    /// Takes what was captured.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        mem::take(&mut self.records)
    }

    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.records.capacity()
    }
}

/// Without a cut there is nothing to be captured.
impl<E: Element + Record> Capture<E> for Option<Box<Cut>> {
    #[inline]
    fn capture(&mut self, element: &E, _: bool) {
        if let Some(cut) = self {
            element.append_to(&mut cut.records);
        }
    }
}

/// Appends bytes with their length in front.
pub(crate) fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Takes what [`push_bytes`] appended off the front.
pub(crate) fn pop_bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (len, rest) = from.split_first_chunk::<8>()?;
    let (bytes, rest) = rest.split_at_checked(u64::from_le_bytes(*len) as usize)?;
    *from = rest;
    Some(bytes)
}
