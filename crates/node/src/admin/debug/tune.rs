//! Changes what the server does by itself, and makes things happen that otherwise take long to wait for.

use commands::{Args, CmdResult, CommandError};
use keyspace::NewString;
use stdx::glob::{self, Case};
use stdx::rng::Rng;

use crate::LogLevel;
use crate::admin::Admin;
use crate::cron;

/// Patterns that are tried by STRINGMATCH-TEST.
const PATTERNS: usize = 100_000;

/// Whether an argument says yes; as everywhere in DEBUG, what is no number is a no.
fn is_on(args: &Args<'_>, index: usize) -> bool {
    stdx::number::parse_i64(args[index]).is_some_and(|number| number != 0)
}

fn positive(args: &Args<'_>, index: usize) -> Result<usize, CommandError> {
    let number = stdx::number::parse_i64(args[index]);
    number.and_then(|number| usize::try_from(number).ok()).ok_or(CommandError::MustBePositive)
}

/// DEBUG SET-ACTIVE-EXPIRE 0|1
pub(super) fn set_active_expire(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    cx.node.cron.expiry_off = !is_on(args, 2);
    cx.reply().ok();
    Ok(())
}

/// DEBUG PAUSE-CRON 0|1
pub(super) fn pause_cron(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    cx.node.cron.paused = is_on(args, 2);
    cx.reply().ok();
    Ok(())
}

/// DEBUG REPLYBUFFER PEAK-RESET-TIME time|NEVER|RESET, or RESIZING 0|1
pub(super) fn replybuffer(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    if args.is(2, "peak-reset-time") {
        cx.node.cron.peak_reset_ms = if args.is(3, "never") {
            None
        } else if args.is(3, "reset") {
            Some(cron::PEAK_RESET_MS)
        } else {
            let millis = args.integer(3)?;
            Some(u64::try_from(millis).map_err(|_| CommandError::MustBePositive)?)
        };
    } else if args.is(2, "resizing") {
        cx.node.cron.keep_buffers = !is_on(args, 3);
    } else {
        return Err(CommandError::UnknownSubcommand("replybuffer".into(), "DEBUG".into()));
    }
    cx.reply().ok();
    Ok(())
}

/// DEBUG SLEEP seconds
pub(super) fn sleep(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let seconds = stdx::number::parse_double(args[2]).unwrap_or_default();
    // A conversion that saturates: nobody waits for a negative time.
    cx.node.machine.stall((seconds * 1e6) as u64);
    cx.node.tick_clock();
    cx.reply().ok();
    Ok(())
}

/// DEBUG LOG text
pub(super) fn log(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let text = String::from_utf8_lossy(args[2]);
    cx.node.log(LogLevel::Warning, format!("DEBUG LOG: {text}"));
    cx.reply().ok();
    Ok(())
}

/// DEBUG POPULATE count [prefix] [size]
pub(super) fn populate(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let count = positive(args, 2)?;
    let prefix = args.get(3).unwrap_or(b"key");
    let size = if args.len() > 4 { positive(args, 4)? } else { 0 };
    if size as u64 > cx.node.config.proto_max_bulk_len {
        return Err(CommandError::StringTooLong);
    }
    let index = cx.client().db;
    let mut db = cx.node.shard.db(index);
    for number in 0..count {
        let name = [prefix, format!(":{number}").as_bytes()].concat();
        let key = db.key(&name);
        if db.peek(key).is_some() {
            continue;
        }
        let mut value = format!("value:{number}").into_bytes();
        if size > 0 {
            value.resize(size, 0);
        }
        db.insert(key, NewString::from_bytes(&value), None);
    }
    cx.reply().ok();
    Ok(())
}

/// DEBUG CONFIG-REWRITE-FORCE-ALL
pub(super) fn config_rewrite_force_all(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let failed = |reason: String| {
        CommandError::other(format!("ERR CONFIG-REWRITE-FORCE-ALL failed: {reason}"))
    };
    if cx.node.start.config_file.is_empty() {
        return Err(failed("the server is running without a config file".to_owned()));
    }
    cx.node.rewrite_config(true).map_err(failed)?;
    cx.reply().ok();
    Ok(())
}

const NO_SUCH_NAME: &str = "ERR No such file or directory";

/// DEBUG MALLCTL name [value]
pub(super) fn mallctl(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let value = if args.len() > 3 { Some(args.integer(3)?) } else { None };
    let name = String::from_utf8_lossy(args[2]);
    let old = cx.node.machine.allocator_value(&name, value);
    let old = old.ok_or_else(|| CommandError::other(NO_SUCH_NAME))?;
    cx.reply().integer(old);
    Ok(())
}

/// DEBUG MALLCTL-STR name
pub(super) fn mallctl_str(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let name = String::from_utf8_lossy(args[2]);
    let text = cx.node.machine.allocator_text(&name);
    let text = text.ok_or_else(|| CommandError::other(NO_SUCH_NAME))?;
    cx.reply().bulk(text.as_bytes());
    Ok(())
}

/// DEBUG STRINGMATCH-TEST
pub(super) fn stringmatch_test(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let rng = &mut cx.node.rng;
    let mut draw = |letters: &[u8], most: u64| -> Vec<u8> {
        let len = rng.below(most);
        (0..len).map(|_| letters[rng.below(letters.len() as u64) as usize]).collect()
    };
    for _ in 0..PATTERNS {
        let pattern = draw(b"ab*?[]^-\\", 20);
        let text = draw(b"ab-]", 20);
        glob::matches(&pattern, &text, Case::Sensitive);
    }
    cx.reply().simple("Apparently Sinter did not crash: test passed");
    Ok(())
}
