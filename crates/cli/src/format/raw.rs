//! Replies without ornament, for other programs.

use resp::value::Value;

/// Appends a reply; elements are separated by `delimiter`, a key from its value by a blank.
pub(super) fn append(out: &mut Vec<u8>, value: &Value, delimiter: &[u8]) {
    match value {
        Value::Simple(text)
        | Value::Bulk(text)
        | Value::Verbatim { text, .. }
        | Value::Double { text, .. }
        | Value::BigNumber(text) => out.extend_from_slice(text),
        Value::Error(text) | Value::BulkError(text) => {
            out.extend_from_slice(text);
            out.push(b'\n');
        }
        Value::Integer(number) => out.extend(number.to_string().bytes()),
        Value::Boolean(true) => out.extend_from_slice(b"(true)"),
        Value::Boolean(false) => out.extend_from_slice(b"(false)"),
        Value::Null | Value::NullBulk | Value::NullArray => {}
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.extend_from_slice(delimiter);
                }
                append(out, item, delimiter);
            }
        }
        Value::Map(pairs) => {
            for (index, (key, item)) in pairs.iter().enumerate() {
                if index > 0 {
                    out.extend_from_slice(delimiter);
                }
                append(out, key, delimiter);
                out.push(b' ');
                append(out, item, delimiter);
            }
        }
        Value::Attribute { value, .. } => append(out, value, delimiter),
    }
}
