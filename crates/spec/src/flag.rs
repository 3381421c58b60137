//! What a command is, and where it may run.

use crate::bits::bits;

bits! {
    /// A property of a command that gates, scripts, ACLs or propagation ask for.
    enum Flag;
    /// A set of flags.
    set Flags;

    /// Changes the data set, or may.
    Write = "write",
    /// Reads values and changes none.
    ReadOnly = "readonly",
    /// May need more memory: refused when there is none left.
    DenyOom = "denyoom",
    /// Belongs to a module.
    Module = "module",
    /// Manages the server.
    Admin = "admin",
    /// Publishes or subscribes.
    PubSub = "pubsub",
    /// Not to be called by scripts.
    NoScript = "noscript",
    /// May suspend its client until something happens.
    Blocking = "blocking",
    /// Allowed while the data set is being loaded.
    Loading = "loading",
    /// Allowed on a replica that has lost its primary and must not serve stale data.
    Stale = "stale",
    /// Not shown to `MONITOR`.
    SkipMonitor = "skip_monitor",
    /// Not entered into the slow log.
    SkipSlowlog = "skip_slowlog",
    /// Served in a slot that is being imported, without a preceding `ASKING`.
    Asking = "asking",
    /// Takes constant or logarithmic time: a latency spike in it is the system's, not its own.
    Fast = "fast",
    /// Allowed before authentication.
    NoAuth = "no_auth",
    /// Sent to replicas although it writes nothing here.
    MayReplicate = "may_replicate",
    /// Can be called without any key, even though it takes keys.
    NoMandatoryKeys = "no_mandatory_keys",
    /// Off unless the configuration switches it on.
    Protected = "protected",
    /// Exists in Sentinel mode, too.
    Sentinel = "sentinel",
    /// Exists in Sentinel mode only.
    OnlySentinel = "only_sentinel",
    /// Touches keys that it was not given.
    TouchesArbitraryKeys = "touches_arbitrary_keys",
    /// Refused while a replica loads a data set beside the one it serves.
    NoAsyncLoading = "no_async_loading",
    /// Not allowed inside a transaction.
    NoMulti = "no_multi",
    /// Its keys are not at fixed positions. Derived from the key specs, never stated.
    MovableKeys = "movablekeys",
    /// Allowed while a script runs for too long.
    AllowBusy = "allow_busy",
}

impl Flag {
    /// Does `COMMAND INFO` show it? The others are between rows and gates.
    pub const fn is_visible(self) -> bool {
        !matches!(
            self,
            Self::MayReplicate
                | Self::Protected
                | Self::Sentinel
                | Self::OnlySentinel
                | Self::TouchesArbitraryKeys
        )
    }
}
