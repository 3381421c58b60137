//! Lines with styles, which can be cut and padded without counting escape sequences.

use crate::quoting::quote;

/// How something is shown where colours can be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Style {
    Plain,
    /// Of little interest by itself: labels.
    Dim,
    Strong,
    /// The first line of the screen.
    Banner,
    /// The first line of a panel.
    Head,
    Good,
    Bad,
}

impl Style {
    fn sequence(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Dim => "\x1b[2m",
            Self::Strong => "\x1b[1m",
            Self::Banner => "\x1b[7m",
            Self::Head => "\x1b[1;36m",
            Self::Good => "\x1b[32m",
            Self::Bad => "\x1b[1;31m",
        }
    }
}

/// A line. All of its letters are one column wide.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    spans: Vec<(Style, String)>,
}

impl Line {
    pub(super) fn new(style: Style, text: impl Into<String>) -> Self {
        Self { spans: vec![(style, text.into())] }
    }

    /// Appends something in another style.
    pub(super) fn and(mut self, style: Style, text: impl Into<String>) -> Self {
        self.spans.push((style, text.into()));
        self
    }

    /// Appends another line.
    pub(super) fn join(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }

    #[cfg(test)]
    pub(super) fn width(&self) -> usize {
        self.spans.iter().map(|(_, text)| text.chars().count()).sum()
    }

    /// Makes the line exactly so wide; what is filled in has the style of its end.
    pub(super) fn fit(mut self, width: usize) -> Self {
        let mut left = width;
        for (_, text) in &mut self.spans {
            let count = text.chars().count();
            if count > left {
                *text = text.chars().take(left).collect();
            }
            left -= count.min(left);
        }
        match self.spans.last_mut() {
            Some((_, text)) => text.push_str(&" ".repeat(left)),
            None => self.spans.push((Style::Plain, " ".repeat(left))),
        }
        self
    }

    /// Returns the text, with escape sequences if colours are wanted.
    pub(super) fn show(&self, colours: bool) -> String {
        let mut out = String::new();
        for (style, text) in &self.spans {
            if colours && *style != Style::Plain {
                out.push_str(style.sequence());
                out.push_str(text);
                out.push_str("\x1b[0m");
            } else {
                out.push_str(text);
            }
        }
        if colours { out } else { out.trim_end().to_owned() }
    }
}

/// Returns a number that takes seven columns at most.
pub(super) fn short(number: f64) -> String {
    let units = [(1e12, "T"), (1e9, "G"), (1e6, "M")];
    match units.into_iter().find(|(unit, _)| number.abs() >= *unit) {
        Some((unit, name)) => format!("{:.2}{name}", number / unit),
        None => format!("{number:.0}"),
    }
}

/// Returns seconds in the two greatest units.
pub(super) fn time(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    if days > 0 {
        format!("{days}d {}h", hours % 24)
    } else if hours > 0 {
        format!("{hours}h {}m", minutes % 60)
    } else if minutes > 0 {
        format!("{minutes}m {}s", seconds % 60)
    } else {
        format!("{seconds}s")
    }
}

/// Returns a word of a command: as it is if it is simple, else quoted, so that nothing in it can
/// disturb the screen.
pub(super) fn word(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            text.to_owned()
        }
        _ => quote(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_and_padded_to_a_width() {
        let line = Line::new(Style::Dim, "abc").and(Style::Strong, "def");
        assert_eq!(line.clone().fit(4).show(false), "abcd");
        assert_eq!(line.clone().fit(2).show(true), "\x1b[2mab\x1b[0m\x1b[1m\x1b[0m");
        assert_eq!(line.fit(8).width(), 8);
        assert_eq!(Line::default().fit(3).width(), 3);
    }

    #[test]
    fn numbers_stay_short() {
        for (number, text) in
            [(0.0, "0"), (999_999.0, "999999"), (1e6, "1.00M"), (12.34e9, "12.34G")]
        {
            assert_eq!(short(number), text);
        }
        assert_eq!(
            [time(5), time(65), time(3700), time(90_000)],
            ["5s", "1m 5s", "1h 1m", "1d 1h"]
        );
        assert_eq!(
            [word(b"key:1"), word(b"a b"), word(b"\x1b[2J")],
            ["key:1", "\"a b\"", "\"\\x1b[2J\""]
        );
    }
}
