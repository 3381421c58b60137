//! Draws the spikes of one cause: a column each, the oldest on the left, and how long ago it was below.

use crate::latency::{Cause, History, Spike};

/// Columns that fit a terminal; older spikes are left out.
const COLUMNS: usize = 76;

/// Lines of full height.
const LINES: u64 = 5;

/// A line's worth of a column, from an eighth to all of it.
const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(super) fn draw(cause: Cause, history: &History, now_s: u64) -> String {
    let skipped = history.spikes().len().saturating_sub(COLUMNS);
    let spikes: Vec<Spike> = history.spikes().skip(skipped).collect();
    let high = spikes.iter().map(|spike| spike.ms).max().unwrap_or_default();
    let low = spikes.iter().map(|spike| spike.ms).min().unwrap_or_default();
    let mut text = format!(
        "{} - high {high} ms, low {low} ms (all time high {} ms)\n",
        cause.name(),
        history.max_ms()
    );
    text.push_str(&"-".repeat(COLUMNS + 4));
    text.push('\n');
    for line in (0..LINES).rev() {
        let columns = spikes.iter().map(|spike| piece(height(spike.ms, high), line));
        push_line(&mut text, columns);
    }
    text.push('\n');
    // The labels are written downwards, as there is one place for each.
    let labels: Vec<Vec<char>> = spikes
        .iter()
        .map(|spike| ago(now_s.saturating_sub(spike.unix_s)).chars().collect())
        .collect();
    for line in 0..labels.iter().map(Vec::len).max().unwrap_or_default() {
        push_line(&mut text, labels.iter().map(|label| label.get(line).copied().unwrap_or(' ')));
    }
    text
}

/// Returns the height of a column in eighths of a line, at least one.
fn height(ms: u64, high: u64) -> u64 {
    (ms * LINES * 8).checked_div(high).unwrap_or_default().max(1)
}

/// Returns what of a column falls into a line.
fn piece(height: u64, line: u64) -> char {
    match height.saturating_sub(line * 8) {
        0 => ' ',
        eighths => EIGHTHS[(eighths.min(8) - 1) as usize],
    }
}

fn push_line(text: &mut String, columns: impl Iterator<Item = char>) {
    let line: String = columns.collect();
    text.push_str(line.trim_end());
    text.push('\n');
}

/// Returns a time span in the largest unit that it fills, in three or four characters at most.
fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_high_as_spikes_are_long() {
        assert_eq!(height(100, 100), 40);
        assert_eq!(height(50, 100), 20);
        assert_eq!(height(1, 1000), 1, "nothing is left out for being small");
        assert_eq!(height(0, 0), 1);
        let column = |height| (0..LINES).map(|line| piece(height, line)).collect::<String>();
        assert_eq!(column(40), "█████");
        assert_eq!(column(20), "██▄  ");
        assert_eq!(column(1), "▁    ");
    }

    #[test]
    fn time_spans_are_short() {
        for (seconds, text) in [(0, "0s"), (59, "59s"), (60, "1m"), (7200, "2h"), (172_800, "2d")] {
            assert_eq!(ago(seconds), text);
        }
    }
}
