//! Who listens to what: channels, patterns of channels, and shard channels.
//!
//! The registry maps names to the places of clients; each client keeps the list of its own subscriptions, so that it can leave them all when it goes. Both are changed together, here and nowhere else.
//!
//! # Costs
//!
//! A message is encoded once, whoever gets it. Finding its receivers is one look-up for the channel and one for each length that occurs among the literal beginnings of patterns; only patterns that begin like the channel are matched at all.

use std::collections::{BTreeMap, BTreeSet};

use commands::{Event, EventClass};
use config::NotifyKeyspaceEvents;
use resp::output::Output;
use resp::reply::{Protocol, Reply};
use stdx::glob::{self, Case};
use stdx::hash::Map;

use crate::Node;
use crate::client::{Flags, Token};
use crate::prefix::PrefixMap;

type Listeners = BTreeSet<Token>;

/// What can be subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A channel.
    Channel,
    /// All channels whose names match a pattern.
    Pattern,
    /// A channel that lives with a slot of the cluster.
    Shard,
}

impl Kind {
    /// The first word of the confirmation of a subscription.
    pub(crate) const fn joined(self) -> &'static str {
        match self {
            Self::Channel => "subscribe",
            Self::Pattern => "psubscribe",
            Self::Shard => "ssubscribe",
        }
    }

    /// The first word of the confirmation of its end.
    pub(crate) const fn left(self) -> &'static str {
        match self {
            Self::Channel => "unsubscribe",
            Self::Pattern => "punsubscribe",
            Self::Shard => "sunsubscribe",
        }
    }
}

/// What one client listens to.
#[derive(Debug, Default)]
pub struct Subscriptions {
    channels: BTreeSet<Box<[u8]>>,
    patterns: BTreeSet<Box<[u8]>>,
    shards: BTreeSet<Box<[u8]>>,
}

impl Subscriptions {
    /// Returns the number of channels, of patterns, and of shard channels.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.channels.len(), self.patterns.len(), self.shards.len())
    }

    /// Returns the memory of the names.
    pub fn memory(&self) -> usize {
        let all = self.channels.iter().chain(&self.patterns).chain(&self.shards);
        size_of::<Self>() + all.map(|name| name.len() + size_of::<Box<[u8]>>()).sum::<usize>()
    }

    pub(crate) fn names(&self, kind: Kind) -> &BTreeSet<Box<[u8]>> {
        match kind {
            Kind::Channel => &self.channels,
            Kind::Pattern => &self.patterns,
            Kind::Shard => &self.shards,
        }
    }

    fn names_mut(&mut self, kind: Kind) -> &mut BTreeSet<Box<[u8]>> {
        match kind {
            Kind::Channel => &mut self.channels,
            Kind::Pattern => &mut self.patterns,
            Kind::Shard => &mut self.shards,
        }
    }

    /// Returns the number that a confirmation tells: shard channels are counted by themselves.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Channel | Kind::Pattern => self.channels.len() + self.patterns.len(),
            Kind::Shard => self.shards.len(),
        }
    }

    fn is_empty(&self) -> bool {
        self.counts() == (0, 0, 0)
    }
}

/// Everybody's subscriptions.
#[derive(Debug, Default)]
pub struct PubSub {
    channels: Map<Box<[u8]>, Listeners>,
    shards: Map<Box<[u8]>, Listeners>,
    /// Patterns by what they begin with.
    patterns: PrefixMap<BTreeMap<Box<[u8]>, Listeners>>,
    pattern_count: usize,
}

impl PubSub {
    /// Returns the number of channels with subscribers.
    pub fn channel_count(&self) -> usize {
        self.channels.len()
    }

    /// Returns the number of different patterns.
    pub fn pattern_count(&self) -> usize {
        self.pattern_count
    }

    /// Returns the number of shard channels with subscribers.
    pub fn shard_count(&self) -> usize {
        self.shards.len()
    }

    fn table(&self, kind: Kind) -> &Map<Box<[u8]>, Listeners> {
        if kind == Kind::Shard { &self.shards } else { &self.channels }
    }

    /// Returns how many clients listen to a channel by its name.
    pub(crate) fn listeners(&self, kind: Kind, channel: &[u8]) -> usize {
        self.table(kind).get(channel).map_or(0, BTreeSet::len)
    }

    /// Returns the channels with subscribers, in the order of their names; those that match the pattern if there is one.
    pub(crate) fn list(&self, kind: Kind, pattern: Option<&[u8]>) -> Vec<&[u8]> {
        let wanted = |name: &&[u8]| match pattern {
            Some(pattern) => glob::matches(pattern, name, Case::Sensitive),
            None => true,
        };
        let mut names: Vec<&[u8]> =
            self.table(kind).keys().map(|name| &**name).filter(wanted).collect();
        names.sort_unstable();
        names
    }

