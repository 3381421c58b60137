//! CLIENT KILL: ends connections.

use commands::{Args, CmdResult, CommandError};
use keyspace::ClientId;

use super::ClientType;
use crate::admin::Admin;
use crate::admin::connection::DEFAULT_USER;
use crate::client::{Client, Flags, Token};

/// What a client has to be to be closed; what is not asked for does not matter.
#[derive(Default)]
struct Filter<'a> {
    id: Option<ClientId>,
    addr: Option<&'a [u8]>,
    laddr: Option<&'a [u8]>,
    user: Option<&'a [u8]>,
    kind: Option<ClientType>,
    age_s: Option<u64>,
    /// Whether the client that asks is closed, too.
    own: bool,
}

impl<'a> Filter<'a> {
    fn parse(args: &Args<'a>) -> Result<Self, CommandError> {
        if args.len() == 3 {
            return Ok(Self { addr: Some(args[2]), own: true, ..Self::default() });
        }
        let mut filter = Self::default();
        for index in (2..args.len()).step_by(2) {
            let value = args.get(index + 1).ok_or(CommandError::Syntax)?;
            filter.read_option(args, index, value)?;
        }
        Ok(filter)
    }

    fn read_option(&mut self, args: &Args<'a>, index: usize, value: &'a [u8]) -> CmdResult {
        if args.is(index, "ID") {
            let text = "ERR client-id should be greater than 0";
            self.id = Some(ClientId(positive(value).ok_or_else(|| CommandError::other(text))?));
        } else if args.is(index, "TYPE") {
            self.kind = Some(ClientType::parse(value)?);
        } else if args.is(index, "ADDR") {
            self.addr = Some(value);
        } else if args.is(index, "LADDR") {
            self.laddr = Some(value);
        } else if args.is(index, "USER") {
            if value != DEFAULT_USER {
                let name = String::from_utf8_lossy(value);
                return Err(CommandError::other(format!("ERR No such user '{name}'")));
            }
            self.user = Some(value);
        } else if args.is(index, "MAXAGE") {
            self.age_s = Some(age(value)?);
        } else if args.is(index, "SKIPME") {
            self.own = match value {
                _ if args.is(index + 1, "yes") => false,
                _ if args.is(index + 1, "no") => true,
                _ => return Err(CommandError::Syntax),
            };
        } else {
            return Err(CommandError::Syntax);
        }
        Ok(())
    }

    fn matches(&self, client: &Client, asking: Token, now_ms: u64) -> bool {
        let age_s = now_ms.saturating_sub(client.created_ms) / 1000;
        !client.flags.has(Flags::CLOSE_NOW)
            && (self.own || client.token != asking)
            && self.id.is_none_or(|id| id == client.id)
            && self.addr.is_none_or(|addr| addr == client.peer.addr.as_bytes())
            && self.laddr.is_none_or(|laddr| laddr == client.peer.laddr.as_bytes())
            && self.user.is_none_or(|user| *user == *client.user)
            && self.kind.is_none_or(|kind| kind == ClientType::of(client))
            && self.age_s.is_none_or(|least| age_s >= least)
    }
}

fn positive(word: &[u8]) -> Option<u64> {
    stdx::number::parse_i64(word).and_then(|id| u64::try_from(id).ok()).filter(|&id| id > 0)
}

fn age(word: &[u8]) -> Result<u64, CommandError> {
    if stdx::number::parse_i64(word).is_none() {
        return Err(CommandError::other("ERR maxage is not an integer or out of range"));
    }
    positive(word).ok_or_else(|| CommandError::other("ERR maxage should be greater than 0"))
}

pub(super) fn kill(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let filter = Filter::parse(args)?;
    let now_ms = cx.node.shard.now_ms();
    let asking = cx.token;
    let found: Vec<Token> = cx
        .node
        .clients
        .iter()
        .filter(|client| filter.matches(client, asking, now_ms))
        .map(|client| client.token)
        .collect();
    let by_address_only = args.len() == 3;
    if by_address_only && found.is_empty() {
        return Err(CommandError::other("ERR No such client"));
    }
    for &token in found.iter().filter(|token| **token != asking) {
        cx.node.close(token);
    }
    if by_address_only {
        cx.reply().ok();
    } else {
        cx.reply().size(found.len());
    }
    // Who asks still gets the answer.
    if found.contains(&asking) {
        cx.client().flags.set(Flags::CLOSE_AFTER_REPLY, true);
    }
    Ok(())
}
