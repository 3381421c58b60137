//! Replies are written by a plain recursive encoder and read back in arbitrary pieces.

use proptest::prelude::*;
use resp::decode::Decoder;
use resp::value::Value;

fn encode(value: &Value, out: &mut Vec<u8>) {
    let mut line = |kind: char, text: &[u8]| {
        out.extend(kind.to_string().bytes().chain(text.iter().copied()).chain(*b"\r\n"));
    };
    match value {
        Value::Simple(text) => line('+', text),
        Value::Error(text) => line('-', text),
        Value::Integer(number) => line(':', number.to_string().as_bytes()),
        Value::Double { text, .. } => line(',', text),
        Value::BigNumber(text) => line('(', text),
        Value::Boolean(truth) => line('#', if *truth { b"t" } else { b"f" }),
        Value::Null => line('_', b""),
        Value::NullBulk => line('$', b"-1"),
        Value::NullArray => line('*', b"-1"),
        Value::Bulk(text) => string('$', text, out),
        Value::BulkError(text) => string('!', text, out),
        Value::Verbatim { format, text } => {
            string('=', &[format.as_slice(), b":", text].concat(), out);
        }
        Value::Array(items) => sequence('*', items, out),
        Value::Set(items) => sequence('~', items, out),
        Value::Push(items) => sequence('>', items, out),
        Value::Map(pairs) => map('%', pairs, out),
        Value::Attribute { attributes, value } => {
            map('|', attributes, out);
            encode(value, out);
        }
    }
}

fn string(kind: char, text: &[u8], out: &mut Vec<u8>) {
    out.extend(format!("{kind}{}\r\n", text.len()).bytes());
    out.extend(text);
    out.extend(b"\r\n");
}

fn sequence(kind: char, items: &[Value], out: &mut Vec<u8>) {
    out.extend(format!("{kind}{}\r\n", items.len()).bytes());
    items.iter().for_each(|item| encode(item, out));
}

fn map(kind: char, pairs: &[(Value, Value)], out: &mut Vec<u8>) {
    out.extend(format!("{kind}{}\r\n", pairs.len()).bytes());
    for (key, value) in pairs {
        encode(key, out);
        encode(value, out);
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..40)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        "[ -~]{0,20}".prop_map(|text| Value::Simple(text.into())),
        "[ -~]{0,20}".prop_map(|text| Value::Error(text.into())),
        bytes().prop_map(Value::BulkError),
        any::<i64>().prop_map(Value::Integer),
        bytes().prop_map(Value::Bulk),
        bytes().prop_map(|text| Value::Verbatim { format: *b"txt", text }),
        (-1e9..1e9).prop_map(|value: f64| Value::Double { value, text: value.to_string().into() }),
        any::<bool>().prop_map(Value::Boolean),
        "-?[0-9]{1,40}".prop_map(|text| Value::BigNumber(text.into())),
        Just(Value::Null),
        Just(Value::NullBulk),
        Just(Value::NullArray),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let pairs = || prop::collection::vec((inner.clone(), inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Set),
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Push),
            pairs().prop_map(Value::Map),
            (pairs(), inner.clone()).prop_map(|(attributes, value)| Value::Attribute {
                attributes,
                value: Box::new(value)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn replies_survive_being_cut_anywhere(
        values in prop::collection::vec(value(), 1..4),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let mut wire = Vec::new();
        values.iter().for_each(|value| encode(value, &mut wire));
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(wire.len())).collect();
        cuts.extend([0, wire.len()]);
        cuts.sort_unstable();
        let mut decoder = Decoder::default();
        let mut read = Vec::new();
        for piece in cuts.windows(2) {
            decoder.feed(&wire[piece[0]..piece[1]]);
            while let Some(value) = decoder.next_value().unwrap() {
                read.push(value);
            }
        }
        prop_assert_eq!(read, values);
        prop_assert_eq!(decoder.buffered(), 0);
    }

    #[test]
    fn a_truncated_reply_is_awaited_not_invented(value in value(), cut in any::<prop::sample::Index>()) {
        let mut wire = Vec::new();
        encode(&value, &mut wire);
        let mut decoder = Decoder::default();
        decoder.feed(&wire[..cut.index(wire.len())]);
        prop_assert_eq!(decoder.next_value(), Ok(None));
    }

    #[test]
    fn garbage_never_panics(garbage in prop::collection::vec(
        prop_oneof![any::<u8>(), prop::sample::select(b"+-:,(#_$=!*~>%|0123456789\r\n".to_vec())], 0..200,
    )) {
        let mut decoder = Decoder::default();
        for byte in garbage {
            decoder.feed(&[byte]);
            while let Ok(Some(_)) = decoder.next_value() {}
        }
    }
}
