//! Tells whether two servers agree.

use std::collections::BTreeMap;
use std::mem::{Discriminant, discriminant};

use connector::{Connection, Error};
use resp::value::Value;
use testkit::transcript::shown;

use crate::admin;

/// Times may differ by so many milliseconds: the two are asked one after the other.
const TOLERANCE_MS: i64 = 2000;

/// Times that end after the year 6000 are equally far away: we keep 48 bits of them.
const FAR: i64 = 1 << 37;

/// Commands with fields that expire. The reference for these is Valkey, which words errors otherwise.
pub(crate) const FIELD_EXPIRY: &[&[u8]] = &[
    b"HEXPIRE",
    b"HPEXPIRE",
    b"HEXPIREAT",
    b"HPEXPIREAT",
    b"HTTL",
    b"HPTTL",
    b"HEXPIRETIME",
    b"HPEXPIRETIME",
    b"HPERSIST",
    b"HGETEX",
    b"HSETEX",
    b"HGETDEL",
];

/// Texts that the reference, which is a version behind, words otherwise; ours first.
const REWORDED: &[(&str, &str)] = &[(
    "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
    "ERR string exceeds maximum allowed size (512MB)",
)];

/// Compares the replies to one request; returns what is different.
///
/// `queued` are the requests that EXEC answers.
pub(crate) fn replies(
    request: &[Vec<u8>],
    queued: &Option<Vec<Vec<Vec<u8>>>>,
    ours: &Value,
    theirs: &Value,
) -> Option<String> {
    let of_all = (ours.as_array(), theirs.as_array(), queued);
    let (ours, theirs) = match of_all {
        (Some(ours), Some(theirs), Some(queued))
            if request[0].eq_ignore_ascii_case(b"EXEC")
                && ours.len() == queued.len()
                && theirs.len() == queued.len() =>
        {
            let pairs = ours.iter().zip(theirs);
            let mut all = queued.iter().zip(pairs);
            all.find(|(request, (ours, theirs))| !agree(request, ours, theirs))?.1
        }
        _ if agree(request, ours, theirs) => return None,
        _ => (ours, theirs),
    };
    Some(match (shown(ours), shown(theirs)) {
        (ours, theirs) if ours != theirs => format!("ours {ours}theirs {theirs}"),
        _ => format!("ours {ours:?}, theirs {theirs:?}"),
    })
}

/// Returns whether two replies to one request say the same.
fn agree(request: &[Vec<u8>], ours: &Value, theirs: &Value) -> bool {
    if let Some(same) = admin::replies(request, ours, theirs) {
        return same;
    }
    let name = request[0].to_ascii_uppercase();
    match &*name {
        // The order of keys and members follows from the layout of a table.
        b"KEYS" | b"HKEYS" | b"HVALS" | b"SMEMBERS" | b"SINTER" | b"SUNION" | b"SDIFF"
            if ours.as_array().is_some() =>
        {
            discriminant(ours) == discriminant(theirs) && sorted(ours) == sorted(theirs)
        }
        // Cursors differ; what a whole scan finds is compared with the keyspaces.
        b"SCAN" | b"HSCAN" | b"SSCAN" | b"ZSCAN" => ours.is_error() == theirs.is_error(),
        b"HTTL" | b"HPTTL" | b"HEXPIRETIME" | b"HPEXPIRETIME" if !ours.is_error() => {
            close_all(ours, theirs)
        }
        name if FIELD_EXPIRY.contains(&name) => {
            ours == theirs || (ours.is_error() && theirs.is_error())
        }
        // The reference for fields that expire has them in tables.
        b"OBJECT" if ours.as_bytes() == Some(b"listpackex") => {
            matches!(theirs.as_bytes(), Some(b"hashtable" | b"listpack"))
        }
        // The reference has no small sets or lists in listpacks.
        b"OBJECT" if ours.as_bytes() == Some(b"listpack") => {
            ours == theirs || matches!(theirs.as_bytes(), Some(b"hashtable" | b"quicklist"))
        }
        // One more number that the reference, which is a version behind, still takes.
        b"LPOS" if ours.as_error().is_some_and(|text| text.ends_with(b"9223372036854775807")) => {
            true
        }
        // Chance decides which, not how many.
        b"SRANDMEMBER" | b"HRANDFIELD" | b"ZRANDMEMBER" => shape(ours) == shape(theirs),
        b"HGETALL" if !ours.is_error() => {
            discriminant(ours) == discriminant(theirs) && pairs(ours) == pairs(theirs)
        }
        // The reference, which is a version behind, does not know the option.
        b"ZRANK" | b"ZREVRANK" if request.len() > 3 && theirs.is_error() => true,
        // The reference, which is a version behind, prints scores with more digits.
        name if name.starts_with(b"Z") => ours == theirs || equal_scores(ours, theirs),
        b"TTL" | b"PTTL" | b"EXPIRETIME" | b"PEXPIRETIME" => close(ours, theirs),
        // We keep a bit where they keep four bytes, and so answer where they refuse.
        b"LCS"
            if theirs
                .as_error()
                .is_some_and(|text| text.starts_with(b"ERR Insufficient memory")) =>
        {
            true
        }
        _ => ours == theirs || reworded(ours, theirs),
    }
}

/// Returns whether two errors say the same in other words, or up to a zero byte, at which the reference ends a text.
fn reworded(ours: &Value, theirs: &Value) -> bool {
    let (Some(ours), Some(theirs)) = (ours.as_error(), theirs.as_error()) else {
        return false;
    };
    let upto_zero = ours.split(|&byte| byte == 0).next().unwrap_or_default();
    let is_cut = upto_zero.len() < ours.len()
        && [&b""[..], b"'"].iter().any(|end| [upto_zero, end].concat() == theirs);
    let pair = (&*String::from_utf8_lossy(ours), &*String::from_utf8_lossy(theirs));
    is_cut || REWORDED.contains(&pair)
}