    fn join(&mut self, kind: Kind, name: &[u8], token: Token) {
        let listeners = match kind {
            Kind::Channel => self.channels.entry(name.into()).or_default(),
            Kind::Shard => self.shards.entry(name.into()).or_default(),
            Kind::Pattern => {
                let alike = self.patterns.open(glob::literal_prefix(name));
                alike.entry(name.into()).or_insert_with(|| {
                    self.pattern_count += 1;
                    Listeners::new()
                })
            }
        };
        listeners.insert(token);
    }

    fn leave(&mut self, kind: Kind, name: &[u8], token: Token) {
        let table = match kind {
            Kind::Channel => &mut self.channels,
            Kind::Shard => &mut self.shards,
            Kind::Pattern => return self.leave_pattern(name, token),
        };
        if let Some(listeners) = table.get_mut(name) {
            listeners.remove(&token);
            if listeners.is_empty() {
                table.remove(name);
            }
        }
    }

    fn leave_pattern(&mut self, pattern: &[u8], token: Token) {
        let prefix = glob::literal_prefix(pattern);
        let Some(alike) = self.patterns.get_mut(prefix) else { return };
        let Some(listeners) = alike.get_mut(pattern) else { return };
        listeners.remove(&token);
        if listeners.is_empty() {
            alike.remove(pattern);
            self.pattern_count -= 1;
        }
        if alike.is_empty() {
            self.patterns.remove(prefix);
        }
    }

    /// Visits the patterns that a channel matches, with those who listen.
    fn matching<'a>(
        &'a self,
        channel: &'a [u8],
    ) -> impl Iterator<Item = (&'a [u8], &'a Listeners)> {
        self.patterns
            .matches(channel)
            .flatten()
            .filter(|(pattern, _)| glob::matches(pattern, channel, Case::Sensitive))
            .map(|(pattern, listeners)| (&**pattern, listeners))
    }
}

/// A message in the form of RESP3; that of RESP2 differs in its first byte only.
struct Encoded(Vec<u8>);

impl Encoded {
    fn new(words: &[&[u8]]) -> Self {
        let mut output = Output::default();
        let mut reply = Reply::new(&mut output, Protocol::Resp3);
        reply.push(words.len());
        words.iter().for_each(|word| reply.bulk(word));
        Self(output.pieces().flatten().copied().collect())
    }

    fn write(&self, reply: &mut Reply<'_>) {
        if reply.is_resp3() {
            reply.raw(&self.0);
        } else {
            reply.raw(b"*");
            reply.raw(&self.0[1..]);
        }
    }
}

impl Node {
    /// Subscribes a client; returns the number of its subscriptions.
    pub(crate) fn subscribe(&mut self, token: Token, kind: Kind, name: &[u8]) -> usize {
        let client = &mut self.clients[token];
        let own = client.subscriptions.get_or_insert_default();
        if own.names_mut(kind).insert(name.into()) {
            self.pubsub.join(kind, name, token);
            client.flags.set(Flags::SUBSCRIBED, true);
        }
        own.count(kind)
    }

    /// Ends a subscription of a client; returns the number of those that are left.
    pub(crate) fn unsubscribe(&mut self, token: Token, kind: Kind, name: &[u8]) -> usize {
        let client = &mut self.clients[token];
        let Some(own) = &mut client.subscriptions else { return 0 };
        if own.names_mut(kind).remove(name) {
            self.pubsub.leave(kind, name, token);
        }
        let left = own.count(kind);
        if own.is_empty() {
            client.subscriptions = None;
            client.flags.set(Flags::SUBSCRIBED, false);
        }
        left
    }

    /// Ends all subscriptions of a client, without a word to it.
    pub(crate) fn unsubscribe_all(&mut self, token: Token) {
        let client = &mut self.clients[token];
        client.flags.set(Flags::SUBSCRIBED, false);
        let Some(own) = client.subscriptions.take() else { return };
        for kind in [Kind::Channel, Kind::Pattern, Kind::Shard] {
            for name in own.names(kind) {
                self.pubsub.leave(kind, name, token);
            }
        }
    }

    /// Sends a message to all who listen to a channel, by name or by pattern; returns how many times it was sent.
    pub(crate) fn publish(&mut self, channel: &[u8], message: &[u8]) -> usize {
        let by_name = self.deliver(Kind::Channel, b"message", channel, message);
        if self.pubsub.pattern_count == 0 {
            return by_name;
        }
        let by_pattern: Vec<(Encoded, Vec<Token>)> = self
            .pubsub
            .matching(channel)
            .map(|(pattern, listeners)| {
                let encoded = Encoded::new(&[b"pmessage", pattern, channel, message]);
                (encoded, listeners.iter().copied().collect())
            })
            .collect();
        let mut sent = by_name;
        for (encoded, listeners) in by_pattern {
            sent += listeners.len();
            for token in listeners {
                self.push(token, |reply| encoded.write(reply));
            }
        }
        sent
    }

    /// Sends a message to all who listen to a shard channel; returns how many these are.
    pub(crate) fn publish_in_shard(&mut self, channel: &[u8], message: &[u8]) -> usize {
        self.deliver(Kind::Shard, b"smessage", channel, message)
    }

