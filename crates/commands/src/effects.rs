//! What a command causes beyond its reply.
//!
//! A handler records; what follows from it (the log, replicas, notifications) is decided after it, in one place.

use keyspace::Type;

/// The classes of keyspace events, one letter each in `notify-keyspace-events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum EventClass {
    /// `g`: commands on keys of any type.
    Generic = 1 << 2,
    /// `$`: strings.
    String = 1 << 3,
    /// `l`: lists.
    List = 1 << 4,
    /// `s`: sets.
    Set = 1 << 5,
    /// `h`: hashes.
    Hash = 1 << 6,
    /// `z`: sorted sets.
    SortedSet = 1 << 7,
    /// `x`: a key's time has come.
    Expired = 1 << 8,
    /// `e`: a key had to make room.
    Evicted = 1 << 9,
    /// `t`: streams.
    Stream = 1 << 10,
    /// `m`: a key was asked for that is not there.
    KeyMiss = 1 << 11,
    /// `n`: a key was created.
    New = 1 << 14,
}

/// Something that happened to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its class.
    pub class: EventClass,
    /// Its name, as subscribers see it.
    pub name: &'static str,
    /// The database.
    pub db: usize,
    /// The key.
    pub key: Box<[u8]>,
}

/// What a command waits for: it is run again when one of the keys has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// The keys, in the selected database.
    pub keys: Vec<Box<[u8]>>,
    /// What one of them has to hold.
    pub data_type: Type,
    /// When the wait is over, in milliseconds of Unix time. Then the answer is that there is nothing.
    pub until_ms: Option<u64>,
}

/// One command in the form that the log gets.
pub type Logged = Vec<Box<[u8]>>;

/// What the commands of one request cause.
#[derive(Debug, Default)]
pub struct Effects {
    changes: u64,
    /// Which classes of events somebody wants.
    classes: u32,
    events: Vec<Event>,
    /// Whether a log or a replica wants to know what was done.
    logging: bool,
    rewritten: bool,
    logged: Vec<Logged>,
    /// Whether commands may wait: not in transactions and scripts.
    may_wait: bool,
    wait: Option<Wait>,
}

impl Effects {
    /// Says what is wanted, before the command runs.
    pub fn want(&mut self, classes: u32, logging: bool) {
        (self.classes, self.logging) = (classes, logging);
    }

    /// Says whether commands may wait.
    pub fn allow_waiting(&mut self, may_wait: bool) {
        self.may_wait = may_wait;
    }

    /// Returns whether a command that finds nothing may wait. If not, it answers at once as if its time were over.
    pub fn may_wait(&self) -> bool {
        self.may_wait
    }

    /// Has the client wait, and the command run again when one of the keys has changed. The command has done nothing and answered nothing.
    pub fn wait(&mut self, wait: Wait) {
        self.wait = Some(wait);
    }

    /// Takes what the command waits for, if it does.
    pub fn take_wait(&mut self) -> Option<Wait> {
        self.wait.take()
    }

    /// Records that something was changed, `count` times.
    #[inline]
    pub fn changed(&mut self, count: usize) {
        self.changes += count as u64;
    }

    /// Returns how many changes were recorded.
    #[inline]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Records an event for those who are subscribed to keys or events.
    #[inline]
    pub fn event(&mut self, class: EventClass, name: &'static str, db: usize, key: &[u8]) {
        if self.classes & class as u32 != 0 {
            self.events.push(Event { class, name, db, key: key.into() });
        }
    }

    /// Says what the log gets instead of the request itself. Called again, it adds a command.
    ///
    /// `command` is asked only if there is a log.
    pub fn rewrite<'b, const N: usize>(&mut self, command: impl FnOnce() -> [&'b [u8]; N]) {
        if self.logging {
            self.logged.push(command().iter().map(|&arg| arg.into()).collect());
        }
        self.rewritten = true;
    }

    /// Says what the log gets instead of the request itself, where the number of words varies.
    pub fn rewrite_words<'b>(&mut self, words: impl Iterator<Item = &'b [u8]>) {
        if self.logging {
            self.logged.push(words.map(Box::from).collect());
        }
        self.rewritten = true;
    }

    /// Returns whether there is a log, for what is gathered only for that.
    pub fn is_logging(&self) -> bool {
        self.logging
    }

    /// Says that the log gets nothing for this request.
    pub fn do_not_log(&mut self) {
        self.rewritten = true;
    }

    /// Returns whether anything was recorded at all.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.changes == 0 && self.events.is_empty() && !self.rewritten && self.wait.is_none()
    }

    /// Returns whether the log gets something else than the request.
    pub fn is_rewritten(&self) -> bool {
        self.rewritten
    }

    /// Takes what the log gets instead of the request.
    pub fn take_logged(&mut self) -> Vec<Logged> {
        std::mem::take(&mut self.logged)
    }

    /// Takes the events, in the order in which they happened.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Makes ready for the next command.
    #[inline]
    pub fn clear(&mut self) {
        self.changes = 0;
        self.rewritten = false;
        self.events.clear();
        self.logged.clear();
    }
}
