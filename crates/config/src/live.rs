//! `CONFIG GET` and `CONFIG SET`: settings of a running server.

use crate::Permission;
use crate::config::Config;
use crate::directive::{Concern, Concerns, Directive, InEffect, Mutable, is_same};
use crate::directives;
use crate::error::SetError;
use crate::value::Mode;

/// Who wants to change settings, and when.
#[derive(Debug, Clone, Copy, Default)]
pub struct Caller {
    /// The connection comes from this machine.
    pub local: bool,
    /// The data set is being loaded.
    pub loading: bool,
}

/// What has changed, and who must act on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// The directives whose value is another one now, in the order in which they were given.
    pub directives: Vec<(&'static str, Option<Concern>)>,
}

impl Changes {
    /// Returns what they ask of the server.
    pub fn concerns(&self) -> Concerns {
        self.directives.iter().filter_map(|(_, concern)| *concern).collect()
    }

    /// Returns the directive to name when the server cannot do what a concern asks.
    pub fn cause(&self, concern: Concern) -> Option<&'static str> {
        let cause = self.directives.iter().find(|(_, own)| *own == Some(concern));
        cause.map(|(name, _)| *name)
    }
}

impl Config {
    /// Answers `CONFIG GET`: the names and values that any of the patterns asks for.
    ///
    /// Every name comes once, and in the order of the table. A name without wildcards is looked up
    /// as it is, which also finds what patterns do not show, and is answered as it was written;
    /// older names are names like others. `matches` takes a pattern in small letters, and a name.
    pub fn get(
        &self,
        patterns: &[&[u8]],
        matches: &dyn Fn(&[u8], &[u8]) -> bool,
    ) -> Vec<(Vec<u8>, Vec<u8>)> {
        let patterns: Vec<Pattern<'_>> = patterns.iter().map(|text| Pattern::new(text)).collect();
        let mut answer = Vec::new();
        for directive in directives::all().filter(|directive| directive.is_setting()) {
            for name in directive.listed_names() {
                let shown = patterns.iter().find_map(|pattern| match pattern {
                    Pattern::Name(written) => is_same(name, written).then(|| written.to_vec()),
                    Pattern::Glob(pattern) => {
                        let found = !directive.hidden && matches(pattern, name.as_bytes());
                        found.then(|| name.as_bytes().to_vec())
                    }
                });
                answer.extend(shown.map(|name| (name, directive.text(self))));
            }
            for name in directive.understood {
                let written = patterns.iter().find_map(|pattern| match pattern {
                    Pattern::Name(written) if is_same(name, written) => Some(written.to_vec()),
                    _ => None,
                });
                answer.extend(written.map(|name| (name, directive.text(self))));
            }
        }
        answer
    }

    /// Carries out `CONFIG SET`: all of the pairs, or none.
    ///
    /// Whoever must act on the changes and cannot, goes back to a clone taken before, and answers
    /// with [`SetError::apply_failed`].
    pub fn set(&mut self, pairs: &[(&[u8], &[u8])], caller: Caller) -> Result<Changes, SetError> {
        // All names are looked at before any value: an unknown name is reported even if it comes
        // after a value that is wrong.
        let mut found: Vec<(&'static str, &'static Directive, &[u8])> = Vec::new();
        for (written, value) in pairs {
            let (name, directive) = self.settable(written, caller)?;
            if found.iter().any(|(other, ..)| *other == name) {
                return Err(failed(written, "duplicate parameter"));
            }
            found.push((name, directive, value));
        }

        let mut config = self.clone();
        for (name, directive, value) in &found {
            let stored = directive.store(&mut config, &[value.to_vec()], Mode::Replace);
            stored.map_err(|error| SetError::apply_failed(*name, error.to_string()))?;
        }

        let changed = found
            .iter()
            .filter(|(_, directive, _)| directive.text(self) != directive.text(&config));
        let changed = changed.map(|(_, directive, _)| (directive.name, directive.concerns));
        let changes = Changes { directives: changed.collect() };
        *self = config;
        Ok(changes)
    }

    /// Finds a directive that this caller may change now, and the spelling of its name.
    fn settable(
        &self,
        written: &[u8],
        caller: Caller,
    ) -> Result<(&'static str, &'static Directive), SetError> {
        let directive = directives::find(written).filter(|directive| directive.is_setting());
        let Some(directive) = directive else {
            return Err(SetError::Unknown { name: String::from_utf8_lossy(written).into_owned() });
        };
        let permitted = match self.enable_protected_configs {
            Permission::Yes => true,
            Permission::No => false,
            Permission::Local => caller.local,
        };
        match directive.mutable {
            Mutable::StartupOnly | Mutable::FileOnly => {
                return Err(failed(written, "can't set immutable config"));
            }
            Mutable::Protected if !permitted => {
                return Err(failed(written, "can't set protected config"));
            }
            Mutable::Protected | Mutable::Live => {}
        }
        if directive.fixed_while_loading && caller.loading {
            return Err(SetError::Loading);
        }
        let name = directive.listed_names().find(|name| is_same(name, written));
        Ok((name.unwrap_or(directive.name), directive))
    }
}

/// What `CONFIG GET` is asked for.
enum Pattern<'a> {
    /// One name, as it was written.
    Name(&'a [u8]),
    /// Several, by a pattern in small letters.
    Glob(Vec<u8>),
}

impl<'a> Pattern<'a> {
    fn new(text: &'a [u8]) -> Self {
        let glob = text.iter().any(|byte| matches!(byte, b'*' | b'?' | b'['));
        if glob { Self::Glob(text.to_ascii_lowercase()) } else { Self::Name(text) }
    }
}

fn failed(written: &[u8], reason: &str) -> SetError {
    SetError::apply_failed(String::from_utf8_lossy(written), reason)
}

/// Returns the directives that are set to something that has no effect yet, for a warning.
pub fn later(config: &Config) -> Vec<&'static str> {
    let default = Config::default();
    let idle = directives::all().filter(|directive| {
        let set = match directive.field {
            crate::Field::Lines { get, .. } => !get(config).is_empty(),
            _ => directive.text(config) != directive.text(&default),
        };
        directive.effect == InEffect::Later && set
    });
    idle.map(|directive| directive.name).collect()
}
