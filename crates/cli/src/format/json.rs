//! Replies as JSON.
//!
//! Strings are passed through as they are, so the output is valid JSON exactly if they are UTF-8;
//! the quoted kind escapes them first, which keeps any bytes and is always ASCII.

use resp::value::Value;

use crate::quoting::escape;

/// Appends a reply.
pub(super) fn append(out: &mut Vec<u8>, value: &Value, quoted: bool) {
    match value {
        Value::Simple(text) | Value::Bulk(text) | Value::Verbatim { text, .. } => {
            string(out, text, quoted);
        }
        Value::Error(text) | Value::BulkError(text) => {
            // Compat: this is no JSON, but what scripts look for.
            out.extend_from_slice(b"error:");
            string(out, text, quoted);
        }
        Value::Double { text, .. } | Value::BigNumber(text) => out.extend_from_slice(text),
        Value::Integer(number) => out.extend(number.to_string().bytes()),
        Value::Boolean(truth) => out.extend(truth.to_string().bytes()),
        Value::Null | Value::NullBulk | Value::NullArray => out.extend_from_slice(b"null"),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                append(out, item, quoted);
            }
            out.push(b']');
        }
        Value::Map(pairs) => {
            out.push(b'{');
            for (index, (key, item)) in pairs.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                name(out, key, quoted);
                out.push(b':');
                append(out, item, quoted);
            }
            out.push(b'}');
        }
        Value::Attribute { value, .. } => append(out, value, quoted),
    }
}

/// Appends what stands before the colon: always a string, whatever the key is.
fn name(out: &mut Vec<u8>, key: &Value, quoted: bool) {
    if key.as_bytes().is_some() {
        return append(out, key, quoted);
    }
    let mut text = Vec::new();
    append(&mut text, key, quoted);
    string(out, &text, false);
}

fn string(out: &mut Vec<u8>, content: &[u8], quoted: bool) {
    let escaped;
    let content = if quoted {
        escaped = escape(content);
        escaped.as_bytes()
    } else {
        content
    };
    out.push(b'"');
    for &byte in content {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => out.extend(format!("\\u{byte:04x}").bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
