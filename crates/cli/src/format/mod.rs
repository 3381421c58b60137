//! How replies are shown.
//!
//! One function per notation, each from a [`Value`] to bytes. They are pure; who prints decides.

mod csv;
mod json;
mod raw;
mod tty;

use resp::value::Value;

use crate::options::{Options, Output};

/// Shows a whole reply, with the delimiter that ends it.
pub(crate) fn reply(value: &Value, options: &Options) -> Vec<u8> {
    let mut out = Vec::new();
    match options.output {
        Output::Standard => tty::append(&mut out, value, ""),
        Output::Raw => {
            raw::append(&mut out, value, &options.element_delimiter);
            out.extend_from_slice(&options.reply_delimiter);
        }
        Output::Csv => {
            csv::append(&mut out, value);
            out.push(b'\n');
        }
        Output::Json | Output::QuotedJson => {
            json::append(&mut out, value, options.output == Output::QuotedJson);
            out.push(b'\n');
        }
    }
    out
}

/// Shows a report that the server has formatted already (INFO and its like).
pub(crate) fn report(value: &Value, options: &Options) -> Vec<u8> {
    let mut out = Vec::new();
    raw::append(&mut out, value, &options.element_delimiter);
    out
}

/// Shows a message that answers no request.
pub(crate) fn push(value: &Value, options: &Options) -> Vec<u8> {
    if options.output == Output::Standard
        && let Some([kind, keys]) = value.as_array()
        && kind.as_bytes() == Some(b"invalidate")
        && let Some(keys) = keys.as_array()
    {
        let keys: Vec<_> = keys
            .iter()
            .map(|key| format!("'{}'", String::from_utf8_lossy(key.as_bytes().unwrap_or_default())))
            .collect();
        return format!("-> invalidate: {}\n", keys.join(", ")).into_bytes();
    }
    reply(value, options)
}

#[cfg(test)]
mod tests {
    use super::reply;
    use crate::options::{Options, Output};
    use resp::decode::Decoder;

    fn show(wire: &str, output: Output) -> String {
        let mut decoder = Decoder::default();
        decoder.feed(wire.as_bytes());
        let value = decoder.next_value().unwrap().unwrap();
        String::from_utf8(reply(&value, &Options { output, ..Options::default() })).unwrap()
    }

    #[test]
    fn nested_replies_are_indented_below_their_numbers() {
        let wire = "*2\r\n*2\r\n$1\r\na\r\n:2\r\n%2\r\n+k\r\n~2\r\n+x\r\n+y\r\n+l\r\n*1\r\n_\r\n";
        let expected = "1) 1) \"a\"\n   2) (integer) 2\n2) 1# k => \n      1~ x\n      2~ y\n   2# l => 1) (nil)\n";
        assert_eq!(show(wire, Output::Standard), expected);
    }

    #[test]
    fn json_is_valid_even_where_the_reference_has_none() {
        assert_eq!(show("$3\r\na\"\\\r\n", Output::QuotedJson), "\"a\\\\\\\"\\\\\\\\\"\n");
        assert_eq!(show("%1\r\n:1\r\n#t\r\n", Output::Json), "{\"1\":true}\n");
    }

    #[test]
    fn csv_flattens() {
        assert_eq!(
            show("*3\r\n*2\r\n:1\r\n$-1\r\n-ERR x\r\n*0\r\n", Output::Csv),
            "1,NULL,ERROR,\"ERR x\",\n"
        );
    }
}
