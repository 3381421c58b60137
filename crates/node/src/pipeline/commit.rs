//! What follows from a command, in this order: the log, keyspace events, watches, tracking.

use commands::{Args, Effects, Event, EventClass};
use keyspace::{Gone, Reason};
use spec::Flag;

use crate::Node;
use crate::client::Token;
use crate::table::Row;

impl Node {
    /// Consumes the effects of a command that has just run on database `db`.
    #[cold]
    pub(super) fn commit(&mut self, token: Token, row: &Row, args: &Args<'_>, db: usize) {
        self.commit_gone();
        let mut effects = std::mem::take(&mut self.effects);
        self.dirty += effects.changes();
        self.propagate(&mut effects, row, args, db);
        for event in effects.take_events() {
            self.notify(&event);
        }
        effects.clear();
        self.effects = effects;
        self.commit_watches();
        self.commit_changed_keys(Some(token));
    }

    /// What follows from keys and fields that went away by themselves.
    pub(crate) fn commit_gone(&mut self) {
        for Gone { db, key, reason, fields } in self.shard.observers().take_gone() {
            let (class, name, is_lazy) = match reason {
                Reason::Expired => {
                    (EventClass::Expired, "expired", self.config.lazyfree_lazy_expire)
                }
                Reason::Evicted => {
                    (EventClass::Evicted, "evicted", self.config.lazyfree_lazy_eviction)
                }
                Reason::SomeFields | Reason::AllFields => {
                    (EventClass::Hash, "hexpired", self.config.lazyfree_lazy_expire)
                }
            };
            if fields.is_empty() {
                self.feed.append(db, &[if is_lazy { &b"UNLINK"[..] } else { b"DEL" }, &key]);
            } else {
                let head: [&[u8]; 2] = [b"HDEL", &key];
                let words: Vec<&[u8]> =
                    head.into_iter().chain(fields.iter().map(|field| &**field)).collect();
                self.feed.append(db, &words);
            }
            self.notify(&Event { class, name, db, key: key.clone() });
            if reason == Reason::AllFields {
                self.notify(&Event { class: EventClass::Generic, name: "del", db, key });
            }
        }
    }

    /// What follows from changes that no client has asked for.
    pub(crate) fn commit_own_changes(&mut self) {
        self.commit_gone();
        self.commit_watches();
        self.commit_changed_keys(None);
        self.serve_ready();
    }

    fn propagate(&mut self, effects: &mut Effects, row: &Row, args: &Args<'_>, db: usize) {
        if !self.feed.is_open() {
            return;
        }
        if effects.is_rewritten() {
            let logged = effects.take_logged();
            let several = logged.len() > 1 && !self.in_exec;
            if several {
                self.feed.begin();
            }
            for command in &logged {
                let argv: Vec<&[u8]> = command.iter().map(|arg| &**arg).collect();
                self.feed.append(db, &argv);
            }
            if several {
                self.feed.end();
            }
        } else if effects.changes() > 0 && (row.has(Flag::Write) || row.has(Flag::MayReplicate)) {
            self.feed.append(db, args.all());
        }
    }

    /// Marks the transactions of clients whose watched keys have changed.
    pub(crate) fn commit_watches(&mut self) {
        for id in self.shard.observers().take_dirty() {
            if let Some(token) = self.clients.find(id) {
                self.clients[token].dirty = true;
            }
        }
    }
}
