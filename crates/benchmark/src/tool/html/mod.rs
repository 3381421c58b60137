//! Results as a page: tables, and charts that are part of it. Nothing is loaded from elsewhere.

mod chart;

use std::fmt::Write as _;

use self::chart::{Chart, Line, Scale};
use super::json::Entry;
use crate::measure::latency::Latencies;

const STYLE: &str = include_str!("style.css");

/// Makes the page.
pub(super) fn page(command: &str, entries: &[Entry]) -> String {
    let mut body = String::new();
    let mut rest = entries;
    while let Some(first) = rest.first() {
        // What servers found of one test stands together.
        let count = rest.iter().take_while(|entry| entry.title == first.title).count();
        let (test, others) = rest.split_at(count);
        rest = others;
        section(&mut body, test);
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>sinter-benchmark</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>sinter-benchmark</h1>\n<p><code>{}</code></p>\n{body}</body>\n</html>\n",
        escape(command)
    )
}

fn section(body: &mut String, test: &[Entry]) {
    let _ = writeln!(body, "<section>\n<h2>{}</h2>", escape(&test[0].title));
    summary(body, test);
    body.push_str("<div class=\"charts\">\n");
    body.push_str(&by_percentile(test).to_svg());
    if test.iter().any(|entry| entry.found.moments.len() > 1) {
        body.push_str(&over_time(test).to_svg());
        body.push_str(&tails_over_time(test).to_svg());
    }
    body.push_str("</div>\n</section>\n");
}

fn summary(body: &mut String, test: &[Entry]) {
    body.push_str(
        "<table>\n<tr><th></th><th>requests</th><th>per second</th><th></th><th>mean ms</th>\
         <th>p50 ms</th><th>p99 ms</th><th>p99.9 ms</th><th>max ms</th></tr>\n",
    );
    let first = &test[0].found;
    for (index, entry) in test.iter().enumerate() {
        let found = &entry.found;
        let ratio = found.per_second() / first.per_second();
        let ratio = if index > 0 { format!("{ratio:.2}×") } else { String::new() };
        row(body, &entry.server, &found.all, found.elapsed_ns, &ratio);
        if found.kinds.len() > 1 {
            for (name, latencies) in &found.kinds {
                row(body, &format!("{}, {name}", entry.server), latencies, found.elapsed_ns, "");
            }
        }
        if found.errors > 0 || found.missed > 0 {
            let _ = writeln!(
                body,
                "<tr><td>{}</td><td colspan=\"8\">{} errors, {} requests never sent</td></tr>",
                escape(&entry.server),
                found.errors,
                found.missed
            );
        }
    }
    body.push_str("</table>\n");
}

fn row(body: &mut String, label: &str, latencies: &Latencies, elapsed_ns: u64, ratio: &str) {
    let per_second = latencies.count() as f64 / (elapsed_ns.max(1) as f64 / 1e9);
    let _ = write!(
        body,
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{ratio}</td><td>{:.3}</td>",
        escape(label),
        grouped(latencies.count()),
        grouped(per_second.round() as u64),
        latencies.mean_ms()
    );
    for percent in [50.0, 99.0, 99.9, 100.0] {
        let _ = write!(body, "<td>{:.3}</td>", latencies.percentile_ms(percent));
    }
    body.push_str("</tr>\n");
}

/// Returns a number with a narrow blank between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

fn by_percentile(test: &[Entry]) -> Chart {
    let mut lines = Vec::new();
    for entry in test {
        lines.push(percentiles(&entry.server, &entry.found.all, lines.len()));
        if test.len() == 1 && entry.found.kinds.len() > 1 {
            let kinds = entry.found.kinds.iter().zip(1..);
            lines.extend(kinds.map(|((name, of), colour)| percentiles(name, of, colour)));
        }
    }
    Chart {
        title: "Latency by percentile",
        x: ("of the replies", Scale::Nines),
        y: ("milliseconds", Scale::Logarithmic),
        lines,
    }
}

fn percentiles(label: &str, latencies: &Latencies, colour: usize) -> Line {
    // The last reply is at one part in all of them from the end, and not infinitely far out.
    let end = 100.0 * (1.0 - 0.5 / latencies.count().max(1) as f64);
    let rows = latencies.by_percentile();
    let points = rows.iter().map(|row| (row.percent.min(end), row.ms)).collect();
    Line { label: label.to_owned(), points, colour, dashes: 0 }
}

fn over_time(test: &[Entry]) -> Chart {
    let line = |(colour, entry): (usize, &Entry)| Line {
        label: entry.server.clone(),
        colour,
        dashes: 0,
        points: entry
            .found
            .moments
            .iter()
            .map(|moment| (moment.seconds, moment.per_second))
            .collect(),
    };
    Chart {
        title: "Throughput",
        x: ("seconds", Scale::Linear),
        y: ("requests per second", Scale::Linear),
        lines: test.iter().enumerate().map(line).collect(),
    }
}

fn tails_over_time(test: &[Entry]) -> Chart {
    let mut lines = Vec::new();
    for (server, entry) in test.iter().enumerate() {
        let mut add = |name: &str, level: usize, of: fn(&super::run::Moment) -> f64| {
            let points = entry.found.moments.iter().map(|moment| (moment.seconds, of(moment)));
            let points = points.collect();
            let label = format!("{}, {name}", entry.server);
            // Of several servers each has its colour, of one each level has.
            let (colour, dashes) = if test.len() > 1 { (server, level) } else { (level, 0) };
            lines.push(Line { label, points, colour, dashes });
        };
        add("p50", 0, |moment| moment.p50_ms);
        add("p99", 1, |moment| moment.p99_ms);
        add("max", 2, |moment| moment.greatest_ms);
    }
    Chart {
        title: "Latency",
        x: ("seconds", Scale::Linear),
        y: ("milliseconds", Scale::Logarithmic),
        lines,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::json::example;
    use super::*;

    #[test]
    fn the_page_shows_every_test_and_every_server() {
        let entries = [example("GET", "a:1"), example("GET", "b:2"), example("<SET>", "a:1")];
        let page = page("sinter-benchmark \"x\"", &entries);
        assert_eq!(page.matches("<h2>").count(), 2);
        assert_eq!(page.matches("<svg").count(), 6);
        assert!(page.contains("&lt;SET&gt;") && page.contains("&quot;x&quot;"));
        assert!(!page.contains("NaN") && !page.contains("inf\""), "{page}");
        for (open, close) in [("<svg", "</svg>"), ("<g", "</g>"), ("<table", "</table>")] {
            assert_eq!(page.matches(open).count(), page.matches(close).count(), "{open}");
        }
    }
}
