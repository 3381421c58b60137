//! The process: how it starts, logs and stops.

use super::{I32_MAX, ROW, refuse_unless};
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::error::ValueError;
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "General",
    doc: "",
    directives: &[
        Directive {
            name: "daemonize",
            field: field!(flag daemonize),
            default: "no",
            mutable: Mutable::StartupOnly,
            doc: "Detach from the terminal and run in the background. A service manager does \
                  not want that.",
            ..ROW
        },
        Directive {
            name: "supervised",
            field: field!(choice supervised: Supervised),
            default: "no",
            mutable: Mutable::StartupOnly,
            doc: "Tell a service manager when the server is ready and when it stops. auto looks \
                  which one started it.",
            ..ROW
        },
        Directive {
            name: "pidfile",
            field: field!(text pidfile),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            doc: "File to write the process id to, and to remove at the end. That it cannot be \
                  written is not fatal.",
            ..ROW
        },
        Directive {
            name: "loglevel",
            field: field!(choice loglevel: LogLevel),
            default: "notice",
            concerns: Some(Concern::Logging),
            doc: "How much is logged, from everything to nothing.",
            ..ROW
        },
        Directive {
            name: "logfile",
            field: field!(text logfile),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            doc: "File of the log. Empty means standard output.",
            ..ROW
        },
        Directive {
            name: "syslog-enabled",
            field: field!(flag syslog_enabled),
            default: "no",
            mutable: Mutable::StartupOnly,
            doc: "Log to the system log, too.",
            ..ROW
        },
        Directive {
            name: "syslog-ident",
            field: field!(text syslog_ident),
            default: "redis",
            mutable: Mutable::StartupOnly,
            doc: "The name that lines of the system log begin with.",
            ..ROW
        },
        Directive {
            name: "syslog-facility",
            field: field!(choice syslog_facility: SyslogFacility),
            default: "local0",
            mutable: Mutable::StartupOnly,
            doc: "The facility that lines of the system log carry.",
            ..ROW
        },
        Directive {
            name: "hide-user-data-from-log",
            field: field!(flag hide_user_data_from_log),
            default: "no",
            hidden: true,
            effect: InEffect::Moot,
            doc: "Leave keys, values and other data of clients out of the log, where they never \
                  show here.",
            ..ROW
        },
        Directive {
            name: "crash-log-enabled",
            field: field!(flag crash_log_enabled),
            default: "yes",
            concerns: Some(Concern::Debugging),
            doc: "Write a report to the log when the server crashes. Switch it off for a clean \
                  core dump.",
            ..ROW
        },
        Directive {
            name: "crash-memcheck-enabled",
            field: field!(flag crash_memcheck_enabled),
            default: "yes",
            effect: InEffect::Later,
            doc: "Test memory as part of that report.",
            ..ROW
        },
        Directive {
            name: "always-show-logo",
            field: field!(flag always_show_logo),
            default: "no",
            mutable: Mutable::StartupOnly,
            doc: "Greet in the log even when it is not a terminal.",
            ..ROW
        },
        Directive {
            name: "set-proc-title",
            field: field!(flag set_proc_title),
            default: "yes",
            mutable: Mutable::StartupOnly,
            doc: "Show in the list of processes what this server is.",
            ..ROW
        },
        Directive {
            name: "proc-title-template",
            field: field!(text proc_title_template, check_title),
            default: "\"{title} {listen-addr} {server-mode}\"",
            concerns: Some(Concern::Process),
            doc: "What to show there, with {title}, {listen-addr}, {server-mode}, {port}, \
                  {tls-port}, {unixsocket} and {config-file} filled in.",
            ..ROW
        },
        Directive {
            name: "dir",
            field: field!(text dir),
            default: "./",
            mutable: Mutable::Protected,
            concerns: Some(Concern::Directory),
            doc: "Working directory, where snapshots and the append log are, and which other \
                  paths are relative to.",
            ..ROW
        },
        Directive {
            name: "databases",
            field: field!(integer databases, 1 to I32_MAX),
            default: "16",
            mutable: Mutable::StartupOnly,
            doc: "How many databases there are, numbered from 0 for SELECT.",
            ..ROW
        },
        Directive {
            name: "shutdown-timeout",
            field: field!(integer shutdown_timeout, 0 to I32_MAX, Seconds),
            default: "10",
            effect: InEffect::Later,
            doc: "How long a shutdown waits for replicas that lag behind. 0 does not wait.",
            ..ROW
        },
        Directive {
            name: "shutdown-on-sigint",
            field: field!(words shutdown_on_sigint, "`default`, or any of `save`, `nosave`, `now`, `force`"),
            default: "default",
            doc: "What Ctrl-C does about the data: save or nosave, now without waiting for \
                  replicas, force even if saving fails. default saves if there are rules to save.",
            ..ROW
        },
        Directive {
            name: "shutdown-on-sigterm",
            field: field!(words shutdown_on_sigterm, "`default`, or any of `save`, `nosave`, `now`, `force`"),
            default: "default",
            doc: "The same for SIGTERM, which service managers send.",
            ..ROW
        },
        Directive {
            name: "locale-collate",
            field: field!(text locale_collate),
            default: "\"\"",
            effect: InEffect::Later,
            doc: "Locale by which SORT ALPHA and scripts compare strings. Empty takes it from \
                  the environment.",
            ..ROW
        },
        Directive {
            name: "propagation-error-behavior",
            field: field!(choice propagation_error_behavior: PropagationErrorBehavior),
            default: "ignore",
            effect: InEffect::Later,
            doc: "What to do when a command from the primary or from the append log fails, which \
                  means that the two data sets differ.",
            ..ROW
        },
        Directive {
            name: "ignore-warnings",
            field: field!(text ignore_warnings),
            default: "\"\"",
            effect: InEffect::Moot,
            doc: "Names of warnings about the system that must not keep the server from \
                  starting. None does here.",
            ..ROW
        },
    ],
};

/// Lets a title pass if it is not blank and every `{…}` in it is a variable that we know.
fn check_title(template: &[u8]) -> Result<(), ValueError> {
    const VARIABLES: &[&[u8]] = &[
        b"title",
        b"listen-addr",
        b"server-mode",
        b"port",
        b"tls-port",
        b"unixsocket",
        b"config-file",
    ];
    const INVALID: &str = "template format is invalid or contains unknown variables";
    let mut rest = template;
    while let Some(open) = rest.iter().position(|byte| *byte == b'{') {
        rest = rest.get(open + 1..).unwrap_or_default();
        // A brace that is doubled stands for itself.
        if let Some(after) = rest.strip_prefix(b"{") {
            rest = after;
            continue;
        }
        let close = rest.iter().position(|byte| *byte == b'}');
        let (name, after) = close.and_then(|close| rest.split_at_checked(close)).unzip();
        refuse_unless(name.is_some_and(|name| VARIABLES.contains(&name)), INVALID)?;
        rest = after.unwrap_or_default();
    }
    refuse_unless(!template.iter().all(u8::is_ascii_whitespace), INVALID)
}
