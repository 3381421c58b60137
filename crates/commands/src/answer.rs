//! Replies that several families give.

use config::Config;
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

/// Gives an answer `count` times, which may be any number: no more than the client can get.
///
/// A client with too much output is disconnected after the command. It cannot go on reading then, so the rest is not made.
pub(crate) fn repeatedly(
    reply: &mut Reply<'_>,
    config: &Config,
    count: usize,
    mut answer: impl FnMut(&mut Reply<'_>),
) {
    let most = config.client_output_buffer_limit.of_any().unwrap_or(u64::MAX);
    for _ in 0..count {
        answer(reply);
        if reply.output().queued_memory() as u64 >= most {
            return;
        }
    }
}
