//! Client-side caching: clients are told when what they have read changes.
//!
//! By default the server remembers who has read which key, and tells each of them once when it changes; who reads the key again is remembered again. A client can leave this to the requests that it marks (`OPTIN`), or to those that it does not (`OPTOUT`). In broadcasting mode nothing is remembered: a client names prefixes and is told of every change of a key that has one, gathered to one message per turn.
//!
//! The message is a push of RESP3, or goes to another connection that the client has named (`REDIRECT`), where it looks like a message of pub/sub if that connection speaks RESP2.
//!
//! # Bounds
//!
//! The table of readers is kept at `tracking-table-max-keys`: what is beyond is forgotten, and the readers are told that it changed. Clients that have left stay in it until the keys change: their numbers are not used again.
//!
//! Compat: keys are not told apart by database.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use commands::Args;
use keyspace::{Change, ClientId};
use resp::reply::{Protocol, Reply};
use smallvec::SmallVec;
use spec::{Flag, Want};
use stdx::hash::Map;

use crate::Node;
use crate::client::{Flags, Token};
use crate::prefix::PrefixMap;
use crate::table::Row;

/// The channel that redirected messages seem to come from.
const CHANNEL: &[u8] = b"__redis__:invalidate";

/// Keys that are forgotten at a time when the table is too large; more if that is a tenth of what is too much.
const FORGOTTEN: usize = 1000;

/// When a client is remembered as a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Of everything that it reads.
    All,
    /// Of what it reads after `CLIENT CACHING YES`.
    OptIn,
    /// Of all but what it reads after `CLIENT CACHING NO`.
    OptOut,
    /// Never: it is told of all changes below its prefixes.
    Broadcast,
}

/// How one client wants to be told.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) mode: Mode,
    /// It is not told of its own changes.
    pub(crate) no_loop: bool,
    /// The client that gets the messages instead.
    pub(crate) redirect: Option<ClientId>,
    /// That one was not there when a message came.
    pub(crate) redirect_broken: bool,
    /// `CLIENT CACHING` was said, for the next command.
    pub(crate) caching: bool,
    pub(crate) prefixes: BTreeSet<Box<[u8]>>,
}

impl Wish {
    /// Returns the memory of the prefixes, here and in the table of all.
    pub(crate) fn memory(&self) -> usize {
        let entry = 2 * size_of::<Box<[u8]>>() + size_of::<Broadcast>() + size_of::<Token>();
        size_of::<Self>() + self.prefixes.iter().map(|p| 2 * p.len() + entry).sum::<usize>()
    }

    /// Returns the first of the prefixes that covers another one or is covered by it.
    ///
    /// None of them covers another, but the empty one, which is never checked against those that are there already. So only that one and the neighbours in order can overlap.
    pub(crate) fn overlapping(&self, prefix: &[u8]) -> Option<&[u8]> {
        let empty = self.prefixes.get(&[][..]);
        let upto = (Bound::Unbounded, Bound::Included(prefix));
        let before = self.prefixes.range::<[u8], _>(upto).next_back();
        let behind = (Bound::Excluded(prefix), Bound::Unbounded);
        let next = self.prefixes.range::<[u8], _>(behind).next();
        let mut near = [empty, before, next].into_iter().flatten().map(|near| &**near);
        near.find(|near| overlap(near, prefix))
    }
}

