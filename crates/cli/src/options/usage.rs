//! Texts that derive from the option table: help, manual page, shell completions.

use std::fmt::Write;

use super::table::{OPTIONS, Row, Section, Takes};

const SECTIONS: [(Section, &str); 7] = [
    (Section::Connection, "Connection"),
    (Section::Input, "Input"),
    (Section::Output, "Output"),
    (Section::Special, "Instead of running a command"),
    (Section::Diagnostics, "Diagnostics"),
    (Section::Cluster, "Cluster"),
    (Section::Misc, "About this program"),
];

const EXAMPLES: [(&str, &str); 7] = [
    ("Store a file under a key", "sinter-cli -x set motd < /etc/motd"),
    (
        "Copy a value between servers",
        "sinter-cli -D '' dump a | sinter-cli -h other -X VALUE restore a 0 VALUE",
    ),
    ("Push a hundred elements", "sinter-cli -r 100 lpush list x"),
    ("Watch the memory", "sinter-cli -r -1 -i 1 info memory | grep used_memory_human"),
    ("A key with unprintable bytes", "sinter-cli --quoted-input get '\"a\\x00b\"'"),
    ("Run a script", "sinter-cli --eval script.lua key1 key2 , arg1 arg2"),
    ("Find keys", "sinter-cli --scan --pattern 'user:*'"),
];

/// Columns of the help text.
const WIDTH: usize = 90;
/// Where its explanations begin.
const INDENT: usize = 34;

fn spelling(row: &Row) -> String {
    let names = row.names.join(", ");
    match row.takes {
        Takes::Nothing => names,
        Takes::One(value) => format!("{names} <{value}>"),
        Takes::Maybe(value) => format!("{names} [{value}]"),
        Takes::Rest(value) => format!("{names} <{value}> ..."),
    }
}

/// Breaks a text into lines of at most `width` columns.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Returns the text of `--help`.
pub(crate) fn help() -> String {
    let mut out = format!(
        "sinter-cli {}\n\nUsage: sinter-cli [options] [command [argument ...]]\n\n\
         Without a command an interactive session begins; \"help\" there tells more.\n",
        env!("CARGO_PKG_VERSION")
    );
    for (section, title) in SECTIONS {
        // Writing to a string does not fail, here and below.
        let _ = write!(out, "\n{title}:\n");
        for row in OPTIONS.iter().filter(|row| row.section == section) {
            let spelling = spelling(row);
            let mut lead = format!("  {spelling:<width$}", width = INDENT - 3);
            if lead.len() >= INDENT {
                let _ = writeln!(out, "{lead}");
                lead = " ".repeat(INDENT - 1);
            }
            for line in wrapped(row.help, WIDTH - INDENT) {
                let _ = writeln!(out, "{lead} {line}");
                lead = " ".repeat(INDENT - 1);
            }
        }
    }
    out.push_str("\nExamples:\n");
    for (purpose, line) in EXAMPLES {
        let _ = write!(out, "  {purpose}:\n    {line}\n");
    }
    out
}

/// Returns the manual page in roff.
pub(crate) fn man_page() -> String {
    let escaped = |text: &str| text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    let mut out = format!(
        ".TH SINTER\\-CLI 1 \"\" \"sinter {}\" \"User commands\"\n.SH NAME\nsinter\\-cli \\- client for \
         servers that speak the Redis protocol\n.SH SYNOPSIS\n.B sinter\\-cli\n[\\fIoptions\\fR] \
         [\\fIcommand\\fR [\\fIargument\\fR ...]]\n.SH DESCRIPTION\nRuns one command and shows the reply. Without \
         a command an interactive session begins.\n",
        env!("CARGO_PKG_VERSION")
    );
    for (section, title) in SECTIONS {
        let _ = writeln!(out, ".SH {}", title.to_uppercase());
        for row in OPTIONS.iter().filter(|row| row.section == section) {
            let _ = write!(out, ".TP\n.B {}\n{}\n", escaped(&spelling(row)), escaped(row.help));
        }
    }
    out.push_str(".SH ENVIRONMENT\n");
    for (name, meaning) in ENVIRONMENT {
        let _ = write!(out, ".TP\n.B {name}\n{}\n", escaped(meaning));
    }
    out.push_str(".SH EXAMPLES\n");
    for (purpose, line) in EXAMPLES {
        let _ = write!(out, ".TP\n{purpose}\n.nf\n{}\n.fi\n", escaped(line));
    }
    out
}

