//! The connection itself: who speaks, in which protocol, to which database.

use commands::{Args, CmdResult, CommandError};
use keyspace::ClientId;
use resp::reply::Protocol;
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{AllowBusy, Fast, Loading, NoAuth, NoScript, Sentinel, Stale};
use spec::{Category, Command, Group};

use super::{Admin, client};
use crate::client::{Flags, Token};
use crate::table::AdminFn;
use crate::{Node, REDIS_VERSION};

type Row = Command<AdminFn>;

/// The rows of this topic.
pub const COMMANDS: &[Row] = &[
    Row::new("AUTH", auth, AtLeast(2))
        .group(Group::Connection)
        .flags(&[NoScript, Loading, Stale, Fast, NoAuth, AllowBusy, Sentinel])
        .categories(&[Category::Connection])
        .usage("[username]@6.0.0 password")
        .summary("Authenticates the connection.")
        .complexity("O(N) for a user with N passwords.")
        .since("1.0.0")
        .history(&[("6.0.0", "Takes a user name.")]),
    Row::new("ECHO", echo, Exactly(2))
        .group(Group::Connection)
        .flags(&[Loading, Stale, Fast])
        .categories(&[Category::Connection])
        .usage("message")
        .summary("Returns its argument.")
        .complexity("O(1).")
        .since("1.0.0"),
    Row::new("HELLO", hello, AtLeast(1))
        .group(Group::Connection)
        .flags(&[NoScript, Loading, Stale, Fast, NoAuth, AllowBusy, Sentinel])
        .categories(&[Category::Connection])
        .usage(
            "[arguments=(protover:integer [AUTH auth=(username password)] [SETNAME clientname])]",
        )
        .summary("Chooses the protocol, and on request authenticates and names the connection.")
        .complexity("O(1).")
        .since("6.0.0")
        .history(&[("6.2.0", "Can be called without a protocol version.")]),
    Row::new("PING", ping, AtLeast(1))
        .group(Group::Connection)
        .flags(&[Fast, Sentinel])
        .categories(&[Category::Connection])
        .usage("[message]")
        .summary("Answers, to show that the server is alive.")
        .complexity("O(1).")
        .since("1.0.0")
        .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]),
    Row::new("QUIT", quit, AtLeast(1))
        .group(Group::Connection)
        .flags(&[NoScript, Loading, Stale, Fast, NoAuth, AllowBusy])
        .categories(&[Category::Connection])
        .summary("Closes this connection.")
        .complexity("O(1).")
        .since("1.0.0")
        .deprecated("7.2.0", "closing the connection"),
    Row::new("RESET", reset, Exactly(1))
        .group(Group::Connection)
        .flags(&[NoScript, Loading, Stale, Fast, NoAuth, AllowBusy])
        .categories(&[Category::Connection])
        .summary("Brings this connection back to the state of a new one.")
        .complexity("O(1).")
        .since("6.2.0"),
    Row::new("SELECT", select, Exactly(2))
        .group(Group::Connection)
        .flags(&[Loading, Stale, Fast])
        .categories(&[Category::Connection])
        .usage("index:integer")
        .summary("Chooses the database of this connection.")
        .complexity("O(1).")
        .since("1.0.0"),
];

/// The user that everybody is who has not logged in as another.
pub(super) const DEFAULT_USER: &[u8] = b"default";

const WRONG_PASSWORD: &str = "WRONGPASS invalid username-password pair or user is disabled.";

fn auth(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let (user, password) = match *args.all() {
        [_, password] if cx.node.needs_password() => (DEFAULT_USER, password),
        [_, _] => {
            let text = "ERR AUTH <password> called without any password configured for the \
                        default user. Are you sure your configuration is correct?";
            return Err(CommandError::other(text));
        }
        [_, user, password] => (user, password),
        _ => return Err(CommandError::Syntax),
    };
    cx.node.log_in(cx.token, user, password)?;
    cx.reply().ok();
    Ok(())
}

impl Node {
    /// Makes a client a user, if the password is right.
    fn log_in(&mut self, token: Token, user: &[u8], password: &[u8]) -> CmdResult {
        let wanted = &self.config.requirepass;
        let right = wanted.is_empty() || are_equal(wanted, password);
        if user != DEFAULT_USER || !right {
            self.stats.auth_denied += 1;
            return Err(CommandError::other(WRONG_PASSWORD));
        }
        let client = &mut self.clients[token];
        client.user = DEFAULT_USER.into();
        client.flags.set(Flags::UNAUTHENTICATED, false);
        Ok(())
    }
}

/// Compares in a time that does not tell where the difference is.
fn are_equal(secret: &[u8], given: &[u8]) -> bool {
    let longest = secret.len().max(given.len());
    let byte = |text: &[u8], index: usize| text.get(index).copied().unwrap_or_default();
    let difference = (0..longest).fold(0, |bits, at| bits | (byte(secret, at) ^ byte(given, at)));
    std::hint::black_box(difference) == 0 && secret.len() == given.len()
}

/// What HELLO was asked to do.
#[derive(Default)]
struct Hello<'a> {
    protocol: Option<Protocol>,
    login: Option<(&'a [u8], &'a [u8])>,
    name: Option<&'a [u8]>,
}

