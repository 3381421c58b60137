//! Replies that several families give.

use resp::reply::Reply;
use structs::listpack::Element;

/// Answers an element as a byte string.
#[inline]
pub(crate) fn element(reply: &mut Reply<'_>, element: Element<'_>) {
    match element {
        Element::Bytes(text) => reply.bulk(text),
        Element::Int(value) => reply.bulk_integer(value),
    }
}
