//! LCS: what two strings have in common.

use keyspace::StringRef;
use structs::blob::Blob;

use super::subsequence::{Alignment, Run, TooLong, length};
use super::text::Text;
use crate::{Args, CmdResult, CommandError, Cx};

/// What is asked for.
#[derive(Debug, Default)]
struct Options {
    length: bool,
    indexes: bool,
    run_lengths: bool,
    run_min: usize,
}

impl Options {
    fn parse(args: &Args<'_>) -> Result<Self, CommandError> {
        let mut options = Self::default();
        let mut index = 3;
        while index < args.len() {
            if args.is(index, "IDX") {
                options.indexes = true;
            } else if args.is(index, "LEN") {
                options.length = true;
            } else if args.is(index, "WITHMATCHLEN") {
                options.run_lengths = true;
            } else if args.is(index, "MINMATCHLEN") && index + 1 < args.len() {
                index += 1;
                options.run_min = usize::try_from(args.integer(index)?).unwrap_or(0);
            } else {
                return Err(CommandError::Syntax);
            }
            index += 1;
        }
        if options.indexes && options.length {
            let text = "ERR If you want both the length and indexes, please just use IDX.";
            return Err(CommandError::other(text));
        }
        Ok(options)
    }
}

/// LCS key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]
pub(super) fn lcs(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let (first, second) = (read(cx, args, 1), read(cx, args, 2));
    let (Some(first), Some(second)) = (first, second) else {
        return Err(CommandError::other("ERR The specified keys must contain string values"));
    };
    let options = Options::parse(args)?;
    let bytes_max = cx.config.proto_max_bulk_len;
    if options.length {
        cx.reply.size(length(&first, &second, bytes_max).map_err(refusal)?);
        return Ok(());
    }
    let alignment = Alignment::new(&first, &second, bytes_max).map_err(refusal)?;
    if options.indexes {
        answer_indexes(cx, &alignment, &options);
    } else {
        cx.reply.bulk(&alignment.bytes());
    }
    Ok(())
}

/// Returns the string at a key, which is empty if there is none; nothing if it is not a string.
fn read(cx: &mut Cx<'_>, args: &Args<'_>, index: usize) -> Option<Blob> {
    let key = args.key(index);
    let Some(entry) = cx.db.find(key) else {
        cx.missed(key.bytes);
        return Some(Blob::from_slice(b""));
    };
    // No two keys can be looked at at a time; what is long enough to matter is shared, not copied.
    match entry.as_string().ok()? {
        StringRef::Blob(blob) => Some(blob.clone()),
        value => Some(Blob::from_slice(&Text::from(value))),
    }
}

fn refusal(reason: TooLong) -> CommandError {
    CommandError::other(match reason {
        TooLong::Limit => {
            "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"
        }
        TooLong::Memory => "ERR Insufficient memory, failed allocating transient memory for LCS",
    })
}

fn answer_indexes(cx: &mut Cx<'_>, alignment: &Alignment<'_>, options: &Options) {
    let mut runs = alignment.runs();
    runs.retain(|run| run.len >= options.run_min);
    cx.reply.map(2);
    cx.reply.bulk(b"matches");
    cx.reply.array(runs.len());
    for Run { first, second, len } in runs {
        cx.reply.array(if options.run_lengths { 3 } else { 2 });
        for start in [first, second] {
            cx.reply.array(2);
            cx.reply.size(start);
            cx.reply.size(start + len - 1);
        }
        if options.run_lengths {
            cx.reply.size(len);
        }
    }
    cx.reply.bulk(b"len");
    cx.reply.size(alignment.len());
}
