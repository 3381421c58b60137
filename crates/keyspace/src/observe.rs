//! Those who want to know which keys change: transactions that watch, and whoever reads the list of changes.
//!
//! Data code names clients by id only. What it finds out is left in lists here; the node reads them after the command.

use stdx::hash::Map;

/// A client, as data code knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub u64);

/// A key that went away without a command asking for it, or some of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The database it was in.
    pub db: usize,
    /// Its name.
    pub key: Box<[u8]>,
    /// Why it went.
    pub reason: Reason,
    /// The fields that went, if it was their time, and not with the key all at once.
    pub fields: Vec<Box<[u8]>>,
}

/// A key that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The database it is in.
    pub db: usize,
    /// Its name.
    pub key: Box<[u8]>,
    /// Whether it went away by itself: no command has asked for that.
    pub by_itself: bool,
}

/// Why a key went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its time had come.
    Expired,
    /// Memory was needed.
    Evicted,
    /// It has not: the time of some of its fields had come.
    SomeFields,
    /// The time of all of its fields had come.
    AllFields,
}

#[derive(Debug, Clone, Copy)]
struct Watcher {
    client: ClientId,
    /// The key was there but past its time when the watch began; its removal is then no change.
    expired: bool,
}

/// Those who wait for something to be in a key.
#[derive(Debug, Default)]
struct Waiters {
    /// In the order in which they came.
    clients: Vec<ClientId>,
    /// Whether the key is listed among those that have changed.
    listed: bool,
}

/// Who wants to know of changes, and what they have not been told yet.
#[derive(Debug, Default)]
pub struct Observers {
    watched: Map<(usize, Box<[u8]>), Vec<Watcher>>,
    /// Clients whose watched keys have changed.
    dirty: Vec<ClientId>,
    /// Clients that wait for something to be in a key.
    waiting: Map<(usize, Box<[u8]>), Waiters>,
    /// Keys somebody waits for that have changed.
    ready: Vec<(usize, Box<[u8]>)>,
    /// Whether changed keys are to be listed.
    list_changes: bool,
    changed: Vec<Change>,
    /// Whether whole databases were emptied since the list was taken.
    emptied: bool,
    /// Whether keys that go away are to be listed.
    list_gone: bool,
    gone: Vec<Gone>,
    /// Whether anybody wants anything: the one thing that the hot path looks at.
    active: bool,
}

impl Observers {
    fn refresh(&mut self) {
        self.active = !self.watched.is_empty() || !self.waiting.is_empty() || self.list_changes;
    }

    /// Has a client wait for a key to change, behind those that do so already.
    pub fn wait(&mut self, client: ClientId, db: usize, key: &[u8]) {
        let waiting = &mut self.waiting.entry((db, key.into())).or_default().clients;
        if !waiting.contains(&client) {
            waiting.push(client);
        }
        self.refresh();
    }

    /// Ends a wait.
    pub fn stop_waiting(&mut self, client: ClientId, db: usize, key: &[u8]) {
        let place = (db, Box::from(key));
        if let Some(waiting) = self.waiting.get_mut(&place) {
            waiting.clients.retain(|other| *other != client);
            if waiting.clients.is_empty() {
                self.waiting.remove(&place);
            }
        }
        self.refresh();
    }

    /// Returns the clients that wait for a key, in the order in which they came.
    pub fn waiting_for(&self, db: usize, key: &[u8]) -> &[ClientId] {
        self.waiting.get(&(db, Box::from(key))).map_or(&[], |waiting| &waiting.clients)
    }

    /// Returns the number of keys that clients wait for.
    pub fn waited_keys(&self) -> usize {
        self.waiting.len()
    }

    /// Takes the keys somebody waits for that have changed, in the order in which they did.
    pub fn take_ready(&mut self) -> Vec<(usize, Box<[u8]>)> {
        for place in &self.ready {
            if let Some(waiting) = self.waiting.get_mut(place) {
                waiting.listed = false;
            }
        }
        std::mem::take(&mut self.ready)
    }

    /// Returns whether a key that somebody waits for has changed.
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Starts a watch. `expired` says that the key is past its time already.
    pub fn watch(&mut self, client: ClientId, db: usize, key: &[u8], expired: bool) {
        let watchers = self.watched.entry((db, key.into())).or_default();
        if !watchers.iter().any(|watcher| watcher.client == client) {
            watchers.push(Watcher { client, expired });
        }
        self.refresh();
    }

    /// Ends a watch.
    pub fn unwatch(&mut self, client: ClientId, db: usize, key: &[u8]) {
        let place = (db, Box::from(key));
        if let Some(watchers) = self.watched.get_mut(&place) {
            watchers.retain(|watcher| watcher.client != client);
            if watchers.is_empty() {
                self.watched.remove(&place);
            }
        }
        self.refresh();
    }