    fn deliver(&mut self, kind: Kind, word: &[u8], channel: &[u8], message: &[u8]) -> usize {
        let Some(listeners) = self.pubsub.table(kind).get(channel) else { return 0 };
        let listeners: Vec<Token> = listeners.iter().copied().collect();
        let encoded = Encoded::new(&[word, channel, message]);
        for &token in &listeners {
            self.push(token, |reply| encoded.write(reply));
        }
        listeners.len()
    }

    /// Sends a client what is no answer to a request of its own.
    ///
    /// If the client is being answered right now, it gets this after the answer: whoever reads the answer has not to sort out what came in between.
    pub(crate) fn push(&mut self, token: Token, write: impl FnOnce(&mut Reply<'_>)) {
        let Some(client) = self.clients.get_mut(token) else { return };
        if client.is_closing() {
            return;
        }
        if self.answering == Some(token) {
            write(&mut Reply::new(&mut self.aside, client.protocol));
            return;
        }
        write(&mut client.reply());
        self.queue_write(token);
        self.check_output_limit(token);
    }
}

/// The classes that have a letter of their own, on both sides.
const CLASSES: [(EventClass, NotifyKeyspaceEvents); 11] = [
    (EventClass::Generic, NotifyKeyspaceEvents::GENERIC),
    (EventClass::String, NotifyKeyspaceEvents::STRING),
    (EventClass::List, NotifyKeyspaceEvents::LIST),
    (EventClass::Set, NotifyKeyspaceEvents::SET),
    (EventClass::Hash, NotifyKeyspaceEvents::HASH),
    (EventClass::SortedSet, NotifyKeyspaceEvents::SORTED_SET),
    (EventClass::Expired, NotifyKeyspaceEvents::EXPIRED),
    (EventClass::Evicted, NotifyKeyspaceEvents::EVICTED),
    (EventClass::Stream, NotifyKeyspaceEvents::STREAM),
    (EventClass::KeyMiss, NotifyKeyspaceEvents::KEY_MISS),
    (EventClass::New, NotifyKeyspaceEvents::NEW),
];

/// Returns the classes of events that are published, as bits of [`EventClass`].
pub(crate) fn published_classes(setting: NotifyKeyspaceEvents) -> u32 {
    let channels = NotifyKeyspaceEvents::KEYSPACE.union(NotifyKeyspaceEvents::KEYEVENT);
    if !setting.intersects(channels) {
        return 0;
    }
    let published = CLASSES.iter().filter(|(_, letter)| setting.contains(*letter));
    published.fold(0, |bits, (class, _)| bits | *class as u32)
}

impl Node {
    /// Publishes an event of a key, if its class is to be published.
    pub(crate) fn notify(&mut self, event: &Event) {
        let setting = self.config.notify_keyspace_events;
        if published_classes(setting) & event.class as u32 == 0 {
            return;
        }
        if setting.contains(NotifyKeyspaceEvents::KEYSPACE) {
            let mut channel = format!("__keyspace@{}__:", event.db).into_bytes();
            channel.extend_from_slice(&event.key);
            self.publish(&channel, event.name.as_bytes());
        }
        if setting.contains(NotifyKeyspaceEvents::KEYEVENT) {
            let channel = format!("__keyevent@{}__:{}", event.db, event.name);
            self.publish(channel.as_bytes(), &event.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_counted_once_and_found_by_what_they_begin_with() {
        let mut pubsub = PubSub::default();
        for (pattern, token) in [("news.*", 1), ("news.*", 2), ("*", 3), ("news.a", 4), ("x*", 5)] {
            pubsub.join(Kind::Pattern, pattern.as_bytes(), Token(token));
        }
        assert_eq!(pubsub.pattern_count(), 4);
        let found: Vec<(&[u8], usize)> =
            pubsub.matching(b"news.a").map(|(pattern, who)| (pattern, who.len())).collect();
        assert_eq!(found, [(&b"*"[..], 1), (b"news.*", 2), (b"news.a", 1)]);

        for token in [1, 2, 2, 9] {
            pubsub.leave(Kind::Pattern, b"news.*", Token(token));
        }
        assert_eq!(pubsub.pattern_count(), 3);
        assert_eq!(pubsub.matching(b"news.b").count(), 1);
        assert_eq!(pubsub.patterns.len(), 3, "a beginning without patterns is forgotten");
    }

    #[test]
    fn without_a_kind_of_channel_no_event_is_published() {
        let classes = |letters: &str| {
            let setting = NotifyKeyspaceEvents::from_letters(letters.as_bytes()).expect(letters);
            published_classes(setting)
        };
        assert_eq!(classes("A"), 0);
        assert_eq!(classes("K$"), EventClass::String as u32);
        assert_eq!(classes("En"), EventClass::New as u32);
        let common = CLASSES
            .iter()
            .filter(|(class, _)| !matches!(class, EventClass::New | EventClass::KeyMiss));
        assert_eq!(classes("KA"), common.fold(0, |bits, (class, _)| bits | *class as u32));
    }
}