impl<'a> Hello<'a> {
    fn parse(args: &Args<'a>) -> Result<Self, CommandError> {
        let mut hello = Self::default();
        if args.len() > 1 {
            hello.protocol = Some(match stdx::number::parse_i64(args[1]) {
                Some(2) => Protocol::Resp2,
                Some(3) => Protocol::Resp3,
                Some(_) => return Err(CommandError::other("NOPROTO unsupported protocol version")),
                None => {
                    let text = "ERR Protocol version is not an integer or out of range";
                    return Err(CommandError::other(text));
                }
            });
        }
        let mut index = 2;
        while index < args.len() {
            if args.is(index, "AUTH") && index + 2 < args.len() {
                hello.login = Some((args[index + 1], args[index + 2]));
                index += 3;
            } else if args.is(index, "SETNAME") && index + 1 < args.len() {
                client::check_name(args[index + 1])?;
                hello.name = Some(args[index + 1]);
                index += 2;
            } else {
                let option = String::from_utf8_lossy(args[index]);
                let text = format!("ERR Syntax error in HELLO option '{option}'");
                return Err(CommandError::other(text));
            }
        }
        Ok(hello)
    }
}

fn hello(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let hello = Hello::parse(args)?;
    if let Some((user, password)) = hello.login {
        cx.node.log_in(cx.token, user, password)?;
    }
    if cx.node.must_log_in(cx.token) {
        let text = "NOAUTH HELLO must be called with the client already authenticated, otherwise \
                    the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the \
                    client and select the RESP protocol version at the same time";
        return Err(CommandError::other(text));
    }
    let client = cx.client();
    if let Some(name) = hello.name {
        client.name = name.into();
    }
    if let Some(protocol) = hello.protocol {
        client.protocol = protocol;
    }
    introduce(cx);
    Ok(())
}

fn introduce(cx: &mut Admin<'_>) {
    let ClientId(id) = cx.client().id;
    let mode: &[u8] = if cx.node.config.cluster_enabled { b"cluster" } else { b"standalone" };
    let role: &[u8] = if cx.node.config.replicaof.is_some() { b"replica" } else { b"master" };
    let mut reply = cx.reply();
    let protocol = if reply.is_resp3() { 3 } else { 2 };
    reply.map(7);
    reply.bulk(b"server");
    reply.bulk(b"redis");
    reply.bulk(b"version");
    reply.bulk(REDIS_VERSION.as_bytes());
    reply.bulk(b"proto");
    reply.integer(protocol);
    reply.bulk(b"id");
    reply.integer(id as i64);
    reply.bulk(b"mode");
    reply.bulk(mode);
    reply.bulk(b"role");
    reply.bulk(role);
    reply.bulk(b"modules");
    reply.array(0);
}

fn echo(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    cx.reply().bulk(args[1]);
    Ok(())
}

/// Answers in the form of a message where nothing but messages is expected.
fn ping(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    if args.len() > 2 {
        return Err(CommandError::Arity("ping".to_owned()));
    }
    let confined =
        cx.client().flags.has(Flags::SUBSCRIBED) && cx.client().protocol == Protocol::Resp2;
    let mut reply = cx.reply();
    match args.get(1) {
        text if confined => {
            reply.array(2);
            reply.bulk(b"pong");
            reply.bulk(text.unwrap_or_default());
        }
        Some(text) => reply.bulk(text),
        None => reply.simple("PONG"),
    }
    Ok(())
}

fn quit(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.reply().ok();
    cx.client().flags.set(Flags::CLOSE_AFTER_REPLY, true);
    Ok(())
}

/// Leaves of the connection what says who is behind it (its number, the name of its library), and nothing else.
fn reset(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let token = cx.token;
    cx.node.forget_interests(token);
    let locked = cx.node.needs_password() && !cx.client().peer.internal;
    let client = cx.client();
    client.db = 0;
    client.protocol = Protocol::Resp2;
    client.name = Box::default();
    client.user = DEFAULT_USER.into();
    let silent = Flags::REPLY_OFF.and(Flags::REPLY_SKIP).and(Flags::REPLY_SKIP_NEXT);
    client.flags.set(silent.and(Flags::NO_TOUCH).and(Flags::NO_EVICT), false);
    client.flags.set(Flags::UNAUTHENTICATED, locked);
    cx.reply().simple("RESET");
    Ok(())
}

fn select(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let index = args.integer(1)?;
    if i32::try_from(index).is_err() {
        let text = "ERR value is out of range, value must between -2147483648 and 2147483647";
        return Err(CommandError::other(text));
    }
    let databases = cx.node.shard.databases();
    let index = usize::try_from(index).ok().filter(|&index| index < databases);
    cx.client().db = index.ok_or(CommandError::DbIndex)?;
    cx.reply().ok();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_equal_only_as_a_whole() {
        assert!(are_equal(b"secret", b"secret"));
        for other in [&b"secre"[..], b"secret ", b"Secret", b"", b"secret\0"] {
            assert!(!are_equal(b"secret", other), "{other:?}");
        }
    }
}
