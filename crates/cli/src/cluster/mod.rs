//! The cluster manager.
//!
//! [`topology`] learns who is in the cluster and what each node believes; [`check`] judges that;
//! the other modules change it. Every change goes through [`topology::Node::change`], which is also
//! where a dry run stops.

mod backup;
mod check;
mod create;
mod fix;
mod import;
mod members;
mod migrate;
mod notes;
mod rebalance;
mod reshard;
mod slots;
mod topology;

use connector::Address;

use crate::out::{complain, say};
use crate::session::Session;

pub(crate) use slots::{SLOTS, slot_of};
pub(crate) use topology::{own_slots, primaries};

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) String);

impl<T: Into<String>> From<T> for Failed {
    fn from(message: T) -> Self {
        Self(message.into())
    }
}

/// What a command of the manager is called with.
struct Call<'a> {
    session: &'a Session,
    args: &'a [Vec<u8>],
}

impl Call<'_> {
    fn arg(&self, at: usize) -> String {
        self.args.get(at).map(|arg| String::from_utf8_lossy(arg).into_owned()).unwrap_or_default()
    }

    /// Reads the node to begin with: `host:port`, or host and port.
    fn entry(&self) -> Result<Address, Failed> {
        let joined = match self.args {
            [only] => Address::parse(&String::from_utf8_lossy(only)),
            [host, port] => Address::parse(&format!(
                "{}:{}",
                String::from_utf8_lossy(host),
                String::from_utf8_lossy(port)
            )),
            _ => None,
        };
        joined.ok_or_else(|| BAD_ADDRESS.into())
    }

    /// Reads an address that must be `host:port`.
    fn address(&self, at: usize) -> Result<Address, Failed> {
        Address::parse(&self.arg(at)).ok_or_else(|| BAD_ADDRESS.into())
    }
}

const BAD_ADDRESS: &str = "[ERR] Invalid arguments: you need to pass either a valid address \
    (ie. 120.0.0.1:7000) or space separated IP and port (ie. 120.0.0.1 7000)";

/// One command of the manager.
struct Row {
    name: &'static str,
    /// Fewest and most arguments.
    arity: (usize, usize),
    args: &'static str,
    options: &'static str,
    run: fn(&Call<'_>) -> Result<(), Failed>,
}

const ENTRY: &str = "<host:port> or <host> <port>";

const COMMANDS: &[Row] = &[
    Row {
        name: "create",
        arity: (2, usize::MAX),
        args: "host1:port1 ... hostN:portN",
        options: "replicas",
        run: create::run,
    },
    Row {
        name: "check",
        arity: (1, usize::MAX),
        args: ENTRY,
        options: "search-multiple-owners",
        run: check::run,
    },
    Row { name: "info", arity: (1, usize::MAX), args: ENTRY, options: "", run: check::info },
    Row {
        name: "fix",
        arity: (1, usize::MAX),
        args: ENTRY,
        options: "search-multiple-owners fix-with-unreachable-masters",
        run: fix::run,
    },
    Row {
        name: "reshard",
        arity: (1, usize::MAX),
        args: ENTRY,
        options: "from to slots yes timeout pipeline replace",
        run: reshard::run,
    },
    Row {
        name: "rebalance",
        arity: (1, usize::MAX),
        args: ENTRY,
        options: "weight use-empty-masters timeout simulate pipeline threshold replace",
        run: rebalance::run,
    },
    Row {
        name: "add-node",
        arity: (2, 2),
        args: "new_host:new_port existing_host:existing_port",
        options: "slave master-id",
        run: members::add,
    },
    Row {
        name: "del-node",
        arity: (2, 2),
        args: "host:port node_id",
        options: "",
        run: members::remove,
    },
    Row {
        name: "call",
        arity: (2, usize::MAX),
        args: "host:port command arg arg .. arg",
        options: "only-masters only-replicas",
        run: members::call,
    },
    Row {
        name: "set-timeout",
        arity: (2, 2),
        args: "host:port milliseconds",
        options: "",
        run: members::set_timeout,
    },
    Row {
        name: "import",
        arity: (1, 1),
        args: "host:port",
        options: "from from-user from-pass from-askpass copy replace",
        run: import::run,
    },
    Row {
        name: "backup",
        arity: (2, 2),
        args: "host:port backup_directory",
        options: "",
        run: backup::run,
    },
    Row { name: "help", arity: (0, usize::MAX), args: "", options: "", run: help },
];

/// Runs a command and returns whether it succeeded.
pub(crate) fn run(session: &Session, command: &[Vec<u8>]) -> bool {
    let Some((name, args)) = command.split_first() else {
        complain!("--cluster needs a command; --cluster help lists them");
        return false;
    };
    let Some(row) = COMMANDS.iter().find(|row| row.name.as_bytes() == name.as_slice()) else {
        complain!("Unknown --cluster subcommand");
        return false;
    };
    if args.len() < row.arity.0 || args.len() > row.arity.1 {
        complain!("[ERR] Wrong number of arguments for specified --cluster sub command");
        return false;
    }
    match (row.run)(&Call { session, args }) {
        Ok(()) => true,
        Err(Failed(message)) => {
            if !message.is_empty() {
                complain!("{message}");
            }
            false
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a row of the table like the others")]
fn help(_: &Call<'_>) -> Result<(), Failed> {
    say!("Cluster Manager Commands:\n");
    for row in COMMANDS {
        say!("  {:<15}{}\n", row.name, row.args);
        for option in row.options.split_whitespace() {
            say!("                 --cluster-{option}\n");
        }
    }
    say!(
        "\nAny working node of the cluster will do as <host:port>. With --dry-run nothing is changed;\n\
         what would be is told. --cluster-yes answers all questions with yes.\n"
    );
    Ok(())
}
