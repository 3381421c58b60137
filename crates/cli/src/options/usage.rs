//! What is said of this program, beside its options.

use manual::Program;

use super::table::{Apply, SECTIONS};

/// Returns what there is to say, of the program under the name it was called by.
pub(crate) fn program(name: &str) -> Program<'_, Apply> {
    Program {
        name,
        version: env!("CARGO_PKG_VERSION"),
        purpose: "client for servers that speak the Redis protocol",
        synopsis: "[OPTIONS] [command [argument ...]]",
        description: "Runs one command and shows the reply. Without a command an interactive \
                      session begins; \"help\" there tells more.",
        sections: SECTIONS,
        environment: ENVIRONMENT,
        examples: EXAMPLES,
    }
}

const EXAMPLES: &[(&str, &str)] = &[
    ("Store a file under a key", "% -x set motd < /etc/motd"),
    ("Copy a value between servers", "% -D '' dump a | % -h other -X VALUE restore a 0 VALUE"),
    ("Push a hundred elements", "% -r 100 lpush list x"),
    ("Watch the memory", "% -r -1 -i 1 info memory | grep used_memory_human"),
    ("A key with unprintable bytes", "% --quoted-input get '\"a\\x00b\"'"),
    ("Run a script", "% --eval script.lua key1 key2 , arg1 arg2"),
    ("Find keys", "% --scan --pattern 'user:*'"),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    ("REDISCLI_AUTH", "The password."),
    (
        "REDISCLI_HISTFILE",
        "Where the history of sessions is kept; ~/.rediscli_history by default, /dev/null for none.",
    ),
    ("REDISCLI_RCFILE", "Where preferences are read from; ~/.redisclirc by default."),
    ("REDISCLI_CLUSTER_YES", "1 answers the questions of the cluster manager with yes."),
];
