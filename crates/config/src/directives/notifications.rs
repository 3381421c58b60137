//! Changes of keys, told to subscribers.

use super::ROW;
use crate::directive::{Directive, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Notifications",
    doc: "",
    directives: &[Directive {
        name: "notify-keyspace-events",
        field: field!(word notify_keyspace_events, "letters"),
        default: "\"\"",
        doc: "Publish changes of keys. K on a channel for each key, E on one for each event; \
              without either, nothing is published. Then the classes of events: g for commands of \
              every type, $ strings, l lists, s sets, h hashes, z sorted sets, t streams, d \
              module types, x expired and e evicted keys, and A for all of these. Not in A: m for \
              keys looked for in vain, n for new keys.",
        ..ROW
    }],
};
