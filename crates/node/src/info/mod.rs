//! INFO: the state of the server, as text that people and monitoring systems read.
//!
//! One file a section. Names and order are protocol; a field says where its number comes from. What is about something that does not exist here yet has the value that is true of it: no replicas are connected, no save is in progress.

mod clients;
mod cluster;
mod commandstats;
mod cpu;
mod errorstats;
mod keyspace;
mod latencystats;
mod memory;
mod modules;
mod persistence;
mod replication;
mod server;
mod stats;

use std::fmt::{Display, Write};

use stdx::text::eq_ignore_case;

use crate::Node;

pub(crate) use memory::Breakdown;

/// One section.
struct Section {
    /// Its name, as requests have it and, capitalised, its head.
    name: &'static str,
    /// Whether it is shown to who asks for nothing in particular.
    by_default: bool,
    write: fn(&Node, &mut Report),
}

/// All sections, in the order in which they are shown.
const SECTIONS: [Section; 13] = [
    server::SECTION,
    clients::SECTION,
    memory::SECTION,
    persistence::SECTION,
    stats::SECTION,
    replication::SECTION,
    cpu::SECTION,
    modules::SECTION,
    commandstats::SECTION,
    errorstats::SECTION,
    latencystats::SECTION,
    cluster::SECTION,
    keyspace::SECTION,
];

impl Section {
    /// Returns whether any of the words asks for this section.
    fn is_wanted(&self, words: &[&[u8]]) -> bool {
        let is = |word: &[u8], name: &str| eq_ignore_case(word, name.as_bytes());
        if words.is_empty() {
            return self.by_default;
        }
        words.iter().any(|word| {
            is(word, self.name)
                || is(word, "all")
                || is(word, "everything")
                || (self.by_default && is(word, "default"))
        })
    }

    fn title(&self) -> String {
        match self.name {
            "cpu" => "CPU".to_owned(),
            name => {
                let (first, rest) = name.split_at(1);
                first.to_uppercase() + rest
            }
        }
    }
}

/// Text in the making.
#[derive(Debug, Default)]
struct Report {
    text: String,
}

impl Report {
    /// A field.
    fn line(&mut self, name: impl Display, value: impl Display) {
        // Writing to a string does not fail.
        let _ = write!(self.text, "{name}:{value}\r\n");
    }

    /// Fields that are zero, because there is nothing to be counted.
    fn zeros(&mut self, names: &[&str]) {
        for name in names {
            self.line(name, 0);
        }
    }

    /// One or zero.
    fn flag(&mut self, name: &str, value: bool) {
        self.line(name, u8::from(value));
    }

    /// A number with two digits behind the point.
    fn decimal(&mut self, name: &str, value: f64) {
        self.line(name, format_args!("{value:.2}"));
    }

    /// A part of a whole, as a quotient.
    fn ratio(&mut self, name: &str, part: u64, whole: u64) {
        self.decimal(name, ratio(part, whole));
    }

    /// A part of a whole, in percent.
    fn percent(&mut self, name: &str, part: u64, whole: u64) {
        self.line(name, format_args!("{:.2}%", ratio(part, whole) * 100.0));
    }

    /// An amount of memory, in a form for people.
    fn human(&mut self, name: &str, bytes: u64) {
        self.line(name, human(bytes));
    }

    /// An amount of memory, in both forms.
    fn memory(&mut self, name: &str, bytes: u64) {
        self.line(name, bytes);
        self.human(&format!("{name}_human"), bytes);
    }
}

/// Returns a quotient, zero where there is nothing to divide by.
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Returns an amount of memory in the largest unit of which there is at least one.
fn human(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes}B");
    }
    let mut value = bytes as f64 / 1024.0;
    for unit in ["K", "M", "G", "T"] {
        if value < 1024.0 {
            return format!("{value:.2}{unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.2}P")
}

/// Returns the text for a request that asks for these sections.
pub(crate) fn text(node: &Node, words: &[&[u8]]) -> String {
    let mut report = Report::default();
    for section in SECTIONS.iter().filter(|section| section.is_wanted(words)) {
        if !report.text.is_empty() {
            report.text.push_str("\r\n");
        }
        let title = section.title();
        let _ = write!(report.text, "# {title}\r\n");
        (section.write)(node, &mut report);
    }
    report.text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;

    fn sections(words: &[&str]) -> Vec<String> {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let mut engine = Engine::new();
        let text = text(engine.node(), &words);
        let heads = text.lines().filter_map(|line| line.strip_prefix("# "));
        heads.map(str::to_owned).collect()
    }

    const DEFAULT: [&str; 11] = [
        "Server",
        "Clients",
        "Memory",
        "Persistence",
        "Stats",
        "Replication",
        "CPU",
        "Modules",
        "Errorstats",
        "Cluster",
        "Keyspace",
    ];

    #[test]
    fn sections_are_chosen_by_name_in_any_case_and_keep_their_order() {
        assert_eq!(sections(&[]), DEFAULT);
        assert_eq!(sections(&["DEFAULT"]), DEFAULT);
        assert_eq!(sections(&["keyspace", "Server", "keyspace"]), ["Server", "Keyspace"]);
        assert_eq!(sections(&["nonsense"]), [""; 0]);
        assert_eq!(sections(&["all"]).len(), SECTIONS.len());
        assert_eq!(sections(&["commandstats", "default"]).len(), DEFAULT.len() + 1);
    }

    #[test]
    fn every_line_is_a_head_or_a_field_or_empty() {
        let mut engine = Engine::new();
        let text = text(engine.node(), &[b"everything"]);
        for line in text.split_terminator("\r\n") {
            let field = line.split_once(':').is_some_and(|(name, _)| !name.is_empty());
            assert!(line.is_empty() || line.starts_with("# ") || field, "{line:?}");
        }
        assert!(text.ends_with("# Keyspace\r\n"));
    }

    #[test]
    fn amounts_are_shown_in_the_largest_unit() {
        assert_eq!(human(0), "0B");
        assert_eq!(human(1023), "1023B");
        assert_eq!(human(990_608), "967.39K");
        assert_eq!(human(25_276_502_016), "23.54G");
        assert_eq!(human(u64::MAX), "16384.00P");
    }
}
