//! Whatever was compressed comes back, and whatever is expanded does no harm.

use proptest::prelude::*;
use stdx::lzf::{Compressor, decompress};

/// Pieces of few different bytes, some of them again and again: there is something to compress.
fn repetitive() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(0..4_u8, 0..20),
        prop::collection::vec(any::<u8>(), 0..40),
        (any::<u8>(), 0..700_usize).prop_map(|(byte, len)| vec![byte; len]),
    ];
    prop::collection::vec((piece, 1..6_usize), 0..8).prop_map(|pieces| {
        let twice = pieces.iter().chain(&pieces);
        twice.flat_map(|(piece, times)| piece.repeat(*times)).collect()
    })
}

/// Instructions that are likely to be valid.
fn instructions() -> impl Strategy<Value = Vec<u8>> {
    let literals = prop::collection::vec(any::<u8>(), 1..=32).prop_map(|bytes| {
        let mut run = vec![bytes.len() as u8 - 1];
        run.extend(bytes);
        run
    });
    let copy = (1..=7_u8, 0..2_u8, any::<u8>(), 0..40_u8).prop_map(|(len, high, more, low)| {
        if len == 7 { vec![7 << 5 | high, more, low] } else { vec![len << 5, low] }
    });
    prop::collection::vec(prop_oneof![literals, copy], 0..20).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn compressed_values_come_back(values in prop::collection::vec(repetitive(), 1..5)) {
        // One compressor for all of them, as it is used.
        let mut compressor = Compressor::new();
        for value in values {
            let output = compressor.compress(&value, usize::MAX).expect("there is no limit");
            prop_assert!(output.len() <= value.len() + value.len().div_ceil(32));
            let expanded = decompress(output, value.len());
            prop_assert_eq!(expanded, Ok(value));
        }
    }

    #[test]
    fn values_beyond_the_reach_of_copies_come_back(
        piece in prop::collection::vec(any::<u8>(), 8000..8400),
    ) {
        let value = piece.repeat(3);
        let mut compressor = Compressor::new();
        let output = compressor.compress(&value, usize::MAX).expect("there is no limit");
        prop_assert_eq!(decompress(output, value.len()), Ok(value));
    }

    #[test]
    fn arbitrary_instructions_expand_to_what_was_expected_or_to_nothing(
        input in prop_oneof![instructions(), prop::collection::vec(any::<u8>(), 0..100)],
        expected_len in 0..2000_usize,
    ) {
        if let Ok(value) = decompress(&input, expected_len) {
            prop_assert_eq!(value.len(), expected_len);
        }
        // Among all lengths there is at most one that fits.
        let fitting = (0..3000).filter(|&len| decompress(&input, len).is_ok()).count();
        prop_assert!(fitting <= 1);
    }
}
