//! What a handler may touch.

use config::{BufferLimit, ClientClass, Config};
use keyspace::{Db, Key};
use resp::reply::Reply;
use stdx::rng::SeededRng;

use crate::effects::{Effects, EventClass};

/// What a handler may touch: nothing else exists for it.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The door to the selected database (and to the others, see [`Db::other`]).
    pub db: Db<'a>,
    /// The answer.
    pub reply: Reply<'a>,
    /// What the command causes.
    pub effects: &'a mut Effects,
    /// The settings.
    pub config: &'a Config,
    /// What the client is that gets the answer.
    pub class: ClientClass,
    /// Randomness.
    pub rng: &'a mut SeededRng,
}

impl Cx<'_> {
    /// Returns how much output the client may have.
    pub(crate) fn output_limit(&self) -> BufferLimit {
        self.config.client_output_buffer_limit.of(self.class)
    }

    /// Records an event on a key of the selected database.
    #[inline]
    pub fn event(&mut self, class: EventClass, name: &'static str, key: &[u8]) {
        self.effects.event(class, name, self.db.index(), key);
    }

    /// Records that a key of the selected database was created.
    #[inline]
    pub fn created(&mut self, key: &[u8]) {
        self.event(EventClass::New, "new", key);
    }

    /// Records that a key was read that is not there.
    #[inline]
    pub fn missed(&mut self, key: &[u8]) {
        self.event(EventClass::KeyMiss, "keymiss", key);
    }

    /// Removes a key whose collection has become empty, and records that.
    #[inline]
    pub fn remove_emptied(&mut self, key: Key<'_>) {
        self.db.remove_emptied(key);
        self.event(EventClass::Generic, "del", key.bytes);
    }
}
