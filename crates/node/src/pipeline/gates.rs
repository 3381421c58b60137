//! What a request must pass before its command runs.
//!
//! Clients see the order: a request that fails two gates gets the error of the first. The order is therefore protocol, and this list is the only place that states it.
//!
//! A plain client's request passes all gates for certain when nothing special is going on; then the list is not walked at all (`Attention` and `Flags::is_special` say so), unless the command is a protected one.

use commands::{Args, CommandError};
use config::Permission;
use resp::reply::Protocol;
use spec::Flag;

use crate::Node;
use crate::client::{Flags, Token};
use crate::table::Row;

/// Why a request does not run now.
pub(super) enum Refusal {
    /// It is refused.
    Error(CommandError),
    /// It runs later.
    Wait,
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        Self::Error(error)
    }
}

/// Lets a request through, or says what happens to it instead.
type Gate = fn(&mut Node, Token, &Row, &Args<'_>) -> Result<(), Refusal>;

/// The gates behind "the command exists and has the right number of arguments", which every request passes first.
const GATES: &[(&str, Gate)] = &[
    ("permitted at all", permitted),
    ("authenticated", authenticated),
    ("allowed in a transaction", allowed_in_transaction),
    ("within memory", within_memory),
    ("allowed while subscribed", allowed_while_subscribed),
    ("no monitor at the keys", no_monitor_at_the_keys),
    ("not paused", not_paused),
];

impl Node {
    pub(super) fn admit(
        &mut self,
        token: Token,
        row: &Row,
        args: &Args<'_>,
    ) -> Result<(), Refusal> {
        GATES.iter().try_for_each(|(_, gate)| gate(self, token, row, args))
    }
}

/// Refuses a command that the settings keep locked.
fn permitted(node: &mut Node, token: Token, row: &Row, _: &Args<'_>) -> Result<(), Refusal> {
    if !row.has(Flag::Protected) {
        return Ok(());
    }
    let is_permitted = match node.config.enable_debug_command {
        Permission::Yes => true,
        Permission::Local => node.clients[token].peer.local,
        Permission::No => false,
    };
    if is_permitted {
        return Ok(());
    }
    Err(CommandError::other(
        "ERR DEBUG command not allowed. If the enable-debug-command option is set to \
         \"local\", you can run it from a local connection, otherwise you need to set this \
         option in the configuration file, and then restart the server.",
    )
    .into())
}

fn authenticated(node: &mut Node, token: Token, row: &Row, _: &Args<'_>) -> Result<(), Refusal> {
    if node.must_log_in(token) && !row.has(Flag::NoAuth) {
        return Err(CommandError::other("NOAUTH Authentication required.").into());
    }
    Ok(())
}

fn allowed_in_transaction(
    node: &mut Node,
    token: Token,
    row: &Row,
    _: &Args<'_>,
) -> Result<(), Refusal> {
    if node.clients[token].flags.has(Flags::MULTI) && row.has(Flag::NoMulti) {
        return Err(CommandError::other("ERR Command not allowed inside a transaction").into());
    }
    Ok(())
}

/// Frees memory first; refuses only if that was not enough, and only what could make things worse.
fn within_memory(node: &mut Node, token: Token, row: &Row, _: &Args<'_>) -> Result<(), Refusal> {
    if !node.is_over_memory() {
        return Ok(());
    }
    let exec_would_grow = &*row.full_name == "exec" && node.transaction_grows(token);
    if row.has(Flag::DenyOom) || exec_would_grow {
        let text = "OOM command not allowed when used memory > 'maxmemory'.";
        return Err(CommandError::other(text).into());
    }
    Ok(())
}

fn allowed_while_subscribed(
    node: &mut Node,
    token: Token,
    row: &Row,
    _: &Args<'_>,
) -> Result<(), Refusal> {
    let client = &node.clients[token];
    let confined = client.flags.has(Flags::SUBSCRIBED) && client.protocol == Protocol::Resp2;
    let allowed = [
        "ping",
        "subscribe",
        "ssubscribe",
        "psubscribe",
        "unsubscribe",
        "sunsubscribe",
        "punsubscribe",
        "quit",
        "reset",
    ];
    if !confined || allowed.contains(&&*row.full_name) {
        return Ok(());
    }
    let name = &row.full_name;
    Err(CommandError::other(format!(
        "ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
    ))
    .into())
}

/// Compat: who sees all commands counts as a replica, and these do not touch the keys themselves.
fn no_monitor_at_the_keys(
    node: &mut Node,
    token: Token,
    row: &Row,
    _: &Args<'_>,
) -> Result<(), Refusal> {
    let touches = [Flag::ReadOnly, Flag::Write, Flag::MayReplicate];
    if node.clients[token].flags.has(Flags::MONITOR)
        && touches.into_iter().any(|flag| row.has(flag))
    {
        return Err(CommandError::other("ERR Replica can't interact with the keyspace").into());
    }
    Ok(())
}

/// Makes a request wait that CLIENT PAUSE holds back. Keys past their time are not removed while others are read.
fn not_paused(node: &mut Node, token: Token, row: &Row, _: &Args<'_>) -> Result<(), Refusal> {
    let writes = row.has(Flag::Write)
        || row.has(Flag::MayReplicate)
        || (&*row.full_name == "exec" && node.transaction_writes(token));
    if node.pause.holds(writes) && !node.clients[token].peer.internal {
        return Err(Refusal::Wait);
    }
    node.shard.set_may_expire(writes || !node.pause.is_on());
    Ok(())
}
