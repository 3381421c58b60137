//! Runs one request: table row, gates, handler, reply, effects.

use std::rc::Rc;

use commands::{Args, CmdResult, CommandError, Cx};
use resp::output::Mark;
use resp::reply::Reply;
use resp::request::ProtocolError;
use spec::Flag;

use super::gates::Refusal;
use crate::Node;
use crate::admin::Admin;
use crate::client::{Flags, Token};
use crate::table::{Handler, Row, Table};

impl Node {
    /// Runs one request of a client. Returns the time at its end, in nanoseconds of the steady clock.
    pub(crate) fn run(&mut self, token: Token, row: Option<&Row>, args: &Args<'_>) -> u64 {
        let plain = !self.clients[token].flags.is_special() && self.attention.is_empty();
        let table = Rc::clone(&self.table);
        let resolved = match row {
            Some(row) => resolve(&table, row, args),
            None => Err(unknown_command(args)),
        };
        match resolved {
            Ok(row) if plain && !row.has(Flag::Protected) => self.call(token, row, args),
            Ok(row) => self.run_special(token, row, args),
            Err(_) if row.is_none() && is_from_a_browser(args) => {
                self.cut_off_browser(token);
                self.last_mono_ns
            }
            Err(error) => {
                self.note_skip(token);
                let mark = self.begin_answer(token);
                self.refuse(token, row, error);
                self.end_answer(token, &mark);
                self.last_mono_ns
            }
        }
    }

    /// Runs a request that concerns a gate, a transaction, a client that wants no reply, or somebody who looks on.
    #[cold]
    fn run_special(&mut self, token: Token, row: &Row, args: &Args<'_>) -> u64 {
        self.note_skip(token);
        let admitted = self.admit(token, row, args);
        if matches!(admitted, Err(Refusal::Wait)) {
            self.postpone(token, args);
            return self.last_mono_ns;
        }
        // What the gates have caused (keys that were evicted) is said before the answer.
        let mark = self.begin_answer(token);
        let end = match admitted {
            Ok(()) if self.clients[token].flags.has(Flags::MULTI) && !runs_in_multi(row) => {
                self.queue_in_transaction(token, row, args);
                self.last_mono_ns
            }
            Ok(()) => self.call_watched(token, row, args),
            Err(refusal) => {
                if let Refusal::Error(error) = refusal {
                    self.refuse(token, Some(row), error);
                }
                self.last_mono_ns
            }
        };
        self.end_answer(token, &mark);
        self.end_caching(token, row);
        end
    }

    /// Takes note if this is the request that is not to be answered.
    fn note_skip(&mut self, token: Token) {
        let flags = &mut self.clients[token].flags;
        if flags.has(Flags::REPLY_SKIP_NEXT) {
            flags.set(Flags::REPLY_SKIP_NEXT, false);
            flags.set(Flags::REPLY_SKIP, true);
        }
    }

    /// From here on, what a client is sent without having asked waits until its request is answered.
    pub(crate) fn begin_answer(&mut self, token: Token) -> Mark {
        self.answering = Some(token);
        self.clients[token].output.mark()
    }

    /// Takes the answer back if the client wants none, and sends what has waited for its end.
    pub(crate) fn end_answer(&mut self, token: Token, before: &Mark) {
        self.answering = None;
        let Some(client) = self.clients.get_mut(token) else { return };
        if client.flags.has(Flags::REPLY_OFF.and(Flags::REPLY_SKIP)) {
            client.output.rollback(before);
        }
        client.flags.set(Flags::REPLY_SKIP, false);
        if !self.aside.is_empty() {
            client.output.append(&mut self.aside);
            self.queue_write(token);
            self.check_output_limit(token);
        }
    }

    /// Calls the handler for a client about which there may be more to do, or to be told to others.
    pub(crate) fn call_watched(&mut self, token: Token, row: &Row, args: &Args<'_>) -> u64 {
        let client = &self.clients[token];
        let touching = !client.flags.has(Flags::NO_TOUCH) || &*row.full_name == "touch";
        self.shard.set_touching(touching);
        let end = self.call(token, row, args);
        self.shard.set_touching(true);
        self.show_to_monitors(token, row, args);
        self.remember_reader(token, row, args);
        end
    }

    /// Calls the handler, writes its refusal if there is one, counts, and commits.
    #[inline]
    pub(crate) fn call(&mut self, token: Token, row: &Row, args: &Args<'_>) -> u64 {
        let start = self.last_mono_ns;
        let client = &mut self.clients[token];
        client.last_command = Some(row.id);
        client.commands += 1;
        let db = client.db;
        let result = match row.handler {
            Handler::Data(handler) => {
                let mark = client.output.mark();
                let class = client.class();
                let mut cx = Cx {
                    db: self.shard.db(db),
                    reply: Reply::new(&mut client.output, client.protocol),
                    effects: &mut self.effects,
                    config: &self.config,
                    class,
                    rng: &mut self.rng,
                };
                let result = handler(&mut cx, args);
                if result.is_err() {
                    client.output.rollback(&mark);
                }
                result
            }
            Handler::Admin(handler) => handler(&mut Admin { node: self, token }, args),
        };
        self.finish(token, row, args, db, start, result)
    }

