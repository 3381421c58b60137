//! Commands that wait for a key: BLPOP and its like.
//!
//! A command that finds nothing says what it waits for, and its client waits: its further requests stay where they are. When one of the keys has changed, the command simply runs again, and either finds something or waits on. So a blocked command does what it would have done had it come later, whatever type of push, rename or swap has made its key ready.
//!
//! # Order
//!
//! Keys are served in the order in which they changed, and the clients of each in the order in which they came. That happens after the command (or the whole transaction) that changed the keys, before any other. What is served may make further keys ready, as BLMOVE does; these come after.

use std::collections::BTreeSet;
use std::rc::Rc;

use commands::{Args, CommandError, Wait};
use keyspace::ClientId;
use spec::CommandId;

use crate::Node;
use crate::client::{Flags, Token};
use crate::table::Row;

/// A client's command that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    row: CommandId,
    argv: Vec<Box<[u8]>>,
    db: usize,
    wait: Wait,
}

impl Waiting {
    pub(crate) fn memory(&self) -> usize {
        let words = self.argv.iter().chain(&self.wait.keys);
        size_of::<Self>() + words.map(|word| word.len() + size_of::<Box<[u8]>>()).sum::<usize>()
    }
}

/// Who waits, all in all.
#[derive(Debug, Default)]
pub(crate) struct Blocking {
    /// Those who do not wait for ever.
    deadlines: BTreeSet<(u64, ClientId)>,
    /// Ready keys are being served.
    serving: bool,
    /// The command that was run again has found nothing again.
    waits_on: bool,
}

impl Blocking {
    /// Returns the number of clients that wait for a time only.
    pub(crate) fn with_deadline(&self) -> usize {
        self.deadlines.len()
    }

    /// Returns when the next wait is over.
    pub(crate) fn next_deadline(&self) -> Option<u64> {
        self.deadlines.first().map(|(when, _)| *when)
    }
}

/// How a client is told that it waits no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unblock {
    /// As if its time were over.
    TimedOut,
    /// With an error.
    Refused,
}

impl Node {
    /// Has a client wait as its command demands. One that waits already goes on.
    pub(crate) fn block(&mut self, token: Token, row: &Row, args: &Args<'_>, wait: Wait) {
        let client = &mut self.clients[token];
        if client.waiting.is_some() {
            self.blocking.waits_on = true;
            return;
        }
        let (id, db) = (client.id, client.db);
        for key in &wait.keys {
            self.shard.observers().wait(id, db, key);
        }
        if let Some(when) = wait.until_ms {
            self.blocking.deadlines.insert((when, id));
        }
        let argv = args.all().iter().map(|&arg| arg.into()).collect();
        client.flags.set(Flags::WAITING, true);
        client.waiting = Some(Box::new(Waiting { row: row.id, argv, db, wait }));
    }

    /// Ends a client's wait, without an answer.
    pub(crate) fn stop_waiting(&mut self, token: Token) -> Option<Box<Waiting>> {
        let client = &mut self.clients[token];
        let waiting = client.waiting.take()?;
        client.flags.set(Flags::WAITING, false);
        for key in &waiting.wait.keys {
            self.shard.observers().stop_waiting(client.id, waiting.db, key);
        }
        if let Some(when) = waiting.wait.until_ms {
            self.blocking.deadlines.remove(&(when, client.id));
        }
        Some(waiting)
    }

    /// Ends a client's wait in vain. Returns whether it waited.
    pub(crate) fn unblock(&mut self, token: Token, how: Unblock) -> bool {
        let Some(waiting) = self.stop_waiting(token) else { return false };
        self.answer_between(token, |node| match how {
            Unblock::TimedOut => node.clients[token].reply().null_array(),
            Unblock::Refused => {
                let text = "UNBLOCKED client unblocked via CLIENT UNBLOCK";
                node.write_error(token, &CommandError::other(text));
            }
        });
        let failed = how == Unblock::Refused;
        self.stats.count_command(waiting.row, 0, failed, self.config.latency_tracking);
        self.go_on(token);
        true
    }

    /// Lets a client's further requests run.
    fn go_on(&mut self, token: Token) {
        self.queue_write(token);
        self.queue_read(token);
    }

    /// Ends the waits whose time is over.
    pub(crate) fn end_waits(&mut self) {
        let now = self.shard.now_ms();
        while let Some(&(when, id)) = self.blocking.deadlines.first()
            && when <= now
        {
            match self.clients.find(id) {
                Some(token) => _ = self.unblock(token, Unblock::TimedOut),
                None => _ = self.blocking.deadlines.pop_first(),
            }
        }
    }

    /// Serves those who wait for keys that have changed.
    #[cold]
    pub(crate) fn serve_ready(&mut self) {
        if self.in_exec || self.blocking.serving {
            return;
        }
        self.blocking.serving = true;
        loop {
            let ready = self.shard.observers().take_ready();
            if ready.is_empty() {
                break;
            }
            for (db, key) in ready {
                self.serve_key(db, &key);
            }
        }
        self.blocking.serving = false;
    }

    fn serve_key(&mut self, db: usize, name: &[u8]) {
        for id in self.shard.observers().waiting_for(db, name).to_vec() {
            let mut door = self.shard.db(db);
            let key = door.key(name);
            let Some(found) = door.peek(key).map(|entry| entry.data_type()) else { return };
            let Some(token) = self.clients.find(id) else { continue };
            let waiting = self.clients[token].waiting.as_ref();
            if waiting.is_some_and(|waiting| waiting.wait.data_type == found) {
                self.run_again(token);
            }
        }
    }

    /// Runs the command of a client that waits.
    fn run_again(&mut self, token: Token) {
        let Some(waiting) = &self.clients[token].waiting else { return };
        let (row, words) = (waiting.row, waiting.argv.clone());
        let argv: Vec<&[u8]> = words.iter().map(|arg| &**arg).collect();
        let args = Args::new(&argv, self.shard.hasher());
        let table = Rc::clone(&self.table);
        // The command was counted when it came.
        self.clients[token].commands -= 1;
        self.blocking.waits_on = false;
        self.answer_between(token, |node| node.call(token, table.row(row), &args));
        let waits_on = std::mem::take(&mut self.blocking.waits_on);
        if !waits_on && self.clients.get(token).is_some() && self.stop_waiting(token).is_some() {
            self.go_on(token);
        }
    }

    /// Answers a client while another one's request may be being answered.
    fn answer_between<R>(&mut self, token: Token, answer: impl FnOnce(&mut Self) -> R) -> R {
        let outer = (self.answering.take(), std::mem::take(&mut self.aside));
        let mark = self.begin_answer(token);
        let result = answer(self);
        self.end_answer(token, &mark);
        (self.answering, self.aside) = outer;
        result
    }
}