/// Returns whether keys can have both prefixes.
pub(crate) fn overlap(one: &[u8], other: &[u8]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

type Readers = SmallVec<[ClientId; 2]>;

/// Those who are told of changes below one prefix, and the changes of this turn.
#[derive(Debug, Default)]
struct Broadcast {
    clients: BTreeSet<Token>,
    /// With the client that made the change last.
    changed: BTreeMap<Box<[u8]>, Option<ClientId>>,
}

/// Who is to be told of what.
#[derive(Debug, Default)]
pub struct Tracking {
    readers: Map<Box<[u8]>, Readers>,
    /// The lengths of all lists of readers together.
    items: usize,
    prefixes: PrefixMap<Broadcast>,
    /// Whether a prefix has changes that were not told yet.
    broadcasts_wait: bool,
    clients: usize,
}

impl Tracking {
    /// Returns the number of clients that are told of changes.
    pub fn clients(&self) -> usize {
        self.clients
    }

    /// Returns the number of keys whose readers are remembered.
    pub fn keys(&self) -> usize {
        self.readers.len()
    }

    /// Returns the number of readers that are remembered, once for each key.
    pub fn items(&self) -> usize {
        self.items
    }

    /// Returns the number of prefixes that somebody is told of.
    pub fn prefixes(&self) -> usize {
        self.prefixes.len()
    }

    fn remember(&mut self, key: &[u8], client: ClientId) {
        let readers = match self.readers.get_mut(key) {
            Some(readers) => readers,
            None => self.readers.entry(key.into()).or_default(),
        };
        if let Err(place) = readers.binary_search(&client) {
            readers.insert(place, client);
            self.items += 1;
        }
    }

    fn take_readers(&mut self, key: &[u8]) -> Readers {
        let readers = self.readers.remove(key).unwrap_or_default();
        self.items -= readers.len();
        readers
    }

    fn forget_readers(&mut self) {
        self.readers = Map::default();
        self.items = 0;
    }

    /// Notes a change below the prefixes that the key has.
    fn note_broadcast(&mut self, key: &[u8], by: Option<ClientId>) {
        let mut noted = false;
        self.prefixes.each_match(key, |broadcast| {
            broadcast.changed.insert(key.into(), by);
            noted = true;
        });
        self.broadcasts_wait |= noted;
    }
}

/// What a client is told to have changed.
#[derive(Debug, Clone, Copy)]
enum Changed<'a> {
    Keys(&'a [&'a [u8]]),
    Everything,
}

impl Changed<'_> {
    fn write(self, reply: &mut Reply<'_>) {
        match self {
            Self::Everything => reply.null(),
            Self::Keys(keys) => {
                reply.array(keys.len());
                keys.iter().for_each(|key| reply.bulk(key));
            }
        }
    }
}

impl Node {
    /// Begins to tell a client of changes, or goes on in another way; `wish` names the prefixes that come to those it has.
    pub(crate) fn start_tracking(&mut self, token: Token, mut wish: Wish) {
        let client = &mut self.clients[token];
        for prefix in &wish.prefixes {
            self.tracking.prefixes.open(prefix).clients.insert(token);
        }
        client.flags.set(Flags::TRACKING, true);
        match client.tracking.take() {
            None => self.tracking.clients += 1,
            Some(mut before) => {
                before.prefixes.extend(wish.prefixes);
                wish.prefixes = before.prefixes;
            }
        }
        client.tracking = Some(Box::new(wish));
        self.shard.observers().list_changes(true);
    }

    /// Stops telling a client of changes.
    pub(crate) fn stop_tracking(&mut self, token: Token) {
        let client = &mut self.clients[token];
        client.flags.set(Flags::TRACKING, false);
        let Some(wish) = client.tracking.take() else { return };
        let tracking = &mut self.tracking;
        for prefix in &wish.prefixes {
            if let Some(broadcast) = tracking.prefixes.get_mut(prefix) {
                broadcast.clients.remove(&token);
                if broadcast.clients.is_empty() {
                    tracking.prefixes.remove(prefix);
                }
            }
        }
        tracking.clients -= 1;
        if tracking.clients == 0 {
            // From here on changes are not listed, so that what is in the table would never leave it.
            tracking.forget_readers();
            self.shard.observers().list_changes(false);
        }
    }

    /// Remembers a client that wants it as the reader of the keys of a command that has just run.
    pub(crate) fn remember_reader(&mut self, token: Token, row: &Row, args: &Args<'_>) {
        let client = &self.clients[token];
        let Some(wish) = &client.tracking else { return };
        let wanted = match wish.mode {
            Mode::All => true,
            Mode::OptIn => wish.caching,
            Mode::OptOut => !wish.caching,
            Mode::Broadcast => false,
        };
        if !wanted || !row.has(Flag::ReadOnly) {
            return;
        }
        let Ok(keys) = spec::extract(row.facts, &args.all(), Want::Keys) else { return };
        for key in keys {
            self.tracking.remember(args[key.index], client.id);
        }
    }

    /// Ends what `CLIENT CACHING` has said for one command, or one transaction.
    pub(crate) fn end_caching(&mut self, token: Token, row: &Row) {
        let Some(client) = self.clients.get_mut(token) else { return };
        if let Some(wish) = &mut client.tracking
            && !client.flags.has(Flags::MULTI)
            && !row.full_name.starts_with("client|")
        {
            wish.caching = false;
        }
    }

    /// Tells those who want to know of the keys that have changed; `by` is the client that changed them.
    pub(crate) fn commit_changed_keys(&mut self, by: Option<Token>) {
        if self.tracking.clients == 0 {
            return;
        }
        let changed = self.shard.observers().take_changed();
        let by = by.and_then(|token| self.clients.get(token)).map(|client| client.id);
        for Change { key, by_itself, .. } in &changed {
            self.invalidate(key, by.filter(|_| !by_itself));
        }
        if self.shard.observers().take_emptied() {
            self.invalidate_everything();
        }
    }