const ENVIRONMENT: [(&str, &str); 4] = [
    ("REDISCLI_AUTH", "The password."),
    (
        "REDISCLI_HISTFILE",
        "Where the history of sessions is kept; ~/.rediscli_history by default, /dev/null for none.",
    ),
    ("REDISCLI_RCFILE", "Where preferences are read from; ~/.redisclirc by default."),
    ("REDISCLI_CLUSTER_YES", "1 answers the questions of the cluster manager with yes."),
];

fn names() -> impl Iterator<Item = (&'static str, &'static Row)> {
    OPTIONS.iter().flat_map(|row| row.names.iter().map(move |name| (*name, row)))
}

/// Returns a completion script for bash.
pub(crate) fn bash_completion() -> String {
    let all: Vec<_> = names().map(|(name, _)| name).collect();
    let files: Vec<_> = names()
        .filter(|(_, row)| matches!(row.takes, Takes::One("file" | "socket")))
        .map(|(name, _)| name)
        .collect();
    format!(
        "_sinter_cli() {{\n    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n    \
         case $before in\n        {}) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n    esac\n    \
         [[ $word == -* ]] && COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n}}\n\
         complete -o default -F _sinter_cli sinter-cli\n",
        files.join("|"),
        all.join(" ")
    )
}

/// Returns a completion script for zsh.
pub(crate) fn zsh_completion() -> String {
    let mut out = "#compdef sinter-cli\n_arguments -s \\\n".to_owned();
    for (name, row) in names() {
        let help =
            row.help.replace('\'', "").replace('[', "(").replace(']', ")").replace(':', "\\:");
        let value = match row.takes {
            Takes::Nothing => String::new(),
            Takes::One("file" | "socket") => ":file:_files".to_owned(),
            Takes::One(value) | Takes::Maybe(value) | Takes::Rest(value) => format!(":{value}:"),
        };
        let _ = writeln!(out, "  '{name}[{help}]{value}' \\");
    }
    out.push_str("  '*::command:'\n");
    out
}

/// Returns a completion script for fish.
pub(crate) fn fish_completion() -> String {
    let mut out = String::new();
    for (name, row) in names() {
        let flag = match name.strip_prefix("--") {
            Some(long) => format!("-l {long}"),
            None => format!("-s {}", name.trim_start_matches('-')),
        };
        let value = match row.takes {
            Takes::Nothing | Takes::Maybe(_) => "",
            Takes::One("file" | "socket") => " -r -F",
            Takes::One(_) | Takes::Rest(_) => " -x",
        };
        let help = row.help.replace('\'', "\\'");
        let _ = writeln!(out, "complete -c sinter-cli {flag}{value} -d '{help}'");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{OPTIONS, bash_completion, fish_completion, help, man_page, names, zsh_completion};

    #[test]
    fn every_option_is_in_every_derived_text() {
        let texts = [help(), bash_completion(), zsh_completion(), man_page().replace("\\-", "-")];
        for (name, _) in names() {
            assert!(texts.iter().all(|text| text.contains(name)), "{name}");
        }
        assert_eq!(fish_completion().lines().count(), names().count());
    }

    #[test]
    fn no_name_is_given_twice() {
        let mut all: Vec<_> = names().map(|(name, _)| name).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), OPTIONS.iter().map(|row| row.names.len()).sum::<usize>());
    }
}
