//! Elements and memory of all keys: per type, by size, and the largest of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use super::info::bytes;
use super::key_sizes::{KINDS, elements, memory, types, walk};
use crate::out::{complain, say};
use crate::quoting::quote;
use crate::session::Session;

/// Largest keys listed unless told otherwise.
const LISTED: usize = 10;

/// What was seen of one type.
#[derive(Debug, Default)]
struct Tally {
    keys: u64,
    memory: u64,
    memory_max: u64,
    elements: u64,
    elements_max: u64,
    counted: u64,
}

/// One of the largest keys.
#[derive(Clone, Debug)]
struct Large {
    size: u64,
    kind: String,
    key: Vec<u8>,
}

/// Everything that is shown in the end.
#[derive(Debug, Default)]
struct Report {
    by_kind: BTreeMap<String, Tally>,
    /// Keys by the power of two that their memory reaches.
    by_size: BTreeMap<u32, u64>,
    by_memory: Vec<Large>,
    by_elements: Vec<Large>,
    keys: u64,
    memory: u64,
    name_bytes: u64,
}

impl Report {
    fn add(&mut self, key: &[u8], kind: &str, elements: Option<u64>, memory: u64, listed: usize) {
        self.keys += 1;
        self.memory += memory;
        self.name_bytes += key.len() as u64;
        *self.by_size.entry(memory.max(1).ilog2()).or_default() += 1;
        let tally = self.by_kind.entry(kind.to_owned()).or_default();
        tally.keys += 1;
        tally.memory += memory;
        tally.memory_max = tally.memory_max.max(memory);
        if let Some(elements) = elements {
            tally.elements += elements;
            tally.elements_max = tally.elements_max.max(elements);
            tally.counted += 1;
            // The length of a string is no number of elements to compare with others.
            if kind != "string" {
                note(&mut self.by_elements, elements, kind, key, listed);
            }
        }
        note(&mut self.by_memory, memory, kind, key, listed);
    }

    fn show(&self) -> String {
        let mut out = format!(
            "\n{} keys take {}; their names have {} bytes ({:.1} on average)\n\n",
            self.keys,
            short(self.memory),
            self.name_bytes,
            ratio(self.name_bytes, self.keys)
        );
        out.push_str(
            "type        keys  share    memory  share       mean       max  elements (mean, max)\n",
        );
        for (kind, tally) in &self.by_kind {
            // Writing to a string does not fail, here and below.
            let _ = write!(
                out,
                "{kind:<8}{:>8}{:>6.1}%{:>10}{:>6.1}%{:>11}{:>10}",
                tally.keys,
                100.0 * ratio(tally.keys, self.keys),
                short(tally.memory),
                100.0 * ratio(tally.memory, self.memory),
                short(tally.memory / tally.keys.max(1)),
                short(tally.memory_max)
            );
            if tally.counted > 0 {
                let unit =
                    KINDS.iter().find(|known| known.name == kind).map_or("", |known| known.unit);
                let mean = ratio(tally.elements, tally.counted);
                let _ =
                    write!(out, "  {} {unit} ({mean:.1}, {})", tally.elements, tally.elements_max);
            }
            out.push('\n');
        }
        out.push_str("\nmemory of a key       keys  share  cumulative\n");
        let mut seen = 0;
        for (power, count) in &self.by_size {
            seen += count;
            let below = 1_u64.checked_shl(power + 1).unwrap_or(u64::MAX);
            let _ = writeln!(
                out,
                "below {:>8}{count:>12}{:>6.1}%{:>11.1}%",
                short(below),
                100.0 * ratio(*count, self.keys),
                100.0 * ratio(seen, self.keys)
            );
        }
        for (title, large) in [("by memory", &self.by_memory), ("by elements", &self.by_elements)] {
            if large.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\nlargest {title}");
            for Large { size, kind, key } in large {
                let size = if title == "by memory" { short(*size) } else { size.to_string() };
                let _ = writeln!(out, "{size:>10}  {kind:<8}{}", quote(key));
            }
        }
        out
    }
}

fn note(list: &mut Vec<Large>, size: u64, kind: &str, key: &[u8], listed: usize) {
    let at = list.partition_point(|other| other.size >= size);
    if at < listed {
        list.insert(at, Large { size, kind: kind.to_owned(), key: key.to_vec() });
        list.truncate(listed);
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn short(size: u64) -> String {
    bytes(i64::try_from(size).unwrap_or(i64::MAX))
}

/// Looks at all keys and returns whether that worked.
pub(crate) fn run(session: &mut Session) -> bool {
    let options = Rc::clone(&session.options);
    let mut report = Report::default();
    let outcome = walk(session, |node, keys, _| {
        let types = types(node, keys)?;
        let counts = elements(node, keys, &types)?;
        let sizes = memory(node, keys, options.memory_samples)?;
        for (((key, kind), count), size) in keys.iter().zip(&types).zip(counts).zip(sizes) {
            // A key that went away between the questions counts for nothing.
            if let Some(size) = size {
                report.add(key, kind, count, size, options.top.unwrap_or(LISTED));
            }
        }
        Ok(())
    });
    if let Err(message) = outcome {
        complain!("Error: {message}");
        return false;
    }
    say!("{}", report.show());
    true
}

#[cfg(test)]
mod tests {
    use super::Report;

    #[test]
    fn a_report_adds_up() {
        let mut report = Report::default();
        report.add(b"a", "string", Some(5), 60, 2);
        report.add(b"b", "list", Some(9), 200, 2);
        report.add(b"c", "list", Some(3), 100, 2);
        let text = report.show();
        assert!(text.contains("3 keys take 360B"), "{text}");
        assert!(text.contains("below      64B           1  33.3%"), "{text}");
        assert!(text.contains("12 items (6.0, 9)"), "{text}");
        assert_eq!(report.by_memory.len(), 2);
        assert_eq!(report.by_elements[0].key, b"b");
    }
}
