//! Completion scripts.

use std::fmt::Write;

use super::{Program, Row, Takes};

fn is_file<A>(row: &Row<A>) -> bool {
    matches!(row.takes, Takes::One("file" | "socket" | "dir"))
}

pub(super) fn bash<A>(program: &Program<'_, A>) -> String {
    let name = program.name;
    let function = format!("_{}", name.replace('-', "_"));
    let all: Vec<_> = program.names().map(|(name, _)| name).collect();
    let files: Vec<_> =
        program.names().filter(|(_, row)| is_file(row)).map(|(name, _)| name).collect();
    format!(
        "{function}() {{\n    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n    \
         case $before in\n        {}) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n    esac\n    \
         [[ $word == -* ]] && COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n}}\n\
         complete -o default -F {function} {name}\n",
        files.join("|"),
        all.join(" ")
    )
}

pub(super) fn zsh<A>(program: &Program<'_, A>) -> String {
    let mut out = format!("#compdef {}\n_arguments -s \\\n", program.name);
    for (name, row) in program.names() {
        let help =
            row.help.replace('\'', "").replace('[', "(").replace(']', ")").replace(':', "\\:");
        let value = match row.takes {
            Takes::Nothing => String::new(),
            Takes::One(_) if is_file(row) => ":file:_files".to_owned(),
            Takes::One(value) | Takes::Maybe(value) | Takes::Rest(value) => {
                format!(":{}:", value.replace(':', "\\:"))
            }
        };
        // Writing to a string does not fail.
        let _ = writeln!(out, "  '{name}[{help}]{value}' \\");
    }
    out.push_str("  '*::command:'\n");
    out
}

pub(super) fn fish<A>(program: &Program<'_, A>) -> String {
    let mut out = String::new();
    for (name, row) in program.names() {
        let flag = match name.strip_prefix("--") {
            Some(long) => format!("-l {long}"),
            None => format!("-s {}", name.trim_start_matches('-')),
        };
        let value = match row.takes {
            Takes::Nothing | Takes::Maybe(_) => "",
            Takes::One(_) if is_file(row) => " -r -F",
            Takes::One(_) | Takes::Rest(_) => " -x",
        };
        let help = row.help.replace('\'', "\\'");
        let _ = writeln!(out, "complete -c {} {flag}{value} -d '{help}'", program.name);
    }
    out
}
