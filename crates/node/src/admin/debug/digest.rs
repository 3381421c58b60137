//! A number for a data set: equal for equal data sets, whatever the order in which they were made.
//!
//! Each key is hashed with its value, its database and whether it expires (not when: a replica may see that a little later); so are fields. The digests of all keys are joined by exclusive or, which knows no order. No keys at all are forty zeros.
//!
//! A value is fed in a form that says nothing of its encoding, so that a string that is stored as a number has the digest of its digits.

use commands::{Args, CmdResult};
use keyspace::{Entry, StringRef, WrongType};
use stdx::sha1;

use crate::admin::Admin;

/// Twenty bytes.
type Digest = [u8; 20];

/// DEBUG DIGEST
pub(super) fn digest(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let mut all = Digest::default();
    let mut bytes = Vec::new();
    let now_ms = cx.node.shard.now_ms();
    for index in 0..cx.node.shard.databases() {
        cx.node.shard.db(index).for_each(&mut |entry| {
            bytes.clear();
            bytes.extend_from_slice(&(index as u64).to_le_bytes());
            bytes.push(u8::from(entry.expiry().is_some()));
            feed(&mut bytes, entry.key());
            feed_value(&mut bytes, entry, now_ms);
            join(&mut all, sha1::digest(&bytes));
        });
    }
    cx.reply().simple(&text(all));
    Ok(())
}

/// DEBUG DIGEST-VALUE key [key ...]
pub(super) fn digest_value(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let (index, now_ms) = (cx.client().db, cx.node.shard.now_ms());
    let mut digests = Vec::new();
    for &name in &args[2..] {
        let mut db = cx.node.shard.db(index);
        let key = db.key(name);
        let digest = db.peek(key).map(|entry| {
            let mut bytes = Vec::new();
            feed_value(&mut bytes, &entry, now_ms);
            sha1::digest(&bytes)
        });
        digests.push(digest.unwrap_or_default());
    }
    let mut reply = cx.reply();
    reply.array(digests.len());
    for digest in digests {
        reply.simple(&text(digest));
    }
    Ok(())
}

/// Appends bytes such that their end is clear.
fn feed(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
    bytes.extend_from_slice(part);
}

fn feed_value(bytes: &mut Vec<u8>, entry: &Entry, now_ms: u64) {
    match entry.as_string() {
        Ok(StringRef::Int(number)) => {
            feed(bytes, stdx::number::Digits::from_i64(number).as_bytes());
        }
        Ok(StringRef::Bytes(text)) => feed(bytes, text),
        Ok(StringRef::Blob(blob)) => feed(bytes, &blob),
        Err(WrongType) => feed_collection(bytes, entry, now_ms),
    }
}

fn feed_collection(bytes: &mut Vec<u8>, entry: &Entry, now_ms: u64) {
    if let Ok(set) = entry.as_set() {
        let mut all = Digest::default();
        set.iter().for_each(|member| join(&mut all, sha1::digest(member.text(&mut None))));
        feed(bytes, &all);
    } else if let Ok(hash) = entry.as_hash(now_ms) {
        let mut all = Digest::default();
        hash.for_each_timed(|field, value, expiry| {
            let mut pair = Vec::new();
            feed(&mut pair, field.text(&mut None));
            feed(&mut pair, value.text(&mut None));
            pair.push(u8::from(expiry.is_some()));
            join(&mut all, sha1::digest(&pair));
        });
        feed(bytes, &all);
    } else if let Ok(set) = entry.as_sorted_set() {
        for (member, score) in set.iter() {
            feed(bytes, member.text(&mut None));
            // Encodings differ in whether they know the sign of zero.
            bytes.extend_from_slice(&(score + 0.0).to_le_bytes());
        }
    } else if let Ok(list) = entry.as_list() {
        list.for_each(0..list.len(), |element| feed(bytes, element.text(&mut None)));
    }
}

fn join(all: &mut Digest, one: Digest) {
    for (byte, other) in all.iter_mut().zip(one) {
        *byte ^= other;
    }
}

fn text(digest: Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