    #[inline]
    fn finish(
        &mut self,
        token: Token,
        row: &Row,
        args: &Args<'_>,
        db: usize,
        start: u64,
        result: CmdResult,
    ) -> u64 {
        let failed = result.is_err();
        if let Err(error) = result {
            self.write_error(token, &error);
        }
        let mut ready = false;
        if !self.effects.is_empty() || self.shard.has_news() {
            if let Some(wait) = self.effects.take_wait() {
                self.block(token, row, args, wait);
                // Whoever looks for a key may find that its time is over.
                if self.shard.has_news() {
                    self.commit_own_changes();
                }
                return self.clock.mono_ns();
            }
            self.commit(token, row, args, db);
            ready = self.shard.observers().has_ready();
        }
        let end = self.clock.mono_ns();
        self.last_mono_ns = end;
        let elapsed = end - start;
        self.stats.count_command(row.id, elapsed, failed, self.config.latency_tracking);
        if elapsed >= self.slow_after_ns {
            self.note_slow(token, row, args, elapsed);
        }
        self.queue_write(token);
        if ready {
            self.serve_ready();
        }
        end
    }

    /// Puts a client with output in the list of those to be written to.
    #[inline]
    pub(crate) fn queue_write(&mut self, token: Token) {
        let Some(client) = self.clients.get_mut(token) else { return };
        if client.output.chunks() > 0 {
            return self.queue_long_write(token);
        }
        if !client.flags.has(Flags::WRITE_QUEUED)
            && (!client.output.is_empty() || client.is_closing())
        {
            client.flags.set(Flags::WRITE_QUEUED, true);
            self.write_queue.push(token);
        }
    }

    /// The same for a client whose output does not fit its buffer: that is limited.
    #[cold]
    fn queue_long_write(&mut self, token: Token) {
        self.check_output_limit(token);
        let flags = &mut self.clients[token].flags;
        if !flags.has(Flags::WRITE_QUEUED) {
            flags.set(Flags::WRITE_QUEUED, true);
            self.write_queue.push(token);
        }
    }

    /// Answers with an error, and counts it.
    pub(crate) fn write_error(&mut self, token: Token, error: &CommandError) {
        let text = error.to_string();
        self.stats.count_error(&text);
        if let Some(client) = self.clients.get_mut(token) {
            client.reply().error(text.as_bytes());
        }
    }

    /// Refuses a request before its handler was called.
    pub(crate) fn refuse(&mut self, token: Token, row: Option<&Row>, error: CommandError) {
        if let Some(row) = row {
            self.stats.count_rejected(row.id);
        }
        let error = match row {
            Some(row) if &*row.full_name == "exec" => self.abort_transaction(token, error),
            _ => {
                self.spoil_transaction(token);
                error
            }
        };
        self.write_error(token, &error);
        self.queue_write(token);
    }

    /// Ends a connection over which a browser speaks, before the body of its request is taken for commands. The log says so once in a while.
    #[cold]
    fn cut_off_browser(&mut self, token: Token) {
        const WARN_EVERY_MS: u64 = 60_000;

        let now_ms = self.shard.now_ms();
        if self.browser_seen_ms.is_none_or(|seen| now_ms.saturating_sub(seen) > WARN_EVERY_MS) {
            self.browser_seen_ms = Some(now_ms);
            let addr = &self.clients[token].peer.addr;
            let text = format!(
                "Possible SECURITY ATTACK: a request of HTTP (POST or Host:) came from {addr}, perhaps from a browser that was made to send commands. The connection is closed."
            );
            self.log(crate::LogLevel::Warning, text);
        }
        self.close(token);
    }

    /// Answers bytes that are no request, and ends the connection.
    pub(super) fn refuse_protocol(&mut self, token: Token, error: ProtocolError) {
        let id = self.clients[token].id.0;
        self.log(
            crate::LogLevel::Verbose,
            format!("Protocol error from client id={id}: {}", error.text()),
        );
        self.write_error(token, &CommandError::other(error.text()));
        self.clients[token].flags.set(Flags::CLOSE_AFTER_REPLY, true);
        self.queue_write(token);
    }
}

/// Returns whether this is a line that a request of HTTP has and no client of ours sends: browsers can be made to send requests to anybody, with commands in their body.
fn is_from_a_browser(args: &Args<'_>) -> bool {
    ["post", "host:"].iter().any(|word| args.is(0, word))
}

/// Finds the subcommand, if there is one, and checks the number of arguments.
#[inline]
pub(crate) fn resolve<'t>(
    table: &'t Table,
    row: &'t Row,
    args: &Args<'_>,
) -> Result<&'t Row, CommandError> {
    let row = if row.has_subcommands() && args.len() > 1 {
        table.lookup_sub(row, args[1]).ok_or_else(|| unknown_subcommand(row, args))?
    } else {
        row
    };
    if row.arity.accepts(args.len()) {
        Ok(row)
    } else {
        Err(CommandError::Arity(row.full_name.to_string()))
    }
}

/// Returns whether a command acts at once between MULTI and EXEC instead of being queued.
fn runs_in_multi(row: &Row) -> bool {
    matches!(&*row.full_name, "exec" | "discard" | "multi" | "watch" | "quit" | "reset")
}

/// The most of an unknown request that its refusal repeats.
const SHOWN_MAX: usize = 128;

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN_MAX)]).into_owned()
}

#[cold]
fn unknown_command(args: &Args<'_>) -> CommandError {
    let mut text = format!("ERR unknown command '{}', with args beginning with: ", shown(args[0]));
    let mut left = SHOWN_MAX;
    for arg in &args[1..] {
        if left == 0 {
            break;
        }
        let arg = shown(&arg[..arg.len().min(left)]);
        left = left.saturating_sub(arg.len() + 3);
        text.push_str(&format!("'{arg}' "));
    }
    CommandError::other(text)
}

#[cold]
fn unknown_subcommand(row: &Row, args: &Args<'_>) -> CommandError {
    let container = row.facts.name;
    CommandError::other(format!(
        "ERR unknown subcommand '{}'. Try {container} HELP.",
        shown(args[1])
    ))
}
