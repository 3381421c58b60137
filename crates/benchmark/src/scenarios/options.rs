//! The runner's command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use super::SCENARIOS;
use super::failure::Failure;
use super::server::Peer;

pub(super) const HELP: &str = "\
Usage: sinter-scenarios [OPTIONS] NAME=PROGRAM[:ARGUMENTS]...

Measures servers side by side. The first one named is what the others are
compared with: ratios are to it.

Options:
  --only LIST      scenarios to run, with commas between: throughput,
                   collections, giants, memory, pauses, fairness, expiry,
                   field-expiry, connections, tools (default: all)
  --rounds N       rounds of each scenario (default 5, with --quick 2)
  --quick          a tenth of the size, to see that all works: about a minute
  --cores S,L      core of the servers and core of the load (default 0,1)
  --no-pin         leave that to the system
  --patience N     how many noisy samples may be taken again in all (default 60)
  --record FILE    put the tables between the markers of a Markdown file
  -h, --help       this text
";

/// What the command line asks for.
#[derive(Debug)]
pub(super) enum Command {
    Help,
    Run(Options),
}

#[derive(Debug)]
pub(super) struct Options {
    pub(super) peers: Vec<Peer>,
    only: Option<Vec<String>>,
    pub(super) rounds: usize,
    pub(super) is_quick: bool,
    /// Of the server and of the load.
    pub(super) cores: Option<(usize, usize)>,
    pub(super) patience: usize,
    pub(super) record: Option<PathBuf>,
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

impl Options {
    pub(super) fn parse(args: Vec<OsString>) -> Result<Command, Failure> {
        let mut rounds = None;
        let mut options = Self {
            peers: Vec::new(),
            only: None,
            rounds: 0,
            is_quick: false,
            cores: Some((0, 1)),
            patience: 60,
            record: None,
        };
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
                Arg::Long("only") => options.only = Some(scenarios(&parser.value()?.string()?)?),
                Arg::Long("rounds") => rounds = Some(parser.value()?.parse::<usize>()?.max(1)),
                Arg::Long("quick") => options.is_quick = true,
                Arg::Long("cores") => options.cores = Some(cores(&parser.value()?.string()?)?),
                Arg::Long("no-pin") => options.cores = None,
                Arg::Long("patience") => options.patience = parser.value()?.parse()?,
                Arg::Long("record") => options.record = Some(parser.value()?.into()),
                Arg::Value(value) => options.peers.push(peer(&value.string()?)?),
                other => return Err(other.unexpected().into()),
            }
        }
        if options.peers.is_empty() {
            return Err(Failure::Usage(format!("which servers?\n\n{HELP}")));
        }
        options.rounds = rounds.unwrap_or(if options.is_quick { 2 } else { 5 });
        Ok(Command::Run(options))
    }

    pub(super) fn wants(&self, scenario: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|name| name == scenario))
    }
}

fn scenarios(list: &str) -> Result<Vec<String>, Failure> {
    let names: Vec<String> = list.split(',').map(str::to_owned).collect();
    for name in &names {
        if !SCENARIOS.iter().any(|scenario| scenario.name == name) {
            return Err(Failure::Usage(format!("no such scenario: {name}")));
        }
    }
    Ok(names)
}

fn cores(text: &str) -> Result<(usize, usize), Failure> {
    let wrong = || Failure::Usage(format!("two numbers of cores, not {text}"));
    let (server, load) = text.split_once(',').ok_or_else(wrong)?;
    Ok((server.parse().map_err(|_| wrong())?, load.parse().map_err(|_| wrong())?))
}

fn peer(text: &str) -> Result<Peer, Failure> {
    Peer::parse(text).ok_or_else(|| Failure::Usage(format!("NAME=PROGRAM, not {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, Failure> {
        Options::parse(line.split(' ').map(OsString::from).collect())
    }

    #[test]
    fn options_and_servers_may_stand_in_any_order() {
        let Ok(Command::Run(options)) = parse("a=/x --quick --only memory b=/y:-z --cores 2,3")
        else {
            panic!("should be understood")
        };
        assert_eq!(options.peers.len(), 2);
        assert_eq!((options.rounds, options.cores), (2, Some((2, 3))));
        assert!(options.wants("memory") && !options.wants("throughput"));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for wrong in ["--quick", "a", "a=/x --only nothing", "a=/x --cores 1", "a=/x --no-such"] {
            assert!(matches!(parse(wrong), Err(Failure::Usage(_))), "{wrong}");
        }
    }
}
