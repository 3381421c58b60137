//! How the server is doing.

use manual::Takes;

use super::{Row, one, row};
use crate::options::Mode;
use crate::options::parse::{leading_integer, leading_unsigned};

pub(super) const ROWS: &[Row] = &[
    row!(
        ["--stat"],
        Takes::Nothing,
        "Rolling statistics of the server: keys, memory, clients, requests.",
        |o, _v| {
            o.mode = Mode::Stat;
            Ok(())
        }
    ),
    row!(
        ["--top"],
        Takes::Maybe("rows"),
        "Full-screen dashboard, with at most so many rows in each list. With --keystats: how many of the \
         largest keys to list (default 10).",
        |o, v| {
            if o.mode != Mode::KeyStats {
                o.mode = Mode::Top;
            }
            if let Some(rows) = v.first() {
                o.top = usize::try_from(leading_unsigned(rows)).ok();
            }
            Ok(())
        }
    ),
    row!(
        ["--latency"],
        Takes::Nothing,
        "Sample the round trip of PING: for ever on a terminal, else for one interval (1 s, see -i).",
        |o, _v| {
            o.mode = Mode::Latency;
            Ok(())
        }
    ),
    row!(
        ["--latency-history"],
        Takes::Nothing,
        "Like --latency, a line per interval (15 s, see -i).",
        |o, _v| {
            o.mode = Mode::LatencyHistory;
            Ok(())
        }
    ),
    row!(
        ["--latency-dist"],
        Takes::Nothing,
        "Latency as a spectrum, a line per interval (1 s, see -i); needs 256 colours.",
        |o, _v| {
            o.mode = Mode::LatencyDist;
            Ok(())
        }
    ),
    row!(
        ["--intrinsic-latency"],
        Takes::One("seconds"),
        "Measure for so long how late this machine lets a busy process run.",
        |o, v| {
            o.mode = Mode::IntrinsicLatency(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(["--bigkeys"], Takes::Nothing, "Find the keys with the most elements.", |o, _v| {
        o.mode = Mode::BigKeys;
        Ok(())
    }),
    row!(["--memkeys"], Takes::Nothing, "Find the keys that take the most memory.", |o, _v| {
        o.mode = Mode::MemKeys;
        Ok(())
    }),
    row!(
        ["--memkeys-samples"],
        Takes::One("count"),
        "Like --memkeys, looking at so many elements of each key (0: all).",
        |o, v| {
            o.mode = Mode::MemKeys;
            o.memory_samples = Some(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--keystats"],
        Takes::Nothing,
        "Elements and memory of all keys, with distributions.",
        |o, _v| {
            o.mode = Mode::KeyStats;
            Ok(())
        }
    ),
    row!(
        ["--keystats-samples"],
        Takes::One("count"),
        "Like --keystats, looking at so many elements of each key (0: all).",
        |o, v| {
            o.mode = Mode::KeyStats;
            o.memory_samples = Some(leading_unsigned(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--hotkeys"],
        Takes::Nothing,
        "Find the keys used most; the server's maxmemory-policy must be one of the LFU kinds.",
        |o, _v| {
            o.mode = Mode::HotKeys;
            Ok(())
        }
    ),
    row!(
        ["--monitor"],
        Takes::Nothing,
        "Show the commands that the server runs, with -c those of all nodes; -r: end after so many.",
        |o, _v| {
            o.mode = Mode::Monitor;
            Ok(())
        }
    ),
    row!(
        ["--monitor-commands"],
        Takes::One("list"),
        "With --monitor: only commands of these names, with commas between; * and ? stand for others. \
         --pattern chooses by key or other argument.",
        |o, v| {
            o.mode = Mode::Monitor;
            o.monitor.commands = one(v).split(|byte| *byte == b',').map(<[u8]>::to_vec).collect();
            Ok(())
        }
    ),
    row!(
        ["--monitor-client"],
        Takes::One("pattern"),
        "With --monitor: only commands of clients with such an address.",
        |o, v| {
            o.mode = Mode::Monitor;
            o.monitor.client = Some(one(v).to_vec());
            Ok(())
        }
    ),
    row!(
        ["--monitor-db"],
        Takes::One("number"),
        "With --monitor: only commands in that database.",
        |o, v| {
            o.mode = Mode::Monitor;
            o.monitor.db = Some(leading_integer(one(v)));
            Ok(())
        }
    ),
    row!(
        ["--lru-test"],
        Takes::One("keys"),
        "Simulate a cache of so many keys with an 80-20 distribution of accesses. Writes to the server.",
        |o, v| {
            o.mode = Mode::LruTest(leading_unsigned(one(v)));
            Ok(())
        }
    ),
];
