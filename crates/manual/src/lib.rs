//! Help texts, manual pages and shell completions from one table of options.
//!
//! A program lists its options once, as [`Section`]s of [`Row`]s: how an option is written, what
//! it takes, what it means, and what it does. Its parser looks names up with [`find`], and all
//! texts about options derive from the same rows by way of [`Program`]. What a row does is the
//! program's own business, hence the type parameter.

mod shell;

use std::fmt::Write;

/// What follows an option.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// One value, so called.
    One(&'static str),
    /// A number, if one follows.
    Maybe(&'static str),
    /// Everything up to the next option.
    Rest(&'static str),
}

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Row<A> {
    /// How it is written; the first is the name to advertise.
    pub names: &'static [&'static str],
    /// What follows it.
    pub takes: Takes,
    /// What it means.
    pub help: &'static str,
    /// What it does.
    pub apply: A,
}

/// Options that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Section<A: 'static> {
    /// The heading.
    pub title: &'static str,
    /// The options, in the order in which they are explained.
    pub rows: &'static [Row<A>],
}

/// What is to be said of a program.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a, A: 'static> {
    /// The name by which it was called.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// What it is, in half a sentence.
    pub purpose: &'a str,
    /// What follows the name on a command line.
    pub synopsis: &'a str,
    /// What it does, in a few sentences.
    pub description: &'a str,
    /// All options.
    pub sections: &'static [Section<A>],
    /// Variables of the environment, and what they mean.
    pub environment: &'a [(&'a str, &'a str)],
    /// What one may want, and the arguments that do it.
    pub examples: &'a [(&'a str, &'a str)],
}

/// Columns of the help text.
const WIDTH: usize = 90;
/// Where its explanations begin.
const INDENT: usize = 34;

/// Finds an option by one of its names.
pub fn find<'a, A>(sections: &'a [Section<A>], name: &[u8]) -> Option<&'a Row<A>> {
    sections
        .iter()
        .flat_map(|section| section.rows)
        .find(|row| row.names.iter().any(|known| known.as_bytes() == name))
}

impl<A> Row<A> {
    fn spelling(&self) -> String {
        let names = self.names.join(", ");
        match self.takes {
            Takes::Nothing => names,
            Takes::One(value) => format!("{names} <{value}>"),
            Takes::Maybe(value) => format!("{names} [{value}]"),
            Takes::Rest(value) => format!("{names} <{value}> ..."),
        }
    }
}

impl<A> Program<'_, A> {
    /// Returns the text of `--help`.
    pub fn help(&self) -> String {
        let mut out = format!("Usage: {} {}\n\n", self.name, self.synopsis);
        for line in wrapped(self.description, WIDTH) {
            out.push_str(&line);
            out.push('\n');
        }
        for section in self.sections {
            // Writing to a string does not fail, here and below.
            let _ = write!(out, "\n{}:\n", section.title);
            for row in section.rows {
                let spelling = row.spelling();
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
        for (purpose, line) in self.examples {
            let _ = write!(out, "  {purpose}:\n    {}\n", self.example(line));
        }
        out
    }

    /// Returns an example as one types it: `%` stands for the program.
    fn example(&self, line: &str) -> String {
        line.replace('%', self.name)
    }

    /// Returns the manual page in roff.
    pub fn man_page(&self) -> String {
        let escaped =
            |text: &str| text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
        let name = escaped(self.name);
        let mut out = format!(
            ".TH {} 1 \"\" \"{} {}\" \"User commands\"\n.SH NAME\n{name} \\- {}\n\
             .SH SYNOPSIS\n.B {name}\n{}\n.SH DESCRIPTION\n{}\n",
            name.to_uppercase(),
            self.name,
            self.version,
            escaped(self.purpose),
            escaped(self.synopsis),
            escaped(self.description),
        );
        for section in self.sections {
            let _ = writeln!(out, ".SH {}", section.title.to_uppercase());
            for row in section.rows {
                let (spelling, help) = (escaped(&row.spelling()), escaped(row.help));
                let _ = write!(out, ".TP\n.B {spelling}\n{help}\n");
            }
        }
        if !self.environment.is_empty() {
            out.push_str(".SH ENVIRONMENT\n");
        }
        for (name, meaning) in self.environment {
            let _ = write!(out, ".TP\n.B {name}\n{}\n", escaped(meaning));
        }
        out.push_str(".SH EXAMPLES\n");
        for (purpose, line) in self.examples {
            let line = escaped(&self.example(line));
            let _ = write!(out, ".TP\n{}\n.nf\n{line}\n.fi\n", escaped(purpose));
        }
        out
    }

    /// Returns completions for a shell: bash, zsh or fish.
    pub fn completions(&self, shell: &str) -> Result<String, String> {
        match shell {
            "bash" => Ok(shell::bash(self)),
            "zsh" => Ok(shell::zsh(self)),
            "fish" => Ok(shell::fish(self)),
            _ => Err(format!("No completions for '{shell}': bash, zsh or fish")),
        }
    }

    /// Every name of every option.
    fn names(&self) -> impl Iterator<Item = (&'static str, &'static Row<A>)> {
        let rows = self.sections.iter().flat_map(|section| section.rows);
        rows.flat_map(|row| row.names.iter().map(move |name| (*name, row)))
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

#[cfg(test)]
mod tests {
    use super::{Program, Row, Section, Takes, find, wrapped};

    const SECTIONS: &[Section<u8>] = &[
        Section {
            title: "One",
            rows: &[
                Row { names: &["-h"], takes: Takes::One("host"), help: "The server's.", apply: 1 },
                Row { names: &["--old", "--new"], takes: Takes::Nothing, help: "Same.", apply: 2 },
            ],
        },
        Section {
            title: "Two",
            rows: &[Row { names: &["--key"], takes: Takes::One("file"), help: "A: [b]", apply: 3 }],
        },
    ];
    const PROGRAM: Program<'_, u8> = Program {
        name: "some-tool",
        version: "1.0",
        purpose: "a tool",
        synopsis: "[OPTIONS]",
        description: "It does things.",
        sections: SECTIONS,
        environment: &[("VARIABLE", "A setting.")],
        examples: &[("Do a thing", "% -h there")],
    };

    #[test]
    fn every_option_is_in_every_text() {
        let mut texts = vec![PROGRAM.help(), PROGRAM.man_page().replace("\\-", "-")];
        for shell in ["bash", "zsh"] {
            texts.push(PROGRAM.completions(shell).expect("known"));
        }
        for (name, _) in PROGRAM.names() {
            assert!(texts.iter().all(|text| text.contains(name)), "{name}");
        }
        let fish = PROGRAM.completions("fish").expect("known");
        assert_eq!(fish.lines().count(), 4);
        assert!(PROGRAM.completions("csh").is_err());
        assert!(PROGRAM.help().contains("    some-tool -h there\n"));
    }

    #[test]
    fn an_option_is_found_by_each_of_its_names() {
        for (name, apply) in [("-h", 1), ("--old", 2), ("--new", 2), ("--key", 3)] {
            assert_eq!(find(SECTIONS, name.as_bytes()).map(|row| row.apply), Some(apply));
        }
        assert!(find(SECTIONS, b"--other").is_none());
    }

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(wrapped("a bc def g", 4), ["a bc", "def", "g"]);
    }
}
