//! Which sizes an allocation can have.
//!
//! jemalloc rounds every request up to one of its size classes. Whoever knows them can use the
//! slack (grow a buffer to the end of its class for nothing), and can account for memory exactly
//! without asking the allocator, which would cost a call and a lookup.
//!
//! The classes are those of jemalloc 5.3 built for a quantum of 8 bytes and pages of 4 KiB: the
//! multiples of 8 up to 64, and from there four classes per doubling.
//!
//! ```text
//!   8  16  24  32  40  48  56  64
//!                  80  96 112 128
//!                 160 192 224 256
//!                 320 384 …
//! ```
//!
//! So at most a fifth is wasted. Small and large classes follow the same rule; there is no
//! difference between them here.

/// The largest class. Beyond it allocation fails.
const LARGEST: usize = 7 << 60;

/// Returns the usable size of an allocation of `size` bytes: the smallest class that holds them.
///
/// True for alignments up to 8, and up to 16 if the size is a multiple of the alignment, as it
/// always is for Rust's types. Zero bytes are not allocated and take none. A size for which
/// allocation fails is returned unchanged.
#[inline]
pub const fn good_size(size: usize) -> usize {
    if size <= 64 {
        return (size + 7) & !7;
    }
    if size > LARGEST {
        return size;
    }
    // The classes above 2^n are 2^(n-2) apart. Of `size - 1`, so that a power of two counts as the
    // last class of its doubling.
    let step = 1 << ((size - 1).ilog2() - 2);
    (size + step - 1) & !(step - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The small classes in full, as the allocator's own statistics list them.
    const SMALL: [usize; 39] = [
        8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512,
        640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168,
        8192, 10240, 12288, 14336,
    ];

    #[test]
    fn every_size_gets_the_smallest_class_that_holds_it() {
        let mut classes = SMALL.into_iter().peekable();
        for size in 1..=14336 {
            while classes.peek().is_some_and(|&class| class < size) {
                classes.next();
            }
            assert_eq!(Some(good_size(size)), classes.peek().copied(), "{size}");
        }
        assert_eq!(good_size(0), 0);
    }

    #[test]
    fn large_classes_are_four_per_doubling() {
        for (size, class) in [
            (14_337, 16 << 10),
            ((16 << 10) + 1, 20 << 10),
            ((28 << 10) + 1, 32 << 10),
            (1 << 20, 1 << 20),
            ((1 << 20) + 1, 5 << 18),
            ((5 << 18) + 1, 6 << 18),
            ((7 << 30) + 1, 8 << 30),
            ((6 << 60) + 1, LARGEST),
            (LARGEST, LARGEST),
        ] {
            assert_eq!(good_size(size), class, "{size}");
            assert_eq!(good_size(class), class, "{class}");
        }
    }

    #[test]
    fn sizes_that_cannot_be_allocated_stay_as_they_are() {
        assert_eq!(good_size(LARGEST + 1), LARGEST + 1);
        assert_eq!(good_size(usize::MAX), usize::MAX);
    }

    #[test]
    fn no_class_wastes_more_than_a_fifth() {
        for size in 64..100_000 {
            assert!(good_size(size) - size < good_size(size).div_ceil(5), "{size}");
        }
    }

    #[test]
    fn classes_are_known_to_the_compiler() {
        const CLASS: usize = good_size(54);
        assert_eq!(CLASS, 56);
    }
}
