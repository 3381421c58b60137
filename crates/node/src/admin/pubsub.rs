//! Publishing and subscribing: the commands; who listens to what is kept in `crate::pubsub`.

use commands::{Args, CmdResult};
use spec::Arity::{AtLeast, Exactly};
use spec::Flag::{Fast, Loading, MayReplicate, NoScript, PubSub, Sentinel, Stale};
use spec::KeyFlag::NotKey;
use spec::{Command, Group, KeySpec};

use super::{Admin, unknown_subcommand, wrong_subcommand};
use crate::client::Flags;
use crate::pubsub::Kind;
use crate::table::AdminFn;

type Row = Command<AdminFn>;

/// The rows of this topic.
pub const COMMANDS: &[Row] = &[
    Row::new("PSUBSCRIBE", psubscribe, AtLeast(2))
        .group(Group::PubSub)
        .flags(&[PubSub, NoScript, Loading, Stale, Sentinel])
        .usage("pattern:pattern+")
        .summary("Subscribes to all channels that match a pattern.")
        .complexity("O(log N) per pattern for N subscriptions to patterns.")
        .since("2.0.0"),
    Row::new("PUBLISH", publish, Exactly(3))
        .group(Group::PubSub)
        .flags(&[PubSub, Loading, Stale, Fast, MayReplicate, Sentinel])
        .usage("channel message")
        .summary("Sends a message to all who listen to a channel.")
        .complexity("O(N+M) for N receivers and M patterns that begin like the channel.")
        .since("2.0.0"),
    Row::new("PUBSUB", unknown_subcommand, AtLeast(2))
        .group(Group::PubSub)
        .summary("Reports who listens to what.")
        .complexity("Depends on the subcommand.")
        .since("2.8.0")
        .subcommands(&[
            Row::new("CHANNELS", channels, AtLeast(2))
                .group(Group::PubSub)
                .flags(&[PubSub, Loading, Stale])
                .usage("[pattern:pattern]")
                .summary("Returns the channels that somebody has subscribed to.")
                .complexity("O(N*log N) for N channels.")
                .since("2.8.0"),
            Row::new("HELP", help, Exactly(2))
                .group(Group::PubSub)
                .flags(&[Loading, Stale])
                .summary("Returns help about the subcommands.")
                .complexity("O(1).")
                .since("6.2.0"),
            Row::new("NUMPAT", numpat, Exactly(2))
                .group(Group::PubSub)
                .flags(&[PubSub, Loading, Stale])
                .summary("Returns the number of different patterns subscribed to.")
                .complexity("O(1).")
                .since("2.8.0"),
            Row::new("NUMSUB", numsub, AtLeast(2))
                .group(Group::PubSub)
                .flags(&[PubSub, Loading, Stale])
                .usage("[channel+]")
                .summary("Returns the number of subscribers of channels, without patterns.")
                .complexity("O(N) for N channels.")
                .since("2.8.0"),
            Row::new("SHARDCHANNELS", shardchannels, AtLeast(2))
                .group(Group::PubSub)
                .flags(&[PubSub, Loading, Stale])
                .usage("[pattern:pattern]")
                .summary("Returns the shard channels that somebody has subscribed to.")
                .complexity("O(N*log N) for N shard channels.")
                .since("7.0.0"),
            Row::new("SHARDNUMSUB", shardnumsub, AtLeast(2))
                .group(Group::PubSub)
                .flags(&[PubSub, Loading, Stale])
                .usage("[shardchannel+]")
                .summary("Returns the number of subscribers of shard channels.")
                .complexity("O(N) for N shard channels.")
                .since("7.0.0"),
        ]),
    Row::new("PUNSUBSCRIBE", punsubscribe, AtLeast(1))
        .group(Group::PubSub)
        .flags(&[PubSub, NoScript, Loading, Stale, Sentinel])
        .usage("[pattern:pattern+]")
        .summary("Ends subscriptions to patterns: the given ones, or all.")
        .complexity("O(log N) per pattern for N subscriptions to patterns.")
        .since("2.0.0"),
    Row::new("SPUBLISH", spublish, Exactly(3))
        .group(Group::PubSub)
        .flags(&[PubSub, Loading, Stale, Fast, MayReplicate])
        .keys(&[KeySpec::at(1, &[NotKey])])
        .usage("shardchannel message")
        .summary("Sends a message to all who listen to a shard channel.")
        .complexity("O(N) for N receivers.")
        .since("7.0.0"),
    Row::new("SSUBSCRIBE", ssubscribe, AtLeast(2))
        .group(Group::PubSub)
        .flags(&[PubSub, NoScript, Loading, Stale])
        .keys(&[KeySpec::at(1, &[NotKey]).to(-1)])
        .usage("shardchannel+")
        .summary("Subscribes to shard channels.")
        .complexity("O(log N) per channel for N subscribers of it.")
        .since("7.0.0"),
    Row::new("SUBSCRIBE", subscribe, AtLeast(2))
        .group(Group::PubSub)
        .flags(&[PubSub, NoScript, Loading, Stale, Sentinel])
        .usage("channel+")
        .summary("Subscribes to channels.")
        .complexity("O(log N) per channel for N subscribers of it.")
        .since("2.0.0"),
    Row::new("SUNSUBSCRIBE", sunsubscribe, AtLeast(1))
        .group(Group::PubSub)
        .flags(&[PubSub, NoScript, Loading, Stale])
        .keys(&[KeySpec::at(1, &[NotKey]).to(-1)])
        .usage("[shardchannel+]")
        .summary("Ends subscriptions to shard channels: the given ones, or all.")
        .complexity("O(log N) per channel for N subscribers of it.")
        .since("7.0.0"),
    Row::new("UNSUBSCRIBE", unsubscribe, AtLeast(1))
        .group(Group::PubSub)
        .flags(&[PubSub, NoScript, Loading, Stale, Sentinel])
        .usage("[channel+]")
        .summary("Ends subscriptions to channels: the given ones, or all.")
        .complexity("O(log N) per channel for N subscribers of it.")
        .since("2.0.0"),
];

