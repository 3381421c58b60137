//! What is on the screen: a banner, the figures of the moment, the curve of requests, and panels
//! with lists.

use super::hot::HotKeys;
use super::layout::{Panel, Side, arrange};
use super::sample::{Cost, Sample};
use super::text::{Line, Style, short, time, word};
use crate::diagnostics::info::bytes;

/// Heights of the bars of the curve.
const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Columns of a figure with its label.
const CELL: usize = 20;
const LABEL: usize = 11;

/// One picture.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) now: &'a Sample,
    /// The sample before, to which rates refer.
    pub(super) before: Option<&'a Sample>,
    /// Requests per second, oldest first.
    pub(super) curve: &'a [f64],
    pub(super) hot: &'a HotKeys,
    /// Why there has been no new sample, if there has not.
    pub(super) trouble: Option<&'a str>,
    pub(super) width: usize,
    /// Lines of the screen; none if there is no end to them.
    pub(super) height: Option<usize>,
    /// How many lines a list has at most.
    pub(super) rows: usize,
}

impl Frame<'_> {
    /// Draws the picture.
    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines = vec![self.banner()];
        if let Some(trouble) = self.trouble {
            lines.push(Line::new(Style::Bad, format!("no news: {trouble}; trying again")));
        }
        lines.push(Line::default());
        lines.extend(self.figures());
        if self.height.is_some() {
            lines.extend(self.curve());
        }
        let left = self.height.map(|height| height.saturating_sub(lines.len()));
        lines.extend(arrange(self.panels(), self.width, left));
        let height = self.height.unwrap_or(usize::MAX);
        lines.truncate(height);
        lines.into_iter().map(|line| line.fit(self.width)).collect()
    }

    fn per_second(&self, name: &str) -> f64 {
        self.before.map_or(0.0, |before| self.now.rate(before, name))
    }

    fn banner(&self) -> Line {
        let field = |name: &str| self.now.field(name);
        let address = self.now.nodes.first().map_or("", |node| node.address.as_str());
        let others = match self.now.nodes.len() {
            0 | 1 => format!("role {}", field("role")),
            count => format!("{count} primaries"),
        };
        let up = time(self.now.number("uptime_in_seconds") / self.now.nodes.len().max(1) as i64);
        let left = format!(
            " {address}  {} {}  {others}  up {up}",
            field("redis_mode"),
            field("redis_version"),
        );
        let right = match (self.height, self.hot.lacks_source()) {
            (None, _) => "",
            (Some(_), true) => "m watch commands  q quit ",
            (Some(_), false) => "q quit ",
        };
        let gap = self.width.saturating_sub(left.chars().count() + right.len());
        let text = if gap > 0 { format!("{left}{}{right}", " ".repeat(gap)) } else { left };
        Line::new(if self.height.is_some() { Style::Banner } else { Style::Plain }, text)
    }

    /// Shows the figures of the moment, as many beside each other as there is room for.
    fn figures(&self) -> Vec<Line> {
        let (now, number) = (self.now, |name: &str| self.now.number(name));
        let rate = |name: &str| short(self.per_second(name));
        let flow = |name: &str| bytes(self.per_second(name) as i64);
        let cpu = self
            .before
            .map_or(0.0, |before| 100.0 * (now.cpu() - before.cpu()) / now.seconds_since(before));
        let hits = self.per_second("keyspace_hits");
        let lookups = hits + self.per_second("keyspace_misses");
        let hit_share =
            if lookups > 0.0 { format!("{:.1}%", 100.0 * hits / lookups) } else { "-".to_owned() };
        let limit = match number("maxmemory") {
            0 => "none".to_owned(),
            limit => bytes(limit),
        };
        let saving = match (number("rdb_bgsave_in_progress"), number("aof_rewrite_in_progress")) {
            (0, 0) => "no",
            (_, 0) => "rdb",
            (0, _) => "aof",
            _ => "rdb+aof",
        };
        let count = |name: &str| short(number(name) as f64);
        let cells = [
            ("requests/s", rate("total_commands_processed")),
            ("cpu", format!("{cpu:.1}%")),
            ("memory", bytes(number("used_memory"))),
            ("keys", short(now.keys() as f64)),
            ("clients", count("connected_clients")),
            ("hits", hit_share),
            ("in/s", flow("total_net_input_bytes")),
            ("out/s", flow("total_net_output_bytes")),
            ("blocked", count("blocked_clients")),
            ("replicas", count("connected_slaves")),
            ("expired/s", rate("expired_keys")),
            ("evicted/s", rate("evicted_keys")),
            ("rss", bytes(number("used_memory_rss"))),
            ("peak", bytes(number("used_memory_peak"))),
            ("limit", limit),
            ("fragment.", now.field("mem_fragmentation_ratio")),
            ("new/s", rate("total_connections_received")),
            ("rejected", count("rejected_connections")),
            ("unsaved", count("rdb_changes_since_last_save")),
            ("saving", saving.to_owned()),
        ];
        let cell = |(label, value): &(&str, String)| {
            let space = CELL - LABEL - 2;
            Line::new(Style::Dim, format!("{label:<LABEL$}"))
                .and(Style::Strong, format!("{value:>space$}"))
                .and(Style::Plain, "  ")
        };
        // Whole figures only, and the same number in each line; on a low screen, the first ones.
        let beside = (self.width / CELL).clamp(1, 10);
        let beside =
            (1..=beside).rev().find(|count| cells.len().is_multiple_of(*count)).unwrap_or(1);
        let lines = self.height.map_or(usize::MAX, |height| (height / 4).max(1));
        cells
            .chunks(beside)
            .take(lines)
            .map(|row| row.iter().map(cell).fold(Line::default(), Line::join))
            .collect()
    }

    /// Draws the requests per second of the last minutes, the newest on the right.
    fn curve(&self) -> Vec<Line> {
        let height = match self.height.unwrap_or_default() {
            0..30 => 1,
            30..45 => 3,
            _ => 6,
        };
        let shown = &self.curve[self.curve.len().saturating_sub(self.width)..];
        let top = shown.iter().copied().fold(1.0, f64::max);
        let gap = " ".repeat(self.width - shown.len());
        let mut lines = vec![
            Line::default(),
            Line::new(Style::Head, format!("requests/s, at most {}", short(top.round()))),
        ];
        for row in (0..height).rev() {
            let bar = |value: &f64| {
                let eighths = (value / top * 8.0 * height as f64).round() as usize;
                BARS[eighths.saturating_sub(8 * row).min(8)]
            };
            let bars: String = shown.iter().map(bar).collect();
            lines.push(Line::new(Style::Good, format!("{gap}{bars}")));
        }
        lines
    }

    fn panels(&self) -> Vec<Panel> {
        let panel =
            |side, head: &str, lines: Vec<Line>| Panel { side, head: head.to_owned(), lines };
        let plain = |texts: &[String]| -> Vec<Line> {
            texts.iter().map(|text| Line::new(Style::Plain, text.as_str())).collect()
        };
        let slow = self.now.slow.iter();
        let slow = slow.map(|(micros, text)| format!("{:>10.3}  {text}", *micros as f64 / 1e3));
        let mut panels = vec![
            panel(
                Side::Left,
                "node                    slots     keys   memory requests/s  replicas",
                self.nodes(),
            ),
            panel(
                Side::Left,
                &format!(
                    "command             {:>9}  us/call      p50      p99   share",
                    if self.before.is_some() { "calls/s" } else { "calls" }
                ),
                self.commands(),
            ),
            panel(Side::Right, &self.hot.head(), self.hot_keys()),
            panel(Side::Right, "        ms  slow commands", plain(&slow.collect::<Vec<_>>())),
            panel(Side::Right, "  ms last  ms most  latency event", plain(&self.now.latency)),
            panel(Side::Left, "    behind  replica", plain(&self.now.replicas)),
        ];
        for panel in &mut panels {
            panel.lines.truncate(self.rows);
        }
        panels
    }

    fn hot_keys(&self) -> Vec<Line> {
        if self.hot.lacks_source() {
            let policy = self.now.field("maxmemory_policy");
            let why = format!("maxmemory-policy is {policy}, which counts no uses of keys.");
            let mut lines = vec![Line::new(Style::Dim, why)];
            if self.height.is_some() {
                let instead = "m watches commands instead, with MONITOR: that slows the server.";
                lines.push(Line::new(Style::Dim, instead));
            }
            return lines;
        }
        let keys = self.hot.list();
        if keys.is_empty() {
            return vec![Line::new(Style::Dim, "       -  none yet")];
        }
        let line = |(weight, key): (String, Vec<u8>)| {
            Line::new(Style::Plain, format!("{weight:>8}  {}", word(&key)))
        };
        keys.into_iter().map(line).collect()
    }

    /// Shows each node of a cluster.
    fn nodes(&self) -> Vec<Line> {
        let nodes = &self.now.nodes;
        if nodes.len() < 2 {
            return Vec::new();
        }
        let line = |(index, node): (usize, &super::sample::Node)| {
            let info = &node.info;
            let total = "total_commands_processed";
            let before = self.before.and_then(|before| Some((before, before.nodes.get(index)?)));
            let per_second = before.map_or(0.0, |(sample, earlier)| {
                let grown = (info.number(total) - earlier.info.number(total)).max(0);
                grown as f64 / self.now.seconds_since(sample)
            });
            Line::new(
                Style::Plain,
                format!(
                    "{:<22}{:>7}{:>9}{:>9}{:>11}{:>10}",
                    node.address,
                    node.slots,
                    short(info.keys() as f64),
                    bytes(info.number("used_memory")),
                    short(per_second),
                    info.number("connected_slaves"),
                ),
            )
        };
        nodes.iter().enumerate().map(line).collect()
    }

    /// Shows the commands that took the most time since the sample before, or at all.
    fn commands(&self) -> Vec<Line> {
        let seconds = self.before.map(|before| self.now.seconds_since(before));
        let old = self.before.map(Sample::commands).unwrap_or_default();
        let mut grown: Vec<(String, Cost)> = self
            .now
            .commands()
            .into_iter()
            .map(|(name, now)| {
                let before = old.get(&name).copied().unwrap_or_default();
                let (calls, micros) = (now.calls - before.calls, now.micros - before.micros);
                (name, Cost { calls, micros, ..now })
            })
            .filter(|(_, cost)| cost.calls > 0.0)
            .collect();
        grown.sort_by(|(_, left), (_, right)| right.micros.total_cmp(&left.micros));
        let total: f64 = grown.iter().map(|(_, cost)| cost.micros).sum();
        let line = |(name, Cost { calls, micros, percentiles }): &(String, Cost)| {
            let (p50, p99) = match percentiles {
                Some((p50, p99)) => (format!("{p50:.1}"), format!("{p99:.1}")),
                None => ("-".to_owned(), "-".to_owned()),
            };
            let text = format!(
                "{:<20}{:>9}{:>9.2}{p50:>9}{p99:>9}{:>7.1}%",
                name.replace('|', " "),
                short(calls / seconds.unwrap_or(1.0)),
                micros / calls,
                100.0 * micros / total.max(1.0)
            );
            Line::new(Style::Plain, text)
        };
        grown.iter().map(line).collect()
    }
}
