//! Replies that several families give.

use std::sync::OnceLock;

use config::BufferLimit;
use resp::reply::Reply;
use structs::listpack::Element;

use crate::{CmdResult, CommandError};

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
/// A client with too much output is disconnected after the command. It cannot go on reading then, so the rest is not made. Where it may have any amount, what half of the machine's memory does not hold is refused.
pub(crate) fn repeatedly(
    reply: &mut Reply<'_>,
    limit: BufferLimit,
    count: usize,
    mut answer: impl FnMut(&mut Reply<'_>),
) -> CmdResult {
    let most = if limit.hard == 0 { u64::MAX } else { limit.hard };
    let room = room();
    // No answer is shorter than that of an empty string.
    if most == u64::MAX && count > room / b"$0\r\n\r\n".len() {
        return Err(too_much());
    }
    for _ in 0..count {
        answer(reply);
        let queued = reply.output().queued_memory();
        if queued as u64 >= most {
            break;
        }
        if queued > room {
            return Err(too_much());
        }
    }
    Ok(())
}

/// Returns how many bytes a single answer, or what is gathered for it, may take: half of the machine's memory.
pub(crate) fn room() -> usize {
    static ROOM: OnceLock<usize> = OnceLock::new();
    *ROOM.get_or_init(|| {
        let total = stdx::sys::total_memory_bytes().unwrap_or(1 << 30);
        usize::try_from(total / 2).unwrap_or(usize::MAX)
    })
}

/// Refuses what there is no [`room`] for.
pub(crate) fn too_much() -> CommandError {
    CommandError::other("ERR the result would take more than half of the memory of this machine")
}
