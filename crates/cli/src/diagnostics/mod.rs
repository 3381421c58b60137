//! How the server is doing.

mod dashboard;
mod hot_keys;
mod info;
mod intrinsic;
mod key_sizes;
mod key_stats;
mod latency;
mod lru;
mod stat;

pub(crate) use dashboard::run as dashboard;
pub(crate) use hot_keys::run as hot_keys;
pub(crate) use intrinsic::run as intrinsic_latency;
pub(crate) use key_sizes::{Measure, run as key_sizes};
pub(crate) use key_stats::run as key_stats;
pub(crate) use latency::{
    distribution as latency_distribution, history as latency_history, run as latency,
};
pub(crate) use lru::run as lru_test;
pub(crate) use stat::run as stat;
