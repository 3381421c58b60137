//! What the tool prints: the forms of `redis-benchmark`, to the byte, so that whoever reads its
//! output can read ours; and what that tool does not have after them.

use std::io::{self, Write};

use super::options::{Form, Options};
use super::run::{Found, Progress};
use super::server::Settings;
use crate::measure::latency::Latencies;

/// Prints to standard output, or in tests elsewhere.
#[derive(Debug)]
pub(super) struct Printer<W> {
    pub(super) out: W,
    form: Form,
    /// Characters on the line that shows progress.
    progress: usize,
}

/// What the output says about the circumstances.
#[derive(Debug)]
pub(super) struct Circumstances<'a> {
    pub(super) options: &'a Options,
    /// Of each server, if it shows them.
    pub(super) settings: &'a [Option<Settings>],
    /// If any were asked for.
    pub(super) threads: Option<usize>,
}

impl<W: Write> Printer<W> {
    pub(super) fn new(out: W, form: Form) -> Self {
        Self { out, form, progress: 0 }
    }

    /// Begins the output.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        if self.form == Form::Csv {
            writeln!(
                self.out,
                "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\",\
                 \"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\""
            )?;
        }
        Ok(())
    }

    /// Ends the output.
    pub(super) fn end(&mut self, has_suite: bool) -> io::Result<()> {
        if self.form != Form::Csv && has_suite {
            writeln!(self.out)?;
        }
        self.out.flush()
    }

    /// Shows how a test is going.
    pub(super) fn progress(&mut self, title: &str, progress: &Progress<'_>) -> io::Result<()> {
        if self.form == Form::Csv {
            return Ok(());
        }
        let per_second = |count: u64, ns: u64| count as f64 / (ns.max(1) as f64 / 1e9);
        let text = format!(
            "{title}: rps={:.1} (overall: {:.1}) avg_msec={:.3} (overall: {:.3})",
            per_second(progress.recent.count(), progress.since_ns),
            per_second(progress.all.count(), progress.elapsed_ns),
            progress.recent.mean_ms(),
            progress.all.mean_ms(),
        );
        self.wipe()?;
        write!(self.out, "{text}\r")?;
        self.progress = text.chars().count();
        self.out.flush()
    }

    /// Overwrites what shows progress.
    fn wipe(&mut self) -> io::Result<()> {
        write!(self.out, "{:>1$}\r", " ", std::mem::take(&mut self.progress).max(1))
    }

    /// Shows what a test found.
    pub(super) fn result(
        &mut self,
        title: &str,
        found: &Found,
        circumstances: &Circumstances<'_>,
    ) -> io::Result<()> {
        match self.form {
            Form::Csv => self.csv(title, found)?,
            Form::Quiet => {
                self.wipe()?;
                let p50 = found.all.percentile_ms(50.0);
                let per_second = found.per_second();
                writeln!(
                    self.out,
                    "{title}: {per_second:.2} requests per second, p50={p50:.3} msec"
                )?;
            }
            Form::Full => {
                self.wipe()?;
                self.head(title, found, circumstances)?;
                self.latencies(found)?;
            }
        }
        self.out.flush()
    }

    fn csv(&mut self, title: &str, found: &Found) -> io::Result<()> {
        self.csv_row(title, found.per_second(), &found.all)?;
        if found.kinds.len() > 1 {
            let seconds = found.elapsed_ns.max(1) as f64 / 1e9;
            for (name, latencies) in &found.kinds {
                let per_second = latencies.count() as f64 / seconds;
                self.csv_row(&format!("{title}: {name}"), per_second, latencies)?;
            }
        }
        Ok(())
    }

    fn csv_row(&mut self, title: &str, per_second: f64, latencies: &Latencies) -> io::Result<()> {
        write!(self.out, "\"{title}\",\"{per_second:.2}\"")?;
        for ms in summary(latencies) {
            write!(self.out, ",\"{ms:.3}\"")?;
        }
        writeln!(self.out)
    }

    fn head(
        &mut self,
        title: &str,
        found: &Found,
        circumstances: &Circumstances<'_>,
    ) -> io::Result<()> {
        let Circumstances { options, settings, threads } = circumstances;
        let out = &mut self.out;
        let seconds = found.elapsed_ns as f64 / 1e9;
        writeln!(out, "====== {title} ======")?;
        writeln!(out, "  {} requests completed in {seconds:.2} seconds", found.requests())?;
        writeln!(out, "  {} parallel clients", options.clients)?;
        match (options.sizes.is_fixed(), options.sizes.greatest()) {
            (true, size) => writeln!(out, "  {size} bytes payload")?,
            (false, size) => writeln!(out, "  up to {size} bytes payload")?,
        }
        writeln!(out, "  keep alive: {}", u8::from(options.keeps_alive))?;
        if options.is_cluster {
            writeln!(out, "  cluster mode: yes ({} masters)", settings.len())?;
            for (index, settings) in settings.iter().enumerate() {
                let (save, appendonly) = match settings {
                    Some(settings) => (settings.save.as_str(), settings.appendonly.as_str()),
                    None => ("", ""),
                };
                let save = if save.is_empty() { "NONE" } else { save };
                writeln!(out, "  node [{index}] configuration:")?;
                writeln!(out, "    save: {save}")?;
                writeln!(out, "    appendonly: {appendonly}")?;
            }
        } else if let Some(Some(settings)) = settings.first() {
            writeln!(out, "  host configuration \"save\": {}", settings.save)?;
            writeln!(out, "  host configuration \"appendonly\": {}", settings.appendonly)?;
        }
        writeln!(out, "  multi-thread: {}", if threads.is_some() { "yes" } else { "no" })?;
        if let Some(threads) = threads {
            writeln!(out, "  threads: {threads}")?;
        }
        if let Some(rate) = options.rate {
            writeln!(
                out,
                "  on schedule: {rate} requests per second, latency from the planned time"
            )?;
        }
        if found.missed > 0 {
            writeln!(
                out,
                "  never sent: {} planned requests, the server being too slow",
                found.missed
            )?;
        }
        if let Some(error) = &found.error {
            writeln!(out, "  errors: {}, the first one being {error}", found.errors)?;
        }
        writeln!(out)
    }

    fn latencies(&mut self, found: &Found) -> io::Result<()> {
        let out = &mut self.out;
        writeln!(out, "Latency by percentile distribution:")?;
        for row in found.all.by_percentile() {
            row_line(out, row.percent, row.ms, row.count)?;
        }
        writeln!(out, "\nCumulative distribution of latencies:")?;
        for row in found.all.by_time() {
            row_line(out, row.percent, row.ms, row.count)?;
        }
        writeln!(out, "\nSummary:")?;
        writeln!(out, "  throughput summary: {:.2} requests per second", found.per_second())?;
        writeln!(out, "  latency summary (msec):")?;
        writeln!(out, "   {}", columns(NAMES))?;
        writeln!(out, "   {}", columns(summary(&found.all).map(|ms| format!("{ms:.3}"))))?;
        if found.kinds.len() > 1 {
            self.kinds(found)?;
        }
        Ok(())
    }

    fn kinds(&mut self, found: &Found) -> io::Result<()> {
        writeln!(self.out, "\nBy command (msec):")?;
        writeln!(self.out, "    {:<16}{:>10}{}", "", "requests", columns(NAMES))?;
        for (name, latencies) in &found.kinds {
            let latencies_ms = columns(summary(latencies).map(|ms| format!("{ms:.3}")));
            writeln!(self.out, "    {name:<16}{:>10}{latencies_ms}", latencies.count())?;
        }
        Ok(())
    }
}

