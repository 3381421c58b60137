//! Settings that are one word out of a few.
//!
//! The order of the words is protocol: error messages list them in it.

/// Defines an enum together with the word of each variant.
macro_rules! choices {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            $first:ident = $first_word:literal,
            $($variant:ident = $word:literal,)+
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            #[doc = concat!("`", $first_word, "`")]
            #[default]
            $first,
            $(#[doc = concat!("`", $word, "`")] $variant,)+
        }

        impl $name {
            /// The words, in the order of the variants.
            pub const NAMES: &'static [&'static str] = &[$first_word, $($word),+];
            const ALL: &'static [Self] = &[Self::$first, $(Self::$variant),+];

            /// Returns the word.
            pub fn name(self) -> &'static str {
                match self {
                    Self::$first => $first_word,
                    $(Self::$variant => $word,)+
                }
            }

            /// Returns the variant whose word stands at `index` of the names.
            pub(crate) fn at(index: usize) -> Self {
                Self::ALL.get(index).copied().unwrap_or_default()
            }
        }
    )+};
}

choices! {
    /// Who may use something dangerous.
    Permission {
        No = "no",
        Yes = "yes",
        Local = "local",
    }

    /// Which service manager started the server, and wants to hear of its progress.
    Supervised {
        Upstart = "upstart",
        Systemd = "systemd",
        Auto = "auto",
        No = "no",
    }

    /// How much is logged.
    LogLevel {
        Debug = "debug",
        Verbose = "verbose",
        Notice = "notice",
        Warning = "warning",
        Nothing = "nothing",
    }

    /// The facility that lines of the system log carry.
    SyslogFacility {
        User = "user",
        Local0 = "local0",
        Local1 = "local1",
        Local2 = "local2",
        Local3 = "local3",
        Local4 = "local4",
        Local5 = "local5",
        Local6 = "local6",
        Local7 = "local7",
    }

    /// What happens when a command from the primary or the append log fails.
    PropagationErrorBehavior {
        Ignore = "ignore",
        Panic = "panic",
        PanicOnReplicas = "panic-on-replicas",
    }

    /// How the kernel's out-of-memory killer is told whom to spare.
    OomScoreAdj {
        No = "no",
        Yes = "yes",
        Relative = "relative",
        Absolute = "absolute",
    }

    /// Whose serialized values are checked deeply before they are used.
    SanitizeDumpPayload {
        No = "no",
        Yes = "yes",
        Clients = "clients",
    }

    /// Which key goes when memory runs out.
    MaxmemoryPolicy {
        VolatileLru = "volatile-lru",
        VolatileLfu = "volatile-lfu",
        VolatileRandom = "volatile-random",
        VolatileTtl = "volatile-ttl",
        AllkeysLru = "allkeys-lru",
        AllkeysLfu = "allkeys-lfu",
        AllkeysRandom = "allkeys-random",
        NoEviction = "noeviction",
    }

    /// When the append log is forced to disk.
    AppendFsync {
        Everysec = "everysec",
        Always = "always",
        No = "no",
    }

    /// How a replica takes in a data set that arrives over the network.
    ReplDisklessLoad {
        Disabled = "disabled",
        OnEmptyDb = "on-empty-db",
        SwapDb = "swapdb",
    }

    /// What a new user may subscribe to.
    AclPubsubDefault {
        AllChannels = "allchannels",
        ResetChannels = "resetchannels",
    }

    /// What clients of the cluster are told to connect to.
    ClusterEndpointType {
        Ip = "ip",
        Hostname = "hostname",
        UnknownEndpoint = "unknown-endpoint",
    }

    /// Whether TLS clients must show a certificate.
    TlsAuthClients {
        No = "no",
        Yes = "yes",
        Optional = "optional",
    }
}
