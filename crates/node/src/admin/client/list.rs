//! CLIENT LIST and CLIENT INFO: a line about each client.

use commands::{Args, CmdResult, CommandError};
use keyspace::ClientId;
use resp::reply::Protocol;

use super::ClientType;
use crate::Node;
use crate::admin::Admin;
use crate::client::{Client, Flags, Token};
use crate::tracking::Mode;

/// Which clients are listed.
enum Selection {
    All,
    OfType(ClientType),
    Ids(Vec<ClientId>),
}

impl Selection {
    fn parse(args: &Args<'_>) -> Result<Self, CommandError> {
        if args.len() == 2 {
            Ok(Self::All)
        } else if args.len() == 4 && args.is(2, "TYPE") {
            Ok(Self::OfType(ClientType::parse(args[3])?))
        } else if args.len() > 3 && args.is(2, "ID") {
            let ids = args[3..].iter().map(|word| {
                let id = stdx::number::parse_i64(word);
                let id = id.ok_or_else(|| CommandError::other("ERR Invalid client ID"))?;
                // No client has a negative number, which is then one that nobody has.
                Ok(ClientId(u64::try_from(id).unwrap_or_default()))
            });
            ids.collect::<Result<_, _>>().map(Self::Ids)
        } else {
            Err(CommandError::Syntax)
        }
    }
}

pub(super) fn list(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let selection = Selection::parse(args)?;
    let node = &*cx.node;
    let tokens: Vec<Token> = match selection {
        Selection::Ids(ids) => ids.into_iter().filter_map(|id| node.clients.find(id)).collect(),
        Selection::All => in_order(node, |_| true),
        Selection::OfType(wanted) => in_order(node, |client| ClientType::of(client) == wanted),
    };
    let mut text = Vec::new();
    for token in tokens {
        let client = &node.clients[token];
        if !client.flags.has(Flags::CLOSE_NOW) {
            describe(node, client, arguments_of(cx.token, token, args), &mut text);
        }
    }
    cx.reply().verbatim(*b"txt", &text);
    Ok(())
}

pub(super) fn info(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let mut text = Vec::new();
    let running = arguments_of(cx.token, cx.token, args);
    describe(cx.node, &cx.node.clients[cx.token], running, &mut text);
    cx.reply().verbatim(*b"txt", &text);
    Ok(())
}

/// Returns the clients in the order in which they have connected.
fn in_order(node: &Node, wanted: impl Fn(&Client) -> bool) -> Vec<Token> {
    let mut clients: Vec<&Client> = node.clients.iter().filter(|client| wanted(client)).collect();
    clients.sort_unstable_by_key(|client| client.id);
    clients.into_iter().map(|client| client.token).collect()
}

/// Returns the bytes of the arguments of the request that is running, if it is this client's.
fn arguments_of(asking: Token, token: Token, args: &Args<'_>) -> usize {
    if asking == token { args.all().iter().map(|arg| arg.len()).sum() } else { 0 }
}

/// Appends the line about a client.
fn describe(node: &Node, client: &Client, running_args: usize, line: &mut Vec<u8>) {
    let now_ms = node.shard.now_ms();
    let seconds = |since: u64| (now_ms.saturating_sub(since) / 1000).to_string();
    let (channels, patterns, shards) =
        client.subscriptions.as_ref().map_or((0, 0, 0), |own| own.counts());
    let queued = client.transaction.as_ref().map(|transaction| transaction.len());
    let command = client.last_command.map_or("NULL", |id| &*node.table.row(id).full_name);
    let redirect = match &client.tracking {
        None => "-1".to_owned(),
        Some(wish) => wish.redirect.map_or(0, |ClientId(id)| id).to_string(),
    };
    // What a plain send does not get rid of is waited for.
    let waits = !client.output.is_empty() && !client.flags.has(Flags::WRITE_QUEUED);
    let protocol = if client.protocol == Protocol::Resp3 { "3" } else { "2" };

    let mut field = |name: &str, value: &[u8]| {
        if !line.is_empty() && line.last() != Some(&b'\n') {
            line.push(b' ');
        }
        line.extend_from_slice(name.as_bytes());
        line.push(b'=');
        line.extend_from_slice(value);
    };
    let number = |value: usize| value.to_string().into_bytes();
    field("id", client.id.0.to_string().as_bytes());
    field("addr", client.peer.addr.as_bytes());
    field("laddr", client.peer.laddr.as_bytes());
    field("fd", client.peer.fd.to_string().as_bytes());
    field("name", &client.name);
    field("age", seconds(client.created_ms).as_bytes());
    field("idle", seconds(client.active_ms).as_bytes());
    field("flags", letters(client).as_bytes());
    field("db", &number(client.db));
    field("sub", &number(channels));
    field("psub", &number(patterns));
    field("ssub", &number(shards));
    field("multi", queued.map_or_else(|| "-1".to_owned(), |len| len.to_string()).as_bytes());
    // Compat: a long argument that is arriving counts as if it were what is in the buffer.
    let (arrived, room) = client.parser.arriving();
    let waiting = if arrived > 0 { arrived } else { client.query.len() + client.running };
    field("qbuf", &number(waiting));
    field("qbuf-free", &number(client.query.capacity() - client.query.len() + room));
    let args = client.argv_memory().saturating_sub(arrived + room);
    field("argv-mem", &number(args + running_args));
    field("multi-mem", &number(client.multi_memory()));
    field("rbs", &number(client.output.buffer_capacity()));
    field("rbp", &number(client.output.peak()));
    field("obl", &number(client.output.buffered()));
    field("oll", &number(client.output.chunks()));
    field("omem", &number(client.output.queued_memory()));
    field("tot-mem", &number(client.memory()));
    field("events", if waits { b"rw" } else { b"r" });
    field("cmd", command.as_bytes());
    field("user", &client.user);
    field("redir", redirect.as_bytes());
    field("resp", protocol.as_bytes());
    field("lib-name", &client.lib_name);
    field("lib-ver", &client.lib_version);
    line.push(b'\n');
}

/// Returns a letter for each thing that is special about a client, in the order that clients know; `N` if nothing is.
fn letters(client: &Client) -> String {
    let flag = |flag: Flags| client.flags.has(flag);
    let wish = client.tracking.as_deref();
    let facts = [
        ('O', flag(Flags::MONITOR)),
        ('P', flag(Flags::SUBSCRIBED)),
        ('x', flag(Flags::MULTI)),
        ('b', flag(Flags::WAITING.and(Flags::POSTPONED))),
        ('t', flag(Flags::TRACKING)),
        ('R', wish.is_some_and(|wish| wish.redirect_broken)),
        ('B', wish.is_some_and(|wish| wish.mode == Mode::Broadcast)),
        ('d', client.dirty),
        ('c', flag(Flags::CLOSE_AFTER_REPLY)),
        ('A', flag(Flags::CLOSE_NOW)),
        ('U', client.peer.unix),
        ('e', flag(Flags::NO_EVICT)),
        ('T', flag(Flags::NO_TOUCH)),
    ];
    let letters: String = facts.iter().filter(|(_, holds)| *holds).map(|(c, _)| c).collect();
    if letters.is_empty() { "N".to_owned() } else { letters }
}
