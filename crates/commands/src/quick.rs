//! throw-away
use crate::*;
use keyspace::{Expiry, NewString, StringRef};
use spec::{Arity, Flag, KeyFlag, KeySpec};
type R = Command<DataFn>;
pub const COMMANDS: &[R] = &[
    R::new("PING", ping, Arity::AtLeast(1)).flags(&[Flag::Fast]),
    R::new("GET", get, Arity::Exactly(2)).flags(&[Flag::ReadOnly]).keys(&[KeySpec::at(1, &[KeyFlag::Ro])]),
    R::new("INCR", incr, Arity::Exactly(2)).flags(&[Flag::Write]).keys(&[KeySpec::at(1, &[KeyFlag::Rw])]),
    R::new("SET", set, Arity::AtLeast(3)).flags(&[Flag::Write]).keys(&[KeySpec::at(1, &[KeyFlag::Ow])]),
    R::new("MGET", mget, Arity::AtLeast(2)).flags(&[Flag::ReadOnly]).keys(&[KeySpec::at(1, &[KeyFlag::Ro]).to(-1)]),
    R::new("MSET", mset, Arity::AtLeast(3)).flags(&[Flag::Write]).keys(&[KeySpec::at(1, &[KeyFlag::Ow]).to(-1).every(2)]),
    R::new("DBSIZE", dbsize, Arity::Exactly(1)),
];
fn dbsize(cx: &mut Cx<'_>, _: &Args<'_>) -> CmdResult { cx.reply.size(cx.db.len()); Ok(()) }
fn ping(cx: &mut Cx<'_>, _: &Args<'_>) -> CmdResult { cx.reply.raw(b"+PONG\r\n"); Ok(()) }
fn one(cx: &mut Cx<'_>, key: keyspace::Key<'_>) {
    match cx.db.find(key) {
        None => cx.reply.null(),
        Some(e) => match e.string() {
            StringRef::Int(n) => cx.reply.bulk_integer(n),
            StringRef::Bytes(b) => cx.reply.bulk(b),
            StringRef::Blob(b) => cx.reply.bulk_blob(&b),
        },
    }
}
fn get(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult { one(cx, args.key(1)); Ok(()) }
fn mget(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    cx.reply.array(args.len() - 1);
    for i in 1..args.len() { one(cx, args.key(i)); }
    Ok(())
}
fn set(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let expiry = if args.len() == 5 { Expiry::At(cx.db.now_ms() + 1000 * args.integer(4)? as u64) } else { Expiry::None };
    cx.db.set(args.key(1), args.value(2), expiry);
    cx.effects.changed(1);
    cx.effects.event(EventClass::String, "set", cx.db.index(), args[1]);
    cx.reply.ok();
    Ok(())
}
fn mset(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    for i in (1..args.len()).step_by(2) {
        cx.db.set(args.key(i), args.value(i + 1), Expiry::None);
        cx.effects.changed(1);
    }
    cx.reply.ok();
    Ok(())
}
fn incr(cx: &mut Cx<'_>, args: &Args<'_>) -> CmdResult {
    let key = args.key(1);
    let n = if let Some(mut e) = cx.db.open_mut(key) {
            let StringRef::Int(n) = e.string() else { return Err(CommandError::NotAnInteger) };
            let n = n.checked_add(1).ok_or(CommandError::Overflow)?;
            e.set_string(NewString::Int(n));
            n
        } else { cx.db.insert(key, NewString::Int(1), None); 1 };
    cx.effects.changed(1);
    cx.reply.integer(n);
    Ok(())
}
