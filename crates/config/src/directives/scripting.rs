//! Scripts and functions.

use super::{I64_MAX, ROW};
use crate::directive::{Directive, InEffect, Mutable, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Scripts",
    doc: "",
    directives: &[
        Directive {
            name: "busy-reply-threshold",
            aliases: &["lua-time-limit"],
            field: field!(integer busy_reply_threshold, 0 to I64_MAX, Milliseconds),
            default: "5000",
            effect: InEffect::Later,
            doc: "How long a script runs before other clients are told that the server is busy, \
                  and can end it with SCRIPT KILL. 0 never interrupts it.",
            ..ROW
        },
        Directive {
            name: "lua-enable-deprecated-api",
            field: field!(flag lua_enable_deprecated_api),
            default: "no",
            mutable: Mutable::StartupOnly,
            hidden: true,
            effect: InEffect::Later,
            doc: "Give scripts the functions that were withdrawn, such as print.",
            ..ROW
        },
        Directive {
            name: "extended-redis-compatibility",
            field: field!(flag extended_redis_compatibility),
            default: "no",
            hidden: true,
            effect: InEffect::Moot,
            doc: "Go by the name of Redis wherever a name shows, which is the case anyway.",
            ..ROW
        },
    ],
};
