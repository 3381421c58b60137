//! What is on the screen.

use std::fmt::{self, Display, Formatter};

use super::sample::{Cost, Sample};
use crate::diagnostics::info::bytes;

/// Heights of the bars of the throughput curve.
const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One picture.
pub(super) struct Frame<'a> {
    pub(super) now: &'a Sample,
    /// The sample before, to which rates refer.
    pub(super) before: Option<&'a Sample>,
    /// Requests per second, oldest first.
    pub(super) curve: &'a [f64],
    /// How many commands and the like are listed.
    pub(super) rows: usize,
}

impl Display for Frame<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        self.load(f)?;
        self.state(f)?;
        self.nodes(f)?;
        let top = self.curve.iter().copied().fold(1.0, f64::max);
        let bars: String = self
            .curve
            .iter()
            .map(|value| BARS[((value / top) * 8.0).round() as usize % 9])
            .collect();
        writeln!(f, "\nrequests/s {bars} max {top:.0}")?;
        self.commands(f)?;
        let slow = self.now.slow.iter();
        let slow = slow.map(|(micros, text)| format!("{:>10.3} ms  {text}", *micros as f64 / 1e3));
        self.list(f, "slow commands", &slow.collect::<Vec<_>>())?;
        self.list(f, "latency events", &self.now.latency)
    }
}

impl Frame<'_> {
    fn per_second(&self, name: &str) -> f64 {
        self.before.map_or(0.0, |before| self.now.rate(before, name))
    }

    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let field = |name: &str| self.now.field(name);
        let address = self.now.nodes.first().map_or("", |node| node.address.as_str());
        let others = match self.now.nodes.len() {
            0 | 1 => format!("  role {}", field("role")),
            count => format!("  {count} primaries"),
        };
        writeln!(
            f,
            "{address}  {} {}{others}  up {} s  (q to quit)\n",
            field("redis_mode"),
            field("redis_version"),
            field("uptime_in_seconds")
        )
    }

    fn load(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (now, number) = (self.now, |name: &str| self.now.number(name));
        let cpu = self
            .before
            .map_or(0.0, |before| 100.0 * (now.cpu() - before.cpu()) / now.seconds_since(before));
        let hits = self.per_second("keyspace_hits");
        let lookups = hits + self.per_second("keyspace_misses");
        let hit_share = if lookups > 0.0 { 100.0 * hits / lookups } else { 0.0 };
        writeln!(
            f,
            "requests   {:>10.0}/s   in {:>9}/s   out {:>9}/s   cpu {cpu:>5.1}%",
            self.per_second("total_commands_processed"),
            bytes(self.per_second("total_net_input_bytes") as i64),
            bytes(self.per_second("total_net_output_bytes") as i64),
        )?;
        writeln!(
            f,
            "clients    {:>10}     blocked {:>4}     rejected {:>4}   connections {:.0}/s",
            number("connected_clients"),
            number("blocked_clients"),
            number("rejected_connections"),
            self.per_second("total_connections_received"),
        )?;
        writeln!(
            f,
            "keys       {:>10}     hits {hit_share:>6.1}%    expired {:.0}/s   evicted {:.0}/s",
            now.keys(),
            self.per_second("expired_keys"),
            self.per_second("evicted_keys"),
        )
    }

    fn state(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (field, number) =
            (|name: &str| self.now.field(name), |name: &str| self.now.number(name));
        writeln!(
            f,
            "memory     {:>10}     rss {:>9}   peak {:>9}   limit {:>9}   fragmentation {}",
            bytes(number("used_memory")),
            bytes(number("used_memory_rss")),
            bytes(number("used_memory_peak")),
            bytes(number("maxmemory")),
            field("mem_fragmentation_ratio"),
        )?;
        writeln!(
            f,
            "replicas   {:>10}     offset {}   unsaved changes {}   saving {}   rewriting {}",
            number("connected_slaves"),
            field("master_repl_offset"),
            number("rdb_changes_since_last_save"),
            number("rdb_bgsave_in_progress"),
            number("aof_rewrite_in_progress"),
        )
    }

    /// Shows each node of a cluster.
    fn nodes(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let nodes = &self.now.nodes;
        if nodes.len() < 2 {
            return Ok(());
        }
        writeln!(f, "\nnode                    slots      keys    memory requests/s replicas")?;
        for (index, node) in nodes.iter().enumerate() {
            let info = &node.info;
            let total = "total_commands_processed";
            let before = self.before.and_then(|before| Some((before, before.nodes.get(index)?)));
            let per_second = before.map_or(0.0, |(sample, earlier)| {
                let grown = (info.number(total) - earlier.info.number(total)).max(0);
                grown as f64 / self.now.seconds_since(sample)
            });
            writeln!(
                f,
                "{:<22}{:>7}{:>10}{:>10}{per_second:>11.0}{:>9}",
                node.address,
                node.slots,
                info.keys(),
                bytes(info.number("used_memory")),
                info.number("connected_slaves"),
            )?;
        }
        Ok(())
    }

    /// Shows the commands that took the most time since the sample before, or at all.
    fn commands(&self, f: &mut Formatter<'_>) -> fmt::Result {
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
        let unit = if seconds.is_some() { "calls/s" } else { "calls" };
        writeln!(f, "\ncommand               {unit:>10}   us/call       p50       p99     share")?;
        for (name, Cost { calls, micros, percentiles }) in grown.iter().take(self.rows) {
            let (p50, p99) = match percentiles {
                Some((p50, p99)) => (format!("{p50:.1}"), format!("{p99:.1}")),
                None => ("-".to_owned(), "-".to_owned()),
            };
            writeln!(
                f,
                "{name:<22}{:>10.0}{:>10.2}{p50:>10}{p99:>10}{:>9.1}%",
                calls / seconds.unwrap_or(1.0),
                micros / calls,
                100.0 * micros / total.max(1.0)
            )?;
        }
        Ok(())
    }

    fn list(&self, f: &mut Formatter<'_>, title: &str, lines: &[String]) -> fmt::Result {
        if !lines.is_empty() {
            writeln!(f, "\n{title}")?;
        }
        lines.iter().take(self.rows).try_for_each(|line| writeln!(f, "{line}"))
    }
}
