//! How replies are shown.

use manual::Takes;

use super::{Row, one, row, text};
use crate::options::{Options, Output};
use crate::out::complain;

pub(super) const ROWS: &[Row] = &[
    row!(
        ["-d"],
        Takes::One("delimiter"),
        "What separates the elements of a raw reply (default: a line feed).",
        |o, v| {
            o.element_delimiter = one(v).to_vec();
            Ok(())
        }
    ),
    row!(
        ["-D"],
        Takes::One("delimiter"),
        "What ends a raw reply (default: a line feed).",
        |o, v| {
            o.reply_delimiter = one(v).to_vec();
            Ok(())
        }
    ),
    row!(
        ["-e"],
        Takes::Nothing,
        "Report a failed command on standard error and by the exit code.",
        |o, _v| {
            o.error_exit_code = true;
            Ok(())
        }
    ),
    row!(
        ["--raw"],
        Takes::Nothing,
        "Show replies bare; the default when standard output is not a terminal.",
        |o, _v| { choose(o, Output::Raw) }
    ),
    row!(
        ["--no-raw"],
        Takes::Nothing,
        "Show replies formatted even when standard output is not a terminal.",
        |o, _v| { choose(o, Output::Standard) }
    ),
    row!(["--csv"], Takes::Nothing, "Show replies as comma-separated values.", |o, _v| {
        choose(o, Output::Csv)
    }),
    row!(
        ["--json"],
        Takes::Nothing,
        "Show replies as JSON. Implies -3 unless -2 is given.",
        |o, _v| { choose(o, Output::Json) }
    ),
    row!(
        ["--quoted-json"],
        Takes::Nothing,
        "Like --json, with strings escaped to plain ASCII.",
        |o, _v| { choose(o, Output::QuotedJson) }
    ),
    row!(
        ["--show-pushes"],
        Takes::One("yn"),
        "Whether to show messages that answer no request; the default is yes on a terminal.",
        |o, v| { show_pushes(o, one(v)) }
    ),
    row!(["--verbose"], Takes::Nothing, "Say more about what is done.", |o, _v| {
        o.verbose = true;
        Ok(())
    }),
];

fn choose(options: &mut Options, output: Output) -> Result<(), String> {
    options.output = output;
    options.output_chosen = true;
    Ok(())
}

fn show_pushes(options: &mut Options, value: &[u8]) -> Result<(), String> {
    match value.first().map(u8::to_ascii_lowercase) {
        Some(b'y') => options.show_pushes = Some(true),
        Some(b'n') => options.show_pushes = Some(false),
        // Compat: said, and gone on.
        _ => complain!("Unknown --show-pushes value '{}' (valid: '[y]es', '[n]o')", text(value)),
    }
    Ok(())
}
