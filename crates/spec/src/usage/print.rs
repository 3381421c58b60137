//! From the tree to a line: to the grammar's own, and to the one that people read.

use std::fmt;

use super::parse::is_keyword;
use super::{Arg, Kind, Times, Usage};

impl fmt::Display for Usage {
    /// Writes the line that [`Usage::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Writer { f, next_key_spec: 0 }.sequence(&self.args)
    }
}

struct Writer<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    next_key_spec: usize,
}

impl Writer<'_, '_> {
    fn sequence(&mut self, args: &[Arg]) -> fmt::Result {
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                // A bare keyword must not seem to introduce what follows.
                let before = &args[index - 1];
                let bare = is_bare(before) && !before.optional && before.times == Times::Once;
                let open = arg.token.is_none() && !arg.optional;
                self.f.write_str(if bare && open { ", " } else { " " })?;
            }
            self.argument(arg)?;
        }
        Ok(())
    }

    fn argument(&mut self, arg: &Arg) -> fmt::Result {
        if arg.optional {
            self.f.write_str("[")?;
        }
        if arg.times == Times::RepeatedWithToken {
            self.f.write_str("{")?;
        }
        self.one(arg)?;
        match arg.times {
            Times::Once => (),
            Times::Repeated => self.f.write_str("+")?,
            Times::RepeatedWithToken => self.f.write_str("}+")?,
        }
        if arg.optional {
            self.f.write_str("]")?;
        }
        for (sign, version) in [('@', &arg.since), ('!', &arg.deprecated_since)] {
            if let Some(version) = version {
                write!(self.f, "{sign}{version}")?;
            }
        }
        Ok(())
    }

    fn one(&mut self, arg: &Arg) -> fmt::Result {
        if let Some(token) = &arg.token {
            if arg.kind == Kind::PureToken && !is_bare(arg) {
                write!(self.f, "{}=", arg.name)?;
            }
            // Single quotes, since lines stand in string literals.
            let quote = match is_keyword(token) {
                true => "",
                false if token.contains('\'') => "\"",
                false => "'",
            };
            write!(self.f, "{quote}{token}{quote}")?;
            if arg.kind == Kind::PureToken {
                return Ok(());
            }
            self.f.write_str(" ")?;
        }
        self.f.write_str(&arg.name)?;
        match &arg.kind {
            Kind::Block(args) => {
                self.f.write_str("=(")?;
                self.sequence(args)?;
                return self.f.write_str(")");
            }
            Kind::OneOf(args) => {
                self.f.write_str("=(")?;
                for (index, arg) in args.iter().enumerate() {
                    self.f.write_str(if index > 0 { " | " } else { "" })?;
                    self.argument(arg)?;
                }
                return self.f.write_str(")");
            }
            _ => (),
        }
        if let Some(shown) = &arg.shown {
            write!(self.f, "<{shown}>")?;
        }
        let usual = if arg.name == "key" { Kind::Key } else { Kind::String };
        if arg.kind != usual {
            write!(self.f, ":{}", arg.kind.name())?;
        }
        if let Some(index) = arg.key_spec {
            if arg.kind != Kind::Key || index != self.next_key_spec {
                write!(self.f, "#{index}")?;
            }
            self.next_key_spec = index + 1;
        }
        Ok(())
    }
}

/// Is it a keyword that is called like itself?
fn is_bare(arg: &Arg) -> bool {
    arg.kind == Kind::PureToken
        && arg.token.as_ref().is_some_and(|token| token.to_ascii_lowercase() == arg.name)
}

impl Usage {
    /// What follows the name of the command in manuals and on command lines:
    /// `key value [NX|XX]`.
    pub fn synopsis(&self) -> String {
        synopsis(&self.args, " ")
    }
}

impl Arg {
    /// This argument in manuals and on command lines, with its brackets.
    pub fn synopsis(&self) -> String {
        // Brackets around a whole choice hold it together well enough.
        let held = self.optional && self.token.is_none();
        let inside = match &self.kind {
            Kind::PureToken => String::new(),
            Kind::OneOf(args) if held => synopsis(args, "|"),
            Kind::OneOf(args) => format!("<{}>", synopsis(args, "|")),
            Kind::Block(args) => synopsis(args, " "),
            _ => self.shown.as_ref().unwrap_or(&self.name).clone(),
        };
        let token = match self.token.as_deref() {
            Some("") => "\"\"",
            Some(token) => token,
            None => "",
        };
        let blank = if token.is_empty() || inside.is_empty() { "" } else { " " };
        let all = match self.times {
            Times::Once => format!("{token}{blank}{inside}"),
            Times::Repeated => format!("{token}{blank}{inside} [{inside} ...]"),
            Times::RepeatedWithToken => {
                format!("{token}{blank}{inside} [{token}{blank}{inside} ...]")
            }
        };
        if self.optional { format!("[{all}]") } else { all }
    }
}

fn synopsis(args: &[Arg], between: &str) -> String {
    args.iter().map(Arg::synopsis).collect::<Vec<_>>().join(between)
}
