//! SHUTDOWN, and signals that ask for the same.

use commands::{Args, CmdResult, CommandError};
use spec::Arity::AtLeast;
use spec::Flag::{Admin as AdminFlag, AllowBusy, Loading, NoMulti, NoScript, Sentinel, Stale};
use spec::Group;

use super::Admin;
use crate::table::AdminFn;
use crate::{Action, LogLevel, Node};

/// A row, and what it calls.
type Command = spec::Command<AdminFn>;

/// The rows of this topic.
pub(crate) const COMMANDS: &[Command] = &[Command::new("SHUTDOWN", shutdown, AtLeast(1))
    .group(Group::Server)
    .flags(&[AdminFlag, NoScript, Loading, Stale, NoMulti, AllowBusy, Sentinel])
    .usage("[save-selector=(NOSAVE | SAVE)] [NOW]@7.0.0 [FORCE]@7.0.0 [ABORT]@7.0.0")
    .summary("Stops the server, on request after saving the data.")
    .complexity("O(N) for N keys in all databases if they are saved, O(1) if not.")
    .since("1.0.0")
    .history(&[("7.0.0", "Takes `NOW`, `FORCE` and `ABORT`.")])];

/// The words of a request to stop.
#[derive(Debug, Default)]
struct Wishes {
    save: bool,
    no_save: bool,
    now: bool,
    force: bool,
    abort: bool,
}

impl Wishes {
    fn parse(args: &Args<'_>) -> Result<Self, CommandError> {
        let mut wishes = Self::default();
        for index in 1..args.len() {
            let wish = match () {
                () if args.is(index, "save") => &mut wishes.save,
                () if args.is(index, "nosave") => &mut wishes.no_save,
                () if args.is(index, "now") => &mut wishes.now,
                () if args.is(index, "force") => &mut wishes.force,
                () if args.is(index, "abort") => &mut wishes.abort,
                () => return Err(CommandError::Syntax),
            };
            *wish = true;
        }
        let alone = args.len() == 2;
        if (wishes.abort && !alone) || (wishes.save && wishes.no_save) {
            return Err(CommandError::Syntax);
        }
        Ok(wishes)
    }
}

/// SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]
///
/// There is nothing yet that a shutdown could wait for or fail at: no replicas that lag behind, no files. So it happens at once, whatever the wishes, and there is never one to be aborted.
fn shutdown(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let wishes = Wishes::parse(args)?;
    if wishes.abort {
        return Err(CommandError::other("ERR No shutdown in progress."));
    }
    let token = cx.token;
    cx.node.stop();
    // The client gets no answer but the end of its connection.
    cx.node.close(token);
    Ok(())
}

impl Node {
    /// Stops because of a signal of this name.
    pub fn stop_by_signal(&mut self, name: &str) {
        self.log(LogLevel::Warning, format!("Received {name} scheduling shutdown..."));
        self.stop();
    }

    fn stop(&mut self) {
        self.log(LogLevel::Warning, "User requested shutdown...");
        self.actions.push(Action::Exit(0));
    }
}

#[cfg(test)]
mod tests {
    use crate::{Action, Engine, Peer};

    #[test]
    fn contradicting_wishes_are_refused_and_others_stop_the_server() {
        let mut engine = Engine::new();
        let session = engine.open();
        let mut ask = |words: &str| {
            let argv: Vec<&[u8]> = words.split(' ').map(str::as_bytes).collect();
            String::from_utf8(engine.execute(&session, &argv)).expect("text")
        };
        assert_eq!(ask("shutdown foo"), "-ERR syntax error\r\n");
        assert_eq!(ask("shutdown save nosave"), "-ERR syntax error\r\n");
        assert_eq!(ask("shutdown abort now"), "-ERR syntax error\r\n");
        assert_eq!(ask("shutdown ABORT"), "-ERR No shutdown in progress.\r\n");

        let mut engine = Engine::new();
        let node = engine.node();
        let token = node.connect(Peer { local: true, ..Peer::default() }).expect("a client");
        node.execute(token, &[b"SHUTDOWN", b"NOSAVE", b"NOW", b"FORCE"]);
        let actions = node.take_actions();
        assert!(actions.iter().any(|action| matches!(action, Action::Exit(0))), "{actions:?}");
    }
}
