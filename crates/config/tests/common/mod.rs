//! What the tests of this crate share.

use std::collections::BTreeMap;

use config::{Config, Host, LoadError};

/// A file system in memory. A pattern names the files whose names contain what is between its
/// stars.
#[derive(Debug, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<Vec<u8>, Vec<u8>>);

impl Host for Files {
    fn read(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        self.0.get(path).cloned().ok_or_else(|| "No such file or directory".to_owned())
    }

    fn matching(&mut self, pattern: &[u8]) -> Vec<Vec<u8>> {
        let part = String::from_utf8_lossy(pattern).replace('*', "");
        let paths = self.0.keys().filter(|path| String::from_utf8_lossy(path).contains(&part));
        paths.cloned().collect()
    }
}

/// Reads a configuration that includes nothing.
pub(crate) fn parse(text: impl AsRef<[u8]>) -> Result<Config, LoadError> {
    Config::parse(text.as_ref(), &mut Files::default())
}

/// Matches names with a pattern of stars, which is all that the tests need.
pub(crate) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|skipped| matches(rest, &name[skipped..])),
        Some((byte, rest)) => name.first() == Some(byte) && matches(rest, &name[1..]),
    }
}

/// Returns the value of one directive, as `CONFIG GET` answers it.
pub(crate) fn value(config: &Config, name: &str) -> String {
    let answer = config.get(&[name.as_bytes()], &matches);
    let [(_, value)] = answer.as_slice() else { panic!("{name}: {answer:?}") };
    String::from_utf8_lossy(value).into_owned()
}