/// Returns whether two replies differ in nothing but the digits of scores.
fn equal_scores(ours: &Value, theirs: &Value) -> bool {
    if let (Some(ours), Some(theirs)) = (ours.as_array(), theirs.as_array()) {
        let mut pairs = ours.iter().zip(theirs);
        return ours.len() == theirs.len()
            && pairs.all(|(ours, theirs)| ours == theirs || equal_scores(ours, theirs));
    }
    let score = |value: &Value| match value {
        Value::Double { value, .. } => Some(*value),
        _ => stdx::number::parse_double(value.as_bytes()?),
    };
    score(ours).is_some() && score(ours) == score(theirs)
}

fn close(ours: &Value, theirs: &Value) -> bool {
    match (ours.as_integer(), theirs.as_integer()) {
        (Some(ours), Some(theirs)) if ours >= 0 && theirs >= 0 => {
            ours.abs_diff(theirs) <= TOLERANCE_MS as u64 || (ours > FAR && theirs > FAR)
        }
        _ => ours == theirs,
    }
}

/// Compares replies that may be lists of times.
fn close_all(ours: &Value, theirs: &Value) -> bool {
    match (ours.as_array(), theirs.as_array()) {
        (Some(ours), Some(theirs)) => {
            let mut pairs = ours.iter().zip(theirs);
            ours.len() == theirs.len() && pairs.all(|(ours, theirs)| close(ours, theirs))
        }
        _ => ours == theirs,
    }
}

/// What is left of a reply when one does not look at bytes.
fn shape(value: &Value) -> (Discriminant<Value>, Option<usize>) {
    (discriminant(value), value.as_array().map(<[Value]>::len))
}

fn sorted(value: &Value) -> Option<Vec<Vec<u8>>> {
    let mut all: Vec<Vec<u8>> =
        value.as_array()?.iter().filter_map(|item| item.as_bytes().map(<[u8]>::to_vec)).collect();
    all.sort_unstable();
    Some(all)
}

/// The fields and values of a reply, in the order of the fields.
fn pairs(value: &Value) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let bytes = |value: &Value| value.as_bytes().unwrap_or_default().to_vec();
    let pairs = value.pairs()?.into_iter();
    let mut all: Vec<_> = pairs.map(|(field, value)| (bytes(field), bytes(value))).collect();
    all.sort_unstable();
    Some(all)
}

/// What is known of a key: its type, its encoding, its remaining time, its value.
type Facts = Vec<Value>;

/// All keys of the selected database, with the times of their fields if these can have some.
pub(crate) fn state(
    connection: &mut Connection,
    fields_expire: bool,
) -> Result<BTreeMap<Vec<u8>, Facts>, Error> {
    let mut found = BTreeMap::new();
    let mut cursor = b"0".to_vec();
    loop {
        let reply = connection.request(&[&b"SCAN"[..], &cursor, b"COUNT", b"1000"])?;
        let Some([next, keys]) = reply.as_array() else { break };
        for key in keys.as_array().unwrap_or_default().iter().filter_map(Value::as_bytes) {
            let mut facts = Vec::new();
            for question in [&[&b"TYPE"[..]][..], &[b"OBJECT", b"ENCODING"], &[b"PTTL"], &[b"GET"]]
            {
                facts.push(connection.request(&[question, &[key]].concat())?);
            }
            let members = connection.request(&[b"SMEMBERS", key])?;
            facts.extend(sorted(&members).into_iter().flatten().map(Value::Bulk));
            let fields = connection.request(&[b"HGETALL", key])?;
            for (field, value) in pairs(&fields).into_iter().flatten() {
                if fields_expire {
                    let question: [&[u8]; 5] = [b"HPEXPIRETIME", key, b"FIELDS", b"1", &field];
                    facts.push(connection.request(&question)?);
                }
                facts.extend([Value::Bulk(field), Value::Bulk(value)]);
            }
            let elements = connection.request(&[b"LRANGE", key, b"0", b"-1"])?;
            facts.extend(elements.as_array().unwrap_or_default().iter().cloned());
            let scores = connection.request(&[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"])?;
            facts.extend(scores.as_array().unwrap_or_default().iter().cloned());
            found.insert(key.to_vec(), facts);
        }
        cursor = next.as_bytes().unwrap_or(b"0").to_vec();
        if cursor == b"0" {
            break;
        }
    }
    Ok(found)
}

/// Compares two keyspaces; returns what is different.
pub(crate) fn states(
    ours: &BTreeMap<Vec<u8>, Facts>,
    theirs: &BTreeMap<Vec<u8>, Facts>,
) -> Option<String> {
    let names = |state: &BTreeMap<Vec<u8>, Facts>| -> Vec<String> {
        state.keys().map(|key| key.escape_ascii().to_string()).collect()
    };
    if names(ours) != names(theirs) {
        return Some(format!("our keys {:?}, their keys {:?}", names(ours), names(theirs)));
    }
    for (key, facts) in ours {
        let other = &theirs[key];
        let same = facts.len() == other.len();
        let same = same
            && facts.iter().zip(other).enumerate().all(|(index, (ours, theirs))| match index {
                // The reference has no small sets or lists in listpacks.
                1 => ours == theirs || matches!(ours.as_bytes(), Some(b"listpack" | b"listpackex")),
                2 => close(ours, theirs),
                _ => close_all(ours, theirs) || equal_scores(ours, theirs),
            });
        if !same {
            let key = key.escape_ascii();
            return Some(format!("key {key}: ours {facts:?}, theirs {other:?}"));
        }
    }
    None
}
