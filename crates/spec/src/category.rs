//! How commands are sorted: into ACL categories, and into chapters of the manual.

use crate::bits::bits;
use crate::flag::{Flag, Flags};

bits! {
    /// An ACL category: what `+@name` grants and `-@name` takes away.
    enum Category;
    /// A set of ACL categories.
    set Categories;

    /// Keys of any type, and databases.
    Keyspace = "keyspace",
    /// Reads values.
    Read = "read",
    /// Writes values.
    Write = "write",
    /// Sets.
    Set = "set",
    /// Sorted sets.
    SortedSet = "sortedset",
    /// Lists.
    List = "list",
    /// Hashes.
    Hash = "hash",
    /// Strings.
    String = "string",
    /// Bits of strings.
    Bitmap = "bitmap",
    /// HyperLogLogs.
    HyperLogLog = "hyperloglog",
    /// Geospatial indexes.
    Geo = "geo",
    /// Streams.
    Stream = "stream",
    /// Publishing and subscribing.
    PubSub = "pubsub",
    /// Management of the server.
    Admin = "admin",
    /// Constant or logarithmic time.
    Fast = "fast",
    /// Everything that is not fast.
    Slow = "slow",
    /// May suspend the client.
    Blocking = "blocking",
    /// Not to be given to just anyone.
    Dangerous = "dangerous",
    /// The connection itself, and other connections.
    Connection = "connection",
    /// Transactions.
    Transaction = "transaction",
    /// Scripts and functions.
    Scripting = "scripting",
}

impl Category {
    /// Returns the category of this name, which is matched in any case.
    pub fn parse(name: &[u8]) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|category| category.name().as_bytes().eq_ignore_ascii_case(name))
    }
}

impl Categories {
    /// The categories of a command: those that its row states, and those that follow from its
    /// flags.
    ///
    /// Being read-only does not put a script into `read`: what the script reads is decided by the
    /// commands that it calls.
    pub const fn effective(stated: Self, flags: Flags) -> Self {
        let mut all = stated;
        if flags.has(Flag::Write) {
            all = all.with(Category::Write);
        }
        if flags.has(Flag::ReadOnly) && !stated.has(Category::Scripting) {
            all = all.with(Category::Read);
        }
        if flags.has(Flag::Admin) {
            all = all.with(Category::Admin).with(Category::Dangerous);
        }
        if flags.has(Flag::PubSub) {
            all = all.with(Category::PubSub);
        }
        if flags.has(Flag::Blocking) {
            all = all.with(Category::Blocking);
        }
        all.with(if flags.has(Flag::Fast) { Category::Fast } else { Category::Slow })
    }
}

/// The chapter of the manual a command belongs to, as `COMMAND DOCS` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Bits of strings.
    Bitmap,
    /// Cluster mode.
    Cluster,
    /// Connections of clients.
    Connection,
    /// Keys of any type.
    Generic,
    /// Geospatial indexes.
    Geo,
    /// Hashes.
    Hash,
    /// HyperLogLogs.
    HyperLogLog,
    /// Lists.
    List,
    /// Commands of modules.
    Module,
    /// Publishing and subscribing.
    PubSub,
    /// Scripts and functions.
    Scripting,
    /// Sentinel mode.
    Sentinel,
    /// Management of the server.
    Server,
    /// Sets.
    Set,
    /// Sorted sets.
    SortedSet,
    /// Streams.
    Stream,
    /// Strings.
    String,
    /// Transactions.
    Transactions,
}

impl Group {
    /// The name, as it goes over the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bitmap => "bitmap",
            Self::Cluster => "cluster",
            Self::Connection => "connection",
            Self::Generic => "generic",
            Self::Geo => "geo",
            Self::Hash => "hash",
            Self::HyperLogLog => "hyperloglog",
            Self::List => "list",
            Self::Module => "module",
            Self::PubSub => "pubsub",
            Self::Scripting => "scripting",
            Self::Sentinel => "sentinel",
            Self::Server => "server",
            Self::Set => "set",
            Self::SortedSet => "sorted-set",
            Self::Stream => "stream",
            Self::String => "string",
            Self::Transactions => "transactions",
        }
    }
}
