//! Transcripts: Markdown that reads as a manual and runs as a test.
//!
//! In a fenced block marked `transcript`, a line with `> ` is typed and the lines behind it are expected, in the form in which a command line shows replies. `(any)` stands for whatever comes; `settings:` lines are applied before the first block.

use connector::Connection;
use resp::value::Value;

/// One typed line and what is expected.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands, counted from one.
    pub line: usize,
    /// What is typed.
    pub typed: String,
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
        } else if let (true, Some(typed)) = (inside, line.strip_prefix("> ")) {
            steps.push(Step { line: index + 1, typed: typed.to_owned(), expected: String::new() });
        } else if let (true, Some(step)) = (inside, steps.last_mut()) {
            step.expected.push_str(line);
            step.expected.push('\n');
        }
    }
    steps
}

/// Runs the steps; returns what went otherwise than expected.
pub fn run(steps: &[Step], connection: &mut Connection) -> Vec<String> {
    let mut faults = Vec::new();
    for step in steps {
        let words = stdx::text::split_args(step.typed.as_bytes()).unwrap_or_default();
        let found = match connection.request(&words) {
            Ok(reply) => shown(&reply),
            Err(error) => format!("(no reply: {error})\n"),
        };
        if found != step.expected && step.expected != "(any)\n" {
            faults.push(format!(
                "line {}: {}\nexpected:\n{}found:\n{found}",
                step.line, step.typed, step.expected
            ));
        }
    }
    faults
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
        assert_eq!((steps[0].line, steps[0].typed.as_str()), (3, "GET a"));
        assert_eq!(steps[1].expected, "1) (nil)\n2) (nil)\n");
    }
}
