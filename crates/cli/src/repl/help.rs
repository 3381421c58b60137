//! `help`, `help <command>`, `help @<group>`.

use std::fmt::Write;

use super::docs::{Doc, Docs, synopsis};

/// Returns the text for a request for help.
pub(crate) fn text(docs: &Docs, topic: &[Vec<u8>]) -> String {
    let words: Vec<String> =
        topic.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let Some(first) = words.first() else { return introduction() };
    let mut out = "\r\n".to_owned();
    if let Some(group) = first.strip_prefix('@') {
        for (name, doc) in &docs.commands {
            if doc.group.replace('_', "-") == group.to_lowercase().replace('_', "-") {
                describe(&mut out, name, doc, false);
            }
        }
        return out;
    }
    let wanted = words.join(" ").to_uppercase();
    for (name, doc) in &docs.commands {
        let inside = name.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with(' '));
        if *name == wanted || inside {
            describe(&mut out, name, doc, true);
        }
    }
    out
}

fn describe(out: &mut String, name: &str, doc: &Doc, with_group: bool) {
    // Writing to a string does not fail.
    let _ = write!(out, "  \x1b[1m{name}\x1b[0m \x1b[90m{}\x1b[0m\r\n", synopsis(&doc.args));
    let group = if with_group { doc.group.as_str() } else { "" };
    for (title, text) in
        [("summary", doc.summary.as_str()), ("since", &doc.since), ("group", group)]
    {
        if !text.is_empty() {
            let _ = write!(out, "  \x1b[33m{title}:\x1b[0m {text}\r\n");
        }
    }
    out.push_str("\r\n");
}

fn introduction() -> String {
    format!(
        "sinter-cli {}\n\
         Help is at hand for:\n\
         \x20     \"help @<group>\"     the commands of a group\n\
         \x20     \"help <command>\"    one command\n\
         \x20     \"help <tab>\"        everything there is help about\n\
         Besides the server's commands there are:\n\
         \x20     \"<n> <command>\"     run a command n times\n\
         \x20     \"connect <host> <port>\"\n\
         \x20     \"clear\", \"quit\"\n\
         Preferences, to be typed or put into ~/.redisclirc:\n\
         \x20     \":set hints\"        show the arguments of a command while it is typed\n\
         \x20     \":set nohints\"      do not\n\
         \x20     \":set pager <n>\"    show replies of more than n lines in pages; 0: never\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::repl::docs::Docs;

    fn topic(line: &str) -> String {
        let words: Vec<_> = line.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        text(&Docs::offline(), &words)
    }

    #[test]
    fn commands_are_found_with_their_subcommands() {
        assert!(topic("client").contains("CLIENT KILL"));
        assert!(!topic("client kill").contains("CLIENT LIST"));
        assert!(topic("@sorted-set").contains("ZADD"));
        assert_eq!(topic("nosuch"), "\r\n");
    }
}
