//! A length in front of bytes, as it stands in the blocks of members and fields: one byte, or nine for what is long.

#![expect(unsafe_code, reason = "it stands in blocks that others have allocated")]

/// The first byte if the length follows in eight more.
const LONG: u8 = 255;

/// A first byte that no length begins with, for a block that has something else in front.
pub(crate) const MARK: u8 = 254;

/// Returns how many bytes a length takes.
#[inline]
pub(crate) fn size(len: usize) -> usize {
    if len < usize::from(MARK) { 1 } else { 9 }
}

/// Writes a length; returns where what comes next belongs.
///
/// # Safety
/// There is room for [`size`] bytes.
#[inline]
pub(crate) unsafe fn write(at: *mut u8, len: usize) -> *mut u8 {
    // SAFETY: by the caller's word.
    unsafe {
        if size(len) == 1 {
            at.write(len as u8);
        } else {
            at.write(LONG);
            at.add(1).cast::<u64>().write_unaligned(len as u64);
        }
        at.add(size(len))
    }
}

/// Reads a length; returns where it ends, too.
///
/// # Safety
/// A length was written there.
#[inline]
pub(crate) unsafe fn read(at: *const u8) -> (usize, *const u8) {
    // SAFETY: by the caller's word.
    unsafe {
        match *at {
            LONG => (at.add(1).cast::<u64>().read_unaligned() as usize, at.add(9)),
            len => (usize::from(len), at.add(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_they_were_written_and_none_looks_like_the_mark() {
        for len in [0, 1, 253, 254, 255, 256, 70_000, usize::MAX] {
            let mut block = [0; 9];
            // SAFETY: nine bytes are the most that a length takes.
            let (end, read) = unsafe {
                let end = write(block.as_mut_ptr(), len);
                (end.addr() - block.as_ptr().addr(), read(block.as_ptr()).0)
            };
            assert_eq!((end, read), (size(len), len));
            assert_ne!(block[0], MARK);
        }
    }
}
