//! What is measured, and how it is shown.

pub(crate) mod cpu;
pub(crate) mod latency;
pub(crate) mod table;
