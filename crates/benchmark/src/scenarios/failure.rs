//! What can end a run of scenarios.

use std::io;

use super::data::BadScenario;
use crate::engine::LoadError;

/// Why there are no results.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A scenario's file is wrong.
    #[error(transparent)]
    Scenario(#[from] BadScenario),
    /// A server did not start.
    #[error("{name} does not answer; its last words: {log}")]
    NoServer {
        /// Its name.
        name: String,
        /// The end of its log.
        log: String,
    },
    /// A server failed under load.
    #[error("load failed: {0}")]
    Load(#[from] LoadError),
    /// The system refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was wanted.
        what: String,
        /// Why it was not had.
        source: io::Error,
    },
}

impl Failure {
    /// Makes a failure of what the system says.
    pub(super) fn io(what: &str) -> impl FnOnce(io::Error) -> Self + use<> {
        let what = what.to_owned();
        |source| Self::Io { what, source }
    }
}
