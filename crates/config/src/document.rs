//! The table as text for people: an annotated sample file, and a reference page.

use std::fmt::Write;

use crate::directive::{Directive, InEffect, Mutable, Section};
use crate::directives::SECTIONS;
use crate::field::Field;

/// Columns of the sample file.
const WIDTH: usize = 96;

const SAMPLE_HEAD: &str = "\
Sinter's configuration.

Every directive is here, as a comment with its default: take the # away in front of one, and change \
it. Give the file to the server as its first argument.";

/// Returns the annotated sample configuration. It sets nothing.
pub fn sample() -> String {
    let mut text = String::new();
    comment(&mut text, SAMPLE_HEAD);
    for section in SECTIONS {
        let shown = section.directives.iter().filter(|directive| !directive.hidden);
        let mut shown = shown.peekable();
        if shown.peek().is_none() {
            continue;
        }
        let title = format!("# ==== {} ", section.title);
        let _ = writeln!(text, "\n{title:=<WIDTH$}");
        if !section.doc.is_empty() {
            text.push('\n');
            comment(&mut text, section.doc);
        }
        for directive in shown {
            text.push('\n');
            comment(&mut text, directive.doc);
            comment(&mut text, &remark(directive).replace('`', ""));
            let arguments = match directive.field {
                Field::Lines { form, .. } => form,
                Field::Include => "PATH",
                _ => directive.default,
            };
            let _ = writeln!(text, "#{} {arguments}", directive.name);
        }
    }
    text
}

/// Says in a sentence or two what the value can be, and when it counts.
fn remark(directive: &Directive) -> String {
    let form = directive.form();
    let (first, rest) = form.split_at_checked(1).unwrap_or_default();
    let mut remark = format!("{}{rest}.", first.to_uppercase());
    remark.push_str(match directive.mutable {
        Mutable::Live => "",
        Mutable::Protected => " Protected.",
        Mutable::StartupOnly => " Counts at start-up only.",
        Mutable::FileOnly => " Counts in a file only.",
    });
    remark.push_str(match directive.effect {
        InEffect::Yes => "",
        InEffect::Later => " Not in effect yet.",
        InEffect::Moot => " Without effect.",
    });
    remark
}

/// Writes paragraphs as comments, wrapped.
fn comment(out: &mut String, text: &str) {
    for paragraph in text.lines() {
        let mut line = String::from("#");
        for word in paragraph.split(' ') {
            if line.len() + 1 + word.len() > WIDTH {
                out.push_str(&line);
                out.push('\n');
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

const REFERENCE_HEAD: &str = "\
# Configuration

This page is generated from the directive table in `crates/config/src/directives`.

Directives stand in a file, one to a line, or on the command line as `--name value`. Those that can \
change at run time are set with `CONFIG SET`, several at once if need be: either all of them are \
valid and take effect, or none does. `CONFIG GET` shows them, `CONFIG REWRITE` writes them back to \
the file.
";

/// Returns the reference page.
pub fn reference_markdown() -> String {
    let mut page = String::from(REFERENCE_HEAD);
    for section in SECTIONS {
        describe_section(&mut page, section);
    }
    page
}

fn describe_section(page: &mut String, section: &Section) {
    let _ = writeln!(page, "\n## {}", section.title);
    for paragraph in section.doc.lines() {
        let _ = writeln!(page, "\n{}", escape(paragraph));
    }
    for directive in section.directives {
        let _ = writeln!(page, "\n### `{}`", directive.name);
        for paragraph in directive.doc.lines() {
            let _ = writeln!(page, "\n{}", escape(paragraph));
        }
        page.push('\n');
        for fact in facts(directive) {
            let _ = writeln!(page, "- {fact}");
        }
    }
}

fn facts(directive: &Directive) -> Vec<String> {
    let mut facts = vec![format!("Value: {}", directive.form())];
    if !directive.default.is_empty() {
        facts.push(format!("Default: `{}`", directive.default));
    }
    facts.push(
        match directive.mutable {
            Mutable::Live => "Changes at run time",
            Mutable::Protected => "Changes at run time, if `enable-protected-configs` permits",
            Mutable::StartupOnly => "Counts at start-up only",
            Mutable::FileOnly => "Stands in a file or on the command line only",
        }
        .to_owned(),
    );
    if !directive.aliases.is_empty() {
        let names: Vec<String> = directive.aliases.iter().map(|name| format!("`{name}`")).collect();
        facts.push(format!("Older names: {}", names.join(", ")));
    }
    if !directive.understood.is_empty() {
        let names = directive.understood.iter().map(|name| format!("`{name}`"));
        facts.push(format!("Also understood: {}", names.collect::<Vec<_>>().join(", ")));
    }
    if directive.hidden {
        facts.push("Not shown by patterns, only by name".to_owned());
    }
    match directive.effect {
        InEffect::Yes => {}
        InEffect::Later => facts.push("Not in effect yet".to_owned()),
        InEffect::Moot => facts.push("Accepted for compatibility, without effect".to_owned()),
    }
    facts
}

/// Keeps Markdown from reading something into plain text.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if matches!(character, '*' | '<' | '>' | '\\' | '#' | '_') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
