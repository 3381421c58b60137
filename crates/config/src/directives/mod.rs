//! The directive table, by section.
//!
//! A row says everything about a directive except what the server does with the setting. Rows name
//! only what sets them apart from [`ROW`], or from their section's own.

mod advanced;
mod append_only;
mod clients;
mod cluster;
mod debug;
mod defrag;
mod files;
mod general;
mod kernel;
mod latency;
mod lazyfree;
mod memory;
mod network;
mod notifications;
mod replication;
mod scripting;
mod security;
mod slowlog;
mod snapshotting;
mod threads;
mod tls;

use crate::directive::{Directive, InEffect, Mutable, Section};
use crate::error::ValueError;
use crate::field::Field;

/// The table. Its order is that of `CONFIG GET`, of the sample file and of the reference page.
pub const SECTIONS: &[Section] = &[
    files::SECTION,
    network::SECTION,
    tls::SECTION,
    general::SECTION,
    clients::SECTION,
    memory::SECTION,
    lazyfree::SECTION,
    snapshotting::SECTION,
    append_only::SECTION,
    replication::SECTION,
    cluster::SECTION,
    security::SECTION,
    scripting::SECTION,
    slowlog::SECTION,
    latency::SECTION,
    notifications::SECTION,
    advanced::SECTION,
    defrag::SECTION,
    threads::SECTION,
    kernel::SECTION,
    debug::SECTION,
];

/// What most rows have in common. Name, field, default and text are each row's own.
const ROW: Directive = Directive {
    name: "",
    aliases: &[],
    understood: &[],
    field: Field::Include,
    default: "",
    mutable: Mutable::Live,
    hidden: false,
    sensitive: false,
    fixed_while_loading: false,
    concerns: None,
    effect: InEffect::Yes,
    doc: "",
};

const I32_MAX: i64 = i32::MAX as i64;
const U32_MAX: i64 = u32::MAX as i64;
const I64_MAX: i64 = i64::MAX;
/// The greatest amount of memory where it is a signed number in the reference.
const SIGNED_MAX: u64 = i64::MAX as u64;

/// Iterates over all rows.
pub fn all() -> impl Iterator<Item = &'static Directive> {
    SECTIONS.iter().flat_map(|section| section.directives)
}

/// Finds the row that a name belongs to, in any case, be it an alias.
pub fn find(name: &[u8]) -> Option<&'static Directive> {
    all().find(|directive| directive.is_called(name))
}

/// Returns `reason` unless `good`: the shape of all checks.
fn refuse_unless(good: bool, reason: &'static str) -> Result<(), ValueError> {
    if good { Ok(()) } else { Err(ValueError::Invalid(reason)) }
}
