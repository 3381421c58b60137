//! `INFO latencystats`: how long each command took, by percentiles, in microseconds.

use super::Section;

pub(super) const SECTION: Section = Section {
    name: "latencystats",
    by_default: false,
    write: |node, report| {
        let percentiles = &node.config.latency_tracking_info_percentiles.0;
        for row in node.table.rows() {
            let Some(latency) = &node.stats.commands[row.id.index()].latency else { continue };
            let values: Vec<String> = percentiles
                .iter()
                .map(|&percent| {
                    let micros = latency.percentile(percent) as f64 / 1000.0;
                    format!("p{percent}={micros:.3}")
                })
                .collect();
            report
                .line(format_args!("latency_percentiles_usec_{}", row.full_name), values.join(","));
        }
    },
};
