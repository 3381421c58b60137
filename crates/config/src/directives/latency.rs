//! How long things take.

use super::{I64_MAX, ROW};
use crate::directive::{Concern, Directive, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Latency",
    doc: "",
    directives: &[
        Directive {
            name: "latency-monitor-threshold",
            field: field!(integer latency_monitor_threshold, 0 to I64_MAX, Milliseconds),
            default: "0",
            doc: "Record events of any kind that take at least so long, for LATENCY. 0 records \
                  none.",
            ..ROW
        },
        Directive {
            name: "latency-tracking",
            field: field!(flag latency_tracking),
            default: "yes",
            concerns: Some(Concern::Latency),
            doc: "Keep a histogram for each command, for LATENCY HISTOGRAM and INFO latencystats.",
            ..ROW
        },
        Directive {
            name: "latency-tracking-info-percentiles",
            field: field!(
                words latency_tracking_info_percentiles, "percentiles from 0 to 100, or `\"\"`"
            ),
            default: "50 99 99.9",
            doc: "Which percentiles INFO shows of them.",
            ..ROW
        },
    ],
};
