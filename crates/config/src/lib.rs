//! Directives, configuration files, and typed settings.
mod choice;
mod config;
mod error;
mod split;
mod units;
mod value;
pub use choice::*;
pub use config::{Config, Words};
