//! Results for other programs.

use serde_json::{Value, json};

use super::run::Found;
use crate::measure::latency::Latencies;

/// What one test found on one server.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) title: String,
    pub(super) server: String,
    pub(super) found: Found,
}

/// Makes the document.
pub(super) fn document(command: &str, entries: &[Entry]) -> String {
    let tests: Vec<Value> = entries.iter().map(test).collect();
    let document = json!({
        "tool": "sinter-benchmark",
        "version": env!("CARGO_PKG_VERSION"),
        "command": command,
        "tests": tests,
    });
    format!("{document:#}\n")
}

fn test(entry: &Entry) -> Value {
    let found = &entry.found;
    let seconds = found.elapsed_ns as f64 / 1e9;
    let kinds: Vec<Value> = found
        .kinds
        .iter()
        .map(|(name, latencies)| {
            json!({
                "command": name,
                "requests": latencies.count(),
                "latency_ms": latency(latencies),
            })
        })
        .collect();
    let moments: Vec<Value> = found
        .moments
        .iter()
        .map(|moment| {
            json!({
                "seconds": moment.seconds,
                "requests_per_second": moment.per_second,
                "p50_ms": moment.p50_ms,
                "p99_ms": moment.p99_ms,
                "max_ms": moment.greatest_ms,
            })
        })
        .collect();
    let percentiles: Vec<Value> = found
        .all
        .by_percentile()
        .iter()
        .map(|row| json!({ "percent": row.percent, "ms": row.ms, "count": row.count }))
        .collect();
    json!({
        "test": entry.title,
        "server": entry.server,
        "requests": found.requests(),
        "seconds": seconds,
        "requests_per_second": found.per_second(),
        "errors": found.errors,
        "never_sent": found.missed,
        "latency_ms": latency(&found.all),
        "percentiles": percentiles,
        "commands": kinds,
        "moments": moments,
    })
}

fn latency(latencies: &Latencies) -> Value {
    json!({
        "mean": latencies.mean_ms(),
        "min": latencies.least_ms(),
        "p50": latencies.percentile_ms(50.0),
        "p90": latencies.percentile_ms(90.0),
        "p95": latencies.percentile_ms(95.0),
        "p99": latencies.percentile_ms(99.0),
        "p99.9": latencies.percentile_ms(99.9),
        "p99.99": latencies.percentile_ms(99.99),
        "max": latencies.greatest_ms(),
    })
}

#[cfg(test)]
pub(super) fn example(title: &str, server: &str) -> Entry {
    use super::run::Moment;

    let mut all = Latencies::new(3);
    for us in 1..=1000 {
        all.record(us * 1000, 1);
    }
    let moment = |tenth: u32| Moment {
        seconds: f64::from(tenth) / 10.0,
        per_second: 1000.0 + f64::from(tenth),
        p50_ms: 0.5,
        p99_ms: 1.0,
        greatest_ms: 2.0,
    };
    let found = Found {
        elapsed_ns: 1_000_000_000,
        kinds: vec![("GET".to_owned(), all.clone())],
        all,
        moments: (1..=10).map(moment).collect(),
        errors: 0,
        error: None,
        missed: 0,
    };
    Entry { title: title.to_owned(), server: server.to_owned(), found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_what_was_found() {
        let text = document("sinter-benchmark -q", &[example("GET", "h:1")]);
        let value: Value = serde_json::from_str(&text).expect("valid");
        let test = &value["tests"][0];
        assert_eq!((&test["test"], &test["requests"]), (&json!("GET"), &json!(1000)));
        assert_eq!(test["requests_per_second"], json!(1000.0));
        assert_eq!(test["moments"].as_array().map(Vec::len), Some(10));
        assert_eq!(test["commands"][0]["command"], json!("GET"));
    }
}
