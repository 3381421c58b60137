//! Messages without end, while keeping an ear on the keyboard.

use std::io;
use std::os::fd::AsFd;

use super::super::interrupt::{Woken, wait};
use crate::command::{Listener, Outcome};
use crate::out::complain;
use crate::session::Session;
use crate::terminal::KeyByKey;
use crate::{format, out};

/// Shows messages until a key is pressed or Ctrl-C.
#[derive(Debug)]
pub(crate) struct Attentive;

impl Listener for Attentive {
    fn listen(&mut self, session: &mut Session) -> Outcome {
        let _modes = KeyByKey::begin();
        let stdin = io::stdin();
        let interrupt = session.interrupt.clone();
        // Keys interrupt subscriptions only: nothing can be typed while MONITOR runs.
        let subscribed = session.subscriptions > 0;
        let keys = subscribed.then_some(stdin.as_fd());
        loop {
            let Ok(connection) = session.connection() else { return Outcome::Failed };
            match connection.try_receive() {
                Ok(Some(message)) => {
                    note(session, &message);
                    out::bytes(&format::reply(&message, &session.options));
                    if subscribed && session.subscriptions == 0 {
                        return Outcome::Done;
                    }
                    continue;
                }
                Ok(None) => {}
                Err(error) => {
                    complain!("Error: {error}");
                    session.disconnect();
                    return Outcome::Failed;
                }
            }
            match wait(Some(connection.as_fd()), keys, interrupt.as_deref(), None) {
                Woken::Interrupt => {
                    if let Some(interrupt) = &interrupt {
                        interrupt.take();
                    }
                    session.disconnect();
                    return Outcome::Interrupted;
                }
                Woken::Second => return Outcome::KeyPressed,
                Woken::First | Woken::Timeout => {}
            }
        }
    }
}

/// Keeps count of the subscriptions, which the server may end as well.
fn note(session: &mut Session, message: &resp::value::Value) {
    if let Some([kind, _, count]) = message.as_array()
        && kind.as_bytes().is_some_and(|kind| kind.ends_with(b"subscribe"))
        && let Some(count) = count.as_integer()
    {
        session.subscriptions = count;
    }
}
