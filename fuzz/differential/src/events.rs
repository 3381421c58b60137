//! What a server publishes of its keys while it is asked.

use connector::{Address, Connection, Error, Family, Timeouts};
use resp::value::Value;

/// An event: the channel, and what was said there.
pub(crate) type Event = (Vec<u8>, Vec<u8>);

/// Where somebody says that all has been told; it matches the pattern, and no event has that name.
const END: &[u8] = b"__key-end__";

/// A client that listens to all events of all keys.
pub(crate) struct Listener(Connection);

impl Listener {
    /// Has a server publish its events, and listens.
    pub(crate) fn open(address: &Address) -> Result<Self, Error> {
        let mut connection = Connection::connect(address, Family::Any, Timeouts::default())?;
        connection.request(&[&b"CONFIG"[..], b"SET", b"notify-keyspace-events", b"KEAnm"])?;
        // With RESP3, who listens can speak as well.
        connection.request(&[&b"HELLO"[..], b"3"])?;
        connection.queue(&[&b"PSUBSCRIBE"[..], b"__key*"]);
        connection.flush()?;
        connection.receive()?;
        Ok(Self(connection))
    }

    /// Returns the events since the last time, without those of keys that expire, for which each server has its own time.
    pub(crate) fn take(&mut self) -> Result<Vec<Event>, Error> {
        self.0.queue(&[&b"PUBLISH"[..], END, b""]);
        self.0.flush()?;
        let (mut events, mut has_ended, mut is_answered) = (Vec::new(), false, false);
        while !has_ended || !is_answered {
            let Value::Push(parts) = self.0.receive()? else {
                is_answered = true;
                continue;
            };
            let [_, _, channel, said] = &*parts else { continue };
            let (Some(channel), Some(said)) = (channel.as_bytes(), said.as_bytes()) else {
                continue;
            };
            if channel == END {
                has_ended = true;
            } else if said != b"expired" && !channel.ends_with(b":expired") {
                events.push((channel.to_vec(), said.to_vec()));
            }
        }
        Ok(events)
    }
}

/// Returns what is different between the events of two servers. In which order a command looks for keys is its own affair, so keys that are missing are compared by themselves.
pub(crate) fn compare(ours: Vec<Event>, theirs: Vec<Event>) -> Option<String> {
    let is_miss = |(channel, said): &Event| said == b"keymiss" || channel.ends_with(b":keymiss");
    let (mut our_misses, ours): (Vec<_>, Vec<_>) = ours.into_iter().partition(is_miss);
    let (mut their_misses, theirs): (Vec<_>, Vec<_>) = theirs.into_iter().partition(is_miss);
    our_misses.sort_unstable();
    their_misses.sort_unstable();
    differ(&ours, &theirs).or_else(|| differ(&our_misses, &their_misses))
}

fn differ(ours: &[Event], theirs: &[Event]) -> Option<String> {
    let shown = |events: &[Event], from: usize| -> Vec<String> {
        let some = events.iter().skip(from).take(3);
        some.map(|(channel, said)| format!("{} {}", channel.escape_ascii(), said.escape_ascii()))
            .collect()
    };
    let same = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs).count();
    (same < ours.len().max(theirs.len()))
        .then(|| format!("events: ours {:?}, theirs {:?}", shown(ours, same), shown(theirs, same)))
}
