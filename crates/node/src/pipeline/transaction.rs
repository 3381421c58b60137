//! MULTI, EXEC, DISCARD, WATCH: commands that run together or not at all.

use std::rc::Rc;

use commands::{Args, CmdResult, CommandError};
use spec::{CommandId, Flag};

use crate::Node;
use crate::admin::Admin;
use crate::client::{Flags, Token};
use crate::table::Row;

/// A queued command.
#[derive(Debug)]
struct Queued {
    row: CommandId,
    argv: Vec<Box<[u8]>>,
}

/// What a client has queued since MULTI.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    queue: Vec<Queued>,
    /// A command could not be queued; EXEC will refuse.
    spoiled: bool,
    writes: bool,
    grows: bool,
    memory: usize,
}

impl Transaction {
    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }
}

impl Node {
    /// Queues a command of a client that is between MULTI and EXEC.
    pub(super) fn queue_in_transaction(&mut self, token: Token, row: &Row, args: &Args<'_>) {
        let client = &mut self.clients[token];
        let transaction = client.transaction.get_or_insert_default();
        let argv: Vec<Box<[u8]>> = args.all().iter().map(|&arg| arg.into()).collect();
        transaction.memory += size_of::<Queued>()
            + argv.iter().map(|arg| arg.len() + size_of::<Box<[u8]>>()).sum::<usize>();
        transaction.writes |= row.has(Flag::Write) || row.has(Flag::MayReplicate);
        transaction.grows |= row.has(Flag::DenyOom);
        transaction.queue.push(Queued { row: row.id, argv });
        client.reply().simple("QUEUED");
        self.queue_write(token);
    }

    /// Notes that a command between MULTI and EXEC was refused.
    pub(super) fn spoil_transaction(&mut self, token: Token) {
        if let Some(client) = self.clients.get_mut(token)
            && client.flags.has(Flags::MULTI)
        {
            client.transaction.get_or_insert_default().spoiled = true;
        }
    }

    /// Drops a transaction because its EXEC was refused; returns what is answered to that.
    pub(super) fn abort_transaction(&mut self, token: Token, cause: CommandError) -> CommandError {
        self.abandon_transaction(token);
        let cause = cause.to_string();
        let cause = cause.strip_prefix("ERR ").unwrap_or(&cause);
        CommandError::other(format!("EXECABORT Transaction discarded because of: {cause}"))
    }

    pub(super) fn transaction_grows(&self, token: Token) -> bool {
        self.clients[token].transaction.as_ref().is_some_and(|transaction| transaction.grows)
    }

    pub(super) fn transaction_writes(&self, token: Token) -> bool {
        self.clients[token].transaction.as_ref().is_some_and(|transaction| transaction.writes)
    }

    /// Forgets a client's transaction and its watches.
    pub(crate) fn abandon_transaction(&mut self, token: Token) {
        let client = &mut self.clients[token];
        client.transaction = None;
        client.flags.set(Flags::MULTI, false);
        self.unwatch_all(token);
    }

    /// Ends all watches of a client.
    pub(crate) fn unwatch_all(&mut self, token: Token) {
        let client = &mut self.clients[token];
        client.dirty = false;
        for (db, key) in std::mem::take(&mut client.watched) {
            self.shard.observers().unwatch(client.id, db, &key);
        }
    }
}

/// MULTI
pub(crate) fn multi(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let client = cx.client();
    if client.flags.has(Flags::MULTI) {
        return Err(CommandError::other("ERR MULTI calls can not be nested"));
    }
    client.flags.set(Flags::MULTI, true);
    client.transaction = Some(Box::default());
    cx.reply().ok();
    Ok(())
}

/// DISCARD
pub(crate) fn discard(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    if !cx.client().flags.has(Flags::MULTI) {
        return Err(CommandError::other("ERR DISCARD without MULTI"));
    }
    let token = cx.token;
    cx.node.abandon_transaction(token);
    cx.reply().ok();
    Ok(())
}

/// WATCH key [key ...]
pub(crate) fn watch(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    if cx.client().flags.has(Flags::MULTI) {
        return Err(CommandError::other("ERR WATCH inside MULTI is not allowed"));
    }
    let client = &mut cx.node.clients[cx.token];
    let db = client.db;
    for &name in &args[1..] {
        if client.watched.iter().any(|(d, key)| *d == db && **key == *name) {
            continue;
        }
        let door = cx.node.shard.db(db);
        let overdue = door.is_overdue(door.key(name));
        cx.node.shard.observers().watch(client.id, db, name, overdue);
        client.watched.push((db, name.into()));
    }
    cx.reply().ok();
    Ok(())
}

/// UNWATCH
pub(crate) fn unwatch(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let token = cx.token;
    cx.node.unwatch_all(token);
    cx.reply().ok();
    Ok(())
}

/// EXEC
pub(crate) fn exec(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let token = cx.token;
    if !cx.client().flags.has(Flags::MULTI) {
        return Err(CommandError::other("ERR EXEC without MULTI"));
    }
    let node = &mut *cx.node;
    let transaction = node.clients[token].transaction.take().unwrap_or_default();
    // A watched key whose time has come is a change, though nobody has removed it yet.
    let overdue = node.has_overdue_watch(token);
    let dirty = node.clients[token].dirty || overdue;
    node.abandon_transaction(token);
    if transaction.spoiled {
        let text = "EXECABORT Transaction discarded because of previous errors.";
        return Err(CommandError::other(text));
    }
    if dirty {
        cx.reply().null_array();
        return Ok(());
    }
    node.run_transaction(token, &transaction);
    Ok(())
}

impl Node {
    fn has_overdue_watch(&mut self, token: Token) -> bool {
        let client = &self.clients[token];
        let (id, shard) = (client.id, &mut self.shard);
        client.watched.iter().any(|(db, key)| {
            let door = shard.db(*db);
            door.is_overdue(door.key(key)) && shard.observers().saw_alive(id, *db, key)
        })
    }

    fn run_transaction(&mut self, token: Token, transaction: &Transaction) {
        let table = Rc::clone(&self.table);
        self.clients[token].reply().array(transaction.queue.len());
        self.feed.begin();
        self.in_exec = true;
        self.effects.allow_waiting(false);
        for queued in &transaction.queue {
            let argv: Vec<&[u8]> = queued.argv.iter().map(|arg| &**arg).collect();
            let args = Args::new(&argv, self.shard.hasher());
            self.call_watched(token, table.row(queued.row), &args);
            // Whether the client still gets the replies or not: all or nothing.
            if self.clients.get(token).is_none() {
                break;
            }
        }
        self.effects.allow_waiting(true);
        self.in_exec = false;
        self.feed.end();
    }
}
