//! When a client that does not read its replies is disconnected.

use super::{Mode, Rewriting, Setting};
use crate::error::ValueError;
use crate::units::{format_memory, parse_lenient_integer, parse_memory};

/// What a client is, as far as its output buffer is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientClass {
    /// It sends commands and waits for replies.
    Normal,
    /// It is a replica of ours.
    Replica,
    /// It has subscribed to a channel or a pattern.
    Pubsub,
}

/// The limits of one class of clients. Zero is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BufferLimit {
    /// Bytes at which the client is disconnected at once.
    pub hard: u64,
    /// Bytes at which it is disconnected after a while.
    pub soft: u64,
    /// How long "a while" is.
    pub soft_seconds: u32,
}

/// The limits of all classes of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutputBufferLimits {
    /// Clients that wait for replies.
    pub normal: BufferLimit,
    /// Replicas.
    pub replica: BufferLimit,
    /// Clients that subscribe.
    pub pubsub: BufferLimit,
}

impl ClientClass {
    const ALL: [Self; 3] = [Self::Normal, Self::Replica, Self::Pubsub];

    /// Returns the class of that name, in any case.
    fn named(name: &[u8]) -> Option<Self> {
        match name.to_ascii_lowercase().as_slice() {
            b"normal" => Some(Self::Normal),
            b"replica" | b"slave" => Some(Self::Replica),
            b"pubsub" => Some(Self::Pubsub),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Replica => "replica",
            Self::Pubsub => "pubsub",
        }
    }
}

impl BufferLimit {
    fn parse(hard: &[u8], soft: &[u8], soft_seconds: &[u8]) -> Result<Self, ValueError> {
        const INVALID: ValueError = ValueError::Invalid(
            "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
        );
        let memory = |text| parse_memory(text).ok_or(INVALID);
        let seconds = parse_lenient_integer(soft_seconds).ok_or(INVALID)?;
        let soft_seconds = u32::try_from(seconds).ok().filter(|count| *count <= i32::MAX as u32);
        Ok(Self {
            hard: memory(hard)?,
            soft: memory(soft)?,
            soft_seconds: soft_seconds.ok_or(INVALID)?,
        })
    }
}

impl OutputBufferLimits {
    /// Returns the limits of a class.
    pub fn of(&self, class: ClientClass) -> BufferLimit {
        match class {
            ClientClass::Normal => self.normal,
            ClientClass::Replica => self.replica,
            ClientClass::Pubsub => self.pubsub,
        }
    }

    fn of_mut(&mut self, class: ClientClass) -> &mut BufferLimit {
        match class {
            ClientClass::Normal => &mut self.normal,
            ClientClass::Replica => &mut self.replica,
            ClientClass::Pubsub => &mut self.pubsub,
        }
    }
}

impl Setting for OutputBufferLimits {
    /// Changes the classes that are named, and no other.
    fn parse(&mut self, words: &[&[u8]], _mode: Mode) -> Result<(), ValueError> {
        if words == [b""] {
            return Ok(());
        }
        let (quads, rest) = words.as_chunks::<4>();
        if !rest.is_empty() {
            let text = "Wrong number of arguments in buffer limit configuration.";
            return Err(ValueError::Invalid(text));
        }
        let mut limits = *self;
        for [class, hard, soft, soft_seconds] in quads {
            let unknown = "Invalid client class specified in buffer limit configuration.";
            let class = ClientClass::named(class).ok_or(ValueError::Invalid(unknown))?;
            *limits.of_mut(class) = BufferLimit::parse(hard, soft, soft_seconds)?;
        }
        *self = limits;
        Ok(())
    }

    fn text(&self) -> Vec<u8> {
        let classes = ClientClass::ALL.map(|class| {
            let BufferLimit { hard, soft, soft_seconds } = self.of(class);
            // Compat: replicas go by their old name here, though not in files.
            let name = if class == ClientClass::Replica { "slave" } else { class.name() };
            format!("{name} {hard} {soft} {soft_seconds}")
        });
        classes.join(" ").into_bytes()
    }

    /// A class that has its default needs no line, unless the file speaks of it.
    fn lines(&self, rewriting: &Rewriting<'_>) -> Vec<String> {
        let default = &rewriting.default.client_output_buffer_limit;
        let needed = |class: &ClientClass| {
            rewriting.all
                || self.of(*class) != default.of(*class)
                || rewriting.old_words().any(|word| ClientClass::named(word) == Some(*class))
        };
        let lines = ClientClass::ALL.into_iter().filter(needed).map(|class| {
            let BufferLimit { hard, soft, soft_seconds } = self.of(class);
            let (hard, soft) = (format_memory(hard), format_memory(soft));
            format!("{} {hard} {soft} {soft_seconds}", class.name())
        });
        lines.collect()
    }
}
