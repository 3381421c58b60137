//! The command on the command line.

use std::io::Read;
use std::path::Path;
use std::rc::Rc;

use crate::command::{self, Forever, Outcome};
use crate::options::Options;
use crate::out::{complain, say};
use crate::quoting::unquote;
use crate::session::Session;

/// Runs the command of the options and returns whether all went well.
pub(crate) fn run(session: &mut Session) -> bool {
    let options = Rc::clone(&session.options);
    match arguments(&options) {
        Ok(args) => issue(session, &args),
        Err(Refused::Argument(message)) => {
            // Compat: said on standard output.
            say!("{message}\n");
            false
        }
        Err(Refused::Input(message)) => {
            complain!("{message}");
            false
        }
    }
}

/// Why there is no command to run.
enum Refused {
    Argument(&'static str),
    Input(String),
}

/// Runs a script from a file, with the keys and arguments that the options name.
pub(crate) fn eval(session: &mut Session, file: &Path) -> bool {
    let script = match std::fs::read(file) {
        Ok(script) => script,
        Err(error) => {
            complain!("Can't open file '{}': {}", file.display(), connector::reason(&error));
            return false;
        }
    };
    let options = Rc::clone(&session.options);
    let keys = options.args.iter().take_while(|arg| arg.as_slice() != b",").count();
    let mut args = vec![b"EVAL".to_vec(), script, keys.to_string().into_bytes()];
    args.extend(options.args[..keys].iter().cloned());
    args.extend(options.args[keys..].iter().skip(1).cloned());
    issue(session, &args)
}

fn issue(session: &mut Session, args: &[Vec<u8>]) -> bool {
    session.errors_by_exit_code = session.options.error_exit_code;
    let repeat = session.options.repeat;
    let rest = session.options.interval.unwrap_or_default();
    command::run(session, args, repeat, rest, &mut Forever) == Outcome::Done
}

/// Puts the command together: quotes undone, standard input put where it belongs.
fn arguments(options: &Options) -> Result<Vec<Vec<u8>>, Refused> {
    let mut args = options.args.clone();
    if options.quoted_input {
        for arg in &mut args {
            *arg = unquote(arg).ok_or(Refused::Argument("Invalid quoted string"))?;
        }
    }
    if options.last_arg_from_stdin {
        args.push(standard_input()?);
    }
    if let Some(tag) = &options.stdin_tag {
        if !args.contains(tag) {
            return Err(Refused::Input("Using -X option but stdin tag not match.".to_owned()));
        }
        let content = standard_input()?;
        for arg in args.iter_mut().filter(|arg| *arg == tag) {
            arg.clone_from(&content);
        }
    }
    Ok(args)
}

fn standard_input() -> Result<Vec<u8>, Refused> {
    let mut content = Vec::new();
    std::io::stdin().lock().read_to_end(&mut content).map_err(|error| {
        Refused::Input(format!("Reading from stdin failed: {}", connector::reason(&error)))
    })?;
    Ok(content)
}
