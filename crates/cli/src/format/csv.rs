//! Replies as comma-separated values, nested ones flattened.

use resp::value::Value;

use crate::quoting::quote_into;

/// Appends a reply.
pub(super) fn append(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Simple(text) | Value::Bulk(text) | Value::Verbatim { text, .. } => {
            quote_into(out, text);
        }
        Value::Error(text) | Value::BulkError(text) => {
            out.extend_from_slice(b"ERROR,");
            quote_into(out, text);
        }
        Value::Double { text, .. } | Value::BigNumber(text) => out.extend_from_slice(text),
        Value::Integer(number) => out.extend(number.to_string().bytes()),
        Value::Boolean(truth) => out.extend(truth.to_string().bytes()),
        Value::Null | Value::NullBulk | Value::NullArray => out.extend_from_slice(b"NULL"),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                append(out, item);
            }
        }
        Value::Map(pairs) => {
            for (index, (key, item)) in pairs.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                append(out, key);
                out.push(b',');
                append(out, item);
            }
        }
        Value::Attribute { value, .. } => append(out, value),
    }
}
