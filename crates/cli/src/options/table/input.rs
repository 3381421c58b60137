//! What is sent.

use manual::Takes;

use super::{Row, one, row};
use crate::options::parse::{leading_integer, seconds};

pub(super) const ROWS: &[Row] = &[
    row!(
        ["-r"],
        Takes::One("count"),
        "Run the command so many times; -1 means for ever.",
        |o, v| {
            o.repeat = leading_integer(one(v));
            Ok(())
        }
    ),
    row!(
        ["-i"],
        Takes::One("seconds"),
        "Wait so long between repetitions (decimals allowed); also the pace of --stat, --scan, --bigkeys and the like.",
        |o, v| {
            o.interval = Some(seconds(one(v)));
            Ok(())
        }
    ),
    row!(["-x"], Takes::Nothing, "Take the last argument from standard input.", |o, _v| {
        o.last_arg_from_stdin = true;
        Ok(())
    }),
    row!(
        ["-X"],
        Takes::One("tag"),
        "Put standard input in place of every argument that equals the tag.",
        |o, v| {
            o.stdin_tag = Some(one(v).to_vec());
            Ok(())
        }
    ),
    row!(
        ["--quoted-input"],
        Takes::Nothing,
        "Arguments are quoted strings, with escapes.",
        |o, _v| {
            o.quoted_input = true;
            Ok(())
        }
    ),
];
