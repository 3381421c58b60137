//! The grammar against itself: what is printed reads back as what was printed.

use proptest::prelude::*;
use spec::usage::{PlainValues, Usage, generate};

/// Pieces of lines, so that many lines are in the grammar and the others nearly.
fn line() -> impl Strategy<Value = String> {
    let pieces = [
        "key",
        "member",
        "score:double",
        "by:pattern#1",
        "key#2",
        "id<ID>",
        "NX",
        "COUNT",
        "'m'",
        "\"'\"",
        "''",
        "x=CH",
        "a=(",
        "b=(",
        ")",
        "|",
        "[",
        "]",
        "{",
        "}+",
        "+",
        "@6.2.0",
        "!2.8.12",
        ",",
        "numkeys:integer",
        "at:unix-time",
        "<",
        "#",
        "@",
        "=",
    ];
    let piece = proptest::sample::select(pieces.to_vec());
    prop::collection::vec((piece, any::<bool>()), 0..12).prop_map(|pieces| {
        pieces
            .iter()
            .map(|(piece, blank)| format!("{piece}{}", if *blank { " " } else { "" }))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn printed_lines_read_back_as_the_same_tree(line in line()) {
        if let Ok(usage) = Usage::parse(&line) {
            let printed = usage.to_string();
            prop_assert_eq!(Usage::parse(&printed), Ok(usage), "{}", printed);
        }
    }

    #[test]
    fn generated_words_are_as_many_as_the_line_allows(line in line(), seed in any::<u64>()) {
        // What `numkeys` counts makes sense in real rows only, and is checked with those.
        prop_assume!(!line.contains("numkeys"));
        if let Ok(usage) = Usage::parse(&line) {
            let mut state = seed;
            let mut dice = |below| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 33) % below
            };
            let words = generate(&usage, &mut dice, &mut PlainValues).len();
            prop_assert!(words >= usage.least_words());
            prop_assert!(usage.most_words().is_none_or(|most| words <= most));
        }
    }

    #[test]
    fn any_text_is_a_line_or_an_error(text in ".*") {
        let _ = Usage::parse(&text);
    }
}
