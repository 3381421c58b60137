//! Running one command and showing what comes back.

use std::time::Duration;

use resp::value::Value;

use crate::options::Output;
use crate::out::{complain, say};
use crate::session::{Failure, Session};
use crate::{clock, format, out, pager, replica};

/// How a command went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// It was answered.
    Done,
    /// It was answered with an error, and errors are to be reported by the exit code.
    Refused,
    /// There was no answer.
    Failed,
    /// Ctrl-C ended it.
    Interrupted,
    /// A stream of messages ended because a key was pressed.
    KeyPressed,
}

/// What kind of answer a command has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Answer {
    /// One reply.
    Reply,
    /// One text that the server has formatted.
    Report,
    /// A reply, and then messages without end.
    Monitor,
    /// Messages: so many at once, and then whenever there is news.
    Messages(usize),
    /// Not RESP.
    Replication,
}

/// Whoever waits for messages may also listen to the keyboard.
pub(crate) trait Listener {
    /// Reads and shows messages until there is a reason to stop.
    fn listen(&mut self, session: &mut Session) -> Outcome;
}

/// Shows messages for ever: for output that goes to a program.
#[derive(Debug)]
pub(crate) struct Forever;

impl Listener for Forever {
    fn listen(&mut self, session: &mut Session) -> Outcome {
        loop {
            match session.receive() {
                Ok(message) => out::bytes(&format::reply(&message, &session.options)),
                Err(failure) => return report(session, &failure),
            }
        }
    }
}

/// Runs a command as often as asked, with rests between.
pub(crate) fn run(
    session: &mut Session,
    args: &[Vec<u8>],
    repeat: i64,
    rest: Duration,
    listener: &mut dyn Listener,
) -> Outcome {
    let mut left = repeat;
    while left != 0 {
        let outcome = run_once(session, args, listener);
        if outcome != Outcome::Done {
            return outcome;
        }
        left -= i64::from(left > 0);
        if left != 0 {
            if session.interrupt.as_ref().is_some_and(|interrupt| interrupt.take()) {
                return Outcome::Interrupted;
            }
            clock::sleep(rest);
        }
    }
    Outcome::Done
}

fn run_once(session: &mut Session, args: &[Vec<u8>], listener: &mut dyn Listener) -> Outcome {
    if !session.is_connected() && session.connect().is_err() {
        return Outcome::Failed;
    }
    let answer = answer_of(args);
    let outcome = match answer {
        Answer::Replication => return replication(session, args),
        Answer::Messages(count) => messages(session, args, count, listener),
        _ => converse(session, args, answer, listener),
    };
    match outcome {
        Ok(outcome) => outcome,
        // SHUTDOWN is answered by silence.
        Err(Failure::Connection(connector::Error::Closed)) if is(args, b"shutdown") => {
            session.disconnect();
            Outcome::Done
        }
        Err(failure) => report(session, &failure),
    }
}

/// Tells why there is no answer. The connection is of no further use.
fn report(session: &mut Session, failure: &Failure) -> Outcome {
    session.disconnect();
    match failure {
        Failure::Interrupted => Outcome::Interrupted,
        Failure::NotConnected => Outcome::Failed,
        Failure::Connection(error) => {
            complain!("Error: {error}");
            Outcome::Failed
        }
    }
}

fn converse(
    session: &mut Session,
    args: &[Vec<u8>],
    answer: Answer,
    listener: &mut dyn Listener,
) -> Result<Outcome, Failure> {
    let reply = session.call_anywhere(args)?;
    session.observe(args, &reply);
    if session.errors_by_exit_code
        && let Some(text) = reply.as_error()
    {
        complain!("{}", String::from_utf8_lossy(text));
        return Ok(Outcome::Refused);
    }
    let shown = if answer == Answer::Report {
        format::report(&reply, &session.options)
    } else {
        format::reply(&reply, &session.options)
    };
    pager::show(&shown, session.page_lines);
    if answer == Answer::Monitor && !reply.is_error() {
        return Ok(listener.listen(session));
    }
    Ok(Outcome::Done)
}

/// Subscribes or unsubscribes: as many messages come as channels are named, of whatever kind.
fn messages(
    session: &mut Session,
    args: &[Vec<u8>],
    count: usize,
    listener: &mut dyn Listener,
) -> Result<Outcome, Failure> {
    session.send(args)?;
    let subscribes = !args[0].to_ascii_lowercase().windows(5).any(|part| part == b"unsub");
    if subscribes && session.subscriptions == 0 {
        announce(session);
    }
    let mut seen = 0;
    while seen < count {
        let message = session.receive()?;
        let confirms = is_confirmation(&message, args);
        if let Some(left) = confirms {
            session.subscriptions = left;
        }
        // Anything but a message is the answer: an error, or QUEUED.
        let answered = !matches!(message, Value::Push(_) | Value::Array(_));
        if session.errors_by_exit_code
            && let Some(text) = message.as_error()
        {
            complain!("{}", String::from_utf8_lossy(text));
            return Ok(Outcome::Refused);
        }
        out::bytes(&format::reply(&message, &session.options));
        if answered {
            return Ok(Outcome::Done);
        }
        seen += usize::from(confirms.is_some());
    }
    if session.subscriptions > 0 { Ok(listener.listen(session)) } else { Ok(Outcome::Done) }
}

fn announce(session: &Session) {
    if session.options.output != Output::Raw {
        say!("Reading messages... (press Ctrl-C to quit or any key to type command)\n");
    }
}

/// Returns how many subscriptions there are, if this message confirms a change of one.
pub(crate) fn is_confirmation(message: &Value, args: &[Vec<u8>]) -> Option<i64> {
    let [kind, _, count] = message.as_array()? else { return None };
    kind.as_bytes()?.eq_ignore_ascii_case(args.first()?).then(|| count.as_integer())?
}

fn replication(session: &mut Session, args: &[Vec<u8>]) -> Outcome {
    say!("Entering replica output mode...  (press Ctrl-C to quit)\n");
    match replica::follow(session, args) {
        Ok(()) => Outcome::Done,
        Err(failure) => report(session, &failure),
    }
}

fn is(args: &[Vec<u8>], name: &[u8]) -> bool {
    args.first().is_some_and(|first| first.eq_ignore_ascii_case(name))
}

fn answer_of(args: &[Vec<u8>]) -> Answer {
    let word = |at: usize| args.get(at).map(|arg| arg.to_ascii_lowercase()).unwrap_or_default();
    let named = args.len().saturating_sub(1).max(1);
    match word(0).as_slice() {
        b"info" | b"lolwut" => Answer::Report,
        b"monitor" => Answer::Monitor,
        b"subscribe" | b"psubscribe" | b"ssubscribe" => Answer::Messages(named),
        b"unsubscribe" | b"punsubscribe" | b"sunsubscribe" => Answer::Messages(named),
        b"sync" | b"psync" => Answer::Replication,
        name => {
            let second = word(1);
            let reports = match (name, second.as_slice()) {
                (b"debug", b"htstats" | b"htstats-key" | b"client-eviction") => true,
                (b"memory", b"malloc-stats" | b"doctor") => true,
                (b"cluster", b"info" | b"nodes") => args.len() == 2,
                (b"client", b"list" | b"info") => true,
                (b"latency", b"graph" | b"doctor") => true,
                _ => false,
            };
            if reports { Answer::Report } else { Answer::Reply }
        }
    }
}
