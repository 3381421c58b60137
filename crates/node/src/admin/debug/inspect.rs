//! Looks into the keyspace and into structures.

use commands::{Args, CmdResult, CommandError};
use keyspace::{Entry, StringRef};
use resp::reply::Reply;

use super::{length, structure};
use crate::admin::Admin;
use crate::client::Client;

/// Visits a key of the client's database; fails if it is not there.
pub(super) fn with_entry<R>(
    cx: &mut Admin<'_>,
    name: &[u8],
    visit: impl FnOnce(&Entry, keyspace::AccessClock) -> R,
) -> Result<R, CommandError> {
    let index = cx.client().db;
    let mut db = cx.node.shard.db(index);
    let (key, clock) = (db.key(name), db.clock());
    let entry = db.peek(key).ok_or(CommandError::NoSuchKey)?;
    Ok(visit(&entry, clock))
}

/// DEBUG OBJECT key
pub(super) fn object(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let config = &cx.node.config;
    let (fill, depth) = (config.list_max_listpack_size, config.list_compress_depth);
    let text = with_entry(cx, args[2], |entry, clock| {
        format!(
            "Value at:{:p} refcount:1 encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{}{}",
            entry.key().as_ptr(),
            entry.encoding().name(),
            length::serialized(entry),
            entry.access(),
            clock.idle_seconds(entry.access()),
            structure::nodes_in_brief(entry, fill, depth),
        )
    })?;
    cx.reply().simple(&text);
    Ok(())
}

/// DEBUG SDSLEN key
pub(super) fn sdslen(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let text = with_entry(cx, args[2], |entry, _| {
        let (len, spare) = match entry.as_string().ok()? {
            StringRef::Int(_) => return None,
            StringRef::Bytes(text) => (text.len(), 0),
            StringRef::Blob(blob) => (blob.len(), blob.capacity() - blob.len()),
        };
        let (key, memory) = (entry.key().len(), entry.memory());
        Some(format!(
            "key_sds_len:{key}, key_sds_avail:0, key_zmalloc: {key}, val_sds_len:{len}, \
             val_sds_avail:{spare}, val_zmalloc: {memory}"
        ))
    })?;
    let text = text.ok_or_else(|| CommandError::other("ERR Not an sds encoded string."))?;
    cx.reply().simple(&text);
    Ok(())
}

/// DEBUG HTSTATS db
pub(super) fn htstats(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let index = usize::try_from(args.integer(2)?).ok();
    let index = index.filter(|index| *index < cx.node.shard.databases());
    let index = index.ok_or_else(|| CommandError::other("ERR Out of range database"))?;
    let db = cx.node.shard.database(index);
    let (keys, buckets, memory) = (db.len(), db.buckets(), db.overhead());
    let volatile = db.volatile_len();
    let text = format!(
        "[Dictionary HT]\n\
         Hash table 0 stats (main hash table):\n \
         table size: {buckets}\n \
         number of elements: {keys}\n \
         memory: {memory}\n\
         [Expires HT]\n \
         number of elements: {volatile}\n"
    );
    report(cx.reply(), &text);
    Ok(())
}

/// DEBUG HTSTATS-KEY key
pub(super) fn htstats_key(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let found = with_entry(cx, args[2], |entry, _| {
        // Freeing such a collection is freeing its elements one by one.
        Some((entry.buckets()?, entry.effort(), entry.memory()))
    })?;
    let Some((buckets, elements, memory)) = found else {
        return Err(CommandError::other(
            "ERR The value stored at the specified key is not represented using an hash table",
        ));
    };
    let text = format!(
        "Hash table 0 stats (main hash table):\n \
         table size: {buckets}\n \
         number of elements: {elements}\n \
         memory: {memory}\n"
    );
    report(cx.reply(), &text);
    Ok(())
}

/// DEBUG STRUCTSIZE
pub(super) fn structsize(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let text = format!(
        "bits:{} entry:{} client:{} node:{}",
        usize::BITS,
        size_of::<Entry>(),
        size_of::<Client>(),
        size_of::<crate::Node>(),
    );
    cx.reply().simple(&text);
    Ok(())
}

/// DEBUG CLIENT-EVICTION
pub(super) fn client_eviction(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let config = &cx.node.config;
    let Some(limit) = config.maxmemory_clients.limit(config.maxmemory) else {
        return Err(CommandError::other("ERR maxmemory-clients is disabled."));
    };
    let mut clients: Vec<usize> = cx.node.clients.iter().map(Client::memory).collect();
    clients.sort_unstable_by(|a, b| b.cmp(a));
    let (count, total) = (clients.len(), clients.iter().sum::<usize>());
    let most = clients.first().copied().unwrap_or_default();
    let text = format!("limit:{limit} clients:{count} total:{total} most:{most}\n");
    report(cx.reply(), &text);
    Ok(())
}

/// Answers a text of several lines.
pub(super) fn report(mut reply: Reply<'_>, text: &str) {
    reply.verbatim(*b"txt", text.as_bytes());
}
