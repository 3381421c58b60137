//! Other things than running a command.

use std::time::Duration;

use manual::Takes;

use super::{Row, one, path, row};
use crate::options::Mode;
use crate::options::parse::leading_unsigned;
use crate::quoting::unquote;

pub(super) const ROWS: &[Row] = &[
    row!(
        ["--eval"],
        Takes::One("file"),
        "Run the Lua script in a file; arguments before a lone comma are KEYS, those behind it ARGV.",
        |o, v| {
            o.mode = Mode::Eval(path(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--ldb"],
        Takes::Nothing,
        "Refused: the script debugger is not part of this program.",
        |o, _v| {
            o.debugger = true;
            Ok(())
        }
    ),
    row!(["--ldb-sync-mode"], Takes::Nothing, "Refused, as --ldb.", |o, _v| {
        o.debugger = true;
        Ok(())
    }),
    row!(
        ["--pipe"],
        Takes::Nothing,
        "Send raw protocol from standard input to the server, as fast as it takes it.",
        |o, _v| {
            o.mode = Mode::Pipe;
            Ok(())
        }
    ),
    row!(
        ["--pipe-timeout"],
        Takes::One("seconds"),
        "With --pipe: give up when nothing has been heard for so long after the end (default 30; 0: never).",
        |o, v| {
            o.pipe_timeout = Duration::from_secs(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(["--scan"], Takes::Nothing, "List the keys with SCAN.", |o, _v| {
        o.mode = Mode::Scan;
        Ok(())
    }),
    row!(
        ["--pattern"],
        Takes::One("pattern"),
        "Only keys that match, for --scan, --bigkeys, --memkeys, --keystats, --hotkeys and --monitor.",
        |o, v| {
            o.pattern = Some(one(v).to_vec());
            Ok(())
        }
    ),
    row!(
        ["--quoted-pattern"],
        Takes::One("pattern"),
        "Like --pattern, written as a quoted string.",
        |o, v| {
            o.pattern = Some(
                unquote(one(v)).ok_or("Invalid quoted string specified for --quoted-pattern.")?,
            );
            Ok(())
        }
    ),
    row!(["--count"], Takes::One("count"), "The COUNT to scan with.", |o, v| {
        o.scan_count = Some(leading_unsigned(one(v)));
        Ok(())
    }),
    row!(["--type"], Takes::One("type"), "Only keys of a type, for --scan.", |o, v| {
        o.scan_type = Some(one(v).to_vec());
        Ok(())
    }),
    row!(["--cursor"], Takes::One("cursor"), "Where to begin scanning.", |o, v| {
        o.cursor = leading_unsigned(one(v));
        Ok(())
    }),
    row!(
        ["--replica", "--slave"],
        Takes::Nothing,
        "Show the command stream that replicas get.",
        |o, _v| {
            o.mode = Mode::Replica;
            Ok(())
        }
    ),
    row!(
        ["--rdb"],
        Takes::One("file"),
        "Save a snapshot of the server to a file; - is standard output.",
        |o, v| {
            o.mode = Mode::Rdb;
            o.rdb_file = Some(path(one(v)));
            Ok(())
        }
    ),
    row!(["--functions-rdb"], Takes::One("file"), "Like --rdb, functions only.", |o, v| {
        o.mode = Mode::FunctionsRdb;
        o.rdb_file = Some(path(one(v)));
        Ok(())
    }),
];
