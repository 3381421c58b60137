//! Transcripts: Markdown that reads as a manual and runs as a test.
//!
//! In a fenced block marked `transcript`, a line with `> ` is typed and the lines behind it are expected, in the form in which a command line shows replies. `(any)` stands for whatever comes.
//!
//! A digit in front makes it another client that types: `2> SUBSCRIBE news`. With nothing expected nobody waits for the reply, as that of a command that blocks. `2<` on a line of its own goes before what that client gets later: such a reply, or a message.

use connector::Connection;
use resp::value::Value;

/// What a client does.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    /// Types a line.
    Type(String),
    /// Gets something that it did not ask for just now.
    Receive,
}

/// Something that a client does, and what is expected then.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands, counted from one.
    pub line: usize,
    /// The number of the client.
    pub client: usize,
    /// What the client does.
    pub action: Action,
    /// What is expected.
    pub expected: String,
}

impl Step {
    /// Whether the client types something and nobody waits for the reply.
    fn is_not_waited_for(&self) -> bool {
        matches!(self.action, Action::Type(_)) && self.expected.is_empty()
    }
}

/// Reads the steps of a transcript.
pub fn parse(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = line.trim_end() == "```transcript";
        } else if let (true, Some((client, action))) = (inside, action(line)) {
            steps.push(Step { line: index + 1, client, action, expected: String::new() });
        } else if let (true, Some(step)) = (inside, steps.last_mut()) {
            step.expected.push_str(line);
            step.expected.push('\n');
        }
    }
    steps
}

/// Reads the line with which a step begins.
fn action(line: &str) -> Option<(usize, Action)> {
    let mut chars = line.chars();
    let (client, rest) = match chars.next()?.to_digit(10) {
        Some(digit @ 1..) => (digit as usize, chars.as_str()),
        _ => (1, line),
    };
    match rest {
        "<" => Some((client, Action::Receive)),
        _ => Some((client, Action::Type(rest.strip_prefix("> ")?.to_owned()))),
    }
}

/// Runs the steps with as many clients as it takes; returns what went otherwise than expected.
pub fn run(steps: &[Step], mut connect: impl FnMut() -> Connection) -> Vec<String> {
    let mut clients: Vec<Connection> = Vec::new();
    let mut bystander = None;
    let mut faults = Vec::new();
    for step in steps {
        while clients.len() < step.client {
            clients.push(connect());
        }
        let found = take(step, &mut clients[step.client - 1]);
        if step.is_not_waited_for() {
            pass_time(bystander.get_or_insert_with(&mut connect));
        }
        let found = found.unwrap_or_else(|error| format!("(no reply: {error})\n"));
        if found != step.expected && step.expected != "(any)\n" {
            let done = match &step.action {
                Action::Type(line) => line,
                Action::Receive => "(received)",
            };
            let expected = &step.expected;
            faults
                .push(format!("line {}: {done}\nexpected:\n{expected}found:\n{found}", step.line));
        }
    }
    faults
}

/// Comes back when the server has read all that was sent before: it may take what it finds at the same time in any order, but what is sent after an answer it finds later.
fn pass_time(bystander: &mut Connection) {
    for _ in 0..2 {
        // Whatever it says, it has come so far.
        let _ = bystander.request(&["PING"]);
    }
}

/// Takes a step and returns what comes of it.
fn take(step: &Step, client: &mut Connection) -> Result<String, connector::Error> {
    match &step.action {
        Action::Type(line) => {
            let words = stdx::text::split_args(line.as_bytes()).unwrap_or_default();
            client.queue(&words);
            client.flush()?;
            if step.is_not_waited_for() {
                return Ok(String::new());
            }
        }
        Action::Receive => (),
    }
    client.receive().map(|reply| shown(&reply))
}

/// Returns a reply as a command line shows it, with a line end.
pub fn shown(reply: &Value) -> String {
    let mut text = String::new();
    show(reply, 0, &mut text);
    text
}

fn quoted(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    stdx::text::quote(&mut text, bytes);
    String::from_utf8_lossy(&text).into_owned()
}

