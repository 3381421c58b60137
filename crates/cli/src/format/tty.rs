//! Replies for people: every kind recognizable, nested ones indented.

use resp::value::Value;

use crate::quoting::quote_into;

/// Appends a reply and a line feed. Lines after the first begin with `prefix`.
pub(super) fn append(out: &mut Vec<u8>, value: &Value, prefix: &str) {
    match value {
        Value::Simple(text) | Value::Verbatim { text, .. } => {
            out.extend_from_slice(text);
        }
        Value::Error(text) | Value::BulkError(text) => {
            out.extend_from_slice(b"(error) ");
            out.extend_from_slice(text);
        }
        Value::Bulk(text) => quote_into(out, text),
        Value::Integer(number) => out.extend(format!("(integer) {number}").bytes()),
        Value::Double { text, .. } => {
            out.extend_from_slice(b"(double) ");
            out.extend_from_slice(text);
        }
        Value::BigNumber(text) => {
            out.extend_from_slice(b"(big number) ");
            out.extend_from_slice(text);
        }
        Value::Boolean(true) => out.extend_from_slice(b"(true)"),
        Value::Boolean(false) => out.extend_from_slice(b"(false)"),
        Value::Null | Value::NullBulk | Value::NullArray => out.extend_from_slice(b"(nil)"),
        Value::Array(items) => return sequence(out, items, ')', "(empty array)", prefix),
        Value::Push(items) => return sequence(out, items, ')', "(empty push)", prefix),
        Value::Set(items) => return sequence(out, items, '~', "(empty set)", prefix),
        Value::Map(pairs) => return map(out, pairs, '#', prefix),
        Value::Attribute { attributes, value } => {
            map(out, attributes, '|', prefix);
            out.extend_from_slice(prefix.as_bytes());
            return append(out, value, prefix);
        }
    }
    out.push(b'\n');
}

/// Returns how wide the largest of `count` numbers is.
fn number_width(count: usize) -> usize {
    count.to_string().len()
}

fn sequence(out: &mut Vec<u8>, items: &[Value], mark: char, empty: &str, prefix: &str) {
    if items.is_empty() {
        out.extend_from_slice(empty.as_bytes());
        out.push(b'\n');
        return;
    }
    let width = number_width(items.len());
    let below = format!("{prefix}{}", " ".repeat(width + 2));
    for (index, item) in items.iter().enumerate() {
        // The first number stands on the line that leads here.
        let lead = if index == 0 { "" } else { prefix };
        out.extend(format!("{lead}{:>width$}{mark} ", index + 1).bytes());
        append(out, item, &below);
    }
}

/// Returns whether a value begins on a line of its own, below its key.
fn takes_several_lines(value: &Value) -> bool {
    match value {
        Value::Array(items) | Value::Set(items) | Value::Push(items) => match items.as_slice() {
            [] => false,
            [only] => takes_several_lines(only),
            _ => true,
        },
        // Compat: the key of a single pair is not looked at, however many lines it takes.
        Value::Map(pairs) => match pairs.as_slice() {
            [] => false,
            [(_, only)] => takes_several_lines(only),
            _ => true,
        },
        _ => false,
    }
}

fn map(out: &mut Vec<u8>, pairs: &[(Value, Value)], mark: char, prefix: &str) {
    if pairs.is_empty() {
        out.extend_from_slice(b"(empty hash)\n");
        return;
    }
    let width = number_width(pairs.len());
    let below = format!("{prefix}{}", " ".repeat(width + 2));
    for (index, (key, item)) in pairs.iter().enumerate() {
        let lead = if index == 0 { "" } else { prefix };
        out.extend(format!("{lead}{:>width$}{mark} ", index + 1).bytes());
        append(out, key, &below);
        // The key has ended its line; the value belongs on the same.
        out.pop();
        out.extend_from_slice(b" => ");
        if takes_several_lines(item) {
            out.push(b'\n');
            out.extend_from_slice(below.as_bytes());
        }
        append(out, item, &below);
    }
}
