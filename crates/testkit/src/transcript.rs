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
    let mut faults = Vec::new();
    for step in steps {
        while clients.len() < step.client {
            clients.push(connect());
        }
        let found = take(step, &mut clients[step.client - 1]);
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

/// Takes a step and returns what comes of it.
fn take(step: &Step, client: &mut Connection) -> Result<String, connector::Error> {
    match &step.action {
        Action::Type(line) => {
            let words = stdx::text::split_args(line.as_bytes()).unwrap_or_default();
            client.queue(&words);
            client.flush()?;
            if step.expected.is_empty() {
                return Ok(String::new());
            }
            client.reply().map(|reply| shown(&reply))
        }
        Action::Receive => client.receive().map(|reply| shown(&reply)),
    }
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
        _ if reply.is_null() => text.push_str("(nil)\n"),
        Value::Array(items) if items.is_empty() => text.push_str("(empty array)\n"),
        Value::Array(items) => {
            let width = items.len().to_string().len();
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push_str(&" ".repeat(indent));
                }
                text.push_str(&format!("{:>width$}) ", index + 1));
                show(item, indent + width + 2, text);
            }
        }
        other => text.push_str(&format!("{other:?}\n")),
    }
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
