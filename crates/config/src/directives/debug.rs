//! For those who debug the server.

use super::I32_MAX;
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::field::field;

const ROW: Directive = Directive { hidden: true, effect: InEffect::Later, ..super::ROW };

pub(super) const SECTION: Section = Section {
    title: "Debugging",
    doc: "",
    directives: &[
        Directive {
            name: "watchdog-period",
            field: field!(integer watchdog_period, 0 to I32_MAX, Milliseconds),
            default: "0",
            concerns: Some(Concern::Debugging),
            doc: "Log where the server is when it has been busy with one thing for so long. 0 \
                  does not.",
            ..ROW
        },
        Directive {
            name: "use-exit-on-panic",
            field: field!(flag use_exit_on_panic),
            default: "no",
            concerns: Some(Concern::Debugging),
            effect: InEffect::Yes,
            doc: "Exit rather than abort when the server finds itself in an impossible state.",
            ..ROW
        },
        Directive {
            name: "enable-debug-assert",
            field: field!(flag enable_debug_assert),
            default: "no",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Moot,
            doc: "Check assertions that are expensive, which debug builds do anyway.",
            ..ROW
        },
        Directive {
            name: "req-res-logfile",
            field: field!(text req_res_logfile),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            doc: "Write every request and its reply to this file.",
            ..ROW
        },
    ],
};
