//! What is known about commands: their arguments, and a few words on each.
//!
//! The server knows best, so COMMAND DOCS is asked first. A server that does not have it (or
//! forbids it) is made up for by a table in this program, with the same arguments in the notation
//! of synopses and without summaries.

use std::collections::BTreeMap;

use resp::value::Value;

/// The built-in table: name, group, version of first appearance, synopsis; tabs between.
const OFFLINE: &str = include_str!("commands.tsv");
/// How deep arguments may nest; the real ones have four levels.
const DEPTH_MAX: usize = 16;

/// One argument of a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arg {
    /// The word that introduces it.
    pub(crate) token: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) optional: bool,
    pub(crate) multiple: bool,
    /// Whether the token is repeated with each occurrence.
    pub(crate) multiple_token: bool,
}

/// What an argument consists of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Any word, so called.
    Word {
        /// What to call it.
        name: String,
        /// Whether it is the name of a key.
        key: bool,
    },
    /// Its token alone.
    Token,
    /// One of these.
    OneOf(Vec<Arg>),
    /// All of these.
    Block(Vec<Arg>),
}

/// What is known about one command or subcommand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doc {
    pub(crate) summary: String,
    pub(crate) since: String,
    pub(crate) group: String,
    pub(crate) args: Vec<Arg>,
}

/// What is known about all commands, by their names in capitals (`CLIENT KILL`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Docs {
    pub(crate) commands: BTreeMap<String, Doc>,
}

impl Docs {
    /// Reads the reply to COMMAND DOCS, or returns `None` if it is not one.
    pub(crate) fn from_reply(reply: &Value) -> Option<Self> {
        let mut docs = Self::default();
        for (name, doc) in reply.pairs()? {
            docs.add(name.as_str()?, doc);
        }
        (!docs.commands.is_empty()).then_some(docs)
    }

    fn add(&mut self, name: &str, doc: &Value) {
        let text = |field: &str| doc.field(field).and_then(Value::as_str).unwrap_or("").to_owned();
        let args = doc.field("arguments").and_then(Value::as_array).unwrap_or_default();
        let entry = Doc {
            summary: text("summary"),
            since: text("since"),
            group: text("group"),
            args: args.iter().filter_map(|arg| Arg::from_reply(arg, 0)).collect(),
        };
        self.commands.insert(name.replace('|', " ").to_uppercase(), entry);
        for (name, doc) in doc.field("subcommands").and_then(Value::pairs).unwrap_or_default() {
            // A subcommand's own subcommands do not exist.
            if let Some(name) = name.as_str().filter(|name| name.contains('|')) {
                self.add(name, doc);
            }
        }
    }

    /// Returns what this program knows by itself.
    pub(crate) fn offline() -> Self {
        let mut docs = Self::default();
        for line in OFFLINE.lines() {
            let mut columns = line.split('\t').map(str::to_owned);
            let name = columns.next().unwrap_or_default();
            let group = columns.next().unwrap_or_default();
            let since = columns.next().unwrap_or_default();
            let args = parse_synopsis(&columns.next().unwrap_or_default());
            docs.commands.insert(name, Doc { summary: String::new(), since, group, args });
        }
        docs
    }

    /// Returns the groups there are.
    pub(crate) fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<_> = self.commands.values().map(|doc| doc.group.as_str()).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// Finds the command that a line begins with, and how many of its words name it.
    pub(crate) fn find(&self, words: &[Vec<u8>]) -> Option<(&Doc, usize)> {
        let word =
            |at: usize| words.get(at).map(|word| String::from_utf8_lossy(word).to_uppercase());
        let first = word(0)?;
        if let Some(second) = word(1)
            && let Some(doc) = self.commands.get(&format!("{first} {second}"))
        {
            return Some((doc, 2));
        }
        self.commands.get(&first).map(|doc| (doc, 1))
    }
}

impl Arg {
    fn word(name: &str) -> Self {
        let key =
            name == "key" || name == "source" || name == "destination" || name.ends_with("key");
        Self::of(Kind::Word { name: name.to_owned(), key })
    }

    fn of(kind: Kind) -> Self {
        Self { token: None, kind, optional: false, multiple: false, multiple_token: false }
    }

    fn from_reply(reply: &Value, depth: usize) -> Option<Self> {
        if depth > DEPTH_MAX {
            return None;
        }
        let text = |field: &str| reply.field(field).and_then(Value::as_str).map(str::to_owned);
        let kind = text("type")?;
        let parts = || -> Vec<Self> {
            let parts = reply.field("arguments").and_then(Value::as_array).unwrap_or_default();
            parts.iter().filter_map(|part| Self::from_reply(part, depth + 1)).collect()
        };
        let kind = match kind.as_str() {
            "pure-token" => Kind::Token,
            "oneof" => Kind::OneOf(parts()),
            "block" => Kind::Block(parts()),
            kind => {
                let shown = text("display_text").or_else(|| text("value")).or_else(|| text("name"));
                Kind::Word { name: shown?, key: kind == "key" }
            }
        };
        let flags = reply.field("flags").and_then(Value::as_array).unwrap_or_default();
        let has = |flag: &str| flags.iter().any(|known| known.as_str() == Some(flag));
        Some(Self {
            token: text("token"),
            kind,
            optional: has("optional"),
            multiple: has("multiple"),
            multiple_token: has("multiple_token"),
        })
    }

    /// Returns the argument in the notation of synopses.
    pub(crate) fn synopsis(&self) -> String {
        let text = self.repeated();
        if self.optional { format!("[{text}]") } else { text }
    }

