//! The counter of replies must see what a decoder sees, however the stream is cut.

use benchmark::engine::{Outcome, ReplyCounter};
use proptest::prelude::*;
use resp::decode::{Decoder, Limits};
use resp::value::Value;

fn sequence(mark: char, items: &[String]) -> String {
    format!("{mark}{}\r\n{}", items.len(), items.concat())
}

fn pairs(mark: char, items: &[(String, String)]) -> String {
    let text: String = items.iter().map(|(key, value)| format!("{key}{value}")).collect();
    format!("{mark}{}\r\n{text}", items.len())
}

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        "[+-][ -~]{0,12}\r\n",
        "[:(][0-9]{1,12}\r\n",
        Just("_\r\n".to_owned()),
        Just("#t\r\n".to_owned()),
        Just(",1.5\r\n".to_owned()),
        Just("$-1\r\n".to_owned()),
        Just("*-1\r\n".to_owned()),
        ("[$!]", "[ -~\r\n]{0,20}")
            .prop_map(|(mark, text)| { format!("{mark}{}\r\n{text}\r\n", text.len()) }),
        "[ -~\r\n]{0,20}".prop_map(|text| format!("={}\r\ntxt:{text}\r\n", text.len() + 4)),
    ]
}

/// A reply below the top: pushes are found at the top only.
fn inner() -> impl Strategy<Value = String> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        let items = prop::collection::vec(inner.clone(), 0..4);
        let couples = prop::collection::vec((inner.clone(), inner.clone()), 0..3);
        prop_oneof![
            items.clone().prop_map(|items| sequence('*', &items)),
            items.prop_map(|items| sequence('~', &items)),
            couples.clone().prop_map(|items| pairs('%', &items)),
            (couples, inner).prop_map(|(items, value)| format!("{}{value}", pairs('|', &items))),
        ]
    })
}

fn reply() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => inner(),
        1 => prop::collection::vec(inner(), 1..4).prop_map(|items| sequence('>', &items)),
    ]
}

/// What a decoder makes of the stream: for each reply whether it is an error.
fn decoded(stream: &[u8]) -> Vec<bool> {
    let mut decoder = Decoder::new(Limits::default());
    decoder.feed(stream);
    let mut replies = Vec::new();
    while let Some(value) = decoder.next_value().expect("valid") {
        if !matches!(value.plain(), Value::Push(_)) {
            replies.push(value.is_error());
        }
    }
    replies
}

proptest! {
    #[test]
    fn replies_are_counted_as_a_decoder_finds_them(
        // Repeated, because replies that are like the latest one are not looked at anew.
        replies in prop::collection::vec((reply(), 1usize..4), 0..8),
        piece in 1usize..80,
    ) {
        let stream: String = replies.iter().map(|(reply, times)| reply.repeat(*times)).collect();
        let mut counter = ReplyCounter::default();
        let mut counted = Vec::new();
        for chunk in stream.as_bytes().chunks(piece) {
            counter
                .feed(chunk, |outcome| counted.push(matches!(outcome, Outcome::Error(_))))
                .expect("valid");
        }
        prop_assert_eq!(counted, decoded(stream.as_bytes()));
    }

    #[test]
    fn no_bytes_break_the_counter(chunks in prop::collection::vec(any::<Vec<u8>>(), 0..8)) {
        let mut counter = ReplyCounter::default();
        for chunk in chunks {
            if counter.feed(&chunk, |_| ()).is_err() {
                break;
            }
        }
    }
}
