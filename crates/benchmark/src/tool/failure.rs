//! What can end the tool.

use std::io;

use crate::engine::LoadError;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// An option that does not exist, or lacks its argument.
    #[error("Invalid option \"{0}\" or option argument missing")]
    BadOption(String),
    /// Options that cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// A load ended early.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The server replied an error to a request of the load.
    #[error("Error from server: {0}")]
    Refused(String),
    /// The server does not say what one must know to begin.
    #[error("Node {0} replied with error:\n{1}")]
    Node(String, String),
    /// No connection could be made.
    #[error("Could not connect to Redis at {0}: {1}")]
    Connect(String, String),
    /// The cluster is not fit for a load.
    #[error("Invalid cluster: {0}")]
    Cluster(String),
    /// The system refused something.
    #[error("{0}: {1}")]
    Io(String, io::Error),
}
