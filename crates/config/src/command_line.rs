//! The command line of the server: `[file] [-] [--directive value …]…`.
//!
//! Options are turned into lines of a configuration, which follow those of the file. That explains
//! everything else: later options override earlier ones and the file, errors quote a line, and
//! `--maxmemory 1gb` may also be written as one argument.
//!
//! A word after `--name` that begins with `--` would be the next option, if it were not sometimes
//! meant as a value: `--requirepass --secret`. So it is a value if the option has none so far.
//! The exception is `--save`, which is often written without a value to say "never".

use crate::directive::is_same;
use crate::split::{quote, split_words};

/// What the command line says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandLine {
    /// The configuration file.
    pub file: Option<Vec<u8>>,
    /// More configuration is to be read from standard input.
    pub stdin: bool,
    /// Be a Sentinel rather than a server.
    pub sentinel: bool,
    /// The options, as lines of a configuration.
    pub options: Vec<u8>,
}

impl CommandLine {
    /// Reads the arguments, without the name of the program.
    pub fn parse(args: &[Vec<u8>]) -> Self {
        let mut line = Self::default();
        let mut args = args;
        match args {
            [first, rest @ ..] if first == b"-" => {
                line.stdin = true;
                args = rest;
            }
            [first, rest @ ..] if !first.starts_with(b"-") => {
                // An empty path is no file rather than one that cannot be found.
                line.file = Some(first.clone()).filter(|path| !path.is_empty());
                args = rest;
            }
            _ => {}
        }
        if let [rest @ .., last] = args
            && last == b"-"
        {
            line.stdin = true;
            args = rest;
        }
        line.read_options(args);
        line
    }

    fn read_options(&mut self, args: &[Vec<u8>]) {
        // The last option has no value so far, and could take one.
        let mut open = false;
        for (index, arg) in args.iter().enumerate() {
            let Some(option) = arg.strip_prefix(b"--").filter(|_| !open) else {
                self.options.extend(quote(arg).into_bytes());
                self.options.push(b' ');
                open = false;
                continue;
            };
            if is_same("sentinel", option) {
                self.sentinel = true;
                continue;
            }
            if !self.options.is_empty() {
                self.options.push(b'\n');
            }
            self.options.extend(option);
            self.options.push(b' ');
            open = split_words(option).is_some_and(|words| words.len() <= 1);
            let alone = args.get(index + 1).is_none_or(|next| next.starts_with(b"--"));
            if is_same("save", option) && alone {
                self.options.extend(b"\"\"");
                open = false;
            }
        }
    }

    /// Puts together the configuration to read, of the file and standard input as far as they are
    /// asked for, and the options.
    pub fn text(&self, file: &[u8], stdin: &[u8]) -> Vec<u8> {
        let mut text = file.to_vec();
        if !stdin.is_empty() && text.last().is_some_and(|last| *last != b'\n') {
            text.push(b'\n');
        }
        text.extend(stdin);
        if !self.options.is_empty() {
            text.push(b'\n');
            text.extend(&self.options);
        }
        text
    }
}
