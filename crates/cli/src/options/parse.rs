//! From arguments to [`Options`].

use std::time::Duration;

use manual::Takes;

use super::table::SECTIONS;
use super::{Mode, Options, Output};

/// What the environment contributes; read once, in `main`.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    /// `REDISCLI_AUTH`: the password.
    pub(crate) auth: Option<Vec<u8>>,
    /// `REDISCLI_HISTFILE`: where the history is kept.
    pub(crate) history_file: Option<String>,
    /// `REDISCLI_RCFILE`: where the preferences are.
    pub(crate) preferences_file: Option<String>,
    /// `REDISCLI_CLUSTER_YES`: answer the cluster manager's questions with yes.
    pub(crate) cluster_yes: Option<String>,
    /// `FAKETTY`: behave as if standard output were a terminal.
    pub(crate) fake_tty: bool,
    /// `HOME`: where the two files are by default.
    pub(crate) home: Option<String>,
}

/// Reads the arguments, or returns what is wrong with them.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = Vec<u8>>,
    environment: &Environment,
    stdout_is_terminal: bool,
) -> Result<Options, String> {
    let mut options = Options { password: environment.auth.clone(), ..Options::default() };
    if environment.cluster_yes.as_deref() == Some("1") {
        options.cluster.yes = true;
    }
    let arguments: Vec<Vec<u8>> = arguments.into_iter().collect();
    let mut rest = arguments.as_slice();
    while let Some((argument, tail)) = rest.split_first() {
        if argument.first() != Some(&b'-') || argument.len() == 1 {
            break;
        }
        rest = take_option(&mut options, argument, tail)?;
    }
    options.args = rest.to_vec();
    settle(&mut options, stdout_is_terminal || environment.fake_tty)?;
    Ok(options)
}

/// Applies one option and returns the arguments behind it.
fn take_option<'a>(
    options: &mut Options,
    argument: &[u8],
    tail: &'a [Vec<u8>],
) -> Result<&'a [Vec<u8>], String> {
    let refused = || {
        format!(
            "Unrecognized option or bad number of args for: '{}'",
            String::from_utf8_lossy(argument)
        )
    };
    let (name, inline) = match argument.iter().position(|byte| *byte == b'=') {
        Some(at) if argument.starts_with(b"--") => (&argument[..at], Some(&argument[at + 1..])),
        _ => (argument, None),
    };
    // The host option without a host is a call for help.
    if name == b"-h" && tail.is_empty() {
        options.mode = Mode::Help;
        return Ok(tail);
    }
    let row = manual::find(SECTIONS, name).ok_or_else(refused)?;
    match (row.takes, inline) {
        (Takes::Nothing, None) => {
            (row.apply)(options, &[])?;
            Ok(tail)
        }
        (Takes::One(_) | Takes::Maybe(_), Some(value)) => {
            (row.apply)(options, &[value.to_vec()])?;
            Ok(tail)
        }
        (Takes::One(_), None) if !tail.is_empty() => {
            (row.apply)(options, &tail[..1])?;
            Ok(&tail[1..])
        }
        (Takes::Maybe(_), None) => {
            let given = tail.first().is_some_and(|next| next.iter().all(u8::is_ascii_digit));
            let (values, tail) = tail.split_at(usize::from(given));
            (row.apply)(options, values)?;
            Ok(tail)
        }
        (Takes::Rest(_), None) => {
            let count = tail.iter().take_while(|value| value.first() != Some(&b'-')).count();
            (row.apply)(options, &tail[..count])?;
            Ok(&tail[count..])
        }
        _ => Err(refused()),
    }
}

/// Checks what excludes what, and settles what depends on several options.
fn settle(options: &mut Options, terminal: bool) -> Result<(), String> {
    if !options.output_chosen && !terminal {
        options.output = Output::Raw;
    }
    if options.last_arg_from_stdin && options.stdin_tag.is_some() {
        return Err("Options -x and -X are mutually exclusive.".to_owned());
    }
    if options.follow_redirections && options.socket.is_some() {
        return Err("Options -c and -s are mutually exclusive.".to_owned());
    }
    if options.resp2 && options.resp3 {
        return Err("Options -2 and -3 are mutually exclusive.".to_owned());
    }
    if options.show_pushes.is_none() {
        options.show_pushes = Some(terminal);
    }
    if matches!(options.output, Output::Json | Output::QuotedJson) && !options.resp2 {
        options.resp3 = true;
    }
    if options.debugger {
        return Err("The script debugger is not part of this program: --ldb and --ldb-sync-mode \
             are refused. Scripts run with --eval."
            .to_owned());
    }
    Ok(())
}

/// Reads the integer at the start of a text, as `atoi` does: what is none counts as zero.
pub(super) fn leading_integer(text: &[u8]) -> i64 {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = digits.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(digits.len());
    let digits = digits.get(..end).unwrap_or_default();
    let size = digits.parse::<i64>().unwrap_or(if digits.is_empty() { 0 } else { i64::MAX });
    if text.starts_with('-') { -size } else { size }
}

/// Reads the number at the start of a text, as `atof` does.
pub(super) fn leading_number(text: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
    let end = text
        .find(|digit: char| !digit.is_ascii_digit() && !matches!(digit, '.' | '-' | '+'))
        .unwrap_or(text.len());
    text.get(..end).and_then(|number| number.parse().ok()).unwrap_or(0.0)
}

/// Reads a number that must not be negative.
pub(super) fn leading_unsigned(text: &[u8]) -> u64 {
    u64::try_from(leading_integer(text)).unwrap_or(0)
}

/// Reads a port.
pub(super) fn port(text: &[u8]) -> Result<u16, String> {
    u16::try_from(leading_integer(text)).map_err(|_| "Invalid server port.".to_owned())
}

/// Reads seconds, with decimals.
pub(super) fn seconds(text: &[u8]) -> Duration {
    Duration::try_from_secs_f64(leading_number(text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Environment, leading_integer, parse};
    use crate::options::{Mode, Options, Output};

    fn read(line: &str) -> Result<Options, String> {
        let words = line.split_whitespace().map(|word| word.as_bytes().to_vec());
        parse(words, &Environment::default(), true)
    }

    #[test]
    fn options_end_at_the_first_free_argument() {
        let options = read("-p 7000 -n 3 --raw set -n x").unwrap();
        assert_eq!((options.port, options.db, options.output), (7000, 3, Output::Raw));
        assert_eq!(options.args, [&b"set"[..], b"-n", b"x"]);
    }

    #[test]
    fn cluster_takes_arguments_up_to_the_next_option() {
        let options = read("--cluster create a:1 b:2 --cluster-replicas 1").unwrap();
        assert_eq!(
            options.mode,
            Mode::Cluster(vec![b"create".into(), b"a:1".into(), b"b:2".into()])
        );
        assert_eq!(options.cluster.replicas, 1);
    }

    #[test]
    fn a_value_may_follow_an_equals_sign() {
        assert_eq!(read("--pattern=a*").unwrap().pattern.as_deref(), Some(&b"a*"[..]));
    }

    #[test]
    fn unknown_options_and_missing_values_are_refused_alike() {
        for line in ["--foo", "-n", "--csv=1"] {
            assert!(read(line).unwrap_err().starts_with("Unrecognized option or bad number"));
        }
    }

    #[test]
    fn leading_integers_are_read_as_c_does() {
        for (text, number) in [("12ab", 12), ("-3", -3), ("x", 0), ("", 0), (" +7", 7)] {
            assert_eq!(leading_integer(text.as_bytes()), number, "{text}");
        }
    }
}