    fn invalidate(&mut self, key: &[u8], by: Option<ClientId>) {
        self.tracking.note_broadcast(key, by);
        self.tell_readers(key, by);
    }

    /// Tells those who have read a key that it has changed, and forgets them.
    fn tell_readers(&mut self, key: &[u8], by: Option<ClientId>) {
        for id in self.tracking.take_readers(key) {
            let Some(token) = self.clients.find(id) else { continue };
            let Some(wish) = &self.clients[token].tracking else { continue };
            let own = wish.no_loop && by == Some(id);
            // In broadcasting mode it is told of its prefixes, not of what it read before.
            if !own && wish.mode != Mode::Broadcast {
                self.tell(token, Changed::Keys(&[key]));
            }
        }
    }

    fn invalidate_everything(&mut self) {
        self.tracking.forget_readers();
        for token in self.tracking_clients() {
            self.tell(token, Changed::Everything);
        }
    }

    fn tracking_clients(&self) -> Vec<Token> {
        let tracking = self.clients.iter().filter(|client| client.flags.has(Flags::TRACKING));
        tracking.map(|client| client.token).collect()
    }

    /// Sends a client, or the one that it has named, word of changes.
    fn tell(&mut self, token: Token, changed: Changed<'_>) {
        let client = &self.clients[token];
        let redirect = client.tracking.as_ref().and_then(|wish| wish.redirect);
        let receiver = match redirect {
            None => Some(token),
            Some(id) => self.clients.find(id).filter(|token| !self.clients[*token].is_closing()),
        };
        let Some(receiver) = receiver else { return self.redirect_is_broken(token) };
        let target = &self.clients[receiver];
        if target.protocol == Protocol::Resp3 {
            self.push(receiver, |reply| {
                reply.push(2);
                reply.bulk(b"invalidate");
                changed.write(reply);
            });
        } else if redirect.is_some() && target.flags.has(Flags::SUBSCRIBED) {
            self.push(receiver, |reply| {
                reply.push(3);
                reply.bulk(b"message");
                reply.bulk(CHANNEL);
                changed.write(reply);
            });
        }
    }

    fn redirect_is_broken(&mut self, token: Token) {
        let client = &mut self.clients[token];
        let Some(wish) = &mut client.tracking else { return };
        wish.redirect_broken = true;
        let Some(id) = wish.redirect else { return };
        if client.protocol == Protocol::Resp3 {
            self.push(token, |reply| {
                reply.push(2);
                reply.bulk(b"tracking-redir-broken");
                reply.integer(id.0 as i64);
            });
        }
    }

    /// Tells of the changes below prefixes. To be called before output is sent.
    pub(crate) fn broadcast_changes(&mut self) {
        if !std::mem::take(&mut self.tracking.broadcasts_wait) {
            return;
        }
        let waiting: Vec<_> = self
            .tracking
            .prefixes
            .values_mut()
            .filter(|broadcast| !broadcast.changed.is_empty())
            .map(|broadcast| (broadcast.clients.clone(), std::mem::take(&mut broadcast.changed)))
            .collect();
        for (clients, changed) in waiting {
            for token in clients {
                let client = &self.clients[token];
                let no_loop = client.tracking.as_ref().is_some_and(|wish| wish.no_loop);
                let keys: Vec<&[u8]> = changed
                    .iter()
                    .filter(|(_, by)| !(no_loop && **by == Some(client.id)))
                    .map(|(key, _)| &**key)
                    .collect();
                if !keys.is_empty() {
                    self.tell(token, Changed::Keys(&keys));
                }
            }
        }
    }

    /// Brings the table of readers back within its bound: forgets the readers of some keys, and tells them that these changed. To be called before requests are run, and from time to time.
    #[inline]
    pub(crate) fn limit_tracking(&mut self) {
        if self.tracking.clients > 0 {
            self.forget_excess();
        }
    }

    #[cold]
    fn forget_excess(&mut self) {
        let max = match self.config.tracking_table_max_keys {
            0 => return,
            max => max as usize,
        };
        let excess = self.tracking.keys().saturating_sub(max);
        let taken = excess.min(FORGOTTEN.max(excess / 10));
        let keys: Vec<Box<[u8]>> = self.tracking.readers.keys().take(taken).cloned().collect();
        for key in keys {
            self.tell_readers(&key, None);
        }
    }
}