    /// Returns the synopsis without the brackets of an optional one.
    fn repeated(&self) -> String {
        let once = self.once();
        let with_token = match &self.token {
            Some(token) if once.is_empty() => token.clone(),
            Some(token) => format!("{token} {once}"),
            None => once.clone(),
        };
        match (self.multiple, self.multiple_token) {
            (true, true) => format!("{with_token} [{with_token} ...]"),
            (true, false) => format!("{with_token} [{once} ...]"),
            _ => with_token,
        }
    }

    fn once(&self) -> String {
        match &self.kind {
            Kind::Token => String::new(),
            Kind::Word { name, .. } => name.clone(),
            Kind::Block(parts) => synopsis(parts),
            Kind::OneOf(parts) => {
                let choices: Vec<_> = parts.iter().map(Self::synopsis).collect();
                let choices = choices.join(" | ");
                // The brackets of an optional argument are enough, unless something precedes.
                if self.optional && self.token.is_none() && !self.multiple {
                    choices
                } else {
                    format!("<{choices}>")
                }
            }
        }
    }
}

/// Returns arguments in the notation of synopses.
pub(crate) fn synopsis(args: &[Arg]) -> String {
    args.iter().map(Arg::synopsis).collect::<Vec<_>>().join(" ")
}

/// Reads a synopsis: words, TOKENS, `[optional]`, `<a|b>`, and `...` for what may be repeated.
fn parse_synopsis(text: &str) -> Vec<Arg> {
    let mut rest = text;
    choices(&mut rest, 0).into_iter().next().unwrap_or_default()
}

/// Reads sequences separated by `|`, up to a closing bracket or the end.
fn choices(rest: &mut &str, depth: usize) -> Vec<Vec<Arg>> {
    let mut all = vec![Vec::new()];
    loop {
        *rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return all };
        let last = all.len() - 1;
        match first {
            ']' | '>' => return all,
            '|' => {
                all.push(Vec::new());
                *rest = rest.trim_start_matches('|');
            }
            '[' | '<' if depth < DEPTH_MAX => {
                let (_, tail) = rest.split_at(1);
                *rest = tail;
                let inner = choices(rest, depth + 1);
                *rest = rest.get(1..).unwrap_or_default();
                append_group(&mut all[last], inner, first == '[');
            }
            _ => {
                let end = rest.find([' ', '|', ']', '>', '[', '<']).unwrap_or(rest.len()).max(1);
                let (word, tail) = rest.split_at(end);
                *rest = tail;
                append_word(&mut all[last], word);
            }
        }
    }
}

fn append_word(args: &mut Vec<Arg>, word: &str) {
    let is_token = word.chars().any(|letter| letter.is_ascii_uppercase())
        && !word.chars().any(|letter| letter.is_ascii_lowercase());
    let symbol = word.len() <= 2 && !word.chars().any(char::is_alphabetic);
    if is_token || symbol && word != "..." {
        let token = Some(word.to_owned());
        args.push(Arg { token, ..Arg::of(Kind::Token) });
    } else {
        args.push(Arg::word(word));
    }
}

fn append_group(args: &mut Vec<Arg>, mut inner: Vec<Vec<Arg>>, optional: bool) {
    let dots = |arg: &Arg| matches!(&arg.kind, Kind::Word { name, .. } if name == "...");
    let repeats = inner.last_mut().is_some_and(|last| last.pop_if(|arg| dots(arg)).is_some());
    if repeats && optional {
        // `field value [field value ...]`: the repetition replaces what it repeats.
        let count = inner.first().map_or(0, Vec::len);
        if inner.len() == 1 && count <= args.len() && args[args.len() - count..] == inner[0] {
            let parts = args.split_off(args.len() - count);
            args.push(Arg { multiple: true, ..grouped(vec![parts]) });
            return;
        }
    }
    args.push(Arg { optional, multiple: repeats, ..grouped(inner) });
}

fn grouped(mut inner: Vec<Vec<Arg>>) -> Arg {
    if inner.len() > 1 {
        let parts = inner.into_iter().map(|sequence| grouped(vec![sequence])).collect();
        return Arg::of(Kind::OneOf(parts));
    }
    let mut only = inner.pop().unwrap_or_default();
    if only.len() == 1 && !only[0].optional && !only[0].multiple {
        return only.remove(0);
    }
    Arg::of(Kind::Block(only))
}

#[cfg(test)]
mod tests {
    use super::{Docs, parse_synopsis, synopsis};

    #[test]
    fn synopses_are_read_and_written() {
        for (text, shown) in [
            (
                "key value [NX|XX] [EX seconds|KEEPTTL]",
                "key value [NX | XX] [EX seconds | KEEPTTL]",
            ),
            ("key field value [field value ...]", "key field value [field value ...]"),
            ("key <MAXLEN|MINID> [=|~] n", "key <MAXLEN | MINID> [= | ~] n"),
            ("[KEYS key [key ...]]", "[KEYS key [key ...]]"),
        ] {
            assert_eq!(synopsis(&parse_synopsis(text)), shown);
        }
    }

    #[test]
    fn the_offline_table_knows_every_command() {
        let docs = Docs::offline();
        assert_eq!(docs.commands.len(), 392);
        assert!(docs.groups().contains(&"sorted_set"));
        let (doc, words) = docs.find(&[b"client".to_vec(), b"id".to_vec()]).unwrap();
        assert_eq!((words, doc.args.len()), (2, 0));
    }
}
