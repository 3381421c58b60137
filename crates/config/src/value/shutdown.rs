//! What a signal does that asks the server to stop.

use super::{Mode, Rewriting, Setting};
use crate::error::ValueError;

/// What a signal does that asks the server to stop. Without any of these, it saves if there are
/// rules to save, waits for replicas, and gives up when saving fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShutdownOn {
    /// Save even if there are no rules to save.
    pub save: bool,
    /// Do not save even if there are rules to save.
    pub nosave: bool,
    /// Do not wait for replicas that lag behind.
    pub now: bool,
    /// Stop even if saving fails.
    pub force: bool,
}

impl ShutdownOn {
    /// The words, in the order in which they are listed.
    const NAMES: &'static [&'static str] = &["default", "save", "nosave", "now", "force"];

    fn flags(self) -> [bool; 4] {
        [self.save, self.nosave, self.now, self.force]
    }

    fn words(self) -> String {
        let [default, names @ ..] = Self::NAMES else { return String::new() };
        let set = names.iter().zip(self.flags()).filter(|(_, set)| *set);
        let words: Vec<&str> = set.map(|(name, _)| *name).collect();
        if words.is_empty() { (*default).to_owned() } else { words.join(" ") }
    }
}

impl Setting for ShutdownOn {
    fn parse(&mut self, words: &[&[u8]], _mode: Mode) -> Result<(), ValueError> {
        let unknown = ValueError::NotOneOf { names: Self::NAMES };
        if words.is_empty() {
            return Err(unknown);
        }
        let mut parsed = Self::default();
        for word in words {
            match word.to_ascii_lowercase().as_slice() {
                b"default" => {}
                b"save" => parsed.save = true,
                b"nosave" => parsed.nosave = true,
                b"now" => parsed.now = true,
                b"force" => parsed.force = true,
                _ => return Err(unknown),
            }
        }
        if parsed.save && parsed.nosave {
            let text = "shutdown options SAVE and NOSAVE can't be used simultaneously";
            return Err(ValueError::Invalid(text));
        }
        *self = parsed;
        Ok(())
    }

    fn text(&self) -> Vec<u8> {
        self.words().into_bytes()
    }

    fn lines(&self, _: &Rewriting<'_>) -> Vec<String> {
        vec![self.words()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_add_up_unless_they_contradict_each_other() {
        let parse = |words: &str| {
            let words: Vec<&[u8]> = words.split_whitespace().map(str::as_bytes).collect();
            let mut value = ShutdownOn { now: true, ..ShutdownOn::default() };
            value.parse(&words, Mode::Replace).map(|()| value.words())
        };
        assert_eq!(parse("default"), Ok("default".to_owned()));
        assert_eq!(parse("force NOW nosave now"), Ok("nosave now force".to_owned()));
        assert_eq!(parse("now default"), Ok("now".to_owned()));
        let contradiction = parse("save nosave").expect_err("a contradiction").to_string();
        assert!(contradiction.starts_with("shutdown options SAVE and NOSAVE"), "{contradiction}");
        let unknown = "argument(s) must be one of the following: default, save, nosave, now, force";
        for words in ["", "x", "now x"] {
            assert_eq!(parse(words).expect_err("an unknown word").to_string(), unknown);
        }
    }
}