fn show(reply: &Value, indent: usize, text: &mut String) {
    match reply {
        Value::Simple(line) => text.push_str(&format!("{}\n", String::from_utf8_lossy(line))),
        Value::Error(line) => {
            text.push_str(&format!("(error) {}\n", String::from_utf8_lossy(line)));
        }
        Value::Integer(number) => text.push_str(&format!("(integer) {number}\n")),
        Value::Bulk(bytes) => text.push_str(&format!("{}\n", quoted(bytes))),
        Value::Double { text: digits, .. } => {
            text.push_str(&format!("(double) {}\n", String::from_utf8_lossy(digits)));
        }
        Value::Boolean(value) => text.push_str(&format!("({value})\n")),
        _ if reply.is_null() => text.push_str("(nil)\n"),
        Value::Array(items) => show_items(items, "array", ')', indent, text),
        Value::Push(items) => show_items(items, "push", ')', indent, text),
        Value::Set(items) => show_items(items, "set", '~', indent, text),
        Value::Map(pairs) if pairs.is_empty() => text.push_str("(empty hash)\n"),
        Value::Map(pairs) => {
            let width = pairs.len().to_string().len();
            for (index, (key, value)) in pairs.iter().enumerate() {
                let inner = start_item(index, width, '#', indent, text);
                show(key, inner, text);
                text.truncate(text.trim_end().len());
                text.push_str(" => ");
                show(value, inner, text);
            }
        }
        other => text.push_str(&format!("{other:?}\n")),
    }
}

/// Shows what has only elements: each has a number, with `mark` behind it.
fn show_items(items: &[Value], name: &str, mark: char, indent: usize, text: &mut String) {
    if items.is_empty() {
        text.push_str(&format!("(empty {name})\n"));
    }
    let width = items.len().to_string().len();
    for (index, item) in items.iter().enumerate() {
        let inner = start_item(index, width, mark, indent, text);
        show(item, inner, text);
    }
}

/// Writes the number of an element; returns how far what it holds is indented.
fn start_item(index: usize, width: usize, mark: char, indent: usize, text: &mut String) -> usize {
    if index > 0 {
        text.push_str(&" ".repeat(indent));
    }
    text.push_str(&format!("{:>width$}{mark} ", index + 1));
    indent + width + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_found_in_marked_blocks_only() {
        let steps = parse(
            "# T\n```transcript\n> GET a\n(nil)\n> MGET a b\n1) (nil)\n2) (nil)\n```\n> no\n",
        );
        assert_eq!(steps.len(), 2);
        assert_eq!((steps[0].line, steps[0].client), (3, 1));
        assert_eq!(steps[0].action, Action::Type("GET a".to_owned()));
        assert_eq!(steps[1].expected, "1) (nil)\n2) (nil)\n");
    }

    #[test]
    fn replies_of_both_protocols_are_shown_as_a_command_line_shows_them() {
        let bulk = |text: &str| Value::Bulk(text.into());
        let double = Value::Double { value: 1.5, text: "1.5".into() };
        let map = Value::Map(vec![
            (bulk("a"), Value::Set(vec![bulk("x"), bulk("y")])),
            (bulk("b"), Value::Array(vec![double, Value::Boolean(true)])),
            (bulk("c"), Value::Push(Vec::new())),
        ]);
        let expected = "1# \"a\" => 1~ \"x\"\n   2~ \"y\"\n2# \"b\" => 1) (double) 1.5\n   \
                        2) (true)\n3# \"c\" => (empty push)\n";
        assert_eq!(shown(&map), expected);
    }

    #[test]
    fn several_clients_have_numbers() {
        let steps =
            parse("```transcript\n2> BLPOP l 0\n> RPUSH l x\n(integer) 1\n2<\n1) \"l\"\n```\n");
        let clients: Vec<usize> = steps.iter().map(|step| step.client).collect();
        assert_eq!(clients, [2, 1, 2]);
        assert_eq!(steps[0].expected, "");
        assert_eq!(
            (&steps[2].action, steps[2].expected.as_str()),
            (&Action::Receive, "1) \"l\"\n")
        );
    }
}