/// The columns of a summary.
const NAMES: [&str; 6] = ["avg", "min", "p50", "p95", "p99", "max"];

fn columns(cells: [impl std::fmt::Display; 6]) -> String {
    cells.map(|cell| format!(" {:>9}", cell.to_string())).concat()
}

fn row_line(out: &mut impl Write, percent: f64, ms: f64, count: u64) -> io::Result<()> {
    writeln!(out, "{percent:.3}% <= {ms:.3} milliseconds (cumulative count {count})")
}

/// The latencies of a summary: mean, least, median, 95 and 99 percent, greatest.
fn summary(latencies: &Latencies) -> [f64; 6] {
    [
        latencies.mean_ms(),
        latencies.least_ms(),
        latencies.percentile_ms(50.0),
        latencies.percentile_ms(95.0),
        latencies.percentile_ms(99.0),
        latencies.greatest_ms(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Found {
        let mut all = Latencies::new(3);
        for _ in 0..10 {
            all.record(1_664_000, 1);
        }
        Found {
            elapsed_ns: 2_000_000_000,
            all,
            kinds: Vec::new(),
            moments: Vec::new(),
            errors: 0,
            error: None,
            missed: 0,
        }
    }

    fn print(
        form: Form,
        found: &Found,
        options: &Options,
        settings: &[Option<Settings>],
    ) -> String {
        let mut printer = Printer::new(Vec::new(), form);
        let circumstances = Circumstances { options, settings, threads: options.threads };
        printer.begin().expect("in memory");
        printer.result("GET", found, &circumstances).expect("in memory");
        printer.end(true).expect("in memory");
        String::from_utf8(printer.out).expect("text")
    }

    #[test]
    fn the_full_form_is_that_of_redis_benchmark() {
        let settings = Settings { save: String::new(), appendonly: "no".to_owned() };
        let printed = print(Form::Full, &found(), &Options::default(), &[Some(settings)]);
        let expected = " \r====== GET ======\n  10 requests completed in 2.00 seconds\n  \
            50 parallel clients\n  3 bytes payload\n  keep alive: 1\n  \
            host configuration \"save\": \n  host configuration \"appendonly\": no\n  \
            multi-thread: no\n\nLatency by percentile distribution:\n\
            0.000% <= 1.671 milliseconds (cumulative count 10)\n\
            100.000% <= 1.671 milliseconds (cumulative count 10)\n\n\
            Cumulative distribution of latencies:\n\
            0.000% <= 0.103 milliseconds (cumulative count 0)\n\
            100.000% <= 1.703 milliseconds (cumulative count 10)\n\n\
            Summary:\n  throughput summary: 5.00 requests per second\n  \
            latency summary (msec):\n          \
            avg       min       p50       p95       p99       max\n        \
            1.668     1.664     1.671     1.671     1.671     1.671\n\n";
        assert_eq!(printed, expected);
    }

    #[test]
    fn clusters_and_threads_are_mentioned() {
        let options = Options { is_cluster: true, threads: Some(2), ..Options::default() };
        let settings = Settings { save: String::new(), appendonly: "no".to_owned() };
        let printed =
            print(Form::Full, &found(), &options, &[Some(settings.clone()), Some(settings)]);
        let expected = "  cluster mode: yes (2 masters)\n  node [0] configuration:\n    save: NONE\n    \
            appendonly: no\n  node [1] configuration:\n    save: NONE\n    appendonly: no\n  \
            multi-thread: yes\n  threads: 2\n\n";
        assert!(printed.contains(expected), "{printed}");
    }

    #[test]
    fn quiet_and_csv_are_a_line_each() {
        let options = Options::default();
        assert_eq!(
            print(Form::Quiet, &found(), &options, &[]),
            " \rGET: 5.00 requests per second, p50=1.671 msec\n\n"
        );
        assert_eq!(
            print(Form::Csv, &found(), &options, &[]).lines().last(),
            Some("\"GET\",\"5.00\",\"1.668\",\"1.664\",\"1.671\",\"1.671\",\"1.671\",\"1.671\"")
        );
    }

    #[test]
    fn progress_is_wiped_by_what_follows() {
        let mut printer = Printer::new(Vec::new(), Form::Quiet);
        let (recent, all) = (Latencies::new(3), Latencies::new(3));
        let progress = Progress { elapsed_ns: 1, since_ns: 1, recent: &recent, all: &all };
        printer.progress("GET", &progress).expect("in memory");
        printer.wipe().expect("in memory");
        let line = "GET: rps=0.0 (overall: 0.0) avg_msec=0.000 (overall: 0.000)";
        let expected = format!(" \r{line}\r{:>1$}\r", " ", line.len());
        assert_eq!(String::from_utf8(printer.out).expect("text"), expected);
    }
}
