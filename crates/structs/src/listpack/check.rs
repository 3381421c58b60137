//! Are these bytes a listpack?

use super::encoding::{END, HEADER, TERMINATED, backlen_width, count, read_backlen, skip};
use super::{COUNT_UNKNOWN, Malformed};

/// Checks what is around the entries.
pub(super) fn frame(bytes: &[u8]) -> Result<(), Malformed> {
    let Some(total) = bytes.first_chunk().filter(|_| bytes.len() >= TERMINATED) else {
        return Err(Malformed::Header);
    };
    let stated = u32::from_le_bytes(*total);
    if usize::try_from(stated) != Ok(bytes.len()) {
        return Err(Malformed::Size { stated: u64::from(stated), found: bytes.len() });
    }
    if bytes.last() != Some(&END) {
        return Err(Malformed::Terminator);
    }
    Ok(())
}

/// Checks the entries, given a valid frame, in one pass.
///
/// Going backwards needs no pass of its own: if behind every entry stands its length, then steps
/// back from the terminator visit the ends of the same entries.
pub(super) fn entries(bytes: &[u8]) -> Result<(), Malformed> {
    let end = bytes.len() - 1;
    let (mut at, mut found) = (HEADER, 0);
    while at < end {
        let next = skip(bytes, at).ok_or(Malformed::Element { at })?;
        // `skip` has added the width that the length should have. Another width could make up for
        // another length, hence both are compared.
        match read_backlen(&bytes[at..next]) {
            Some((len, width)) if len + width == next - at && width == backlen_width(len) => (),
            _ => return Err(Malformed::Backlen { at }),
        }
        (at, found) = (next, found + 1);
    }
    let stated = count(bytes);
    if stated != COUNT_UNKNOWN && usize::from(stated) != found {
        return Err(Malformed::Count { stated: usize::from(stated), found });
    }
    Ok(())
}
