//! Who may do what.

use super::{I64_MAX, ROW};
use crate::directive::{Concern, Directive, InEffect, Mutable, Section};
use crate::field::field;

pub(super) const SECTION: Section = Section {
    title: "Security",
    doc: "",
    directives: &[
        Directive {
            name: "requirepass",
            field: field!(text requirepass),
            default: "\"\"",
            concerns: Some(Concern::Acl),
            sensitive: true,
            doc: "Password of the default user. Guesses are cheap, so make it long.",
            ..ROW
        },
        Directive {
            name: "user",
            field: field!(lines user, 1 to usize::MAX, "NAME RULE..."),
            mutable: Mutable::FileOnly,
            sensitive: true,
            effect: InEffect::Later,
            doc: "A user: a name, and rules as for ACL SETUSER, such as\n\
                  user ann on >secret ~cache:* +@read",
            ..ROW
        },
        Directive {
            name: "aclfile",
            field: field!(text aclfile),
            default: "\"\"",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Later,
            doc: "File with such lines, instead of having them here. ACL LOAD and ACL SAVE work \
                  on it.",
            ..ROW
        },
        Directive {
            name: "acllog-max-len",
            field: field!(integer acllog_max_len, 0 to I64_MAX),
            default: "128",
            effect: InEffect::Later,
            doc: "How many refusals ACL LOG remembers.",
            ..ROW
        },
        Directive {
            name: "acl-pubsub-default",
            field: field!(choice acl_pubsub_default: AclPubsubDefault),
            default: "resetchannels",
            effect: InEffect::Later,
            doc: "Whether a new user may use all channels or none.",
            ..ROW
        },
        Directive {
            name: "rename-command",
            field: field!(lines rename_command, 2 to 2, "NAME NEW-NAME"),
            mutable: Mutable::FileOnly,
            doc: "Gives a command another name, or none (\"\"). Rules for users do the same \
                  better; a log or a replica with other names is useless.",
            ..ROW
        },
        Directive {
            name: "enable-protected-configs",
            field: field!(choice enable_protected_configs: Permission),
            default: "no",
            mutable: Mutable::StartupOnly,
            doc: "Who may change where files are written: nobody, everybody, or connections from \
                  this machine.",
            ..ROW
        },
        Directive {
            name: "enable-debug-command",
            field: field!(choice enable_debug_command: Permission),
            default: "no",
            mutable: Mutable::StartupOnly,
            doc: "The same for DEBUG.",
            ..ROW
        },
        Directive {
            name: "enable-module-command",
            field: field!(choice enable_module_command: Permission),
            default: "no",
            mutable: Mutable::StartupOnly,
            effect: InEffect::Later,
            doc: "The same for MODULE.",
            ..ROW
        },
        Directive {
            name: "loadmodule",
            field: field!(lines loadmodule, 1 to usize::MAX, "PATH ARGUMENT..."),
            mutable: Mutable::FileOnly,
            effect: InEffect::Later,
            doc: "Path of a module to load, and arguments for it.",
            ..ROW
        },
    ],
};
