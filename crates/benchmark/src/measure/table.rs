//! Results: a row for what is measured, a column for each server.

use std::fmt::Write as _;

/// One measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) value: f64,
    /// Strangers used the CPU meanwhile.
    pub(crate) is_noisy: bool,
}

/// All values of one thing for one server.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    samples: Vec<Sample>,
    /// Shown instead if there are no samples.
    missing: Option<String>,
}

impl Cell {
    pub(crate) fn add(&mut self, value: f64, is_noisy: bool) {
        self.samples.push(Sample { value, is_noisy });
    }

    /// Says why there is no value.
    pub(crate) fn lacks(&mut self, why: &str) {
        self.missing = Some(why.to_owned());
    }

    /// The values that count: the quiet ones, or all if none is quiet.
    fn values(&self) -> (Vec<f64>, bool) {
        let quiet: Vec<f64> = self
            .samples
            .iter()
            .filter(|sample| !sample.is_noisy)
            .map(|sample| sample.value)
            .collect();
        let is_noisy = quiet.is_empty();
        let mut values =
            if is_noisy { self.samples.iter().map(|sample| sample.value).collect() } else { quiet };
        values.sort_by(f64::total_cmp);
        (values, is_noisy)
    }

    pub(crate) fn median(&self) -> Option<f64> {
        let (values, _) = self.values();
        let middle = values.len() / 2;
        match values.len() {
            0 => None,
            odd if odd % 2 == 1 => Some(values[middle]),
            _ => Some(f64::midpoint(values[middle - 1], values[middle])),
        }
    }

    /// The median, and where there are several values the least and half the spread; the ratio to
    /// another cell; a mark if all are noisy.
    fn show(&self, first: Option<&Self>) -> String {
        let Some(median) = self.median() else {
            return self.missing.clone().unwrap_or_else(|| "n/a".to_owned());
        };
        let (values, is_noisy) = self.values();
        let mut text = number(median);
        if let [least, .., most] = values[..] {
            let _ = write!(text, " ({})", number(least));
            if median != 0.0 {
                let _ = write!(text, " ±{:.0}%", 50.0 * (most - least) / median.abs());
            }
        }
        if let Some(base) = first.and_then(Self::median).filter(|base| *base != 0.0) {
            let _ = write!(text, " {:.2}x", median / base);
        }
        if is_noisy {
            text.push_str(" *");
        }
        text
    }
}

/// Three digits.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        least if least < 1.0 => format!("{value:.3}"),
        small if small < 10.0 => format!("{value:.2}"),
        middle if middle < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// A table of results.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    title: String,
    servers: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
}

impl Table {
    pub(crate) fn new(title: &str, servers: &[String]) -> Self {
        Self { title: title.to_owned(), servers: servers.to_vec(), rows: Vec::new() }
    }

    /// Returns the cell of a row, which is made if there is none, and a server.
    pub(crate) fn cell(&mut self, row: &str, server: usize) -> &mut Cell {
        let at = self.rows.iter().position(|(label, _)| label == row).unwrap_or_else(|| {
            self.rows.push((row.to_owned(), vec![Cell::default(); self.servers.len()]));
            self.rows.len() - 1
        });
        &mut self.rows[at].1[server]
    }

    fn lines(&self) -> Vec<Vec<String>> {
        let mut head = vec![String::new()];
        head.extend(self.servers.iter().cloned());
        let mut lines = vec![head];
        for (label, cells) in &self.rows {
            let mut line = vec![label.clone()];
            for (index, cell) in cells.iter().enumerate() {
                line.push(cell.show((index > 0).then(|| &cells[0])));
            }
            lines.push(line);
        }
        lines
    }

    /// Shows the table with its columns below each other.
    pub(crate) fn to_text(&self) -> String {
        let lines = self.lines();
        let width = |column: usize| {
            lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..=self.servers.len()).map(width).collect();
        let mut text = format!("{}\n", self.title);
        for line in &lines {
            for (cell, width) in line.iter().zip(&widths) {
                let padding = width - cell.chars().count();
                let _ = write!(text, "  {cell}{:padding$}", "");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text
    }

    /// Shows the medians for programs: table, row, server, value.
    pub(crate) fn to_csv(&self) -> String {
        let mut text = String::new();
        for (label, cells) in &self.rows {
            for (server, cell) in self.servers.iter().zip(cells) {
                if let Some(median) = cell.median() {
                    let _ = writeln!(
                        text,
                        "\"{}\",\"{label}\",\"{server}\",\"{median:.3}\"",
                        self.title
                    );
                }
            }
        }
        text
    }

    /// Shows the table as Markdown.
    pub(crate) fn to_markdown(&self) -> String {
        let mut text = format!("**{}**\n\n", self.title);
        for (index, line) in self.lines().iter().enumerate() {
            let _ = writeln!(text, "| {} |", line.join(" | "));
            if index == 0 {
                let _ = writeln!(text, "|{}", " --- |".repeat(line.len()));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(values: &[(f64, bool)]) -> Cell {
        let mut cell = Cell::default();
        for (value, is_noisy) in values {
            cell.add(*value, *is_noisy);
        }
        cell
    }

    #[test]
    fn quiet_samples_count_and_noisy_ones_only_if_there_are_no_others() {
        assert_eq!(
            cell(&[(1.0, false), (9.0, true), (2.0, false), (4.0, false)]).show(None),
            "2.00 (1.00) ±75%"
        );
        assert_eq!(cell(&[(9.0, true), (11.0, true)]).show(None), "10.0 (9.00) ±10% *");
        assert_eq!(cell(&[(0.5, false)]).show(Some(&cell(&[(2.0, false)]))), "0.500 0.25x");
        assert_eq!(Cell::default().show(None), "n/a");
    }

    #[test]
    fn tables_have_a_row_for_each_thing_and_a_column_for_each_server() {
        let mut table = Table::new("CPU", &["redis".to_owned(), "ours".to_owned()]);
        table.cell("GET", 0).add(2.0, false);
        table.cell("GET", 1).add(1.0, false);
        table.cell("SET", 1).lacks("unknown");
        assert_eq!(
            table.to_markdown(),
            "**CPU**\n\n|  | redis | ours |\n| --- | --- | --- |\n| GET | 2.00 | 1.00 0.50x |\n\
             | SET | n/a | unknown |\n"
        );
        assert_eq!(
            table.to_text(),
            "CPU\n       redis  ours\n  GET  2.00   1.00 0.50x\n  SET  n/a    unknown\n"
        );
    }
}
