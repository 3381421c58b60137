//! The widths that integers can have.

/// How many bytes an integer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Width {
    Two,
    Four,
    Eight,
}

impl Width {
    #[inline]
    pub(super) fn from_bytes(bytes: u32) -> Option<Self> {
        match bytes {
            2 => Some(Self::Two),
            4 => Some(Self::Four),
            8 => Some(Self::Eight),
            _ => None,
        }
    }

    /// The least width that the integer fits in.
    #[inline]
    pub(super) fn of(integer: i64) -> Self {
        if i16::try_from(integer).is_ok() {
            Self::Two
        } else if i32::try_from(integer).is_ok() {
            Self::Four
        } else {
            Self::Eight
        }
    }

    #[inline]
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    /// The integer with that index.
    #[inline]
    pub(super) fn get(self, integers: &[u8], index: usize) -> Option<i64> {
        match self {
            Self::Two => integers.as_chunks().0.get(index).map(|&two| two_bytes(two)),
            Self::Four => integers.as_chunks().0.get(index).map(|&four| four_bytes(four)),
            Self::Eight => integers.as_chunks().0.get(index).copied().map(i64::from_le_bytes),
        }
    }

    /// Puts an integer that fits the width at an index that there is.
    #[inline]
    pub(super) fn set(self, integers: &mut [u8], index: usize, integer: i64) {
        let width = self.bytes();
        let place = &mut integers[index * width..(index + 1) * width];
        // The sign is repeated in all the upper bytes, which can therefore be left out.
        place.copy_from_slice(&integer.to_le_bytes()[..width]);
    }

    /// The index of the integer, or the one that it would have.
    #[inline]
    pub(super) fn search(self, integers: &[u8], integer: i64) -> Result<usize, usize> {
        match self {
            Self::Two => search(integers.as_chunks().0, integer, two_bytes),
            Self::Four => search(integers.as_chunks().0, integer, four_bytes),
            Self::Eight => search(integers.as_chunks().0, integer, i64::from_le_bytes),
        }
    }
}

#[inline]
fn search<const N: usize>(
    integers: &[[u8; N]],
    integer: i64,
    decode: impl Fn([u8; N]) -> i64,
) -> Result<usize, usize> {
    // Appending in ascending order is common, and should not search.
    match integers.last() {
        Some(&last) if decode(last) < integer => Err(integers.len()),
        _ => integers.binary_search_by_key(&integer, |&bytes| decode(bytes)),
    }
}

#[inline]
fn two_bytes(bytes: [u8; 2]) -> i64 {
    i64::from(i16::from_le_bytes(bytes))
}

#[inline]
fn four_bytes(bytes: [u8; 4]) -> i64 {
    i64::from(i32::from_le_bytes(bytes))
}