    /// Returns whether the client watches the key and saw it alive when the watch began.
    pub fn saw_alive(&self, client: ClientId, db: usize, key: &[u8]) -> bool {
        let watchers = self.watched.get(&(db, Box::from(key)));
        watchers.is_some_and(|all| all.iter().any(|w| w.client == client && !w.expired))
    }

    /// Returns the number of keys under watch.
    pub fn watched_keys(&self) -> usize {
        self.watched.len()
    }

    /// Says whether changed keys are to be listed, for [`Observers::take_changed`].
    pub fn list_changes(&mut self, wanted: bool) {
        self.list_changes = wanted;
        if !wanted {
            // Nobody is going to take it.
            self.changed.clear();
            self.emptied = false;
        }
        self.refresh();
    }

    /// Says whether keys that go away are to be listed, for [`Observers::take_gone`].
    pub fn list_gone(&mut self, wanted: bool) {
        self.list_gone = wanted;
    }

    /// Returns whether anybody wants to know of changes.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        self.active
    }

    /// Notes that a key has changed.
    #[inline]
    pub(crate) fn changed(&mut self, db: usize, key: &[u8]) {
        if self.active {
            self.note_change(db, key, None);
        }
    }

    /// Notes that databases were emptied.
    pub(crate) fn emptied(&mut self) {
        self.emptied |= self.list_changes;
    }

    #[cold]
    fn note_change(&mut self, db: usize, key: &[u8], gone: Option<Reason>) {
        let by_expiry = matches!(gone, Some(Reason::Expired | Reason::AllFields));
        if !self.watched.is_empty()
            && let Some(watchers) = self.watched.get(&(db, Box::from(key)))
        {
            let told = watchers.iter().filter(|watcher| !(by_expiry && watcher.expired));
            self.dirty.extend(told.map(|watcher| watcher.client));
        }
        if !self.waiting.is_empty() && gone.is_none() {
            let place = (db, Box::from(key));
            if let Some(waiting) = self.waiting.get_mut(&place)
                && !std::mem::replace(&mut waiting.listed, true)
            {
                self.ready.push(place);
            }
        }
        if self.list_changes {
            self.changed.push(Change { db, key: key.into(), by_itself: gone.is_some() });
        }
    }

    /// Notes that a key went away by itself.
    pub(crate) fn gone(&mut self, db: usize, key: &[u8], reason: Reason) {
        self.fields_gone(db, key, reason, Vec::new());
    }

    /// Notes that fields of a hash went away by themselves, and the key with the last of them.
    pub(crate) fn fields_gone(
        &mut self,
        db: usize,
        key: &[u8],
        reason: Reason,
        fields: Vec<Box<[u8]>>,
    ) {
        if self.active {
            self.note_change(db, key, Some(reason));
        }
        if self.list_gone {
            self.gone.push(Gone { db, key: key.into(), reason, fields });
        }
    }

    /// Notes that the keys of a database are about to be replaced. `was` tells whether a key is there, past its time or not, and `will_be` whether it will be there and alive.
    ///
    /// For whom a key was past its time when the watch began, its going is no change; and neither is that of one which is past its time when it comes.
    pub(crate) fn replaced(
        &mut self,
        db: usize,
        was: impl Fn(&[u8]) -> bool,
        will_be: impl Fn(&[u8]) -> bool,
    ) {
        for ((_, key), watchers) in self.watched.iter_mut().filter(|((d, _), _)| *d == db) {
            let (before, after) = (was(key), will_be(key));
            for watcher in watchers {
                if after || (before && !watcher.expired) {
                    self.dirty.push(watcher.client);
                }
                watcher.expired |= !after;
            }
        }
        for (place, waiting) in &mut self.waiting {
            if place.0 == db && will_be(&place.1) && !std::mem::replace(&mut waiting.listed, true) {
                self.ready.push(place.clone());
            }
        }
    }

    /// Takes the clients whose watched keys have changed.
    pub fn take_dirty(&mut self) -> Vec<ClientId> {
        std::mem::take(&mut self.dirty)
    }

    /// Takes the list of changed keys.
    pub fn take_changed(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changed)
    }

    /// Returns whether databases were emptied since the list of changed keys was last taken, and forgets it.
    pub fn take_emptied(&mut self) -> bool {
        std::mem::take(&mut self.emptied)
    }

    /// Takes the list of keys that went away.
    pub fn take_gone(&mut self) -> Vec<Gone> {
        std::mem::take(&mut self.gone)
    }

    /// Returns whether there is anything to take.
    #[inline]
    pub fn has_news(&self) -> bool {
        !self.dirty.is_empty()
            || !self.changed.is_empty()
            || !self.gone.is_empty()
            || !self.ready.is_empty()
            || self.emptied
    }
}