const HELP: &[&str] = &[
    "CHANNELS [<pattern>]",
    "    Return the channels with subscribers, all or those that match <pattern>.",
    "NUMPAT",
    "    Return the number of different patterns subscribed to.",
    "NUMSUB [<channel> ...]",
    "    Return the number of subscribers of channels, without those of patterns.",
    "SHARDCHANNELS [<pattern>]",
    "    Return the shard channels with subscribers, all or those that match <pattern>.",
    "SHARDNUMSUB [<shardchannel> ...]",
    "    Return the number of subscribers of shard channels.",
];

fn help(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    cx.help("PUBSUB", HELP);
    Ok(())
}

impl Admin<'_> {
    /// Confirms a subscription, or its end. It is a push, which comes even to those who want no replies.
    fn confirm(&mut self, word: &str, name: Option<&[u8]>, count: usize) {
        let silent = self.client().flags.has(Flags::REPLY_OFF.and(Flags::REPLY_SKIP));
        let write = |reply: &mut resp::reply::Reply<'_>| {
            reply.push(3);
            reply.bulk(word.as_bytes());
            match name {
                Some(name) => reply.bulk(name),
                None => reply.null(),
            }
            reply.size(count);
        };
        if silent {
            self.node.push(self.token, write);
        } else {
            write(&mut self.reply());
        }
    }

    fn join(&mut self, kind: Kind, args: &Args<'_>) -> CmdResult {
        for &name in &args[1..] {
            let count = self.node.subscribe(self.token, kind, name);
            self.confirm(kind.joined(), Some(name), count);
        }
        Ok(())
    }

    /// Ends the subscriptions that are named, or all; says so even if there are none.
    fn leave(&mut self, kind: Kind, args: &Args<'_>) -> CmdResult {
        let all: Vec<Box<[u8]>> = match &self.client().subscriptions {
            Some(own) if args.len() == 1 => own.names(kind).iter().cloned().collect(),
            _ => Vec::new(),
        };
        for name in all.iter().map(|name| &**name).chain(args[1..].iter().copied()) {
            let count = self.node.unsubscribe(self.token, kind, name);
            self.confirm(kind.left(), Some(name), count);
        }
        if all.is_empty() && args.len() == 1 {
            let count = self.client().subscriptions.as_ref().map_or(0, |own| own.count(kind));
            self.confirm(kind.left(), None, count);
        }
        Ok(())
    }
}

fn subscribe(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    cx.join(Kind::Channel, args)
}

fn psubscribe(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    cx.join(Kind::Pattern, args)
}

fn ssubscribe(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    cx.join(Kind::Shard, args)
}

fn unsubscribe(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    cx.leave(Kind::Channel, args)
}

fn punsubscribe(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    cx.leave(Kind::Pattern, args)
}

fn sunsubscribe(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    cx.leave(Kind::Shard, args)
}

fn publish(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let receivers = cx.node.publish(args[1], args[2]);
    cx.reply().size(receivers);
    Ok(())
}

fn spublish(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let receivers = cx.node.publish_in_shard(args[1], args[2]);
    cx.reply().size(receivers);
    Ok(())
}

fn list(cx: &mut Admin<'_>, args: &Args<'_>, kind: Kind) -> CmdResult {
    if args.len() > 3 {
        return Err(wrong_subcommand(args));
    }
    let node = &mut *cx.node;
    let names = node.pubsub.list(kind, args.get(2));
    let mut reply = node.clients[cx.token].reply();
    reply.array(names.len());
    names.iter().for_each(|name| reply.bulk(name));
    Ok(())
}

fn channels(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    list(cx, args, Kind::Channel)
}

fn shardchannels(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    list(cx, args, Kind::Shard)
}

fn count(cx: &mut Admin<'_>, args: &Args<'_>, kind: Kind) -> CmdResult {
    let node = &mut *cx.node;
    let mut reply = node.clients[cx.token].reply();
    let names = &args[2..];
    // Compat: pairs in one flat array in either protocol.
    reply.array(names.len() * 2);
    for name in names {
        reply.bulk(name);
        reply.size(node.pubsub.listeners(kind, name));
    }
    Ok(())
}

fn numsub(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    count(cx, args, Kind::Channel)
}

fn shardnumsub(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    count(cx, args, Kind::Shard)
}

fn numpat(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let patterns = cx.node.pubsub.pattern_count();
    cx.reply().size(patterns);
    Ok(())
}
